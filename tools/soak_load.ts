/**
 * `deno task soak -- --load`: the load of a busy day at once, on both engines and beside bare Deno,
 * Node and Go in the same run: a table of what each connection costs, what stays afterwards and how
 * long each took; then datagrams and pings. `--scale 0.1` is a tenth of it.
 */
import {
  denoServer,
  FDS_OF_DENO,
  MANY,
  manyConnections,
  percentile,
} from "../tests/reliability/_many.ts";
import { heapBytes, residentBytes, trimmedBytes } from "../tests/reliability/_memory.ts";
import { datagramFlood, pings } from "../tests/reliability/_flood.ts";
import { openFds, which } from "../tests/_tools.ts";
import { textTable } from "./text_table.ts";

const DATAGRAMS = 10_000_000;
const PINGS = 1000;
/** What may stay: modules and code that were loaded meanwhile. */
const LEFT_BYTES = 4_000_000;
const SERVERS = new URL("../tests/reliability/servers/", import.meta.url).pathname;

/** The servers that can be had here, by name. */
async function servers(
  folder: string,
): Promise<[name: string, ours: boolean, command: string[]][]> {
  const list: [string, boolean, string[]][] = [
    ["ours, libc", true, denoServer("libc")],
    ["ours, deno", true, denoServer("deno")],
    ["bare Deno", false, denoServer("bare")],
  ];
  const node = which("node");
  if (node !== undefined) {
    list.push(["Node", false, [node, "--expose-gc", `${SERVERS}server.mjs`]]);
  }
  const go = which("go");
  if (go !== undefined) {
    const args = ["build", "-o", `${folder}/server`, `${SERVERS}server.go`];
    const { success, stderr } = await new Deno.Command(go, { args }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    list.push(["Go", false, [`${folder}/server`]]);
  }
  return list;
}

const mega = (bytes: number) => (bytes / 1e6).toFixed(1);
const scaled = (count: number, scale: number) => Math.max(1, Math.round(count * scale));

/** Runs it all; whether nothing was lost or left. */
export async function wholeLoad(scale: number): Promise<boolean> {
  const folder = await Deno.makeTempDir({ prefix: "soak-load-" });
  try {
    const connectionsLeft = await connections(folder, scale);
    const messagesLeft = await messages(scale);
    const left = [...connectionsLeft, ...messagesLeft];
    for (const line of left) console.log(line);
    console.log(`lost or left in all: ${left.length}`);
    return left.length === 0;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function connections(folder: string, scale: number): Promise<string[]> {
  const counts = {
    idle: scaled(MANY.idle, scale),
    atOnce: scaled(MANY.atOnce, scale),
    churn: scaled(MANY.churn, scale),
  };
  const { idle, atOnce, churn } = counts;
  console.log(`${idle} idle connections, ${atOnce} more at once, ${churn} one after another`);
  const head = [
    ...["server", "bytes each", "MB before", "peak", "after", "trimmed", "heap left"],
    ...["fds left", "conn/s", "p50 ms", "p99", "p99.9", "max", "echo p50", "p99.9"],
  ];
  const lines: string[][] = [];
  const left: string[] = [];
  for (const [name, ours, command] of await servers(folder)) {
    const { before, open, after, churnMs, echoMs, churnSeconds } = await manyConnections(
      command,
      counts,
    );
    const heap = after.heap - before.heap;
    const fds = after.fds - before.fds;
    const at = (share: number) => percentile(churnMs, share).toFixed(2);
    const echoAt = (share: number) => percentile(echoMs, share).toFixed(2);
    lines.push([
      ...[name, String(Math.round((open.resident - before.resident) / idle))],
      ...[before.resident, open.resident, after.resident, after.trimmed].map(mega),
      ...[mega(heap), String(fds), (churn / churnSeconds).toFixed(0)],
      ...[at(0.5), at(0.99), at(0.999), at(1), echoAt(0.5), echoAt(0.999)],
    ]);
    console.log(`${name}: done`);
    if (ours && fds > FDS_OF_DENO) left.push(`${name}: ${fds} descriptors are left`);
    if (ours && heap > LEFT_BYTES) left.push(`${name}: ${heap} bytes are left on the heap`);
  }
  console.log(textTable([head, ...lines]));
  return left;
}

async function messages(scale: number): Promise<string[]> {
  const head = ["what", "count", "per second", "fds left", "heap left", "MB trimmed"];
  const lines: string[][] = [];
  const left: string[] = [];
  for (
    const [what, count, run] of [
      ["datagrams, libc", DATAGRAMS, (count: number) => datagramFlood("libc", count)],
      ["datagrams, deno", DATAGRAMS / 10, (count: number) => datagramFlood("deno", count)],
      ["pings at once", PINGS, pings],
    ] as const
  ) {
    await run(1); // what is made once is there
    const before = { fds: openFds().size, heap: await heapBytes() };
    const began = performance.now();
    await run(scaled(count, scale));
    const seconds = (performance.now() - began) / 1000;
    const fds = openFds().size - before.fds;
    const heap = await heapBytes() - before.heap;
    const rate = (scaled(count, scale) / seconds).toFixed(0);
    lines.push([what, `${scaled(count, scale)}`, rate, `${fds}`, mega(heap), mega(trimmedBytes())]);
    if (fds > 0) left.push(`${what}: ${fds} descriptors are left`);
    if (heap > LEFT_BYTES) left.push(`${what}: ${heap} bytes are left on the heap`);
  }
  console.log(textTable([head, ...lines]));
  console.log(`resident in the end: ${mega(residentBytes())} MB`);
  return left;
}
