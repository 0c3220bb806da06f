/**
 * Options of any socket, level `SOL_SOCKET`: man 7 socket. Memory is in `buffer.ts`, time
 * stamps are in `timestamp.ts`, who the peer is, in `peer.ts`, filters, in `filter.ts`.
 *
 * @module
 */

import type { SocketOption } from "../../core/option.ts";
import * as c from "../abi/constants.ts";
import { STRUCTS } from "../abi/layout.ts";
import {
  bool,
  checkInt,
  type CodecFor,
  int,
  INT_MAX,
  milliseconds,
  row,
  struct,
  text,
  uint,
  uint64,
  viewOf,
  wrongType,
} from "./codecs.ts";

const L = c.SOL_SOCKET;
const { linger: LINGER } = STRUCTS;

/** `struct linger` as seconds, or `null` for off. */
const linger: CodecFor<number | null> = (name) => ({
  size: LINGER.size,
  encode(value) {
    const { bytes, view } = struct(LINGER.size);
    if (value === null) return bytes;
    if (typeof value !== "number") throw wrongType(name, value, "a number of seconds or null");
    view.setInt32(LINGER.l_onoff, 1, true);
    view.setInt32(LINGER.l_linger, checkInt(name, value, 0, INT_MAX), true);
    return bytes;
  },
  decode(bytes) {
    const view = viewOf(name, bytes, LINGER.size);
    return view.getInt32(LINGER.l_onoff, true) === 0 ? null : view.getInt32(LINGER.l_linger, true);
  },
});

/** Whether the socket is listening. Read only. */
export const SO_ACCEPTCONN: SocketOption<boolean> = row(
  "SO_ACCEPTCONN",
  L,
  c.SO_ACCEPTCONN,
  "ro",
  bool,
);

/**
 * The interface that the socket is bound to, by name of up to 15 bytes; `""` for any (the default).
 * Only its packets arrive. Changing a binding needs CAP_NET_RAW.
 */
export const SO_BINDTODEVICE: SocketOption<string> = row(
  "SO_BINDTODEVICE",
  L,
  c.SO_BINDTODEVICE,
  "rw",
  text(15),
);

/** As {@linkcode SO_BINDTODEVICE}, by interface index; 0 for any (the default). Since Linux 5.1. */
export const SO_BINDTOIFINDEX: SocketOption<number> = row(
  "SO_BINDTOIFINDEX",
  L,
  c.SO_BINDTOIFINDEX,
  "rw",
  int(0),
);

/** Whether datagrams may be sent to a broadcast address. Default false. */
export const SO_BROADCAST: SocketOption<boolean> = row(
  "SO_BROADCAST",
  L,
  c.SO_BROADCAST,
  "rw",
  bool,
);

/**
 * How long a blocking receive polls the device, in microseconds; 0 for not (default:
 * net.core.busy_read). More than that needs CAP_NET_ADMIN. Since Linux 3.11.
 */
export const SO_BUSY_POLL: SocketOption<number> = row(
  "SO_BUSY_POLL",
  L,
  c.SO_BUSY_POLL,
  "rw",
  int(0),
);

/**
 * How many packets one busy poll takes at most, 0 to 65535 (default 0, which means 8). More than
 * the current value needs CAP_NET_ADMIN. Cannot be read. Since Linux 5.11.
 */
export const SO_BUSY_POLL_BUDGET: SocketOption<number> = row(
  "SO_BUSY_POLL_BUDGET",
  L,
  c.SO_BUSY_POLL_BUDGET,
  "wo",
  int(0, 65535),
);

/**
 * Tells the kernel that the connection does badly (1), so that it looks for another route. Set
 * only. Since Linux 4.6.
 */
export const SO_CNX_ADVICE: SocketOption<number> = row(
  "SO_CNX_ADVICE",
  L,
  c.SO_CNX_ADVICE,
  "wo",
  int(),
);

/** A number that no other socket of this boot has. Read only. Since Linux 4.12. */
export const SO_COOKIE: SocketOption<bigint> = row("SO_COOKIE", L, c.SO_COOKIE, "ro", uint64);

/** Whether debugging is recorded; needs CAP_NET_ADMIN to switch on. Default false. */
export const SO_DEBUG: SocketOption<boolean> = row("SO_DEBUG", L, c.SO_DEBUG, "rw", bool);

