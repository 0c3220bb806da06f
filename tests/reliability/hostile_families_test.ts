/**
 * Every method of these families' endpoints with arguments that are none: each call is refused in the
 * library's words or the kernel's, or takes what it was given; whatever waits ends with the close, and
 * nothing stays open. `SEED=N` repeats a run.
 */
import { assert } from "@std/assert";
import { alg, bluetooth, can, dccp, isSocketError, sctp, tipc, vsock } from "../../mod.ts";
import { libc } from "../../ffi/abi/library.ts";
import { limitMs, testWith } from "../_tools.ts";
import { lacksControllers, openControllers } from "../bluetooth/_controllers.ts";
import { lacksCan, withBus } from "../can/_bus.ts";
import { lacksDccp } from "../dccp/_lacks.ts";
import { lacksSctp } from "../sctp/_lacks.ts";
import { lacksTipc } from "../tipc/_lacks.ts";
import { lacksLoopback } from "../vsock/_lacks.ts";
import { firstSeed, type Random, seeded } from "./_random.ts";
import { lacksFamily } from "../families/_lacks.ts";

// Opened here, or the first test to need the library would be told that it leaks it.
libc();

const AF_ALG = 38;
const SOCK_SEQPACKET = 5;
const seed = firstSeed();
/** What a hostile object throws: it may come through. */
class Marker extends Error {}
function thrower(): never {
  throw new Marker("hostile");
}

function detached(): Uint8Array {
  const bytes = new Uint8Array(8);
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  return bytes;
}

const POOL: readonly (() => unknown)[] = [
  ...[
    undefined,
    null,
    true,
    NaN,
    Infinity,
    -1,
    -0,
    0,
    1,
    0.5,
    255,
    65_536,
    2 ** 31,
    2 ** 32,
    2 ** 53,
  ]
    .map((value) => () => value),
  ...[-1n, 1n, 1n << 64n, "", "x", "\0", "é".repeat(300), "both", "encrypt"].map((v) => () => v),
  () => Symbol("hostile"),
  () => () => {},
  () => [],
  () => [1, "x", {}],
  () => ({}),
  () => new Uint8Array(0),
  () => new Uint8Array(16),
  () => new Uint8Array(100_000),
  () => new Uint16Array(3),
  () => new Uint8Array(new SharedArrayBuffer(8)),
  () => new Uint8Array(new ArrayBuffer(8, { maxByteLength: 16 })),
  detached,
  () => Object.create(new Uint8Array(4)),
  () => new Proxy({}, { get: thrower, ownKeys: thrower, has: thrower }),
  () => ({
    get timeoutMs() {
      return thrower();
    },
  }),
  () => ({ toString: thrower, valueOf: thrower, [Symbol.toPrimitive]: thrower }),
  () => ({ timeoutMs: 0 }),
  () => ({ timeoutMs: -1 }),
  () => ({ timeoutMs: "1" }),
  () => ({ signal: AbortSignal.abort(new Marker("aborted")) }),
  () => ({ signal: {} }),
  () => ({ size: 2 ** 31 }),
  () => ({ size: 1, flags: 0xffffffff }),
  () => ({ control: [{ type: "raw", level: 1, number: 2, data: 7 }] }),
  () => ({ iv: new Uint8Array(3), timeoutMs: 0 }),
  () => ({ family: "inet", hostname: "127.0.0.1", port: 70_000 }),
  () => ({ family: "unix", path: "/tmp/x" }),
  () => ({ id: 1, data: new Uint8Array(9) }),
  () => [{ data: new Uint8Array(2) }],
  () => ({
    *[Symbol.iterator]() {
      yield { data: 1 };
    },
  }),
];

/** What is not tried: it would hand the descriptor over, or end the object at once. */
const LEFT_OUT = new Set(["constructor", "detach", "close", "ref", "unref"]);

function methodsOf(object: object): string[] {
  const names = new Set<string>();
  for (let at = object; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (typeof value === "function" && !LEFT_OUT.has(name)) names.add(name);
    }
  }
  return [...names].sort();
}

function isKnown(error: unknown): boolean {
  return error instanceof Marker || error instanceof TypeError || error instanceof RangeError ||
    error instanceof SyntaxError || error instanceof DOMException || isSocketError(error) ||
    error instanceof bluetooth.ManagementError ||
    Object.values(Deno.errors).some((kind) => error instanceof kind);
}

/** Only what is public: the base classes have more, which nobody else calls. */
const PUBLIC = new Set(
  ("accept getOption setOption send sendTo recv recvFrom recvMany sendMany recvBatches connect " +
    "disconnect shutdown recvInto recvExact sendAll sendFile read write closeWrite recvUntil " +
    "recvFrame sendFrame lines frames sendMessage recvMessage messages status path peerAddresses " +
    "localAddresses authenticatedChunks bindMore unbind resetStreams addStreams endAssociation " +
    "peelOff associations recvFrames update updateFile digest encrypt decrypt encryptFile " +
    "decryptFile indexes info set pair unpair discover sendCyclic stopSending watch unwatch")
    .split(" "),
);

interface Closable {
  close(): void;
}

