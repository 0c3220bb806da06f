/**
 * The kinds of endpoint that the contract suite runs over: one row each. A new family or engine
 * plugs in with a row; no claim names a kind.
 */
import * as bluetooth from "../../bluetooth/mod.ts";
import * as dccp from "../../dccp/mod.ts";
import * as sctp from "../../sctp/mod.ts";
import * as tcp from "../../tcp/mod.ts";
import * as tipc from "../../tipc/mod.ts";
import * as udp from "../../udp/mod.ts";
import * as unix from "../../unix/mod.ts";
import * as vsock from "../../vsock/mod.ts";
import { fromNodeDuplex, listenTls, startTls, toNodeDuplex } from "../../bridge/mod.ts";
import { openDenoEngine } from "../../udp/_deno.ts";
import { which } from "../_tools.ts";
import { pki } from "../bridge/_certificates.ts";
import { type Controllers, lacksControllers, openControllers } from "../bluetooth/_controllers.ts";
import { lacksDccp } from "../dccp/_lacks.ts";
import { lacksSctp } from "../sctp/_lacks.ts";
import { lacksTipc } from "../tipc/_lacks.ts";
import { lacksLoopback } from "../vsock/_lacks.ts";
import { bridgedKind } from "./_bridged.ts";
import type {
  Any,
  Kind,
  Listener,
  Message,
  MessageKind,
  PairKind,
  Stream,
  StreamKind,
} from "./_claim.ts";
import { freshAbstract, freshPath, noIpv6, noListenDatagram, noMptcp } from "./_places.ts";

/** The openers of a family that has connections. */
interface ConnectionOpeners {
  listen(options: Any): Promise<Any>;
  connect(options: Any): Promise<Any>;
}

/** A row of a kind that listens and connects. */
interface ConnectionRow extends Kind {
  openers: ConnectionOpeners;
  /** Where nobody listens: options that are an address. */
  place(): Any;
  /** What else each opener is told. */
  options: Any;
  /** An address of one end as the other sees it, and connects to; by default the same. */
  seenAs?(address: Any): Any;
}

function same(address: Any): Any {
  return address;
}

function streams(row: Omit<ConnectionRow, "type">): StreamKind {
  const { openers, place, options, seenAs = same } = row;
  const listen: StreamKind["listen"] = ({ at, ...others } = {}) =>
    openers.listen({ ...(at ?? place()), ...options, ...others }) as Promise<Listener>;
  const connect: StreamKind["connect"] = (to, others) =>
    openers.connect({ ...seenAs(to), ...options, ...others }) as Promise<Stream>;
  return {
    ...row,
    type: "stream",
    listen,
    connect,
    async pair() {
      const listener = await listen();
      const client = await connect(listener.localAddr);
      return [client, await listener.accept(), listener];
    },
  };
}

/** A row of connections that keep message boundaries. */
interface PacketRow extends ConnectionRow {
  maxBytes: number;
  /** Whether a send waits for room. Default true. */
  reliable?: boolean;
  noEmpty?: boolean;
  endsWhole?: boolean;
}

function packets(row: PacketRow): MessageKind {
  return { reliable: true, ...row, pair: () => joined<Message>(row) };
}

/** Both ends of a connection: some stand only once they are accepted. */
async function joined<E>(row: Omit<ConnectionRow, "type">): Promise<[client: E, server: E]> {
  const { openers, place, options, seenAs = same } = row;
  using listener: Listener = await openers.listen({ ...place(), ...options });
  const accepting = listener.accept() as Promise<unknown> as Promise<E>;
  accepting.catch(() => {});
  const client: E = await openers.connect({ ...seenAs(listener.localAddr), ...options });
  return [client, await accepting];
}

/** A row of a kind that binds. */
interface DatagramRow extends Omit<Kind, "type"> {
  openers: { bind(options: Any): Promise<Any> };
  place(): Any;
  options: Any;
  maxBytes: number;
  reliable: boolean;
}

