/**
 * The chain of options that the headers of IPv4 (RFC 791, section 3.1) and TCP (RFC 9293, section 3.1)
 * share: two kinds of a single byte, and others whose second byte is the length of the whole option.
 *
 * @module
 */

import { bad } from "./_bytes.ts";

/** The two kinds that have no length. */
export const BARE_OPTION = { END: 0, NOP: 1 };

/** What is wrong with the chain from `start` to `end`, or `undefined`. */
export function optionChainError(
  what: string,
  bytes: Uint8Array,
  start: number,
  end: number,
): RangeError | undefined {
  for (let at = start; at < end;) {
    const type = bytes[at];
    if (type === BARE_OPTION.END) return undefined;
    if (type === BARE_OPTION.NOP) {
      at++;
      continue;
    }
    if (at + 1 >= end) return bad(what, `option ${type} has no length`);
    const length = bytes[at + 1];
    if (length < 2) return bad(what, `option ${type} has a length of ${length}, below 2`);
    if (at + length > end) {
      return bad(
        what,
        `option ${type} has a length of ${length}, above the ${end - at} bytes left`,
      );
    }
    at += length;
  }
  return undefined;
}

/**
 * Reads a chain up to its end, or to the first option that {@linkcode optionChainError} complains of;
 * `readOption` gets the options that have a length, with it.
 */
export function readOptionChain<O>(
  bytes: Uint8Array,
  start: number,
  end: number,
  readOption: (bytes: Uint8Array, at: number, type: number, length: number) => O,
): (O | { kind: "nop" } | { kind: "end"; padding: Uint8Array })[] {
  const options: (O | { kind: "nop" } | { kind: "end"; padding: Uint8Array })[] = [];
  for (let at = start; at < end;) {
    const type = bytes[at];
    if (type === BARE_OPTION.END) {
      const padding = bytes.slice(at + 1, end);
      // Up to three zeros are what a writer adds to reach a multiple of four: no news.
      if (end - at > 3 || padding.some((byte) => byte !== 0)) {
        options.push({ kind: "end", padding });
      }
      return options;
    }
    if (type === BARE_OPTION.NOP) {
      options.push({ kind: "nop" });
      at++;
    } else {
      const length = at + 1 < end ? bytes[at + 1] : 0;
      if (length < 2 || length > end - at) return options;
      options.push(readOption(bytes, at, type, length));
      at += length;
    }
  }
  return options;
}
