/**
 * The kinds of endpoint that the contract suite runs over: one row each. A new family or engine
 * plugs in with a row; no claim names a kind.
 */
import type {
  Endpoint,
  ListenerEndpoint,
  MessageEndpoint,
  StreamEndpoint,
} from "../../core/mod.ts";
import type { Engine } from "../../core/engine_choice.ts";
import * as tcp from "../../tcp/mod.ts";
import * as udp from "../../udp/mod.ts";
import * as unix from "../../unix/mod.ts";
import { fromNodeDuplex, listenTls, startTls, toNodeDuplex } from "../../bridge/mod.ts";
import * as vsock from "../../vsock/mod.ts";
import { testWith, which } from "../_tools.ts";
import { pki } from "../bridge/_certificates.ts";
import { lacksLoopback } from "../vsock/_lacks.ts";
import { bridgedKind } from "./_bridged.ts";
import { openDenoEngine } from "../../udp/_deno.ts";

// The claims are the same for all families, whose addresses differ.
// deno-lint-ignore no-explicit-any
export type Any = any;
export type Stream = StreamEndpoint<Any>;
export type Listener = ListenerEndpoint<Any, Stream>;
export type Message = MessageEndpoint<Any>;

interface Kind {
  name: string;
  family: string;
  type: string;
  protocol: number;
  engine: Engine;
  /** Why it cannot run here, or undefined. */
  missing(): string | undefined;
  /** What of it this kernel may lack and the guest's has. */
  kernel?(): string | undefined;
}

/** A kind that listens, connects and carries bytes. */
export interface StreamKind extends Kind {
  /** Listens where nobody did; at `at` when given. */
  listen(options?: { at?: Any; signal?: AbortSignal; onError?: (error: Error) => void }): Promise<
    Listener
  >;
  connect(to: Any, options?: { signal?: AbortSignal; timeoutMs?: number }): Promise<Stream>;
  /** An address of one end as the other sees it; by default the same. */
  seenAs?(address: Any): Any;
  /** TypeScript that opens `listener` (and imports what it needs), for a process of its own. */
  source: string;
}

/** A kind that carries messages. */
export interface MessageKind extends Kind {
  /** Two endpoints, `a` connected to `b` and `b` to `a`. */
  pair(): Promise<[Message, Message]>;
  /** A bound endpoint; only of kinds without connections. */
  bind?(at?: Any): Promise<Message>;
  /** The longest payload in bytes. */
  maxBytes: number;
  /** Whether a send waits for room instead of dropping. */
  reliable: boolean;
}

const ROOT = new URL("../..", import.meta.url).href;
const scratch = await Deno.makeTempDir({ prefix: "sockets-contract-" });
globalThis.addEventListener("unload", () => Deno.removeSync(scratch, { recursive: true }));
let serial = 0;

/** A path that nobody uses. */
export function freshPath(): string {
  return `${scratch}/${serial++}.sock`;
}

/** An abstract name that nobody uses. */
export function freshAbstract(): string {
  return `\0sockets-contract-${Deno.pid}-${serial++}`;
}

function noIpv6(): string | undefined {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
  } catch {
    return "this machine has no IPv6";
  }
}

function noListenDatagram(): string | undefined {
  return "listenDatagram" in Deno ? undefined : "needs --unstable-net";
}

function tcpKind(name: string, hostname: string, engine: Engine): StreamKind {
  const ipv6 = hostname.includes(":");
  return {
    name,
    family: ipv6 ? "inet6" : "inet",
    type: "stream",
    protocol: 6,
    engine,
    missing: ipv6 ? noIpv6 : () => undefined,
    listen: ({ at, ...options } = {}) =>
      tcp.listen({ hostname, port: at?.port ?? 0, engine, ...options }),
    connect: (to, options) => tcp.connect({ ...to, engine, ...options }),
    source: `import * as tcp from "${ROOT}tcp/mod.ts";
      const connect = (to) => tcp.connect({ ...to, engine: "${engine}" });
      const listener = await tcp.listen({ hostname: "${hostname}", port: 0, engine: "${engine}" });`,
  };
}

function unixKind(name: string, fresh: () => string, engine: Engine): StreamKind {
  return {
    name,
    family: "unix",
    type: "stream",
    protocol: 0,
    engine,
    missing: () => undefined,
    listen: ({ at, ...options } = {}) =>
      unix.listen({ path: at?.path ?? fresh(), engine, ...options }),
    connect: ({ path }, options) => unix.connect({ path, engine, ...options }),
    get source() {
      return `import * as unix from "${ROOT}unix/mod.ts";
        const connect = ({ path }) => unix.connect({ path, engine: "${engine}" });
        const listener = await unix.listen({ path: ${
        JSON.stringify(fresh())
      }, engine: "${engine}" });`;
    },
  };
}

