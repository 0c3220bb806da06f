/** TCP echo servers: growth by connections and by bytes, natural calls, limits, churn, pace and memory. */
import { c, deno } from "../_tools.ts";
import { type Cell, type Plan, resultsOf, type SectionRow } from "../report/results.ts";
import type { Row } from "../report/turn_rows.ts";
import {
  echoServers,
  measureServers,
  MOST_DESCRIPTORS,
  type Running,
  startLoad,
  withServers,
  yardstick,
} from "./_servers.ts";
import { bulkSection } from "./_bulk.ts";

const ONE_CORE =
  "Each server has one core, the load (in C) another; 1.00 is C with epoll in the same " +
  "round. `ours` is `recvInto` and `sendAll` over libc, by epoll; with `SOCKETS_IO_URING=1` by io_uring.";

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

function natural(kinds: readonly string[]): Row[] {
  return kinds.map((kind) => [`ours, ${kind}`, deno("tcp/servers/natural.ts", kind, "64")]);
}

/** What has to come round once for each connection takes longer with many. */
function burstMs({ quick, ms }: Plan, connections: number, bytes: number): number {
  if (quick) return connections > 500 ? 60 : ms;
  return connections >= 5000 ? 500 : connections >= 1000 || bytes >= 1_000_000 ? 250 : ms;
}

/** A cell for each number of connections and bytes. */
async function echoCells(
  plan: Plan,
  servers: readonly Row[],
  list: readonly (readonly [name: string, connections: number, bytes: number])[],
  fits: (server: Running, connections: number) => boolean = () => true,
): Promise<Cell[]> {
  const load = await c("tcp/load.c");
  return await withServers(servers, async (running) => {
    const cells: Cell[] = [];
    for (const [name, connections, bytes] of list) {
      const there = running.filter((server) => fits(server, connections));
      const command = (port: string) => [...load, port, `${connections}`, `${bytes}`];
      const ms = burstMs(plan, connections, bytes);
      const percentiles = ["p50Micros", "p99Micros"] as const;
      cells.push(await measureServers(name, there, command, ms, percentiles, plan));
    }
    return cells;
  });
}

/** Of each server; those of all servers stand at once. Each takes a descriptor at both ends. */
const MOST_CONNECTIONS = Math.min(10_000, MOST_DESCRIPTORS - 200);

async function byConnections(plan: Plan) {
  // A thread a connection is no peer where there are thousands.
  const fits = ({ name }: Running, connections: number) =>
    connections <= 1024 || name !== "Rust std, threads";
  const growth = plan.quick ? [1, 64] : [1, 8, 64, 512, 4096, MOST_CONNECTIONS];
  const list = growth.map((n) => [`${n} conn.`, n, 64] as const);
  return {
    title: "TCP echo of 64 bytes by connections",
    unit: "echoes/s",
    note: `${ONE_CORE} Those of all servers stand at once, and only one's are busy.`,
    cells: await echoCells(plan, await echoServers(), list, fits),
  };
}

async function byBytes(plan: Plan) {
  const sizes = plan.quick ? [64, 16384] : [1, 64, 1024, 16384, 131072, 1048576];
  const list = sizes.map((n) => [n < 1024 ? `${n} B` : `${n / 1024} KiB`, 64, n] as const);
  return {
    title: "TCP echo over 64 connections by bytes of a message",
    unit: "echoes/s",
    note: ONE_CORE,
    cells: await echoCells(plan, await echoServers(), list),
  };
}

async function naturalCalls(plan: Plan) {
  const servers = [await yardstick(), ...natural(NATURAL)];
  const list = (plan.quick ? [64] : [1, 64, 1024]).map((n) => [`${n} conn.`, n, 64] as const);
  return {
    title: "TCP echo of 64 bytes by the calls that people write",
    unit: "echoes/s",
    note:
      "Ours over libc, by epoll; 1.00 is C with epoll. `recvExact` is answered by `sendAll`, `recvFrame` by " +
      "`sendFrame`, `lines` by each line encoded anew, `readable` is `for await`, `pipeTo` goes into " +
      "`writable`; limits are on every receive and send.",
    cells: await echoCells(plan, servers, list),
  };
}

async function limits(plan: Plan) {
  const waits = plan.quick ? [64] : [1, 64, 1024, 10_000].filter((n) => n <= MOST_CONNECTIONS);
  const list = waits.map((n) => [`${n} waits`, n, 64] as const);
  return {
    title: "Waits with limits by how many there are at once",
    unit: "echoes/s",
    note:
      "One wait a connection, with nothing, with `timeoutMs` on every call, and with one `signal` for all; " +
      "1.00 is a wait without a limit.",
    cells: await echoCells(plan, natural(["recvInto", "timeoutMs", "signal"]), list),
  };
}