/** The address family (AF_*), as given to `socket()`. Read only. Since Linux 2.6.32. */
export const SO_DOMAIN: SocketOption<number> = row("SO_DOMAIN", L, c.SO_DOMAIN, "ro", int());

/** Whether packets go only to directly connected hosts, past any gateway. Default false. */
export const SO_DONTROUTE: SocketOption<boolean> = row(
  "SO_DONTROUTE",
  L,
  c.SO_DONTROUTE,
  "rw",
  bool,
);

/** The pending error number, 0 for none. Reading clears it. Read only. */
export const SO_ERROR: SocketOption<number> = row("SO_ERROR", L, c.SO_ERROR, "ro", int());

/**
 * The CPU that the socket's packets arrive on, or that a listener of a SO_REUSEPORT group prefers;
 * -1 before any. Since Linux 3.19 (settable 4.4).
 */
export const SO_INCOMING_CPU: SocketOption<number> = row(
  "SO_INCOMING_CPU",
  L,
  c.SO_INCOMING_CPU,
  "rw",
  int(),
);

/**
 * The number of the NAPI queue that the last packet came from, 0 if none. Read only. Since Linux
 * 4.12.
 */
export const SO_INCOMING_NAPI_ID: SocketOption<number> = row(
  "SO_INCOMING_NAPI_ID",
  L,
  c.SO_INCOMING_NAPI_ID,
  "ro",
  uint,
);

/**
 * Whether each message of a unix stream tells how many bytes remain (SCM_INQ). Default false. Cannot be read. Since Linux 6.17.
 */
export const SO_INQ: SocketOption<boolean> = row("SO_INQ", L, c.SO_INQ, "wo", bool);

/** Whether an idle connection is probed; see {@linkcode TCP_KEEPIDLE} for when. Default false. */
export const SO_KEEPALIVE: SocketOption<boolean> = row(
  "SO_KEEPALIVE",
  L,
  c.SO_KEEPALIVE,
  "rw",
  bool,
);

/**
 * How many seconds `close()` tries to deliver what is unsent; `null` (the default) lets the kernel go
 * on in the background, 0 discards it and resets a TCP connection.
 */
export const SO_LINGER: SocketOption<number | null> = row(
  "SO_LINGER",
  L,
  c.SO_LINGER,
  "rw",
  linger,
);

/**
 * The mark of outgoing packets, for routing and filters, 0 (the default) to 2 ** 32 - 1. Setting
 * needs CAP_NET_ADMIN or, since Linux 5.17, CAP_NET_RAW.
 */
export const SO_MARK: SocketOption<number> = row("SO_MARK", L, c.SO_MARK, "rw", uint);

/**
 * How fast TCP paces its sending at most, in bytes a second; 2n ** 64n - 1n (the default) for no
 * limit. Since Linux 3.13.
 */
export const SO_MAX_PACING_RATE: SocketOption<bigint> = row(
  "SO_MAX_PACING_RATE",
  L,
  c.SO_MAX_PACING_RATE,
  "rw",
  uint64,
);

/** A number that no other network namespace of this boot has. Read only. Since Linux 5.14. */
export const SO_NETNS_COOKIE: SocketOption<bigint> = row(
  "SO_NETNS_COOKIE",
  L,
  c.SO_NETNS_COOKIE,
  "ro",
  uint64,
);

/** Whether UDP over IPv4 is sent without a checksum. Default false. */
export const SO_NO_CHECK: SocketOption<boolean> = row("SO_NO_CHECK", L, c.SO_NO_CHECK, "rw", bool);

/**
 * Whether the last four bytes of a frame to send on a packet socket are its checksum. Default
 * false. Since Linux 3.4.
 */
export const SO_NOFCS: SocketOption<boolean> = row("SO_NOFCS", L, c.SO_NOFCS, "rw", bool);

/** Whether urgent data stays in the stream rather than apart from it. Default false. */
export const SO_OOBINLINE: SocketOption<boolean> = row(
  "SO_OOBINLINE",
  L,
  c.SO_OOBINLINE,
  "rw",
  bool,
);

/**
 * Where a receive with MSG_PEEK begins, in bytes; it moves on by what was peeked. -1 (the default):
 * always at the front. Unix, UDP and (since Linux 6.9) TCP.
 */
export const SO_PEEK_OFF: SocketOption<number> = row(
  "SO_PEEK_OFF",
  L,
  c.SO_PEEK_OFF,
  "rw",
  int(-1),
);

