// Port scanner: deno run --allow-net port_scanner.ts HOST FIRST LAST
import { isSocketError, tcp } from "@berkeley/sockets";

const [hostname, first, last] = Deno.args;
const ports = Array.from({ length: Number(last) - Number(first) + 1 }, (_, i) => Number(first) + i);

async function probe(port: number): Promise<string> {
  try {
    (await tcp.connect({ hostname, port, timeoutMs: 1000 })).close();
    return "open";
  } catch (error) {
    if (isSocketError(error, "ECONNREFUSED")) return "closed";
    return "filtered"; // nobody answered, or a router refused
  }
}

// A hundred at a time: each waits for its own answer only.
const states = new Map<number, string>();
const queue = ports.values();
await Promise.all(Array.from({ length: 100 }, async () => {
  for (const port of queue) states.set(port, await probe(port));
}));
for (const port of ports) {
  if (states.get(port) !== "closed") console.log(port, states.get(port));
}
console.log(`${ports.length} ports`);
