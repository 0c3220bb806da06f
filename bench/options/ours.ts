/** Reads an option over and over, by turns: ours.ts endpoint|socket OPTION. */
import { AF_INET, SOCK_STREAM, socket } from "../../ffi/mod.ts";
import { optionByName } from "../../ffi/options/mod.ts";
import { connect, listen } from "../../tcp/mod.ts";
import { turns } from "../turns/turns.ts";

const [face, name] = Deno.args;
const option = optionByName(name)!;

using listener = await listen({ hostname: "127.0.0.1", port: 0, engine: "libc" });
const { port } = listener.localAddr;
using bare = socket(AF_INET, SOCK_STREAM, 0);
await bare.connect(listener.localAddr);
using endpoint = await connect({ hostname: "127.0.0.1", port, engine: "libc" });
const target = face === "socket" ? bare : endpoint;

await turns(() => {
  for (let i = 0; i < 64; i++) target.getOption(option);
  return 64;
});
