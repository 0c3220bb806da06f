/**
 * Random numbers, bytes, addresses and names.
 */

import fc from "fast-check";
import { formatIpv4, formatIpv6 } from "../../core/ip/text.ts";
import { formatMac } from "../../core/ip/mac.ts";

/** Any number of so many bits. */
export function bits(count: number): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: 2 ** count - 1 });
}

/** Bytes of a length between two bounds. */
export function bytes(minLength: number, maxLength: number): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength, maxLength }).map((array) => new Uint8Array(array));
}

/** Bytes of a length that is `base` and a multiple of `unit`. */
export function units(base: number, unit: number, most: number): fc.Arbitrary<Uint8Array> {
  return fc.integer({ min: 0, max: most }).chain((count) =>
    bytes(base + count * unit, base + count * unit)
  );
}

/** A literal. */
export function kind<K extends string>(name: K): fc.Arbitrary<K> {
  return fc.constant(name);
}

export const mac: fc.Arbitrary<string> = bytes(6, 6).map((six) => formatMac(six));
export const ip4: fc.Arbitrary<string> = bytes(4, 4).map((four) => formatIpv4(four));
export const ip6: fc.Arbitrary<string> = fc
  .array(fc.oneof(fc.constant(0), bits(16)), { minLength: 8, maxLength: 8 })
  .map((words) => formatIpv6(Uint8Array.from(words.flatMap((word) => [word >> 8, word & 255]))));

/** A value of which some keys may be missing. */
export function maybe<T>(
  needed: Record<string, fc.Arbitrary<unknown>>,
  optional: Record<string, fc.Arbitrary<unknown>>,
): fc.Arbitrary<T> {
  return fc.record({ ...needed, ...optional }, { requiredKeys: Object.keys(needed) }) as never;
}

/** Part of a name, and a name. */
export const label: fc.Arbitrary<string> = fc.stringMatching(/^[a-z0-9_-]{1,12}$/);
export const domain: fc.Arbitrary<string> = fc.array(label, { minLength: 1, maxLength: 4 }).map((
  labels,
) => labels.join("."));
