// client.py, line by line: deno run --allow-net --allow-read --allow-write --allow-ffi client_bsd.ts PATH
import { AF_UNIX, SOCK_STREAM, socket } from "@berkeley/sockets";

using s = socket(AF_UNIX, SOCK_STREAM);
await s.connect({ path: Deno.args[0] });
await s.sendAll(new TextEncoder().encode("stressed"));
console.log("received", new TextDecoder().decode(await s.recv(1024)));
