/**
 * What kind of address is this? By IANA's special-purpose registries for IPv4 and IPv6 (RFC 6890,
 * as of 2025) and its IPv6 address space registry.
 *
 * All functions take text or bytes and agree with CPython's `ipaddress`, with two differences. An
 * IPv4-mapped IPv6 address (`::ffff:a.b.c.d`) is judged as the IPv4 address it stands for, as
 * CPython does since 3.13: a filter that lets `::ffff:127.0.0.1` through is a hole. And entries
 * that IANA added after CPython's table are known.
 *
 * @module
 */

import { checkBytes } from "../bytes.ts";
import { blockHolds } from "./_block.ts";
import { type Cidr, parseCidr } from "./cidr.ts";
import { parseIp } from "./text.ts";

/** One row of IANA's special-purpose address registries. */
export interface IpSpecialPurpose {
  /** The block. */
  readonly block: Cidr;
  /** Its name in the registry. */
  readonly name: string;
  /** The document that reserves it. */
  readonly reference: string;
  /** The registry's "Globally Reachable"; `undefined` where it says "N/A". */
  readonly globallyReachable: boolean | undefined;
}

/** Blocks, names, references and global reachability; of nested blocks the innermost holds. */
const ROWS: readonly (readonly [string, string, string, boolean | undefined])[] = [
  ["0.0.0.0/32", "This host on this network", "RFC 1122 section 3.2.1.3", false],
  ["0.0.0.0/8", "This network", "RFC 791 section 3.2", false],
  ["10.0.0.0/8", "Private-Use", "RFC 1918", false],
  ["100.64.0.0/10", "Shared Address Space", "RFC 6598", false],
  ["127.0.0.0/8", "Loopback", "RFC 1122 section 3.2.1.3", false],
  ["169.254.0.0/16", "Link Local", "RFC 3927", false],
  ["172.16.0.0/12", "Private-Use", "RFC 1918", false],
  ["192.0.0.0/24", "IETF Protocol Assignments", "RFC 6890 section 2.1", false],
  ["192.0.0.0/29", "IPv4 Service Continuity Prefix", "RFC 7335", false],
  ["192.0.0.8/32", "IPv4 dummy address", "RFC 7600", false],
  ["192.0.0.9/32", "Port Control Protocol Anycast", "RFC 7723", true],
  ["192.0.0.10/32", "Traversal Using Relays around NAT Anycast", "RFC 8155", true],
  ["192.0.0.170/31", "NAT64/DNS64 Discovery", "RFC 8880", false],
  ["192.0.2.0/24", "Documentation (TEST-NET-1)", "RFC 5737", false],
  ["192.31.196.0/24", "AS112-v4", "RFC 7535", true],
  ["192.52.193.0/24", "AMT", "RFC 7450", true],
  ["192.88.99.0/24", "Deprecated (6to4 Relay Anycast)", "RFC 7526", undefined],
  ["192.168.0.0/16", "Private-Use", "RFC 1918", false],
  ["192.175.48.0/24", "Direct Delegation AS112 Service", "RFC 7534", true],
  ["198.18.0.0/15", "Benchmarking", "RFC 2544", false],
  ["198.51.100.0/24", "Documentation (TEST-NET-2)", "RFC 5737", false],
  ["203.0.113.0/24", "Documentation (TEST-NET-3)", "RFC 5737", false],
  ["240.0.0.0/4", "Reserved", "RFC 1112 section 4", false],
  ["255.255.255.255/32", "Limited Broadcast", "RFC 919 section 7", false],
  ["::1/128", "Loopback Address", "RFC 4291", false],
  ["::/128", "Unspecified Address", "RFC 4291", false],
  ["::ffff:0:0/96", "IPv4-mapped Address", "RFC 4291", false],
  ["64:ff9b::/96", "IPv4-IPv6 Translat.", "RFC 6052", true],
  ["64:ff9b:1::/48", "IPv4-IPv6 Translat.", "RFC 8215", false],
  ["100::/64", "Discard-Only Address Block", "RFC 6666", false],
  ["100:0:0:1::/64", "Dummy IPv6 Prefix", "RFC 9780", false],
  ["2001::/23", "IETF Protocol Assignments", "RFC 2928", false],
  ["2001::/32", "TEREDO", "RFC 4380", undefined],
  ["2001:1::1/128", "Port Control Protocol Anycast", "RFC 7723", true],
  ["2001:1::2/128", "Traversal Using Relays around NAT Anycast", "RFC 8155", true],
  ["2001:1::3/128", "DNS-SD Service Registration Protocol Anycast", "RFC 9665", true],
  ["2001:2::/48", "Benchmarking", "RFC 5180", false],
  ["2001:3::/32", "AMT", "RFC 7450", true],
  ["2001:4:112::/48", "AS112-v6", "RFC 7535", true],
  ["2001:10::/28", "Deprecated (previously ORCHID)", "RFC 4843", undefined],
  ["2001:20::/28", "ORCHIDv2", "RFC 7343", true],
  ["2001:30::/28", "Drone Remote ID Protocol Entity Tags Prefix", "RFC 9374", true],
  ["2001:db8::/32", "Documentation", "RFC 3849", false],
  ["2002::/16", "6to4", "RFC 3056", undefined],
  ["2620:4f:8000::/48", "Direct Delegation AS112 Service", "RFC 7534", true],
  ["3fff::/20", "Documentation", "RFC 9637", false],
  ["5f00::/16", "Segment Routing (SRv6) SIDs", "RFC 9602", false],
  ["fc00::/7", "Unique-Local", "RFC 4193, RFC 8190", false],
  ["fe80::/10", "Link-Local Unicast", "RFC 4291", false],
];

