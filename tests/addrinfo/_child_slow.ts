/** Looks up 512 names at a server that takes 200 ms each, and reads a file all the while. */
import { getAddrInfo } from "../../addrinfo/mod.ts";
import { startDnsServer } from "./_dns_server.ts";

const log = await startDnsServer(200);
const file = await Deno.makeTempFile();
await Deno.writeTextFile(file, "text");
let reading = true;
let reads = 0;
const reader = (async () => {
  while (reading) {
    await Deno.readTextFile(file);
    reads++;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
})();
const start = performance.now();
const found = await Promise.all(
  Array.from(
    { length: 512 },
    (_, i) => getAddrInfo(`slow-${i}.example.test`, 80, { type: "stream", family: "inet" }),
  ),
);
const elapsedMs = performance.now() - start;
reading = false;
await reader;
console.log(JSON.stringify({
  elapsedMs,
  reads,
  found: found.filter((entries) => entries[0].address.hostname === "192.0.2.7").length,
  queries: new Set(log.filter((query) => query.includes("slow-"))).size,
}));
Deno.exit(0);
