/** Our side of the UDP benches: ours.ts MODE SIZE [PORT], as udp.c. */
import { AF_INET, SOCK_DGRAM, SOL_UDP, UDP_GRO, UDP_SEGMENT } from "../../ffi/abi/constants.ts";
import { type Socket, socket } from "../../ffi/mod.ts";
import { socketOption } from "../../core/option.ts";
import * as udp from "../../udp/mod.ts";
import { turns } from "../turns/turns.ts";
import { Meter } from "./meter.mjs";

const [mode, sizeText, portText] = Deno.args;
const size = Number(sizeText);
const BATCH = 64;

function setInt(on: Socket, level: number, option: number, value: number): void {
  const encode = (n: number) => new Uint8Array(new Int32Array([n]).buffer);
  on.setOption(socketOption<number>(level, option, { size: 4, encode, decode: () => 0 }), value);
}

function openReceiver(): Socket {
  const receiver = socket(AF_INET, SOCK_DGRAM);
  receiver.bind({ hostname: "127.0.0.1", port: 0 });
  console.log((receiver.localAddr as { port: number }).port);
  return receiver;
}

const RECEIVERS: Record<string, () => Promise<void>> = {
  async batches(gro = false) {
    using receiver = openReceiver();
    if (gro) setInt(receiver, SOL_UDP, UDP_GRO, 1);
    const meter = new Meter(1);
    for await (const batch of receiver.recvBatches({ max: BATCH, size: gro ? 65536 : 2048 })) {
      let bytes = 0;
      for (let i = 0; i < batch.count; i++) bytes += batch.data(i).length;
      meter.add(bytes / size);
    }
  },
  gro: () => (RECEIVERS.batches as (gro: boolean) => Promise<void>)(true),
  async many() {
    using receiver = openReceiver();
    const meter = new Meter(1);
    for (;;) {
      let bytes = 0;
      for (const { data, from } of await receiver.recvMany(BATCH, { size: 2048 })) {
        if (from.family === "inet") bytes += data.length;
      }
      meter.add(bytes / size);
    }
  },
  libc: () => iterate("libc"),
  deno: () => iterate("deno"),
  async one() {
    using receiver = await udp.bind({ hostname: "127.0.0.1", engine: "libc" });
    console.log(receiver.localAddr.port);
    const meter = new Meter(64);
    for (;;) {
      await receiver.recvFrom();
      meter.add(1);
    }
  },
};

async function iterate(engine: "libc" | "deno"): Promise<void> {
  using receiver = await udp.bind({ hostname: "127.0.0.1", engine });
  console.log(receiver.localAddr.port);
  const meter = new Meter(64);
  for await (const _ of receiver) meter.add(1);
}

async function transmit(): Promise<void> {
  const to = { family: "inet", hostname: "127.0.0.1", port: Number(portText) } as const;
  if (mode === "send" || mode === "gso") {
    const gso = mode === "gso";
    const segments = gso ? Math.min(64, Math.floor(65000 / size)) : 1;
    const data = new Uint8Array(size * segments);
    const messages = Array.from({ length: gso ? 8 : BATCH }, () => ({ data, to }));
    using sender = socket(AF_INET, SOCK_DGRAM);
    if (gso) setInt(sender, SOL_UDP, UDP_SEGMENT, size);
    await turns(async () => await sender.sendMany(messages) * segments);
    return;
  }
  const data = new Uint8Array(size);
  const engine = mode === "endpoint-one-deno" ? "deno" : "libc";
  using sender = await udp.bind({ hostname: "127.0.0.1", engine });
  if (mode === "endpoint-many") {
    const messages = Array.from({ length: BATCH }, () => ({ data, to }));
    await turns(() => sender.sendMany(messages));
    return;
  }
  await turns(async () => {
    for (let i = 0; i < BATCH; i++) await sender.sendTo(data, to);
    return BATCH;
  });
}

if (portText !== undefined) await transmit();
else await RECEIVERS[mode]();
Deno.exit(0);
