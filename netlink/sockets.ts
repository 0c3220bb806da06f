/**
 * Sockets of all processes: what `ss` lists.
 *
 * @module
 */
import { checkInteger, checkKeys } from "../core/arguments.ts";
import type { Address } from "../core/address.ts";
import { formatIpv4, formatIpv6 } from "../core/ip/text.ts";
import {
  AF_INET,
  AF_INET6,
  AF_NETLINK,
  AF_PACKET,
  AF_UNIX,
  AF_VSOCK,
} from "../ffi/abi/socket_constants.ts";
import { TCP_INFO, type TcpInfo } from "../ffi/options/tcp_info.ts";
import { dumpOnce, NETLINK_KEYS, type NetlinkOptions } from "./_session.ts";
import { NETLINK_SOCK_DIAG } from "./abi/netlink.ts";
import * as d from "./abi/sock_diag.ts";
import {
  type AttributeCodec,
  AttributeError,
  attributes,
  type UnknownAttribute,
  writeAttribute,
} from "./attributes.ts";
import type { ByteSource } from "./bytes.ts";
import { binary, bool8, struct, text, u32, u64, u8 } from "./codecs.ts";
import type { Dump, DumpRequest } from "./dump.ts";
import { type AddressConditions, compileConditions, conditionFamily } from "./socket_filter.ts";

/** The kinds of sockets that can be listed. */
export type SocketKind =
  | "tcp"
  | "udp"
  | "udplite"
  | "raw"
  | "mptcp"
  | "sctp"
  | "dccp"
  | "unix"
  | "packet"
  | "netlink"
  | "vsock";

/** The states, by `TCP_ESTABLISHED` and so on (netinet/tcp.h): those of all kinds. */
export type SocketState =
  | "established"
  | "syn-sent"
  | "syn-recv"
  | "fin-wait-1"
  | "fin-wait-2"
  | "time-wait"
  | "unconnected"
  | "close-wait"
  | "last-ack"
  | "listen"
  | "closing"
  | "unknown";

const STATES: readonly SocketState[] = [
  "unknown",
  "established",
  "syn-sent",
  "syn-recv",
  "fin-wait-1",
  "fin-wait-2",
  "time-wait",
  "unconnected",
  "close-wait",
  "last-ack",
  "listen",
  "closing",
  // Requests for a connection that no accept has seen (net/tcp_states.h, TCP_NEW_SYN_RECV).
  "syn-recv",
];

/** A socket's memory in bytes (linux/sock_diag.h, SK_MEMINFO_*). */
export interface SocketMemory {
  /** Received and not taken yet. */
  rmem_alloc: number;
  /** The most that may wait to be taken. */
  rcvbuf: number;
  /** Sent and not acknowledged or gone yet. */
  wmem_alloc: number;
  /** The most that may wait to go. */
  sndbuf: number;
  /** Set aside for more. */
  fwd_alloc: number;
  /** Waiting to go. */
  wmem_queued: number;
  /** For options. */
  optmem: number;
  /** Waiting while the socket is in use. */
  backlog: number;
  /** How many packets were dropped (no bytes). */
  drops: number;
}

/** What a socket's timer is for. */
export interface SocketTimer {
  /** `"on"` is retransmission, `"persist"` the probing of a closed window. */
  name: "on" | "keepalive" | "timewait" | "persist" | "unknown";
  /** Milliseconds until it runs out. */
  expiresMs: number;
  /** How often it has. */
  retransmits: number;
}

