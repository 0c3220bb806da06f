// The same with endpoints: deno run --allow-net --allow-read --allow-write client.ts PATH
import { unix } from "@berkeley/sockets";

using conn = await unix.connect({ path: Deno.args[0] });
await conn.sendAll(new TextEncoder().encode("stressed"));
console.log("received", new TextDecoder().decode(await conn.recv()));
