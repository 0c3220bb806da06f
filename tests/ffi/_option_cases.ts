/**
 * For every option row a socket that fits, a value to set, and what must be read back.
 */

import type { SocketOption } from "../../core/option.ts";
import * as o from "../../ffi/options/mod.ts";

/** The kinds of socket that options are tried on. */
export type SocketKind =
  | "tcp"
  | "tcp6"
  | "tcp listener"
  | "tcp connected"
  | "tcp6 connected"
  | "tcp accepted"
  | "tcp repair"
  | "udp"
  | "udp6"
  | "udp connected"
  | "udp6 connected"
  | "udplite"
  | "unix pair"
  | "raw"
  | "raw6"
  | "raw6 all"
  | "raw icmp"
  | "raw icmp6"
  | "packet";

/** One try. */
export interface OptionCase {
  /** The row. */
  readonly option: SocketOption<unknown>;
  /** The socket it fits. */
  readonly on: SocketKind;
  /** What to set; nothing for a row that can only be read. */
  readonly set?: unknown;
  /** What must be read back: a value or a judgement (default: what was set). */
  readonly back?: unknown;
  /** The code of the error that a kernel gives by design. */
  readonly error?: string | readonly string[];
  /** The first kernel that knows the option; before it an error is due. */
  readonly since?: readonly [number, number];
  /** Needs CAP_NET_ADMIN or CAP_NET_RAW; without the first EPERM may come. */
  readonly admin?: true;
  /** Rows to set first, in order. */
  readonly first?: readonly (readonly [SocketOption<unknown>, unknown])[];
}

const isInt = (value: unknown) => Number.isInteger(value);
const isPositive = (value: unknown) => typeof value === "number" && value > 0;
const isCookie = (value: unknown) => typeof value === "bigint" && value > 0n;

/** Flags that default to one value and can be set to the other. */
function flags(on: SocketKind, ...options: SocketOption<boolean>[]): OptionCase[] {
  return options.flatMap((option) => [
    { option, on, set: true },
    { option, on, set: false },
  ]);
}

/** Values that are read back as they were set. */
function values<T>(on: SocketKind, option: SocketOption<T>, ...set: T[]): OptionCase[] {
  return set.map((value) => ({ option: option as SocketOption<unknown>, on, set: value }));
}

/** A program that takes whole packets. */
const TAKE_ALL: o.BpfInstruction[] = [{ code: 0x06, jt: 0, jf: 0, k: 0xffffffff }];
/** A program that picks the first socket of a group. */
const FIRST_SOCKET: o.BpfInstruction[] = [{ code: 0x06, jt: 0, jf: 0, k: 0 }];

/** The loopback interface has index 1 in every network namespace. */
const LO = 1;

