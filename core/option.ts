/**
 * Socket options as typed rows: level, name and codec.
 *
 * @module
 */

import { checkInteger, checkKeys } from "./arguments.ts";
import { checkBytes } from "./bytes.ts";

/** How an option's value is laid out in memory. */
export interface OptionCodec<T> {
  /** Bytes that getsockopt is given room for, 0 to 1 MiB. */
  readonly size: number;
  /** The bytes of `value`. Throws `TypeError` or `RangeError` if it does not fit. */
  encode(value: T): OptionBytes;
  /** The value of the bytes that the kernel returned. */
  decode(bytes: Uint8Array): T;
  /** Bytes that getsockopt reads before it answers (a filter's address list, say). */
  readonly query?: Uint8Array;
}

/** Encoded bytes; with `pointers` where a struct holds addresses of other memory. */
export type OptionBytes = Uint8Array<ArrayBuffer> | {
  /** The struct. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Memory whose address is written at `offset` before the call, and kept alive through it. */
  readonly pointers: readonly {
    readonly offset: number;
    readonly buffer: Uint8Array<ArrayBuffer>;
  }[];
};

/** One socket option. */
export interface SocketOption<T> {
  /** The kernel's name, `"SO_RCVBUF"`. */
  readonly name: string;
  /** The protocol level (SOL_*, IPPROTO_*). */
  readonly level: number;
  /** The option's number within its level. */
  readonly option: number;
  /** `rw`, or only readable, or only settable. */
  readonly access: "rw" | "ro" | "wo";
  /** How the value is laid out. */
  readonly codec: OptionCodec<T>;
}

/** More than any option has. */
export const MAX_OPTION_BYTES = 1 << 20;
const MAKE = "make a socket option";

/** Refuses what is no {@linkcode OptionCodec}. */
export function checkCodec(codec: unknown, action: string): asserts codec is OptionCodec<unknown> {
  if (codec === null || typeof codec !== "object") {
    throw new TypeError(`Cannot ${action}: codec is not an object`);
  }
  const { size, encode, decode, query } = codec as Partial<OptionCodec<unknown>>;
  checkInteger(size, 0, MAX_OPTION_BYTES, action, "codec.size");
  for (const [name, method] of [["encode", encode], ["decode", decode]] as const) {
    if (typeof method !== "function") {
      throw new TypeError(`Cannot ${action}: codec.${name} is not a function`);
    }
  }
  if (query !== undefined) checkBytes(query, action, "codec.query");
}

const ROW_KEYS = ["name", "level", "option", "access", "codec"];

/**
 * Refuses what is no row; what its codec makes of values is its own affair.
 *
 * @returns The row as it is now: what is read once cannot change between its check and the call.
 */
export function readRow<T>(
  option: SocketOption<T>,
  action: string,
  label: string,
): SocketOption<T> {
  if (option === null || typeof option !== "object") {
    throw new TypeError(`Cannot ${action}: ${label} is not a SocketOption`);
  }
  checkKeys(option, ROW_KEYS, action, label);
  const { name, level, option: number, access, codec } = option;
  if (typeof name !== "string") throw new TypeError(`Cannot ${action}: ${label}.name is no string`);
  checkInteger(level, 0, 0x7fffffff, action, `${label}.level`);
  checkInteger(number, 0, 0x7fffffff, action, `${label}.option`);
  if (access !== "rw" && access !== "ro" && access !== "wo") {
    throw new TypeError(`Cannot ${action}: ${label}.access is not "rw", "ro" or "wo"`);
  }
  checkCodec(codec, action);
  return { name, level, option: number, access, codec };
}

/**
 * An option that has no row yet.
 *
 * @example An option by its numbers
 * ```ts
 * import { socketOption } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * const SO_PRIORITY = socketOption<number>(1, 12, {
 *   size: 4,
 *   encode: (value) => new Uint8Array(new Int32Array([value]).buffer),
 *   decode: (bytes) => new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true),
 * });
 * assertEquals(SO_PRIORITY.option, 12);
 * ```
 *
 * @typeParam T The type of the value.
 * @param level The protocol level, 0 to 2^31 - 1 (SOL_SOCKET is 1).
 * @param option The option's number, 0 to 2^31 - 1.
 * @param codec The value's layout.
 * @returns The option, named `level/option`.
 * @throws {TypeError} If an argument is of the wrong type.
 * @throws {RangeError} If a number is out of range, the codec's size included (0 to 1 MiB).
 */
export function socketOption<T>(
  level: number,
  option: number,
  codec: OptionCodec<T>,
): SocketOption<T> {
  checkInteger(level, 0, 0x7fffffff, MAKE, "level");
  checkInteger(option, 0, 0x7fffffff, MAKE, "option");
  checkCodec(codec, MAKE);
  return { name: `${level}/${option}`, level, option, access: "rw", codec };
}
