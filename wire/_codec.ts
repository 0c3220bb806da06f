/**
 * How a codec file is made. It exports
 * - `XxxView.parse(bytes, start?, end?)`, strict, and `parsePartial` (same arguments) where the
 *   header states a length that a cut capture or an ICMP quote cannot keep; the `kind` of a view and
 *   of its value is the same string;
 * - `toValue()`, which leaves out what `write` fills in (lengths, checksums), so that a changed value
 *   encodes to a right packet;
 * - `encodeXxx(value, payload?)`; a codec whose checksum covers a pseudo-header takes a third argument
 *   `sum?: number` (`addressSum()`, or the view's) and leaves the checksum 0 without it;
 * - a method `checksumOk()` of the view, with `(addressSum: number)` where a pseudo-header counts;
 * - `xxxLayer`, its row: `encode(...layers)` lays the whole packet out in one buffer and lets each row
 *   write its header in place, the innermost first, so that lengths and checksums are those of what
 *   follows.
 *
 * @module
 */

import { EMPTY } from "./_bytes.ts";
import type { Surroundings } from "./layer_row.ts";

/** The body of every `encodeXxx(value, payload)`. */
export function encodeWith<V>(
  measure: (value: V) => number,
  write: (value: V, bytes: Uint8Array, start: number, end: number, around: Surroundings) => void,
  value: V,
  payload: Uint8Array = EMPTY,
  around: Surroundings = {},
): Uint8Array {
  const length = measure(value);
  const bytes = new Uint8Array(length + payload.length);
  bytes.set(payload, length);
  write(value, bytes, 0, bytes.length, around);
  return bytes;
}
