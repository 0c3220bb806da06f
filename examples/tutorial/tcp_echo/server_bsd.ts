// server.py, line by line: deno run --allow-net --allow-ffi server_bsd.ts
import { AF_INET, SO_REUSEADDR, SOCK_STREAM, socket } from "@berkeley/sockets";

using s = socket(AF_INET, SOCK_STREAM);
s.setOption(SO_REUSEADDR, true);
s.bind({ hostname: "127.0.0.1", port: 0 });
s.listen();
console.log("port", s.localAddr.port);
const [conn, _addr] = await s.accept();
using _ = conn;
while (true) {
  const data = await conn.recv(1024);
  if (data.length === 0) break;
  await conn.sendAll(data);
}