const SOCKET: OptionCase[] = [
  { option: o.SO_ACCEPTCONN, on: "tcp listener", back: true },
  { option: o.SO_ACCEPTCONN, on: "tcp", back: false },
  ...values("udp", o.SO_BINDTODEVICE, "lo", ""),
  ...values("udp", o.SO_BINDTOIFINDEX, LO, 0),
  ...values("tcp", o.SO_BUF_LOCK, 3, 0),
  { option: o.SO_BUSY_POLL, on: "udp", set: 20, admin: true },
  { option: o.SO_BUSY_POLL_BUDGET, on: "udp", set: 8, admin: true },
  { option: o.SO_CNX_ADVICE, on: "tcp", set: 1 },
  { option: o.SO_COOKIE, on: "tcp", back: isCookie },
  { option: o.SO_DEBUG, on: "tcp", set: true, admin: true },
  { option: o.SO_DOMAIN, on: "tcp6", back: 10 },
  { option: o.SO_ERROR, on: "tcp", back: 0 },
  { option: o.SO_INCOMING_CPU, on: "tcp", set: 0 },
  { option: o.SO_INCOMING_NAPI_ID, on: "tcp", back: isInt },
  ...flags("unix pair", o.SO_INQ).map((c) => ({ ...c, since: [6, 19] as const })),
  ...values("tcp", o.SO_LINGER, 7, 0, null),
  { option: o.SO_MARK, on: "udp", set: 0xfedcba98, admin: true },
  ...values("tcp", o.SO_MAX_PACING_RATE, 123_456_789n, 2n ** 64n - 1n),
  { option: o.SO_MEMINFO, on: "udp", back: (v: unknown) => (v as o.SocketMemory).drops === 0 },
  { option: o.SO_NETNS_COOKIE, on: "tcp", back: isCookie },
  ...values("unix pair", o.SO_PEEK_OFF, 3, -1),
  { option: o.SO_PREFER_BUSY_POLL, on: "udp", set: true, admin: true },
  ...values("udp", o.SO_PRIORITY, 6, 0),
  { option: o.SO_PROTOCOL, on: "udp", back: 17 },
  // The kernel doubles what it is told.
  { option: o.SO_RCVBUF, on: "tcp", set: 65536, back: 131072 },
  { option: o.SO_SNDBUF, on: "tcp", set: 65536, back: 131072 },
  { option: o.SO_RCVBUFFORCE, on: "tcp", set: 1 << 24, admin: true },
  { option: o.SO_SNDBUFFORCE, on: "tcp", set: 1 << 24, admin: true },
  ...values("tcp", o.SO_RCVLOWAT, 100),
  // Whole clock ticks, of 1 to 10 ms.
  ...values("udp", o.SO_RCVTIMEO, 2500, 0),
  ...values("udp", o.SO_SNDTIMEO, 2500, 0),
  { option: o.SO_RESERVE_MEM, on: "tcp", set: 0, error: ["EOPNOTSUPP", "none"] },
  { option: o.SO_SNDLOWAT, on: "tcp", back: 1 },
  ...values("tcp", o.SO_TXREHASH, 1, 0),
  { option: o.SO_TXREHASH, on: "tcp", set: -1, back: isInt },
  { option: o.SO_TYPE, on: "udp", back: 2 },
  ...flags("udp", o.SO_BROADCAST, o.SO_DONTROUTE, o.SO_NO_CHECK, o.SO_RXQ_OVFL),
  ...flags("udp", o.SO_SELECT_ERR_QUEUE, o.SO_WIFI_STATUS, o.SO_ZEROCOPY),
  ...flags("udp", o.SO_RCVMARK),
  ...flags("udp", o.SO_RCVPRIORITY).map((c) => ({ ...c, since: [6, 14] as const })),
  ...flags("tcp", o.SO_KEEPALIVE, o.SO_OOBINLINE, o.SO_REUSEADDR, o.SO_REUSEPORT),
  ...flags("packet", o.SO_NOFCS),
  ...flags("udp", o.SO_TIMESTAMP, o.SO_TIMESTAMPNS),
  {
    option: o.SO_TIMESTAMPING,
    on: "udp",
    set: { rxSoftware: true, software: true, optId: true, txSoftware: true, optTsOnly: true },
    back: (v: unknown) => {
      const on = Object.entries(v as object).filter(([, flag]) => flag).map(([name]) => name);
      return on.sort().join() === "optId,optTsOnly,rxSoftware,software,txSoftware";
    },
  },
  {
    option: o.SO_TXTIME,
    on: "udp",
    set: { clock: "tai", deadlineMode: true, reportErrors: false },
    admin: true,
  },
  ...([["optIdTcp", 2], ["optRxFilter", 12], ["txCompletion", 15]] as const).map(
    ([flag, minor]): OptionCase => ({
      option: o.SO_TIMESTAMPING,
      on: "tcp connected",
      set: { optId: true, rxSoftware: true, software: true, [flag]: true },
      back: (v: unknown) => (v as o.TimestampingFlags)[flag] === true,
      since: [6, minor],
    }),
  ),
  ...values("udp", o.SO_TXTIME, { clock: "monotonic", deadlineMode: false, reportErrors: true }),
];

const PEER: OptionCase[] = [
  ...flags("unix pair", o.SO_PASSCRED, o.SO_PASSSEC),
  ...flags("unix pair", o.SO_PASSPIDFD).map((c) => ({ ...c, since: [6, 5] as const })),
  ...flags("unix pair", o.SO_PASSRIGHTS).map((c) => ({ ...c, since: [6, 16] as const })),
  {
    option: o.SO_PEERCRED,
    on: "unix pair",
    back: (v: unknown) => {
      const { pid, uid, gid } = v as o.PeerCredentials;
      return pid === Deno.pid && uid === Deno.uid() && gid === Deno.gid();
    },
  },
  { option: o.SO_PEERGROUPS, on: "unix pair", back: (v: unknown) => (v as number[]).every(isInt) },
  { option: o.SO_PEERPIDFD, on: "unix pair", back: isPositive, since: [6, 5] },
  // Only where a security module labels sockets.
  {
    option: o.SO_PEERSEC,
    on: "unix pair",
    back: (v: unknown) => typeof v === "string",
    error: ["ENOPROTOOPT", "none"],
  },
];

