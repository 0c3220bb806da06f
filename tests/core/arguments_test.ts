/** The table that arguments are checked by: what fits passes as it is, what does not is told by name. */
import { assertEquals, assertThrows } from "@std/assert";
import {
  atLeast,
  boolean,
  callback,
  either,
  integer,
  list,
  numberOr,
  object,
  oneOf,
  optional,
  orElse,
  type Parameter,
  signal,
  text,
  tuple,
  variant,
} from "../../core/arguments.ts";
import { bytes } from "../../core/bytes.ts";
import { OPEN_SHAPE } from "../../core/engine_choice.ts";
import { socketOption } from "../../core/option.ts";

const POINT = object({
  x: integer(0, 9),
  y: orElse(integer(0, 9), 5),
  label: optional(text()),
  inner: optional(object({ on: boolean })),
});
const SHAPES: Parameter<unknown> = variant<unknown>("kind", [
  [["a"], object({ kind: oneOf("a") })],
  [["b"], object({ kind: oneOf("b"), y: integer(0, 9) })],
], object({ kind: integer(0, 9) }));
const ROW = socketOption<number>(1, 12, {
  size: 4,
  encode: (value) => {
    if (typeof value !== "number") throw new TypeError("Cannot set 1/12: value is not a number");
    return new Uint8Array(4);
  },
  decode: () => 0,
});
const OPEN = object(OPEN_SHAPE);

const FITS: readonly [string, Parameter<unknown>, unknown, unknown][] = [
  ["an integer", integer(0, 9), 9, 9],
  ["Infinity as a limit", atLeast(0), Infinity, Infinity],
  ["false", boolean, false, false],
  ["an empty text where it may be", text("empty"), "", ""],
  ["nothing for what is optional", optional(boolean), undefined, undefined],
  ["a default", orElse(boolean, true), undefined, true],
  ["the second of two", either(integer(0, 1), text()), "eth0", "eth0"],
  ["a list", list(boolean), [true, false], [true, false]],
  ["a number among texts", numberOr(oneOf("A")), 7, 7],
  ["a text beside numbers", numberOr(oneOf("A")), "A", "A"],
  ["a tuple", tuple(boolean, text()), [true, "x"], [true, "x"]],
  ["one of several shapes", SHAPES, { kind: "b", y: 2 }, { kind: "b", y: 2 }],
  ["the shape of a number", SHAPES, { kind: 9 }, { kind: 9 }],
  ["an object", POINT, { x: 1 }, { x: 1, y: 5 }],
];

for (const [what, parameter, value, result] of FITS) {
  Deno.test(`${what} passes`, () => assertEquals(parameter(value, "go", "options"), result));
}

