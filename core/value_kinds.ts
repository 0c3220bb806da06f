/**
 * The kinds of fields that documented values have, by the table that all arguments are checked by
 * (`core/arguments.ts`). `tools/value_tables.ts` makes tables of them. What range a number has is known
 * to the codec, which checks that.
 *
 * A value may be the `key` of an argument, or of the element at an `index` of it: the whole name is put
 * together only for an error, since sound values are checked in less time than that takes.
 *
 * @module
 */

import * as argument from "./arguments.ts";
import { type Parameter, show } from "./arguments.ts";
import { boundBytes } from "./bytes.ts";

/** The check of a value whose type the table vouches for: it was made from that type. */
export type ValueCheck = Parameter<never>;

/** What a check makes of an object: what it has read of it, without the keys that were left out. */
export type Made = Record<string, unknown>;

/** The check of an argument, of its element, or of a key in it. */
export type Kind<T> = (
  value: unknown,
  action: string,
  name: string,
  index?: number,
  key?: string,
) => T;

/** The name of an argument, of its element, or of a key in it. */
export function place(name: string, index?: number, key?: string): string {
  const element = index === undefined ? name : `${name}[${index}]`;
  return key === undefined ? element : `${element}.${key}`;
}

/** A parameter that takes its name in parts; it is put together before, since few are of the kind. */
export function placed<T>(parameter: Parameter<T>): Kind<T> {
  return (value, action, name, index, key) => parameter(value, action, place(name, index, key));
}

/** Bytes in any memory that is there. */
export const bytes: Kind<Uint8Array> = placed(boundBytes);

/** `true` or `false`. */
export const boolean: Kind<boolean> = (value, action, name, index, key) =>
  typeof value === "boolean" ? value : argument.boolean(value, action, place(name, index, key));

/** Any integer: the codec knows the range. */
export const number: Kind<number> = (value, action, name, index, key) => {
  if (Number.isInteger(value)) return value as number;
  const where = place(name, index, key);
  if (typeof value === "number") {
    throw new RangeError(`Cannot ${action}: ${where} of ${value} is not an integer`);
  }
  throw new TypeError(`Cannot ${action}: ${where} ${show(value)} is not a number`);
};

/** Any big integer; the codec knows the range. */
export const bigint: Kind<bigint> = (value, action, name, index, key) => {
  if (typeof value === "bigint") return value;
  throw new TypeError(
    `Cannot ${action}: ${place(name, index, key)} ${show(value)} is not a bigint`,
  );
};

/** Any text: the codec knows its form. */
export const string: Kind<string> = (value, action, name, index, key) => {
  if (typeof value === "string") return value;
  throw new TypeError(
    `Cannot ${action}: ${place(name, index, key)} ${show(value)} is not a string`,
  );
};

/** As in `core/arguments.ts`. */
export function oneOf<const T extends string | number | boolean>(...values: readonly T[]): Kind<T> {
  const other = argument.oneOf(...values);
  return (value, action, name, index, key) =>
    values.includes(value as T) ? value as T : other(value, action, place(name, index, key));
}

/** A text, number or boolean that is the only one that may stand there. */
export function only<T extends string | number | boolean>(
  other: T,
  value: unknown,
  action: string,
  name: string,
  index: number | undefined,
  key: string,
): T {
  return value === other ? other : argument.oneOf(other)(value, action, place(name, index, key));
}

/** As in `core/arguments.ts`. */
export function numberOr<T>(other: Kind<T>): Kind<number | T> {
  return (value, action, name, index, key) =>
    typeof value === "number" ? value : other(value, action, name, index, key);
}

/** As in `core/arguments.ts`. */
export function tuple(...elements: readonly Parameter<unknown>[]): Kind<readonly unknown[]> {
  return placed(argument.tuple(...elements));
}

/** As in `core/arguments.ts`. */
export function list<T>(element: Parameter<T>): Kind<readonly T[]> {
  return placed(argument.list(element));
}

/** As `list`, of objects that a table checks. */
export function each(
  check: (value: unknown, action: string, name: string, index: number) => Made,
): Kind<readonly Made[]> {
  return (value, action, name, index, key) => {
    const own = place(name, index, key);
    if (!Array.isArray(value)) throw new TypeError(`Cannot ${action}: ${own} is not an array`);
    const taken: Made[] = [];
    for (let i = 0; i < value.length; i++) taken.push(check(value[i], action, own, i));
    return taken;
  };
}

/** Refuses what is no object. */
export function objectAt(value: unknown, action: string, name: string, index?: number): Made {
  if (value !== null && typeof value === "object" && !Array.isArray(value)) return value as Made;
  throw new TypeError(`Cannot ${action}: ${place(name, index)} is not an object`);
}

/** Refuses a key that means nothing, unless the object only inherits it. */
export function checkInherited(
  given: Made,
  key: string,
  action: string,
  name: string,
  index: number | undefined,
): void {
  if (!Object.hasOwn(given, key)) return;
  throw new TypeError(`Cannot ${action}: ${place(name, index)} has an unknown key "${key}"`);
}
