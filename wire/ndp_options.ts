/**
 * The options of neighbour discovery: RFC 4861 section 4.6, home agents (RFC 6275), nonces
 * (RFC 3971), routes (RFC 4191), DNS servers and search lists (RFC 8106).
 *
 * @module
 */

import { formatIpv6, parseIpv6 } from "../core/ip/text.ts";
import { bad, fit, setU32, u32, unfit } from "./_bytes.ts";

const WHAT = "NDP option";

/** The IANA registry of neighbour discovery options. */
const TYPE = {
  SOURCE_LINK: 1,
  TARGET_LINK: 2,
  PREFIX: 3,
  REDIRECTED: 4,
  MTU: 5,
  NONCE: 14,
  ROUTE: 24,
  RDNSS: 25,
  DNSSL: 31,
};

/** How much a router is to be preferred (RFC 4191, section 2.1), by its two bits. */
export const NDP_PREFERENCES: readonly NdpPreference[] = ["medium", "high", "reserved", "low"];

/** How much a router is to be preferred; a reserved value counts as `"medium"`. */
export type NdpPreference =
  | "medium"
  | "high"
  | "reserved"
  | "low";

/** The hardware address of the sender or of the target. */
export interface NdpLinkOption {
  /** Tells the options apart. */
  kind: "sourceLinkAddress" | "targetLinkAddress";
  /** Pairs of hexadecimal digits joined by colons, on Ethernet six of them. */
  address: string;
}

/** A prefix that is on the link, or that addresses can be made of (RFC 4861, section 4.6.2). */
export interface NdpPrefixOption {
  /** Tells the options apart. */
  kind: "prefixInformation";
  /** The prefix. */
  prefix: string;
  /** Its length in bits, 0 to 128. */
  prefixLength: number;
  /** It is on the link. */
  onLink: boolean;
  /** Addresses can be made of it. */
  autonomous: boolean;
  /** The prefix is the whole address of the router (RFC 6275). */
  routerAddress: boolean;
  /** How long it is on the link, in seconds; 0xffffffff: for ever. */
  validLifetimeSeconds: number;
  /** How long addresses made of it are preferred, in seconds; 0xffffffff: for ever. */
  preferredLifetimeSeconds: number;
}

/** A route by this router (RFC 4191, section 2.3). */
export interface NdpRouteOption {
  /** Tells the options apart. */
  kind: "routeInformation";
  /** The prefix. */
  prefix: string;
  /** Its length in bits, 0 to 128. */
  prefixLength: number;
  /** How much this router is to be preferred for it. */
  preference: NdpPreference;
  /** How long it is valid, in seconds; 0xffffffff: for ever. */
  lifetimeSeconds: number;
  /** Length of the option in units of 8 bytes, 1 to 3; default: what the prefix length needs. */
  units?: number;
}

/** One option of neighbour discovery. */
export type NdpOption =
  | NdpLinkOption
  | NdpPrefixOption
  | NdpRouteOption
  | {
    /** The packet that a redirect is about, padded with zeros to a multiple of 8. */
    kind: "redirectedHeader";
    /** As much of it as fits. */
    packet: Uint8Array;
  }
  | {
    /** The MTU of the link. */
    kind: "mtu";
    /** In bytes. */
    mtu: number;
  }
  | {
    /** A random number against replay (RFC 3971, section 5.3.2). */
    kind: "nonce";
    /** 6 bytes, or 8 more for each further unit. */
    nonce: Uint8Array;
  }
  | {
    /** Recursive DNS servers (RFC 8106, section 5.1). */
    kind: "dnsServers";
    /** How long they may be used, in seconds; 0xffffffff: for ever. */
    lifetimeSeconds: number;
    /** IPv6 addresses, one at least. */
    addresses: string[];
  }
  | {
    /** Domains to complete names with (RFC 8106, section 5.2). */
    kind: "dnsSearchList";
    /** How long they may be used, in seconds; 0xffffffff: for ever. */
    lifetimeSeconds: number;
    /** Domain names of ASCII labels, without the last dot. */
    domains: string[];
  }
  | {
    /** Any other option, or a known one of a form that it cannot have. */
    kind: "other";
    /** The type, 0 to 255. */
    type: number;
    /** What follows type and length: 6 bytes, or 8 more for each further unit. */
    data: Uint8Array;
  };

/** Checks the chain of options from `start` to `end` once. */
export function checkNdpOptions(bytes: Uint8Array, start: number, end: number): void {
  for (let at = start; at < end;) {
    if (end - at < 2) throw bad(WHAT, `option ${bytes[at]} has no length`);
    const length = bytes[at + 1] * 8;
    if (length === 0) throw bad(WHAT, `option ${bytes[at]} has a length of 0`);
    if (length > end - at) {
      throw bad(
        WHAT,
        `option ${bytes[at]} has a length of ${length} bytes, above the ${end - at} left`,
      );
    }
    at += length;
  }
}

