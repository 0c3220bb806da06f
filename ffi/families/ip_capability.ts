/**
 * What sockets of both IP families need a privilege for.
 *
 * @module
 */
import { SOCK_DGRAM, SOCK_PACKET, SOCK_RAW } from "../abi/socket_constants.ts";

/** The capability for raw sockets, and how datagram sockets of ICMP do without (`man 7 icmp`). */
export function ipCapability(type: number): string | undefined {
  if (type === SOCK_RAW || type === SOCK_PACKET) return "needs the capability CAP_NET_RAW";
  if (type !== SOCK_DGRAM) return undefined;
  return "an ICMP datagram socket needs a group within " +
    "/proc/sys/net/ipv4/ping_group_range, or CAP_NET_RAW";
}
