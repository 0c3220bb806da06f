/**
 * Throws arguments of every kind at every method of sockets, endpoints and openers. Run as a process
 * of its own: whatever happens, it must end by itself with exit code 0.
 */
import fc from "fast-check";
import * as ffi from "../../ffi/mod.ts";
import * as options from "../../ffi/options/mod.ts";
import * as tcp from "../../tcp/mod.ts";
import * as udp from "../../udp/mod.ts";
import * as unix from "../../unix/mod.ts";

const seed = Number(Deno.args[0]);
const runs = Number(Deno.args[1]);

function detachedBytes(): Uint8Array {
  const bytes = new Uint8Array(8);
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  return bytes;
}

const memory = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.nat(40).map((n) => new Uint8Array(64).subarray(n, n + 7)),
  fc.constantFrom(0, 1, 8, 63).map((n) => new Uint8Array(n)),
  fc.constant(0).map(() => new Uint8Array(new SharedArrayBuffer(32), 4, 9)),
  fc.constant(0).map(() => new Uint8Array(new ArrayBuffer(8, { maxByteLength: 32 }))),
  fc.constant(0).map(() => new Uint8Array(new SharedArrayBuffer(8, { maxByteLength: 32 }))),
  fc.constant(0).map(detachedBytes),
  fc.constant(0).map(() => new Float64Array(4)),
  fc.constant(0).map(() => new DataView(new ArrayBuffer(8))),
  fc.constant(0).map(() => new ArrayBuffer(8)),
);

const number = fc.oneof(
  fc.integer({ min: -2, max: 70000 }),
  fc.double(),
  fc.constantFrom(2 ** 31, 2 ** 31 - 1, 2 ** 32, 2 ** 53, -0, NaN, Infinity, 1e300, 65536, -1),
);

/** No port that somebody may be serving. */
const port = fc.constantFrom<unknown>(0, 1, -1, 65536, 1.5, NaN, "0", undefined);

const path = fc.oneof(
  fc.string({ maxLength: 130 }),
  fc.string({ maxLength: 12 }).map((name) => `\0sockets-fuzz-${Deno.pid}-${name}`),
);

const address = fc.oneof(
  fc.record({
    hostname: fc.constantFrom("127.0.0.1", "::1", "::ffff:127.0.0.1", "", "::1%lo", "1.2.3", "\0"),
    port,
  }),
  fc.record({ path: path.filter((path) => path.startsWith("\0")) }),
  fc.record({ family: fc.constant("unix"), pathBytes: memory }),
  fc.record({
    family: fc.constantFrom("inet", "inet6", "unix", "packet", "other", "?", 3),
    hostname: fc.constantFrom("127.0.0.1", "::1", 5),
    port,
    scopeId: fc.oneof(number, fc.constant(undefined)),
    flowInfo: fc.oneof(number, fc.constant(undefined)),
    familyNumber: number,
    data: memory,
  }, { requiredKeys: ["family"] }),
);

const rows = Object.values(options).filter((row) =>
  row !== null && typeof row === "object" && "codec" in row &&
  // What would shut this process, or this machine's other sockets, out.
  !/REPAIR|ULP|LOCK_FILTER|MD5|BINDTO|MARK|ATTACH|FILTER/.test((row as { name: string }).name)
);

const hostile = fc.constantFrom<unknown>(
  { valueOf: () => 1 },
  { toString: () => "x" },
  new Proxy({}, {}),
  Object.create(null),
  () => {},
  Symbol("x"),
  10n,
  [],
  [[]],
  "",
  "read",
  "write",
  "both",
  "constructor",
  null,
  undefined,
  true,
  new Date(NaN),
);

const codec = fc.record({
  name: fc.constant("X"),
  level: number,
  option: number,
  access: fc.constant("rw"),
  codec: fc.record({
    size: fc.oneof(fc.nat(600), fc.constantFrom(-1, NaN, 0.5, "4")),
    encode: fc.oneof(memory, hostile).map((value) => () => value),
    decode: fc.constant((bytes: Uint8Array) => bytes.length),
  }),
}).filter(({ level, option }) => level !== 1 || ![25, 26, 27, 36, 44, 50, 51].includes(option));

const waits = fc.record({
  timeoutMs: fc.oneof(fc.constantFrom<unknown>(0, 1, -1, NaN, "1", undefined)),
  signal: fc.oneof(
    fc.constantFrom<unknown>(undefined, null, {}, AbortSignal.abort(), AbortSignal.timeout(1)),
  ),
  flags: fc.oneof(
    number,
    fc.constantFrom<unknown>(0, 2, 0x40, 0x100, 0x20, 0x2000, 0x4000000, "2"),
  ),
  to: fc.oneof(address, hostile),
  control: fc.oneof(
    hostile,
    fc.array(fc.oneof(
      hostile,
      fc.record({
        type: fc.constantFrom(
          "rights",
          "ttl",
          "tos",
          "raw",
          "pktinfo",
          "segment",
          "credentials",
          "?",
        ),
        fds: fc.oneof(hostile, fc.array(fc.constantFrom<unknown>(0, -1, 1e9, NaN, {}))),
        ttl: number,
        tos: number,
        level: number,
        number,
        data: memory,
        segmentBytes: number,
        pid: number,
        uid: number,
        gid: number,
        interface: number,
        destination: fc.constantFrom("127.0.0.1", 5),
      }, { requiredKeys: [] }),
    )),
  ),
  controlBytes: number,
  size: number,
  max: number,
}, { requiredKeys: ["timeoutMs"] });

const messages = fc.array(
  fc.oneof(hostile, fc.record({ data: memory, to: address }, { requiredKeys: ["data"] })),
  { maxLength: 5 },
);

