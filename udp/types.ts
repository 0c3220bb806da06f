import type { IpAddress } from "../core/address.ts";
import type { MessageEndpoint } from "../core/endpoint.ts";
import type { OpenOptions } from "../core/engine_choice.ts";

/** A UDP socket. */
export interface UdpEndpoint extends MessageEndpoint<IpAddress> {
  /**
   * Datagrams that were received but dropped in this process because nobody took them in time:
   * where `Deno.listenDatagram` is absent, at most 4 MiB wait. `undefined` on the libc engine, where
   * only the kernel drops, and `SO_RXQ_OVFL` counts.
   */
  readonly dropped?: number;
  /**
   * Joins a multicast group (`man 7 ip`, IP_ADD_MEMBERSHIP; `man 7 ipv6`, IPV6_ADD_MEMBERSHIP).
   * Rejects with code `EADDRINUSE` if it is joined already.
   */
  joinMulticast(group: string, options?: MulticastOptions): Promise<void>;
  /** Leaves a group that was joined with the same options. Else rejects with `EADDRNOTAVAIL`. */
  leaveMulticast(group: string, options?: MulticastOptions): Promise<void>;
}

/** Which membership of a multicast group. */
export interface MulticastOptions {
  /**
   * The interface by name, by index, or (IPv4) by one of its addresses. Default: the system
   * chooses by its routes. On the deno engine a name needs `--allow-sys=networkInterfaces` (IPv4)
   * or `--allow-read=/sys/class/net` (IPv6), and an index both for IPv4.
   */
  interface?: string | number;
  /** Takes only what this host sends (RFC 4607). The deno engine can do so for IPv4 over `node:dgram`. */
  source?: string;
}

/** What binding and connecting share. */
export interface UdpOpenOptions extends OpenOptions {
  /**
   * Default: `"libc"` where `ffi` access is granted already or something asked for needs it, else
   * `"deno"`.
   */
  engine?: OpenOptions["engine"];
  /** SO_REUSEADDR: several sockets may bind the port, as multicast receivers do. Default false. */
  reuseAddress?: boolean;
  /** SO_REUSEPORT: the kernel spreads datagrams over the sockets of the port (libc engine). Default false. */
  reusePort?: boolean;
  /** `"udplite"` for UDP-Lite (RFC 3828, libc engine). Default `"udp"`. */
  protocol?: "udp" | "udplite";
}

/** Options of {@linkcode bind}. */
export interface UdpBindOptions extends UdpOpenOptions {
  /** The local address or name; empty for any. Default any: `"0.0.0.0"`. `"::"` takes IPv4 too, shown as `::ffff:a.b.c.d`. */
  hostname?: string;
  /** 0 to 65535. Default 0: the system chooses. */
  port?: number;
  /** May be left out: the address says it. */
  family?: "inet" | "inet6";
  /** Interface index of a link-local local address (libc engine). */
  scopeId?: number;
}

/** Options of {@linkcode connect}. */
export interface UdpConnectOptions extends UdpOpenOptions {
  /** The peer's address or name. */
  hostname: string;
  /** The peer's port, 1 to 65535. */
  port: number;
  /** May be left out: the address says it. */
  family?: "inet" | "inet6";
  /** Interface index of a link-local peer (libc engine). */
  scopeId?: number;
  /** Flow label and traffic class of an IPv6 peer (libc engine). */
  flowInfo?: number;
  /** Where to send from. Default: what reaches the peer, and a free port. */
  localAddress?: { hostname: string; port?: number };
}
