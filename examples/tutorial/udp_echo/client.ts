// The same with endpoints: deno run --allow-net client.ts PORT
import { udp } from "@berkeley/sockets";

using s = await udp.connect({ hostname: "127.0.0.1", port: Number(Deno.args[0]) });
await s.send(new TextEncoder().encode("Hello, world"));
console.log("received", new TextDecoder().decode(await s.recv({ timeoutMs: 5000 })));
