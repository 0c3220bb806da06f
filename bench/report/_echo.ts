/** TCP echo servers: growth by connections and by bytes, natural calls, limits, churn, pace and memory. */
import {
  compiled,
  deno,
  load,
  type Running,
  type Server,
  startAll,
  stopAll,
} from "../tcp/_servers.ts";
import { otherRuntimes } from "../../tools/runtimes.ts";
import {
  type Cell,
  type Contender,
  cpuMicros,
  measureCell,
  type Plan,
  type Section,
} from "./_results.ts";

const TCP = new URL("../tcp/", import.meta.url).pathname;

/** The programs that make load. */
export interface Loads {
  readonly load: string[];
  readonly paced: string[];
  readonly hold: string[];
}

/** Builds them; throws without gcc. */
export function buildLoads(build: string): Loads {
  const made = (flags: string[], source: string) => {
    const command = compiled(build, "gcc", ["-O2", ...flags], source);
    if (command === undefined) throw new Error("Cannot measure: gcc is not installed");
    return command;
  };
  return {
    load: made(["-pthread"], "load.c"),
    paced: made([], "paced.c"),
    hold: made([], "hold.c"),
  };
}

/** Every peer that is there. */
export async function peers(build: string): Promise<Server[]> {
  const runtimes = await otherRuntimes().catch(() => undefined);
  return [
    yardstick(build),
    { name: "ours", command: () => deno("servers/ours.ts", "libc") },
    { name: "ours, deno engine", command: () => deno("servers/ours.ts", "deno") },
    { name: "bare Deno", command: () => deno("servers/deno_plain.ts") },
    { name: "Node", command: () => runtimes && [runtimes.node, `${TCP}servers/node.mjs`] },
    { name: "Bun", command: () => runtimes && [runtimes.bun, `${TCP}servers/bun.mjs`] },
    { name: "Go", command: () => compiled(build, "go", ["build"], "servers/echo.go") },
    { name: "CPython asyncio", command: () => python("servers/asyncio_echo.py") },
    { name: "CPython selectors", command: () => python("servers/sockets_echo.py") },
    {
      name: "Rust std, threads",
      command: () => compiled(build, "rustc", ["-O"], "servers/echo.rs"),
    },
  ];
}

function python(script: string): string[] {
  return ["python3", TCP + script];
}

/** Servers that answer by the calls people write. */
const NATURAL = [
  "recvInto",
  "recv",
  "recvExact",
  "recvUntil",
  "lines",
  "recvFrame",
  "readable",
  "pipeTo",
  "timeoutMs",
  "signal",
] as const;

function natural(kinds: readonly string[]): Server[] {
  return kinds.map((kind) => ({
    name: kind,
    command: () => deno("servers/natural.ts", kind, "64"),
  }));
}

function yardstick(build: string): Server {
  return { name: "C, epoll", command: () => compiled(build, "gcc", ["-O2"], "servers/echo.c") };
}

/** Contenders of one cell: the load runs against each server in turn. */
function contenders(
  servers: readonly Running[],
  command: (port: string) => string[],
  percentiles: readonly ("p50Micros" | "p99Micros" | "p999Micros")[],
): Contender[] {
  return servers.map(({ name, port, process }) => ({
    name,
    async measure() {
      const before = cpuMicros(process.pid);
      const numbers = await load(...command(port));
      const used = cpuMicros(process.pid) - before;
      return {
        value: numbers[0],
        cpuMicros: used / numbers.at(-1)!,
        ...Object.fromEntries(percentiles.map((name, i) => [name, numbers[i + 1]])),
      };
    },
  }));
}

async function withServers<T>(
  servers: readonly Server[],
  use: (running: Running[]) => Promise<T>,
): Promise<T> {
  const running = await startAll(servers);
  try {
    return await use(running);
  } finally {
    await stopAll(running);
  }
}

