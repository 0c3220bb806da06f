/**
 * Address objects to the kernel's bytes (`struct sockaddr_*`); sockaddr_decode.ts goes the other
 * way and holds the layouts.
 *
 * @module
 */
import type { Address, AddressInput } from "../../core/address.ts";
import { checkBytes, checkInteger } from "../../core/bytes.ts";
import { isIpv4, isIpv6, parseIpv6, splitZone } from "../../core/ip/text.ts";
import { parseMac } from "../../core/ip/mac.ts";
import { AF_INET, AF_INET6, AF_PACKET, AF_UNIX } from "../abi/socket_constants.ts";
import {
  type InterfaceLookup,
  PACKET_TYPES,
  SLL_ADDR,
  SOCKADDR_IN6_BYTES,
  SOCKADDR_IN_BYTES,
  SOCKADDR_LL_BYTES,
  SOCKADDR_STORAGE_BYTES,
  SUN_PATH_BYTES,
} from "./sockaddr_decode.ts";

export {
  decodeSockaddr,
  type InterfaceLookup,
  SOCKADDR_STORAGE_BYTES,
  unnamedUnix,
} from "./sockaddr_decode.ts";

const ENCODER = new TextEncoder();
/** An address is encoded here before it is known how long it is. */
const ROOM = new Uint8Array(SOCKADDR_STORAGE_BYTES);

/** The fields any input may have, before they are checked. */
type Fields = { readonly [name: string]: unknown };

/** The families that have a codec, by how an address says which one it is. */
function familyOf(address: Fields, action: string): string {
  const { family } = address;
  if (family !== undefined) {
    if (typeof family !== "string") fail(action, "address.family is not a string");
    return family;
  }
  if (typeof address.hostname === "string") {
    return address.hostname.includes(":") ? "inet6" : "inet";
  }
  if (address.path !== undefined || address.pathBytes !== undefined) return "unix";
  if (address.interface !== undefined || address.interfaceIndex !== undefined) return "packet";
  if (address.familyNumber !== undefined) return "other";
  fail(action, "address has no family, and neither hostname nor path nor interface tells it");
}

function fail(action: string, state: string): never {
  throw new TypeError(`Cannot ${action}: ${state}`);
}

/**
 * Encodes an address into memory that has {@linkcode SOCKADDR_STORAGE_BYTES} of room. Every byte
 * of the structure is written, so the room need not be cleared.
 *
 * @param target The memory.
 * @param offset Where in it the address goes.
 * @param address The address; its `family` may be left out where other fields tell it.
 * @param action What the address is for, for the messages: `"connect"`.
 * @param lookup Resolves interface names; without it they are refused.
 * @returns The length of the address in bytes.
 * @throws {TypeError} If a field is missing, of the wrong type or malformed.
 * @throws {RangeError} If a number is out of range, the path too long or the room too small.
 */
export function encodeSockaddrInto(
  target: Uint8Array,
  offset: number,
  address: AddressInput<Address>,
  action: string,
  lookup?: InterfaceLookup,
): number {
  if (address === null || typeof address !== "object") fail(action, "address is not an object");
  if (offset + SOCKADDR_STORAGE_BYTES > target.length) {
    throw new RangeError(`Cannot ${action}: no room for an address at ${offset}`);
  }
  const fields = address as unknown as Fields;
  const family = familyOf(fields, action);
  if (family === "inet") return encodeInet(target, offset, fields, action);
  if (family === "inet6") return encodeInet6(target, offset, fields, action, lookup);
  if (family === "unix") return encodeUnix(target, offset, fields, action);
  if (family === "packet") return encodePacket(target, offset, fields, action, lookup);
  if (family === "other") return encodeOpaque(target, offset, fields, action);
  fail(action, `address.family ${JSON.stringify(family)} has no codec`);
}

/**
 * Encodes an address into memory of its own. See {@linkcode encodeSockaddrInto}.
 *
 * @param address The address.
 * @param action What it is for, for the messages: `"connect"`.
 * @param lookup Resolves interface names; without it they are refused.
 * @returns The bytes, of exactly the length to pass to the kernel.
 * @throws {TypeError} If a field is missing, of the wrong type or malformed.
 * @throws {RangeError} If a number is out of range or the path too long.
 */
