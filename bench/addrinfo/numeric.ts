/**
 * Addresses in text: answered without a thread. How many a second, against the same by the C library
 * on its threads (an old form of the address, which only libc reads), one at a time and 64 at once.
 *
 * `deno run -A bench/addrinfo/numeric.ts [ROUNDS]`
 */
import { getAddrInfo } from "../../addrinfo/mod.ts";
import { median } from "../report/results.ts";

const ROUNDS = Number(Deno.args[0] ?? 5);

async function perSecond(host: string, count: number, inFlight: number): Promise<number> {
  let next = 0;
  const start = performance.now();
  await Promise.all(Array.from({ length: inFlight }, async () => {
    // The port differs, so that nothing is shared.
    for (let i = next++; i < count; i = next++) {
      await getAddrInfo(host, i & 0xffff, { type: "stream" });
    }
  }));
  return count / (performance.now() - start) * 1000;
}

const rows = [
  { name: "127.0.0.1", host: "127.0.0.1", count: 1_000_000 },
  { name: "2001:db8::1", host: "2001:db8::1", count: 1_000_000 },
  { name: "127.1 (by libc)", host: "127.1", count: 50_000 },
];
for (const inFlight of [1, 64]) {
  const rates = rows.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, { host, count }] of rows.entries()) {
      rates[i].push(await perSecond(host, count, inFlight));
    }
  }
  const medians = rates.map(median);
  console.log(`${inFlight} in flight`.padEnd(20) + "  lookups/s   times libc's rate");
  for (const [i, { name }] of rows.entries()) {
    const ratio = medians[i] / medians[rows.length - 1];
    console.log(
      name.padEnd(20) + medians[i].toFixed(0).padStart(11) + ratio.toFixed(1).padStart(20),
    );
  }
  console.log("");
}
