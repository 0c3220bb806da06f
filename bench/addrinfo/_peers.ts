/** The programs that the benchmarks of lookups run: ours and the others'. */

/** What a run of a program printed. */
export interface Sample {
  /** Lookups a second. */
  perSecond: number;
  /** The longest read of a file meanwhile, in ms. */
  readMs?: number;
  /** How late a timer of 1 ms was, in ms. */
  p50?: number;
  p99?: number;
  max?: number;
}

/** A program that looks names up. */
export interface Peer {
  name: string;
  command: string[];
  env?: Record<string, string>;
  /** A last argument. */
  last?: string;
}

const HERE = new URL("./peers/", import.meta.url).pathname;

/** Runs a program; what it printed. */
export async function run(command: string[], env: Record<string, string> = {}): Promise<string> {
  const [program, ...args] = command;
  const output = await new Deno.Command(program, { args, env, stderr: "piped" }).output();
  if (!output.success) throw new Error(new TextDecoder().decode(output.stderr));
  return new TextDecoder().decode(output.stdout);
}

/** One run of a peer. */
export async function sample(
  { command, env, last }: Peer,
  host: string,
  inFlight: number,
  count: number,
): Promise<Sample> {
  const args = [host, `${inFlight}`, `${count}`, ...(last === undefined ? [] : [last])];
  return JSON.parse(await run([...command, ...args], env));
}

/** Ours and those of the others that are installed; Go's is built into `work`. */
export async function findPeers(work: string): Promise<Peer[]> {
  const ours = [Deno.execPath(), "run", "-A", `${HERE}lookup.ts`];
  const peers: Peer[] = [
    { name: "ours, all distinct", command: ours, last: "distinct" },
    { name: "ours, equal (shared)", command: ours },
  ];
  if (has("node")) peers.push({ name: "Node dns.lookup", command: ["node", `${HERE}lookup.mjs`] });
  if (has("python3")) {
    peers.push({ name: "CPython threads", command: ["python3", `${HERE}lookup.py`] });
  }
  if (has("go")) {
    await run(["go", "build", "-o", `${work}/lookup`, `${HERE}lookup.go`]);
    for (const resolver of ["cgo", "go"]) {
      const env = { GODEBUG: `netdns=${resolver}` };
      peers.push({ name: `Go (${resolver})`, command: [`${work}/lookup`], env });
    }
  }
  return peers;
}

function has(program: string): boolean {
  return new Deno.Command("sh", { args: ["-c", `command -v ${program}`], stdout: "null" })
    .outputSync().success;
}

/** The middle one. */
export function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1];
}
