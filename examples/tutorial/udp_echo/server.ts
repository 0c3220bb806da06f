// The same with endpoints: deno run --allow-net server.ts
import { udp } from "@berkeley/sockets";

using s = await udp.bind({ hostname: "127.0.0.1", port: 0 });
console.log("port", s.localAddr.port);
const { data, from } = await s.recvFrom();
await s.sendTo(data, from);