export function encodeSockaddr(
  address: AddressInput<Address>,
  action: string,
  lookup?: InterfaceLookup,
): Uint8Array<ArrayBuffer> {
  return ROOM.slice(0, encodeSockaddrInto(ROOM, 0, address, action, lookup));
}

function putFamily(target: Uint8Array, offset: number, family: number): void {
  target[offset] = family;
  target[offset + 1] = family >> 8;
}

/** Big-endian, as all of the network's numbers. */
function putU16(target: Uint8Array, offset: number, value: number): void {
  target[offset] = value >> 8;
  target[offset + 1] = value;
}

function putU32(target: Uint8Array, offset: number, value: number): void {
  putU16(target, offset, value >>> 16);
  putU16(target, offset + 2, value & 0xffff);
}

/** The host's order. */
function putHostU32(target: Uint8Array, offset: number, value: number): void {
  target[offset] = value;
  target[offset + 1] = value >>> 8;
  target[offset + 2] = value >>> 16;
  target[offset + 3] = value >>> 24;
}

function hostname(fields: Fields, action: string): string {
  if (typeof fields.hostname !== "string") fail(action, "address.hostname is not a string");
  return fields.hostname;
}

/** The last IPv4 text encoded: a sender of batches names few peers. */
let lastIpv4Text = "0.0.0.0";
let lastIpv4Value = 0;

function ipv4Value(text: string, action: string): number {
  if (text === lastIpv4Text) return lastIpv4Value;
  if (!isIpv4(text)) fail(action, `address.hostname ${JSON.stringify(text)} is no IPv4 address`);
  let value = 0;
  let part = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x2e) {
      value = value << 8 | part;
      part = 0;
    } else {
      part = part * 10 + code - 0x30;
    }
  }
  lastIpv4Text = text;
  lastIpv4Value = value << 8 | part;
  return lastIpv4Value;
}

function encodeInet(target: Uint8Array, offset: number, fields: Fields, action: string): number {
  const value = ipv4Value(hostname(fields, action), action);
  const { port } = fields;
  checkInteger(port, 0, 65535, action, "address.port");
  putFamily(target, offset, AF_INET);
  putU16(target, offset + 2, port);
  putU32(target, offset + 4, value);
  target.fill(0, offset + 8, offset + SOCKADDR_IN_BYTES);
  return SOCKADDR_IN_BYTES;
}

/** The last IPv6 text encoded, and its bytes. */
let lastIpv6Text = "::";
let lastIpv6Bytes = new Uint8Array(16);

function encodeInet6(
  target: Uint8Array,
  offset: number,
  fields: Fields,
  action: string,
  lookup: InterfaceLookup | undefined,
): number {
  const text = hostname(fields, action);
  const { port, scopeId, flowInfo = 0 } = fields;
  checkInteger(port, 0, 65535, action, "address.port");
  checkInteger(flowInfo, 0, 0xffffffff, action, "address.flowInfo");
  if (scopeId !== undefined) checkInteger(scopeId, 0, 0xffffffff, action, "address.scopeId");
  let scope = scopeId ?? 0;
  if (text !== lastIpv6Text) {
    let plain = text;
    if (text.includes("%")) {
      const [address, zone] = splitZone(text);
      plain = address;
      const index = zoneIndex(zone!, action, lookup);
      if (scopeId !== undefined && scopeId !== index) {
        fail(action, `address.scopeId ${scopeId} is not the zone of ${JSON.stringify(text)}`);
      }
      scope = index;
    }
    if (!isIpv6(plain)) fail(action, `address.hostname ${JSON.stringify(text)} is no IPv6 address`);
    lastIpv6Bytes = parseIpv6(plain);
    // Text with a zone is looked up each time: interfaces come and go.
    lastIpv6Text = plain;
  }
  putFamily(target, offset, AF_INET6);
  putU16(target, offset + 2, port);
  putU32(target, offset + 4, flowInfo);
  target.set(lastIpv6Bytes, offset + 8);
  putHostU32(target, offset + 24, scope);
  return SOCKADDR_IN6_BYTES;
}

