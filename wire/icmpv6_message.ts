/**
 * The values of ICMP messages for IPv6: RFC 4443, neighbour discovery (RFC 4861), multicast listener
 * discovery (RFC 2710, RFC 3810), extensions (RFC 4884) and extended echo (RFC 8335).
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
import { MLD_TYPE, type MldQueryV2, type MldReportV2, type MldV1 } from "./mld.ts";
import {
  NDP_TYPE,
  type NdpNeighborAdvertisement,
  type NdpNeighborSolicitation,
  type NdpRedirect,
  type NdpRouterAdvertisement,
  type NdpRouterSolicitation,
} from "./ndp.ts";

/** What every ICMPv6 message has. */
export interface Icmpv6Common extends WithReserved {
  /** Tells the values of a stack apart. */
  kind: "icmpv6";
  /** What kind of the message it is, 0 to 255; default 0. */
  code?: number;
  /** Checksum; default: the right one, or 0 where no addresses are known. */
  checksum?: number;
}

/** Echo request (128) and reply (129). */
export interface Icmpv6Echo extends Icmpv6Common {
  /** The message. */
  message: "echoRequest" | "echoReply";
  /** Which process asks, 0 to 0xffff. */
  identifier: number;
  /** Which of its questions, 0 to 0xffff. */
  sequence: number;
}

/**
 * Destination unreachable (1) and time exceeded (3). The payload is the packet that it is about, unless
 * `quoted` is.
 */
export interface Icmpv6Unreached extends Icmpv6Common, IcmpQuote {
  /** The message. */
  message: "destinationUnreachable" | "timeExceeded";
}

/** Packet too big (2). The payload is the packet that it is about. */
export interface Icmpv6PacketTooBig extends Icmpv6Common {
  /** The message. */
  message: "packetTooBig";
  /** MTU of the next hop, in bytes. */
  mtu: number;
}

/** Parameter problem (4). The payload is the packet that it is about. */
export interface Icmpv6ParameterProblem extends Icmpv6Common {
  /** The message. */
  message: "parameterProblem";
  /** Which byte of the packet is wrong. */
  pointer: number;
}

/** Router solicitation (133). */
export interface Icmpv6RouterSolicitation extends Icmpv6Common, NdpRouterSolicitation {}
/** Router advertisement (134). */
export interface Icmpv6RouterAdvertisement extends Icmpv6Common, NdpRouterAdvertisement {}
/** Neighbour solicitation (135). */
export interface Icmpv6NeighborSolicitation extends Icmpv6Common, NdpNeighborSolicitation {}
/** Neighbour advertisement (136). */
export interface Icmpv6NeighborAdvertisement extends Icmpv6Common, NdpNeighborAdvertisement {}
/** Redirect (137). */
export interface Icmpv6Redirect extends Icmpv6Common, NdpRedirect {}
/** Messages of multicast listener discovery, version 1. */
export interface Icmpv6MldV1 extends Icmpv6Common, MldV1 {}
/** Query of multicast listener discovery, version 2. */
export interface Icmpv6MldQueryV2 extends Icmpv6Common, MldQueryV2 {}
/** Report of multicast listener discovery, version 2. */
export interface Icmpv6MldReportV2 extends Icmpv6Common, MldReportV2 {}
/** Extended echo request (160). */
export interface Icmpv6ExtendedEchoRequest extends Icmpv6Common, IcmpExtendedEchoRequest {}
/** Extended echo reply (161). */
export interface Icmpv6ExtendedEchoReply extends Icmpv6Common, IcmpExtendedEchoReply {}

/** A message of any other type. */
export interface Icmpv6Other extends Icmpv6Common {
  /** The message. */
  message: "other";
  /** Its type, 0 to 255. */
  type: number;
  /** The four bytes after the checksum, as a number. */
  rest: number;
}

/** What an ICMP message for IPv6 means. */
export type Icmpv6 =
  | Icmpv6Echo
  | Icmpv6Unreached
  | Icmpv6PacketTooBig
  | Icmpv6ParameterProblem
  | Icmpv6RouterSolicitation
  | Icmpv6RouterAdvertisement
  | Icmpv6NeighborSolicitation
  | Icmpv6NeighborAdvertisement
  | Icmpv6Redirect
  | Icmpv6MldV1
  | Icmpv6MldQueryV2
  | Icmpv6MldReportV2
  | Icmpv6ExtendedEchoRequest
  | Icmpv6ExtendedEchoReply
  | Icmpv6Other;

/** The name of an ICMP message for IPv6; `"other"` for a type that has none. */
export type Icmpv6Message = Icmpv6["message"];

/** The IANA registry of ICMPv6 types. */
export const ICMPV6_TYPE: Readonly<Record<Exclude<Icmpv6Message, "other">, number>> = {
  destinationUnreachable: 1,
  packetTooBig: 2,
  timeExceeded: 3,
  parameterProblem: 4,
  echoRequest: 128,
  echoReply: 129,
  ...MLD_TYPE,
  ...NDP_TYPE,
  extendedEchoRequest: 160,
  extendedEchoReply: 161,
};

const MESSAGES = messageNames(ICMPV6_TYPE);

/**
 * The name of a type of ICMP message for IPv6; of a query of multicast listener discovery, whose length
 * tells the versions apart, `"mldQuery"`.
 *
 * @param type The type, 0 to 255.
 * @returns The name.
 */
export function icmpv6Message(type: number): Icmpv6Message {
  return MESSAGES[type] ?? "other";
}
