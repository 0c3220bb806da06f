/**
 * HTTP requests per second by wrk over 64 kept-alive connections: serveHttp by descriptor and by
 * Duplex, as ratios to node:http's own server, in turn. CPU is the server's, in microseconds a request.
 */
const HERE = new URL(".", import.meta.url).pathname;
const NAMES = ["node:http", "by descriptor", "by Duplex", "by Duplex, libc"];
const ROUNDS = Number(Deno.args[0] ?? 5);
const SECONDS = 2;
const TICKS_PER_SECOND = 100; // USER_HZ (man 5 proc)

interface Result {
  rate: number;
  cpuMicros: number;
  errors: string[];
}

async function measure(name: string): Promise<Result> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `${HERE}servers/http.ts`, name],
    stdout: "piped",
  }).spawn();
  try {
    const reader = child.stdout.getReader();
    const { value } = await reader.read();
    const url = `http://127.0.0.1:${new TextDecoder().decode(value).trim()}/`;
    await wrk(url, 1);
    const before = cpuMicros(child.pid);
    const out = await wrk(url, SECONDS);
    const requests = Number(/(\d+) requests in/.exec(out)?.[1]);
    reader.releaseLock();
    return {
      rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(out)?.[1]),
      cpuMicros: (cpuMicros(child.pid) - before) / requests,
      errors: out.split("\n").filter((line) => /Socket errors|Non-2xx/.test(line)),
    };
  } finally {
    child.kill("SIGKILL");
    await child.stdout.cancel();
    await child.status;
  }
}

async function wrk(url: string, seconds: number): Promise<string> {
  const { stdout } = await new Deno.Command("wrk", {
    args: ["-t1", "-c64", `-d${seconds}`, url],
  }).output();
  return new TextDecoder().decode(stdout);
}

function cpuMicros(pid: number): number {
  const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 1e6 / TICKS_PER_SECOND;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

const results = new Map<string, Result[]>(NAMES.map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round++) {
  for (const name of NAMES) results.get(name)!.push(await measure(name));
}
const base = results.get(NAMES[0])!;
for (const [name, list] of results) {
  const ratios = list.map((result, i) => result.rate / base[i].rate);
  const cpuRatios = list.map((result, i) => base[i].cpuMicros / result.cpuMicros);
  console.log(
    name.padEnd(16),
    `${Math.round(median(list.map((r) => r.rate)))}/s`.padStart(9),
    `${median(ratios).toFixed(2)} of node:http`.padStart(18),
    `${median(list.map((r) => r.cpuMicros)).toFixed(1)} us CPU (${median(cpuRatios).toFixed(2)})`,
    ...list.flatMap((r) => r.errors),
  );
}
