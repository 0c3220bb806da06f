import * as std from "deno-std/equals";

/** True when both hold the same bytes. */
export const equals: (a: Uint8Array, b: Uint8Array) => boolean = std.equals;