const FILTER: OptionCase[] = [
  { option: o.SO_ATTACH_FILTER, on: "udp", set: TAKE_ALL },
  { option: o.SO_GET_FILTER, on: "udp", back: TAKE_ALL, first: [[o.SO_ATTACH_FILTER, TAKE_ALL]] },
  { option: o.SO_GET_FILTER, on: "udp", back: [] },
  { option: o.SO_DETACH_FILTER, on: "udp", set: true, first: [[o.SO_ATTACH_FILTER, TAKE_ALL]] },
  { option: o.SO_DETACH_FILTER, on: "udp", set: true, error: "ENOENT" },
  { option: o.SO_LOCK_FILTER, on: "udp", set: true },
  { option: o.SO_BPF_EXTENSIONS, on: "udp", back: isPositive },
  // Descriptor 0 is no BPF program.
  { option: o.SO_ATTACH_BPF, on: "udp", set: 0, error: ["EINVAL", "EBADF"] },
  {
    option: o.SO_ATTACH_REUSEPORT_EBPF,
    on: "udp",
    set: 0,
    error: ["EINVAL", "EBADF"],
    first: [[o.SO_REUSEPORT, true]],
  },
  {
    option: o.SO_ATTACH_REUSEPORT_CBPF,
    on: "udp",
    set: FIRST_SOCKET,
    first: [[o.SO_REUSEPORT, true]],
  },
  {
    option: o.SO_DETACH_REUSEPORT_BPF,
    on: "udp",
    set: true,
    first: [[o.SO_REUSEPORT, true], [o.SO_ATTACH_REUSEPORT_CBPF, FIRST_SOCKET]],
  },
];

const IP: OptionCase[] = [
  ...flags("tcp", o.IP_BIND_ADDRESS_NO_PORT),
  ...flags("udp", o.IP_CHECKSUM, o.IP_FREEBIND, o.IP_PASSSEC, o.IP_PKTINFO, o.IP_RECVERR),
  ...flags("udp", o.IP_RECVERR_RFC4884, o.IP_RECVFRAGSIZE, o.IP_RECVOPTS, o.IP_RECVORIGDSTADDR),
  ...flags("udp", o.IP_RECVTOS, o.IP_RECVTTL, o.IP_RETOPTS, o.IP_MULTICAST_ALL),
  ...flags("udp", o.IP_MULTICAST_LOOP),
  ...flags("raw", o.IP_HDRINCL, o.IP_NODEFRAG),
  ...values("tcp", o.IP_LOCAL_PORT_RANGE, { first: 40_000, last: 50_000 }, null)
    .map((c) => ({ ...c, since: [6, 3] as const })),
  ...values("tcp", o.IP_MINTTL, 255, 0),
  { option: o.IP_MTU, on: "udp connected", back: isPositive },
  { option: o.IP_MTU, on: "udp", error: "ENOTCONN" },
  ...values("udp", o.IP_MTU_DISCOVER, "dont", "want", "do", "probe", "interface", "omit"),
  // One "no operation" and the end of the options, padded to a word.
  ...values("udp", o.IP_OPTIONS, Uint8Array.of(1, 1, 1, 0), new Uint8Array(0)),
  { option: o.IP_PROTOCOL, on: "raw", back: 254, since: [6, 4] },
  { option: o.IP_ROUTER_ALERT, on: "raw", set: true },
  ...values("udp", o.IP_TOS, 0xb8, 0),
  { option: o.IP_TRANSPARENT, on: "tcp", set: true, admin: true },
  ...values("udp", o.IP_TTL, 1, 255),
  { option: o.IP_TTL, on: "udp", set: -1, back: isPositive },
  { option: o.IP_TTL, on: "udp", set: 0, error: "EINVAL" },
  ...values("udp", o.IP_UNICAST_IF, LO, 0),
  ...values("udp", o.IP_MULTICAST_TTL, 9, 0),
  { option: o.IP_MULTICAST_TTL, on: "udp", set: -1, back: 1 },
  { option: o.IP_MULTICAST_IF, on: "udp", set: "127.0.0.1" },
  { option: o.IP_MULTICAST_IF, on: "udp", set: LO, back: "0.0.0.0" },
];

