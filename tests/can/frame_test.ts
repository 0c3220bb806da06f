import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { can } from "../../mod.ts";
import { testWith } from "../_tools.ts";

const id = fc.boolean().chain((extended) =>
  fc.record({
    extended: fc.constant(extended),
    id: fc.integer({ min: 0, max: extended ? 0x1fffffff : 0x7ff }),
  })
);
const data = (max: number, min = 0) => fc.uint8Array({ minLength: min, maxLength: max });
const FD = [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64];
const frames: fc.Arbitrary<can.CanFrame> = fc.oneof(
  fc.tuple(id, data(8)).map(([base, data]) => ({ kind: "data" as const, ...base, data })),
  fc.tuple(id, fc.integer({ min: 0, max: 8 })).map(([base, remoteBytes]) => ({
    ...{ kind: "remote" as const, data: new Uint8Array(0) },
    ...base,
    remoteBytes,
  })),
  fc.tuple(id, data(8, 8), fc.integer({ min: 9, max: 15 })).map(([base, data, lengthCode]) => ({
    ...{ kind: "data" as const, ...base, data, lengthCode },
  })),
  fc.tuple(id, fc.integer({ min: 9, max: 15 })).map(([base, lengthCode]) => ({
    ...{ kind: "remote" as const, data: new Uint8Array(0), remoteBytes: 8 },
    ...{ ...base, lengthCode },
  })),
  fc.tuple(fc.integer({ min: 0, max: 0x1fffffff }), data(8)).map(([id, data]) => ({
    ...{ kind: "error" as const, extended: false, id, data },
  })),
  fc.tuple(id, fc.constantFrom(...FD).chain((n) => data(n, n)), fc.boolean(), fc.boolean())
    .map(([base, data, bitRateSwitch, errorStateIndicator]) => ({
      ...{ kind: "fd" as const, data, bitRateSwitch, errorStateIndicator },
      ...base,
    })),
  fc.record({
    kind: fc.constant("xl" as const),
    priority: fc.integer({ min: 0, max: 0x7ff }),
    virtualId: fc.integer({ min: 0, max: 255 }),
    simpleExtendedContent: fc.boolean(),
    sdt: fc.integer({ min: 0, max: 255 }),
    af: fc.integer({ min: 0, max: 0xffffffff }),
    data: data(2048, 1),
  }),
);

testWith({}, "every frame survives bytes and notation", () => {
  fc.assert(
    fc.property(frames, (frame) => {
      assertEquals(can.decodeFrame(can.encodeFrame(frame)), frame);
      assertEquals(can.parseFrame(can.formatFrame(frame)), frame);
    }),
    { numRuns: 500 },
  );
});

testWith({}, "any bytes are a frame or a RangeError", () => {
  fc.assert(
    fc.property(data(2100), (bytes) => {
      try {
        can.decodeFrame(bytes);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
    }),
    { numRuns: 2000 },
  );
});

testWith({}, "any text is a frame or a SyntaxError", () => {
  const pieces = fc.constantFrom(
    "123",
    "#",
    "##",
    "R",
    "8",
    "00",
    ".",
    "g",
    "12345678",
    ":",
    "~",
    " ",
  );
  fc.assert(
    fc.property(fc.array(pieces).map((all) => all.join("")), (text) => {
      for (const read of [can.parseFrame, can.parseLogLine, can.parseFilter]) {
        try {
          read(text);
        } catch (error) {
          if (!(error instanceof SyntaxError)) throw error;
        }
      }
    }),
    { numRuns: 2000 },
  );
});

testWith({}, "what no bus can carry is refused", () => {
  const refused: [can.CanFrameInput, typeof TypeError | typeof RangeError][] = [
    [{ id: 2 ** 29 }, RangeError],
    [{ id: 0x800, extended: false }, RangeError],
    [{ id: 1, data: new Uint8Array(9) }, RangeError],
    [{ kind: "fd", id: 1, data: new Uint8Array(65) }, RangeError],
    [{ kind: "remote", id: 1, data: new Uint8Array(1) }, RangeError],
    [{ kind: "remote", id: 1, remoteBytes: 9 }, RangeError],
    [{ id: 1, data: new Uint8Array(8), lengthCode: 8 }, RangeError],
    [{ id: 1, data: new Uint8Array(8), lengthCode: 16 }, RangeError],
    [{ id: 1, data: new Uint8Array(7), lengthCode: 9 }, RangeError],
    [{ kind: "fd", id: 1, data: new Uint8Array(8), lengthCode: 9 } as never, RangeError],
    [{ kind: "xl", priority: 0x800, data: new Uint8Array(1) }, RangeError],
    [{ kind: "xl", priority: 1, data: new Uint8Array(0) }, RangeError],
    [{ id: 1, dat: new Uint8Array(1) } as can.CanFrameInput, TypeError],
    [{ kind: "canfd", id: 1 } as unknown as can.CanFrameInput, TypeError],
  ];
  for (const [frame, Class] of refused) assertThrows(() => can.encodeFrame(frame), Class);
  assertEquals(can.encodeFrame({ kind: "fd", id: 1, data: new Uint8Array(9) })[4], 12);
});

testWith({}, "a NAME is packed as SAE J1939-81 has it", () => {
  const fields: can.J1939Name = {
    ...{ arbitraryAddress: true, industryGroup: 2, vehicleSystemInstance: 3, vehicleSystem: 4 },
    ...{ function: 5, functionInstance: 6, ecuInstance: 7, manufacturer: 8, identity: 9 },
  };
  const name = can.packJ1939Name(fields);
  assertEquals(name.toString(16), "a308053701000009");
  assertEquals(can.unpackJ1939Name(name), fields);
  assertThrows(() => can.packJ1939Name({ ...fields, manufacturer: 2048 }), RangeError);
});

testWith(
  {},
  "the length on the wire of a classic frame stands behind its data, as can-utils have it",
  () => {
    const frame = { id: 0x123, data: new Uint8Array(8).fill(0x11), lengthCode: 0xb };
    assertEquals(can.formatFrame(frame), "123#1111111111111111_B");
    assertEquals(
      can.formatFrame({ kind: "remote", id: 1, remoteBytes: 8, lengthCode: 9 }),
      "001#R8_9",
    );
    // struct can_frame: can_id, len, 2 bytes of padding, len8_dlc.
    assertEquals(can.encodeFrame(frame).toHex(), "23010000" + "0800000b" + "1111111111111111");
    const line = "(0000000001.000000) can0 123#1111111111111111_B";
    assertEquals(can.formatLogLine(can.parseLogLine(line)!), line);
    // What no frame has there is none of it.
    assertEquals(can.decodeFrame(Uint8Array.fromHex("010000000700000b" + "00".repeat(8))), {
      ...{ kind: "data", id: 1, extended: false, data: new Uint8Array(7) },
    });
    for (
      const text of ["123#11_9", "123#1111111111111111_8", "123#R7_9", "123##01111111111111111_9"]
    ) {
      assertThrows(() => can.parseFrame(text), SyntaxError, text);
    }
  },
);