/** A socket. What its kind does not have, or the kernel does not tell, is absent. */
export interface SocketEntry {
  /** What it is. */
  kind: SocketKind;
  /** `"stream"`, `"dgram"`, `"seqpacket"`, `"raw"`: of Unix, vsock, packet and netlink sockets. */
  type?: string;
  /** Its state. */
  state: SocketState;
  /** The local address. */
  local: Address;
  /** The peer's address. */
  remote?: Address;
  /** Bytes to be received; of a listener, connections to be accepted. */
  recv_q?: number;
  /** Bytes that were sent and are not acknowledged; of a listener, its backlog. */
  send_q?: number;
  /** The index of the link that it is bound to. */
  ifindex?: number;
  /** The inode, as in the links of /proc/PID/fd; 0 for one that no process has. */
  inode: number;
  /** Who opened it. */
  uid?: number;
  /** The kernel's number of it, never used again (SO_COOKIE). */
  cookie: bigint;
  /** The timer that runs. */
  timer?: SocketTimer;
  /** The inode of the peer, of a connected Unix socket. */
  peerInode?: number;
  /** Which directions are shut down. */
  shutdown?: ("read" | "write")[];
  /** IPv6 only. */
  v6only?: boolean;
  /** Type of service. */
  tos?: number;
  /** Traffic class. */
  tclass?: number;
  /** The mark (SO_MARK); told to CAP_NET_ADMIN. */
  mark?: number;
  /** The control group, by id. */
  cgroup?: bigint;
  /** The protocol, of raw, packet and netlink sockets. */
  protocol?: number;
  /** Memory, where it was asked for. */
  memory?: SocketMemory;
  /** The congestion control algorithm. */
  congestion?: string;
  /** What TCP_INFO tells, where it was asked for. */
  tcpInfo?: TcpInfo;
  /** Multicast groups of a netlink socket, by number. */
  groups?: number[];
  /** Attributes that have no name here. */
  unknown?: UnknownAttribute[];
}

/** struct inet_diag_req_v2 up to its conditions, and struct inet_diag_sockid within. */
const INET_REQUEST = struct({
  sdiag_family: "u8",
  sdiag_protocol: "u8",
  idiag_ext: "u8",
  pad: "u8",
  idiag_states: "u32",
  id: { bytes: 48 },
});
/** struct inet_diag_msg (linux/inet_diag.h): offsets. */
const INET = {
  state: 1,
  timer: 2,
  retrans: 3,
  sport: 4,
  dport: 6,
  src: 8,
  dst: 24,
  interface: 40,
  cookie: 44,
  expires: 52,
  rqueue: 56,
  wqueue: 60,
  uid: 64,
  inode: 68,
  size: 72,
};

const MEMORY = struct({
  rmem_alloc: "u32",
  rcvbuf: "u32",
  wmem_alloc: "u32",
  sndbuf: "u32",
  fwd_alloc: "u32",
  wmem_queued: "u32",
  optmem: "u32",
  backlog: "u32",
  drops: "u32",
});

/** What TCP_INFO tells, of TCP; other protocols have bytes of their own there. */
const tcpInfo: AttributeCodec<TcpInfo | undefined> = {
  decode: (source, at, length) =>
    length < 8 ? undefined : TCP_INFO.codec.decode(source.bytes.slice(at, at + length)),
  encode() {
    throw new TypeError("Cannot encode netlink attribute: TCP_INFO can only be read");
  },
};

const INET_DIAG = attributes("INET_DIAG_", {
  meminfo: [d.INET_DIAG_MEMINFO, binary],
  info: [d.INET_DIAG_INFO, binary],
  vegasinfo: [d.INET_DIAG_VEGASINFO, binary],
  cong: [d.INET_DIAG_CONG, text],
  tos: [d.INET_DIAG_TOS, u8],
  tclass: [d.INET_DIAG_TCLASS, u8],
  skmeminfo: [d.INET_DIAG_SKMEMINFO, MEMORY],
  shutdown: [d.INET_DIAG_SHUTDOWN, u8],
  dctcpinfo: [d.INET_DIAG_DCTCPINFO, binary],
  protocol: [d.INET_DIAG_PROTOCOL, u8],
  skv6only: [d.INET_DIAG_SKV6ONLY, bool8],
  mark: [d.INET_DIAG_MARK, u32],
  bbrinfo: [d.INET_DIAG_BBRINFO, binary],
  class_id: [d.INET_DIAG_CLASS_ID, u32],
  ulp_info: [d.INET_DIAG_ULP_INFO, binary],
  cgroup_id: [d.INET_DIAG_CGROUP_ID, u64],
  sockopt: [d.INET_DIAG_SOCKOPT, binary],
});