/** All sections about TCP. */
export async function* echoSections(plan: Plan, build: string): AsyncGenerator<Section> {
  const loads = buildLoads(build);
  const all = await peers(build);
  const saturating = (connections: number, size: number) => (port: string) => [
    ...loads.load,
    port,
    `${connections}`,
    `${size}`,
    `${plan.ms}`,
    "1",
  ];
  const cells = async (
    servers: readonly Server[],
    list: readonly (readonly [string, number, number])[],
    fits: (server: Running, connections: number) => boolean = () => true,
  ): Promise<Cell[]> =>
    await withServers(servers, async (running) => {
      const made: Cell[] = [];
      for (const [name, connections, size] of list) {
        const there = running.filter((server) => fits(server, connections));
        const command = saturating(connections, size);
        made.push(
          await measureCell(name, contenders(there, command, ["p50Micros", "p99Micros"]), plan),
        );
      }
      return made;
    });
  const note =
    "Each server has one core, the load (in C) another; 1.00 is C with epoll in the same " +
    "round. `ours` is `recvInto` and `sendAll` over libc.";
  const few = plan.quick;
  // A thread a connection is no peer where there are thousands.
  const fits = ({ name }: Running, connections: number) =>
    connections <= 1024 || !name.startsWith("Rust");
  const growth = few ? [1, 64, 1024] : [1, 64, 1024, 19_000];
  if (plan.wants("echo-connections")) {
    yield {
      id: "echo-connections",
      title: "TCP echo of 64 bytes by connections",
      unit: "echoes/s",
      note,
      cells: await cells(all, growth.map((n) => [`${n}`, n, 64] as const), fits),
    };
  }
  const sizes = few ? [64, 16384] : [1, 64, 4096, 65536, 1048576];
  if (plan.wants("echo-bytes")) {
    yield {
      id: "echo-bytes",
      title: "TCP echo over 64 connections by bytes of a message",
      unit: "echoes/s",
      note,
      cells: await cells(all, sizes.map((n) => [`${n}`, 64, n] as const)),
    };
  }
  if (plan.wants("natural-calls")) {
    yield {
      id: "natural-calls",
      title: "TCP echo of 64 bytes by the calls that people write",
      unit: "echoes/s",
      note: "Ours over libc, 64 connections; 1.00 is C with epoll. Limits are on every call.",
      cells: await cells([yardstick(build), ...natural(NATURAL)], [["64", 64, 64]]),
    };
  }
  const waits = few ? [1, 1024] : [1, 64, 1024, 10_000];
  if (plan.wants("limits")) {
    yield {
      id: "limits",
      title: "Waits with limits by how many there are at once",
      unit: "echoes/s",
      note:
        "One wait a connection, with nothing, with `timeoutMs` and with one `signal` for all; 1.00 " +
        "is a wait without a limit.",
      cells: await cells(
        natural(["recvInto", "timeoutMs", "signal"]),
        waits.map((n) => [`${n}`, n, 64] as const),
      ),
    };
  }
  if (plan.wants("churn")) {
    yield {
      id: "churn",
      title: "TCP connections made and closed, a byte there and back",
      unit: "connections/s",
      note,
      cells: await cells(all, [["64", 64, 0]]),
    };
  }
  if (plan.wants("pace")) yield await pace(plan, loads, all);
  if (plan.wants("memory")) yield await memory(plan, loads, all);
}

async function pace(plan: Plan, loads: Loads, all: readonly Server[]): Promise<Section> {
  const rates = plan.quick ? [1000] : [50, 1000, 20_000];
  const ms = plan.quick ? 300 : 600;
  const paced = { ...plan, rounds: Math.min(plan.rounds, 7) };
  return await withServers(all, async (running) => {
    const cells: Cell[] = [];
    for (const rate of rates) {
      const command = (port: string) => [...loads.paced, port, "16", "64", `${ms}`, `${rate}`];
      const there = contenders(running, command, ["p50Micros", "p99Micros", "p999Micros"]).map(
        ({ name, measure }) => ({
          name,
          // What counts is the CPU of a message.
          async measure() {
            const sample = await measure();
            return { ...sample, value: sample.cpuMicros! };
          },
        }),
      );
      cells.push(await measureCell(`${rate}/s`, there, paced, true));
    }
    return {
      id: "pace",
      title: "CPU of an echo below saturation, by messages a second over 16 connections",
      unit: "µs of CPU an echo",
      note:
        "A server that has little to do; round trips count from when a message was due. Shares are " +
        "of C's CPU: above 1 is less. Percentiles are in the JSON.",
      cells,
    };
  });
}

async function memory(plan: Plan, loads: Loads, all: readonly Server[]): Promise<Section> {
  const connections = plan.quick ? 1000 : 10_000;
  // Threads have stacks, and C and selectors keep nothing of a connection's.
  const keeps = ({ name }: Server) => !/^Rust|^CPython selectors|^C,/.test(name);
  const results = [];
  for (const server of [...natural(["recv"]), ...all.filter(keeps)]) {
    results.push(
      await withServers([server], async ([running]) => {
        if (running === undefined) return undefined;
        const before = rssKiB(running.process.pid);
        const hold = new Deno.Command(loads.hold[0], {
          args: [...loads.hold.slice(1), running.port, `${connections}`, "64"],
          stdin: "piped",
          stdout: "piped",
        }).spawn();
        const reader = hold.stdout.pipeThrough(new TextDecoderStream()).getReader();
        const held = Number((await reader.read()).value);
        await new Promise((resolve) => setTimeout(resolve, 300)); // collectors at work
        const value = (rssKiB(running.process.pid) - before) / held;
        await hold.stdin.close();
        await hold.status;
        return { name: server.name === "recv" ? "ours, recv" : server.name, value };
      }),
    );
  }
  const there = results.filter((result) => result !== undefined);
  const base = there[0].value;
  return {
    id: "memory",
    title: `Memory of a connection, at ${connections}, after a message of 64 bytes`,
    unit: "KiB a connection",
    note:
      "Growth of the server's resident memory, once. `ours`, bare Deno, Go and asyncio keep 64 KiB " +
      "buffers of the program's for each connection; `ours, recv` " +
      "has no buffer. C keeps nothing. 1.00 is `ours, recv`: below takes more.",
    cells: [{
      name: `${connections}`,
      results: there.map(({ name, value }) => ({
        name,
        value: Number(value.toPrecision(3)),
        share: Number((base / value).toPrecision(3)),
      })),
    }],
  };
}

function rssKiB(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(Deno.readTextFileSync(`/proc/${pid}/status`))![1]);
}
