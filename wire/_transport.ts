/**
 * What the protocols share whose checksum begins with a pseudo-header.
 *
 * @module
 */

import { fit, setU16 } from "./_bytes.ts";
import type { Surroundings } from "./layer_row.ts";
import { checksum, withPseudoTail, writtenChecksum } from "./checksum.ts";

/** Whether the checksum over a whole layer and its pseudo-header is right. */
export function isTransportChecksumOk(
  bytes: Uint8Array,
  start: number,
  end: number,
  protocol: number,
  sum: number,
): boolean {
  return checksum(bytes, start, end, withPseudoTail(sum, protocol, end - start)) === 0;
}

/** Where and over what a checksum is to be made. */
export interface ChecksumSpan {
  /** Index of the checksum field. */
  at: number;
  /** Index of the first byte that it covers. */
  start: number;
  /** Index after the last byte that it covers. */
  coveredEnd: number;
  /** Index after the last byte of the layer, whose length is in the pseudo-header. */
  end: number;
  /** IP protocol number. */
  protocol: number;
  /** What is written in place of 0: all ones, where 0 means that there is no checksum. */
  zero: number;
}

/** Writes the checksum that the value has, or the right one, or 0 where no addresses are known. */
export function writeTransportChecksum(
  what: string,
  given: number | undefined,
  bytes: Uint8Array,
  span: ChecksumSpan,
  around: Surroundings,
): void {
  setU16(bytes, span.at, 0);
  let sum = given ?? 0;
  if (given === undefined && around.addressSum !== undefined) {
    const initial = withPseudoTail(around.addressSum, span.protocol, span.end - span.start);
    sum = writtenChecksum(bytes, span.start, span.coveredEnd, initial) || span.zero;
  }
  setU16(bytes, span.at, fit(what, "checksum", sum, 0xffff));
}