/** linux/inet_diag.h, idiag_timer. */
const TIMERS = ["", "on", "keepalive", "timewait", "persist"] as const;

function shutdownWords(bits: number): ("read" | "write")[] {
  return [...(bits & 1 ? ["read" as const] : []), ...(bits & 2 ? ["write" as const] : [])];
}

function inetAddress(source: ByteSource, family: number, at: number, portAt: number): Address {
  const port = source.view.getUint16(portAt, false);
  return family === AF_INET
    ? { family: "inet", hostname: formatIpv4(source.bytes, at), port }
    : { family: "inet6", hostname: formatIpv6(source.bytes, at), port };
}

function needHeader(at: number, end: number, size: number): void {
  if (end - at < size) throw new AttributeError(`the header has ${end - at} bytes of ${size}`);
}

function readInet(source: ByteSource, at: number, end: number, kind: SocketKind): SocketEntry {
  needHeader(at, end, INET.size);
  const { view, bytes } = source;
  const family = bytes[at];
  const entry: SocketEntry = {
    kind,
    state: STATES[bytes[at + INET.state]] ?? "unknown",
    local: inetAddress(source, family, at + INET.src, at + INET.sport),
    remote: inetAddress(source, family, at + INET.dst, at + INET.dport),
    recv_q: view.getUint32(at + INET.rqueue, true),
    send_q: view.getUint32(at + INET.wqueue, true),
    inode: view.getUint32(at + INET.inode, true),
    uid: view.getUint32(at + INET.uid, true),
    cookie: view.getBigUint64(at + INET.cookie, true),
  };
  const index = view.getUint32(at + INET.interface, true);
  if (index !== 0) entry.ifindex = index;
  const timer = bytes[at + INET.timer];
  if (timer !== 0) {
    entry.timer = {
      name: TIMERS[timer] || "unknown",
      expiresMs: view.getUint32(at + INET.expires, true),
      retransmits: bytes[at + INET.retrans],
    };
  }
  const raw = INET_DIAG.decode(source, at + INET.size, end - at - INET.size);
  if (raw.skmeminfo !== undefined) entry.memory = raw.skmeminfo;
  if (raw.cong !== undefined) entry.congestion = raw.cong;
  if (raw.tos !== undefined) entry.tos = raw.tos;
  if (raw.tclass !== undefined) entry.tclass = raw.tclass;
  if (raw.shutdown !== undefined && raw.shutdown !== 0) {
    entry.shutdown = shutdownWords(raw.shutdown);
  }
  if (raw.skv6only !== undefined) entry.v6only = raw.skv6only;
  if (raw.mark !== undefined) entry.mark = raw.mark;
  if (raw.cgroup_id !== undefined) entry.cgroup = raw.cgroup_id;
  if (raw.protocol !== undefined && kind === "raw") entry.protocol = raw.protocol;
  if (raw.info !== undefined && kind === "tcp") {
    const info = tcpInfo.decode(sourceOf(raw.info), 0, raw.info.length);
    if (info !== undefined) entry.tcpInfo = info;
  }
  if (raw.unknown !== undefined) entry.unknown = raw.unknown;
  return entry;
}

function sourceOf(bytes: Uint8Array<ArrayBuffer>): ByteSource {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}

/** SOCK_* by number (`man 2 socket`). */
const TYPES = ["", "stream", "dgram", "raw", "rdm", "seqpacket", "dccp"];

