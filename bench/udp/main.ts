/**
 * UDP: datagrams a second, received and sent, beside C, Go, Node, Bun and CPython.
 *
 * All contenders are started; then they take turns, a burst of 150 ms each, for some tens of rounds.
 * The table shows the median rate, and the median of its ratios to C with recvmmsg and sendmmsg in
 * the same round: other work on the machine then weighs on both alike. A C program floods the receivers; the senders send to a socket that
 * nobody reads. Run: `deno run -A --unstable-net bench/udp/main.ts [rounds] [title]`, where the title
 * may be the start of some series'.
 */
import { median, WARM_UP } from "./_program.ts";
import { allSeries, build, type Contender, prepare, type Series } from "./_series.ts";

const rounds = Number(Deno.args[0] ?? 25);
const only = Deno.args[1] ?? "";

async function run(c: string, series: Series): Promise<void> {
  if (!series.title.startsWith(only)) return;
  const there = series.contenders.filter(([, command]) => command !== undefined);
  const contenders: Contender[] = [];
  for (const [, command, mode] of there) {
    contenders.push(await prepare(c, series, command!, mode));
  }
  const rates: number[][] = there.map(() => []);
  for (let round = 0; round < rounds + WARM_UP; round++) {
    for (let i = 0; i < contenders.length; i++) {
      const rate = await contenders[i].burst();
      if (round >= WARM_UP) rates[i].push(rate);
    }
  }
  for (const contender of contenders) await contender.stop();
  console.log(`\n${series.title}`);
  const ratios = rates.map((all) => median(all.map((rate, round) => rate / rates[0][round])));
  there.forEach(([name], i) => {
    const thousands = (median(rates[i]) / 1000).toFixed(0).padStart(7);
    console.log(`  ${name.padEnd(34)} ${thousands} k/s  ${ratios[i].toFixed(2)}`);
  });
}

const dir = await Deno.makeTempDir();
const { c, go } = await build(dir);
try {
  for (const series of await allSeries(c, go)) await run(c, series);
} finally {
  await Deno.remove(dir, { recursive: true });
}
Deno.exit(0);
