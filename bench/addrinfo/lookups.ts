/**
 * Lookups of a name in the hosts file: how many a second, and how late timers are meanwhile, against
 * Node's dns.lookup, CPython's getaddrinfo in threads and Go by either resolver; all in turn, several
 * rounds, medians. CPython with one in flight is no peer: it blocks its only thread.
 *
 * `deno run -A bench/addrinfo/lookups.ts [ROUNDS]`
 */
import { findPeers, median, type Sample, sample } from "./_peers.ts";

const ROUNDS = Number(Deno.args[0] ?? 5);
const COUNT = 100_000;

const work = await Deno.makeTempDir();
const peers = await findPeers(work);
console.log(`Lookups of localhost, ${COUNT} a run, medians of ${ROUNDS} rounds\n`);
for (const inFlight of [1, 64, 512]) {
  const samples = peers.map((): Sample[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, peer] of peers.entries()) {
      samples[i].push(await sample(peer, "localhost", inFlight, COUNT));
    }
  }
  const rates = samples.map((each) => median(each.map(({ perSecond }) => perSecond)));
  console.log(
    `${inFlight} in flight`.padEnd(22) +
      "  lookups/s   us each   to ours   timer late, ms: p50    p99    max",
  );
  for (const [i, { name }] of peers.entries()) {
    const late = (["p50", "p99", "max"] as const).map((key) =>
      samples[i][0][key] === undefined
        ? "-".padStart(7)
        : median(samples[i].map((one) => one[key]!)).toFixed(2).padStart(7)
    );
    console.log(
      name.padEnd(22) + rates[i].toFixed(0).padStart(11) +
        (1e6 / rates[i]).toFixed(1).padStart(10) +
        (rates[i] / rates[0]).toFixed(2).padStart(10) + " ".repeat(16) + late.join(""),
    );
  }
  console.log("");
}
await Deno.remove(work, { recursive: true });
