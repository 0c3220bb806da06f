/**
 * Blocks (CIDR, RFC 4632 and RFC 4291 section 2.3) and ranges of IP addresses, walked lazily
 * however large they are.
 *
 * @module
 */

import { checkInteger, checkKeys, oneOf, type Parameter } from "../arguments.ts";
import { checkBytes, lengthOf } from "../bytes.ts";
import { blockHolds } from "./_block.ts";
import { formatIp, parseIp } from "./text.ts";

/** A block of addresses: those that share the first `prefixLength` bits. */
export interface Cidr {
  /** The address family. */
  readonly family: "inet" | "inet6";
  /** The address as written, host bits included; 4 or 16 bytes. */
  readonly address: Uint8Array<ArrayBuffer>;
  /** The first address of the block: `address` with the host bits cleared. */
  readonly network: Uint8Array<ArrayBuffer>;
  /** The number of leading bits that are the network's: 0 to 32, or to 128. */
  readonly prefixLength: number;
}

/** All addresses from `first` to `last`, both included. */
export interface IpRange {
  /** The address family. */
  readonly family: "inet" | "inet6";
  /** The lowest address. */
  readonly first: Uint8Array<ArrayBuffer>;
  /** The highest address. */
  readonly last: Uint8Array<ArrayBuffer>;
}

/**
 * Converts an address to the number it is in network order.
 *
 * @param bytes Four or sixteen bytes.
 * @returns The number, below 2 ** 32 or 2 ** 128.
 */
export function ipToBigInt(bytes: Uint8Array): bigint {
  checkBytes(bytes, "read an address", "bytes");
  let value = 0n;
  for (const byte of bytes) value = value << 8n | BigInt(byte);
  return value;
}

/**
 * Converts a number to the address it is in network order.
 *
 * @param value The number.
 * @param family The family, which tells how many bytes.
 * @returns Four or sixteen bytes.
 * @throws {RangeError} If the number is negative or too large for the family.
 */
