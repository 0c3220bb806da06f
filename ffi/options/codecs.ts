/**
 * How the values of socket options are laid out.
 *
 * A codec here is made from the option's name, so that what it refuses names the option. A value of
 * the wrong type is a `TypeError`, one of the right type out of range a `RangeError`; the command
 * line relies on that difference to tell what a text means.
 *
 * @module
 */

import { STRUCTS } from "../abi/layout.ts";
import type { OptionBytes, OptionCodec, SocketOption } from "../../core/option.ts";

/** Makes the codec of the option that has this name. */
export type CodecFor<T> = (name: string) => OptionCodec<T>;

/** Makes a row of the tables. */
export function row<T>(
  name: string,
  level: number,
  option: number,
  access: SocketOption<T>["access"],
  codec: CodecFor<T>,
): SocketOption<T> {
  return { name, level, option, access, codec: codec(name) };
}

/** The largest `int` of C. */
export const INT_MAX = 0x7fffffff;
/** The smallest `int` of C. */
export const INT_MIN = -0x80000000;
/** The largest `unsigned int` of C. */
export const UINT_MAX = 0xffffffff;

/** A value as part of a message. */
function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 60));
  if (typeof value === "object" && value !== null) return "an object";
  return String(value);
}

/** The error for a value of the wrong type. */
export function wrongType(name: string, value: unknown, wanted: string): TypeError {
  return new TypeError(`Cannot set ${name}: ${show(value)} is not ${wanted}`);
}

/** The error for a value out of range. */
export function outOfRange(name: string, value: unknown, wanted: string): RangeError {
  return new RangeError(`Cannot set ${name}: ${show(value)} is not ${wanted}`);
}

/** Refuses what is no integer between two bounds. */
export function checkInt(name: string, value: unknown, min: number, max: number): number {
  if (typeof value !== "number") {
    throw wrongType(name, value, `an integer of ${min} to ${max}`);
  }
  if (!Number.isInteger(value) || value < min || value > max) {
    throw outOfRange(name, value, `an integer of ${min} to ${max}`);
  }
  return value;
}

/** Refuses what is no object, and with `keys` one that has others: a misspelt one is not ignored. */
export function checkObject(
  name: string,
  value: unknown,
  wanted: string,
  keys?: readonly string[],
): void {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) {
    throw wrongType(name, value, wanted);
  }
  if (keys === undefined) return;
  for (const key of Object.keys(value)) {
    if (!keys.includes(key)) {
      throw new TypeError(`Cannot set ${name}: the value has an unknown key ${show(key)}`);
    }
  }
}

