/**
 * Link and network headers: what was encoded decodes to the same value, and no bytes make a decoder
 * throw anything but a RangeError or read outside.
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import * as wire from "../../wire/mod.ts";
import { HEADER_CASES } from "./_codec_cases.ts";
import { bits, bytes } from "./_values.ts";

/** Reads every accessor of a view: none may throw. */
function readAll(view: object): void {
  for (
    let proto = Object.getPrototypeOf(view);
    proto !== Object.prototype;
    proto = Object.getPrototypeOf(proto)
  ) {
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(proto))) {
      if (property.get !== undefined) property.get.call(view);
      if (name === "toValue") property.value.call(view);
      if (name === "checksumOk") property.value.call(view, 0);
    }
  }
}

/** Bytes at an odd place in a larger buffer: a reader that goes outside reads something else. */
function embedded(bytes: Uint8Array, filler: number): [Uint8Array, number, number] {
  const buffer = new Uint8Array(bytes.length + 10).fill(filler);
  buffer.set(bytes, 3);
  return [buffer, 3, 3 + bytes.length];
}

for (const { name, value, encode, parse, parsePartial = parse } of HEADER_CASES) {
  Deno.test(`encode${name}() and ${name}View.parse() are inverse`, () => {
    fc.assert(
      fc.property(value, bytes(0, 40), (given, payload) => {
        const bytes = encode(given as never, payload);
        const view = parse(bytes);
        assertEquals(view.toValue(), given);
        if (name !== "Arp") assertEquals(view.payload, payload);
        assertEquals(parsePartial(bytes).toValue(), given);
        assertEquals(encode(view.toValue() as never, view.payload), bytes.subarray(0, view.end));
      }),
      { numRuns: 300 },
    );
  });

  Deno.test(`${name}View.parse() throws nothing but a RangeError, and its view never fails`, () => {
    const broken = fc.tuple(value, bytes(0, 20), bytes(0, 6), bits(16)).map(
      ([given, payload, noise, at]) => {
        const bytes = encode(given as never, payload);
        bytes.set(noise.subarray(0, bytes.length), at % Math.max(1, bytes.length - noise.length));
        return bytes.subarray(0, bytes.length - (at & 3));
      },
    );
    fc.assert(
      fc.property(fc.oneof(bytes(0, 120), broken), (bytes) => {
        let view: ReturnType<typeof parse>;
        try {
          view = parse(bytes);
        } catch (error) {
          assert(error instanceof RangeError, `${error}`);
          assert(/^Cannot decode .+: .+[^.]$/.test(error.message), error.message);
          for (const filler of [0, 255]) {
            assertThrows(() => parse(...embedded(bytes, filler)), RangeError);
          }
          return;
        }
        readAll(view);
        readAll(parsePartial(bytes));
        for (const filler of [0, 255]) {
          const inside = parse(...embedded(bytes, filler));
          readAll(inside);
          assertEquals(inside.toValue(), view.toValue());
          assertEquals(inside.payload, view.payload);
        }
      }),
      { numRuns: 500 },
    );
  });

  Deno.test(`${name}View.parse() refuses what is no bytes, or a range outside of them`, () => {
    const bad = [[-1, 4], [0, 1000], [5, 4], [0.5, 40], [NaN, 40], [0, NaN], [0, 2]];
    for (const [start, end] of bad) {
      assertThrows(() => parse(new Uint8Array(64), start, end), RangeError);
    }
    assertThrows(() => parse([1, 2, 3] as never), TypeError);
    assertThrows(() => parse(undefined as never, 0, 60), TypeError);
  });
}