let registry: readonly IpSpecialPurpose[] | undefined;

/**
 * The registry, innermost blocks first, so that the first match holds. Made when first asked for: few
 * programs do.
 */
function specialPurposes(): readonly IpSpecialPurpose[] {
  return registry ??= ROWS
    .map(([block, name, reference, globallyReachable]) => ({
      block: parseCidr(block),
      name,
      reference,
      globallyReachable,
    }))
    .sort((a, b) => b.block.prefixLength - a.block.prefixLength);
}

const MAPPED = "::ffff:0:0/96";
const SHARED = "100.64.0.0/10";
/** "IETF Protocol Assignments": what in them has no answer of its own is not reachable. */
const PROTOCOL_ASSIGNMENTS6 = "2001::/23";
/** Blocks by their text, made when first asked for. */
const BLOCKS = new Map<string, Cidr>();

/** Whether an address is in the block that a text says. */
function isIn(text: string, bytes: Uint8Array): boolean {
  let block = BLOCKS.get(text);
  if (block === undefined) BLOCKS.set(text, block = parseCidr(text));
  return holds(block, bytes);
}

/** Whether an address is in a block of this file. */
function holds({ network, prefixLength }: Cidr, bytes: Uint8Array): boolean {
  return blockHolds(network, prefixLength, bytes);
}

/** The bytes of an address; of an IPv4-mapped one, the four it stands for. */
function toBytes(ip: string | Uint8Array): Uint8Array {
  if (typeof ip !== "string") checkBytes(ip, "judge IP address", "ip");
  const bytes = typeof ip === "string" ? parseIp(ip) : ip;
  if (bytes.length === 16) return isIn(MAPPED, bytes) ? bytes.subarray(12) : bytes;
  if (bytes.length === 4) return bytes;
  throw new TypeError(`Cannot judge IP address: ip of ${bytes.length} bytes is neither 4 nor 16`);
}

/** Whether all bytes between two indexes are zero. */
function zeros(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    if (bytes[i] !== 0) return false;
  }
  return true;
}

/**
 * Finds the row of IANA's special-purpose registries that an address falls under.
 *
 * @param ip The address, as text or bytes.
 * @returns The innermost row, or `undefined` for an ordinary (or multicast) address.
 * @throws {TypeError} If it is no address.
 *
 * @example Why is this address not routed?
 * ```ts
 * import { ipSpecialPurpose } from "@berkeley/sockets/ip";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(ipSpecialPurpose("100.64.1.1")?.name, "Shared Address Space");
 * ```
 */
export function ipSpecialPurpose(ip: string | Uint8Array): IpSpecialPurpose | undefined {
  const bytes = toBytes(ip);
  return specialPurposes().find((row) => holds(row.block, bytes));
}

/**
 * Tells whether an address is not globally reachable by the registries: RFC 1918 and unique-local
 * addresses, loopback, link-local, documentation and so on, but not the shared address space
 * 100.64.0.0/10, of which both this and {@linkcode isGlobal} are false. 6to4 (2002::/16), Teredo
 * and the old ORCHID, where the registry says "N/A", count as private, as they do in CPython.
 *
 * @param ip The address, as text or bytes.
 * @returns Whether it is private.
 * @throws {TypeError} If it is no address.
 *
 * @example Refuse to connect into one's own network
 * ```ts
 * import { isPrivate } from "@berkeley/sockets/ip";
 * import { assert } from "@std/assert";
 *
 * assert(isPrivate("192.168.1.1"));
 * assert(isPrivate("::ffff:10.0.0.1"));
 * assert(!isPrivate("9.9.9.9"));
 * ```
 */