/** The interface index that a zone names: a number is the index itself. */
function zoneIndex(zone: string, action: string, lookup: InterfaceLookup | undefined): number {
  if (/^[0-9]+$/.test(zone)) {
    const index = Number(zone);
    checkInteger(index, 0, 0xffffffff, action, "the zone of address.hostname");
    return index;
  }
  if (lookup === undefined) {
    fail(action, `the zone ${JSON.stringify(zone)} of address.hostname is no interface index`);
  }
  return lookup.toIndex(zone);
}

function encodeUnix(target: Uint8Array, offset: number, fields: Fields, action: string): number {
  const { path, pathBytes } = fields;
  let bytes: Uint8Array;
  if (pathBytes !== undefined) {
    checkBytes(pathBytes, action, "address.pathBytes");
    bytes = pathBytes;
  } else {
    if (typeof path !== "string") fail(action, "address.path is not a string");
    bytes = ENCODER.encode(path);
  }
  const abstract = bytes.length > 0 && bytes[0] === 0;
  const room = abstract ? SUN_PATH_BYTES : SUN_PATH_BYTES - 1;
  if (bytes.length > room) {
    throw new RangeError(
      `Cannot ${action}: address.path is ${bytes.length} bytes long, ${room} are allowed`,
    );
  }
  if (!abstract && bytes.includes(0)) fail(action, "address.path holds a NUL");
  putFamily(target, offset, AF_UNIX);
  target.set(bytes, offset + 2);
  // An unnamed address is the family alone: bind(2) then picks an abstract name.
  if (bytes.length === 0) return 2;
  if (abstract) return 2 + bytes.length;
  target[offset + 2 + bytes.length] = 0;
  return 3 + bytes.length;
}

/** One to eight hexadecimal bytes: not every link layer has 48-bit addresses. */
const HARDWARE = /^[0-9a-f]{2}(?::[0-9a-f]{2}){0,7}$/i;

function hardwareBytes(text: unknown, action: string): Uint8Array {
  if (typeof text !== "string") fail(action, "address.hardwareAddress is not a string");
  if (HARDWARE.test(text)) {
    return Uint8Array.from(text.split(":"), (part) => parseInt(part, 16));
  }
  try {
    return parseMac(text);
  } catch {
    fail(action, "address.hardwareAddress is not one to eight hexadecimal bytes");
  }
}

function encodePacket(
  target: Uint8Array,
  offset: number,
  fields: Fields,
  action: string,
  lookup: InterfaceLookup | undefined,
): number {
  const { interface: name, interfaceIndex, etherType = 0, packetType } = fields;
  checkInteger(etherType, 0, 65535, action, "address.etherType");
  let index = 0;
  if (interfaceIndex !== undefined) {
    checkInteger(interfaceIndex, 0, 0x7fffffff, action, "address.interfaceIndex");
    index = interfaceIndex;
  } else if (typeof name !== "string") {
    fail(action, "address.interface is not a string");
  } else if (name !== "") {
    if (lookup === undefined) fail(action, "address.interfaceIndex is missing");
    index = lookup.toIndex(name);
  }
  const hardware = fields.hardwareAddress === undefined
    ? undefined
    : hardwareBytes(fields.hardwareAddress, action);
  target.fill(0, offset, offset + SOCKADDR_LL_BYTES);
  putFamily(target, offset, AF_PACKET);
  putU16(target, offset + 2, etherType);
  putHostU32(target, offset + 4, index);
  target[offset + 10] = Math.max(0, PACKET_TYPES.indexOf(packetType as "host"));
  if (hardware !== undefined) {
    target[offset + 11] = hardware.length;
    target.set(hardware, offset + SLL_ADDR);
  }
  return SOCKADDR_LL_BYTES;
}

function encodeOpaque(target: Uint8Array, offset: number, fields: Fields, action: string): number {
  const { familyNumber, data } = fields;
  checkInteger(familyNumber, 0, 65535, action, "address.familyNumber");
  checkBytes(data, action, "address.data");
  const room = SOCKADDR_STORAGE_BYTES - 2;
  if (data.length > room) {
    throw new RangeError(
      `Cannot ${action}: address.data is ${data.length} bytes long, ${room} are allowed`,
    );
  }
  putFamily(target, offset, familyNumber);
  target.set(data, offset + 2);
  return 2 + data.length;
}