const UNIX_REQUEST = struct({
  sdiag_family: "u8",
  sdiag_protocol: "u8",
  pad: "u16",
  udiag_states: "u32",
  udiag_ino: "u32",
  udiag_show: "u32",
  cookie0: "u32",
  cookie1: "u32",
});
const UNIX_MESSAGE = struct({
  udiag_family: "u8",
  udiag_type: "u8",
  udiag_state: "u8",
  pad: "u8",
  udiag_ino: "u32",
  cookie0: "u32",
  cookie1: "u32",
});
const QUEUES = struct({ rqueue: "u32", wqueue: "u32" });
const UNIX_DIAG = attributes("UNIX_DIAG_", {
  name: [d.UNIX_DIAG_NAME, binary],
  peer: [d.UNIX_DIAG_PEER, u32],
  rqlen: [d.UNIX_DIAG_RQLEN, QUEUES],
  meminfo: [d.UNIX_DIAG_MEMINFO, MEMORY],
  shutdown: [d.UNIX_DIAG_SHUTDOWN, u8],
  uid: [d.UNIX_DIAG_UID, u32],
});
const DECODER = new TextDecoder();

function readUnix(source: ByteSource, at: number, end: number): SocketEntry {
  needHeader(at, end, UNIX_MESSAGE.size);
  const header = UNIX_MESSAGE.decode(source, at, end - at);
  const raw = UNIX_DIAG.decode(source, at + UNIX_MESSAGE.size, end - at - UNIX_MESSAGE.size);
  const name = raw.name ?? new Uint8Array(0);
  const nul = name[0] === 0 ? -1 : name.indexOf(0);
  const pathBytes = nul < 0 ? name : name.slice(0, nul);
  const entry: SocketEntry = {
    kind: "unix",
    type: TYPES[header.udiag_type] ?? `${header.udiag_type}`,
    state: STATES[header.udiag_state] ?? "unknown",
    local: { family: "unix", path: DECODER.decode(pathBytes), pathBytes },
    inode: header.udiag_ino,
    cookie: BigInt(header.cookie0) | BigInt(header.cookie1) << 32n,
  };
  if (raw.rqlen !== undefined) {
    entry.recv_q = raw.rqlen.rqueue;
    entry.send_q = raw.rqlen.wqueue;
  }
  if (raw.peer !== undefined) entry.peerInode = raw.peer;
  if (raw.uid !== undefined) entry.uid = raw.uid;
  if (raw.meminfo !== undefined) entry.memory = raw.meminfo;
  if (raw.shutdown !== undefined && raw.shutdown !== 0) {
    entry.shutdown = shutdownWords(raw.shutdown);
  }
  if (raw.unknown !== undefined) entry.unknown = raw.unknown;
  return entry;
}

/** struct packet_diag_req and struct netlink_diag_req (linux/packet_diag.h, netlink_diag.h) agree. */
const SHOW_REQUEST = struct({
  sdiag_family: "u8",
  sdiag_protocol: "u8",
  pad: "u16",
  ino: "u32",
  show: "u32",
  cookie0: "u32",
  cookie1: "u32",
});
const PACKET_MESSAGE = struct({
  pdiag_family: "u8",
  pdiag_type: "u8",
  pdiag_num: "u16",
  pdiag_ino: "u32",
  cookie0: "u32",
  cookie1: "u32",
});
const PACKET_INFO = struct({
  pdi_index: "u32",
  pdi_version: "u32",
  pdi_reserve: "u32",
  pdi_copy_thresh: "u32",
  pdi_tstamp: "u32",
  pdi_flags: "u32",
});
const PACKET_DIAG = attributes("PACKET_DIAG_", {
  info: [d.PACKET_DIAG_INFO, PACKET_INFO],
  uid: [d.PACKET_DIAG_UID, u32],
  meminfo: [d.PACKET_DIAG_MEMINFO, MEMORY],
});