const REFUSED: readonly [Parameter<unknown>, unknown, typeof TypeError, string][] = [
  [numberOr(oneOf("A")), "B", TypeError, 'Cannot go: arg B is not "A"'],
  [tuple(boolean), [true, 1], TypeError, "Cannot go: arg is not an array of 1"],
  [tuple(boolean), [1], TypeError, "Cannot go: arg[0] is not a boolean"],
  [SHAPES, [], TypeError, "Cannot go: arg is not an object"],
  [SHAPES, { kind: "c" }, TypeError, 'Cannot go: arg.kind c is not "a" or "b"'],
  [SHAPES, { kind: "a", y: 2 }, TypeError, 'Cannot go: arg has an unknown key "y"'],
  [integer(0, 9), "1", TypeError, "Cannot go: arg is not a number"],
  [integer(0, 9), 10, RangeError, "Cannot go: arg 10 is not in 0 to 9"],
  [integer(0, 9), 0.5, RangeError, "Cannot go: arg 0.5 is not in 0 to 9"],
  [integer(0, 9), NaN, RangeError, "Cannot go: arg NaN is not in 0 to 9"],
  [integer(0, 9), -0, RangeError, "Cannot go: arg -0 is not in 0 to 9"],
  [integer(0, 9), 5n, TypeError, "Cannot go: arg is not a number"],
  [atLeast(0), NaN, RangeError, "Cannot go: arg NaN is not 0 or more"],
  [atLeast(0), -1, RangeError, "Cannot go: arg -1 is not 0 or more"],
  [boolean, 1, TypeError, "Cannot go: arg is not a boolean"],
  [text(), "", TypeError, "Cannot go: arg is empty"],
  [text(), "a\0b", TypeError, "Cannot go: arg holds a NUL"],
  [text(), new String("x"), TypeError, "Cannot go: arg is not a string"],
  [callback(), {}, TypeError, "Cannot go: arg is not a function"],
  [signal, new EventTarget(), TypeError, "Cannot go: arg is not an AbortSignal"],
  [oneOf("a", "b", "c"), "d", TypeError, 'Cannot go: arg d is not "a", "b" or "c"'],
  [oneOf(1, 2), Symbol("x"), TypeError, "Cannot go: arg Symbol(x) is not 1 or 2"],
  [oneOf("a"), Object.create(null), TypeError, 'Cannot go: arg an object is not "a"'],
  [list(boolean), {}, TypeError, "Cannot go: arg is not an array"],
  [list(boolean), [true, 1], TypeError, "Cannot go: arg[1] is not a boolean"],
  [list(boolean), new Array(2), TypeError, "Cannot go: arg[0] is not a boolean"],
  [POINT, null, TypeError, "Cannot go: arg is not an object"],
  [POINT, [], TypeError, "Cannot go: arg is not an object"],
  [POINT, { x: 1, z: 2 }, TypeError, 'Cannot go: arg has an unknown key "z"'],
  [POINT, { x: 1, inner: { on: 1 } }, TypeError, "Cannot go: arg.inner.on is not a boolean"],
  [bytes, [1], TypeError, "Cannot go: arg is not a Uint8Array"],
  [OPEN, { engine: "libC" }, TypeError, 'Cannot go: arg.engine libC is not "deno" or "libc"'],
  [OPEN, { options: [[5, 5]] }, TypeError, "Cannot go: arg.options[0][0] is not a SocketOption"],
  [OPEN, { options: [[null, 5]] }, TypeError, "arg.options[0][0] is not a SocketOption"],
  [OPEN, { options: [[ROW]] }, TypeError, "options[0] is not a [SocketOption, value]"],
  [OPEN, { options: [[ROW, "x"]] }, TypeError, "Cannot set 1/12: value is not a number"],
  [OPEN, { options: [[{ ...ROW, level: -1 }, 1]] }, RangeError, "options[0][0].level -1 is not"],
  [OPEN, { options: [[{ ...ROW, access: "ro" }, 1]] }, TypeError, "1/12 can only be read"],
];

for (const [parameter, value, Class, message] of REFUSED) {
  Deno.test(`refused: ${message}`, () => {
    assertThrows(() => parameter(value, "go", "arg"), Class, message);
  });
}

Deno.test("the keys of options are named without it", () => {
  assertThrows(() => POINT({ x: -1 }, "go", "options"), RangeError, "Cannot go: x -1 is not");
  assertThrows(() => POINT({ z: 1 }, "go", "options"), TypeError, 'unknown option "z"');
});

Deno.test("a getter is read once, and what it said then is what counts", () => {
  let reads = 0;
  const checked = POINT(
    {
      get x() {
        return reads++ === 0 ? 3 : "hostile";
      },
    },
    "go",
    "options",
  );
  assertEquals([checked.x, checked.x, reads], [3, 3, 1]);
});

Deno.test("a proxy is asked for each key once, and a revoked one is refused", () => {
  const asked: PropertyKey[] = [];
  const target = { x: 1 };
  const proxy = new Proxy(target, {
    get: (object, key) => {
      asked.push(key);
      return Reflect.get(object, key);
    },
  });
  POINT(proxy, "go", "options");
  assertEquals(asked, ["x", "y", "label", "inner"]);
  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();
  assertThrows(() => POINT(revoked, "go", "options"), TypeError);
});

Deno.test("what objects inherit is no unknown key", () => {
  Object.defineProperty(Object.prototype, "extend", {
    value: () => {},
    enumerable: true,
    configurable: true,
  });
  try {
    assertEquals(POINT({ x: 1 }, "go", "options").x, 1);
  } finally {
    delete (Object.prototype as { extend?: unknown }).extend;
  }
});

Deno.test("a list is taken over: later changes of it do not count", () => {
  const given = [true];
  const taken = list(boolean)(given, "go", "arg");
  given[0] = false;
  assertEquals(taken, [true]);
});
