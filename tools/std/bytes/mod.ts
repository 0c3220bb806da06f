// Types of the @std/bytes functions used here, over the copy of std that npm carries.
import * as std from "deno-std/bytes";

/** Joins the given arrays. */
export const concat: (buffers: readonly Uint8Array[]) => Uint8Array<ArrayBuffer> = std.concat;
/** True when both hold the same bytes. */
export const equals: (a: Uint8Array, b: Uint8Array) => boolean = std.equals;
/** First index of `needle` at or after `start`, or -1. */
export const indexOfNeedle: (source: Uint8Array, needle: Uint8Array, start?: number) => number =
  std.indexOfNeedle;
/** Copies `src` into `dst` at `offset`; returns the number of bytes copied. */
export const copy: (src: Uint8Array, dst: Uint8Array, offset?: number) => number = std.copy;
/** True when `source` starts with `prefix`. */
export const startsWith: (source: Uint8Array, prefix: Uint8Array) => boolean = std.startsWith;
