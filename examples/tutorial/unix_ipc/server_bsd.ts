// server.py, line by line: deno run --allow-net --allow-read --allow-write --allow-ffi server_bsd.ts PATH
import { AF_UNIX, SOCK_STREAM, socket } from "@berkeley/sockets";

using s = socket(AF_UNIX, SOCK_STREAM);
s.bind({ path: Deno.args[0] });
s.listen();
console.log("path", s.localAddr.path);
const [conn, _addr] = await s.accept();
using _ = conn;
const request = await conn.recv(1024);
await conn.sendAll(request.toReversed());
