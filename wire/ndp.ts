/**
 * Neighbour discovery (RFC 4861): the five messages of ICMPv6, with the flags of RFC 4191, RFC 4389
 * and RFC 6275.
 *
 * @module
 */

import { formatIpv6, parseIpv6 } from "../core/ip/text.ts";
import { checkSpan, fit, setU16, setU32, u16, u32 } from "./_bytes.ts";
import { ICMP_AT } from "./_icmp_body.ts";
import {
  checkNdpOptions,
  measureNdpOptions,
  NDP_PREFERENCES,
  type NdpOption,
  type NdpPreference,
  readNdpOptions,
  writeNdpOptions,
} from "./ndp_options.ts";

const WHAT = "NDP message";

/** RFC 4861, sections 4.1 to 4.5. */
const AT = {
  HOP_LIMIT: 4,
  FLAGS: 5,
  LIFETIME: 6,
  NEIGHBOR_FLAGS: 4,
  REACHABLE: 8,
  RETRANS: 12,
  TARGET: 8,
  DESTINATION: 24,
};

const ROUTER_FLAG = { MANAGED: 0x80, OTHER: 0x40, HOME_AGENT: 0x20, PROXY: 0x04 };
const NEIGHBOR_FLAG = { ROUTER: 0x80, SOLICITED: 0x40, OVERRIDE: 0x20 };

/** The numbers of the messages. */
export const NDP_TYPE: Readonly<Record<NdpMessage["message"], number>> = {
  routerSolicitation: 133,
  routerAdvertisement: 134,
  neighborSolicitation: 135,
  neighborAdvertisement: 136,
  redirect: 137,
};

/** Router solicitation (133). */
export interface NdpRouterSolicitation {
  /** The message. */
  message: "routerSolicitation";
  /** Options. */
  options: NdpOption[];
}

/** Router advertisement (134). */
export interface NdpRouterAdvertisement {
  /** The message. */
  message: "routerAdvertisement";
  /** Hop limit for packets sent, 0 to 255; 0: not told. */
  hopLimit: number;
  /** Addresses are to be had by DHCPv6. */
  managed: boolean;
  /** Other configuration is to be had by DHCPv6. */
  otherConfiguration: boolean;
  /** The router is a home agent (RFC 6275); default `false`. */
  homeAgent?: boolean;
  /** How much the router is to be preferred (RFC 4191); default `"medium"`. */
  preference?: NdpPreference;
  /** The advertisement came by a proxy (RFC 4389); default `false`. */
  proxy?: boolean;
  /** How long it is a default router, 0 to 65535 seconds; 0: it is none. */
  routerLifetimeSeconds: number;
  /** How long a neighbour counts as reachable once confirmed, in ms; 0: not told. */
  reachableTimeMs: number;
  /** Time between solicitations, in ms; 0: not told. */
  retransTimerMs: number;
  /** Options. */
  options: NdpOption[];
}

/** Neighbour solicitation (135). */
export interface NdpNeighborSolicitation {
  /** The message. */
  message: "neighborSolicitation";
  /** Whose hardware address is wanted. */
  target: string;
  /** Options. */
  options: NdpOption[];
}

/** Neighbour advertisement (136). */
export interface NdpNeighborAdvertisement {
  /** The message. */
  message: "neighborAdvertisement";
  /** The sender is a router. */
  router: boolean;
  /** It answers a solicitation. */
  solicited: boolean;
  /** It overrides what is in the cache. */
  override: boolean;
  /** Whose hardware address it tells. */
  target: string;
  /** Options. */
  options: NdpOption[];
}

/** Redirect (137). */
export interface NdpRedirect {
  /** The message. */
  message: "redirect";
  /** The better first hop, or the destination itself if it is a neighbour. */
  target: string;
  /** What it is better for. */
  destination: string;
  /** Options. */
  options: NdpOption[];
}

/** One of the messages of neighbour discovery. */
export type NdpMessage =
  | NdpRouterSolicitation
  | NdpRouterAdvertisement
  | NdpNeighborSolicitation
  | NdpNeighborAdvertisement
  | NdpRedirect;

/** Where the options of each message begin; undefined for what is none of them. */
export function ndpOptionsAt(type: number): number | undefined {
  switch (type) {
    case NDP_TYPE.routerSolicitation:
      return 8;
    case NDP_TYPE.routerAdvertisement:
      return 16;
    case NDP_TYPE.neighborSolicitation:
    case NDP_TYPE.neighborAdvertisement:
      return 24;
    case NDP_TYPE.redirect:
      return 40;
    default:
      return undefined;
  }
}

/** Whether a value is one of these messages. */
export function isNdpMessage<V extends { message: string }>(
  value: V,
): value is Extract<V, NdpMessage> {
  return Object.hasOwn(NDP_TYPE, value.message);
}

/** Checks one of these messages once. */
export function checkNdp(bytes: Uint8Array, start: number, end: number): void {
  const options = ndpOptionsAt(bytes[start + ICMP_AT.TYPE]) ?? 0;
  checkSpan(WHAT, bytes, start, end, options);
  checkNdpOptions(bytes, start + options, end);
}

