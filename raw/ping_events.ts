/**
 * What `ping` tells.
 *
 * @module
 */
import type { SocketError } from "../core/errors.ts";

/** What `ping` tells. `sequence` counts the requests from 1, without wrapping. */
export type PingEvent = PingReply | PingTimeout | PingIcmpError | PingSendError;

/** An echo reply. */
export interface PingReply {
  /** Tells the events apart. */
  type: "reply";
  /** Which request it answers. */
  sequence: number;
  /** Who answered. */
  address: string;
  /** Bytes of the ICMP message, its 8-byte header included. */
  lengthBytes: number;
  /** TTL or hop limit of the reply; undefined if the kernel did not say. */
  ttl: number | undefined;
  /** Round trip in microseconds by the kernel's clock: from the device's queue to its receipt. */
  rttMicros: number;
  /** Whether this request was answered before. */
  duplicate: boolean;
  /** Whether a time-out for this request was told before. */
  late: boolean;
  /** The payload is not the request's: whoever answered changed it. Left out where it is the same. */
  payloadChanged?: true;
}

/** No reply in time. */
export interface PingTimeout {
  /** Tells the events apart. */
  type: "timeout";
  /** Which request. */
  sequence: number;
  /** Who was asked. */
  address: string;
}

/** An ICMP error came instead of a reply. */
export interface PingIcmpError {
  /** What the error says (RFC 792, RFC 4443). */
  type: "unreachable" | "timeExceeded" | "parameterProblem" | "packetTooBig" | "icmpError";
  /** Which request. */
  sequence: number;
  /** Who sent the error. */
  address: string;
  /** ICMP type, 0 to 255. */
  icmpType: number;
  /** ICMP code, 0 to 255. */
  icmpCode: number;
  /** The POSIX name the kernel gives it, `"EHOSTUNREACH"`. */
  code: string;
  /** The MTU in bytes of the next hop, with `"packetTooBig"`. */
  mtuBytes?: number;
}

/** The request could not be sent. */
export interface PingSendError {
  /** Tells the events apart. */
  type: "sendError";
  /** Which request. */
  sequence: number;
  /** Who was to be asked. */
  address: string;
  /** Why: code `ENETUNREACH`, `EMSGSIZE`, `EPERM`, … */
  error: SocketError;
  /** The path MTU in bytes that the request exceeds, with `EMSGSIZE`, where the kernel tells it. */
  mtuBytes?: number;
}
