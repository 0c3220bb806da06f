/**
 * What a view decodes, its value encodes again byte for byte: reserved bits and padding too.
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import * as wire from "../../wire/mod.ts";
import { HEADER_CASES, MESSAGE_CASES, type View } from "./_codec_cases.ts";
import { fromHex, toHex } from "./_scapy.ts";
import { bits } from "./_values.ts";

const CASES = [
  ...HEADER_CASES.map((one) => ({ ...one, payload: true })),
  ...MESSAGE_CASES.map((one) => ({ ...one, value: one.values })),
]
  // Names in a DNS message can be packed in several ways.
  .filter(({ kind }) => kind !== "dns");

/** The value with the checksum as it stands: the encoder would make the right one. */
function withChecksum(view: View): Record<string, unknown> {
  const value = view.toValue() as Record<string, unknown> & { message?: { kind?: string } };
  const { checksum } = view as View & { checksum?: number };
  if (value.kind === "shim6" && value.message?.kind === "control") {
    const [high, low] = view.header.subarray(4, 6);
    return { ...value, message: { ...value.message, checksum: (high << 8) | low } };
  }
  return checksum === undefined ? value : { ...value, checksum };
}

for (const { name, value, encode, parse, payload } of CASES) {
  Deno.test(`${name}: with any bit turned over, the value makes the same bytes or none`, () => {
    let sound = 0;
    let same = 0;
    fc.assert(
      fc.property(value, bits(16), bits(3), (given, at, bit) => {
        const bytes = encode(given as never, payload ? new Uint8Array(12) : undefined);
        bytes[at % bytes.length] ^= 1 << bit;
        let view: View;
        try {
          view = parse(bytes);
        } catch (error) {
          assert(error instanceof RangeError);
          return;
        }
        sound++;
        const again = encode(withChecksum(view) as never, view.payload);
        // A quote shorter than it should be grows: then a frame keeps it as a payload.
        if (again.length !== view.end) return;
        same++;
        assertEquals(toHex(again), toHex(bytes.subarray(0, view.end)));
      }),
      { numRuns: 1500 },
    );
    assert(sound > 500 && same > 500, `${sound} sound, ${same} compared`);
  });
}

/** Frames with reserved bits set, whose checksums are right. */
const RESERVED: readonly [string, string][] = [
  ["a time exceeded of a router that fills the unused word", "0b0000000c000102"],
  ["a router solicitation", "0a00000015091000"],
];

Deno.test("toValues() keeps the reserved words of ICMP, with the right checksum", () => {
  for (const [name, hex] of RESERVED) {
    const message = fromHex(hex);
    const sum = wire.checksum(Uint8Array.from([...message.subarray(0, 2), ...message.subarray(4)]));
    message.set([sum >> 8, sum & 255], 2);
    const packet = wire.encode(
      { kind: "ipv4", source: "192.0.2.1", destination: "192.0.2.2", protocol: 1 },
      message,
    );
    const values = wire.decodePacket(packet).toValues();
    assertEquals(values.map(({ kind }) => kind), ["ipv4", "icmpv4"], name);
    assertEquals(wire.encode(...values), packet, name);
  }
});

Deno.test("reserved bits beyond the header are refused", () => {
  const value = { kind: "igmp", message: "leave", group: "224.0.0.5" } as const;
  const encode = (reserved: Uint8Array) => () => wire.encodeIgmp({ ...value, reserved });
  assertThrows(encode(new Uint8Array(9)), RangeError, "reserved is not of up to 8 bytes");
  assertThrows(encode([0] as never), TypeError, "value.reserved is not a Uint8Array");
});
