/**
 * The layers above IP against random values and random damage.
 */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type IcmpQuote, SctpView } from "../../wire/mod.ts";
import { MESSAGE_CASES, type MessageCase, type View } from "./_codec_cases.ts";
import { bits, bytes } from "./_values.ts";

/** Reads everything that a view can tell; none of it may throw. */
function readAll(view: object): void {
  for (let at = view; at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const [key, property] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (property.get !== undefined) Reflect.get(view, key);
    }
  }
  const methods = view as Record<string, (sum: number) => unknown>;
  methods.toValue?.(0);
  methods.checksumOk?.(0x1234);
  if (view instanceof SctpView) { for (const chunk of view.chunks()) readAll(chunk); }
}

/** The view of the bytes, or undefined if they are refused; any other error fails the test. */
function parseOrRefuse(parse: MessageCase["parse"], data: Uint8Array): View | undefined {
  try {
    return parse(data);
  } catch (error) {
    assert(error instanceof RangeError, `${error}`);
    assert(/^Cannot decode [\w\- ]+: .*[^.]$/.test(error.message), error.message);
    return undefined;
  }
}

function hasShortQuote(value: unknown): boolean {
  const { quoted, extensions } = value as IcmpQuote;
  return quoted !== undefined && quoted.length < 128 && extensions !== undefined;
}

for (const { name, values, parse, parsePartial, encode, payload } of MESSAGE_CASES) {
  Deno.test(`${name}: what was encoded decodes to the same value`, () => {
    const follow = payload ? bytes(12, 60) : fc.constant(new Uint8Array(0));
    fc.assert(
      fc.property(values, follow, bytes(0, 9), (value, data, around) => {
        const inner = encode(value, data);
        // The header may lie anywhere in the bytes.
        const whole = new Uint8Array([...around, ...inner, ...around]);
        const view = parse(whole, around.length, around.length + inner.length);
        assertEquals(view.toValue(), value);
        assertEquals(view.payload, data);
        assertEquals(view.payloadStart + view.payload.length, around.length + inner.length);
        if (parsePartial !== undefined) {
          const partial = parsePartial(whole, around.length, around.length + inner.length);
          assertEquals(partial.toValue(), value);
        }
      }),
      { numRuns: 1000 },
    );
  });

  Deno.test(`${name}: damaged bytes give a RangeError or a view that cannot fail`, () => {
    const damage = fc.record({
      cut: fc.option(bits(8), { freq: 3 }),
      changes: fc.array(fc.tuple(bits(10), bits(8)), { maxLength: 6 }),
      tail: bytes(0, 16),
    });
    fc.assert(
      fc.property(values, damage, (value, { cut, changes, tail }) => {
        let data = encode(value, payload ? new Uint8Array(16) : undefined);
        if (cut !== null) data = data.slice(0, cut);
        for (const [at, byte] of changes) {
          if (data.length > 0) data[at % data.length] = byte;
        }
        data = new Uint8Array([...data, ...tail]);
        const view = parseOrRefuse(parse, data);
        if (view !== undefined) {
          readAll(view);
          // A quote that is shorter than the RFC wants grows when it is written again.
          if (hasShortQuote(view.toValue())) return;
          // What it means can be said again, and means the same.
          const again = parse(encode(view.toValue(), view.payload));
          assertEquals(again.toValue(), view.toValue());
        }
        if (parsePartial !== undefined) {
          const partial = parseOrRefuse(parsePartial, data);
          if (partial !== undefined) readAll(partial);
        }
      }),
      { numRuns: 3000 },
    );
  });

  Deno.test(`${name}: random bytes give a RangeError or a view that cannot fail`, () => {
    fc.assert(
      fc.property(bytes(0, 200), bits(8), (data, type) => {
        // Among random types, the known ones would be rare.
        if (data.length > 0 && type < 200) data[0] = type;
        const view = parseOrRefuse(parse, data);
        if (view !== undefined) readAll(view);
      }),
      { numRuns: 3000 },
    );
  });

  Deno.test(`${name}: bytes that change under a view make no reader hang or leave them`, () => {
    fc.assert(
      fc.property(values, bytes(64, 64), (value, noise) => {
        const data = encode(value, payload ? new Uint8Array(16) : undefined);
        const view = parse(data);
        for (let at = 0; at < data.length; at++) data[at] ^= noise[at % noise.length];
        try {
          readAll(view);
        } catch (error) {
          assert(error instanceof RangeError, `${error}`);
        }
      }),
      { numRuns: 1000 },
    );
  });

  Deno.test(`${name}: a header cut anywhere is refused or shorter`, () => {
    fc.assert(
      fc.property(values, (value) => {
        const data = encode(value, payload ? new Uint8Array(16) : undefined);
        for (let end = 0; end < data.length; end++) {
          const view = parseOrRefuse((all) => parse(all, 0, end), data);
          if (view !== undefined) assert(view.end <= end);
        }
      }),
      { numRuns: 100 },
    );
  });
}
