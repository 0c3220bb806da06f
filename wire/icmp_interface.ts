/**
 * Interfaces in the extensions of ICMP messages: interface information (RFC 5837) and the interface
 * identification of an extended echo (RFC 8335).
 *
 * @module
 */

import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from "../core/ip/text.ts";
import { formatMac, parseMac } from "../core/ip/mac.ts";
import { fit, setU16, setU32, u16, u32, unfit } from "./_bytes.ts";

const WHAT = "ICMP extension";

/** RFC 5837, section 4.1: what an interface information object tells, and of which role. */
const HAS = { INDEX: 8, ADDRESS: 4, NAME: 2, MTU: 1 };
const ROLES = ["incoming", "subIp", "outgoing", "nextHop"] as const;
const NAME_ROOM = 63;

/** RFC 5837, section 4.2; RFC 8335, section 2.1: address families. */
const AFI_IPV4 = 1;
const AFI_IPV6 = 2;
const AFI_MAC = 16389;

/** About an interface of the router that answers (RFC 5837). */
export interface IcmpInterfaceObject {
  /** Tells the objects apart. */
  kind: "interface";
  /** Where the packet came in or would have gone out, or the address of the next hop. */
  role: "incoming" | "subIp" | "outgoing" | "nextHop";
  /** Its index (`ifIndex`, RFC 2863). */
  index?: number;
  /** Its IPv4 or IPv6 address. */
  address?: string;
  /** Its name: up to 63 bytes of UTF-8. */
  name?: string;
  /** Its MTU in bytes. */
  mtu?: number;
}

/** The interface that an extended echo asks for (RFC 8335): by exactly one of three ways. */
export type IcmpInterfaceIdentification =
  | {
    /** Tells the objects apart. */
    kind: "interfaceByName";
    /** Its name. */
    name: string;
  }
  | {
    /** Tells the objects apart. */
    kind: "interfaceByIndex";
    /** Its index (`ifIndex`, RFC 2863). */
    index: number;
  }
  | {
    /** Tells the objects apart. */
    kind: "interfaceByAddress";
    /** Its IPv4, IPv6 or hardware (EUI-48) address. */
    address: string;
  };

/** Reads what follows the header of an interface object; undefined if it is not of the RFC's form. */
export function readInterface(
  bytes: Uint8Array,
  start: number,
  end: number,
  type: number,
): IcmpInterfaceObject | undefined {
  // The two bits between role and contents are reserved.
  if ((type & 0x30) !== 0) return undefined;
  const object: IcmpInterfaceObject = { kind: "interface", role: ROLES[type >>> 6] };
  let at = start;
  if ((type & HAS.INDEX) !== 0) {
    if (end - at < 4) return undefined;
    object.index = u32(bytes, at);
    at += 4;
  }
  if ((type & HAS.ADDRESS) !== 0) {
    if (end - at < 4 || u16(bytes, at + 2) !== 0) return undefined;
    const size = u16(bytes, at) === AFI_IPV4 ? 4 : u16(bytes, at) === AFI_IPV6 ? 16 : 0;
    at += 4;
    if (size === 0 || end - at < size) return undefined;
    object.address = size === 4 ? formatIpv4(bytes, at) : formatIpv6(bytes, at);
    at += size;
  }
  if ((type & HAS.NAME) !== 0) {
    const length = at < end ? bytes[at] : 0;
    if (length === 0 || length > end - at) return undefined;
    const name = readName(bytes, at + 1, at + length);
    if (name === undefined || 1 + paddedName(name).length !== length) return undefined;
    object.name = name;
    at += length;
  }
  if ((type & HAS.MTU) !== 0) {
    if (end - at < 4) return undefined;
    object.mtu = u32(bytes, at);
    at += 4;
  }
  return at === end ? object : undefined;
}

/** Reads what follows the header of an identification; undefined if it is not of the RFC's form. */
export function readIdentification(
  bytes: Uint8Array,
  start: number,
  end: number,
  type: number,
): IcmpInterfaceIdentification | undefined {
  if (type === 1) {
    const name = readName(bytes, start, end);
    if (name === undefined || roundUp(byteLength(name)) !== end - start) return undefined;
    return { kind: "interfaceByName", name };
  }
  if (type === 2 && end - start === 4) {
    return { kind: "interfaceByIndex", index: u32(bytes, start) };
  }
  if (type === 3 && end - start >= 4) return readIdentifiedAddress(bytes, start, end);
  return undefined;
}

