/**
 * Reserved bits and padding: what a codec gives no name to, so that a value still makes the same bytes.
 *
 * @module
 */

import { unfit } from "./_bytes.ts";
import type { Surroundings } from "./layer_row.ts";
import type { HeaderView } from "./view.ts";

/** A value that keeps what stands in reserved places. */
export interface WithReserved {
  /**
   * Reserved bits and padding that are not 0: bits that are added to those of the header, from its
   * first byte on; default none.
   */
  reserved?: Uint8Array;
}

/** A value with what its own encoding would leave out of the header of `view`. */
export function keepReserved<V extends WithReserved & { checksum?: number }>(
  view: HeaderView,
  value: V,
  measure: (value: V) => number,
  write: (value: V, bytes: Uint8Array, start: number, end: number, around: Surroundings) => void,
  checksumAt: number,
  checksumLength = 2,
): V {
  const length = measure(value);
  // A list of entries that are longer than ours cannot be kept.
  if (length !== view.headerLength) return value;
  const bytes = new Uint8Array(length);
  write({ ...value, checksum: 0 }, bytes, 0, length, {});
  let last = 0;
  for (let i = 0; i < length; i++) {
    const isChecksum = i >= checksumAt && i < checksumAt + checksumLength;
    bytes[i] = isChecksum ? 0 : bytes[i] ^ view.bytes[view.start + i];
    if (bytes[i] !== 0) last = i + 1;
  }
  return last === 0 ? value : { ...value, reserved: bytes.slice(0, last) };
}

/** Adds the reserved bits to a header of `length` bytes at `start`; before its checksum is made. */
export function writeReserved(
  what: string,
  value: WithReserved,
  bytes: Uint8Array,
  start: number,
  length: number,
): void {
  const { reserved } = value;
  if (reserved === undefined) return;
  if (!(reserved instanceof Uint8Array) || reserved.length > length) {
    throw unfit(what, `reserved is not of up to ${length} bytes`);
  }
  for (let i = 0; i < reserved.length; i++) bytes[start + i] ^= reserved[i];
}
