/**
 * How a codec takes part in a stack: `encode(...layers)` lays the whole packet out in one buffer
 * and lets each codec write its header in place, the innermost first, so that lengths and
 * checksums are those of what follows.
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
