/**
 * Options of IPv4 sockets, level `IPPROTO_IP`: man 7 ip. Multicast is in `multicast.ts`.
 *
 * @module
 */

import type { SocketOption } from "../../core/option.ts";
import * as c from "../abi/constants.ts";
import { type PathMtuDiscovery, pathMtuDiscovery } from "./path_mtu.ts";
import {
  bool,
  checkInt,
  checkObject,
  type CodecFor,
  int,
  netInt,
  outOfRange,
  raw,
  row,
  struct,
  viewOf,
} from "./codecs.ts";

const L = c.IPPROTO_IP;

/** The ports that an automatic choice takes from, both ends included; `null` for the system's. */
export type PortRange = { readonly first: number; readonly last: number } | null;

/** `last << 16 | first`; 0 for none. */
const portRange: CodecFor<PortRange> = (name) => ({
  size: 4,
  encode(value) {
    const { bytes, view } = struct(4);
    if (value === null) return bytes;
    checkObject(name, value, "an object with first and last, or null", ["first", "last"]);
    const first = checkInt(`${name}.first`, value.first, 1, 65535);
    const last = checkInt(`${name}.last`, value.last, 1, 65535);
    if (first > last) throw outOfRange(name, `${first}-${last}`, "a range in order");
    view.setUint16(0, first, true);
    view.setUint16(2, last, true);
    return bytes;
  },
  decode(bytes) {
    const view = viewOf(name, bytes, 4);
    const first = view.getUint16(0, true);
    const last = view.getUint16(2, true);
    return first === 0 && last === 0 ? null : { first, last };
  },
});

/**
 * Whether a port is chosen only on connect, not on bind to port 0, so that more connections find
 * one. Default false. Since Linux 4.2.
 */
export const IP_BIND_ADDRESS_NO_PORT: SocketOption<boolean> = row(
  "IP_BIND_ADDRESS_NO_PORT",
  L,
  c.IP_BIND_ADDRESS_NO_PORT,
  "rw",
  bool,
);

/** Whether each UDP message tells the checksum of its packet. Default false. Since Linux 4.0. */
export const IP_CHECKSUM: SocketOption<boolean> = row("IP_CHECKSUM", L, c.IP_CHECKSUM, "rw", bool);

/** Whether an address may be bound that no interface has (yet). Default false. */
export const IP_FREEBIND: SocketOption<boolean> = row("IP_FREEBIND", L, c.IP_FREEBIND, "rw", bool);

/**
 * Whether what is sent on a raw socket begins with its IP header. Default false, true for
 * IPPROTO_RAW.
 */
export const IP_HDRINCL: SocketOption<boolean> = row("IP_HDRINCL", L, c.IP_HDRINCL, "rw", bool);

/**
 * The ports that an automatic choice takes from. Default `null`, as net.ipv4.ip_local_port_range
 * says. Since Linux 6.3.
 */
export const IP_LOCAL_PORT_RANGE: SocketOption<PortRange> = row(
  "IP_LOCAL_PORT_RANGE",
  L,
  c.IP_LOCAL_PORT_RANGE,
  "rw",
  portRange,
);

/**
 * The smallest TTL of a packet that TCP accepts, 0 (the default, any) to 255: RFC 5082. Since Linux
 * 2.6.34.
 */
export const IP_MINTTL: SocketOption<number> = row("IP_MINTTL", L, c.IP_MINTTL, "rw", int(0, 255));

/** The MTU known for the path, in bytes; ENOTCONN unless connected. Read only. */
export const IP_MTU: SocketOption<number> = row("IP_MTU", L, c.IP_MTU, "ro", int());

/** How the path MTU is treated. Default as net.ipv4.ip_no_pmtu_disc says: mostly `"want"`. */
export const IP_MTU_DISCOVER: SocketOption<PathMtuDiscovery> = row(
  "IP_MTU_DISCOVER",
  L,
  c.IP_MTU_DISCOVER,
  "rw",
  pathMtuDiscovery,
);

/**
 * Whether fragments from a raw socket are left as they are by netfilter. Raw sockets only. Default
 * false. Since Linux 2.6.36.
 */
export const IP_NODEFRAG: SocketOption<boolean> = row("IP_NODEFRAG", L, c.IP_NODEFRAG, "rw", bool);

/** The IP options (RFC 791) of outgoing packets, at most 40 bytes; empty for none (the default). */
export const IP_OPTIONS: SocketOption<Uint8Array> = row(
  "IP_OPTIONS",
  L,
  c.IP_OPTIONS,
  "rw",
  raw(40, () => true, "at most 40 bytes"),
);

