/** Our side of the Unix benches: ours.ts MODE, as unix.c. */
import { AF_UNIX, SOCK_DGRAM, SOCK_STREAM } from "../../ffi/abi/constants.ts";
import { socketPair } from "../../ffi/mod.ts";

const [mode] = Deno.args;
const [a, b] = socketPair(AF_UNIX, mode === "bulk" ? SOCK_STREAM : SOCK_DGRAM);
const data = new Uint8Array(mode === "bulk" ? 65536 : mode === "fds" ? 1 : 64);
const into = new Uint8Array(65536);

async function pass(times: number): Promise<number> {
  for (let i = 0; i < times; i++) {
    await a.sendMsg([data], { control: [{ type: "rights", fds: [a] }] });
    const { control } = await b.recvMsgInto([into]);
    for (const fd of control!.get("rights")!.fds) fd.close();
  }
  return times;
}

async function bytes(times: number): Promise<number> {
  let count = 0;
  for (let i = 0; i < times; i++) {
    await a.send(data);
    count += await b.recvInto(into);
  }
  return mode === "bulk" ? count : times;
}

const work = mode === "fds" ? pass : bytes;
for await (const _ of Deno.stdin.readable) {
  const start = performance.now();
  let ms: number;
  let count = 0;
  do {
    count += await work(16);
    ms = performance.now() - start;
  } while (ms < 150);
  console.log((count / ms * 1000).toFixed(0));
}
