// server.py, line by line: deno run --allow-net --allow-ffi server_bsd.ts
import { AF_INET, SOCK_DGRAM, socket } from "@berkeley/sockets";

using s = socket(AF_INET, SOCK_DGRAM);
s.bind({ hostname: "127.0.0.1", port: 0 });
console.log("port", s.localAddr.port);
const [data, addr] = await s.recvFrom(1024);
await s.sendTo(data, addr);
