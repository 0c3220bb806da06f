// client.py, line by line: deno run --allow-net --allow-ffi client_bsd.ts PORT
import { AF_INET, SOCK_STREAM, socket } from "@berkeley/sockets";

using s = socket(AF_INET, SOCK_STREAM);
await s.connect({ hostname: "127.0.0.1", port: Number(Deno.args[0]) });
await s.sendAll(new TextEncoder().encode("Hello, world"));
const data = await s.recv(1024);
console.log("received", new TextDecoder().decode(data));
