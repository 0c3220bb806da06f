/** Our side of the UDP benches: ours.ts MODE SIZE [PORT], as udp.c. */
import { AF_INET, SOCK_DGRAM, SOL_UDP, UDP_GRO, UDP_SEGMENT } from "../../ffi/abi/constants.ts";
import { type Socket, socket } from "../../ffi/mod.ts";
import { socketOption } from "../../core/option.ts";
import * as udp from "../../udp/mod.ts";

const [mode, sizeText, portText] = Deno.args;
const size = Number(sizeText);
const BATCH = 64;

function setInt(on: Socket, level: number, option: number, value: number): void {
  const encode = (n: number) => new Uint8Array(new Int32Array([n]).buffer);
  on.setOption(socketOption<number>(level, option, { size: 4, encode, decode: () => 0 }), value);
}

/** Prints the rate of each burst. */
class Meter {
  #bytes = 0;
  #calls = 0;
  #start = 0;
  #last = 0;
  #done = true;

  /** Looks at the clock once in `every` calls. */
  add(bytes: number, every: number): void {
    this.#bytes += bytes;
    if (++this.#calls % every !== 0) return;
    const now = performance.now();
    if (now - this.#last > 30) {
      this.#start = now;
      this.#bytes = 0;
      this.#done = false;
    } else if (!this.#done && now - this.#start >= 150) {
      console.log((this.#bytes / size / (now - this.#start) * 1000).toFixed(0));
      this.#done = true;
    }
    this.#last = now;
  }
}

function openReceiver(): Socket {
  const receiver = socket(AF_INET, SOCK_DGRAM);
  receiver.bind({ hostname: "127.0.0.1", port: 0 });
  console.log((receiver.localAddr as { port: number }).port);
  return receiver;
}

async function batches(gro: boolean): Promise<void> {
  using receiver = openReceiver();
  if (gro) setInt(receiver, SOL_UDP, UDP_GRO, 1);
  const meter = new Meter();
  for await (const batch of receiver.recvBatches({ max: BATCH, size: gro ? 65536 : 2048 })) {
    let bytes = 0;
    for (let i = 0; i < batch.count; i++) bytes += batch.data(i).length;
    meter.add(bytes, 1);
  }
}

async function many(): Promise<void> {
  using receiver = openReceiver();
  const meter = new Meter();
  for (;;) {
    let bytes = 0;
    for (const { data, from } of await receiver.recvMany(BATCH, { size: 2048 })) {
      if (from.family === "inet") bytes += data.length;
    }
    meter.add(bytes, 1);
  }
}

async function endpoint(engine: "libc" | "deno"): Promise<void> {
  using receiver = await udp.bind({ hostname: "127.0.0.1", engine });
  console.log(receiver.localAddr.port);
  const meter = new Meter();
  for await (const { data } of receiver) {
    meter.add(data.length, 64);
  }
}

async function transmit(): Promise<void> {
  const gso = mode === "gso";
  const segments = gso ? Math.min(64, Math.floor(65000 / size)) : 1;
  const to = { family: "inet", hostname: "127.0.0.1", port: Number(portText) } as const;
  const data = new Uint8Array(size * segments);
  const count = gso ? 8 : BATCH;
  const messages = Array.from({ length: count }, () => ({ data, to }));
  if (mode === "endpoint-send") {
    using sender = await udp.bind({ hostname: "127.0.0.1", engine: "libc" });
    await run(() => sender.sendMany(messages));
    return;
  }
  using sender = socket(AF_INET, SOCK_DGRAM);
  if (gso) setInt(sender, SOL_UDP, UDP_SEGMENT, size);
  await run(async () => await sender.sendMany(messages) * segments);
}

/** Sends a burst for each line on stdin. */
async function run(send: () => Promise<number>): Promise<void> {
  for await (const _ of Deno.stdin.readable) {
    const start = performance.now();
    let ms: number;
    let sent = 0;
    do {
      sent += await send();
      ms = performance.now() - start;
    } while (ms < 150);
    console.log((sent / ms * 1000).toFixed(0));
  }
}

if (portText !== undefined) await transmit();
else if (mode === "many") await many();
else if (mode === "libc" || mode === "deno") await endpoint(mode);
else await batches(mode === "gro");
Deno.exit(0);
