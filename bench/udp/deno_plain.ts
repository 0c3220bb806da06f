/** Bare Deno with --unstable-net: deno_plain.ts MODE SIZE [PORT], as udp.c. */
import { turns } from "../turns/turns.ts";
import { Meter } from "./meter.mjs";

const [, size, port] = Deno.args;
const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
if (port === undefined) {
  console.log((socket.addr as Deno.NetAddr).port);
  const meter = new Meter(64);
  const buffer = new Uint8Array(2048);
  for (;;) {
    await socket.receive(buffer);
    meter.add(1);
  }
}
const to = { transport: "udp", hostname: "127.0.0.1", port: Number(port) } as const;
const data = new Uint8Array(Number(size));
await turns(async () => {
  for (let i = 0; i < 64; i++) await socket.send(data, to);
  return 64;
});
