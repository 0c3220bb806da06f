/**
 * TCP echo servers compared: ours on both engines, bare Deno, Node, Bun, Go, Python and, as the
 * yardstick, C with epoll. Every server is pinned to one core and the load, written in C, to others;
 * they take turns in every round. Printed is the median over the rounds of the share of C's rate in the
 * same round. Servers with buffers of their own (C, ours, bare Deno, Go) keep them for later connections.
 *
 *     deno run -A bench/tcp/run.ts [--rounds=N] [--ms=N] [--cells=1x64,64x64,…] [--servers=c,libc,…]
 *
 * A cell is connections x bytes; 0 bytes stands for connections made and closed. Servers whose
 * program is missing are left out and named. Bun is found on PATH or by the variable BUN.
 */
import { which } from "../../tests/_tools.ts";

const HERE = new URL(".", import.meta.url).pathname;
const SERVER_CORE = "0";

interface Server {
  name: string;
  command: () => string[] | undefined;
}

interface Running {
  name: string;
  port: string;
  process: Deno.ChildProcess;
}

interface Result {
  rate: number;
  p50Micros: number;
}

const options = new Map(
  Deno.args.map((arg) => arg.replace(/^--/, "").split("=", 2) as [string, string]),
);
const rounds = Number(options.get("rounds") ?? 7);
const ms = options.get("ms") ?? "400";
const cells = (options.get("cells") ??
  "1x64,64x64,512x64,4096x64,1x16384,64x16384,512x16384,4096x16384,64x0").split(",");
const wanted = options.get("servers")?.split(",");

const build = await Deno.makeTempDir();

function compiled(tool: string, args: string[], output: string): string[] | undefined {
  if (which(tool) === undefined) return undefined;
  const { success, stderr } = new Deno.Command(tool, {
    args: [
      ...args,
      "-o",
      `${build}/${output}`,
      ...(tool === "go" ? [`${HERE}servers/echo.go`] : []),
    ],
    env: { GO111MODULE: "off" },
  }).outputSync();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return [`${build}/${output}`];
}

function deno(script: string, ...args: string[]): string[] {
  const config = new URL("../../deno.json", import.meta.url).pathname;
  return [Deno.execPath(), "run", "-A", `--config=${config}`, `${HERE}servers/${script}`, ...args];
}

function program(tool: string | undefined, script: string): string[] | undefined {
  const path = tool && which(tool);
  return path && [path, `${HERE}servers/${script}`] || undefined;
}

const SERVERS: readonly Server[] = [
  { name: "c", command: () => compiled("gcc", ["-O2", `${HERE}servers/echo.c`], "echo_c") },
  { name: "libc", command: () => deno("ours.ts", "libc") },
  { name: "libc, no spin", command: () => deno("ours.ts", "libc", "nospin") },
  { name: "deno engine", command: () => deno("ours.ts", "deno") },
  { name: "bare Deno", command: () => deno("deno_plain.ts") },
  { name: "node", command: () => program("node", "node.mjs") },
  { name: "bun", command: () => program(Deno.env.get("BUN") ?? "bun", "bun.mjs") },
  { name: "go", command: () => compiled("go", ["build"], "echo_go") },
  { name: "asyncio", command: () => program("python3", "asyncio_echo.py") },
];

async function start({ name, command }: Server): Promise<Running | undefined> {
  const line = command();
  if (line === undefined) {
    console.log(`${name}: not installed, left out`);
    return undefined;
  }
  const process = new Deno.Command("taskset", {
    args: ["-c", SERVER_CORE, ...line],
    env: { GOMAXPROCS: "1" },
    stdout: "piped",
  }).spawn();
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  reader.releaseLock();
  return { name, port: value!.trim(), process };
}

async function load(port: string, cell: string): Promise<Result> {
  const [connections, size] = cell.split("x");
  const cores = navigator.hardwareConcurrency > 2
    ? "2," + (navigator.hardwareConcurrency - 1)
    : "1";
  const { success, stdout, stderr } = await new Deno.Command("taskset", {
    args: ["-c", cores, `${build}/load`, port, connections, size, ms, "2"],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const [rate, p50Micros] = new TextDecoder().decode(stdout).split(" ").map(Number);
  return { rate, p50Micros };
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1];
}

if (compiled("gcc", ["-O2", "-pthread", `${HERE}load.c`], "load") === undefined) {
  console.log("Cannot run: gcc is not installed");
  Deno.exit(1);
}
const running: Running[] = [];
for (const server of SERVERS) {
  if (wanted !== undefined && !wanted.includes(server.name)) continue;
  const started = await start(server);
  if (started !== undefined) running.push(started);
}
try {
  const names = running.map(({ name }) => name.padStart(14)).join("");
  console.log(
    `${"connections x bytes".padEnd(20)}${names}   (share of ${running[0].name}; p50 us)`,
  );
  for (const cell of cells) {
    const results = running.map((): Result[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [i, { port }] of running.entries()) results[i].push(await load(port, cell));
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
  for (const { process } of running) process.kill("SIGKILL");
  await Promise.all(running.map(({ process }) => process.status));
  await Deno.remove(build, { recursive: true });
}