function datagrams(row: DatagramRow): MessageKind {
  const { openers, place, options } = row;
  const bind = (at?: Any) => openers.bind({ ...(at ?? place()), ...options }) as Promise<Message>;
  return {
    ...row,
    type: "dgram",
    bind,
    async pair() {
      const [a, b] = [await bind(), await bind()];
      await a.connect(b.localAddr);
      await b.connect(a.localAddr);
      return [a, b];
    },
  };
}

const deno = { engine: "deno" } as const;
const libc = { engine: "libc" } as const;
const inet = { family: "inet", place: () => ({ hostname: "127.0.0.1", port: 0 }) };
const inet6 = {
  family: "inet6",
  place: () => ({ hostname: "::1", port: 0 }),
  missing: noIpv6,
};
const path = { family: "unix", protocol: 0, place: () => ({ path: freshPath() }) };
const abstract = { family: "unix", protocol: 0, place: () => ({ path: freshAbstract() }) };
const tcpRow = { openers: tcp, protocol: 6 };
const mptcpRow = {
  openers: tcp,
  protocol: 262,
  ...libc,
  options: { ...libc, protocol: "mptcp" },
};
const unixRow = { openers: unix };
const vsockRow = {
  openers: vsock,
  family: "vsock",
  protocol: 0,
  ...libc,
  options: libc,
  place: () => ({}),
  // Whoever is bound to any context says so of itself; 1 is this machine's (VMADDR_CID_LOCAL).
  seenAs: ({ family, port }: Any) => ({ family, cid: 1, port }),
  kernel: lacksLoopback,
  refusals: ["ECONNRESET"],
  noEmpty: true, // vsock_connectible_sendmsg: a loop over what is left
};
// An instance of this process's own: another job of the same kernel may run these kinds, too.
const TIPC_SERVICE = { service: 19_001, instance: Deno.pid };
const tipcRow = {
  openers: tipc,
  ...libc,
  family: "tipc",
  protocol: 0,
  place: () => ({ ...TIPC_SERVICE, scope: "node" }),
  seenAs: () => TIPC_SERVICE,
  kernel: lacksTipc,
  endsWhole: true,
};
/** Two virtual controllers, from the first connection on. */
let controllers: Promise<Controllers> | undefined;
Deno.test.afterAll(async () => {
  await (await controllers)?.[Symbol.asyncDispose]();
});

/** A connection from one controller to the other. */
async function dialled<E>(at: Any, options: Any = []): Promise<[client: E, server: E]> {
  controllers ??= openControllers();
  const { near, far } = await controllers;
  const to = { ...at, address: far.address, options };
  using listener: Listener = await bluetooth.listen(to) as Any;
  const accepting = listener.accept() as Promise<unknown> as Promise<E>;
  accepting.catch(() => {});
  const client = await bluetooth.connect({ ...to, localAddress: near.address }) as E;
  return [client, await accepting];
}

/** The mode 3 of struct l2cap_options, and the kernel's own values besides. */
const ERTM = {
  ...{ outMtuBytes: 0, inMtuBytes: 672, flushTimeout: 0xffff, mode: 3, fcs: 1 },
  ...{ maxTransmissions: 3, windowFrames: 63 },
};
const TCP4 = streams({ name: "tcp4", ...tcpRow, ...inet, ...deno, options: deno });
const UNIX_LIBC = streams({ name: "unix by libc", ...unixRow, ...path, ...libc, options: libc });
const asDuplex = (stream: Stream) => fromNodeDuplex(toNodeDuplex(stream), { over: stream });

