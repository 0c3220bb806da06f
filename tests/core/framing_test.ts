import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { decodePrefix, encodeFrame, frameShape } from "../../core/framing.ts";
import type { FrameOptions } from "../../core/framing.ts";
import { ScriptedStream } from "./_scripted.ts";

/** A frame, its options checked as `sendFrame` does. */
function framed(data: Uint8Array, options?: FrameOptions): Uint8Array<ArrayBuffer> {
  return encodeFrame(data, frameShape(options, "send a frame"));
}

const text = (data: Uint8Array) => new TextDecoder().decode(data);
const bytes = (data: string) => new TextEncoder().encode(data);

/** The bytes of `data` in pieces of the given sizes, the rest at the end. */
function pieces(data: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const out: Uint8Array[] = [];
  let at = 0;
  for (const size of sizes) {
    if (at >= data.length) break;
    out.push(data.slice(at, at + size));
    at += size;
  }
  if (at < data.length) out.push(data.slice(at));
  return out;
}

const SIZES = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 40 });

Deno.test("frames come out as they went in, however the bytes are cut", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }),
      SIZES,
      fc.constantFrom<1 | 2 | 4>(1, 2, 4),
      fc.boolean(),
      async (frames, sizes, prefixBytes, littleEndian) => {
        const options = { prefixBytes, littleEndian };
        const all = frames.flatMap((frame) => [...framed(frame, options)]);
        const stream = new ScriptedStream(pieces(Uint8Array.from(all), sizes));
        const got: Uint8Array[] = [];
        for await (const frame of stream.frames(options)) got.push(frame);
        assertEquals(got, frames);
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("lines are split as String.split does, however the bytes are cut", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: fc.constantFrom("a", "\u00e9", "\u{1f600}", " ", "\r") }), {
        minLength: 1,
        maxLength: 8,
      }),
      SIZES,
      async (parts, sizes) => {
        const whole = parts.join("\n");
        const stream = new ScriptedStream(pieces(bytes(whole), sizes));
        const got: string[] = [];
        for await (const line of stream.lines()) got.push(line);
        const expected = whole.split("\n");
        const last = expected.pop()!;
        const lines = expected.map((line) => line.endsWith("\r") ? line.slice(0, -1) : line);
        if (last !== "") lines.push(last);
        assertEquals(got, lines);
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("a needle across pieces is found, and what follows it stays", async () => {
  await fc.assert(
    fc.asyncProperty(SIZES, async (sizes) => {
      const stream = new ScriptedStream(pieces(bytes("ab-abab-ababc|rest"), sizes));
      assertEquals(text((await stream.recvUntil("ababc"))!), "ab-abab-ababc");
      assertEquals(text((await stream.recvUntil("|"))!), "|");
      assertEquals(text(await stream.recvExact(4)), "rest");
    }),
    { numRuns: 100 },
  );
});

Deno.test("bytes that are no UTF-8 are replaced, or refused when fatal", async () => {
  const broken = [Uint8Array.of(0x61, 0xff, 0x0a)];
  for await (const line of new ScriptedStream(broken).lines()) assertEquals(line, "a\ufffd");
  await assertRejects(() => new ScriptedStream(broken).lines({ fatal: true }).next(), TypeError);
});

Deno.test("a line or frame over maxBytes is refused and stays to be received", async () => {
  const stream = new ScriptedStream([bytes("0123456789\n")]);
  await assertRejects(() => stream.lines({ maxBytes: 4 }).next(), RangeError, "maxBytes 4");
  assertEquals(text(await stream.recvExact(11)), "0123456789\n");
  const frames = new ScriptedStream([framed(bytes("12345"))]);
  await assertRejects(() => frames.recvFrame({ maxBytes: 4 }), RangeError, "maxBytes 4");
  assertEquals(text((await frames.recvFrame())!), "12345");
});

Deno.test("prefixes are in the order and size asked for", () => {
  const data = new Uint8Array(258);
  assertEquals(framed(data).subarray(0, 4), Uint8Array.of(0, 0, 1, 2));
  assertEquals(framed(data, { littleEndian: true }).subarray(0, 4), Uint8Array.of(2, 1, 0, 0));
  assertEquals(framed(data, { prefixBytes: 2 }).subarray(0, 2), Uint8Array.of(1, 2));
  assertThrows(() => framed(data, { prefixBytes: 1 }), RangeError, "maxBytes 255");
  const shape = frameShape({ maxBytes: 2 ** 32 - 1 }, "test");
  assertEquals(decodePrefix(Uint8Array.of(0xff, 0xff, 0xff, 0xff), shape), 2 ** 32 - 1);
});

Deno.test("options of frames that mean nothing are refused", () => {
  for (
    const [options, Class] of [
      [{ prefixBytes: 3 }, RangeError],
      [{ maxBytes: -1 }, RangeError],
      [{ prefixBytes: 1, maxBytes: 256 }, RangeError],
      [{ maxBytes: "5" }, TypeError],
      [{ prefix: 4 }, TypeError],
      [null, TypeError],
    ] as const
  ) assertThrows(() => framed(new Uint8Array(1), options as FrameOptions), Class);
});