const argument = fc.oneof(
  memory,
  number,
  address,
  hostile,
  waits,
  messages,
  fc.array(memory, { maxLength: 4 }),
  fc.constantFrom<unknown>(...rows),
  codec,
);

/** Methods that wait get a limit, or the program would wait with them. */
const WAIT = { timeoutMs: 1 };
/** What takes the descriptor out of our hands, and what only subclasses see. */
const LEAVE = new Set(
  ("constructor detach ref unref next release endWaits checkOpen inOrder acceptSurviving " +
    "pull pullInto push transfer end complete sendRest receive receiveMany tryReceive batches " +
    "reached transmit transmitMany transmitEach associate ready fail core socket inbox receives " +
    "sends accepts").split(" "),
);

function methodsOf(target: object): string[] {
  const names = new Set<string>();
  for (let at = target; at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) {
      if (!LEAVE.has(name) && !name.startsWith("_")) names.add(name);
    }
  }
  return [...names];
}

const openers: (() => unknown)[] = [
  () => ffi.socket(ffi.AF_INET, ffi.SOCK_STREAM),
  () => ffi.socket(ffi.AF_INET6, ffi.SOCK_DGRAM),
  () => ffi.socket(ffi.AF_UNIX, ffi.SOCK_SEQPACKET),
  () => ffi.socketPair()[0],
  () => ffi.socketPair(ffi.AF_UNIX, ffi.SOCK_DGRAM)[0],
  () => unix.pair()[0],
  () => unix.pair({ type: "seqpacket" })[0],
  () => udp.bind({ hostname: "127.0.0.1", engine: "libc" }),
  () => tcp.listen({ hostname: "127.0.0.1", port: 0, engine: "libc" }),
];

const functions: [string, (...args: never[]) => unknown][] = [
  ["socket", ffi.socket],
  ["socketPair", ffi.socketPair],
  ["inheritedSockets", ffi.inheritedSockets],
  ["sdNotify", ffi.sdNotify],
  ["tcp.listen", tcp.listen],
  ["tcp.connect", tcp.connect],
  ["udp.bind", udp.bind],
  ["udp.connect", udp.connect],
  ["unix.listen", unix.listen],
  ["unix.connect", unix.connect],
  ["unix.bind", unix.bind],
  ["unix.pair", unix.pair],
];

let outcomes = 0;

function close(result: unknown): void {
  if (Array.isArray(result)) return result.forEach(close);
  if (result === null || typeof result !== "object") return;
  const own = result as { close?: () => void };
  if (typeof own.close === "function") own.close();
}

/** Ends a call that nobody ends: memory is transferred away while it waits, then its socket closes. */
async function settle(result: unknown, args: unknown[]): Promise<void> {
  if (!(result instanceof Promise)) return close(result);
  await Promise.race([
    result.then(close, () => {}),
    new Promise((resolve) => setTimeout(resolve, 2)),
  ]);
  for (const each of args) {
    if (!(each instanceof Uint8Array) || !(each.buffer instanceof ArrayBuffer)) continue;
    if (!each.buffer.detached) structuredClone(each.buffer, { transfer: [each.buffer] });
  }
  result.catch(() => {});
}

const call = fc.tuple(
  fc.nat(openers.length - 1),
  fc.nat(200),
  fc.array(argument, { maxLength: 3 }),
  fc.boolean(),
);

await fc.assert(
  fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 6 }), async (calls) => {
    const target = await openers[calls[0][0]]() as Record<string, unknown>;
    const names = methodsOf(target);
    for (const [, pick, args, waiting] of calls) {
      const name = names[pick % names.length];
      outcomes++;
      try {
        const value = target[name];
        if (typeof value !== "function") continue;
        const given = waiting ? [...args, WAIT] : args;
        await settle(value.apply(target, given), given);
      } catch {
        // Any error will do: this is about surviving.
      }
    }
    (target.close as () => void)();
  }),
  { seed, numRuns: runs },
);

await fc.assert(
  fc.asyncProperty(
    fc.nat(functions.length - 1),
    fc.array(
      fc.oneof(
        argument,
        fc.record({
          hostname: fc.constantFrom<unknown>("127.0.0.1", "::1", "", 5, "a\0b", "1.2.3.4.5"),
          port,
          path: path.filter((path) => path.startsWith("\0")),
          engine: fc.constantFrom<unknown>("libc", "libc", "deno", "x", 1),
          type: fc.constantFrom<unknown>("stream", "dgram", "seqpacket", 3),
          options: fc.oneof(
            hostile,
            fc.array(fc.tuple(fc.constantFrom<unknown>(...rows), argument)),
          ),
          timeoutMs: fc.constant(1),
          localAddress: fc.oneof(hostile, address),
          backlog: number,
          protocol: fc.constantFrom<unknown>("mptcp", "udplite", "tcp", "udp", 6),
        }, { requiredKeys: ["timeoutMs"] }),
      ),
      { maxLength: 3 },
    ),
    async (pick, args) => {
      outcomes++;
      try {
        const result = functions[pick][1](...args as never[]);
        close(await Promise.race([result, new Promise((resolve) => setTimeout(resolve, 20))]));
        if (result instanceof Promise) result.then(close, () => {});
      } catch {
        // As above.
      }
    },
  ),
  { seed, numRuns: runs },
);

// Those that are left to the collector too.
(globalThis as { gc?: () => void }).gc?.();
const [a, b] = ffi.socketPair();
await a.send(new Uint8Array([7]));
const [still] = await b.recv();
a.close();
b.close();
console.log(JSON.stringify({ outcomes, still }));
Deno.exit(0);
