/**
 * The extension structure of ICMP messages (RFC 4884): MPLS label stacks (RFC 4950), interface
 * information (RFC 5837) and the interface identification of an extended echo (RFC 8335).
 *
 * @module
 */

import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from "../core/ip.ts";
import { formatMac, parseMac } from "../core/mac.ts";
import { bad, checkSpan, fit, setU16, setU32, u16, u32, unfit } from "./_bytes.ts";
import { checksum } from "./checksum.ts";

const WHAT = "ICMP extension";

/** RFC 4884, section 7: the header of the structure, and that of each object. */
const AT = { VERSION: 0, CHECKSUM: 2, OBJECTS: 4 };
const OBJECT = { LENGTH: 0, CLASS: 2, TYPE: 3, DATA: 4 };

const VERSION = 2;

/** The IANA registry of object classes. */
const CLASS = { MPLS: 1, INTERFACE: 2, IDENTIFICATION: 3 };

/** RFC 5837, section 4.1: what an interface information object tells, and of which role. */
const HAS = { INDEX: 8, ADDRESS: 4, NAME: 2, MTU: 1 };
const ROLES = ["incoming", "subIp", "outgoing", "nextHop"] as const;
const NAME_ROOM = 63;

/** RFC 5837, section 4.2; RFC 8335, section 2.1: address families. */
const AFI_IPV4 = 1;
const AFI_IPV6 = 2;
const AFI_MAC = 16389;

/** One entry of an MPLS label stack (RFC 3032, section 2.1). */
export interface MplsLabel {
  /** The label, 0 to 0xfffff. */
  label: number;
  /** Traffic class, once called experimental, 0 to 7. */
  trafficClass: number;
  /** Whether this is the last entry of the stack. */
  bottom: boolean;
  /** Time to live, 0 to 255. */
  ttl: number;
}

/** The label stack with which a packet came to the router (RFC 4950). */
export interface IcmpMplsObject {
  /** Tells the objects apart. */
  kind: "mpls";
  /** The labels, the outermost first. */
  labels: MplsLabel[];
}

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

/** One object of an extension structure. */
export type IcmpObject =
  | IcmpMplsObject
  | IcmpInterfaceObject
  | IcmpInterfaceIdentification
  | {
    /** An object of any other class or form. */
    kind: "other";
    /** Class number, 0 to 255. */
    class: number;
    /** Class subtype, 0 to 255. */
    type: number;
    /** What follows the header of the object. */
    data: Uint8Array;
  };

/** An extension structure. */
export interface IcmpExtensions {
  /** The objects. */
  objects: IcmpObject[];
  /** Checksum; default: the right one. 0 says that the sender made none. */
  checksum?: number;
}

/**
 * Checks the extension structure from `start` to `end` once: version and the chain of objects.
 * The checksum is not part of it; see {@linkcode icmpExtensionsChecksumOk}.
 */
export function checkIcmpExtensions(bytes: Uint8Array, start: number, end: number): void {
  checkSpan(WHAT, bytes, start, end, AT.OBJECTS);
  const version = bytes[start + AT.VERSION] >>> 4;
  if (version !== VERSION) throw bad(WHAT, `version of ${version} is not ${VERSION}`);
  for (let at = start + AT.OBJECTS; at < end;) {
    if (end - at < OBJECT.DATA) throw bad(WHAT, `object header of ${end - at} bytes is below 4`);
    const length = u16(bytes, at + OBJECT.LENGTH);
    if (length < OBJECT.DATA) throw bad(WHAT, `object length of ${length} is below 4`);
    if (length > end - at) {
      throw bad(WHAT, `object length of ${length} is above the ${end - at} bytes left`);
    }
    at += length;
  }
}

/**
 * Whether the checksum of an extension structure is right, or absent (0).
 *
 * @param bytes The bytes.
 * @param start Index of the first byte of the structure; default 0.
 * @param end Index after its last byte; default `bytes.length`.
 * @returns Whether it is.
 */
export function icmpExtensionsChecksumOk(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): boolean {
  return u16(bytes, start + AT.CHECKSUM) === 0 || checksum(bytes, start, end) === 0;
}

/** Whether a structure that may be there by chance is one: right version, chain and checksum. */
export function looksLikeIcmpExtensions(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < AT.OBJECTS || bytes[start] !== VERSION << 4) return false;
  // Without a length field, only a checksum that is there tells a structure from quoted data.
  if (u16(bytes, start + AT.CHECKSUM) === 0 || checksum(bytes, start, end) !== 0) return false;
  for (let at = start + AT.OBJECTS; at < end;) {
    const length = end - at < OBJECT.DATA ? 0 : u16(bytes, at);
    if (length < OBJECT.DATA || length > end - at) return false;
    at += length;
  }
  return true;
}

/**
 * Decodes an extension structure (RFC 4884, section 7).
 *
 * @param bytes The bytes.
 * @param start Index of the first byte of the structure; default 0.
 * @param end Index after its last byte; default `bytes.length`.
 * @returns The value; its checksum is in it only where the sender made none.
 * @throws {RangeError} If the version or the length of an object is wrong.
 */
export function decodeIcmpExtensions(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): IcmpExtensions {
  checkIcmpExtensions(bytes, start, end);
  return readIcmpExtensions(bytes, start, end);
}

