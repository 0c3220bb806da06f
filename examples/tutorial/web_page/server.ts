// The same with endpoints: deno run --allow-net server.ts
import { tcp } from "@berkeley/sockets";

const BODY = "<h1>Hello from a socket</h1>";
const HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n" +
  `Content-Length: ${BODY.length}\r\n\r\n`;

using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0 });
console.log("port", listener.localAddr.port);
using conn = await listener.accept();
const request = new TextDecoder().decode(await conn.recvUntil("\r\n\r\n", { timeoutMs: 5000 }));
console.log("request", request.split("\r\n")[0]);
await conn.sendAll(new TextEncoder().encode(HEAD + BODY));
