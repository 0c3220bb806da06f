/**
 * Addresses to the kernel's bytes (`struct sockaddr_*`), back, and to text: by the row of their
 * family.
 *
 * @module
 */
import type { Address, AddressInput } from "../../core/address.ts";
import { STRUCTS } from "../abi/layout.ts";
import { AF_UNSPEC } from "../abi/socket_constants.ts";
import { familyAt } from "./bytes.ts";
import { OTHER } from "./other.ts";
import { type FamilyRow, type Fields, type InterfaceLookup, refuse } from "./row.ts";
import { FAMILIES, rowNamed, rowOf } from "./table.ts";

/** Room for any address: `sizeof(struct sockaddr_storage)` (bits/socket.h). */
export const SOCKADDR_STORAGE_BYTES: number = STRUCTS.sockaddr_storage.size;

/** An address is encoded here before it is known how long it is. */
const ROOM = new Uint8Array(SOCKADDR_STORAGE_BYTES);

/** The row of an address: it says which, or its keys tell. */
function rowFor(fields: Fields, action: string): FamilyRow {
  const { family } = fields;
  if (family !== undefined) {
    const row = rowNamed(family);
    if (row !== undefined) return row;
    if (typeof family !== "string") refuse(action, "address.family is not a string");
    refuse(action, `address.family ${JSON.stringify(family)} has no codec`);
  }
  for (const row of FAMILIES) if (row.recognises?.(fields)) return row;
  const { hostname } = fields;
  if (hostname !== undefined && typeof hostname !== "string") {
    refuse(action, "address.hostname is not a string");
  }
  refuse(action, "address has no family, and no other key that tells it");
}

function checkAddressKeys(fields: Fields, row: FamilyRow, action: string): void {
  const { keys } = row;
  const first = keys[0];
  const second = keys[1];
  for (const key in fields) {
    // Most have these alone: texts that the engine has once are told apart without a call.
    if (key === first || key === second || key === "family") continue;
    if (keys.includes(key) || !Object.hasOwn(fields, key)) continue;
    refuse(action, `address.${key} is unknown in the family "${row.name}"`);
  }
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
 * @throws {TypeError} If a field is missing, unknown, of the wrong type or malformed.
 * @throws {RangeError} If a number is out of range, the path too long or the room too small.
 */
export function encodeSockaddrInto(
  target: Uint8Array,
  offset: number,
  address: AddressInput<Address>,
  action: string,
  lookup?: InterfaceLookup,
): number {
  if (address === null || typeof address !== "object") refuse(action, "address is not an object");
  if (offset + SOCKADDR_STORAGE_BYTES > target.length) {
    throw new RangeError(`Cannot ${action}: no room for an address at ${offset}`);
  }
  const fields = address as unknown as Fields;
  const row = rowFor(fields, action);
  checkAddressKeys(fields, row, action);
  return row.encode(target, offset, fields, action, lookup);
}

/**
 * Encodes an address into memory of its own. See {@linkcode encodeSockaddrInto}.
 *
 * @param address The address.
 * @param action What it is for, for the messages: `"connect"`.
 * @param lookup Resolves interface names; without it they are refused.
 * @returns The bytes, of exactly the length to pass to the kernel.
 * @throws {TypeError} If a field is missing, unknown, of the wrong type or malformed.
 * @throws {RangeError} If a number is out of range or the path too long.
 */
export function encodeSockaddr(
  address: AddressInput<Address>,
  action: string,
  lookup?: InterfaceLookup,
): Uint8Array<ArrayBuffer> {
  return ROOM.slice(0, encodeSockaddrInto(ROOM, 0, address, action, lookup));
}

/**
 * Decodes an address as the kernel wrote it. Nothing makes it throw or read outside: a structure
 * too short for its family comes back as opaque bytes.
 *
 * @param bytes The memory.
 * @param length The length that the kernel told, which may exceed what it had room for.
 * @param lookup Names interfaces in packet addresses; without it their `interface` is empty.
 * @param offset Where the address begins (default 0).
 * @param protocol The socket's protocol, where it is known.
 * @returns The address; family `"other"` with number 0 if there is none.
 */
export function decodeSockaddr(
  bytes: Uint8Array,
  length: number,
  lookup?: InterfaceLookup,
  offset: number = 0,
  protocol?: number,
): Address {
  const size = Math.max(0, Math.min(length, bytes.length - offset, SOCKADDR_STORAGE_BYTES));
  const number = size < 2 ? AF_UNSPEC : familyAt(bytes, offset);
  return rowOf(number).decode(bytes, offset, size, lookup, protocol) ??
    OTHER.decode(bytes, offset, size, lookup)!;
}

/** An address as text, for errors. */
export function addressText(address: Address): string {
  return rowNamed(address.family)!.text(address);
}