/** A view for reading integers; refuses an answer shorter than the option's struct. */
export function viewOf(name: string, bytes: Uint8Array, size: number): DataView {
  if (bytes.length < size) {
    throw new RangeError(`Cannot read ${name}: ${bytes.length} bytes came back instead of ${size}`);
  }
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Fresh memory for a struct, and a view for writing it. */
export function struct(size: number): { bytes: Uint8Array<ArrayBuffer>; view: DataView } {
  const bytes = new Uint8Array(size);
  return { bytes, view: new DataView(bytes.buffer) };
}

/** One `int`. Some options answer with a single byte; that is read too. */
function readInt(name: string, bytes: Uint8Array): number {
  return bytes.length === 1 ? bytes[0] : viewOf(name, bytes, 4).getInt32(0, true);
}

/** An `int` within bounds (default: any). */
export function int(min: number = INT_MIN, max: number = INT_MAX): CodecFor<number> {
  return (name) => ({
    size: 4,
    encode(value) {
      const { bytes, view } = struct(4);
      view.setInt32(0, checkInt(name, value, min, max), true);
      return bytes;
    },
    decode: (bytes) => readInt(name, bytes),
  });
}

/** An `unsigned int`. */
export const uint: CodecFor<number> = (name) => ({
  size: 4,
  encode(value) {
    const { bytes, view } = struct(4);
    view.setUint32(0, checkInt(name, value, 0, UINT_MAX), true);
    return bytes;
  },
  decode: (bytes) => readInt(name, bytes) >>> 0,
});

/** An `int` in network order, as the kernel wants interface numbers in some places. */
export const netInt: CodecFor<number> = (name) => ({
  size: 4,
  encode(value) {
    const { bytes, view } = struct(4);
    view.setInt32(0, checkInt(name, value, 0, INT_MAX));
    return bytes;
  },
  decode: (bytes) => viewOf(name, bytes, 4).getInt32(0),
});

/** An `unsigned long` (64 bits on the platforms here). */
export const uint64: CodecFor<bigint> = (name) => ({
  size: 8,
  encode(value) {
    const wanted = "a bigint of 0 to 2 ** 64 - 1";
    if (typeof value !== "bigint") throw wrongType(name, value, wanted);
    if (value < 0n || value >> 64n !== 0n) throw outOfRange(name, value, wanted);
    const { bytes, view } = struct(8);
    view.setBigUint64(0, value, true);
    return bytes;
  },
  decode: (bytes) => viewOf(name, bytes, 8).getBigUint64(0, true),
});

/** An `int` that means yes or no. */
export const bool: CodecFor<boolean> = (name) => ({
  size: 4,
  encode(value) {
    if (typeof value !== "boolean") throw wrongType(name, value, "a boolean");
    return Uint8Array.of(value ? 1 : 0, 0, 0, 0);
  },
  decode: (bytes) => readInt(name, bytes) !== 0,
});

/** An option that does something when set, and has no value. */
export const action: CodecFor<true> = (name) => ({
  size: 4,
  encode(value) {
    if (value !== true) throw wrongType(name, value, "true");
    return new Uint8Array(4);
  },
  decode: () => true,
});

/** An `int` of which each value has a name; the names in the order of their numbers, from 0. */
export function choice<const Names extends readonly string[]>(
  names: Names,
): CodecFor<Names[number]> {
  return (name) => ({
    size: 4,
    encode(value) {
      const wanted = `one of ${names.map((n) => JSON.stringify(n)).join(", ")}`;
      if (typeof value !== "string") throw wrongType(name, value, wanted);
      const index = names.indexOf(value);
      if (index < 0) throw outOfRange(name, value, wanted);
      return Uint8Array.of(index, 0, 0, 0);
    },
    decode(bytes) {
      const index = readInt(name, bytes);
      if (index >= 0 && index < names.length) return names[index];
      throw new RangeError(`Cannot read ${name}: the kernel says ${index}, which has no name here`);
    },
  });
}

/** Text without NUL of up to so many bytes in UTF-8. */
export function text(maxBytes: number): CodecFor<string> {
  return (name) => ({
    // The kernel answers with a terminating NUL, and some options need room for more than they fill.
    size: maxBytes + 1,
    encode(value) {
      const wanted = `text of at most ${maxBytes} bytes without NUL`;
      if (typeof value !== "string") throw wrongType(name, value, wanted);
      const bytes = new TextEncoder().encode(value);
      if (bytes.length > maxBytes || value.includes("\0")) throw outOfRange(name, value, wanted);
      const terminated = new Uint8Array(bytes.length + 1);
      terminated.set(bytes);
      return terminated;
    },
    decode(bytes) {
      const end = bytes.indexOf(0);
      return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
    },
  });
}

/** Bytes as they are, of certain lengths. */
export function raw(
  maxBytes: number,
  fits: (length: number) => boolean,
  wanted: string,
): CodecFor<Uint8Array> {
  return (name) => ({
    size: maxBytes,
    encode(value) {
      if (!(value instanceof Uint8Array)) throw wrongType(name, value, wanted);
      if (value.length > maxBytes || !fits(value.length)) {
        throw outOfRange(name, `${value.length} bytes`, wanted);
      }
      return Uint8Array.from(value);
    },
    decode: (bytes) => bytes.slice(),
  });
}

const { timeval: TIMEVAL } = STRUCTS;

/** A `struct timeval` as milliseconds. */
export const milliseconds: CodecFor<number> = (name) => ({
  size: TIMEVAL.size,
  encode(value) {
    const wanted = "a number of milliseconds of 0 to 2 ** 53 - 1";
    if (typeof value !== "number") throw wrongType(name, value, wanted);
    if (!(value >= 0 && value <= Number.MAX_SAFE_INTEGER)) throw outOfRange(name, value, wanted);
    const { bytes, view } = struct(TIMEVAL.size);
    const seconds = Math.floor(value / 1000);
    // Rounded up: a tiny time-out must not become 0, which means none at all.
    const micros = Math.min(Math.ceil((value - seconds * 1000) * 1000), 999_999);
    view.setBigInt64(TIMEVAL.tv_sec, BigInt(seconds), true);
    view.setBigInt64(TIMEVAL.tv_usec, BigInt(micros), true);
    return bytes;
  },
  decode(bytes) {
    const view = viewOf(name, bytes, TIMEVAL.size);
    const seconds = view.getBigInt64(TIMEVAL.tv_sec, true);
    return Number(seconds) * 1000 + Number(view.getBigInt64(TIMEVAL.tv_usec, true)) / 1000;
  },
});

/** A value that can only be read. */
export function readOnly<T>(
  size: number,
  decode: (bytes: Uint8Array, name: string) => T,
): CodecFor<T> {
  return (name) => ({
    size,
    encode(): OptionBytes {
      throw new TypeError(`Cannot set ${name}: it can only be read`);
    },
    decode: (bytes) => decode(bytes, name),
  });
}

/** A value that can only be set. */
export function writeOnly<T>(encode: (value: T, name: string) => OptionBytes): CodecFor<T> {
  return (name) => ({
    size: 0,
    encode: (value) => encode(value, name),
    decode(): T {
      throw new TypeError(`Cannot read ${name}: it can only be set`);
    },
  });
}