function nodeKind(name: string, kind: StreamKind): StreamKind {
  return bridgedKind(
    name,
    kind,
    (stream) => fromNodeDuplex(toNodeDuplex(stream), { over: stream }),
    "(stream) => bridge.fromNodeDuplex(bridge.toNodeDuplex(stream), { over: stream })",
  );
}

function tlsKind(name: string, kind: StreamKind): StreamKind {
  return {
    ...kind,
    name,
    missing: () => which("openssl") ? undefined : "openssl is not installed",
    listen: async (options) => {
      const { cert, key } = pki.server;
      return listenTls(await kind.listen(options), { cert, key });
    },
    connect: async (to, options = {}) => {
      const connection = await kind.connect(to, options);
      return await startTls(connection, {
        hostname: "localhost",
        caCerts: [pki.ca.cert],
        ...options,
      });
    },
    get source() {
      const inner = kind.source.replaceAll(/const (connect|listener) = /g, "const inner_$1 = ");
      return `import * as bridge from "${ROOT}bridge/mod.ts";
        ${inner}
        const caCerts = [${JSON.stringify(pki.ca.cert)}];
        const connect = async (to) =>
          await bridge.startTls(await inner_connect(to), { hostname: "localhost", caCerts });
        const listener = bridge.listenTls(inner_listener, {
          cert: ${JSON.stringify(pki.server.cert)},
          key: ${JSON.stringify(pki.server.key)},
        });`;
    },
  };
}

function connectionless(
  row: Omit<MessageKind, "pair" | "type"> & { bind(at?: Any): Promise<Message> },
): MessageKind {
  return {
    ...row,
    type: "dgram",
    async pair() {
      const [a, b] = [await row.bind(), await row.bind()];
      await a.connect(b.localAddr);
      await b.connect(a.localAddr);
      return [a, b];
    },
  };
}

function udpKind(
  name: string,
  hostname: string,
  engine: Engine,
  carrier: "any" | "node" = "any",
): MessageKind {
  const family = hostname.includes(":") ? "inet6" : "inet";
  return connectionless({
    name,
    family,
    protocol: 17,
    engine,
    missing: () =>
      (family === "inet6" ? noIpv6() : undefined) ??
        (engine === "deno" && carrier === "any" ? noListenDatagram() : undefined),
    bind: (at) =>
      carrier === "any" ? udp.bind({ hostname, port: at?.port ?? 0, engine }) : openDenoEngine({
        hostname,
        family,
        port: at?.port ?? 0,
        reuseAddress: false,
        settings: [],
      }, carrier),
    maxBytes: 65507,
    reliable: false,
  });
}

function unixDatagramKind(name: string, fresh: () => string, engine: Engine): MessageKind {
  return connectionless({
    name,
    family: "unix",
    protocol: 0,
    engine,
    missing: engine === "deno" ? noListenDatagram : () => undefined,
    bind: (at) => unix.bind({ path: at?.path ?? fresh(), engine }),
    maxBytes: 65536,
    reliable: true,
  });
}

function seqpacketKind(name: string, fresh: () => string): MessageKind {
  return {
    name,
    family: "unix",
    type: "seqpacket",
    protocol: 0,
    engine: "libc",
    missing: () => undefined,
    async pair() {
      const path = fresh();
      using listener = await unix.listen({ path, type: "seqpacket" }) as Any;
      const client = await unix.connect({ path, type: "seqpacket" }) as unknown as Message;
      return [client, await listener.accept()];
    },
    maxBytes: 65536,
    reliable: true,
  };
}

/** VMADDR_CID_LOCAL (linux/vm_sockets.h). */
const VSOCK_LOCAL = 1;

const vsockStream: StreamKind = {
  name: "vsock",
  family: "vsock",
  type: "stream",
  protocol: 0,
  engine: "libc",
  missing: () => undefined,
  kernel: lacksLoopback,
  listen: ({ at, ...options } = {}) => vsock.listen({ port: at?.port, ...options }),
  connect: ({ port }, options) => vsock.connect({ cid: VSOCK_LOCAL, port, ...options }),
  // Whoever is bound to any context says so of itself.
  seenAs: (address) => ({ ...address, cid: VSOCK_LOCAL }),
  source: `import * as vsock from "${ROOT}vsock/mod.ts";
    const connect = ({ port }) => vsock.connect({ cid: ${VSOCK_LOCAL}, port });
    const listener = await vsock.listen();`,
};