const IPV6: OptionCase[] = [
  // Temporary, home, not cryptographic; the kernel has no home addresses to tell of.
  {
    option: o.IPV6_ADDR_PREFERENCES,
    on: "udp6",
    set: 0x1,
    back: (v: unknown) => ((v as number) & 1) === 1,
  },
  ...flags("udp6", o.IPV6_AUTOFLOWLABEL, o.IPV6_DONTFRAG, o.IPV6_FLOWINFO, o.IPV6_FLOWINFO_SEND),
  ...flags("udp6", o.IPV6_FREEBIND, o.IPV6_RECVDSTOPTS, o.IPV6_RECVERR, o.IPV6_RECVERR_RFC4884),
  ...flags("udp6", o.IPV6_RECVFRAGSIZE, o.IPV6_RECVHOPLIMIT, o.IPV6_RECVHOPOPTS),
  ...flags("udp6", o.IPV6_RECVORIGDSTADDR, o.IPV6_RECVPATHMTU, o.IPV6_RECVPKTINFO),
  ...flags("udp6", o.IPV6_RECVRTHDR, o.IPV6_RECVTCLASS, o.IPV6_V6ONLY),
  ...flags("udp6", o.IPV6_MULTICAST_ALL, o.IPV6_MULTICAST_LOOP),
  ...flags("raw6", o.IPV6_HDRINCL, o.IPV6_ROUTER_ALERT_ISOLATE),
  ...values("raw6", o.IPV6_CHECKSUM, 2, -1),
  // Pad1 and PadN: a header of 8 bytes with nothing in it. Its first byte is the kernel's to fill.
  ...[o.IPV6_HOPOPTS, o.IPV6_DSTOPTS, o.IPV6_RTHDRDSTOPTS].flatMap((option) => [
    {
      option,
      on: "udp6" as const,
      set: Uint8Array.of(0, 0, 1, 4, 0, 0, 0, 0),
      admin: true as const,
    },
    { option, on: "udp6" as const, set: new Uint8Array(0), admin: true as const },
  ]),
  // A segment routing header (RFC 8754) with one segment, none left.
  {
    option: o.IPV6_RTHDR,
    on: "udp6",
    set: Uint8Array.of(0, 2, 4, 0, 0, 0, 0, 0, 0x20, 1, ...new Uint8Array(13), 1),
  },
  { option: o.IPV6_RTHDR, on: "udp6", set: new Uint8Array(0) },
  // An address of one's own is no anycast address.
  {
    option: o.IPV6_JOIN_ANYCAST,
    on: "udp6",
    set: { address: "::1" },
    admin: true,
    error: "EINVAL",
  },
  { option: o.IPV6_LEAVE_ANYCAST, on: "udp6", set: { address: "::1" }, error: "ENOENT" },
  ...values("tcp6", o.IPV6_MINHOPCOUNT, 255, 0),
  { option: o.IPV6_MTU, on: "udp6 connected", set: 1400, back: isPositive },
  { option: o.IPV6_MTU, on: "udp6", set: 0, error: "ENOTCONN" },
  ...values("udp6", o.IPV6_MTU_DISCOVER, "dont", "want", "do", "probe", "interface", "omit"),
  { option: o.IPV6_NEXTHOP, on: "raw6", set: "::1", error: "ENOPROTOOPT" },
  {
    option: o.IPV6_PATHMTU,
    on: "udp6 connected",
    back: (v: unknown) => (v as o.Ipv6PathMtu).mtuBytes >= 1280,
  },
  { option: o.IPV6_PKTINFO, on: "udp6", set: { address: "::1", interfaceIndex: LO } },
  { option: o.IPV6_ROUTER_ALERT, on: "raw6 all", set: 0 },
  ...values("udp6", o.IPV6_TCLASS, 0xb8, 0),
  { option: o.IPV6_TCLASS, on: "udp6", set: -1, back: 0 },
  { option: o.IPV6_TRANSPARENT, on: "tcp6", set: true, admin: true },
  ...values("udp6", o.IPV6_UNICAST_HOPS, 1, 255),
  { option: o.IPV6_UNICAST_HOPS, on: "udp6", set: -1, back: isPositive },
  ...values("udp6", o.IPV6_UNICAST_IF, LO, 0),
  ...values("udp6", o.IPV6_MULTICAST_HOPS, 9, 0),
  { option: o.IPV6_MULTICAST_HOPS, on: "udp6", set: -1, back: 1 },
  ...values("udp6", o.IPV6_MULTICAST_IF, LO, 0),
];

