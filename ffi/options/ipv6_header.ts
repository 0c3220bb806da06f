/**
 * Options about IPv6 extension headers, level `IPPROTO_IPV6`: RFC 3542 sections 7 to 9.
 *
 * @module
 */

import type { SocketOption } from "../../core/option.ts";
import * as c from "../abi/constants.ts";
import { bool, int, raw, row } from "./codecs.ts";

const L = c.IPPROTO_IPV6;

/** An extension header as it is on the wire: whole units of 8 bytes. */
const extensionHeader = raw(
  2048,
  (length) => length % 8 === 0,
  "at most 2048 bytes, a multiple of 8",
);

/**
 * The destination options of outgoing packets, as on the wire; empty for none (the default). Needs
 * CAP_NET_RAW.
 */
export const IPV6_DSTOPTS: SocketOption<Uint8Array> = row(
  "IPV6_DSTOPTS",
  L,
  c.IPV6_DSTOPTS,
  "rw",
  extensionHeader,
);

/**
 * The hop-by-hop options of outgoing packets, as on the wire; empty for none (the default). Needs
 * CAP_NET_RAW.
 */
export const IPV6_HOPOPTS: SocketOption<Uint8Array> = row(
  "IPV6_HOPOPTS",
  L,
  c.IPV6_HOPOPTS,
  "rw",
  extensionHeader,
);

/** Whether each message tells the destination options of its packet. Default false. */
export const IPV6_RECVDSTOPTS: SocketOption<boolean> = row(
  "IPV6_RECVDSTOPTS",
  L,
  c.IPV6_RECVDSTOPTS,
  "rw",
  bool,
);

/** Whether each message tells the hop-by-hop options of its packet. Default false. */
export const IPV6_RECVHOPOPTS: SocketOption<boolean> = row(
  "IPV6_RECVHOPOPTS",
  L,
  c.IPV6_RECVHOPOPTS,
  "rw",
  bool,
);

/** Whether each message tells the routing header of its packet. Default false. */
export const IPV6_RECVRTHDR: SocketOption<boolean> = row(
  "IPV6_RECVRTHDR",
  L,
  c.IPV6_RECVRTHDR,
  "rw",
  bool,
);

/**
 * The value of Router Alert options whose packets a raw socket gets, or -1 for none. Raw sockets of
 * IPPROTO_RAW only. Cannot be read.
 */
export const IPV6_ROUTER_ALERT: SocketOption<number> = row(
  "IPV6_ROUTER_ALERT",
  L,
  c.IPV6_ROUTER_ALERT,
  "wo",
  int(-1, 65535),
);

/**
 * Whether Router Alert packets of other namespaces are kept from the socket. Default false. Since
 * Linux 5.1.
 */
export const IPV6_ROUTER_ALERT_ISOLATE: SocketOption<boolean> = row(
  "IPV6_ROUTER_ALERT_ISOLATE",
  L,
  c.IPV6_ROUTER_ALERT_ISOLATE,
  "rw",
  bool,
);

/** The routing header of outgoing packets, as on the wire; empty for none (the default). */
export const IPV6_RTHDR: SocketOption<Uint8Array> = row(
  "IPV6_RTHDR",
  L,
  c.IPV6_RTHDR,
  "rw",
  extensionHeader,
);

/**
 * The destination options before the routing header of outgoing packets; empty for none (the
 * default). Needs CAP_NET_RAW.
 */
export const IPV6_RTHDRDSTOPTS: SocketOption<Uint8Array> = row(
  "IPV6_RTHDRDSTOPTS",
  L,
  c.IPV6_RTHDRDSTOPTS,
  "rw",
  extensionHeader,
);
