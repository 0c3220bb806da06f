/**
 * Tries of the options of both IP versions.
 */

import * as o from "../../ffi/options/mod.ts";
import { flags, isPositive, LO, type OptionCase, values } from "./_option_case.ts";

/** Tries of these options. */
export const IP: readonly OptionCase[] = [
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

/** Tries of these options. */
export const IPV6: readonly OptionCase[] = [
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
  { option: o.IPV6_PKTINFO, on: "udp6", set: { address: "::1", interface: LO } },
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
