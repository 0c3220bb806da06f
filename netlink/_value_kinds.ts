/**
 * The kinds of words that changes have, beside those that all values have.
 *
 * @module
 */
import { show } from "../core/arguments.ts";
import { type Kind, place, placed } from "../core/value_kinds.ts";
import { namespacePath } from "./namespace.ts";
import type { Namespace } from "./namespace.ts";

export * from "../core/value_kinds.ts";

/** Any of several kinds. */
export function anyOf(...kinds: readonly Kind<unknown>[]): Kind<unknown> {
  return (value, action, name, index, key) => {
    for (const kind of kinds) {
      try {
        return kind(value, action, name, index, key);
      } catch (error) {
        if (!(error instanceof TypeError) && !(error instanceof RangeError)) throw error;
      }
    }
    const own = place(name, index, key);
    throw new TypeError(`Cannot ${action}: ${own} ${show(value)} is of no kind that fits`);
  };
}

/** `null`, for none. */
export const nothing: Kind<null> = (value, action, name, index, key) => {
  if (value === null) return null;
  throw new TypeError(`Cannot ${action}: ${place(name, index, key)} ${show(value)} is not null`);
};

/** An object of any words: which there are, its kind says. */
export const record: Kind<Record<string, unknown>> = (value, action, name, index, key) => {
  if (value !== null && typeof value === "object" && !Array.isArray(value)) return { ...value };
  throw new TypeError(`Cannot ${action}: ${place(name, index, key)} is not an object`);
};

/** A namespace; who opens it asks for the permission. */
export const namespace: Kind<Namespace> = placed((value, action, name) => {
  namespacePath(value, action, name);
  return value as Namespace;
});
