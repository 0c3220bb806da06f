/**
 * Big-endian reads and writes, and the refusal of bytes that are too short.
 *
 * Plain shifts over a `Uint8Array`: a `DataView` would be one more object for each packet.
 *
 * @module
 */

import { show } from "../core/arguments.ts";

/** The bytes of "nothing". */
export const EMPTY: Uint8Array = new Uint8Array(0);

/** Reads 16 bits. */
export function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 8) | bytes[at + 1];
}

/** Reads 24 bits. */
export function u24(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 16) | (bytes[at + 1] << 8) | bytes[at + 2];
}

/** Reads 32 bits, unsigned. */
export function u32(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}

/** Writes 16 bits. */
export function setU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

/** Writes 24 bits. */
export function setU24(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 16;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value;
}

/** Writes 32 bits. */
export function setU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

/**
 * Refuses bytes `start` to `end` unless they lie inside `bytes` and hold `needed` bytes or more: the one
 * check of every range that comes from outside. `verb` and `what` say what cannot be done.
 */
export function checkSpan(
  what: string,
  bytes: Uint8Array,
  start: number,
  end: number,
  needed: number,
  verb = "decode",
): void {
  // One comparison chain on the hot path; `| 0` refuses fractions, NaN and what is above 2^31, and
  // takes no big integers.
  if (
    !(bytes instanceof Uint8Array) || typeof start !== "number" || typeof end !== "number" ||
    (start | 0) !== start || (end | 0) !== end || start < 0 ||
    end > bytes.length || end - start < needed
  ) {
    throw spanError(`Cannot ${verb} ${what}`, bytes, start, end, needed);
  }
}

function spanError(
  cannot: string,
  bytes: unknown,
  start: number,
  end: number,
  needed: number,
): Error {
  if (!(bytes instanceof Uint8Array)) {
    return new TypeError(`${cannot}: bytes are not a Uint8Array`);
  }
  if (!Number.isInteger(start) || start < 0 || start > bytes.length) {
    return new RangeError(
      `${cannot}: start of ${show(start)} is outside the ${bytes.length} bytes`,
    );
  }
  if (!Number.isInteger(end) || end < start || end > bytes.length) {
    return new RangeError(`${cannot}: end of ${show(end)} is outside the ${bytes.length} bytes`);
  }
  return new RangeError(`${cannot}: length of ${end - start} is below ${needed}`);
}

/** The error of a header that cannot be decoded; `reason` names the field. */
export function bad(what: string, reason: string): RangeError {
  return new RangeError(`Cannot decode ${what}: ${reason}`);
}

/**
 * Refuses a field that does not fit its bits, with the name of the field. `value` is returned so
 * that a writer can check and write in one expression.
 */
export function fit(what: string, field: string, value: number, max: number): number {
  return checkNumber("encode", what, field, value, max);
}

/** Refuses a number that is no integer from 0 to `max`; returns it. */
export function checkNumber(
  verb: string,
  what: string,
  field: string,
  value: number,
  max: number,
): number {
  if (!Number.isInteger(value) || value < 0 || value > max) {
    throw new RangeError(
      `Cannot ${verb} ${what}: ${field} of ${show(value)} is outside 0 to ${max}`,
    );
  }
  return value;
}

/** The error of a value that cannot be encoded; `reason` names the field. */
export function unfit(what: string, reason: string): RangeError {
  return new RangeError(`Cannot encode ${what}: ${reason}`);
}
