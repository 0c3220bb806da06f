/** The programs that the benchmarks of lookups run: ours and the others'. */
import { bun, c, type Command, deno, go, node, python, rust } from "../_tools.ts";
import { ANY_CORE, Program } from "../turns/program.ts";

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

/** A program that looks names up: started with the host, how many are in flight, how many in all. */
export interface Peer {
  name: string;
  command: Command;
  /** A last argument. */
  last?: string;
  /** Whether it has one in flight only. */
  alone?: boolean;
}

/** A peer that waits for its turn. */
export function start(
  { command, last }: Peer,
  host: string,
  inFlight: number,
  count: number,
): Program {
  const args = [host, `${inFlight}`, `${count}`, ...(last === undefined ? [] : [last])];
  return new Program([...command, ...args], 0, ANY_CORE);
}

/** One turn of it. */
export async function turn(program: Program): Promise<Sample> {
  await program.go();
  return JSON.parse(await program.line());
}

/** Ours and those of the others that are here. */
export async function findPeers(): Promise<Peer[]> {
  const inC = await c("addrinfo/peers/lookup.c");
  const ours = deno("addrinfo/peers/lookup.ts");
  const script = new URL("peers/lookup.mjs", import.meta.url).pathname;
  const [byNode, byBun] = [await node(), await bun()];
  const inGo = await go("addrinfo/peers/lookup.go");
  const others: [string, Command | undefined][] = [
    ["bare Deno, node:dns", deno("addrinfo/peers/lookup.mjs")],
    ["Node dns.lookup", byNode === undefined ? undefined : [byNode, script]],
    ["Bun dns.lookup", byBun === undefined ? undefined : [byBun, script]],
    ["CPython, threads", python("addrinfo/peers/lookup.py")],
    ["Rust std, threads", await rust("addrinfo/peers/lookup.rs")],
    ["Go, cgo", inGo && ["env", "GODEBUG=netdns=cgo", ...inGo]],
    ["Go, its own resolver", inGo && ["env", "GODEBUG=netdns=go", ...inGo]],
  ];
  return [
    { name: "C getaddrinfo_a", command: inC, last: "async" },
    { name: "ours, all distinct", command: ours, last: "distinct" },
    { name: "ours, equal (shared)", command: ours, last: "equal" },
    { name: "C getaddrinfo", command: inC, last: "blocking", alone: true },
    ...others.flatMap(([name, command]) => command === undefined ? [] : [{ name, command }]),
  ];
}