/** Reads a chain that {@linkcode checkNdpOptions} has passed. */
export function readNdpOptions(bytes: Uint8Array, start: number, end: number): NdpOption[] {
  const options: NdpOption[] = [];
  for (let at = start; end - at >= 8;) {
    // The bytes may have changed since they were checked: never go on by nothing, nor beyond.
    const length = Math.min(Math.max(8, bytes[at + 1] * 8), end - at);
    options.push(
      readOption(bytes, at, length) ??
        { kind: "other", type: bytes[at], data: bytes.slice(at + 2, at + length) },
    );
    at += length;
  }
  return options;
}

function readOption(bytes: Uint8Array, at: number, length: number): NdpOption | undefined {
  const end = at + length;
  switch (bytes[at]) {
    case TYPE.SOURCE_LINK:
      return { kind: "sourceLinkAddress", address: formatHex(bytes, at + 2, end) };
    case TYPE.TARGET_LINK:
      return { kind: "targetLinkAddress", address: formatHex(bytes, at + 2, end) };
    case TYPE.PREFIX:
      return length === 32 && bytes[at + 2] <= 128 ? readPrefix(bytes, at) : undefined;
    case TYPE.REDIRECTED:
      return { kind: "redirectedHeader", packet: bytes.slice(at + 8, end) };
    case TYPE.MTU:
      return length === 8 ? { kind: "mtu", mtu: u32(bytes, at + 4) } : undefined;
    case TYPE.NONCE:
      return { kind: "nonce", nonce: bytes.slice(at + 2, end) };
    case TYPE.ROUTE:
      return readRoute(bytes, at, length);
    case TYPE.RDNSS: {
      if (length < 24 || length % 16 !== 8) return undefined;
      const addresses: string[] = [];
      for (let from = at + 8; from < end; from += 16) addresses.push(formatIpv6(bytes, from));
      return { kind: "dnsServers", lifetimeSeconds: u32(bytes, at + 4), addresses };
    }
    case TYPE.DNSSL: {
      const domains = readDomains(bytes, at + 8, end);
      return domains === undefined
        ? undefined
        : { kind: "dnsSearchList", lifetimeSeconds: u32(bytes, at + 4), domains };
    }
    default:
      return undefined;
  }
}

function readPrefix(bytes: Uint8Array, at: number): NdpPrefixOption {
  return {
    kind: "prefixInformation",
    prefix: formatIpv6(bytes, at + 16),
    prefixLength: bytes[at + 2],
    onLink: (bytes[at + 3] & 0x80) !== 0,
    autonomous: (bytes[at + 3] & 0x40) !== 0,
    routerAddress: (bytes[at + 3] & 0x20) !== 0,
    validLifetimeSeconds: u32(bytes, at + 4),
    preferredLifetimeSeconds: u32(bytes, at + 8),
  };
}

function readRoute(bytes: Uint8Array, at: number, length: number): NdpRouteOption | undefined {
  const prefixLength = bytes[at + 2];
  const units = length / 8;
  const needed = routeUnits(prefixLength);
  if (prefixLength > 128 || units < needed || units > 3) return undefined;
  const prefix = new Uint8Array(16);
  prefix.set(bytes.subarray(at + 8, at + length));
  const route: NdpRouteOption = {
    kind: "routeInformation",
    prefix: formatIpv6(prefix),
    prefixLength,
    preference: NDP_PREFERENCES[(bytes[at + 3] >>> 3) & 3],
    lifetimeSeconds: u32(bytes, at + 4),
  };
  return units === needed ? route : { ...route, units };
}

/** RFC 4191, section 2.3: how many units of 8 bytes a prefix needs. */
function routeUnits(prefixLength: number): number {
  return prefixLength === 0 ? 1 : prefixLength <= 64 ? 2 : 3;
}

/** Names up to the padding; undefined where they are not plain, so that nothing is lost. */
function readDomains(bytes: Uint8Array, start: number, end: number): string[] | undefined {
  const domains: string[] = [];
  let at = start;
  while (at < end && bytes[at] !== 0) {
    const labels: string[] = [];
    while (at < end && bytes[at] !== 0) {
      const length = bytes[at];
      const label = String.fromCharCode(...bytes.subarray(at + 1, Math.min(end, at + 1 + length)));
      if (length > 63 || label.length !== length || !/^[\w-]+$/.test(label)) return undefined;
      labels.push(label);
      at += 1 + length;
    }
    if (at >= end) return undefined;
    at++;
    domains.push(labels.join("."));
  }
  if (domains.length === 0 || end - at > 7) return undefined;
  return bytes.subarray(at, end).every((byte) => byte === 0) ? domains : undefined;
}

function formatHex(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let at = start; at < end; at++) {
    if (at > start) text += ":";
    text += bytes[at].toString(16).padStart(2, "0");
  }
  return text;
}

function parseHex(text: string): Uint8Array {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2})*$/i.test(text)) {
    throw unfit(WHAT, `address of ${JSON.stringify(text)} is not pairs of digits joined by colons`);
  }
  return Uint8Array.from(text.split(":"), (pair) => parseInt(pair, 16));
}

