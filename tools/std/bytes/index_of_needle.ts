import * as std from "deno-std/index_of_needle";

/** First index of `needle` at or after `start`, or -1. */
export const indexOfNeedle: (source: Uint8Array, needle: Uint8Array, start?: number) => number =
  std.indexOfNeedle;
