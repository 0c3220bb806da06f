/**
 * Unix sockets: passed descriptors, small datagrams and bulk, beside C, Go and CPython.
 *
 * Each contender sends and receives over a socket pair in one thread, in turns of 150 ms; the table
 * shows medians and the median of the ratios to C in the same round. Run:
 * `deno run -A bench/unix/main.ts [rounds]`.
 */
import { type Command, found, median, must, Program, WARM_UP } from "../udp/_program.ts";

const HERE = new URL(".", import.meta.url).pathname;
const rounds = Number(Deno.args[0] ?? 25);

const dir = await Deno.makeTempDir();
const c = `${dir}/unix`;
await must(["gcc", "-O2", "-o", c, `${HERE}unix.c`]);
const go: Command = await must(["go", "build", "-o", `${dir}/go`, `${HERE}peer.go`])
  .then(() => [`${dir}/go`], () => undefined);
const contenders: [string, Command][] = [
  ["C", [c]],
  ["ours", [Deno.execPath(), "run", "-A", "--no-check", `${HERE}ours.ts`]],
  ["Go", go],
  ["CPython", found("python3", `${HERE}peer.py`)],
];

const SERIES = [
  ["fds", "A descriptor passed, received and closed", 1e3, "k/s"],
  ["dgram", "64 B sent and received", 1e3, "k/s"],
  ["bulk", "64 KiB blocks sent and received", 1e9, "GB/s"],
] as const;

for (const [mode, title, unit, unitName] of SERIES) {
  const there = contenders.filter(([, command]) => command !== undefined);
  const programs = there.map(([, command]) => new Program([...command!, mode], 1));
  const rates: number[][] = there.map(() => []);
  for (let round = 0; round < rounds + WARM_UP; round++) {
    for (let i = 0; i < programs.length; i++) {
      await programs[i].go();
      const rate = await programs[i].number();
      if (round >= WARM_UP) rates[i].push(rate);
    }
  }
  for (const program of programs) await program.stop();
  console.log(`\n${title}`);
  const ratios = rates.map((all) => median(all.map((rate, round) => rate / rates[0][round])));
  there.forEach(([name], i) => {
    const shown = (median(rates[i]) / unit).toFixed(unit === 1e9 ? 2 : 0).padStart(7);
    console.log(`  ${name.padEnd(10)} ${shown} ${unitName}  ${ratios[i].toFixed(2)}`);
  });
}
await Deno.remove(dir, { recursive: true });
