/**
 * The values of ICMP messages for IPv4: RFC 792, next-hop MTU (RFC 1191), address masks (RFC 950),
 * router discovery (RFC 1256), extensions (RFC 4884) and extended echo (RFC 8335).
 *
 * @module
 */

import type { WithReserved } from "./_reserved.ts";
import {
  type IcmpExtendedEchoReply,
  type IcmpExtendedEchoRequest,
  type IcmpQuote,
  messageNames,
} from "./_icmp_body.ts";

/** What every ICMP message has. */
export interface Icmpv4Common extends WithReserved {
  /** Tells the values of a stack apart. */
  kind: "icmpv4";
  /** What kind of the message it is, 0 to 255; default 0. */
  code?: number;
  /** Checksum; default: the right one. */
  checksum?: number;
}

/** Echo request (8) and reply (0), and the old information request (15) and reply (16). */
export interface Icmpv4Echo extends Icmpv4Common {
  /** The message. */
  message: "echoRequest" | "echoReply" | "informationRequest" | "informationReply";
  /** Which process asks, 0 to 0xffff. */
  identifier: number;
  /** Which of its questions, 0 to 0xffff. */
  sequence: number;
}

/** Destination unreachable (3). The payload is the packet it is about, unless `quoted` is. */
export interface Icmpv4DestinationUnreachable extends Icmpv4Common, IcmpQuote {
  /** The message. */
  message: "destinationUnreachable";
  /** With code 4, the MTU of the next hop in bytes (RFC 1191); default 0: not told. */
  nextHopMtu?: number;
}

/** Time exceeded (11). The payload is the packet it is about, unless `quoted` is. */
export interface Icmpv4TimeExceeded extends Icmpv4Common, IcmpQuote {
  /** The message. */
  message: "timeExceeded";
}

/** Parameter problem (12). The payload is the packet it is about, unless `quoted` is. */
export interface Icmpv4ParameterProblem extends Icmpv4Common, IcmpQuote {
  /** The message. */
  message: "parameterProblem";
  /** With code 0, which byte of the packet is wrong, 0 to 255; default 0. */
  pointer?: number;
}

/** Source quench (4). The payload is the packet it is about. */
export interface Icmpv4SourceQuench extends Icmpv4Common {
  /** The message. */
  message: "sourceQuench";
}

/** Redirect (5). The payload is the packet it is about. */
export interface Icmpv4Redirect extends Icmpv4Common {
  /** The message. */
  message: "redirect";
  /** The better router's IPv4 address. */
  gateway: string;
}

/** Timestamp request (13) and reply (14). */
export interface Icmpv4Timestamp extends Icmpv4Common {
  /** The message. */
  message: "timestampRequest" | "timestampReply";
  /** Which process asks, 0 to 0xffff. */
  identifier: number;
  /** Which of its questions, 0 to 0xffff. */
  sequence: number;
  /** When the request was sent: milliseconds since midnight UTC, or the high bit and anything. */
  originate: number;
  /** When it came, likewise; 0 in a request. */
  receive: number;
  /** When the reply was sent, likewise; 0 in a request. */
  transmit: number;
}

/** Address mask request (17) and reply (18). */
export interface Icmpv4AddressMask extends Icmpv4Common {
  /** The message. */
  message: "addressMaskRequest" | "addressMaskReply";
  /** Which process asks, 0 to 0xffff. */
  identifier: number;
  /** Which of its questions, 0 to 0xffff. */
  sequence: number;
  /** The mask, written as an IPv4 address. */
  mask: string;
}

/** One of the routers of an advertisement. */
export interface Icmpv4Router {
  /** Its IPv4 address. */
  address: string;
  /** The greater, the better; -2147483648: not a default router. */
  preference: number;
}

/** Router advertisement (9). */
export interface Icmpv4RouterAdvertisement extends Icmpv4Common {
  /** The message. */
  message: "routerAdvertisement";
  /** How long it is valid, 0 to 65535 seconds. */
  lifetimeSeconds: number;
  /** The routers, at most 255. */
  routers: Icmpv4Router[];
}

/** Router solicitation (10). */
export interface Icmpv4RouterSolicitation extends Icmpv4Common {
  /** The message. */
  message: "routerSolicitation";
}

/** Extended echo request (42). */
export interface Icmpv4ExtendedEchoRequest extends Icmpv4Common, IcmpExtendedEchoRequest {}

/** Extended echo reply (43). */
export interface Icmpv4ExtendedEchoReply extends Icmpv4Common, IcmpExtendedEchoReply {}

/** A message of any other type. */
export interface Icmpv4Other extends Icmpv4Common {
  /** The message. */
  message: "other";
  /** Its type, 0 to 255. */
  type: number;
  /** The four bytes after the checksum, as a number. */
  rest: number;
}

/** What an ICMP message for IPv4 means. */
export type Icmpv4 =
  | Icmpv4Echo
  | Icmpv4DestinationUnreachable
  | Icmpv4TimeExceeded
  | Icmpv4ParameterProblem
  | Icmpv4SourceQuench
  | Icmpv4Redirect
  | Icmpv4Timestamp
  | Icmpv4AddressMask
  | Icmpv4RouterAdvertisement
  | Icmpv4RouterSolicitation
  | Icmpv4ExtendedEchoRequest
  | Icmpv4ExtendedEchoReply
  | Icmpv4Other;

/** The name of an ICMP message for IPv4; `"other"` for a type that has none. */
export type Icmpv4Message = Icmpv4["message"];

/** The IANA registry of ICMP types. */
export const ICMPV4_TYPE: Readonly<Record<Exclude<Icmpv4Message, "other">, number>> = {
  echoReply: 0,
  destinationUnreachable: 3,
  sourceQuench: 4,
  redirect: 5,
  echoRequest: 8,
  routerAdvertisement: 9,
  routerSolicitation: 10,
  timeExceeded: 11,
  parameterProblem: 12,
  timestampRequest: 13,
  timestampReply: 14,
  informationRequest: 15,
  informationReply: 16,
  addressMaskRequest: 17,
  addressMaskReply: 18,
  extendedEchoRequest: 42,
  extendedEchoReply: 43,
};

const MESSAGES = messageNames(ICMPV4_TYPE);

/**
 * The name of a type of ICMP message for IPv4.
 *
 * @param type The type, 0 to 255.
 * @returns The name.
 */
export function icmpv4Message(type: number): Icmpv4Message {
  return MESSAGES[type] ?? "other";
}