const G4 = "232.1.2.3";
const G6 = "ff35::8000:1";
const ipAny = { group: "239.1.2.3", interfaceIndex: LO };
const ipSource = { group: G4, source: "127.0.0.9", interfaceAddress: "127.0.0.1" };
const any4 = { group: "239.1.2.3", interfaceIndex: LO };
const any6 = { group: "ff05::1234", interfaceIndex: LO };
const source4 = { group: G4, source: "127.0.0.9", interfaceIndex: LO };
const source6 = { group: G6, source: "::9", interfaceIndex: LO };
const filter4 = { group: "239.1.2.3", interfaceIndex: LO, mode: "exclude", sources: ["127.0.0.7"] };
const filter6 = { group: "ff05::1234", interfaceIndex: LO, mode: "exclude", sources: ["::7"] };
const ipFilter = {
  group: "239.1.2.3",
  interfaceAddress: "127.0.0.1",
  mode: "exclude",
  sources: ["127.0.0.7", "127.0.0.8"],
};
const ipByAddress = { group: "239.1.2.3", interfaceAddress: "127.0.0.1" };

const MULTICAST: OptionCase[] = [
  { option: o.IP_ADD_MEMBERSHIP, on: "udp", set: ipAny },
  {
    option: o.IP_ADD_MEMBERSHIP,
    on: "udp",
    set: ipAny,
    first: [[o.IP_ADD_MEMBERSHIP, ipAny]],
    error: "EADDRINUSE",
  },
  { option: o.IP_DROP_MEMBERSHIP, on: "udp", set: ipAny, first: [[o.IP_ADD_MEMBERSHIP, ipAny]] },
  { option: o.IP_ADD_SOURCE_MEMBERSHIP, on: "udp", set: ipSource },
  {
    option: o.IP_DROP_SOURCE_MEMBERSHIP,
    on: "udp",
    set: ipSource,
    first: [[o.IP_ADD_SOURCE_MEMBERSHIP, ipSource]],
  },
  {
    option: o.IP_BLOCK_SOURCE,
    on: "udp",
    set: ipSource,
    first: [[o.IP_ADD_MEMBERSHIP, { group: G4, interfaceIndex: LO }]],
  },
  {
    option: o.IP_UNBLOCK_SOURCE,
    on: "udp",
    set: ipSource,
    first: [
      [o.IP_ADD_MEMBERSHIP, { group: G4, interfaceIndex: LO }],
      [o.IP_BLOCK_SOURCE, ipSource],
    ],
  },
  {
    option: o.IP_MSFILTER,
    on: "udp",
    set: ipFilter,
    first: [[o.IP_ADD_MEMBERSHIP, ipByAddress]],
  },
  {
    option: o.ipSourceFilterOf("239.1.2.3", "127.0.0.1"),
    on: "udp",
    set: ipFilter,
    first: [[o.IP_ADD_MEMBERSHIP, ipByAddress]],
  },
  {
    option: o.ipSourceFilterOf("239.1.2.3"),
    on: "udp",
    set: ipFilter,
    error: "EINVAL", // not joined
  },
  { option: o.IPV6_ADD_MEMBERSHIP, on: "udp6", set: any6 },
  { option: o.IPV6_DROP_MEMBERSHIP, on: "udp6", set: any6, first: [[o.IPV6_ADD_MEMBERSHIP, any6]] },
  ...([
    ["udp", any4, source4, filter4, {
      join: o.MCAST_JOIN_GROUP,
      leave: o.MCAST_LEAVE_GROUP,
      joinSource: o.MCAST_JOIN_SOURCE_GROUP,
      leaveSource: o.MCAST_LEAVE_SOURCE_GROUP,
      block: o.MCAST_BLOCK_SOURCE,
      unblock: o.MCAST_UNBLOCK_SOURCE,
      filter: o.MCAST_MSFILTER,
    }],
    ["udp6", any6, source6, filter6, {
      join: o.IPV6_MCAST_JOIN_GROUP,
      leave: o.IPV6_MCAST_LEAVE_GROUP,
      joinSource: o.IPV6_MCAST_JOIN_SOURCE_GROUP,
      leaveSource: o.IPV6_MCAST_LEAVE_SOURCE_GROUP,
      block: o.IPV6_MCAST_BLOCK_SOURCE,
      unblock: o.IPV6_MCAST_UNBLOCK_SOURCE,
      filter: o.IPV6_MCAST_MSFILTER,
    }],
  ] as const).flatMap(([on, any, source, filter, mcast]): OptionCase[] => {
    const anySource = { ...source, group: any.group };
    return [
      { option: mcast.join, on, set: any },
      { option: mcast.leave, on, set: any, first: [[mcast.join, any]] },
      { option: mcast.joinSource, on, set: source },
      { option: mcast.leaveSource, on, set: source, first: [[mcast.joinSource, source]] },
      { option: mcast.block, on, set: anySource, first: [[mcast.join, any]] },
      {
        option: mcast.unblock,
        on,
        set: anySource,
        first: [[mcast.join, any], [mcast.block, anySource]],
      },
      { option: mcast.filter, on, set: filter, first: [[mcast.join, any]] },
      {
        option: o.sourceFilterOf(any.group, LO),
        on,
        set: filter,
        first: [[mcast.join, any]],
      },
    ];
  }),
];

