/**
 * Socket options and control messages by which packets go elsewhere than their address says.
 *
 * What is not known here to be harmless takes the whole of `--allow-net`: an option that was made by
 * its numbers alone, and what newer kernels have.
 *
 * @module
 */
import * as c from "../abi/constants.ts";
import { STRUCTS } from "../abi/layout.ts";
import type { NameGrant, Peer } from "./peer.ts";
import { demand, isWhole } from "./permissions.ts";

/** What stands for an option's doing being asked for already. */
export type Allowed = Peer | NameGrant | readonly Peer[];

/** Numbers from `first` to `last`. */
type Range = readonly [first: number, last: number];

/** All there are, of levels where an option concerns its own connection only. */
const ALL: readonly Range[] = [[0, 0x7fffffff]];

/** Not UDP_ENCAP: tunnels. */
const UDP: readonly Range[] = [
  [c.UDP_CORK, c.UDP_CORK],
  [c.UDP_NO_CHECK6_TX, c.UDP_GRO],
];

/** Options that change no packet's way, by level. */
const HARMLESS = new Map<number, readonly Range[]>([
  [c.SOL_TCP, ALL],
  // The kernel takes the options of UDP at this level too (udp_setsockopt).
  [c.SOL_UDPLITE, [...UDP, [c.UDPLITE_SEND_CSCOV, c.UDPLITE_RECV_CSCOV]]],
  [c.SOL_DCCP, ALL],
  [c.SOL_TLS, ALL],
  [c.SOL_MPTCP, ALL],
  [c.AF_VSOCK, ALL],
  [c.SOL_TIPC, ALL],
  [c.SOL_ALG, ALL],
  // SO_BINDTODEVICE, SO_MARK and SO_BINDTOIFINDEX choose the way out, or the rules for it.
  [c.SOL_SOCKET, [
    [0, c.SO_BINDTODEVICE - 1],
    [c.SO_BINDTODEVICE + 1, c.SO_MARK - 1],
    [c.SO_MARK + 1, c.SO_BINDTOIFINDEX - 1],
    [c.SO_BINDTOIFINDEX + 1, c.SO_INQ],
  ]],
  // Not IP_HDRINCL, IP_OPTIONS (source routes), the policies of IPsec, IP_TRANSPARENT, IP_UNICAST_IF.
  [c.SOL_IP, [
    [c.IP_TOS, c.IP_TTL],
    [c.IP_RECVOPTS, c.IP_FREEBIND],
    [c.IP_PASSSEC, c.IP_PASSSEC],
    [c.IP_ORIGDSTADDR, c.IP_RECVERR_RFC4884],
    [c.IP_MULTICAST_IF, c.IP_MULTICAST_ALL],
    [c.IP_LOCAL_PORT_RANGE, c.IP_PROTOCOL],
  ]],
  // Not routing headers, sticky packet information, flow labels (which carry options), IPsec, nor an
  // address that others have too (IPV6_JOIN_ANYCAST 27, IPV6_LEAVE_ANYCAST 28).
  [c.SOL_IPV6, [
    [c.IPV6_2292PKTINFO, c.IPV6_2292DSTOPTS],
    [c.IPV6_CHECKSUM, c.IPV6_2292HOPLIMIT],
    [c.IPV6_FLOWINFO, c.IPV6_DROP_MEMBERSHIP],
    [c.IPV6_MTU_DISCOVER, c.IPV6_V6ONLY],
    [c.IPV6_MULTICAST_ALL, c.IPV6_RECVERR_RFC4884],
    [c.IPV6_FLOWINFO_SEND, c.IPV6_FLOWINFO_SEND],
    [c.MCAST_JOIN_GROUP, c.MCAST_MSFILTER],
    [c.IPV6_RECVPKTINFO, c.IPV6_RECVPKTINFO],
    [c.IPV6_RECVHOPLIMIT, c.IPV6_HOPOPTS],
    [c.IPV6_RECVRTHDR, c.IPV6_RECVRTHDR],
    [c.IPV6_RECVDSTOPTS, c.IPV6_RECVDSTOPTS],
    [c.IPV6_RECVPATHMTU, c.IPV6_ORIGDSTADDR],
    [c.IPV6_RECVFRAGSIZE, c.IPV6_FREEBIND],
  ]],
  [c.SOL_UDP, UDP],
  // What has ICMP types: ICMP_FILTER, ICMPV6_FILTER (on sockets that take the whole grant anyway).
  [c.SOL_RAW, ALL],
  [c.SOL_ICMPV6, ALL],
  // Not those that bind and connect (linux/sctp.h, SCTP_SOCKOPT_BINDX_ADD 100 to CONNECTX3 111), nor
  // the port of UDP that packets go to (SCTP_REMOTE_UDP_ENCAPS_PORT 132).
  [c.SOL_SCTP, [[0, 99], [112, 131], [133, 133]]],
]);

