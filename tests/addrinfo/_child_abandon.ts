/** Gives up many lookups of a dead server; prints how many of them were asked for at all. */
import { getAddrInfo } from "../../addrinfo/mod.ts";
import { startDnsServer } from "./_dns_server.ts";

const log = await startDnsServer();
const controller = new AbortController();
const lookups = Array.from(
  { length: 200 },
  (_, i) =>
    getAddrInfo(`dead-${i}.example.test`, null, { family: "inet", signal: controller.signal })
      .catch((error) => error.name),
);
while (log.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
controller.abort();
const names = new Set(await Promise.all(lookups));
// There is no room for it until the abandoned ones end, for which nobody else waits.
const [{ address }] = await getAddrInfo("four.example.test", 80, { family: "inet" });
const asked = new Set(log.filter((query) => query.includes("dead-"))).size;
console.log(JSON.stringify({ names: [...names], after: address.hostname, asked }));
Deno.exit(0);
