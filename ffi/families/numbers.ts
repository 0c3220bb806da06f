/**
 * Structures of an address that are numbers in the host's order and little else: which key stands
 * where.
 *
 * @module
 */
import { checkInteger } from "../../core/arguments.ts";
import type { Fields } from "./row.ts";

/** A number: its key, its offset, how many bytes it has, and what it is by default, if anything. */
export type NumberField = readonly [key: string, at: number, bytes: 1 | 2 | 4, otherwise?: number];

/** Checks the numbers of an address, and writes them. */
export function putNumbers(
  target: Uint8Array,
  offset: number,
  fields: Fields,
  numbers: readonly NumberField[],
  action: string,
): void {
  for (const [key, at, bytes, otherwise] of numbers) {
    const value = fields[key] ?? otherwise;
    checkInteger(value, 0, 2 ** (8 * bytes) - 1, action, `address.${key}`);
    putNumber(target, offset + at, value, bytes);
  }
}

/** Writes a number. */
export function putNumber(target: Uint8Array, at: number, value: number, bytes: 1 | 2 | 4): void {
  for (let i = 0; i < bytes; i++) target[at + i] = value >>> 8 * i;
}

/** Reads a number. */
export function numberAt(bytes: Uint8Array, at: number, count: 1 | 2 | 4): number {
  let value = 0;
  for (let i = count - 1; i >= 0; i--) value = value << 8 | bytes[at + i];
  return value >>> 0;
}

/** Reads the numbers of an address; those that are what they are by default are left out. */
export function numbersAt(
  bytes: Uint8Array,
  offset: number,
  numbers: readonly NumberField[],
): Record<string, number> {
  const told: Record<string, number> = {};
  for (const [key, at, count, otherwise] of numbers) {
    const value = numberAt(bytes, offset + at, count);
    if (value !== otherwise) told[key] = value;
  }
  return told;
}
