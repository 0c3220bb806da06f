/**
 * Asks a dead server for 10,000 names, in a network namespace: meanwhile files are read, Deno's own
 * connections made, and every lookup is given up. Then nothing may keep the process alive.
 */
import { getAddrInfo } from "../../addrinfo/mod.ts";

const COUNT = 10_000;
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
const { port } = listener.addr;
const controller = new AbortController();
let ended = 0;
const lookups = Array.from(
  { length: COUNT },
  (_, i) =>
    getAddrInfo(`dead-${i}.example.test`, null, { signal: controller.signal })
      .then(() => "found", (error) => error.name)
      .finally(() => ended++),
);

const file = await Deno.makeTempFile();
await Deno.writeTextFile(file, "text");
let longestMs = 0;
for (let i = 0; i < 200; i++) {
  const start = performance.now();
  await Deno.readTextFile(file);
  const conn = await Deno.connect({ hostname: i % 2 === 0 ? "127.0.0.1" : "localhost", port });
  conn.close();
  (await listener.accept()).close();
  longestMs = Math.max(longestMs, performance.now() - start);
}
const endedBefore = ended;
controller.abort();
const names = new Set(await Promise.all(lookups));
listener.close();
await Deno.remove(file);
// An answer in text must come though glibc's threads all wait for the dead server.
const [{ address }] = await getAddrInfo("127.0.0.1", 80);
console.log(JSON.stringify({
  endedBefore,
  names: [...names],
  longestMs,
  numeric: address.hostname,
}));
