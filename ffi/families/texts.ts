/**
 * Text in the memory of an address: names that end with a NUL, and bytes of hardware.
 *
 * @module
 */
import { type Fields, refuse } from "./row.ts";

/** Writes printable ASCII of at most `room` characters, and not of none. */
export function putText(
  target: Uint8Array,
  offset: number,
  fields: Fields,
  key: string,
  room: number,
  action: string,
): void {
  const text = fields[key];
  if (typeof text !== "string") refuse(action, `address.${key} is not a string`);
  if (text === "") refuse(action, `address.${key} is empty`);
  if (text.length > room) {
    throw new RangeError(
      `Cannot ${action}: address.${key} is ${text.length} characters long, ${room} are allowed`,
    );
  }
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code <= 0x20 || code >= 0x7f) refuse(action, `address.${key} is not printable ASCII`);
    target[offset + i] = code;
  }
}

/** Reads what {@linkcode putText} writes. */
export function textAt(bytes: Uint8Array, offset: number, room: number): string {
  let text = "";
  for (let i = 0; i < room && bytes[offset + i] !== 0; i++) {
    text += String.fromCharCode(bytes[offset + i]);
  }
  return text;
}

/** Writes a hardware address of so many bytes. */
export function putHardware(
  target: Uint8Array,
  at: number,
  fields: Fields,
  key: string,
  count: number,
  action: string,
): void {
  const text = fields[key];
  const parts = typeof text === "string" ? text.split(":") : [];
  if (parts.length !== count || !parts.every((part) => /^[0-9a-f]{2}$/i.test(part))) {
    refuse(action, `address.${key} is not ${count} hexadecimal bytes with colons between them`);
  }
  for (let i = 0; i < count; i++) target[at + i] = parseInt(parts[i], 16);
}

/** Reads a hardware address. */
export function hardwareAt(bytes: Uint8Array, at: number, count: number): string {
  const part = (byte: number): string => byte.toString(16).padStart(2, "0");
  return Array.from(bytes.subarray(at, at + count), part).join(":");
}