function overTls(name: string, kind: StreamKind, by: "node" | "deno" = "node"): StreamKind {
  const listen: StreamKind["listen"] = async (options) => {
    const { cert, key } = pki.server;
    return listenTls(await kind.listen(options), { cert, key });
  };
  const connect: StreamKind["connect"] = async (to, options = {}) => {
    const connection = await kind.connect(to, options);
    const caCerts = [pki.ca.cert];
    return await startTls(connection, { by, hostname: "localhost", caCerts, ...options } as Any);
  };
  return {
    ...kind,
    name,
    missing: () => which("openssl") ? undefined : "openssl is not installed",
    listen,
    connect,
    async pair() {
      const listener = await listen();
      const [client, server] = await Promise.all([connect(listener.localAddr), listener.accept()]);
      return [client, server, listener];
    },
  };
}

/** Kinds with a listener of their own. */
export const LISTENER_KINDS: readonly StreamKind[] = [
  TCP4,
  streams({ name: "tcp6", ...tcpRow, ...inet6, ...deno, options: deno }),
  streams({ name: "unix", ...unixRow, ...path, ...deno, options: deno }),
  streams({ name: "abstract", ...unixRow, ...abstract, ...deno, options: deno }),
  streams({ name: "tcp4 by libc", ...tcpRow, ...inet, ...libc, options: libc }),
  streams({ name: "tcp6 by libc", ...tcpRow, ...inet6, ...libc, options: libc }),
  UNIX_LIBC,
  streams({ name: "abstract by libc", ...unixRow, ...abstract, ...libc, options: libc }),
  streams({ name: "mptcp4", ...mptcpRow, ...inet, missing: noMptcp }),
  streams({ name: "mptcp6", ...mptcpRow, ...inet6, missing: () => noIpv6() ?? noMptcp() }),
  streams({ name: "vsock", ...vsockRow }),
  bridgedKind("tcp4 as a Duplex and back", TCP4, asDuplex),
  bridgedKind("unix by libc as a Duplex and back", UNIX_LIBC, asDuplex),
];

export const STREAM_KINDS: readonly StreamKind[] = [
  ...LISTENER_KINDS,
  overTls("TLS over tcp4", TCP4),
  overTls("TLS over tcp4, of a client by Deno's", TCP4, "deno"),
  overTls("TLS over unix by libc", UNIX_LIBC),
];

/** Streams that are connected, however they came to be. */
export const PAIR_KINDS: readonly PairKind[] = [
  ...STREAM_KINDS,
  {
    name: "unix pair",
    family: "unix",
    type: "stream",
    protocol: 0,
    ...libc,
    pair: () => Promise.resolve(unix.pair()),
  },
  {
    ...tipcRow,
    name: "tipc",
    type: "stream",
    pair: () => joined<Stream>({ ...tipcRow, name: "tipc", options: {} }),
  },
];

const udpRow = { openers: udp, protocol: 17, maxBytes: 65507, reliable: false };
const udpliteRow = {
  ...udpRow,
  protocol: 136,
  ...libc,
  options: { ...libc, protocol: "udplite" },
};
const nodeRow = {
  ...udpRow,
  ...deno,
  options: { reuseAddress: false, settings: [] },
  openers: { bind: (binding: Any) => openDenoEngine(binding, "node") },
};
const unixDatagramRow = { ...unixRow, maxBytes: 65536, reliable: true };
const seqpacketRow = {
  ...unixRow,
  type: "seqpacket",
  ...libc,
  options: { type: "seqpacket" },
  maxBytes: 65536,
};

