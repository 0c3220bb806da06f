/**
 * One connection at full rate, one direction at a time: servers that receive into one block, or send
 * it again and again, the load in C. They take turns in every round; printed is the median share of C's
 * rate in the same round, and the rate.
 *
 *     deno run -A bench/tcp/bulk.ts [--rounds=N] [--ms=N] [--sizes=65536,…] [--servers=c,libc,…]
 */
import {
  compiled,
  deno,
  load,
  median,
  options,
  program,
  type Server,
  startAll,
  stopAll,
} from "./_servers.ts";

const rounds = Number(options.get("rounds") ?? 11);
const ms = options.get("ms") ?? "300";
const sizes = (options.get("sizes") ?? "65536,262144,1048576").split(",");
const build = await Deno.makeTempDir();
const c = compiled(build, "gcc", ["-O2"], "bulk/bulk.c");
if (c === undefined) {
  console.log("Cannot run: gcc is not installed");
  Deno.exit(1);
}

const servers = (size: string): Server[] => [
  { name: "c", command: () => [...c, "serve", size] },
  { name: "libc", command: () => deno("bulk/ours.ts", "libc", size) },
  { name: "deno engine", command: () => deno("bulk/ours.ts", "deno", size) },
  { name: "bare Deno", command: () => deno("bulk/deno_plain.ts", size) },
  {
    name: "go",
    command: () => {
      const go = compiled(build, "go", ["build"], "bulk/peer.go");
      return go && [...go, size];
    },
  },
  { name: "CPython", command: () => program("python3", "bulk/peer.py", size) },
];

try {
  for (const size of sizes) {
    const running = await startAll(servers(size));
    try {
      for (const [what, title] of [["w", "received"], ["r", "sent"]]) {
        const rates = running.map((): number[] => []);
        for (let round = 0; round <= rounds; round++) {
          for (const [i, { port }] of running.entries()) {
            const [rate] = await load(...c, "load", port, size, what, ms);
            if (round > 0) rates[i].push(rate);
          }
        }
        console.log(`\nBlocks of ${size} B ${title}`);
        running.forEach(({ name }, i) => {
          const share = median(rates[i].map((rate, round) => rate / rates[0][round]));
          const gigabytes = (median(rates[i]) / 1e9).toFixed(2);
          console.log(`  ${name.padEnd(14)}${gigabytes.padStart(6)} GB/s  ${share.toFixed(2)}`);
        });
      }
    } finally {
      await stopAll(running);
    }
  }
} finally {
  await Deno.remove(build, { recursive: true });
}