/** The bytes of a domain name (RFC 1035, section 3.1), with the zero that ends it. */
function domainBytes(name: string): Uint8Array {
  const labels = name.split(".");
  const bytes: number[] = [];
  for (const label of labels) {
    if (!/^[\w-]{1,63}$/.test(label)) {
      throw unfit(WHAT, `domain ${JSON.stringify(name)} has a label that is not 1 to 63 of ASCII`);
    }
    bytes.push(label.length, ...Array.from(label, (char) => char.charCodeAt(0)));
  }
  return Uint8Array.of(...bytes, 0);
}

function roundUp(length: number): number {
  return (length + 7) & ~7;
}

/** The length of the options, in bytes. */
export function measureNdpOptions(options: readonly NdpOption[]): number {
  let length = 0;
  for (const option of options) length += optionLength(option);
  return length;
}

function optionLength(option: NdpOption): number {
  switch (option.kind) {
    case "sourceLinkAddress":
    case "targetLinkAddress":
      return roundUp(2 + parseHex(option.address).length);
    case "prefixInformation":
      return 32;
    case "redirectedHeader":
      return roundUp(8 + option.packet.length);
    case "mtu":
      return 8;
    case "nonce":
      return roundUp(2 + option.nonce.length);
    case "routeInformation":
      return 8 * (option.units ?? routeUnits(option.prefixLength));
    case "dnsServers":
      return 8 + 16 * option.addresses.length;
    case "dnsSearchList":
      return roundUp(
        option.domains.reduce((length, name) => length + domainBytes(name).length, 8),
      );
    case "other":
      return roundUp(2 + option.data.length);
  }
}

/** Writes the options at `start`, in bytes that are zero. */
export function writeNdpOptions(
  options: readonly NdpOption[],
  bytes: Uint8Array,
  start: number,
): void {
  let at = start;
  for (const option of options) {
    const length = optionLength(option);
    bytes[at + 1] = fit(WHAT, "option length in units of 8", length / 8, 0xff);
    bytes[at] = fit(WHAT, "option.type", writeOption(option, bytes, at, length), 0xff);
    at += length;
  }
}

/** Writes what follows type and length; the type. */
function writeOption(option: NdpOption, bytes: Uint8Array, at: number, length: number): number {
  switch (option.kind) {
    case "sourceLinkAddress":
    case "targetLinkAddress":
      bytes.set(parseHex(option.address), at + 2);
      return option.kind === "sourceLinkAddress" ? TYPE.SOURCE_LINK : TYPE.TARGET_LINK;
    case "prefixInformation":
      bytes[at + 2] = fit(WHAT, "option.prefixLength", option.prefixLength, 128);
      bytes[at + 3] = (option.onLink ? 0x80 : 0) | (option.autonomous ? 0x40 : 0) |
        (option.routerAddress ? 0x20 : 0);
      setLifetime(bytes, at + 4, "option.validLifetimeSeconds", option.validLifetimeSeconds);
      setLifetime(
        bytes,
        at + 8,
        "option.preferredLifetimeSeconds",
        option.preferredLifetimeSeconds,
      );
      bytes.set(parseIpv6(option.prefix), at + 16);
      return TYPE.PREFIX;
    case "redirectedHeader":
      bytes.set(option.packet, at + 8);
      return TYPE.REDIRECTED;
    case "mtu":
      setU32(bytes, at + 4, fit(WHAT, "option.mtu", option.mtu, 0xffffffff));
      return TYPE.MTU;
    case "nonce":
      bytes.set(option.nonce, at + 2);
      return TYPE.NONCE;
    case "routeInformation": {
      const prefix = parseIpv6(option.prefix);
      bytes[at + 2] = fit(WHAT, "option.prefixLength", option.prefixLength, 128);
      if (length > 24 || length < 8 * routeUnits(option.prefixLength)) {
        throw unfit(WHAT, `option.units of ${length / 8} do not hold the prefix or are above 3`);
      }
      bytes[at + 3] = NDP_PREFERENCES.indexOf(option.preference) << 3;
      setLifetime(bytes, at + 4, "option.lifetimeSeconds", option.lifetimeSeconds);
      bytes.set(prefix.subarray(0, length - 8), at + 8);
      return TYPE.ROUTE;
    }
    case "dnsServers":
      if (option.addresses.length === 0) throw unfit(WHAT, "option.addresses is empty");
      setLifetime(bytes, at + 4, "option.lifetimeSeconds", option.lifetimeSeconds);
      option.addresses.forEach((text, index) => bytes.set(parseIpv6(text), at + 8 + 16 * index));
      return TYPE.RDNSS;
    case "dnsSearchList": {
      if (option.domains.length === 0) throw unfit(WHAT, "option.domains is empty");
      setLifetime(bytes, at + 4, "option.lifetimeSeconds", option.lifetimeSeconds);
      let to = at + 8;
      for (const name of option.domains) {
        bytes.set(domainBytes(name), to);
        to += domainBytes(name).length;
      }
      return TYPE.DNSSL;
    }
    case "other":
      bytes.set(option.data, at + 2);
      return option.type;
  }
}

function setLifetime(bytes: Uint8Array, at: number, field: string, seconds: number): void {
  setU32(bytes, at, fit(WHAT, field, seconds, 0xffffffff));
}