export const MESSAGE_KINDS: readonly MessageKind[] = [
  datagrams({
    name: "udp4",
    ...udpRow,
    ...inet,
    ...deno,
    options: deno,
    missing: noListenDatagram,
  }),
  datagrams({
    name: "udp6",
    ...udpRow,
    ...inet6,
    ...deno,
    options: deno,
    missing: () => noIpv6() ?? noListenDatagram(),
  }),
  datagrams({
    name: "udp4 by node:dgram",
    ...nodeRow,
    ...inet,
    place: () => ({ ...inet.place(), family: "inet" }),
  }),
  datagrams({
    name: "udp6 by node:dgram",
    ...nodeRow,
    ...inet6,
    place: () => ({ ...inet6.place(), family: "inet6" }),
  }),
  datagrams({
    name: "unix datagram",
    ...unixDatagramRow,
    ...path,
    ...deno,
    options: deno,
    missing: noListenDatagram,
  }),
  datagrams({
    name: "abstract datagram",
    ...unixDatagramRow,
    ...abstract,
    ...deno,
    options: deno,
    missing: noListenDatagram,
  }),
  datagrams({ name: "udp4 by libc", ...udpRow, ...inet, ...libc, options: libc }),
  datagrams({ name: "udp6 by libc", ...udpRow, ...inet6, ...libc, options: libc }),
  datagrams({ name: "udplite4", ...udpliteRow, ...inet }),
  datagrams({ name: "udplite6", ...udpliteRow, ...inet6 }),
  datagrams({ name: "unix datagram by libc", ...unixDatagramRow, ...path, ...libc, options: libc }),
  datagrams({
    name: "abstract datagram by libc",
    ...unixDatagramRow,
    ...abstract,
    ...libc,
    options: libc,
  }),
  packets({ name: "seqpacket", ...seqpacketRow, ...path }),
  packets({ name: "abstract seqpacket", ...seqpacketRow, ...abstract }),
  packets({
    name: "vsock seqpacket",
    ...vsockRow,
    type: "seqpacket",
    options: { ...libc, type: "seqpacket" },
    maxBytes: 65536,
    // The kernel takes a part of what has no room: VsockMessageEndpoint says so.
    reliable: false,
  }),
  packets({
    name: "sctp",
    openers: sctp,
    ...inet,
    ...libc,
    type: "stream",
    protocol: 132,
    options: {},
    kernel: lacksSctp,
    noEmpty: true,
    maxBytes: 65536,
  }),
  packets({
    name: "dccp",
    openers: dccp,
    ...inet,
    ...libc,
    type: "dccp",
    protocol: 33,
    options: { service: "test" },
    kernel: lacksDccp,
    maxBytes: 1400,
    reliable: false,
  }),
  packets({
    name: "tipc seqpacket",
    ...tipcRow,
    type: "seqpacket",
    options: { type: "seqpacket" },
    noEmpty: true, // tipc_recvmsg passes over them
    maxBytes: 65536,
  }),
  {
    name: "l2cap",
    family: "bluetooth",
    type: "seqpacket",
    protocol: 0,
    ...libc,
    kernel: lacksControllers,
    missing: () => which("btvirt") ? undefined : "btvirt is not installed",
    endsWhole: true,
    keepsOpen: true,
    pair: () => dialled<Message>({ kind: "l2cap", psm: 0x1021 }, [[bluetooth.L2CAP_OPTIONS, ERTM]]),
    noEmpty: true,
    maxBytes: 672,
    // What the receiver has no room for is retransmitted, but not for ever.
    reliable: false,
  },
  ...(["dgram", "seqpacket"] as const).map((type): MessageKind => ({
    name: `unix ${type} pair`,
    family: "unix",
    type,
    protocol: 0,
    ...libc,
    pair: () => Promise.resolve(unix.pair({ type })),
    maxBytes: 65536,
    reliable: true,
  })),
];

/** TypeScript that opens a `listener` of a kind, and has its `connect`, in a process of its own. */
export function childOf({ name }: Kind, options = "{}"): string {
  return `import { STREAM_KINDS } from ${JSON.stringify(import.meta.url)};
    const { listen, connect } = STREAM_KINDS.find(({ name }) => name === ${JSON.stringify(name)});
    const listener = await listen(${options});`;
}

// The library stays loaded and its poller at work: no test must be blamed for either.
const kept = await udp.bind({ hostname: "127.0.0.1", engine: "libc" });
kept.unref();
kept.recv().catch(() => {});