const isTcpInfo = (v: unknown) => {
  const info = v as o.TcpInfo;
  return info.state === "established" && info.rtoMicros > 0 && info.sndCwndSegments > 0;
};

const TCP: OptionCase[] = [
  { option: o.TCP_CC_INFO, on: "tcp connected", back: (v: unknown) => v instanceof Uint8Array },
  // The first is always there; the second only an administrator may choose where it is not allowed.
  { option: o.TCP_CONGESTION, on: "tcp", set: "reno" },
  { option: o.TCP_CONGESTION, on: "tcp", set: "cubic", admin: true, error: ["none", "ENOENT"] },
  { option: o.TCP_CONGESTION, on: "tcp", set: "nonsuch", error: "ENOENT" },
  ...flags("tcp", o.TCP_CORK, o.TCP_FASTOPEN_CONNECT, o.TCP_FASTOPEN_NO_COOKIE, o.TCP_INQ),
  ...flags("tcp", o.TCP_NODELAY, o.TCP_QUICKACK, o.TCP_THIN_LINEAR_TIMEOUTS),
  { option: o.TCP_DEFER_ACCEPT, on: "tcp listener", set: 3 },
  { option: o.TCP_DELACK_MAX_US, on: "tcp", set: 20_000, back: isPositive, since: [6, 17] },
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
  { option: o.TCP_IS_MPTCP, on: "tcp", back: false, since: [6, 13] },
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
  { option: o.TCP_RTO_MIN_US, on: "tcp", set: 20_000, back: isPositive, since: [6, 17] },
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

const UDP: OptionCase[] = [
  ...flags("udp", o.UDP_CORK, o.UDP_GRO),
  ...flags("udp6", o.UDP_NO_CHECK6_RX, o.UDP_NO_CHECK6_TX),
  { option: o.UDP_ENCAP, on: "udp", set: 2, error: ["none", "ENOPROTOOPT"] },
  ...values("udp", o.UDP_SEGMENT, 1200, 0),
  ...values("udplite", o.UDPLITE_RECV_CSCOV, 8, 65535, 0),
  ...values("udplite", o.UDPLITE_SEND_CSCOV, 20, 65535, 0),
];

const loopbackFrames = { interfaceIndex: LO, type: "promiscuous" };

const RAW: OptionCase[] = [
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

/** All tries, those of one row together. */
export const OPTION_CASES: readonly OptionCase[] = [
  ...SOCKET,
  ...PEER,
  ...FILTER,
  ...IP,
  ...IPV6,
  ...MULTICAST,
  ...TCP,
  ...UDP,
  ...RAW,
];