function readPacket(source: ByteSource, at: number, end: number): SocketEntry {
  needHeader(at, end, PACKET_MESSAGE.size);
  const header = PACKET_MESSAGE.decode(source, at, end - at);
  const raw = PACKET_DIAG.decode(source, at + PACKET_MESSAGE.size, end - at - PACKET_MESSAGE.size);
  const index = raw.info?.pdi_index ?? 0;
  const entry: SocketEntry = {
    kind: "packet",
    type: TYPES[header.pdiag_type] ?? `${header.pdiag_type}`,
    state: "unconnected",
    local: {
      family: "packet",
      interface: "",
      interfaceIndex: index,
      etherType: header.pdiag_num,
    },
    protocol: header.pdiag_num,
    inode: header.pdiag_ino,
    cookie: BigInt(header.cookie0) | BigInt(header.cookie1) << 32n,
  };
  if (index !== 0) entry.ifindex = index;
  if (raw.uid !== undefined) entry.uid = raw.uid;
  if (raw.meminfo !== undefined) {
    entry.memory = raw.meminfo;
    entry.recv_q = raw.meminfo.rmem_alloc;
    entry.send_q = raw.meminfo.wmem_alloc;
  }
  return entry;
}

const NETLINK_MESSAGE = struct({
  ndiag_family: "u8",
  ndiag_type: "u8",
  ndiag_protocol: "u8",
  ndiag_state: "u8",
  ndiag_portid: "u32",
  ndiag_dst_portid: "u32",
  ndiag_dst_group: "u32",
  ndiag_ino: "u32",
  cookie0: "u32",
  cookie1: "u32",
});
const NETLINK_DIAG = attributes("NETLINK_DIAG_", {
  meminfo: [d.NETLINK_DIAG_MEMINFO, MEMORY],
  groups: [d.NETLINK_DIAG_GROUPS, binary],
  flags: [d.NETLINK_DIAG_FLAGS, u32],
});

function readNetlink(source: ByteSource, at: number, end: number): SocketEntry {
  needHeader(at, end, NETLINK_MESSAGE.size);
  const header = NETLINK_MESSAGE.decode(source, at, end - at);
  const raw = NETLINK_DIAG.decode(
    source,
    at + NETLINK_MESSAGE.size,
    end - at - NETLINK_MESSAGE.size,
  );
  const groups: number[] = [];
  raw.groups?.forEach((byte, i) => {
    for (let bit = 0; bit < 8; bit++) if (byte >> bit & 1) groups.push(8 * i + bit + 1);
  });
  const entry: SocketEntry = {
    kind: "netlink",
    type: TYPES[header.ndiag_type] ?? `${header.ndiag_type}`,
    state: header.ndiag_state === 1 ? "established" : "unconnected",
    local: {
      family: "netlink",
      portId: header.ndiag_portid,
      groups: groups.reduce((bits, group) => group <= 32 ? bits | 1 << (group - 1) : bits, 0) >>> 0,
    },
    remote: { family: "netlink", portId: header.ndiag_dst_portid, groups: header.ndiag_dst_group },
    protocol: header.ndiag_protocol,
    groups,
    inode: header.ndiag_ino,
    cookie: BigInt(header.cookie0) | BigInt(header.cookie1) << 32n,
  };
  if (raw.meminfo !== undefined) {
    entry.memory = raw.meminfo;
    entry.recv_q = raw.meminfo.rmem_alloc;
    entry.send_q = raw.meminfo.wmem_alloc;
  }
  return entry;
}

const VSOCK_MESSAGE = struct({
  vdiag_family: "u8",
  vdiag_type: "u8",
  vdiag_state: "u8",
  vdiag_shutdown: "u8",
  vdiag_src_cid: "u32",
  vdiag_src_port: "u32",
  vdiag_dst_cid: "u32",
  vdiag_dst_port: "u32",
  vdiag_ino: "u32",
  cookie0: "u32",
  cookie1: "u32",
});

function readVsock(source: ByteSource, at: number, end: number): SocketEntry {
  needHeader(at, end, VSOCK_MESSAGE.size);
  const header = VSOCK_MESSAGE.decode(source, at, end - at);
  const entry: SocketEntry = {
    kind: "vsock",
    type: TYPES[header.vdiag_type] ?? `${header.vdiag_type}`,
    state: STATES[header.vdiag_state] ?? "unknown",
    local: { family: "vsock", cid: header.vdiag_src_cid, port: header.vdiag_src_port },
    remote: { family: "vsock", cid: header.vdiag_dst_cid, port: header.vdiag_dst_port },
    inode: header.vdiag_ino,
    cookie: BigInt(header.cookie0) | BigInt(header.cookie1) << 32n,
  };
  if (header.vdiag_shutdown !== 0) entry.shutdown = shutdownWords(header.vdiag_shutdown);
  return entry;
}

