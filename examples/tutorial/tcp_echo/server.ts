// The same with endpoints: deno run --allow-net server.ts
import { tcp } from "@berkeley/sockets";

using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0 });
console.log("port", listener.localAddr.port);
using conn = await listener.accept();
await conn.readable.pipeTo(conn.writable);
