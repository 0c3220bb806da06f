/**
 * Options of TCP sockets, level `IPPROTO_TCP`: man 7 tcp. `TCP_INFO` is in `tcp_info.ts`.
 *
 * @module
 */

import type { SocketOption } from "../../core/option.ts";
import * as c from "../abi/constants.ts";
import { bool, int, raw, readOnly, row, text, uint } from "./codecs.ts";

const L = c.IPPROTO_TCP;

/**
 * What the congestion control tells of itself, as its struct in linux/inet_diag.h; empty if
 * nothing. Read only. Since Linux 4.1.
 */
export const TCP_CC_INFO: SocketOption<Uint8Array> = row(
  "TCP_CC_INFO",
  L,
  c.TCP_CC_INFO,
  "ro",
  readOnly(64, (bytes) => bytes.slice()),
);

/**
 * The congestion control by name, at most 15 bytes: one of net.ipv4.tcp_allowed_congestion_control,
 * or any with CAP_NET_ADMIN. Since Linux 2.6.13.
 */
export const TCP_CONGESTION: SocketOption<string> = row(
  "TCP_CONGESTION",
  L,
  c.TCP_CONGESTION,
  "rw",
  text(15),
);

/**
 * Whether only full segments are sent until this is switched off, or 200 ms have passed. Default
 * false.
 */
export const TCP_CORK: SocketOption<boolean> = row("TCP_CORK", L, c.TCP_CORK, "rw", bool);

/**
 * How many seconds a listener waits for data before it wakes anyone; rounded up to retransmissions
 * of 1, 3, 7, … s. 0 (the default): at once.
 */
export const TCP_DEFER_ACCEPT: SocketOption<number> = row(
  "TCP_DEFER_ACCEPT",
  L,
  c.TCP_DEFER_ACCEPT,
  "rw",
  int(0),
);

/** The longest delay of an acknowledgement, in microseconds, up to 200,000. Since Linux 6.15. */
export const TCP_DELACK_MAX_US: SocketOption<number> = row(
  "TCP_DELACK_MAX_US",
  L,
  c.TCP_DELACK_MAX_US,
  "rw",
  int(1, 200_000),
);

/**
 * How many Fast Open connections (RFC 7413) a listener keeps before they are complete; 0 (the
 * default) for none. Since Linux 3.6.
 */
export const TCP_FASTOPEN: SocketOption<number> = row(
  "TCP_FASTOPEN",
  L,
  c.TCP_FASTOPEN,
  "rw",
  int(0),
);

/**
 * Whether connect waits for the first send, to carry its data in the SYN. Default false. Since
 * Linux 4.11.
 */
export const TCP_FASTOPEN_CONNECT: SocketOption<boolean> = row(
  "TCP_FASTOPEN_CONNECT",
  L,
  c.TCP_FASTOPEN_CONNECT,
  "rw",
  bool,
);

/**
 * The key of a listener's Fast Open cookies, 16 bytes, or 32: the key and the one before it. Since
 * Linux 4.15 (32 since 5.3).
 */
export const TCP_FASTOPEN_KEY: SocketOption<Uint8Array> = row(
  "TCP_FASTOPEN_KEY",
  L,
  c.TCP_FASTOPEN_KEY,
  "rw",
  raw(32, (length) => length === 16 || length === 32, "16 or 32 bytes"),
);

/** Whether Fast Open goes without cookies. Default false. Since Linux 4.15. */
export const TCP_FASTOPEN_NO_COOKIE: SocketOption<boolean> = row(
  "TCP_FASTOPEN_NO_COOKIE",
  L,
  c.TCP_FASTOPEN_NO_COOKIE,
  "rw",
  bool,
);

/** Whether each message tells how many bytes remain to be read. Default false. Since Linux 4.18. */
export const TCP_INQ: SocketOption<boolean> = row("TCP_INQ", L, c.TCP_INQ, "rw", bool);

/** Whether the connection is Multipath TCP in fact. Read only. Since Linux 6.10. */
export const TCP_IS_MPTCP: SocketOption<boolean> = row(
  "TCP_IS_MPTCP",
  L,
  c.TCP_IS_MPTCP,
  "ro",
  bool,
);

/**
 * How many unanswered keepalive probes end a connection, 1 to 127. Default
 * net.ipv4.tcp_keepalive_probes, mostly 9.
 */
export const TCP_KEEPCNT: SocketOption<number> = row(
  "TCP_KEEPCNT",
  L,
  c.TCP_KEEPCNT,
  "rw",
  int(1, 127),
);

/**
 * How many idle seconds go before the first keepalive probe, 1 to 32767. Default
 * net.ipv4.tcp_keepalive_time, mostly 7200.
 */
export const TCP_KEEPIDLE: SocketOption<number> = row(
  "TCP_KEEPIDLE",
  L,
  c.TCP_KEEPIDLE,
  "rw",
  int(1, 32767),
);

/**
 * How many seconds lie between keepalive probes, 1 to 32767. Default net.ipv4.tcp_keepalive_intvl,
 * mostly 75.
 */
export const TCP_KEEPINTVL: SocketOption<number> = row(
  "TCP_KEEPINTVL",
  L,
  c.TCP_KEEPINTVL,
  "rw",
  int(1, 32767),
);

/**
 * How many seconds a closed connection stays in FIN_WAIT2, 0 for the system's
 * (net.ipv4.tcp_fin_timeout, mostly 60), -1 for none at all.
 */
