/**
 * Tracked connections as they are in messages (linux/netfilter/nfnetlink_conntrack.h).
 *
 * @module
 */
import * as c from "./abi/conntrack.ts";
import { attributes, type UnknownAttribute } from "./attributes.ts";
import type { ByteSource } from "./_bytes.ts";
import { be16, be32, be64, bitNames, ip, u8 } from "./_codecs.ts";
import { struct } from "./_struct.ts";
import { PROTOCOLS } from "./_ip_protocols.ts";

/** One direction of a tracked connection. */
export interface ConntrackTuple {
  /** The sender. */
  src: string;
  /** The recipient. */
  dst: string;
  /** The sender's port. */
  sport?: number;
  /** The recipient's port. */
  dport?: number;
  /** ICMP: the type. */
  type?: number;
  /** ICMP: the code. */
  code?: number;
  /** ICMP: the identifier. */
  id?: number;
  /** Packets, where they are counted. */
  packets?: bigint;
  /** Bytes, where they are counted. */
  bytes?: bigint;
}

/** A tracked connection. */
export interface ConntrackEntry {
  /** `"inet"` or `"inet6"`. */
  family: "inet" | "inet6";
  /** `"tcp"`, `"udp"`, `"icmp"`, … or a number. */
  protocol: string;
  /** Of TCP: `"ESTABLISHED"`, `"TIME_WAIT"`, … */
  state?: string;
  /** Seconds until it is forgotten. */
  timeout?: number;
  /** As it was begun. */
  original: ConntrackTuple;
  /** As answers are expected: with translated addresses, where there is translation. */
  reply: ConntrackTuple;
  /** `"SEEN_REPLY"`, `"ASSURED"`, `"CONFIRMED"`, `"SRC_NAT"`, … */
  status: string[];
  /** The mark. */
  mark?: number;
  /** The zone. */
  zone?: number;
  /** How many hold it. */
  use?: number;
  /** The kernel's number of it. */
  id?: number;
  /** Attributes that have no name here. */
  unknown?: UnknownAttribute[];
}

/** struct nfgenmsg (linux/netfilter/nfnetlink.h). */
export const NFGENMSG = struct({ nfgen_family: "u8", version: "u8", res_id: "be16" });

const TUPLE_IP = attributes("CTA_IP_", {
  v4_src: [c.CTA_IP_V4_SRC, ip],
  v4_dst: [c.CTA_IP_V4_DST, ip],
  v6_src: [c.CTA_IP_V6_SRC, ip],
  v6_dst: [c.CTA_IP_V6_DST, ip],
});
const TUPLE_PROTO = attributes("CTA_PROTO_", {
  num: [c.CTA_PROTO_NUM, u8],
  src_port: [c.CTA_PROTO_SRC_PORT, be16],
  dst_port: [c.CTA_PROTO_DST_PORT, be16],
  icmp_id: [c.CTA_PROTO_ICMP_ID, be16],
  icmp_type: [c.CTA_PROTO_ICMP_TYPE, u8],
  icmp_code: [c.CTA_PROTO_ICMP_CODE, u8],
  icmpv6_id: [c.CTA_PROTO_ICMPV6_ID, be16],
  icmpv6_type: [c.CTA_PROTO_ICMPV6_TYPE, u8],
  icmpv6_code: [c.CTA_PROTO_ICMPV6_CODE, u8],
});
/** A direction of a connection. */
export const TUPLE = attributes("CTA_TUPLE_", {
  ip: [c.CTA_TUPLE_IP, TUPLE_IP],
  proto: [c.CTA_TUPLE_PROTO, TUPLE_PROTO],
});
const COUNTERS = attributes("CTA_COUNTERS_", {
  packets: [c.CTA_COUNTERS_PACKETS, be64],
  bytes: [c.CTA_COUNTERS_BYTES, be64],
});
const TCP = attributes("CTA_PROTOINFO_TCP_", { state: [c.CTA_PROTOINFO_TCP_STATE, u8] });
const PROTOINFO = attributes("CTA_PROTOINFO_", { tcp: [c.CTA_PROTOINFO_TCP, TCP] });
/** A connection. */
export const CTA = attributes("CTA_", {
  tuple_orig: [c.CTA_TUPLE_ORIG, TUPLE],
  tuple_reply: [c.CTA_TUPLE_REPLY, TUPLE],
  status: [c.CTA_STATUS, be32],
  protoinfo: [c.CTA_PROTOINFO, PROTOINFO],
  timeout: [c.CTA_TIMEOUT, be32],
  mark: [c.CTA_MARK, be32],
  counters_orig: [c.CTA_COUNTERS_ORIG, COUNTERS],
  counters_reply: [c.CTA_COUNTERS_REPLY, COUNTERS],
  use: [c.CTA_USE, be32],
  id: [c.CTA_ID, be32],
  zone: [c.CTA_ZONE, be16],
});

