// The same with endpoints: deno run --allow-net --allow-read --allow-write server.ts PATH
import { unix } from "@berkeley/sockets";

using listener = await unix.listen({ path: Deno.args[0], mode: 0o600 });
console.log("path", listener.localAddr.path);
using conn = await listener.accept();
const request = await conn.recv();
await conn.sendAll(request.toReversed());
