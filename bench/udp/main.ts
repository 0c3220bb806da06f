/**
 * UDP: datagrams a second, received and sent, beside C, Go, Node, Bun and CPython.
 *
 * All contenders are started; then they take turns, a burst of 150 ms each, for some tens of rounds.
 * The table shows the median rate, and the median of its ratios to C with recvmmsg and sendmmsg in
 * the same round: other work on the machine then weighs on both alike. A C program floods the receivers; the senders send to a socket that
 * nobody reads. Run: `deno run -A --unstable-net bench/udp/main.ts [rounds] [title]`, where the title
 * may be the start of some series'; BUN names a bun.
 */
import { type Command, found, median, must, Program, WARM_UP } from "./_program.ts";

const HERE = new URL(".", import.meta.url).pathname;
const rounds = Number(Deno.args[0] ?? 25);
const only = Deno.args[1] ?? "";

interface Series {
  readonly title: string;
  readonly size: number;
  readonly send: boolean;
  /** The first is what the others are measured by. */
  readonly contenders: readonly (readonly [name: string, command: Command, mode: string])[];
}

async function build(dir: string): Promise<{ c: string; go: Command }> {
  const c = `${dir}/udp`;
  await must(["gcc", "-O2", "-o", c, `${HERE}udp.c`]);
  const go = `${dir}/go`;
  const built = await must(["go", "build", "-o", go, `${HERE}peer.go`]).catch(() => undefined);
  return { c, go: built && [go] };
}

/** Runs bursts of one contender. */
interface Contender {
  burst(): Promise<number>;
  stop(): Promise<void>;
}

async function prepare(c: string, series: Series, command: readonly string[], mode: string) {
  const args = [...command, mode, `${series.size}`];
  if (series.send) {
    const sink = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    const sender = new Program([...args, `${(sink.addr as Deno.NetAddr).port}`], 1);
    return {
      async burst() {
        await sender.go();
        return await sender.number();
      },
      async stop() {
        await sender.stop();
        sink.close();
      },
    };
  }
  const receiver = new Program(args, 1);
  const flood = new Program([c, "flood", `${series.size}`, `${await receiver.number()}`], 2);
  return {
    async burst() {
      let rate: number | undefined;
      const told = receiver.number().then((value) => rate = value);
      while (rate === undefined) {
        // Once more if something else had the core for too long and the burst fell apart.
        await flood.go();
        await flood.number();
        await new Promise((resolve) => setTimeout(resolve, 60)); // the silence that ends a burst
      }
      await told;
      return rate;
    },
    async stop() {
      await flood.stop();
      await receiver.stop();
    },
  };
}

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
const ours = [Deno.execPath(), "run", "-A", "--no-check", "--unstable-net", `${HERE}ours.ts`];
const node = found("node", `${HERE}peer.mjs`);
const bun = found(Deno.env.get("BUN") ?? "bun", `${HERE}peer.mjs`);
const python = found("python3", `${HERE}peer.py`);

const receivers = (size: number): Series => ({
  title: `Received, ${size} B`,
  size,
  send: false,
  contenders: [
    ["C recvmmsg", [c], "recvmmsg"],
    ["ours: recvBatches()", ours, "batches"],
    ["ours: recvMany(), objects", ours, "many"],
    ["ours: for await, libc endpoint", ours, "libc"],
    ["ours: for await, deno endpoint", ours, "deno"],
    ["C recvfrom", [c], "recvfrom"],
    ["Go", go, "recv"],
    ["Bun", bun, "bun"],
    ["Node", node, "node"],
    ["CPython", python, "recv"],
  ],
});

const senders = (size: number): Series => ({
  title: `Sent, ${size} B`,
  size,
  send: true,
  contenders: [
    ["C sendmmsg", [c], "sendmmsg"],
    ["ours: Socket.sendMany()", ours, "send"],
    ["ours: sendMany(), libc endpoint", ours, "endpoint-send"],
    ["C sendto", [c], "sendto"],
    ["Go", go, "send"],
    ["Bun sendMany", bun, "bun"],
    ["Node", node, "node"],
    ["CPython", python, "send"],
  ],
});

try {
  for (const size of [64, 1400]) await run(c, receivers(size));
  for (const size of [64, 1400]) await run(c, senders(size));
  for (const size of [64, 1400]) {
    await run(c, {
      title: `Received with UDP_GRO, segments of ${size} B`,
      size,
      send: false,
      contenders: [["C recvmmsg", [c], "gro"], ["ours: recvBatches()", ours, "gro"]],
    });
    await run(c, {
      title: `Sent with UDP_SEGMENT, segments of ${size} B`,
      size,
      send: true,
      contenders: [["C sendmmsg", [c], "gso"], ["ours: Socket.sendMany()", ours, "gso"]],
    });
  }
} finally {
  await Deno.remove(dir, { recursive: true });
}
Deno.exit(0);
