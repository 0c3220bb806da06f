// The same with endpoints: deno run --allow-net server.ts
import { tcp } from "@berkeley/sockets";

using server = await tcp.createServer({ port: 0, dualStack: true });
console.log("port", server.localAddr.port);
for (let i = 0; i < 2; i++) {
  using conn = await server.accept();
  await conn.sendAll(new TextEncoder().encode(conn.remoteAddr!.hostname));
}