const vsockSeqpacket: MessageKind = {
  name: "vsock seqpacket",
  family: "vsock",
  type: "seqpacket",
  protocol: 0,
  engine: "libc",
  missing: () => undefined,
  kernel: lacksLoopback,
  async pair() {
    using listener = await vsock.listen({ type: "seqpacket" });
    const { port } = listener.localAddr;
    const client = await vsock.connect({ cid: VSOCK_LOCAL, port, type: "seqpacket" });
    return [client, await listener.accept()];
  },
  maxBytes: 65536,
  reliable: true,
};

/** Kinds with a listener of their own. */
export const LISTENER_KINDS: readonly StreamKind[] = [
  tcpKind("tcp4", "127.0.0.1", "deno"),
  tcpKind("tcp6", "::1", "deno"),
  unixKind("unix", freshPath, "deno"),
  unixKind("abstract", freshAbstract, "deno"),
  tcpKind("tcp4 by libc", "127.0.0.1", "libc"),
  tcpKind("tcp6 by libc", "::1", "libc"),
  unixKind("unix by libc", freshPath, "libc"),
  unixKind("abstract by libc", freshAbstract, "libc"),
  vsockStream,
  nodeKind("tcp4 as a Duplex and back", tcpKind("", "127.0.0.1", "deno")),
  nodeKind("unix by libc as a Duplex and back", unixKind("", freshPath, "libc")),
];

export const STREAM_KINDS: readonly StreamKind[] = [
  ...LISTENER_KINDS,
  tlsKind("TLS over tcp4", tcpKind("", "127.0.0.1", "deno")),
  tlsKind("TLS over unix by libc", unixKind("", freshPath, "libc")),
];

export const MESSAGE_KINDS: readonly MessageKind[] = [
  udpKind("udp4", "127.0.0.1", "deno"),
  udpKind("udp6", "::1", "deno"),
  udpKind("udp4 by node:dgram", "127.0.0.1", "deno", "node"),
  udpKind("udp6 by node:dgram", "::1", "deno", "node"),
  unixDatagramKind("unix datagram", freshPath, "deno"),
  unixDatagramKind("abstract datagram", freshAbstract, "deno"),
  udpKind("udp4 by libc", "127.0.0.1", "libc"),
  udpKind("udp6 by libc", "::1", "libc"),
  unixDatagramKind("unix datagram by libc", freshPath, "libc"),
  unixDatagramKind("abstract datagram by libc", freshAbstract, "libc"),
  seqpacketKind("seqpacket", freshPath),
  seqpacketKind("abstract seqpacket", freshAbstract),
  vsockSeqpacket,
];

// The library stays loaded: no test must be blamed for it.
(await udp.bind({ hostname: "127.0.0.1", engine: "libc" })).close();

/** Registers a claim for every kind that `applies`. */
export function claim<K extends Kind>(
  kinds: readonly K[],
  text: string,
  fn: (kind: K, t: Deno.TestContext) => Promise<void>,
  applies: (kind: K) => boolean = () => true,
): void {
  for (const kind of kinds) {
    if (!applies(kind)) continue;
    testWith(
      { other: () => kind.missing(), kernel: kind.kernel },
      `${kind.name}: ${text}`,
      (t) => fn(kind, t),
      // The libc engine's one waiter serves the whole process, and outlives an endpoint.
      { sanitizeOps: kind.engine === "deno" },
    );
  }
}

/** Runs `fn` over a connected pair, and closes all. */
export async function withPair(
  kind: StreamKind,
  fn: (client: Stream, server: Stream, listener: Listener) => Promise<void>,
): Promise<void> {
  using listener = await kind.listen();
  using client = await kind.connect(listener.localAddr);
  using server = await listener.accept();
  await fn(client, server, listener);
}

/** Runs `fn` over two endpoints that are each other's peers, and closes them. */
export async function withMessages(
  kind: MessageKind,
  fn: (a: Message, b: Message) => Promise<void>,
): Promise<void> {
  const [a, b] = await kind.pair();
  using _a: Endpoint<Any> = a;
  using _b: Endpoint<Any> = b;
  await fn(a, b);
}