export const TCP_LINGER2: SocketOption<number> = row(
  "TCP_LINGER2",
  L,
  c.TCP_LINGER2,
  "rw",
  int(-1),
);

/**
 * The largest segment to send, in bytes, 88 to 32767, or 0 for no limit of one's own. Reads the one
 * in use.
 */
export const TCP_MAXSEG: SocketOption<number> = row(
  "TCP_MAXSEG",
  L,
  c.TCP_MAXSEG,
  "rw",
  int(0, 32767),
);

/** Whether small segments are sent at once (Nagle's algorithm off). Default false. */
export const TCP_NODELAY: SocketOption<boolean> = row("TCP_NODELAY", L, c.TCP_NODELAY, "rw", bool);

/**
 * How many unsent bytes make the socket not writable; 0 (the default) for
 * net.ipv4.tcp_notsent_lowat. Since Linux 3.12.
 */
export const TCP_NOTSENT_LOWAT: SocketOption<number> = row(
  "TCP_NOTSENT_LOWAT",
  L,
  c.TCP_NOTSENT_LOWAT,
  "rw",
  uint,
);

/**
 * Whether data is acknowledged at once for now; the kernel goes back to delaying when it sees fit.
 */
export const TCP_QUICKACK: SocketOption<boolean> = row(
  "TCP_QUICKACK",
  L,
  c.TCP_QUICKACK,
  "rw",
  bool,
);

/**
 * The longest retransmission time-out, in milliseconds, 1000 to 120,000 (the default). Since Linux
 * 6.15.
 */
export const TCP_RTO_MAX_MS: SocketOption<number> = row(
  "TCP_RTO_MAX_MS",
  L,
  c.TCP_RTO_MAX_MS,
  "rw",
  int(1000, 120_000),
);

/**
 * The shortest retransmission time-out, in microseconds, up to 200,000 (the default). Since Linux
 * 6.15.
 */
export const TCP_RTO_MIN_US: SocketOption<number> = row(
  "TCP_RTO_MIN_US",
  L,
  c.TCP_RTO_MIN_US,
  "rw",
  int(1, 200_000),
);

/**
 * Whether a listener keeps the headers of SYNs: 0 no (the default), 1 from the IP header on, 2 from
 * the MAC header on. Since Linux 4.2.
 */
export const TCP_SAVE_SYN: SocketOption<number> = row(
  "TCP_SAVE_SYN",
  L,
  c.TCP_SAVE_SYN,
  "rw",
  int(0, 2),
);

/**
 * The headers of the connection's SYN, kept because the listener had {@linkcode TCP_SAVE_SYN};
 * reading takes them, empty if there are none. Read only. Since Linux 4.2.
 */
export const TCP_SAVED_SYN: SocketOption<Uint8Array> = row(
  "TCP_SAVED_SYN",
  L,
  c.TCP_SAVED_SYN,
  "ro",
  readOnly(4096, (bytes) => bytes.slice()),
);

/**
 * How many SYNs are retransmitted before connect gives up, 1 to 127. Default
 * net.ipv4.tcp_syn_retries, mostly 6.
 */
export const TCP_SYNCNT: SocketOption<number> = row(
  "TCP_SYNCNT",
  L,
  c.TCP_SYNCNT,
  "rw",
  int(1, 127),
);

/** Does nothing since Linux 4.20; kept for old programs. */
export const TCP_THIN_DUPACK: SocketOption<boolean> = row(
  "TCP_THIN_DUPACK",
  L,
  c.TCP_THIN_DUPACK,
  "rw",
  bool,
);

/**
 * Whether time-outs grow linearly, not exponentially, while few packets are in flight. Default
 * false. Since Linux 2.6.34.
 */
export const TCP_THIN_LINEAR_TIMEOUTS: SocketOption<boolean> = row(
  "TCP_THIN_LINEAR_TIMEOUTS",
  L,
  c.TCP_THIN_LINEAR_TIMEOUTS,
  "rw",
  bool,
);

/**
 * How many microseconds each segment is held back, for tests of long paths. Default 0. Needs an FQ
 * queue or the kernel's own pacing. Since Linux 5.3.
 */
export const TCP_TX_DELAY: SocketOption<number> = row(
  "TCP_TX_DELAY",
  L,
  c.TCP_TX_DELAY,
  "rw",
  int(0),
);

/**
 * The protocol on top of TCP (`"tls"`), for good; ENOENT if the kernel has none by that name. `""`
 * when read if there is none. Since Linux 4.13.
 */
export const TCP_ULP: SocketOption<string> = row("TCP_ULP", L, c.TCP_ULP, "rw", text(15));

/**
 * How many milliseconds sent data may go unacknowledged before the connection ends; 0 (the default)
 * for the system's: RFC 5482. Since Linux 2.6.37.
 */
export const TCP_USER_TIMEOUT: SocketOption<number> = row(
  "TCP_USER_TIMEOUT",
  L,
  c.TCP_USER_TIMEOUT,
  "rw",
  int(0),
);

/** The largest window offered to the peer, in bytes; 0 lifts the limit of a closed socket. */
export const TCP_WINDOW_CLAMP: SocketOption<number> = row(
  "TCP_WINDOW_CLAMP",
  L,
  c.TCP_WINDOW_CLAMP,
  "rw",
  int(0),
);
