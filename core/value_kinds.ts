/**
 * The kinds of fields that documented values have, by the table that all arguments are checked by
 * (`core/arguments.ts`). `tools/value_tables.ts` makes tables of them. What range a number has is known
 * to the codec, which checks that.
 *
 * @module
 */

import { object as objectOf, type Parameter, show, variant as variantOf } from "./arguments.ts";
import { boundBytes } from "./bytes.ts";

export { boolean, list, numberOr, oneOf, optional, tuple } from "./arguments.ts";

/** The check of a value whose type the table vouches for: it was made from that type. */
export type ValueCheck = Parameter<never>;

/** Bytes in any memory that is there. */
export const bytes: Parameter<Uint8Array> = boundBytes;

/** Any integer: the codec knows the range. */
export const number: Parameter<number> = (value, action, name) => {
  if (typeof value !== "number") {
    throw new TypeError(`Cannot ${action}: ${name} ${show(value)} is not a number`);
  }
  if (Number.isInteger(value)) return value;
  throw new RangeError(`Cannot ${action}: ${name} of ${value} is not an integer`);
};

/** Any big integer; the codec knows the range. */
export const bigint: Parameter<bigint> = (value, action, name) => {
  if (typeof value === "bigint") return value;
  throw new TypeError(`Cannot ${action}: ${name} ${show(value)} is not a bigint`);
};

/** Any text: the codec knows its form. */
export const string: Parameter<string> = (value, action, name) => {
  if (typeof value === "string") return value;
  throw new TypeError(`Cannot ${action}: ${name} ${show(value)} is not a string`);
};

/** As in `core/arguments.ts`. */
export function object(shape: Readonly<Record<string, Parameter<unknown>>>): ValueCheck {
  return objectOf(shape) as ValueCheck;
}

/** What has itself inside. */
export function later(check: () => ValueCheck): ValueCheck {
  return ((value, action, name) => check()(value, action, name)) as ValueCheck;
}

/** As in `core/arguments.ts`. */
export function variant(
  key: string,
  rows: readonly (readonly [texts: readonly string[], check: ValueCheck])[],
  other?: ValueCheck,
): ValueCheck {
  return variantOf(key, rows, other);
}
