/**
 * The one table that arguments are checked by: a parameter is declared as data (its kind, its range,
 * its keys), and what a caller passes is checked against it before any system call.
 *
 * A check reads each property once and hands back what it read, so that a getter or a proxy cannot
 * say one thing to the check and another to the call.
 *
 * @module
 */

/**
 * One parameter: refuses what does not fit, and returns the value to go on with.
 *
 * @typeParam T What the value is after the check.
 */
export type Parameter<T> = (value: unknown, action: string, name: string) => T;

/** The parameters of an object, by key. */
export type Shape = Readonly<Record<string, Parameter<unknown>>>;

/** What an object of a shape is after its check. */
export type Checked<S extends Shape> = {
  readonly [K in keyof S]: S[K] extends Parameter<infer T> ? T : never;
};

/** The name of an argument whose keys are options: they are named without it. */
const OPTIONS = "options";

/**
 * An integer in a range. Negative zero is none: foreign calls refuse it.
 *
 * @param low The least value allowed.
 * @param high The greatest value allowed.
 */
export function integer(low: number, high: number): Parameter<number> {
  return (value, action, name) => {
    checkInteger(value, low, high, action, name);
    return value;
  };
}

/** A number of at least `low`, Infinity included, NaN not. */
export function atLeast(low: number): Parameter<number> {
  return (value, action, name) => {
    if (typeof value !== "number") throw new TypeError(`Cannot ${action}: ${name} is not a number`);
    if (!(value >= low)) {
      throw new RangeError(`Cannot ${action}: ${name} ${value} is not ${low} or more`);
    }
    return value;
  };
}

/** `true` or `false`, and nothing that only counts as one of them. */
export const boolean: Parameter<boolean> = (value, action, name) => {
  if (typeof value === "boolean") return value;
  throw new TypeError(`Cannot ${action}: ${name} is not a boolean`);
};

/** A text, without NULs, which no C library takes; `empty` says whether it may be empty. */
export function text(empty: "empty" | "some" = "some"): Parameter<string> {
  return (value, action, name) => {
    if (typeof value !== "string") throw new TypeError(`Cannot ${action}: ${name} is not a string`);
    if (value === "" && empty !== "empty") {
      throw new TypeError(`Cannot ${action}: ${name} is empty`);
    }
    if (value.includes("\0")) throw new TypeError(`Cannot ${action}: ${name} holds a NUL`);
    return value;
  };
}

/**
 * A function that is called back.
 *
 * @typeParam F Its type, which nothing can check.
 */
export function callback<F>(): Parameter<F> {
  return (value, action, name) => {
    if (typeof value === "function") return value as F;
    throw new TypeError(`Cannot ${action}: ${name} is not a function`);
  };
}

/** An AbortSignal. */
export const signal: Parameter<AbortSignal> = (value, action, name) => {
  if (value instanceof AbortSignal) return value;
  throw new TypeError(`Cannot ${action}: ${name} is not an AbortSignal`);
};

/** One of a few texts, numbers or booleans. */
export function oneOf<const T extends string | number | boolean>(
  ...values: readonly T[]
): Parameter<T> {
  const shown = values.map((value) => typeof value === "string" ? `"${value}"` : `${value}`);
  const last = shown.pop();
  const list = shown.length === 0 ? last : `${shown.join(", ")} or ${last}`;
  const numeric = typeof values[0] === "number";
  return (value, action, name) => {
    if (values.includes(value as T)) return value as T;
    const Class = typeof value === "number" && numeric ? RangeError : TypeError;
    throw new Class(`Cannot ${action}: ${name} ${show(value)} is not ${list}`);
  };
}

/** What may be left out. */
export function optional<T>(parameter: Parameter<T>): Parameter<T | undefined> {
  return (value, action, name) => value === undefined ? undefined : parameter(value, action, name);
}

/** What may be left out, and is `other` then. */
export function orElse<T>(parameter: Parameter<T>, other: T): Parameter<T> {
  return (value, action, name) => value === undefined ? other : parameter(value, action, name);
}

/** What fits one of several parameters; when it fits none, the last one says so. */
export function either<T, U>(first: Parameter<T>, last: Parameter<U>): Parameter<T | U> {
  return (value, action, name) => {
    try {
      return first(value, action, name);
    } catch {
      return last(value, action, name);
    }
  };
}

/** A number, which is checked no further, or what another parameter takes. */
export function numberOr<T>(other: Parameter<T>): Parameter<number | T> {
  return (value, action, name) => typeof value === "number" ? value : other(value, action, name);
}

/** An array of as many elements as there are parameters, one for each. */
export function tuple<const P extends readonly Parameter<unknown>[]>(
  ...elements: P
): Parameter<readonly unknown[]> {
  const { length } = elements;
  return (value, action, name) => {
    if (!Array.isArray(value) || value.length !== length) {
      throw new TypeError(`Cannot ${action}: ${name} is not an array of ${length}`);
    }
    return elements.map((element, i) => element(value[i], action, `${name}[${i}]`));
  };
}