export function ipFromBigInt(value: bigint, family: "inet" | "inet6"): Uint8Array<ArrayBuffer> {
  IP_FAMILIES(family, "make an address", "family");
  const size = family === "inet" ? 4 : 16;
  if (typeof value !== "bigint") {
    throw new TypeError(`Cannot make an ${family} address: value is not a bigint`);
  }
  if (value < 0n || value >> BigInt(8 * size) !== 0n) {
    throw new RangeError(`Cannot make an ${family} address: value ${value} is out of range`);
  }
  const bytes = new Uint8Array(size);
  let rest = value;
  for (let i = size - 1; i >= 0; i--) {
    bytes[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
}

/** A copy of an address with the bits after the prefix all set to one value. */
function withHostBits(
  address: Uint8Array,
  prefixLength: number,
  ones: boolean,
): Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.from(address);
  for (let i = prefixLength >> 3; i < bytes.length; i++) {
    const mask = i === prefixLength >> 3 ? 0xff >> (prefixLength & 7) : 0xff;
    bytes[i] = ones ? bytes[i] | mask : bytes[i] & ~mask;
  }
  return bytes;
}

/**
 * Parses a block: an address, a slash and a prefix length in decimal without leading zeros; an
 * address alone is a block of one. Host bits may be set: `address` keeps them, `network` does not.
 *
 * @param text The text, such as `"192.0.2.0/24"` or `"2001:db8::/32"`.
 * @returns The block.
 * @throws {TypeError} If the text is no block.
 *
 * @example Is an address in a block?
 * ```ts
 * import { cidrContains, parseCidr } from "@berkeley/sockets/ip";
 * import { assert } from "@std/assert";
 *
 * assert(cidrContains(parseCidr("192.0.2.0/24"), "192.0.2.77"));
 * ```
 */
export function parseCidr(text: string): Cidr {
  const slash = typeof text === "string" ? text.indexOf("/") : -1;
  const address = parseIp(slash < 0 ? text : text.slice(0, slash));
  const bits = address.length * 8;
  let prefixLength = bits;
  if (slash >= 0) {
    const digits = text.slice(slash + 1);
    prefixLength = /^(?:0|[1-9][0-9]{0,2})$/.test(digits) ? Number(digits) : -1;
    if (prefixLength < 0 || prefixLength > bits) {
      throw new TypeError(
        `Cannot parse CIDR block: prefix length ${JSON.stringify(digits.slice(0, 20))} ` +
          `is not a number of 0 to ${bits}`,
      );
    }
  }
  return {
    family: address.length === 4 ? "inet" : "inet6",
    address,
    network: withHostBits(address, prefixLength, false),
    prefixLength,
  };
}

/**
 * Formats a block as its network address and prefix length.
 *
 * @param cidr The block.
 * @returns The text, such as `"192.0.2.0/24"`.
 */
export function formatCidr(cidr: Cidr): string {
  checkCidr(cidr, "format CIDR block");
  return `${formatIp(cidr.network)}/${cidr.prefixLength}`;
}

/** An address given as text or as bytes, as bytes. */
function toBytes(ip: string | Uint8Array): Uint8Array {
  if (typeof ip === "string") return parseIp(ip);
  checkBytes(ip, "look for an address", "ip");
  return ip;
}

/** Refuses what is no block. It makes nothing: some ask for every packet. */
function checkCidr(cidr: Cidr, action: string): void {
  checkKeys(cidr, CIDR_KEYS, action, "cidr");
  const { family, address, network, prefixLength } = cidr;
  IP_FAMILIES(family, action, "cidr.family");
  checkBytes(address, action, "cidr.address");
  checkBytes(network, action, "cidr.network");
  const size = family === "inet" ? 4 : 16;
  if (lengthOf(network) !== size) {
    throw new RangeError(`Cannot ${action}: cidr.network is not ${size} bytes long`);
  }
  checkInteger(prefixLength, 0, 8 * size, action, "cidr.prefixLength");
}

/** Refuses what is no range. */
function checkRange(range: IpRange, action: string): void {
  checkKeys(range, RANGE_KEYS, action, "range");
  const { family, first, last } = range;
  IP_FAMILIES(family, action, "range.family");
  const size = family === "inet" ? 4 : 16;
  for (const [name, bytes] of [["first", first], ["last", last]] as const) {
    checkBytes(bytes, action, `range.${name}`);
    if (lengthOf(bytes) !== size) {
      throw new RangeError(`Cannot ${action}: range.${name} is not ${size} bytes long`);
    }
  }
}

const IP_FAMILIES: Parameter<"inet" | "inet6"> = oneOf("inet", "inet6");
const CIDR_KEYS: readonly string[] = ["family", "address", "network", "prefixLength"];
const RANGE_KEYS: readonly string[] = ["family", "first", "last"];

/**
 * Tells whether a block holds an address. An address of the other family is never in it; an
 * IPv4-mapped IPv6 address counts as IPv6.
 *
 * @param cidr The block.
 * @param ip The address, as text or bytes.
 * @returns Whether the first `prefixLength` bits are equal.
 * @throws {TypeError} If the text is no address.
 */
export function cidrContains(cidr: Cidr, ip: string | Uint8Array): boolean {
  checkCidr(cidr, "look for an address");
  return blockHolds(cidr.network, cidr.prefixLength, toBytes(ip));
}

/**
 * All addresses of a block as a range, the network and broadcast address included.
 *
 * @param cidr The block.
 * @returns The range.
 */
export function cidrRange(cidr: Cidr): IpRange {
  checkCidr(cidr, "make a range");
  return {
    family: cidr.family,
    first: cidr.network,
    last: withHostBits(cidr.network, cidr.prefixLength, true),
  };
}

/**
 * The addresses of a block that hosts may have, as a range: without the network and broadcast
 * address of an IPv4 block (except /31, RFC 3021, and /32), without the subnet-router anycast
 * address of an IPv6 block (RFC 4291 section 2.6.1; except /127, RFC 6164, and /128).
 *
 * @param cidr The block.
 * @returns The range; walk it with {@linkcode ipRangeAddresses}.
 *
 * @example The hosts of a small block
 * ```ts
 * import { cidrHosts, ipRangeAddresses, parseCidr } from "@berkeley/sockets/ip";
 * import { assertEquals } from "@std/assert";
 *
 * const hosts = cidrHosts(parseCidr("192.0.2.0/30"));
 * assertEquals([...ipRangeAddresses(hosts)], ["192.0.2.1", "192.0.2.2"]);
 * ```
 */
export function cidrHosts(cidr: Cidr): IpRange {
  const range = cidrRange(cidr);
  const bits = cidr.network.length * 8;
  if (cidr.prefixLength >= bits - 1) return range;
  const first = Uint8Array.from(range.first);
  first[first.length - 1] |= 1;
  if (cidr.family === "inet6") return { ...range, first };
  const last = Uint8Array.from(range.last);
  last[last.length - 1] &= 0xfe;
  return { ...range, first, last };
}

/**
 * Parses a range `FIRST-LAST`, a block or a single address.
 *
 * @param text The text, such as `"192.0.2.1-192.0.2.9"`.
 * @returns The range; of a block every address ({@linkcode cidrRange}).
 * @throws {TypeError} If the text is no range, the families differ or the last precedes the first.
 */
export function parseIpRange(text: string): IpRange {
  const dash = typeof text === "string" ? text.indexOf("-") : -1;
  if (dash < 0) return cidrRange(parseCidr(text));
  const first = parseIp(text.slice(0, dash));
  const last = parseIp(text.slice(dash + 1));
  if (first.length !== last.length) {
    throw new TypeError("Cannot parse IP range: its ends are of different families");
  }
  if (compare(first, last) > 0) {
    throw new TypeError("Cannot parse IP range: its last address precedes the first");
  }
  return { family: first.length === 4 ? "inet" : "inet6", first, last };
}

/** Compares two addresses of one family as numbers in network order. */
function compare(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return a[i] - b[i];
  }
  return 0;
}

/**
 * Tells whether a range holds an address.
 *
 * @param range The range.
 * @param ip The address, as text or bytes.
 * @returns Whether it is of the same family and between the ends.
 * @throws {TypeError} If the text is no address.
 */
export function ipRangeContains(range: IpRange, ip: string | Uint8Array): boolean {
  checkRange(range, "look for an address");
  const bytes = toBytes(ip);
  return bytes.length === range.first.length && compare(bytes, range.first) >= 0 &&
    compare(bytes, range.last) <= 0;
}

/**
 * Counts the addresses of a range.
 *
 * @param range The range.
 * @returns The number, up to 2 ** 128.
 */
export function ipRangeSize(range: IpRange): bigint {
  checkRange(range, "count addresses");
  return ipToBigInt(range.last) - ipToBigInt(range.first) + 1n;
}

/**
 * Walks a range from its first address to its last, one at a time, so that a huge one costs no
 * more than what is taken from it.
 *
 * @param range The range.
 * @returns The addresses as text.
 */
export function* ipRangeAddresses(range: IpRange): Generator<string, void, void> {
  checkRange(range, "walk a range");
  const bytes = Uint8Array.from(range.first);
  for (;;) {
    yield formatIp(bytes);
    if (compare(bytes, range.last) >= 0) return;
    // An element wraps round to 0 as it is stored; the carry goes to the byte before.
    for (let i = bytes.length - 1; i >= 0; i--) {
      bytes[i]++;
      if (bytes[i] !== 0) break;
    }
  }
}
