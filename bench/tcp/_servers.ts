/** What the TCP benches share: servers, and the programs that make load for them. */
import { bun, c, type Command, deno, go, node, python, rust, tokio } from "../_tools.ts";
import {
  type Cell,
  type Contender,
  cpuMicros,
  measureCell,
  type Plan,
  type Sample,
} from "../report/results.ts";
import type { Row } from "../report/turn_rows.ts";
import { LOAD_CORE, pinned, Program } from "../turns/program.ts";

const SERVERS = new URL("servers/", import.meta.url).pathname;
/** So many descriptors a process may have. */
export const MOST_DESCRIPTORS = Number(
  /Max open files\s+\d+\s+(\d+)/.exec(Deno.readTextFileSync("/proc/self/limits"))?.[1] ?? 1024,
);

/** A server that has told its port. */
export interface Running {
  name: string;
  port: string;
  process: Program;
}

/** With as many descriptors as the system lets it have. */
function unlimited(command: Command): Command {
  return ["sh", "-c", 'ulimit -n "$(ulimit -Hn)"; exec "$@"', "sh", ...command];
}

/** The yardstick. */
export async function yardstick(): Promise<Row> {
  return ["C, epoll", await c("tcp/servers/echo.c")];
}

/** Every echo server that is compared. */
export async function echoServers(): Promise<Row[]> {
  const [byNode, byBun] = [await node(), await bun()];
  return [
    await yardstick(),
    ["ours", deno("tcp/servers/ours.ts", "libc")],
    ["ours, io_uring", ["env", "SOCKETS_IO_URING=1", ...deno("tcp/servers/ours.ts", "libc")]],
    ["ours, deno engine", deno("tcp/servers/ours.ts", "deno")],
    ["bare Deno", deno("tcp/servers/deno_plain.ts")],
    ["Node", byNode === undefined ? undefined : [byNode, `${SERVERS}node.mjs`]],
    ["Bun", byBun === undefined ? undefined : [byBun, `${SERVERS}bun.mjs`]],
    ["Go", await go("tcp/servers/echo.go")],
    ["CPython asyncio", python("tcp/servers/asyncio_echo.py")],
    ["CPython selectors", python("tcp/servers/sockets_echo.py")],
    ["Rust tokio", await tokio("tcp/servers/tokio")],
    ["Rust std, threads", await rust("tcp/servers/echo.rs")],
  ];
}

/** Runs something while servers run; those whose tools are not here are left out. */
export async function withServers<T>(
  servers: readonly Row[],
  use: (running: Running[]) => Promise<T>,
): Promise<T> {
  const running: Running[] = [];
  try {
    for (const [name, command] of servers) {
      if (command === undefined) continue;
      const process = new Program(unlimited(command), 0);
      running.push({ name, port: "", process });
    }
    for (const server of running) server.port = await server.process.line();
    return await use(running);
  } finally {
    for (const { process } of running) await process.stop();
  }
}

/** The numbers of a sample that a program of load prints: its rate, then these, then how many there were. */
type Percentile = "p50Micros" | "p99Micros" | "p999Micros";

/**
 * Measures servers in turn, each by a program of load of its own, which stays connected and idle while it is
 * not its turn.
 */
export async function measureServers(
  name: string,
  servers: readonly Running[],
  command: (port: string) => Command,
  burstMs: number,
  percentiles: readonly Percentile[],
  plan: Plan,
  how: { lessIsBetter?: boolean; value?: (sample: Sample) => number } = {},
): Promise<Cell> {
  const loads: Program[] = [];
  try {
    for (const { port } of servers) {
      loads.push(new Program(unlimited(command(port)), burstMs, LOAD_CORE));
    }
    const ready = loads.map(async (load) => {
      if (await load.line() !== "ready") throw new Error("no load");
    });
    await Promise.allSettled(ready);
    const contenders = servers.map(({ name, process }, i): Contender => ({
      name,
      async measure() {
        await ready[i];
        const before = cpuMicros(process.pid);
        await loads[i].go();
        const numbers = (await loads[i].line()).split(" ").map(Number);
        const sample = {
          value: numbers[0],
          cpuMicros: (cpuMicros(process.pid) - before) / numbers.at(-1)!,
          ...Object.fromEntries(percentiles.map((name, i) => [name, numbers[i + 1]])),
        };
        return how.value === undefined ? sample : { ...sample, value: how.value(sample) };
      },
    }));
    return await measureCell(name, contenders, plan, how.lessIsBetter);
  } finally {
    for (const load of loads) await load.stop();
  }
}

/** A program of load that is started, told to go, and asked once. */
export function startLoad(command: Command): Deno.ChildProcess {
  const [program, ...args] = pinned(LOAD_CORE, unlimited(command));
  return new Deno.Command(program, { args, stdin: "piped", stdout: "piped" }).spawn();
}