/** IPPROTO_* of the kinds that inet_diag lists (netinet/in.h). */
const INET_PROTOCOLS: Readonly<Partial<Record<SocketKind, number>>> = {
  tcp: 6,
  udp: 17,
  dccp: 33,
  sctp: 132,
  udplite: 136,
  raw: 255,
  mptcp: 262,
};

const ALL_KINDS: readonly SocketKind[] = [
  "tcp",
  "udp",
  "udplite",
  "raw",
  "mptcp",
  "sctp",
  "dccp",
  "unix",
  "packet",
  "netlink",
  "vsock",
];

/** What the kernel answers where it lacks a kind, or the module that lists it. */
const LACKING = ["ENOENT", "EINVAL", "EOPNOTSUPP", "EPROTONOSUPPORT", "EAFNOSUPPORT"];

/** Options of {@linkcode sockets}. */
export interface SocketsOptions extends NetlinkOptions, AddressConditions {
  /** Only these kinds. Default: all; conditions on addresses leave those that have them. */
  kinds?: readonly SocketKind[];
  /** Only sockets in these states. Default: all. */
  states?: readonly SocketState[];
  /** Only IPv4 or IPv6 (Unix and others are not affected). Default: both. */
  family?: "inet" | "inet6";
  /** Tell what TCP_INFO tells, and the congestion control algorithm. Default: false. */
  info?: boolean;
  /** Tell about memory. Default: false. */
  memory?: boolean;
}

const KEYS = [
  ...NETLINK_KEYS,
  "kinds",
  "states",
  "family",
  "info",
  "memory",
  "localPort",
  "remotePort",
  "port",
  "local",
  "remote",
];

/**
 * The sockets of all processes in this network namespace, or in another: what `ss -a` lists. Filters
 * run in the kernel.
 *
 * Linux. Needs `--allow-ffi` and the whole of `--allow-net`: the sockets of other processes are none of
 * this one's.
 *
 * @example Who listens
 * ```ts
 * import { sockets } from "@berkeley/sockets/netlink";
 * import { assert } from "@std/assert";
 *
 * using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * const { port } = listener.addr;
 * const found = await sockets({ kinds: ["tcp"], states: ["listen"], localPort: port }).toArray();
 * assert(found.some(({ local }) => "hostname" in local && local.hostname === "127.0.0.1"));
 * ```
 *
 * @param options Filters, what to tell, and where to look.
 * @returns The sockets, as a table to iterate over or to take whole.
 * @throws {TypeError} If an option is unknown or of the wrong kind.
 * @throws {RangeError} If a port is out of range.
 */
export function sockets(options: SocketsOptions = {}): Dump<SocketEntry> {
  const action = "list sockets";
  checkKeys(options, KEYS, action);
  for (const name of ["localPort", "remotePort", "port"] as const) {
    if (options[name] !== undefined) checkInteger(options[name], 0, 65535, action, name);
  }
  const conditions = compileConditions(options, action);
  const kinds = checkKinds(options, conditions !== undefined, action);
  const states = stateBits(options.states, action);
  const requests = kinds.flatMap((kind) => requestsOf(kind, options, states, conditions, action));
  return dumpOnce(NETLINK_SOCK_DIAG, options, "everything", action, () => requests);
}

function checkKinds(options: SocketsOptions, conditional: boolean, action: string): SocketKind[] {
  const kinds = options.kinds ?? ALL_KINDS;
  for (const kind of kinds) {
    if (!ALL_KINDS.includes(kind)) throw new TypeError(`Cannot ${action}: no kind is "${kind}"`);
  }
  return kinds.filter((kind) => kind in INET_PROTOCOLS || !conditional);
}

