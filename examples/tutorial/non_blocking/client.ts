// The same with endpoints: deno run --allow-net client.ts PORT
import { tcp } from "@berkeley/sockets";

using conn = await tcp.connect({ hostname: "127.0.0.1", port: Number(Deno.args[0]) });
// A wait of no time: what does not come is not lost.
await conn.recv(1024, { timeoutMs: 0 }).catch(() => console.log("nothing yet"));
await conn.sendAll(new TextEncoder().encode("go"));
console.log("received", new TextDecoder().decode(await conn.recv(1024)));
