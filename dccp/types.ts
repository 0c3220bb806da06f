import type { IpAddress } from "../core/address.ts";
import type { ListenerEndpoint, MessageEndpoint } from "../core/endpoint.ts";
import type { OpenOptions } from "../core/engine_choice.ts";
import type { AcceptErrorHandler } from "../core/listener.ts";

/** A DCCP connection: datagrams with congestion control. */
export type DccpConnection = MessageEndpoint<IpAddress>;

/** A listener for DCCP connections. */
export type DccpListener = ListenerEndpoint<IpAddress, DccpConnection>;

/** What {@linkcode connect} and {@linkcode listen} take. */
export interface DccpOptions extends OpenOptions {
  /** Only addresses of this family. Default: those of the host. */
  family?: "inet" | "inet6";
  /** The interface index of a link-local address. */
  scopeId?: number;
  /** The congestion controls to agree on, the preferred first: 2 TCP-like, 3 TFRC. Default: the system's. */
  ccid?: readonly number[];
}

/** Options of {@linkcode connect}. */
export interface DccpConnectOptions extends DccpOptions {
  /** The host, by name or address. */
  hostname: string;
  /** The port, 1 to 65535. */
  port: number;
  /**
   * What the connection is for: a number of 1 to 2^32 - 2 or four characters. Both ends must say the
   * same. Default: it is absent (0 on the wire, RFC 4340 section 8.1.2).
   */
  service?: number | string;
}

/** Options of {@linkcode listen}. */
export interface DccpListenOptions extends DccpOptions {
  /** The host to listen on. Default `"0.0.0.0"`. */
  hostname?: string;
  /** The port; 0 lets the system choose. */
  port: number;
  /** What is served: a service code, or up to 32 of them. Default: who asks for none. */
  service?: number | string | readonly (number | string)[];
  /** Connections that may wait to be accepted, 0 to 2^31 - 1. Default 1024. */
  backlog?: number;
  /** Hears of errors that accepting survives. */
  onError?: AcceptErrorHandler;
}
