// The echo server for Node: see server.ts.
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";

const server = createServer((socket) => {
  socket.on("error", () => {});
  socket.pipe(socket);
});
server.listen({ port: 0, host: "0.0.0.0", backlog: 4096 }, () => {
  console.log("port", server.address().port);
});
process.stdin.on("data", () => {
  globalThis.gc?.();
  const resident = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync("/proc/self/status"))[1]) * 1024;
  const fds = readdirSync("/proc/self/fd").length;
  console.log("has", fds, process.memoryUsage().heapUsed, resident, resident);
});
process.stdin.on("end", () => process.exit());
