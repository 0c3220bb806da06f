/**
 * How a codec takes part in a stack: `encode(...layers)` lays the whole packet out in one buffer
 * and lets each codec write its header in place, the innermost first, so that lengths and
 * checksums are those of what follows.
 *
 * Each codec file exports
 * - `XxxView.parse(bytes, start?, end?)`, strict, and `parsePartial` (same arguments) where the
 *   header states a length that a cut capture or an ICMP quote cannot keep; the `kind` of a view and
 *   of its value is the same string;
 * - `toValue()`, which leaves out what `write` fills in (lengths, checksums), so that a changed value
 *   encodes to a right packet;
 * - `measureXxx(value)` and `writeXxx(value, bytes, start, end, around)` for `encode()` (not public);
 * - `encodeXxx(value, payload?)`; a codec whose checksum covers a pseudo-header takes a third argument
 *   `sum?: number` (`addressSum()`, or the view's) and leaves the checksum 0 without it;
 * - a method `checksumOk()` of the view, with `(addressSum: number)` where a pseudo-header counts.
 *
 * @module
 */

import { EMPTY } from "./_bytes.ts";

/** What a header must know of the layers round it. */
export interface Surroundings {
  /**
   * The number by which this header names what follows it (EtherType, IP protocol …), for a value
   * that does not say. `undefined`: nothing known follows.
   */
  next?: number;
  /** The sum of the address words of the pseudo-header (`addressSum()`), if a network layer is known. */
  addressSum?: number;
}

/** The length in bytes that a value's header takes. */
export type Measure<V> = (value: V) => number;

/** Writes the header of `value` at `start`; the payload already lies from the header's end to `end`. */
export type Write<V> = (
  value: V,
  bytes: Uint8Array,
  start: number,
  end: number,
  around: Surroundings,
) => void;

/** The body of every `encodeXxx(value, payload)`. */
export function encodeWith<V>(
  measure: Measure<V>,
  write: Write<V>,
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