Deno.test("encoders name the field that does not fit its bits", () => {
  const at = { source: "192.0.2.1", destination: "192.0.2.2" };
  const cases: [() => unknown, string][] = [
    [() => wire.encodeIpv4({ kind: "ipv4", ...at, ttl: 256 }), "ttl of 256"],
    [() => wire.encodeIpv4({ kind: "ipv4", ...at, fragmentOffset: 7 }), "fragmentOffset of 7"],
    [() => wire.encodeIpv4({ kind: "ipv4", ...at, tos: NaN }), "tos of NaN"],
    [
      () =>
        wire.encodeIpv4({
          kind: "ipv4",
          ...at,
          options: [{ kind: "other", type: 68, data: new Uint8Array(40) }],
        }),
      "options of 44 bytes",
    ],
    [() => wire.encodeIpv4({ kind: "ipv4", ...at }, new Uint8Array(65536)), "totalLength of 65556"],
    [
      () => wire.encodeIpv6({ kind: "ipv6", source: "::", destination: "::", flowLabel: 1 << 20 }),
      "flowLabel of 1048576",
    ],
    [() => wire.encodeVlan({ kind: "vlan", id: 4096 }), "id of 4096"],
    [() => wire.encodeVlan({ kind: "vlan", id: 1 }, new Uint8Array(1501)), "etherType is missing"],
    [
      () => wire.encodeAuthentication({ kind: "authentication", spi: 2 ** 32, sequence: 0 }),
      "spi of 4294967296",
    ],
    [() => wire.encodeGre({ kind: "gre", key: -1 }), "key of -1"],
    [
      () =>
        wire.encodeArp({
          kind: "arp",
          operation: 1,
          senderHardware: "02:00:00:00:00:01",
          senderAddress: "192.0.2.1",
          targetHardware: "02:00:00:00",
          targetAddress: "192.0.2.2",
        }),
      "targetHardware and senderHardware differ",
    ],
    [() => wire.encodeGre({ kind: "gre", version: 2 }), "version of 2"],
  ];
  for (const [run, text] of cases) assertThrows(run, RangeError, text);
});

Deno.test("decoders name the field that lies", () => {
  const ipv4 = wire.encodeIpv4({ kind: "ipv4", source: "192.0.2.1", destination: "192.0.2.2" });
  const changed = (bytes: Uint8Array, at: number, ...values: number[]) => {
    const copy = bytes.slice();
    copy.set(values, at);
    return copy;
  };
  const withOptions = wire.encodeIpv4({
    kind: "ipv4",
    source: "192.0.2.1",
    destination: "192.0.2.2",
    options: [{ kind: "other", type: 68, data: new Uint8Array(6) }],
  });
  const ipv6 = wire.encodeIpv6({ kind: "ipv6", source: "::1", destination: "::2" });
  const hop = wire.encodeHopByHop({ kind: "hopByHop" });
  const route = wire.encodeIpv6Routing({
    kind: "routing",
    segmentsLeft: 0,
    route: { kind: "sourceRoute", addresses: ["::1"] },
  });
  const hip = wire.encodeHip({
    kind: "hip",
    type: 1,
    senderTag: "::1",
    receiverTag: "::2",
    parameters: Uint8Array.of(0, 65, 0, 4, 1, 2, 3, 4),
  });
  const cases: [() => unknown, string][] = [
    [() => wire.Ipv4View.parse(changed(ipv4, 0, 0x43)), "IHL of 3 is below 5"],
    [() => wire.Ipv4View.parse(changed(ipv4, 0, 0x65)), "version of 6 is not 4"],
    [() => wire.Ipv4View.parse(changed(ipv4, 0, 0x46)), "IHL of 6 is above the 20 bytes"],
    [() => wire.Ipv4View.parse(changed(ipv4, 2, 0, 19)), "total length of 19 is below"],
    [() => wire.Ipv4View.parse(changed(ipv4, 2, 0, 21)), "total length of 21 is above the 20"],
    [() => wire.Ipv4View.parse(changed(withOptions, 21, 0)), "option 68 has a length of 0"],
    [() => wire.Ipv4View.parse(changed(withOptions, 21, 9)), "option 68 has a length of 9"],
    [() => wire.Ipv6View.parse(changed(ipv6, 4, 0, 1)), "payload length of 1 is above the 0"],
    [() => wire.HopByHopView.parse(changed(hop, 1, 1)), "length of 16 is above the 8"],
    [() => wire.HopByHopView.parse(changed(hop, 3, 5)), "option 1 has a length of 5"],
    [() => wire.Ipv6RoutingView.parse(changed(route, 3, 2)), "segments left of 2"],
    [() => wire.HipView.parse(changed(hip, 43, 5)), "parameter length of 5"],
    [() => wire.HipView.parse(changed(hip, 2, 0x81)), "fixed bit of the type"],
    [() => wire.GreView.parse(Uint8Array.of(0x40, 0, 8, 0)), "routing flag"],
    [() => wire.GreView.parse(Uint8Array.of(0x20, 0, 8, 0)), "flags need 8 bytes"],
    [() => wire.ArpView.parse(new Uint8Array(8).fill(255)), "address lengths of 255 and 255"],
    [
      () => wire.EthernetView.parse(new Uint8Array(15).fill(5)),
      "length of 1285 is above the 1 bytes",
    ],
  ];
  for (const [run, text] of cases) assertThrows(run, RangeError, text);
});

