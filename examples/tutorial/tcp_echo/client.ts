// The same with endpoints: deno run --allow-net client.ts PORT
import { tcp } from "@berkeley/sockets";

const hello = new TextEncoder().encode("Hello, world");
using conn = await tcp.connect({ hostname: "127.0.0.1", port: Number(Deno.args[0]) });
await conn.sendAll(hello);
// An echo may come in pieces: a stream has no message boundaries.
const data = await conn.recvExact(hello.length);
console.log("received", new TextDecoder().decode(data));