/** Calls methods at random; whatever waits must end with the close. */
async function attack(object: Closable, random: Random, calls: number): Promise<void> {
  // A listener's own `next` is none of its public methods.
  const more = "unwatch" in object ? ["next"] : [];
  const methods = [...methodsOf(object).filter((name) => PUBLIC.has(name)), ...more];
  assert(methods.length > 0, "nothing to attack");
  const waiting: Promise<void>[] = [];
  for (let call = 0; call < calls; call++) {
    const method = random.pick(methods);
    const args = Array.from({ length: random.integer(0, 3) }, () => random.pick(POOL)());
    const outcome = (async () => {
      try {
        const made = (object as unknown as Record<string, (...args: unknown[]) => unknown>)[method](
          ...args,
        );
        const result = await made;
        if (typeof result !== "object" || result === null) return;
        if ("next" in result) await (result as AsyncGenerator).next();
        else if ("close" in result) (result as Closable).close();
      } catch (error) {
        if (!isKnown(error)) throw new Error(`${method}() says ${error}`, { cause: error });
      }
    })();
    outcome.catch(() => {});
    waiting.push(outcome);
    if (call % 16 === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  object.close();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error("a call outlives the close")),
    limitMs(2000),
  );
  try {
    await Promise.race([Promise.all(waiting), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

interface Target {
  on: string;
  kernel(): string | undefined;
  /** Opens what is attacked, and hands it over; what else there is it closes itself. */
  open(use: (object: Closable) => Promise<void>): Promise<void>;
}

/** Both ends of a connection, one behind the other. */
function ends(
  on: string,
  kernel: () => string | undefined,
  connected: () => Promise<[Closable, Closable, Closable]>,
): Target {
  return {
    on,
    kernel,
    async open(use) {
      const [client, server, listener] = await connected();
      try {
        await use(listener);
        await use(client);
        await use(server);
      } finally {
        for (const end of [client, server, listener]) end.close();
      }
    },
  };
}

const single = (
  on: string,
  kernel: () => string | undefined,
  make: () => Closable | Promise<Closable>,
): Target => ({ on, kernel, open: async (use) => await use(await make()) });

const lacksAlg = lacksFamily(AF_ALG, SOCK_SEQPACKET);
const KEY = new Uint8Array(16);
const LOOPBACK = { hostname: "127.0.0.1", port: 0 };
const SERVICE = { service: 3_000_000 + Deno.pid, instance: 1 };

const TARGETS: readonly Target[] = [
  single("a hash", lacksAlg, () => alg.openHash({ name: "sha256" })),
  single("a cipher", lacksAlg, () => alg.openCipher({ name: "ctr(aes)", key: KEY })),
  single("an AEAD cipher", lacksAlg, () => alg.openAead({ name: "gcm(aes)", key: KEY })),
  single("a generator", lacksAlg, () => alg.openRandom()),
  single("an algorithm", lacksAlg, () => alg.bind({ type: "hash", name: "md5" })),
  single("an operation", lacksAlg, async () => {
    using cipher = alg.bind({ type: "skcipher", name: "cbc(aes)", key: KEY });
    return await cipher.accept();
  }),
  single("SCTP's many", lacksSctp, () => sctp.bind({ hostname: "127.0.0.1" })),
  ends("SCTP's one", lacksSctp, async () => {
    const listener = await sctp.listen(LOOPBACK);
    const { port } = listener.localAddr;
    const client = await sctp.connect({ hostname: "127.0.0.1", port });
    return [client, await listener.accept(), listener];
  }),
  ends("DCCP", lacksDccp, async () => {
    const listener = await dccp.listen({ ...LOOPBACK, service: "test" });
    const { port } = listener.localAddr;
    const accepting = listener.accept();
    const client = await dccp.connect({ hostname: "127.0.0.1", port, service: "test" });
    return [client, await accepting, listener];
  }),
  single("TIPC's messages", lacksTipc, () => tipc.bind({ ...SERVICE, scope: "node" })),
  ...(["stream", "seqpacket"] as const).map((type) =>
    ends(`TIPC's ${type}`, lacksTipc, async () => {
      const listener = await tipc.listen({ ...SERVICE, instance: 2, scope: "node", type });
      const accepting = listener.accept();
      const client = await tipc.connect({ ...SERVICE, instance: 2, type });
      return [client, await accepting, listener];
    })
  ),
  ...(["stream", "seqpacket"] as const).map((type) =>
    ends(`VSOCK's ${type}`, lacksLoopback, async () => {
      const listener = await vsock.listen({ engine: "libc", type });
      const { port } = listener.localAddr;
      const client = await vsock.connect({ cid: 1, port, engine: "libc", type });
      return [client, await listener.accept(), listener];
    })
  ),
  ...([
    ["a raw bus", (name) => can.openRaw({ interface: name })],
    ["a broadcast manager", (name) => can.openBroadcastManager({ interface: name })],
    ["ISO-TP", (name) => can.openIsoTp({ interface: name, txId: 1, rxId: 2 })],
    ["J1939", (name) => can.openJ1939({ interface: name, address: 0x20 })],
  ] as [string, (name: string) => Promise<Closable>][]).map(([on, open]): Target => ({
    on,
    kernel: lacksCan,
    open: (use) => withBus(async (name) => await use(await open(name))),
  })),
  {
    on: "Bluetooth's management and a serial line",
    kernel: lacksControllers,
    async open(use) {
      await using controllers = await openControllers();
      const { near, far } = controllers;
      const at = { kind: "rfcomm", address: far.address, channel: 4 } as const;
      const listener = await bluetooth.listen(at);
      const accepting = listener.accept();
      const client = await bluetooth.connect({ ...at, localAddress: near.address });
      const server = await accepting;
      for (const end of [client, server, listener]) await use(end);
      await use(await bluetooth.openManagement());
    },
  },
];

for (const { on, kernel, open } of TARGETS) {
  testWith(
    { kernel, ...(on.startsWith("Bluetooth") && { root: true, tools: ["gcc", "btvirt"] }) },
    `${on}: arguments that are none are refused, whatever the method, and the close ends all`,
    () =>
      seeded(seed, async (random) => {
        await open((object) => attack(object, random, 60));
      }),
    { sanitizeOps: false }, // the libc engine's one waiter outlives an endpoint
  );
}
