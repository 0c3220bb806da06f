// client.py, line by line: deno run --allow-net --allow-ffi client_bsd.ts PORT
import { AF_INET, SOCK_DGRAM, socket } from "@berkeley/sockets";

using s = socket(AF_INET, SOCK_DGRAM);
await s.sendTo(new TextEncoder().encode("Hello, world"), {
  hostname: "127.0.0.1",
  port: Number(Deno.args[0]),
});
const [data, _addr] = await s.recvFrom(1024, { timeoutMs: 5000 });
console.log("received", new TextDecoder().decode(data));
