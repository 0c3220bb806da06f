// server.py, line by line: deno run --allow-net --allow-ffi server_bsd.ts
import { AF_INET, SO_REUSEADDR, SOCK_STREAM, socket } from "@berkeley/sockets";

const BODY = "<h1>Hello from a socket</h1>";
const HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n" +
  `Content-Length: ${BODY.length}\r\n\r\n`;

using s = socket(AF_INET, SOCK_STREAM);
s.setOption(SO_REUSEADDR, true);
s.bind({ hostname: "127.0.0.1", port: 0 });
s.listen();
console.log("port", s.localAddr.port);
const [conn, _addr] = await s.accept();
using _ = conn;
let request = "";
while (!request.includes("\r\n\r\n")) {
  request += new TextDecoder().decode(await conn.recv(4096));
}
console.log("request", request.split("\r\n")[0]);
await conn.sendAll(new TextEncoder().encode(HEAD + BODY));