/** Bytes that are often options: small numbers, as types and lengths are, and zeros. */
const optionBytes = (unit: number, most: number) =>
  fc.integer({ min: 1, max: most }).chain((count) =>
    fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 9 }), bits(8)), {
      minLength: count * unit - 2 * (unit >> 3),
      maxLength: count * unit - 2 * (unit >> 3),
    })
  );

Deno.test("every sound list of IPv4 options comes back byte for byte", () => {
  let sound = 0;
  fc.assert(
    fc.property(optionBytes(4, 4), (options) => {
      const bytes = new Uint8Array(20 + options.length);
      bytes.set([0x45 + options.length / 4, 0, 0, bytes.length]);
      bytes.set(options, 20);
      const sum = wire.checksum(bytes);
      bytes.set([sum >> 8, sum & 255], 10);
      let view: wire.Ipv4View;
      try {
        view = wire.Ipv4View.parse(bytes);
      } catch (error) {
        assert(error instanceof RangeError);
        return;
      }
      sound++;
      assertEquals(wire.encodeIpv4(view.toValue()), bytes);
    }),
    { numRuns: 3000 },
  );
  assert(sound > 300, `${sound} lists`);
});

Deno.test("every sound list of IPv6 options comes back byte for byte", () => {
  let sound = 0;
  fc.assert(
    fc.property(optionBytes(8, 3), (options) => {
      const bytes = Uint8Array.from([59, (options.length + 2) / 8 - 1, ...options]);
      let view: wire.HopByHopView;
      try {
        view = wire.HopByHopView.parse(bytes);
      } catch (error) {
        assert(error instanceof RangeError);
        return;
      }
      sound++;
      assertEquals(wire.encodeHopByHop(view.toValue()), bytes);
    }),
    { numRuns: 3000 },
  );
  assert(sound > 300, `${sound} lists`);
});

Deno.test("padding that an encoder would not add stays in the value", () => {
  const hop = Uint8Array.from([59, 1, 5, 2, 0, 0, 1, 0, 1, 6, 0, 0, 0, 0, 0, 0]);
  assertEquals(wire.HopByHopView.parse(hop).options.length, 3);
  assertEquals(wire.encodeHopByHop(wire.HopByHopView.parse(hop).toValue()), hop);
  const ipv4 = wire.encodeIpv4({
    kind: "ipv4",
    source: "192.0.2.1",
    destination: "192.0.2.2",
    options: [{ kind: "end", padding: new Uint8Array(3) }],
  });
  assertEquals(ipv4.length, 24);
  assertEquals(wire.encodeIpv4(wire.Ipv4View.parse(ipv4).toValue()), ipv4);
});

Deno.test("an option list of one byte too many has no length", () => {
  const bytes = wire.encodeIpv4({
    kind: "ipv4",
    source: "192.0.2.1",
    destination: "192.0.2.2",
    options: [{ kind: "nop" }, { kind: "nop" }, { kind: "nop" }, { kind: "nop" }],
  });
  bytes[23] = 68;
  assertThrows(() => wire.Ipv4View.parse(bytes), RangeError, "option 68 has no length");
});
