import type { IpAddress } from "../core/address.ts";
import type { ListenerEndpoint, StreamEndpoint } from "../core/endpoint.ts";
import type { OpenOptions } from "../core/engine_choice.ts";
import type { AcceptErrorHandler } from "../core/listener.ts";

/** A TCP connection. */
export interface TcpStream extends StreamEndpoint<IpAddress> {
  /**
   * The Deno connection beneath (deno engine; `undefined` on libc), for `Deno.startTls`. Throws
   * `Deno.errors.Busy` while received bytes wait in the endpoint.
   */
  readonly conn?: Deno.TcpConn;
}

/** A TCP listener. */
export type TcpListener = ListenerEndpoint<IpAddress, TcpStream>;

/** Options of {@linkcode listen}. */
export interface TcpListenOptions extends OpenOptions {
  /** Restricts a name to one family (libc engine); an address says its own. `"inet6"` alone listens on `"::"`. */
  family?: "inet" | "inet6";
  /**
   * The local address or name; empty for any address. Default: any, `"0.0.0.0"`, with `dualStack`
   * `"::"`. `"::"` takes IPv4 too (shown as `::ffff:a.b.c.d`) unless `dualStack` is false.
   */
  hostname?: string;
  /** 0 to 65535; 0 lets the system choose. */
  port: number;
  /** Interface index of a link-local IPv6 address. */
  scopeId?: number;
  /** Connections that may wait to be accepted, 0 to 2^31 - 1. Default 4096; the system caps it (`net.core.somaxconn`). */
  backlog?: number;
  /**
   * Listen on IPv6 and IPv4 with one socket; without `hostname` where the machine has no IPv6, on
   * IPv4. `false`: `"::"` takes IPv6 only (libc engine). Default: the system decides
   * (`net.ipv6.bindv6only`).
   */
  dualStack?: boolean;
  /** SO_REUSEPORT: several listeners share the port (`man 7 socket`). Default false. */
  reusePort?: boolean;
  /** Hears of errors that accepting survives: an aborted connection, a full fd table. */
  onError?: AcceptErrorHandler;
  /** `"mptcp"` for Multipath TCP (libc engine; falls back to TCP where the kernel lacks it). Default `"tcp"`. */
  protocol?: "tcp" | "mptcp";
}

/** Options of {@linkcode connect}. */
export interface TcpConnectOptions extends OpenOptions {
  /** Restricts a name to one family (libc engine); an address says its own. */
  family?: "inet" | "inet6";
  /** The peer's address or name. */
  hostname: string;
  /** The peer's port, 1 to 65535. */
  port: number;
  /** Interface index of a link-local IPv6 peer. */
  scopeId?: number;
  /** Flow label and traffic class of an IPv6 peer (libc engine). */
  flowInfo?: number;
  /** Where to connect from (libc engine). Default: the system chooses. */
  localAddress?: { hostname: string; port?: number };
  /**
   * Milliseconds before the next address of a name is tried beside the last (RFC 8305 section 5), 10 to
   * 60000. Default 250.
   */
  attemptDelayMs?: number;
  /** `"mptcp"` for Multipath TCP (libc engine; falls back to TCP where the kernel lacks it). Default `"tcp"`. */
  protocol?: "tcp" | "mptcp";
}
