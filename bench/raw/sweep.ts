/**
 * A sweep of 127.0.0.0/16, every round trip measured: ours against fping, nmap, Go and C, each a
 * process of its own, in turn. `deno run -A bench/raw/sweep.ts [ROUNDS]`, as root.
 */
import { raw } from "@berkeley/sockets";
import { build, median, run, timed } from "./_programs.ts";

const HOSTS = 65534;
const rounds = Number(Deno.args[0] ?? 7);
const folder = await Deno.makeTempDir();
const c = await build(folder, "sweep.c");
const go = await build(folder, "sweep.go");
const ours = ["run", "-A", new URL("_sweep.ts", import.meta.url).pathname];

/** "hosts milliseconds rtt" */
function reported(text: string): number {
  const [hosts, ms] = text.trim().split(" ").map(Number);
  if (hosts !== HOSTS) throw new Error(`only ${hosts} hosts answered`);
  return ms;
}

async function inThisProcess(): Promise<number> {
  let alive = 0;
  const ms = await timed(async () => {
    for await (const host of raw.sweep("127.0.0.0/16", { ratePerSecond: Infinity })) {
      if (host.alive) alive++;
    }
  });
  if (alive !== HOSTS) throw new Error(`only ${alive} hosts answered`);
  return ms;
}

/** Each gives milliseconds; `process` counts the start of the program too. */
const sides: Record<string, () => Promise<number>> = {
  "C, sendmmsg": async () => reported(await run(c)),
  "ours": async () => reported(await run(Deno.execPath(), ...ours)),
  "ours, warm": inThisProcess,
  "Go": async () => reported(await run(go)),
  "fping, process": () => timed(() => run("fping", "-q", "-s", "-i0", "-g", "127.0.0.0/16")),
  "fping -e, process": () =>
    timed(() => run("fping", "-e", "-i0", "-g", "127.0.0.1", "127.0.255.254")),
  "ours, process": () => timed(() => run(Deno.execPath(), ...ours)),
};

const times: Record<string, number[]> = {};
await inThisProcess();
for (let round = 0; round < rounds; round++) {
  for (const [name, side] of Object.entries(sides)) (times[name] ??= []).push(await side());
}
times["nmap -sn, process"] = [
  await timed(() => run("nmap", "-sn", "-n", "-T5", "--min-parallelism", "100", "127.0.0.0/16")),
];
await Deno.remove(folder, { recursive: true });

for (const [name, all] of Object.entries(times)) {
  const ms = median(all);
  console.log(
    name.padEnd(20),
    `${ms.toFixed(0)} ms`.padStart(9),
    `${(HOSTS / ms).toFixed(0)} hosts/ms`,
  );
}
const of = (name: string) => median(times[name]);
console.log(
  `wall time / fping:       ${(of("ours") / of("fping, process")).toFixed(2)} (0.70 or less)`,
);
console.log(
  `the same, Deno's start included: ${(of("ours, process") / of("fping, process")).toFixed(2)}`,
);
console.log(
  `rate / C:                ${(of("C, sendmmsg") / of("ours, warm")).toFixed(2)} warm, ${
    (of("C, sendmmsg") / of("ours")).toFixed(2)
  } from cold (0.85 or more)`,
);
console.log(`rate / Go:               ${(of("Go") / of("ours")).toFixed(2)}`);
