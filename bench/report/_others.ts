/** What is no TCP echo: datagrams, Unix sockets, names, options, and what it costs to begin. */
import { findPeers, sample } from "../addrinfo/_peers.ts";
import { type Command, found, must, Program } from "../udp/_program.ts";
import { allSeries, build as buildUdp, prepare } from "../udp/_series.ts";
import {
  type Cell,
  type Contender,
  cpuMicros,
  measureCell,
  type Plan,
  type Section,
} from "./_results.ts";

const BENCH = new URL("../", import.meta.url).pathname;
const ROOT = new URL("../../", import.meta.url).pathname;
/** How long a burst of the programs of bench/udp and bench/unix takes. */
const BURST_SECONDS = 0.15;

/** Datagrams received and sent. */
export async function* udpSections(plan: Plan, build: string): AsyncGenerator<Section> {
  const { c, go } = await buildUdp(build);
  for (const series of await allSeries(c, go)) {
    const id = `udp-${
      series.title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replace(/-b$/, "")
    }`;
    if (!plan.wants(id)) continue;
    if (plan.quick && (series.size !== 64 || /GRO|SEGMENT/.test(series.title))) continue;
    const running = [];
    for (const [name, command, mode] of series.contenders) {
      if (command === undefined) continue;
      running.push({ name, contender: await prepare(c, series, command, mode) });
    }
    try {
      const contenders = running.map(({ name, contender }) => ({
        name,
        measure: () => burst(contender.pid, () => contender.burst()),
      }));
      const cells = [await measureCell(`${series.size}`, contenders, plan)];
      yield {
        id,
        title: `UDP: ${series.title.toLowerCase()}`,
        unit: "datagrams/s",
        note:
          "Bursts of 150 ms in turn. Go has no batches without golang.org/x/net, which is not here.",
        cells,
      };
    } finally {
      for (const { contender } of running) await contender.stop();
    }
  }
}

/** One burst, and what CPU each message of it took. */
async function burst(pid: number, run: () => Promise<number>) {
  const before = cpuMicros(pid);
  const value = await run();
  return { value, cpuMicros: (cpuMicros(pid) - before) / (value * BURST_SECONDS) };
}

/** Unix socket pairs. */
export async function unixSection(plan: Plan, build: string): Promise<Section> {
  const here = `${BENCH}unix/`;
  const c = `${build}/unix`;
  await must(["gcc", "-O2", "-o", c, `${here}unix.c`]);
  const go: Command = await must(["go", "build", "-o", `${build}/unix-go`, `${here}peer.go`])
    .then(() => [`${build}/unix-go`], () => undefined);
  const commands: readonly (readonly [string, Command])[] = [
    ["C", [c]],
    ["ours", [Deno.execPath(), "run", "-A", "--no-check", `${here}ours.ts`]],
    ["Go", go],
    ["CPython", found("python3", `${here}peer.py`)],
  ];
  const cells: Cell[] = [];
  for (
    const [mode, name] of [["fds", "descriptor"], ["dgram", "64 B"], ["bulk", "64 KiB, bytes"]]
  ) {
    const programs = commands.filter(([, command]) => command !== undefined)
      .map(([name, command]) => ({ name, program: new Program([...command!, mode], 1) }));
    const contenders = programs.map(({ name, program }) => ({
      name,
      measure: () =>
        burst(program.pid, async () => {
          await program.go();
          return await program.number();
        }),
    }));
    cells.push(await measureCell(name, contenders, plan));
    for (const { program } of programs) await program.stop();
  }
  return {
    id: "unix",
    title: "Unix socket pairs in one thread: a descriptor passed, 64 bytes, blocks of 64 KiB",
    unit: "messages/s (bytes/s of the blocks)",
    note: "Each sends to itself and receives; 1.00 is C in the same round.",
    cells,
  };
}

/** Names in flight. */
export async function namesSection(plan: Plan, build: string): Promise<Section> {
  const count = plan.quick ? 5_000 : 20_000;
  const all = await findPeers(build);
  const cells: Cell[] = [];
  for (const inFlight of plan.quick ? [1, 64] : [1, 8, 64, 512]) {
    const contenders = all.map((peer): Contender => ({
      name: peer.name,
      measure: async () => ({
        value: (await sample(peer, "localhost", inFlight, count)).perSecond,
      }),
    }));
    cells.push(
      await measureCell(`${inFlight}`, contenders, { ...plan, rounds: Math.min(plan.rounds, 7) }),
    );
  }
  return {
    id: "names",
    title: "Names looked up in the hosts file, by how many are in flight",
    unit: "look-ups/s",
    note:
      "1.00 is ours, all distinct. Go's own resolver reads the file itself and asks no nsswitch module.",
    cells,
  };
}

/** Options read. */
export async function optionsSection(plan: Plan): Promise<Section> {
  const deno = (script: string, ...args: string[]) => [
    Deno.execPath(),
    ...["run", "-A", "--no-check", `--config=${ROOT}deno.json`, script, ...args],
  ];
  const commands: readonly (readonly [string, readonly string[]])[] = [
    ["CPython", ["python3", `${BENCH}report/options/peer.py`]],
    ["ours, endpoint", deno(`${BENCH}report/options/ours.ts`, "endpoint")],
    ["ours, Socket", deno(`${BENCH}report/options/ours.ts`, "socket")],
  ];
  const cells: Cell[] = [];
  for (const option of ["SO_RCVBUF", "TCP_NODELAY", "SO_LINGER", "TCP_INFO"]) {
    const contenders = commands.map(([name, command]): Contender => ({
      name,
      measure: async () => ({ value: await printed([...command, option]) }),
    }));
    cells.push(
      await measureCell(option, contenders, { ...plan, rounds: Math.min(plan.rounds, 7) }),
    );
  }
  return {
    id: "options",
    title: "Options read, by kind of value",
    unit: "reads/s",
    note:
      "1.00 is CPython, which gives the bytes of SO_LINGER and TCP_INFO; ours gives what they say.",
    cells,
  };
}

async function printed([program, ...args]: readonly string[]): Promise<number> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return Number(new TextDecoder().decode(stdout));
}

/** Whole programs that do little: what it costs to begin and to end. */
export async function startSection(plan: Plan): Promise<Section> {
  const programs: readonly (readonly [string, string])[] = [
    ["empty", ""],
    ["bare Deno: a connection", "bare"],
    ["import of tcp", "tcp"],
    ["import of all", "all"],
    ["ours, deno engine: a connection", "deno"],
    ["ours, libc: a connection", "libc"],
  ];
  const contenders = programs.map(([name, mode]): Contender => ({
    name,
    async measure() {
      const begin = performance.now();
      const { success, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          ...["run", "-A", "--no-check", `--config=${ROOT}deno.json`],
          ...[`${BENCH}report/start/${mode === "" ? "empty" : mode}.ts`],
        ],
      }).output();
      if (!success) throw new Error(new TextDecoder().decode(stderr));
      return { value: performance.now() - begin };
    },
  }));
  return {
    id: "start",
    title: "Whole programs that do little",
    unit: "ms",
    note:
      "Process start and end are in it. Modules are in Deno's cache; nothing is bundled. Shares are " +
      "of an empty program: 0.5 takes twice as long.",
    cells: [
      await measureCell("wall", contenders, { ...plan, rounds: Math.max(plan.rounds, 11) }, true),
    ],
  };
}
