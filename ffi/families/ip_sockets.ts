/**
 * What the sockets of both IP families have in common: which can be judged by their addresses, and
 * which take a privilege.
 *
 * @module
 */
import {
  IPPROTO_DCCP,
  IPPROTO_MPTCP,
  IPPROTO_SCTP,
  IPPROTO_TCP,
  IPPROTO_UDP,
  IPPROTO_UDPLITE,
} from "../abi/ip_constants.ts";
import {
  SOCK_DCCP,
  SOCK_DGRAM,
  SOCK_PACKET,
  SOCK_RAW,
  SOCK_SEQPACKET,
  SOCK_STREAM,
} from "../abi/socket_constants.ts";
import type { SocketKinds } from "./row.ts";

/** Sockets with ports, whose every peer is asked for; 0 is TCP or UDP. */
export const IP_SOCKETS: SocketKinds = {
  types: [SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_DCCP],
  protocols: [
    0,
    IPPROTO_TCP,
    IPPROTO_UDP,
    IPPROTO_DCCP,
    IPPROTO_SCTP,
    IPPROTO_UDPLITE,
    IPPROTO_MPTCP,
  ],
};

/** The capability for raw sockets, and how datagram sockets of ICMP do without (`man 7 icmp`). */
export function ipCapability(type: number): string | undefined {
  if (type === SOCK_RAW || type === SOCK_PACKET) return "needs the capability CAP_NET_RAW";
  if (type !== SOCK_DGRAM) return undefined;
  return "an ICMP datagram socket needs a group within " +
    "/proc/sys/net/ipv4/ping_group_range, or CAP_NET_RAW";
}
