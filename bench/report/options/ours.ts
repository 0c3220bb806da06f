/** Reads an option over and over: ours.ts endpoint|socket OPTION; prints reads a second. */
import { AF_INET, SOCK_STREAM, socket } from "../../../ffi/mod.ts";
import { optionByName } from "../../../ffi/options/mod.ts";
import { connect, listen } from "../../../tcp/mod.ts";

const [face, name] = Deno.args;
const option = optionByName(name)!;
const COUNT = 100_000;

using listener = await listen({ hostname: "127.0.0.1", port: 0, engine: "libc" });
const { port } = listener.localAddr;
using bare = socket(AF_INET, SOCK_STREAM, 0);
await bare.connect(listener.localAddr);
using endpoint = await connect({ hostname: "127.0.0.1", port, engine: "libc" });
const target = face === "socket" ? bare : endpoint;

let begin = 0;
for (let i = -COUNT / 4; i < COUNT; i++) {
  if (i === 0) begin = performance.now();
  target.getOption(option);
}
console.log(Math.round(COUNT / (performance.now() - begin) * 1000));
