/**
 * The kinds of words that changes have, beside those that all values have.
 *
 * @module
 */
import { type Parameter, show } from "../core/arguments.ts";
import { namespacePath } from "./namespace.ts";
import type { Namespace } from "./namespace.ts";

export * from "../core/value_kinds.ts";

/** Any of several kinds. */
export function anyOf(...kinds: readonly Parameter<unknown>[]): Parameter<unknown> {
  return (value, action, name) => {
    for (const kind of kinds) {
      try {
        return kind(value, action, name);
      } catch (error) {
        if (!(error instanceof TypeError) && !(error instanceof RangeError)) throw error;
      }
    }
    throw new TypeError(`Cannot ${action}: ${name} ${show(value)} is of no kind that fits`);
  };
}

/** `null`, for none. */
export const nothing: Parameter<null> = (value, action, name) => {
  if (value === null) return null;
  throw new TypeError(`Cannot ${action}: ${name} ${show(value)} is not null`);
};

/** An object of any words: which there are, its kind says. */
export const record: Parameter<Record<string, unknown>> = (value, action, name) => {
  if (value !== null && typeof value === "object" && !Array.isArray(value)) return { ...value };
  throw new TypeError(`Cannot ${action}: ${name} is not an object`);
};

/** A namespace; who opens it asks for the permission. */
export const namespace: Parameter<Namespace> = (value, action, name) => {
  namespacePath(value, action, name);
  return value as Namespace;
};
