/**
 * What sockets and endpoints look like when Deno prints them.
 *
 * @module
 */

/** What Deno calls instead of printing an object's fields. */
const CUSTOM_INSPECT = Symbol.for("Deno.customInspect");

type Inspect = (value: unknown, options: unknown) => string;

/**
 * Has all objects of a class printed as `Name { … }`, with what `show` says of them.
 *
 * @typeParam T The class.
 * @param prototype Its prototype.
 * @param show What is to be seen.
 * @param nameOf The name; by default that of the class.
 */
export function showAs<T extends object>(
  prototype: T,
  show: (object: T) => Readonly<Record<string, unknown>>,
  nameOf: (object: T) => string = (object) => object.constructor.name,
): void {
  Object.defineProperty(prototype, CUSTOM_INSPECT, {
    value(this: T, inspect: Inspect, options: unknown): string {
      // The prototype itself has no socket.
      if (this === prototype) return nameOf(this);
      return `${nameOf(this)} ${inspect(show(this), options)}`;
    },
  });
}
