/**
 * Sockets as the kernel tells of them, kind by kind.
 *
 * @module
 */
import type { Address } from "../core/address.ts";
import { formatIpv4, formatIpv6 } from "../core/ip/text.ts";
import { AF_INET } from "../ffi/abi/socket_constants.ts";
import { readTcpInfo, TCP_INFO_LEAST, type TcpInfo } from "../ffi/options/tcp_info.ts";
import * as d from "./abi/sock_diag.ts";
import { type AttributeCodec, AttributeError, attributes } from "./attributes.ts";
import type { ByteSource } from "./_bytes.ts";
import { binary, bool8, text, u32, u64, u8 } from "./_codecs.ts";
import { struct } from "./_struct.ts";
import { type SocketEntry, type SocketKind, type SocketMemory, STATES } from "./socket_entry.ts";

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

/** Where a number of 32 bits lies; one that an older kernel does not tell is 0. */
function u32At({ view }: ByteSource, at: number, end: number): number {
  return at + 4 > end ? 0 : view.getUint32(at, true);
}

/** Written out, as TCP_INFO is: every socket of a list may have it. */
const MEMORY: AttributeCodec<SocketMemory> = readOnly((source, at, length) => {
  const end = at + length;
  return {
    rmem_alloc: u32At(source, at, end),
    rcvbuf: u32At(source, at + 4, end),
    wmem_alloc: u32At(source, at + 8, end),
    sndbuf: u32At(source, at + 12, end),
    fwd_alloc: u32At(source, at + 16, end),
    wmem_queued: u32At(source, at + 20, end),
    optmem: u32At(source, at + 24, end),
    backlog: u32At(source, at + 28, end),
    drops: u32At(source, at + 32, end),
  };
});

function readOnly<T>(decode: AttributeCodec<T>["decode"]): AttributeCodec<T> {
  return {
    decode,
    encode() {
      throw new TypeError("Cannot encode netlink attribute: it can only be read");
    },
  };
}

/** What TCP_INFO tells, of TCP; other protocols have bytes of their own there. */
const TCP_INFO = readOnly<TcpInfo | undefined>(({ view }, at, length) => {
  // Listening sockets tell none.
  if (length < 8) return undefined;
  if (length >= TCP_INFO_LEAST) return readTcpInfo(view, at, length);
  throw new AttributeError(`${length} bytes are too few for TCP_INFO`);
});

/** What is asked for along with others, and not told. */
const LEFT_OUT = readOnly<undefined>(() => undefined);

/** The text that most sockets share is made once. */
const CONGESTION = readOnly<string>((source, at, length) => {
  const { bytes } = source;
  let same = length === lastCongestion.length;
  for (let i = 0; same && i < length; i++) same = bytes[at + i] === lastCongestion[i];
  if (!same) {
    lastCongestionText = text.decode(source, at, length);
    lastCongestion = bytes.slice(at, at + length);
  }
  return lastCongestionText;
});
let lastCongestion = new Uint8Array(0);
let lastCongestionText = "";

const INET_DIAG_ROWS = {
  meminfo: [d.INET_DIAG_MEMINFO, LEFT_OUT],
  info: [d.INET_DIAG_INFO, LEFT_OUT],
  vegasinfo: [d.INET_DIAG_VEGASINFO, LEFT_OUT],
  cong: [d.INET_DIAG_CONG, CONGESTION],
  tos: [d.INET_DIAG_TOS, u8],
  tclass: [d.INET_DIAG_TCLASS, u8],
  skmeminfo: [d.INET_DIAG_SKMEMINFO, MEMORY],
  shutdown: [d.INET_DIAG_SHUTDOWN, u8],
  dctcpinfo: [d.INET_DIAG_DCTCPINFO, LEFT_OUT],
  protocol: [d.INET_DIAG_PROTOCOL, u8],
  skv6only: [d.INET_DIAG_SKV6ONLY, bool8],
  mark: [d.INET_DIAG_MARK, u32],
  bbrinfo: [d.INET_DIAG_BBRINFO, LEFT_OUT],
  class_id: [d.INET_DIAG_CLASS_ID, u32],
  ulp_info: [d.INET_DIAG_ULP_INFO, LEFT_OUT],
  cgroup_id: [d.INET_DIAG_CGROUP_ID, u64],
  sockopt: [d.INET_DIAG_SOCKOPT, LEFT_OUT],
} as const;
const INET_DIAG = attributes("INET_DIAG_", INET_DIAG_ROWS);
const TCP_DIAG = attributes("INET_DIAG_", {
  ...INET_DIAG_ROWS,
  info: [d.INET_DIAG_INFO, TCP_INFO],
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

/** Reads a message of this kind of socket. */
export function readInet(
  source: ByteSource,
  at: number,
  end: number,
  kind: SocketKind,
): SocketEntry {
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
  const table = kind === "tcp" ? TCP_DIAG : INET_DIAG;
  const raw = table.decode(source, at + INET.size, end - at - INET.size);
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
  if (raw.info !== undefined) entry.tcpInfo = raw.info;
  if (raw.unknown !== undefined) entry.unknown = raw.unknown;
  return entry;
}

/** SOCK_* by number (`man 2 socket`). */
const TYPES = ["", "stream", "dgram", "raw", "rdm", "seqpacket", "dccp"];

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

/** Reads a message of this kind of socket. */
export function readUnix(source: ByteSource, at: number, end: number): SocketEntry {
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

/** Reads a message of this kind of socket. */
export function readPacket(source: ByteSource, at: number, end: number): SocketEntry {
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

/** Reads a message of this kind of socket. */
export function readNetlink(source: ByteSource, at: number, end: number): SocketEntry {
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

/** Reads a message of this kind of socket. */
export function readVsock(source: ByteSource, at: number, end: number): SocketEntry {
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