/** Control messages that change no packet's way. */
const HARMLESS_CONTROL = new Map<number, readonly number[]>([
  // ALG_SET_IV to ALG_SET_KEY_BY_KEY_SERIAL (linux/if_alg.h).
  [c.SOL_ALG, [1, 2, 3, 4, 5, 6, 7]],
  [c.SOL_SOCKET, [
    c.SCM_RIGHTS,
    c.SCM_CREDENTIALS,
    c.SCM_TXTIME,
    c.SCM_TS_OPT_ID,
    c.SCM_TIMESTAMPING,
    c.SO_PRIORITY,
  ]],
  [c.SOL_IP, [c.IP_TTL, c.IP_TOS]],
  [c.SOL_IPV6, [c.IPV6_HOPLIMIT, c.IPV6_TCLASS, c.IPV6_FLOWINFO, c.IPV6_DONTFRAG]],
  [c.SOL_UDP, [c.UDP_SEGMENT]],
  // SET_RECORD_TYPE (linux/tls.h).
  [c.SOL_TLS, [1]],
  // All but the addresses (linux/sctp.h, SCTP_DSTADDRV4 7, SCTP_DSTADDRV6 8).
  [c.SOL_SCTP, [0, 1, 2, 3, 4, 5, 6]],
]);

/** SCTP_SOCKOPT_CONNECTX_OLD 107 to CONNECTX3 111: reading the last connects. PEELOFF and the lists do not. */
const SCTP_CONNECTS = [107, 110, 111];

/** Whether an option changes no packet's way. */
export function isHarmless(level: number, option: number): boolean {
  return HARMLESS.get(level)?.some(([first, last]) => option >= first && option <= last) ?? false;
}

/**
 * Refuses to set an option that could send packets elsewhere, unless the whole of `--allow-net` is
 * granted, or what it does was asked for.
 */
export function checkOption(
  level: number,
  option: number,
  name: string,
  value: Uint8Array,
  allowed?: Allowed,
): void {
  if (isWhole("net") || allowed !== undefined) return;
  if (isHarmless(level, option) && (level !== c.SOL_TCP || isHarmlessTcp(option, value))) return;
  demand({ name: "net" }, `set ${name}`);
}

/** What TCP may carry: TLS, Multipath TCP. Not packets of IPsec ("espintcp", RFC 8229). */
const PROTOCOLS_IN_TCP = ["tls", "mptcp"];
const DECODER = new TextDecoder("latin1");

function isHarmlessTcp(option: number, value: Uint8Array): boolean {
  if (option !== c.TCP_ULP) return true;
  return PROTOCOLS_IN_TCP.includes(DECODER.decode(value).replace(/\0[^]*$/, ""));
}

/** Refuses to read an option that does something: as {@linkcode checkOption}. */
export function checkReadOption(level: number, option: number, name: string): void {
  if (level === c.SOL_SCTP && SCTP_CONNECTS.includes(option) && !isWhole("net")) {
    demand({ name: "net" }, `read ${name}`);
  }
}

/** Refuses a control message that could send its packet elsewhere, unless all of net is granted. */
export function checkControl(
  level: number,
  number: number,
  data: Uint8Array | readonly number[],
): void {
  if (isWhole("net") || HARMLESS_CONTROL.get(level)?.includes(number)) return;
  if (data instanceof Uint8Array && leavesTheInterface(level, number, data)) return;
  demand({ name: "net" }, `send control data ${level}/${number}`);
}

/** Packet information that names a source address and no interface. */
function leavesTheInterface(level: number, number: number, data: Uint8Array): boolean {
  const at = level === c.SOL_IP && number === c.IP_PKTINFO
    ? STRUCTS.in_pktinfo.ipi_ifindex
    : level === c.SOL_IPV6 && number === c.IPV6_PKTINFO
    ? STRUCTS.in6_pktinfo.ipi6_ifindex
    : undefined;
  return at !== undefined && data.length >= at + 4 &&
    (data[at] | data[at + 1] | data[at + 2] | data[at + 3]) === 0;
}