/** The target of a neighbour solicitation, advertisement or redirect. */
export function ndpTarget(bytes: Uint8Array, start: number): string {
  return formatIpv6(bytes, start + AT.TARGET);
}

/** Reads a message that {@linkcode checkNdp} has passed. */
export function readNdp(bytes: Uint8Array, start: number, end: number): NdpMessage {
  const type = bytes[start + ICMP_AT.TYPE];
  const options = readNdpOptions(bytes, start + (ndpOptionsAt(type) ?? 0), end);
  switch (type) {
    case NDP_TYPE.routerSolicitation:
      return { message: "routerSolicitation", options };
    case NDP_TYPE.routerAdvertisement:
      return readAdvertisement(bytes, start, options);
    case NDP_TYPE.neighborSolicitation:
      return { message: "neighborSolicitation", target: ndpTarget(bytes, start), options };
    case NDP_TYPE.neighborAdvertisement: {
      const flags = bytes[start + AT.NEIGHBOR_FLAGS];
      return {
        message: "neighborAdvertisement",
        router: (flags & NEIGHBOR_FLAG.ROUTER) !== 0,
        solicited: (flags & NEIGHBOR_FLAG.SOLICITED) !== 0,
        override: (flags & NEIGHBOR_FLAG.OVERRIDE) !== 0,
        target: ndpTarget(bytes, start),
        options,
      };
    }
    default:
      return {
        message: "redirect",
        target: ndpTarget(bytes, start),
        destination: formatIpv6(bytes, start + AT.DESTINATION),
        options,
      };
  }
}

function readAdvertisement(
  bytes: Uint8Array,
  start: number,
  options: NdpOption[],
): NdpRouterAdvertisement {
  const flags = bytes[start + AT.FLAGS];
  return {
    message: "routerAdvertisement",
    hopLimit: bytes[start + AT.HOP_LIMIT],
    managed: (flags & ROUTER_FLAG.MANAGED) !== 0,
    otherConfiguration: (flags & ROUTER_FLAG.OTHER) !== 0,
    homeAgent: (flags & ROUTER_FLAG.HOME_AGENT) !== 0,
    preference: NDP_PREFERENCES[(flags >>> 3) & 3],
    proxy: (flags & ROUTER_FLAG.PROXY) !== 0,
    routerLifetimeSeconds: u16(bytes, start + AT.LIFETIME),
    reachableTimeMs: u32(bytes, start + AT.REACHABLE),
    retransTimerMs: u32(bytes, start + AT.RETRANS),
    options,
  };
}

/** The length of a message, in bytes. */
export function measureNdp(value: NdpMessage): number {
  return (ndpOptionsAt(NDP_TYPE[value.message]) ?? 0) + measureNdpOptions(value.options);
}

/** Writes what follows type, code and checksum, in bytes that are zero. */
export function writeNdp(value: NdpMessage, bytes: Uint8Array, start: number): void {
  switch (value.message) {
    case "routerSolicitation":
      break;
    case "routerAdvertisement":
      writeAdvertisement(value, bytes, start);
      break;
    case "neighborAdvertisement":
      bytes[start + AT.NEIGHBOR_FLAGS] = (value.router ? NEIGHBOR_FLAG.ROUTER : 0) |
        (value.solicited ? NEIGHBOR_FLAG.SOLICITED : 0) |
        (value.override ? NEIGHBOR_FLAG.OVERRIDE : 0);
      bytes.set(parseIpv6(value.target), start + AT.TARGET);
      break;
    case "neighborSolicitation":
      bytes.set(parseIpv6(value.target), start + AT.TARGET);
      break;
    case "redirect":
      bytes.set(parseIpv6(value.target), start + AT.TARGET);
      bytes.set(parseIpv6(value.destination), start + AT.DESTINATION);
      break;
  }
  const options = ndpOptionsAt(NDP_TYPE[value.message]) ?? 0;
  writeNdpOptions(value.options, bytes, start + options);
}

function writeAdvertisement(
  value: NdpRouterAdvertisement,
  bytes: Uint8Array,
  start: number,
): void {
  bytes[start + AT.HOP_LIMIT] = fit(WHAT, "hopLimit", value.hopLimit, 0xff);
  bytes[start + AT.FLAGS] = (value.managed ? ROUTER_FLAG.MANAGED : 0) |
    (value.otherConfiguration ? ROUTER_FLAG.OTHER : 0) |
    (value.homeAgent ? ROUTER_FLAG.HOME_AGENT : 0) | (value.proxy ? ROUTER_FLAG.PROXY : 0) |
    (NDP_PREFERENCES.indexOf(value.preference ?? "medium") << 3);
  const lifetime = fit(WHAT, "routerLifetimeSeconds", value.routerLifetimeSeconds, 0xffff);
  setU16(bytes, start + AT.LIFETIME, lifetime);
  const reachable = fit(WHAT, "reachableTimeMs", value.reachableTimeMs, 0xffffffff);
  setU32(bytes, start + AT.REACHABLE, reachable);
  const retrans = fit(WHAT, "retransTimerMs", value.retransTimerMs, 0xffffffff);
  setU32(bytes, start + AT.RETRANS, retrans);
}
