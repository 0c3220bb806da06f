/**
 * What `traceroute` tells.
 *
 * @module
 */
import type { SocketError } from "../core/errors.ts";
import type { IcmpObject, MplsLabel } from "../wire/icmp_extensions.ts";
import type { TraceReplyKind } from "./_trace_method.ts";

export type { TraceReplyKind };

/**
 * What `traceroute` tells: one event for each probe, and besides, with `mtuDiscovery`, one
 * with `again` for each smaller MTU that a router tells.
 */
export type TraceEvent = TraceAnswer | TraceTimeout | TraceSendError;

/** What every event has. */
export interface TraceProbe {
  /** TTL or hop limit that the probe was sent with: how far it went. */
  hop: number;
  /** Which probe of that hop, from 1. */
  probe: number;
  /** Bytes of the probe's IP packet. */
  lengthBytes: number;
  /** Whether the target has got the probe: it replied, or a port or protocol is unreachable there. */
  reached: boolean;
}

/** An answer came, from the target or on the way. */
export interface TraceAnswer extends TraceProbe {
  /** The target's reply, or what the ICMP error says (RFC 792, RFC 4443). */
  type:
    | "reply"
    | "timeExceeded"
    | "unreachable"
    | "packetTooBig"
    | "parameterProblem"
    | "icmpError";
  /** Who answered. */
  address: string;
  /** Round trip in microseconds by the kernel's clock. */
  rttMicros: number;
  /** TTL or hop limit that the answer came with; undefined if the kernel did not say. */
  ttl: number | undefined;
  /** With `"reply"`: an echo, a UDP datagram, or TCP's SYN-ACK (an open port) or RST (a closed one). */
  reply?: TraceReplyKind;
  /** ICMP type of an error. */
  icmpType?: number;
  /** ICMP code of an error. */
  icmpCode?: number;
  /** The POSIX name the kernel gives to the error, `"EHOSTUNREACH"`. */
  code?: string;
  /**
   * With `"packetTooBig"` the MTU in bytes of the next hop, 0 if the router did not tell; with
   * `mtuDiscovery`, in other answers, the path MTU as far as this hop.
   */
  mtuBytes?: number;
  /** With `mtuDiscovery` and `"packetTooBig"`: the same probe is sent again, smaller. */
  again?: boolean;
  /** MPLS labels that the packet came to the router with (RFC 4950), the outermost first. */
  mpls?: MplsLabel[];
  /** All extensions of the error (RFC 4884): MPLS labels, interfaces (RFC 5837), … */
  extensions?: IcmpObject[];
}

/** No answer in time. */
export interface TraceTimeout extends TraceProbe {
  /** Tells the events apart. */
  type: "timeout";
}

/** The probe could not be sent. */
export interface TraceSendError extends TraceProbe {
  /** Tells the events apart. */
  type: "sendError";
  /** Why: code `EPERM` (a local firewall), `ENETUNREACH`, `EMSGSIZE`, … */
  error: SocketError;
  /** The MTU in bytes that the probe exceeds, with `EMSGSIZE`, where the kernel tells it. */
  mtuBytes?: number;
}