/**
 * Whether busy polling is preferred over interrupts; switching on needs CAP_NET_ADMIN. Default
 * false. Since Linux 5.11.
 */
export const SO_PREFER_BUSY_POLL: SocketOption<boolean> = row(
  "SO_PREFER_BUSY_POLL",
  L,
  c.SO_PREFER_BUSY_POLL,
  "rw",
  bool,
);

/**
 * The priority of outgoing packets, 0 (the default) to 6; others need CAP_NET_RAW or CAP_NET_ADMIN.
 */
export const SO_PRIORITY: SocketOption<number> = row("SO_PRIORITY", L, c.SO_PRIORITY, "rw", int());

/** The protocol (IPPROTO_*), as the kernel chose it. Read only. Since Linux 2.6.32. */
export const SO_PROTOCOL: SocketOption<number> = row("SO_PROTOCOL", L, c.SO_PROTOCOL, "ro", int());

/** Whether each message tells the mark of its packet. Default false. Since Linux 5.19. */
export const SO_RCVMARK: SocketOption<boolean> = row("SO_RCVMARK", L, c.SO_RCVMARK, "rw", bool);

/** Whether each message tells the priority of its packet. Default false. Since Linux 6.14. */
export const SO_RCVPRIORITY: SocketOption<boolean> = row(
  "SO_RCVPRIORITY",
  L,
  c.SO_RCVPRIORITY,
  "rw",
  bool,
);

/**
 * How long a blocking receive waits, in milliseconds (the kernel keeps whole ticks); 0 (the
 * default) for ever. The sockets of this module never block: use `timeoutMs`.
 */
export const SO_RCVTIMEO: SocketOption<number> = row(
  "SO_RCVTIMEO",
  L,
  c.SO_RCVTIMEO,
  "rw",
  milliseconds,
);

/** Whether an address may be bound that old connections still use. Default false. */
export const SO_REUSEADDR: SocketOption<boolean> = row(
  "SO_REUSEADDR",
  L,
  c.SO_REUSEADDR,
  "rw",
  bool,
);

/**
 * Whether several sockets of one user may be bound to an address and share what arrives. Default
 * false. Since Linux 3.9.
 */
export const SO_REUSEPORT: SocketOption<boolean> = row(
  "SO_REUSEPORT",
  L,
  c.SO_REUSEPORT,
  "rw",
  bool,
);

/**
 * Whether each message tells how many were dropped so far for want of room. Default false. Since
 * Linux 2.6.33.
 */
export const SO_RXQ_OVFL: SocketOption<boolean> = row("SO_RXQ_OVFL", L, c.SO_RXQ_OVFL, "rw", bool);

/**
 * Whether select(2) reports a queued error as exceptional data. Default false. Since Linux 3.10.
 */
export const SO_SELECT_ERR_QUEUE: SocketOption<boolean> = row(
  "SO_SELECT_ERR_QUEUE",
  L,
  c.SO_SELECT_ERR_QUEUE,
  "rw",
  bool,
);

/** How long a blocking send waits, in milliseconds, as {@linkcode SO_RCVTIMEO}. */
export const SO_SNDTIMEO: SocketOption<number> = row(
  "SO_SNDTIMEO",
  L,
  c.SO_SNDTIMEO,
  "rw",
  milliseconds,
);

/**
 * Whether TCP tries another path when it retransmits: 1 yes, 0 no, -1 as net.core.txrehash says
 * (the default). Since Linux 5.18.
 */
export const SO_TXREHASH: SocketOption<number> = row(
  "SO_TXREHASH",
  L,
  c.SO_TXREHASH,
  "rw",
  int(-1, 1),
);

/** The socket type (SOCK_*). Read only. */
export const SO_TYPE: SocketOption<number> = row("SO_TYPE", L, c.SO_TYPE, "ro", int());

/**
 * Whether each message tells if the peer acknowledged the frame (wireless). Default false. Since
 * Linux 3.3.
 */
export const SO_WIFI_STATUS: SocketOption<boolean> = row(
  "SO_WIFI_STATUS",
  L,
  c.SO_WIFI_STATUS,
  "rw",
  bool,
);

/** Whether MSG_ZEROCOPY is allowed. Default false. Since Linux 4.14. */
export const SO_ZEROCOPY: SocketOption<boolean> = row("SO_ZEROCOPY", L, c.SO_ZEROCOPY, "rw", bool);
