/**
 * Checks of the memory that callers pass, and text to bytes.
 *
 * @module
 */

import type { Parameter } from "./arguments.ts";

export { checkInteger, checkKeys } from "./arguments.ts";

const ENCODER = new TextEncoder();

/** Bytes in memory that stays: see {@linkcode checkBytes}. */
export const bytes: Parameter<Uint8Array> = (value, action, name) => {
  checkBytes(value, action, name);
  return value;
};

/**
 * Refuses what is no plain view: other types, detached or resizable buffers, whose memory could go
 * away while the kernel holds it.
 *
 * @param bytes What the caller passed.
 * @param action What was to be done, for the message: `"send"`.
 * @param name The argument's name.
 * @throws {TypeError} If it is no Uint8Array, or its buffer is detached or resizable.
 */
export function checkBytes(
  bytes: unknown,
  action: string,
  name: string,
): asserts bytes is Uint8Array {
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(`Cannot ${action}: ${name} is not a Uint8Array`);
  }
  const buffer = bytes.buffer;
  if (buffer instanceof ArrayBuffer) {
    if (buffer.resizable) {
      throw new TypeError(`Cannot ${action}: ${name} views a resizable buffer`);
    }
    // A view of detached memory has no length: looked at first, since that costs less.
    if (bytes.length === 0 && buffer.detached) {
      throw new TypeError(`Cannot ${action}: ${name} views a detached buffer`);
    }
  } else if (buffer.growable) {
    throw new TypeError(`Cannot ${action}: ${name} views a growable buffer`);
  }
}

/** The error of memory that the caller has transferred away while a call waited. */
export function detached(action: string, name: string): TypeError {
  return new TypeError(`Cannot ${action}: ${name} was detached while waiting`);
}

/** Whether these are bytes that any call takes as they are: not empty, not shared, not resizable. */
export function isPlain(bytes: unknown): bytes is Uint8Array<ArrayBuffer> {
  if (!(bytes instanceof Uint8Array) || bytes.length === 0) return false;
  const buffer = bytes.buffer;
  return buffer instanceof ArrayBuffer && !buffer.resizable;
}

/** Whether the engine may hand this memory to Deno's own calls: shared memory must be copied. */
export function isShared(bytes: Uint8Array): boolean {
  return !(bytes.buffer instanceof ArrayBuffer);
}

/** The bytes of a text, or the bytes themselves. */
export function toBytes(data: Uint8Array | string): Uint8Array {
  return typeof data === "string" ? ENCODER.encode(data) : data;
}