/**
 * An object that is one of several shapes, by the text that stands under one of its keys.
 *
 * @param key The key.
 * @param rows The texts of each shape, and its parameter.
 * @param other The parameter of what has no text there but a number; default none.
 */
export function variant<T>(
  key: string,
  rows: readonly (readonly [texts: readonly string[], parameter: Parameter<T>])[],
  other?: Parameter<T>,
): Parameter<T> {
  const byText = new Map(
    rows.flatMap(([texts, parameter]) => texts.map((text) => [text, parameter] as const)),
  );
  const named = oneOf(...byText.keys());
  return (value, action, name) => {
    if (value === null || typeof value !== "object" || Array.isArray(value)) {
      throw new TypeError(`Cannot ${action}: ${name} is not an object`);
    }
    const text = (value as Record<string, unknown>)[key];
    if (other !== undefined && typeof text === "number") return other(value, action, name);
    return byText.get(named(text, action, `${name}.${key}`))!(value, action, name);
  };
}

/** An array, each element a parameter of its own; taken over, so that it changes no more. */
export function list<T>(element: Parameter<T>): Parameter<readonly T[]> {
  return (value, action, name) => {
    if (!Array.isArray(value)) throw new TypeError(`Cannot ${action}: ${name} is not an array`);
    const taken: T[] = [];
    for (let i = 0; i < value.length; i++) taken.push(element(value[i], action, `${name}[${i}]`));
    return taken;
  };
}

/**
 * An object of known keys. A key that is none of them is refused, so that a misspelt one is not
 * ignored; what the object inherits does not count as its keys.
 *
 * @param shape The parameter of each key.
 * @returns The parameter; it makes an object of its own of what it has read, without the keys that were
 * left out.
 */
export function object<const S extends Shape>(shape: S): Parameter<Checked<S>> {
  const known = Object.keys(shape);
  const parameters = known.map((key) => shape[key]);
  // What is checked is most often called the same: the names of its keys are made once.
  let called = "";
  let names: readonly string[] = known;
  return (value, action, name) => {
    checkKeys(value, known, action, name);
    if (name !== called) {
      called = name;
      names = name === OPTIONS ? known : known.map((key) => `${name}.${key}`);
    }
    const own = names;
    const given = value as Record<string, unknown>;
    const checked: Record<string, unknown> = {};
    for (let i = 0; i < known.length; i++) {
      const value = parameters[i](given[known[i]], action, own[i]);
      if (value !== undefined) checked[known[i]] = value;
    }
    return checked as Checked<S>;
  };
}

/**
 * Refuses a number that is no integer in a range.
 *
 * @param value What the caller passed.
 * @param low The least value allowed.
 * @param high The greatest value allowed.
 * @param action What was to be done, for the message.
 * @param name The argument's name.
 * @throws {TypeError} If it is not a number.
 * @throws {RangeError} If it is not an integer in the range, or negative zero.
 */
export function checkInteger(
  value: unknown,
  low: number,
  high: number,
  action: string,
  name: string,
): asserts value is number {
  if (typeof value !== "number") throw new TypeError(`Cannot ${action}: ${name} is not a number`);
  if (!Number.isInteger(value) || value < low || value > high || Object.is(value, -0)) {
    throw new RangeError(`Cannot ${action}: ${name} ${show(value)} is not in ${low} to ${high}`);
  }
}

/**
 * Refuses what is no object of known keys: the check of an object whose values are read one by one
 * where they are needed. It makes nothing.
 *
 * @param value What the caller passed.
 * @param known The keys that mean something.
 * @param action What was to be done, for the message.
 * @param name The argument's name.
 * @throws {TypeError} If it is no object, or has a key of its own that is not known.
 */
export function checkKeys(
  value: unknown,
  known: readonly string[],
  action: string,
  name: string = OPTIONS,
): asserts value is object {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new TypeError(`Cannot ${action}: ${name} is not an object`);
  }
  for (const key in value) {
    if (known.includes(key) || !Object.hasOwn(value, key)) continue;
    throw new TypeError(
      name === OPTIONS
        ? `Cannot ${action}: unknown option "${key}"`
        : `Cannot ${action}: ${name} has an unknown key "${key}"`,
    );
  }
}

/** Refuses what cannot be iterated over. */
export function checkIterable(
  value: unknown,
  action: string,
  name: string,
): asserts value is Iterable<unknown> {
  const iterate = (value as Partial<Iterable<unknown>> | null | undefined)?.[Symbol.iterator];
  if (typeof iterate === "function" && typeof value !== "string") return;
  throw new TypeError(`Cannot ${action}: ${name} is not iterable`);
}

/** A value as a message shows it, whatever it is: neither a symbol nor an object is asked for a text. */
export function show(value: unknown): string {
  switch (typeof value) {
    case "object":
      return value === null ? "null" : Array.isArray(value) ? "an array" : "an object";
    case "function":
      return "a function";
    case "bigint":
      return `${value}n`;
    default:
      return Object.is(value, -0) ? "-0" : String(value);
  }
}
