/**
 * TCP echo servers compared: ours on both engines, bare Deno, Node, Bun, Go, Python and, as the
 * yardstick, C with epoll. Every server is pinned to one core and the load, written in C, to others;
 * they take turns in every round. Printed is the median over the rounds of the share of C's rate in the
 * same round. C has one buffer for all connections; "c own", ours, bare Deno and Go have one each, and
 * keep it for later connections.
 *
 *     deno run -A bench/tcp/run.ts [--rounds=N] [--ms=N] [--cells=1x64,64x64,…] [--servers=c,libc,…]
 *
 * A cell is connections x bytes; 0 bytes stands for connections made and closed. Servers whose
 * program is missing are left out and named. Bun is found on PATH or by the variable BUN.
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

const rounds = Number(options.get("rounds") ?? 7);
const ms = options.get("ms") ?? "400";
const cells = (options.get("cells") ??
  "1x64,64x64,512x64,4096x64,1x16384,64x16384,512x16384,4096x16384,64x0").split(",");
const build = await Deno.makeTempDir();

interface Result {
  rate: number;
  p50Micros: number;
}

const SERVERS: readonly Server[] = [
  { name: "c", command: () => compiled(build, "gcc", ["-O2"], "servers/echo.c") },
  {
    name: "c own",
    command: () => {
      const c = compiled(build, "gcc", ["-O2"], "servers/echo.c");
      return c && [...c, "own"];
    },
  },
  { name: "libc", command: () => deno("servers/ours.ts", "libc") },
  { name: "libc no spin", command: () => deno("servers/ours.ts", "libc", "nospin") },
  { name: "deno engine", command: () => deno("servers/ours.ts", "deno") },
  { name: "bare Deno", command: () => deno("servers/deno_plain.ts") },
  { name: "node", command: () => program("node", "servers/node.mjs") },
  { name: "bun", command: () => program(Deno.env.get("BUN") ?? "bun", "servers/bun.mjs") },
  { name: "go", command: () => compiled(build, "go", ["build"], "servers/echo.go") },
  { name: "asyncio", command: () => program("python3", "servers/asyncio_echo.py") },
];

const client = compiled(build, "gcc", ["-O2", "-pthread"], "load.c");
if (client === undefined) {
  console.log("Cannot run: gcc is not installed");
  Deno.exit(1);
}
const running = await startAll(SERVERS);
try {
  const names = running.map(({ name }) => name.padStart(14)).join("");
  console.log(
    `${"connections x bytes".padEnd(20)}${names}   (share of ${running[0].name}; p50 us)`,
  );
  for (const cell of cells) {
    const results = running.map((): Result[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [i, { port }] of running.entries()) {
        const [connections, size] = cell.split("x");
        const [rate, p50Micros] = await load(...client, port, connections, size, ms, "2");
        results[i].push({ rate, p50Micros });
      }
    }
    const base = median(results[0].map(({ rate }) => rate));
    const columns = results.map((rows) => {
      // Of the same round each: what else the machine does changes from one to the next.
      const share = median(rows.map(({ rate }, round) => rate / results[0][round].rate));
      const p50 = median(rows.map(({ p50Micros }) => p50Micros));
      return `${share.toFixed(2)} ${p50.toFixed(1).padStart(7)}`.padStart(14);
    });
    console.log(`${cell.padEnd(20)}${columns.join("")}   (${Math.round(base)}/s)`);
  }
} finally {
  await stopAll(running);
  await Deno.remove(build, { recursive: true });
}