async function churn(plan: Plan) {
  return {
    title: "TCP connections made and closed, a byte there and back",
    unit: "connections/s",
    note:
      `${ONE_CORE} One after another, so that most of a connection's time is the load's own: CPU says more.`,
    cells: await echoCells(plan, await echoServers(), [["connections", 1, 0]]),
  };
}

async function pace(plan: Plan) {
  const paced = await c("tcp/paced.c");
  const rates = plan.quick ? [2000] : [50, 1000, 20_000];
  return await withServers(await echoServers(), async (running) => {
    const cells: Cell[] = [];
    for (const rate of rates) {
      const command = (port: string) => [...paced, port, "16", "64", `${rate}`];
      const ms = plan.quick ? 60 : rate < 100 ? 500 : 300;
      const percentiles = ["p50Micros", "p99Micros", "p999Micros"] as const;
      cells.push(
        await measureServers(`${rate}/s`, running, command, ms, percentiles, plan, {
          lessIsBetter: true,
          value: ({ cpuMicros }) => cpuMicros!, // what counts is the CPU of a message
        }),
      );
    }
    return {
      title: "An echo below saturation: CPU, by messages a second over 16 connections",
      unit: "µs of CPU an echo",
      note:
        "A server that has little to do. Shares are of C's CPU: above 1 is less. The times are the 50th, " +
        "99th and 99.9th percentile of round trips, which count from when a message was due.",
      cells,
    };
  });
}

async function memory(plan: Plan) {
  const connections = plan.quick ? 500 : Math.min(10_000, MOST_CONNECTIONS);
  const hold = await c("tcp/hold.c");
  const there = new Map(await echoServers());
  // C and selectors keep nothing of a connection's, and threads have stacks.
  const servers: Row[] = ["ours", "ours, deno engine", "bare Deno", "Go", "Rust tokio"].map(
    (name) => {
      const command = there.get(name);
      return [name === "ours" ? "ours, recvInto" : name, command && [...command, "4096"]];
    },
  );
  for (const name of ["Node", "Bun", "CPython asyncio"]) servers.push([name, there.get(name)]);
  const grown: { name: string; value: number }[] = [];
  for (const server of [...natural(["recv"]), ...servers]) {
    await withServers([server], async (running) => {
      for (const { name, port, process } of running) {
        const before = rssKiB(process.pid);
        const holding = startLoad([...hold, port, `${connections}`, "64"]);
        const reader = holding.stdout.pipeThrough(new TextDecoderStream()).getReader();
        const held = Number((await reader.read()).value);
        await new Promise((resolve) => setTimeout(resolve, plan.quick ? 0 : 500)); // collectors at work
        // A program that had room left takes none: at least a byte.
        const value = Math.max(rssKiB(process.pid) - before, 1) / held;
        grown.push({ name, value });
        await holding.stdin.close();
        await holding.status;
      }
    });
  }
  const results = resultsOf(grown.map(({ name }) => name), grown.map((sample) => [sample]), true);
  console.log(`  ${results.map(({ name, value }) => `${name} ${value}`).join(", ")}`);
  return {
    title: `Memory of a connection, at ${connections}, after a message of 64 bytes`,
    unit: "KiB a connection",
    note:
      "Growth of the server's resident memory, once: it repeats to a few percent. `ours, recvInto`, the deno " +
      "engine, bare Deno, Go and tokio have a buffer of 4 KiB of the program's own for each connection; " +
      "`ours, recv`, Node, Bun and asyncio are given their bytes. 1.00 is `ours, recv`: below takes more.",
    cells: [{ name: `${connections} conn.`, results }],
  };
}

function rssKiB(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(Deno.readTextFileSync(`/proc/${pid}/status`))![1]);
}

const area = "tcp";
export const TCP_SECTIONS: readonly SectionRow[] = [
  { id: "echo-connections", area, make: byConnections },
  { id: "echo-bytes", area, make: byBytes },
  { id: "natural-calls", area, make: naturalCalls },
  { id: "limits", area, make: limits },
  { id: "bulk", area, make: bulkSection },
  { id: "churn", area, make: churn },
  { id: "pace", area, make: pace },
  { id: "memory", area, make: memory },
];