/**
 * Whether each unix, UDP or raw message tells the security label of its packet. Default false.
 * Since Linux 2.6.17.
 */
export const IP_PASSSEC: SocketOption<boolean> = row("IP_PASSSEC", L, c.IP_PASSSEC, "rw", bool);

/** Whether each message tells the interface and address it came to. Default false. */
export const IP_PKTINFO: SocketOption<boolean> = row("IP_PKTINFO", L, c.IP_PKTINFO, "rw", bool);

/**
 * The protocol of a raw socket; of others their local port ({@linkcode SO_PROTOCOL} tells theirs).
 * Read only. Since Linux 6.4.
 */
export const IP_PROTOCOL: SocketOption<number> = row("IP_PROTOCOL", L, c.IP_PROTOCOL, "ro", int());

/** Whether ICMP errors are kept on the error queue for MSG_ERRQUEUE. Default false. */
export const IP_RECVERR: SocketOption<boolean> = row("IP_RECVERR", L, c.IP_RECVERR, "rw", bool);

/**
 * Whether a queued error tells where the ICMP extensions of RFC 4884 begin. Default false. Since
 * Linux 5.9.
 */
export const IP_RECVERR_RFC4884: SocketOption<boolean> = row(
  "IP_RECVERR_RFC4884",
  L,
  c.IP_RECVERR_RFC4884,
  "rw",
  bool,
);

/** Whether each message tells the largest fragment it came in. Default false. Since Linux 4.11. */
export const IP_RECVFRAGSIZE: SocketOption<boolean> = row(
  "IP_RECVFRAGSIZE",
  L,
  c.IP_RECVFRAGSIZE,
  "rw",
  bool,
);

/** Whether each message tells the IP options of its packet. Default false. */
export const IP_RECVOPTS: SocketOption<boolean> = row("IP_RECVOPTS", L, c.IP_RECVOPTS, "rw", bool);

/**
 * Whether each message tells the address it was sent to before any redirection. Default false.
 * Since Linux 2.6.29.
 */
export const IP_RECVORIGDSTADDR: SocketOption<boolean> = row(
  "IP_RECVORIGDSTADDR",
  L,
  c.IP_RECVORIGDSTADDR,
  "rw",
  bool,
);

/** Whether each message tells the TOS of its packet. Default false. */
export const IP_RECVTOS: SocketOption<boolean> = row("IP_RECVTOS", L, c.IP_RECVTOS, "rw", bool);

/** Whether each message tells the TTL of its packet. Default false. */
export const IP_RECVTTL: SocketOption<boolean> = row("IP_RECVTTL", L, c.IP_RECVTTL, "rw", bool);

/**
 * Whether each message tells the IP options of its packet, turned round for a reply. Default false.
 */
export const IP_RETOPTS: SocketOption<boolean> = row("IP_RETOPTS", L, c.IP_RETOPTS, "rw", bool);

/**
 * Whether a raw socket gets all forwarded packets with the Router Alert option (RFC 2113). Raw
 * sockets only. Cannot be read.
 */
export const IP_ROUTER_ALERT: SocketOption<boolean> = row(
  "IP_ROUTER_ALERT",
  L,
  c.IP_ROUTER_ALERT,
  "wo",
  bool,
);

/**
 * The TOS (DSCP and ECN) of outgoing packets, 0 (the default) to 255. TCP keeps the ECN bits to
 * itself.
 */
export const IP_TOS: SocketOption<number> = row("IP_TOS", L, c.IP_TOS, "rw", int(0, 255));

/**
 * Whether foreign addresses may be bound and packets for them taken, for a transparent proxy; needs
 * CAP_NET_ADMIN or CAP_NET_RAW. Default false. Since Linux 2.6.24.
 */
export const IP_TRANSPARENT: SocketOption<boolean> = row(
  "IP_TRANSPARENT",
  L,
  c.IP_TRANSPARENT,
  "rw",
  bool,
);

/**
 * The TTL of outgoing unicast packets, 1 to 255, or -1 for net.ipv4.ip_default_ttl (the default,
 * mostly 64).
 */
export const IP_TTL: SocketOption<number> = row("IP_TTL", L, c.IP_TTL, "rw", int(-1, 255));

/**
 * The interface that unicast packets leave by, as its index; 0 (the default) for the route's. Since
 * Linux 3.4.
 */
export const IP_UNICAST_IF: SocketOption<number> = row(
  "IP_UNICAST_IF",
  L,
  c.IP_UNICAST_IF,
  "rw",
  netInt,
);
