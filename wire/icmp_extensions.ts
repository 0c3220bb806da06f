/**
 * The extension structure of ICMP messages (RFC 4884), and the MPLS label stacks in it (RFC 4950).
 *
 * @module
 */

import { bad, checkSpan, fit, setU16, setU32, u16, u32 } from "./_bytes.ts";
import { checksum, writtenChecksum } from "./checksum.ts";
import {
  type IcmpInterfaceIdentification,
  type IcmpInterfaceObject,
  measureIdentification,
  measureInterface,
  readIdentification,
  readInterface,
  writeIdentification,
  writeInterface,
} from "./icmp_interface.ts";

const WHAT = "ICMP extension";

/** RFC 4884, section 7: the header of the structure, and that of each object. */
const AT = { VERSION: 0, CHECKSUM: 2, OBJECTS: 4 };
const OBJECT = { LENGTH: 0, CLASS: 2, TYPE: 3, DATA: 4 };

const VERSION = 2;

/** The IANA registry of object classes. */
const CLASS = { MPLS: 1, INTERFACE: 2, IDENTIFICATION: 3 };

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
 * @throws {RangeError} If `start` or `end` lies outside the bytes, or the header is cut off.
 */
export function icmpExtensionsChecksumOk(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes?.length,
): boolean {
  checkSpan(WHAT, bytes, start, end, AT.OBJECTS);
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
  end: number = bytes?.length,
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
      return measureInterface(object);
    case "other":
      return object.data.length;
    default:
      return measureIdentification(object);
  }
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
  const sum = value.checksum ?? writtenChecksum(bytes, start, at);
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
    case "other":
      bytes.set(object.data, at);
      return [object.class, object.type];
    default:
      return [CLASS.IDENTIFICATION, writeIdentification(object, bytes, at)];
  }
}