function readIdentifiedAddress(
  bytes: Uint8Array,
  start: number,
  end: number,
): IcmpInterfaceIdentification | undefined {
  const family = u16(bytes, start);
  const length = bytes[start + 2];
  const at = start + 4;
  if (end - at !== roundUp(length) || bytes[start + 3] !== 0) return undefined;
  let address: string | undefined;
  if (family === AFI_IPV4 && length === 4) address = formatIpv4(bytes, at);
  else if (family === AFI_IPV6 && length === 16) address = formatIpv6(bytes, at);
  else if (family === AFI_MAC && length === 6 && u16(bytes, at + 6) === 0) {
    address = formatMac(bytes, at);
  }
  return address === undefined ? undefined : { kind: "interfaceByAddress", address };
}

/** A name padded with NULs, unless it would not come back the same. */
function readName(bytes: Uint8Array, start: number, end: number): string | undefined {
  let last = end;
  while (last > start && bytes[last - 1] === 0) last--;
  if (last === start) return undefined;
  try {
    const name = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(bytes.slice(start, last));
    return name.includes("\0") ? undefined : name;
  } catch {
    return undefined;
  }
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

function roundUp(length: number): number {
  return (length + 3) & ~3;
}

/** RFC 5837, section 4.3: the name with its length byte is a multiple of four bytes. */
function paddedName(name: string): Uint8Array {
  const text = new TextEncoder().encode(name);
  if (text.length === 0 || text.length > NAME_ROOM) {
    throw unfit(WHAT, `object.name of ${text.length} bytes is outside 1 to ${NAME_ROOM}`);
  }
  const padded = new Uint8Array(roundUp(text.length + 1) - 1);
  padded.set(text);
  return padded;
}

/** The length of what follows the header of an interface object, in bytes. */
export function measureInterface(object: IcmpInterfaceObject): number {
  return (object.index === undefined ? 0 : 4) +
    (object.address === undefined ? 0 : object.address.includes(":") ? 20 : 8) +
    (object.name === undefined ? 0 : 1 + paddedName(object.name).length) +
    (object.mtu === undefined ? 0 : 4);
}

/** The length of what follows the header of an identification, in bytes. */
export function measureIdentification(object: IcmpInterfaceIdentification): number {
  switch (object.kind) {
    case "interfaceByName":
      return roundUp(byteLength(object.name));
    case "interfaceByIndex":
      return 4;
    case "interfaceByAddress":
      return 4 + roundUp(identified(object.address).bytes.length);
  }
}

/** An address with its family; only a hardware address has five separators and two digits each. */
function identified(address: string): { family: number; bytes: Uint8Array } {
  if (/^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$/i.test(address)) {
    return { family: AFI_MAC, bytes: parseMac(address) };
  }
  return address.includes(":")
    ? { family: AFI_IPV6, bytes: parseIpv6(address) }
    : { family: AFI_IPV4, bytes: parseIpv4(address) };
}

/** Writes what follows the header of an identification; its type. */
export function writeIdentification(
  object: IcmpInterfaceIdentification,
  bytes: Uint8Array,
  at: number,
): number {
  switch (object.kind) {
    case "interfaceByName":
      if (object.name === "") throw unfit(WHAT, "object.name is empty");
      bytes.set(new TextEncoder().encode(object.name), at);
      return 1;
    case "interfaceByIndex":
      setU32(bytes, at, fit(WHAT, "object.index", object.index, 0xffffffff));
      return 2;
    case "interfaceByAddress": {
      const { family, bytes: address } = identified(object.address);
      setU16(bytes, at, family);
      bytes[at + 2] = address.length;
      bytes.set(address, at + 4);
      return 3;
    }
  }
}

/** Writes what follows the header of an interface object; its type. */
export function writeInterface(
  object: IcmpInterfaceObject,
  bytes: Uint8Array,
  start: number,
): number {
  let at = start;
  let type = ROLES.indexOf(object.role) << 6;
  if (object.index !== undefined) {
    type |= HAS.INDEX;
    setU32(bytes, at, fit(WHAT, "object.index", object.index, 0xffffffff));
    at += 4;
  }
  if (object.address !== undefined) {
    type |= HAS.ADDRESS;
    const long = object.address.includes(":");
    const address = long ? parseIpv6(object.address) : parseIpv4(object.address);
    setU16(bytes, at, long ? AFI_IPV6 : AFI_IPV4);
    bytes.set(address, at + 4);
    at += 4 + address.length;
  }
  if (object.name !== undefined) {
    type |= HAS.NAME;
    const padded = paddedName(object.name);
    bytes[at] = 1 + padded.length;
    bytes.set(padded, at + 1);
    at += 1 + padded.length;
  }
  if (object.mtu !== undefined) {
    type |= HAS.MTU;
    setU32(bytes, at, fit(WHAT, "object.mtu", object.mtu, 0xffffffff));
  }
  return type;
}