function stateBits(states: readonly SocketState[] | undefined, action: string): number {
  if (states === undefined) return 0xffffffff;
  let bits = 0;
  for (const state of states) {
    if (STATES.indexOf(state) <= 0) throw new TypeError(`Cannot ${action}: no state is "${state}"`);
    STATES.forEach((known, number) => bits |= known === state ? 1 << number : 0);
  }
  return bits >>> 0;
}

function requestsOf(
  kind: SocketKind,
  options: SocketsOptions,
  states: number,
  conditions: Uint8Array<ArrayBuffer> | undefined,
  action: string,
): DumpRequest<SocketEntry>[] {
  if (kind in INET_PROTOCOLS) return inetRequests(kind, options, states, conditions, action);
  const { memory = false } = options;
  const stateful = (entry: SocketEntry) =>
    (states >>> STATES.indexOf(entry.state) & 1) === 1 ? entry : undefined;
  const base = { type: d.SOCK_DIAG_BY_FAMILY, action, emptyIf: LACKING };
  if (kind === "unix") {
    const show = d.UDIAG_SHOW_NAME | d.UDIAG_SHOW_PEER | d.UDIAG_SHOW_RQLEN | d.UDIAG_SHOW_UID |
      (memory ? d.UDIAG_SHOW_MEMINFO : 0);
    return [{
      ...base,
      payload: (sink) =>
        UNIX_REQUEST.encode(sink, {
          sdiag_family: AF_UNIX,
          udiag_states: states,
          udiag_show: show,
        }),
      read: readUnix,
    }];
  }
  if (kind === "vsock") {
    return [{
      ...base,
      payload: (sink) =>
        UNIX_REQUEST.encode(sink, { sdiag_family: AF_VSOCK, udiag_states: states }),
      read: readVsock,
    }];
  }
  const packet = kind === "packet";
  return [{
    ...base,
    payload: (sink) =>
      SHOW_REQUEST.encode(sink, {
        sdiag_family: packet ? AF_PACKET : AF_NETLINK,
        sdiag_protocol: packet ? 0 : d.NDIAG_PROTO_ALL,
        show: packet
          ? d.PACKET_SHOW_INFO | d.PACKET_SHOW_MEMINFO
          : d.NDIAG_SHOW_MEMINFO | d.NDIAG_SHOW_GROUPS,
      }),
    read: (source, at, end) => stateful((packet ? readPacket : readNetlink)(source, at, end)),
  }];
}

function inetRequests(
  kind: SocketKind,
  options: SocketsOptions,
  states: number,
  conditions: Uint8Array<ArrayBuffer> | undefined,
  action: string,
): DumpRequest<SocketEntry>[] {
  const protocol = INET_PROTOCOLS[kind]!;
  const only = conditionFamily(options, action);
  const families = [AF_INET, AF_INET6].filter((family) =>
    (options.family === undefined || (options.family === "inet") === (family === AF_INET)) &&
    (only === undefined || family === only)
  );
  const { info = false, memory = false } = options;
  const bit = (extension: number) => 1 << (extension - 1);
  const extensions =
    (info ? bit(d.INET_DIAG_INFO) | bit(d.INET_DIAG_CONG) | bit(d.INET_DIAG_VEGASINFO) : 0) |
    (memory ? bit(d.INET_DIAG_SKMEMINFO) : 0);
  return families.map((family) => ({
    type: d.SOCK_DIAG_BY_FAMILY,
    payload(sink) {
      INET_REQUEST.encode(sink, {
        sdiag_family: family,
        // One whose number does not fit a byte is asked for by an attribute.
        sdiag_protocol: protocol & 0xff,
        idiag_ext: extensions,
        idiag_states: states,
      });
      if (conditions !== undefined) {
        writeAttribute(sink, d.INET_DIAG_REQ_BYTECODE, binary, conditions, "bytecode");
      }
      if (protocol > 0xff) {
        writeAttribute(sink, d.INET_DIAG_REQ_PROTOCOL, u32, protocol, "protocol");
      }
    },
    read: (source, at, end) => readInet(source, at, end, kind),
    action,
    emptyIf: LACKING,
  }));
}
