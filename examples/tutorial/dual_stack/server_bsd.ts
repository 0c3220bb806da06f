// server.py, line by line: deno run --allow-net --allow-ffi server_bsd.ts
import { AF_INET6, IPV6_V6ONLY, SOCK_STREAM, socket } from "@berkeley/sockets";

using s = socket(AF_INET6, SOCK_STREAM);
s.setOption(IPV6_V6ONLY, false);
s.bind({ hostname: "::", port: 0 });
s.listen();
console.log("port", s.localAddr.port);
for (let i = 0; i < 2; i++) {
  const [conn, addr] = await s.accept();
  using _ = conn;
  await conn.sendAll(new TextEncoder().encode((addr as { hostname: string }).hostname));
}