/** Reads a structure that {@linkcode checkIcmpExtensions} has passed. */
export function readIcmpExtensions(
  bytes: Uint8Array,
  start: number,
  end: number,
): IcmpExtensions {
  const objects: IcmpObject[] = [];
  for (let at = start + AT.OBJECTS; at < end;) {
    // The bytes may have changed since they were checked: never go on by nothing, nor beyond.
    const next = Math.min(end, at + Math.max(OBJECT.DATA, u16(bytes, at + OBJECT.LENGTH)));
    objects.push(readObject(bytes, at, next));
    at = next;
  }
  return u16(bytes, start + AT.CHECKSUM) === 0 ? { objects, checksum: 0 } : { objects };
}

function readObject(bytes: Uint8Array, at: number, end: number): IcmpObject {
  const number = bytes[at + OBJECT.CLASS];
  const type = bytes[at + OBJECT.TYPE];
  const start = at + OBJECT.DATA;
  let object: IcmpObject | undefined;
  if (number === CLASS.MPLS && type === 1) object = readMpls(bytes, start, end);
  else if (number === CLASS.INTERFACE) object = readInterface(bytes, start, end, type);
  else if (number === CLASS.IDENTIFICATION) object = readIdentification(bytes, start, end, type);
  return object ?? { kind: "other", class: number, type, data: bytes.slice(start, end) };
}

function readMpls(bytes: Uint8Array, start: number, end: number): IcmpMplsObject | undefined {
  if ((end - start) % 4 !== 0) return undefined;
  const labels: MplsLabel[] = [];
  for (let at = start; at < end; at += 4) {
    const word = u32(bytes, at);
    labels.push({
      label: word >>> 12,
      trafficClass: (word >>> 9) & 7,
      bottom: (word & 0x100) !== 0,
      ttl: word & 0xff,
    });
  }
  return { kind: "mpls", labels };
}

function readInterface(
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

function readIdentification(
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

/** The length of the structure, in bytes. */
export function measureIcmpExtensions(value: IcmpExtensions): number {
  let length = AT.OBJECTS;
  for (const object of value.objects) length += OBJECT.DATA + objectLength(object);
  return length;
}

function objectLength(object: IcmpObject): number {
  switch (object.kind) {
    case "mpls":
      return 4 * object.labels.length;
    case "interface":
      return (object.index === undefined ? 0 : 4) +
        (object.address === undefined ? 0 : object.address.includes(":") ? 20 : 8) +
        (object.name === undefined ? 0 : 1 + paddedName(object.name).length) +
        (object.mtu === undefined ? 0 : 4);
    case "interfaceByName":
      return roundUp(byteLength(object.name));
    case "interfaceByIndex":
      return 4;
    case "interfaceByAddress":
      return 4 + roundUp(identified(object.address).bytes.length);
    case "other":
      return object.data.length;
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

/** Writes the structure at `start`, in bytes that are zero. */
export function writeIcmpExtensions(
  value: IcmpExtensions,
  bytes: Uint8Array,
  start: number,
): void {
  bytes[start + AT.VERSION] = VERSION << 4;
  let at = start + AT.OBJECTS;
  for (const object of value.objects) {
    const length = OBJECT.DATA + objectLength(object);
    setU16(bytes, at + OBJECT.LENGTH, fit(WHAT, "object length", length, 0xffff));
    const [number, type] = writeObject(object, bytes, at + OBJECT.DATA);
    bytes[at + OBJECT.CLASS] = fit(WHAT, "object.class", number, 0xff);
    bytes[at + OBJECT.TYPE] = fit(WHAT, "object.type", type, 0xff);
    at += length;
  }
  setU16(bytes, start + AT.CHECKSUM, 0);
  const sum = value.checksum ?? checksum(bytes, start, at);
  setU16(bytes, start + AT.CHECKSUM, fit(WHAT, "checksum", sum, 0xffff));
}

/** Writes what follows the object's header; its class and type. */
function writeObject(
  object: IcmpObject,
  bytes: Uint8Array,
  at: number,
): [number: number, type: number] {
  switch (object.kind) {
    case "mpls":
      object.labels.forEach((entry, index) => {
        const label = fit(WHAT, "label", entry.label, 0xfffff);
        const trafficClass = fit(WHAT, "trafficClass", entry.trafficClass, 7);
        const low = (entry.bottom ? 0x100 : 0) | fit(WHAT, "ttl", entry.ttl, 0xff);
        setU32(bytes, at + 4 * index, (label << 12) | (trafficClass << 9) | low);
      });
      return [CLASS.MPLS, 1];
    case "interface":
      return [CLASS.INTERFACE, writeInterface(object, bytes, at)];
    case "interfaceByName":
      if (object.name === "") throw unfit(WHAT, "object.name is empty");
      bytes.set(new TextEncoder().encode(object.name), at);
      return [CLASS.IDENTIFICATION, 1];
    case "interfaceByIndex":
      setU32(bytes, at, fit(WHAT, "object.index", object.index, 0xffffffff));
      return [CLASS.IDENTIFICATION, 2];
    case "interfaceByAddress": {
      const { family, bytes: address } = identified(object.address);
      setU16(bytes, at, family);
      bytes[at + 2] = address.length;
      bytes.set(address, at + 4);
      return [CLASS.IDENTIFICATION, 3];
    }
    case "other":
      bytes.set(object.data, at);
      return [object.class, object.type];
  }
}

function writeInterface(object: IcmpInterfaceObject, bytes: Uint8Array, start: number): number {
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