/** linux/netfilter/nf_conntrack_tcp.h, enum tcp_conntrack. */
const TCP_STATES = [
  "NONE",
  "SYN_SENT",
  "SYN_RECV",
  "ESTABLISHED",
  "FIN_WAIT",
  "CLOSE_WAIT",
  "LAST_ACK",
  "TIME_WAIT",
  "CLOSE",
  "SYN_SENT2",
];
/** linux/netfilter/nf_conntrack_common.h, enum ip_conntrack_status. */
const STATUS: readonly (readonly [number, string])[] = [
  "EXPECTED",
  "SEEN_REPLY",
  "ASSURED",
  "CONFIRMED",
  "SRC_NAT",
  "DST_NAT",
  "SEQ_ADJUST",
  "SRC_NAT_DONE",
  "DST_NAT_DONE",
  "DYING",
  "FIXED_TIMEOUT",
  "TEMPLATE",
  "UNTRACKED",
  "HELPER",
  "OFFLOAD",
  "HW_OFFLOAD",
].map((name, bit) => [1 << bit, name]);
function readTuple(
  raw: ReturnType<typeof TUPLE.decode> | undefined,
  counters: ReturnType<typeof COUNTERS.decode> | undefined,
): ConntrackTuple {
  const { ip: addresses = {}, proto = {} } = raw ?? {};
  const tuple: ConntrackTuple = {
    src: addresses.v4_src ?? addresses.v6_src ?? "",
    dst: addresses.v4_dst ?? addresses.v6_dst ?? "",
  };
  if (proto.src_port !== undefined) tuple.sport = proto.src_port;
  if (proto.dst_port !== undefined) tuple.dport = proto.dst_port;
  const type = proto.icmp_type ?? proto.icmpv6_type;
  if (type !== undefined) {
    tuple.type = type;
    tuple.code = proto.icmp_code ?? proto.icmpv6_code;
    tuple.id = proto.icmp_id ?? proto.icmpv6_id;
  }
  if (counters?.packets !== undefined) tuple.packets = counters.packets;
  if (counters?.bytes !== undefined) tuple.bytes = counters.bytes;
  return tuple;
}

/** Reads the payload of an IPCTNL_MSG_CT_NEW or IPCTNL_MSG_CT_DELETE. */
export function readEntry(source: ByteSource, at: number, end: number): ConntrackEntry {
  const { nfgen_family } = NFGENMSG.decode(source, at, end - at);
  const raw = CTA.decode(source, at + NFGENMSG.size, end - at - NFGENMSG.size);
  const entry: ConntrackEntry = {
    family: nfgen_family === 2 ? "inet" : "inet6",
    protocol: PROTOCOLS.name(raw.tuple_orig?.proto?.num ?? 0),
    original: readTuple(raw.tuple_orig, raw.counters_orig),
    reply: readTuple(raw.tuple_reply, raw.counters_reply),
    status: bitNames(raw.status ?? 0, STATUS),
  };
  const state = raw.protoinfo?.tcp?.state;
  if (state !== undefined) entry.state = TCP_STATES[state] ?? `${state}`;
  if (raw.timeout !== undefined) entry.timeout = raw.timeout;
  if (raw.mark !== undefined) entry.mark = raw.mark;
  if (raw.zone !== undefined) entry.zone = raw.zone;
  if (raw.use !== undefined) entry.use = raw.use;
  if (raw.id !== undefined) entry.id = raw.id;
  if (raw.unknown !== undefined) entry.unknown = raw.unknown;
  return entry;
}