export function isPrivate(ip: string | Uint8Array): boolean {
  const bytes = toBytes(ip);
  if (bytes.length === 4 && isIn(SHARED, bytes)) return false;
  const row = ipSpecialPurpose(bytes);
  if (row === undefined) return false;
  if (row.globallyReachable !== undefined) return !row.globallyReachable;
  // "N/A": 192.88.99.0/24 is ordinary unicast again (RFC 7526); the IPv6 ones lead to other hosts.
  return bytes.length === 16 &&
    (isIn(PROTOCOL_ASSIGNMENTS6, bytes) || (bytes[0] === 0x20 && bytes[1] === 0x02));
}

/**
 * Tells whether an address is globally reachable: neither {@linkcode isPrivate} nor in the shared
 * address space 100.64.0.0/10. A multicast address counts as global, as it does in CPython.
 *
 * @param ip The address, as text or bytes.
 * @returns Whether it is global.
 * @throws {TypeError} If it is no address.
 */
export function isGlobal(ip: string | Uint8Array): boolean {
  const bytes = toBytes(ip);
  return !isPrivate(bytes) && !(bytes.length === 4 && isIn(SHARED, bytes));
}

/**
 * Tells whether an address is a loopback: 127.0.0.0/8 or ::1.
 *
 * @param ip The address, as text or bytes.
 * @returns Whether it is one.
 * @throws {TypeError} If it is no address.
 */
export function isLoopback(ip: string | Uint8Array): boolean {
  const bytes = toBytes(ip);
  return bytes.length === 4 ? bytes[0] === 127 : bytes[15] === 1 && zeros(bytes, 0, 15);
}

/**
 * Tells whether an address is link-local: 169.254.0.0/16 (RFC 3927) or fe80::/10 (RFC 4291).
 *
 * @param ip The address, as text or bytes.
 * @returns Whether it is one.
 * @throws {TypeError} If it is no address.
 */
export function isLinkLocal(ip: string | Uint8Array): boolean {
  const bytes = toBytes(ip);
  return bytes.length === 4
    ? bytes[0] === 169 && bytes[1] === 254
    : bytes[0] === 0xfe && (bytes[1] & 0xc0) === 0x80;
}

/**
 * Tells whether an address is multicast: 224.0.0.0/4 (RFC 5771) or ff00::/8 (RFC 4291).
 *
 * @param ip The address, as text or bytes.
 * @returns Whether it is one.
 * @throws {TypeError} If it is no address.
 */
export function isMulticast(ip: string | Uint8Array): boolean {
  const bytes = toBytes(ip);
  return bytes.length === 4 ? (bytes[0] & 0xf0) === 0xe0 : bytes[0] === 0xff;
}

/**
 * Tells whether an address is the unspecified one: 0.0.0.0 or ::.
 *
 * @param ip The address, as text or bytes.
 * @returns Whether it is.
 * @throws {TypeError} If it is no address.
 */
export function isUnspecified(ip: string | Uint8Array): boolean {
  const bytes = toBytes(ip);
  return zeros(bytes, 0, bytes.length);
}

/**
 * Tells whether an address is reserved for the future by the IETF: 240.0.0.0/4, and what the IPv6
 * address space registry gives to nothing (all but 2000::/3, 5f00::/16, fc00::/7 and fe80::/9 to
 * ffff::; so ::1 is reserved too, as it lies in ::/8).
 *
 * @param ip The address, as text or bytes.
 * @returns Whether it is reserved.
 * @throws {TypeError} If it is no address.
 */
export function isReserved(ip: string | Uint8Array): boolean {
  const bytes = toBytes(ip);
  if (bytes.length === 4) return bytes[0] >= 240;
  const high = bytes[0];
  if ((high & 0xe0) === 0x20 || high === 0x5f && bytes[1] === 0) return false;
  return high < 0xfc || high === 0xfe && bytes[1] < 0x80;
}

/**
 * Tells whether an address is kept for documentation: TEST-NET-1 to 3 (RFC 5737), 2001:db8::/32
 * (RFC 3849) or 3fff::/20 (RFC 9637).
 *
 * @param ip The address, as text or bytes.
 * @returns Whether it is one.
 * @throws {TypeError} If it is no address.
 */
export function isDocumentation(ip: string | Uint8Array): boolean {
  return ipSpecialPurpose(ip)?.name.startsWith("Documentation") ?? false;
}
