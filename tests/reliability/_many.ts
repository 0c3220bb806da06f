/**
 * Many connections at a server in a process of its own, of any make; the client is the libc engine:
 * idle ones for the whole run, as many at once, and many that come and go.
 */
import { assert } from "@std/assert";
import { tcp } from "../../mod.ts";
import { Child } from "./_child.ts";

/** A pair of sockets of Deno's own, for signals: opened some time after the start. */
export const FDS_OF_DENO = 2;

/** How many of each. */
export interface ManyCounts {
  /** Open for the whole run. */
  idle: number;
  /** Opened into the one listener at once, while the idle ones are there. */
  atOnce: number;
  /** Connected, asked and closed, {@linkcode CHURN_AT_ONCE} at a time. */
  churn: number;
}

/** What the issue asks for; the descriptors of one process have to do for both sorts (20,000 here). */
export const MANY: ManyCounts = { idle: 10_000, atOnce: 9_500, churn: 100_000 };

/** What a server has, in bytes and descriptors. */
export interface Has {
  fds: number;
  heap: number;
  resident: number;
  trimmed: number;
}

/** What came of it. Times are in milliseconds. */
export interface ManyResult {
  before: Has;
  /** With the idle connections. */
  open: Has;
  after: Has;
  /** Of each connection that came and went: connect, ask, close. */
  churnMs: Float64Array;
  /** Of a byte there and back over each idle connection, at the end. */
  echoMs: Float64Array;
  churnSeconds: number;
}

const CHURN_AT_ONCE = 50;
/** A pair of addresses has some 28,000 ports: these share the connections. */
const ADDRESSES = 8;

async function told(server: Child, line: number): Promise<Has> {
  await server.go();
  const pattern = new RegExp(
    `(?:^has .*\n[^]*?){${line - 1}}^has (\\d+) (\\d+) (\\d+) (\\d+)$`,
    "m",
  );
  const [fds, heap, resident, trimmed] = (await server.until(pattern)).slice(1).map(Number);
  return { fds, heap, resident, trimmed };
}

/** Runs the load at the server that `command` starts. */
export async function manyConnections(
  command: string[],
  { idle, atOnce, churn }: ManyCounts,
): Promise<ManyResult> {
  await using server = new Child(command);
  const port = Number((await server.until(/^port (\d+)$/m))[1]);
  const connect = (i: number) =>
    tcp.connect({ hostname: `127.0.0.${1 + i % ADDRESSES}`, port, engine: "libc" });
  // What Deno opens once, for a first connection and a first line, is there then.
  (await connect(0)).close();
  for (let line = 1; line <= 2; line++) await told(server, line);
  const before = await told(server, 3);
  const waiting: tcp.TcpStream[] = [];
  try {
    while (waiting.length < idle) waiting.push(await connect(waiting.length));
    for (let i = 0; i < idle; i++) await ask(waiting[i], i);
    const open = await told(server, 4);
    await burst(connect, atOnce);
    const began = performance.now();
    const churnMs = await each(churn, async (i) => {
      using connection = await connect(i);
      await ask(connection, i);
    });
    const churnSeconds = (performance.now() - began) / 1000;
    const echoMs = await each(idle, (i) => ask(waiting[i], i));
    for (const connection of waiting.splice(0)) connection.close();
    const after = await settled(server, before.fds);
    return { before, open, after, churnMs, echoMs, churnSeconds };
  } finally {
    for (const connection of waiting) connection.close();
  }
}

/** What the server has once it has heard of all ends. */
async function settled(server: Child, fds: number): Promise<Has> {
  for (let line = 5;; line++) {
    const has = await told(server, line);
    if (has.fds <= fds + FDS_OF_DENO || line === 25) return has;
  }
}

/** All at once, and open at once. */
async function burst(
  connect: (i: number) => Promise<tcp.TcpStream>,
  count: number,
): Promise<void> {
  const all = await Promise.all(Array.from({ length: count }, (_, i) => connect(i)));
  await Promise.all(all.map(ask));
  for (const connection of all) connection.close();
}

async function ask(connection: tcp.TcpStream, value: number): Promise<void> {
  await connection.sendAll(Uint8Array.of(value & 255));
  const [answer] = await connection.recvExact(1);
  assert(answer === (value & 255), `connection ${value} got ${answer}`);
}

/** Does it `count` times, some at once; how long each took. */
async function each(count: number, call: (i: number) => Promise<void>): Promise<Float64Array> {
  const took = new Float64Array(count);
  let next = 0;
  const client = async () => {
    while (next < count) {
      const i = next++;
      const began = performance.now();
      await call(i);
      took[i] = performance.now() - began;
    }
  };
  await Promise.all(Array.from({ length: CHURN_AT_ONCE }, client));
  return took.sort();
}

/** The time that so much of all did not take longer than. */
export function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)];
}

const DENO = [Deno.execPath(), "run", "-A", "--no-check", "--quiet"];

/** The command of our server or bare Deno's. */
export function denoServer(make: "libc" | "deno" | "bare"): string[] {
  return [...DENO, new URL("servers/server.ts", import.meta.url).pathname, make];
}
