/**
 * Tries of the options of TCP, UDP, raw and packet sockets.
 */

import * as o from "../../ffi/options/mod.ts";
import { flags, isInt, isPositive, LO, type OptionCase, values } from "./_option_case.ts";

const isTcpInfo = (v: unknown) => {
  const info = v as o.TcpInfo;
  return info.state === "established" && info.rtoMicros > 0 && info.sndCwndSegments > 0;
};

/** Tries of these options. */
export const TCP: readonly OptionCase[] = [
  { option: o.TCP_CC_INFO, on: "tcp connected", back: (v: unknown) => v instanceof Uint8Array },
  // The first is always there; the second only an administrator may choose where it is not allowed.
  { option: o.TCP_CONGESTION, on: "tcp", set: "reno" },
  { option: o.TCP_CONGESTION, on: "tcp", set: "cubic", admin: true, error: ["none", "ENOENT"] },
  { option: o.TCP_CONGESTION, on: "tcp", set: "nonsuch", error: "ENOENT" },
  ...flags("tcp", o.TCP_CORK, o.TCP_FASTOPEN_CONNECT, o.TCP_FASTOPEN_NO_COOKIE, o.TCP_INQ),
  ...flags("tcp", o.TCP_NODELAY, o.TCP_QUICKACK, o.TCP_THIN_LINEAR_TIMEOUTS),
  { option: o.TCP_DEFER_ACCEPT, on: "tcp listener", set: 3 },
  { option: o.TCP_DELACK_MAX_US, on: "tcp", set: 20_000, back: isPositive, since: [6, 15] },
  { option: o.TCP_FASTOPEN, on: "tcp", set: 16 },
  ...values("tcp listener", o.TCP_FASTOPEN_KEY, new Uint8Array(16).fill(7)),
  ...values("tcp listener", o.TCP_FASTOPEN_KEY, Uint8Array.from({ length: 32 }, (_, i) => i)),
  { option: o.TCP_INFO, on: "tcp connected", back: isTcpInfo },
  { option: o.TCP_INFO, on: "tcp", back: (v: unknown) => (v as o.TcpInfo).state === "close" },
  {
    option: o.TCP_INFO,
    on: "tcp listener",
    back: (v: unknown) => (v as o.TcpInfo).state === "listen",
  },
  { option: o.TCP_IS_MPTCP, on: "tcp", back: false, since: [6, 10] },
  ...values("tcp", o.TCP_KEEPCNT, 1, 127),
  ...values("tcp", o.TCP_KEEPIDLE, 1, 32767),
  ...values("tcp", o.TCP_KEEPINTVL, 1, 32767),
  ...values("tcp", o.TCP_LINGER2, 10, -1),
  { option: o.TCP_MAXSEG, on: "tcp", set: 1000, back: isPositive },
  { option: o.TCP_MAXSEG, on: "tcp", set: 87, error: "EINVAL" },
  {
    option: o.TCP_MD5SIG,
    on: "tcp",
    set: { address: "127.0.0.9", key: "secret" },
    error: ["none", "ENOPROTOOPT", "EPROTONOSUPPORT"],
  },
  {
    option: o.TCP_MD5SIG_EXT,
    on: "tcp6",
    set: { address: "2001:db8::", prefixLength: 32, key: Uint8Array.of(1, 2, 3) },
    error: ["none", "ENOPROTOOPT", "EPROTONOSUPPORT"],
  },
  ...values("tcp", o.TCP_NOTSENT_LOWAT, 16384, 0xffffffff),
  { option: o.TCP_REPAIR, on: "tcp", set: 1, admin: true },
  { option: o.TCP_REPAIR_QUEUE, on: "tcp repair", set: 2, admin: true },
  {
    option: o.TCP_QUEUE_SEQ,
    on: "tcp repair",
    set: 0xfedcba98,
    admin: true,
    first: [[o.TCP_REPAIR_QUEUE, 2]],
  },
  {
    option: o.TCP_REPAIR_OPTIONS,
    on: "tcp repair",
    set: [{ code: 2, value: 1000 }],
    admin: true,
    error: "EPERM", // not connected
  },
  {
    option: o.TCP_REPAIR_WINDOW,
    on: "tcp repair",
    set: { sndWl1: 1, sndWndBytes: 2, maxWindowBytes: 3, rcvWndBytes: 4, rcvWup: 5 },
    admin: true,
    error: "EINVAL",
  },
  { option: o.TCP_TIMESTAMP, on: "tcp repair", set: 5, back: isInt, admin: true },
  { option: o.TCP_RTO_MAX_MS, on: "tcp", set: 5000, since: [6, 15] },
  { option: o.TCP_RTO_MIN_US, on: "tcp", set: 20_000, back: isPositive, since: [6, 15] },
  ...values("tcp listener", o.TCP_SAVE_SYN, 1, 2, 0),
  {
    option: o.TCP_SAVED_SYN,
    on: "tcp accepted",
    // An IPv4 header and a TCP header with SYN alone.
    back: (v: unknown) => v instanceof Uint8Array && v[0] === 0x45 && v[33] === 2,
  },
  ...values("tcp", o.TCP_SYNCNT, 1, 127),
  { option: o.TCP_THIN_DUPACK, on: "tcp", set: true, back: false },
  { option: o.TCP_TX_DELAY, on: "tcp", set: 0 },
  { option: o.TCP_ULP, on: "tcp connected", set: "nonsuch", error: "ENOENT" },
  ...values("tcp", o.TCP_USER_TIMEOUT, 12_345, 0),
  { option: o.TCP_WINDOW_CLAMP, on: "tcp", set: 65536, back: isPositive },
];

/** Tries of these options. */
export const UDP: readonly OptionCase[] = [
  ...flags("udp", o.UDP_CORK, o.UDP_GRO),
  ...flags("udp6", o.UDP_NO_CHECK6_RX, o.UDP_NO_CHECK6_TX),
  { option: o.UDP_ENCAP, on: "udp", set: 2, error: ["none", "ENOPROTOOPT"] },
  ...values("udp", o.UDP_SEGMENT, 1200, 0),
  ...values("udplite", o.UDPLITE_RECV_CSCOV, 8, 65535, 0),
  ...values("udplite", o.UDPLITE_SEND_CSCOV, 20, 65535, 0),
];

const loopbackFrames = { interface: LO, type: "promiscuous" };

/** Tries of these options. */
export const RAW: readonly OptionCase[] = [
  ...values("raw icmp", o.ICMP_FILTER, [0, 3, 11], []),
  ...values("raw icmp6", o.ICMPV6_FILTER, [1, 129, 255], []),
  { option: o.PACKET_ADD_MEMBERSHIP, on: "packet", set: loopbackFrames },
  {
    option: o.PACKET_DROP_MEMBERSHIP,
    on: "packet",
    set: loopbackFrames,
    first: [[o.PACKET_ADD_MEMBERSHIP, loopbackFrames]],
  },
  ...flags("packet", o.PACKET_AUXDATA, o.PACKET_IGNORE_OUTGOING, o.PACKET_QDISC_BYPASS),
  { option: o.PACKET_STATISTICS, on: "packet", back: { packets: 0, drops: 0 } },
];
