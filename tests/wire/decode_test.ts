/**
 * The walk through layers, and its opposite.
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  decodeFrame,
  decodePacket,
  encode,
  type LayerKind,
  type LayerValue,
  verifyChecksums,
} from "../../wire/mod.ts";
import { stack } from "./_arbitrary.ts";
import { bytes } from "./_values.ts";
import { IPV4, IPV6, LINK } from "./_headers.ts";

const UDP = { kind: "udp", sourcePort: 5000, destinationPort: 6000 } as const;

function kinds(frame: Uint8Array): LayerKind[] {
  return decodeFrame(frame).layers.map((layer) => layer.kind);
}

Deno.test("decodeFrame() and encode() are inverse on whole stacks, and every checksum is right", () => {
  fc.assert(
    fc.property(stack, (values) => {
      const frame = decodeFrame(encode(...values));
      assertEquals(frame.error, undefined);
      assertEquals(frame.layers.map((layer) => layer.kind), values.map((value) => value.kind));
      assertEquals(encode(...frame.toValues()), frame.bytes);
      assertEquals(verifyChecksums(frame), []);
    }),
    { numRuns: 500 },
  );
});

Deno.test("decodeFrame() never throws, reads outside or loops, whatever the bytes", () => {
  const broken = fc.tuple(stack, bytes(1, 6), fc.nat(), fc.nat(40)).map(
    ([values, noise, at, cut]) => {
      const whole = encode(...values);
      whole.set(noise, at % (whole.length - noise.length));
      return whole.subarray(0, whole.length - Math.min(cut, whole.length));
    },
  );
  fc.assert(
    fc.property(fc.oneof(bytes(0, 200), broken), (input) => {
      for (const decode of [decodeFrame, decodePacket]) {
        const frame = decode(input);
        let at = 0;
        for (const layer of frame) {
          assert(
            layer.start === at && layer.end <= input.length && layer.payloadStart <= layer.end,
          );
          at = layer.payloadStart;
          layer.toValue();
          if (layer.kind === "payload" && layer.error !== undefined) assert(frame.error);
        }
        const { error } = frame;
        if (error !== undefined) assert(error instanceof RangeError, `${error}`);
        frame.toValues();
        frame.trailer;
        verifyChecksums(frame);
      }
    }),
    { numRuns: 3000 },
  );
});

Deno.test("decodeFrame() names the field that lies and keeps the layers before it", () => {
  const whole = encode(LINK, IPV4, UDP, new Uint8Array(20));
  whole[14 + 20 + 5] = 3; // the length of UDP
  const frame = decodeFrame(whole);
  assertEquals(frame.error?.message, "Cannot decode UDP header: length of 3 is below 8");
  assertEquals(frame.layers.map((layer) => layer.kind), ["ethernet", "ipv4", "payload"]);
  assertEquals(frame.layer("payload")?.error, frame.error);
  assertEquals(frame.layer("ipv4")?.destination, "192.0.2.2");
});

Deno.test("decodeFrame() walks a frame that a capture cut off as far as it goes, and says so", () => {
  const whole = encode(LINK, IPV4, UDP, new Uint8Array(1000));
  const frame = decodeFrame(whole.subarray(0, 60));
  assertEquals(frame.layer("udp")?.destinationPort, 6000);
  assertEquals(
    frame.error?.message,
    "Cannot decode IPv4 header: total length of 1028 is above the 46 bytes at hand",
  );
  const again = encode(...frame.toValues());
  assertEquals(again, whole.subarray(0, 60));
});

Deno.test("decodeFrame() decodes no further than the layer that is asked for", () => {
  const whole = encode(LINK, IPV4, UDP, new Uint8Array(4));
  const frame = decodeFrame(whole);
  assertEquals(frame.layer("ethernet")?.etherType, 0x0800);
  whole[14] = 0x43; // seen only by a walk that has not been there yet
  assertEquals(frame.layer("ipv4"), undefined);
  assertEquals(frame.error?.message, "Cannot decode IPv4 header: IHL of 3 is below 5");
});

Deno.test("decodeFrame() copies nothing", () => {
  const whole = encode(LINK, IPV4, UDP, Uint8Array.of(1, 2, 3));
  const frame = decodeFrame(whole);
  for (const layer of frame) {
    assertEquals(layer.bytes, whole);
    assertEquals(layer.payload.buffer, whole.buffer);
  }
  assertEquals(frame.payload.byteOffset, whole.length - 3);
});

Deno.test("decodeFrame() leaves the padding of a short frame to trailer", () => {
  const packet = encode(LINK, IPV4, UDP, Uint8Array.of(1));
  const padded = new Uint8Array(60);
  padded.set(packet);
  const frame = decodeFrame(padded);
  assertEquals(frame.payload, Uint8Array.of(1));
  assertEquals(frame.trailer.length, 60 - packet.length);
  assertEquals(encode(...frame.toValues()), packet);
});

Deno.test("decodeFrame() enters the first fragment only, and not with complaints", () => {
  // The datagram of 108 bytes that its header tells of is not whole in the first fragment.
  const inner = encode(UDP, new Uint8Array(100)).subarray(0, 40);
  const honest = encode(LINK, { ...IPV4, protocol: 17, moreFragments: true }, inner);
  assertEquals(kinds(honest), ["ethernet", "ipv4", "udp", "payload"]);
  assertEquals(decodeFrame(honest).error, undefined);
  assertEquals(encode(...decodeFrame(honest).toValues()), honest);
  const later = encode(LINK, { ...IPV4, protocol: 17, fragmentOffset: 40 }, inner);
  assertEquals(kinds(later), ["ethernet", "ipv4", "payload"]);
  const last6 = encode(
    LINK,
    IPV6,
    { kind: "fragment", nextHeader: 17, fragmentOffset: 80, identification: 1 },
    inner,
  );
  assertEquals(kinds(last6), ["ethernet", "ipv6", "fragment", "payload"]);
});

Deno.test("decodePacket() tells IPv4 from IPv6, and refuses others", () => {
  assertEquals(decodePacket(encode(IPV4, UDP)).layer("udp")?.sourcePort, 5000);
  assertEquals(decodePacket(encode(IPV6, UDP)).layer("ipv6")?.source, "2001:db8::1");
  const other = decodePacket(Uint8Array.of(0x50, 0));
  assertEquals(other.error?.message, "Cannot decode IP header: version of 5 is not 4 or 6");
  assert(decodePacket(new Uint8Array(0)).error instanceof RangeError);
  assertThrows(() => decodePacket("x" as never), TypeError);
});

Deno.test("tunnels, tags and extension headers stack to any depth", () => {
  const layers: LayerValue[] = [
    LINK,
    { kind: "vlan", id: 7 },
    { kind: "vlan", id: 8 },
    IPV6,
    { kind: "hopByHop", options: [{ kind: "routerAlert", value: 0 }] },
    { kind: "gre", key: 5, hasChecksum: true },
    LINK,
    IPV4,
    IPV4,
    IPV6,
    { kind: "destinationOptions" },
    { kind: "icmpv6", message: "echoRequest", identifier: 1, sequence: 2 },
  ];
  const frame = decodeFrame(encode(...layers, new Uint8Array(8)));
  assertEquals(frame.error, undefined);
  assertEquals(frame.layers.map((layer) => layer.kind), [
    ...layers.map((layer) => layer.kind),
    "payload",
  ]);
  assertEquals(frame.layer("ethernet")?.etherType, 0x88a8);
  assertEquals(frame.layer("vlan")?.etherType, 0x8100);
  assertEquals(verifyChecksums(frame), []);
});

Deno.test("8000 nested headers are walked without recursion", () => {
  const count = 8000;
  const chain = new Uint8Array(count * 8);
  for (let at = 0; at < chain.length; at += 8) chain.set([60, 0, 1, 4], at);
  const frame = decodePacket(encode({ ...IPV6, nextHeader: 60 }, chain));
  assertEquals(frame.layers.length, 1 + count);
  assertEquals(frame.error, undefined);
});

Deno.test("verifyChecksums() names every layer whose checksum is wrong", () => {
  const whole = encode(LINK, IPV4, UDP, new Uint8Array(9));
  whole[14 + 8] ^= 1; // TTL
  assertEquals(verifyChecksums(decodeFrame(whole)), ["ipv4"]);
  whole[whole.length - 1] ^= 1;
  assertEquals(verifyChecksums(decodeFrame(whole)), ["ipv4", "udp"]);
});

Deno.test("mobility, HIP and shim6 headers get right checksums, and wrong ones are seen", () => {
  const headers: LayerValue[] = [
    { kind: "mobility", type: 5, data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10) },
    { kind: "hip", type: 1, senderTag: "2001:10::1", receiverTag: "2001:10::2" },
    { kind: "shim6", message: { kind: "control", type: 1, data: Uint8Array.of(1, 2) } },
  ];
  for (const header of headers) {
    const bytes = encode(IPV6, header, UDP, new Uint8Array(5));
    assertEquals(verifyChecksums(decodePacket(bytes)), []);
    bytes[40 + 6] ^= 0x10;
    assertEquals(verifyChecksums(decodePacket(bytes)), [header.kind]);
  }
});

Deno.test("verifyChecksums() does not judge what it cannot see", () => {
  const whole = encode(UDP, new Uint8Array(100));
  whole[6] = 1; // a checksum that is wrong of the first fragment alone
  const first = encode({ ...IPV4, protocol: 17, moreFragments: true }, whole.subarray(0, 40));
  assertEquals(verifyChecksums(decodePacket(first)), []);
  const cut = encode(IPV4, UDP, new Uint8Array(100)).subarray(0, 60);
  assertEquals(verifyChecksums(decodePacket(cut)), []);
});

Deno.test("toValues() keeps the bytes that an inner length leaves out", () => {
  const bytes = encode(IPV4, UDP, new Uint8Array(12).fill(9));
  bytes[20 + 5] = 12; // the length of UDP: 8 bytes of the packet are not its
  const frame = decodePacket(bytes);
  assertEquals(frame.error, undefined);
  assertEquals(frame.payload.length, 4);
  assertEquals(encode(...frame.toValues()), bytes);
});

Deno.test("encode() writes what a value states, right or wrong", () => {
  const frame = decodeFrame(
    encode(LINK, { ...IPV4, checksum: 0x1234, protocol: 253 }, { ...UDP, checksum: 1 }),
  );
  assertEquals(frame.layer("ipv4")?.checksum, 0x1234);
  assertEquals(frame.layer("udp"), undefined);
});

Deno.test("encode() sums over the final destination of a source route", () => {
  const route: LayerValue = {
    kind: "routing",
    segmentsLeft: 2,
    route: { kind: "segments", segments: ["2001:db8::9", "2001:db8::8"] },
  };
  const frame = decodeFrame(encode(LINK, IPV6, route, UDP, new Uint8Array(3)));
  const direct = decodeFrame(
    encode(LINK, { ...IPV6, destination: "2001:db8::9" }, UDP, new Uint8Array(3)),
  );
  assertEquals(frame.layer("udp")?.checksum, direct.layer("udp")?.checksum);
  assertEquals(verifyChecksums(frame), []);
});

Deno.test("encode() sums over the last address of an IPv4 source route that is not used up", () => {
  const route = (pointer: number): LayerValue => ({
    ...IPV4,
    options: [{ kind: "looseSourceRoute", pointer, addresses: ["192.0.2.8", "192.0.2.9"] }],
  });
  const checksumOf = (ip: LayerValue) => {
    const frame = decodeFrame(encode(LINK, ip, UDP, new Uint8Array(3)));
    assertEquals(verifyChecksums(frame), []);
    return frame.layer("udp")?.checksum;
  };
  assertEquals(checksumOf(route(4)), checksumOf({ ...IPV4, destination: "192.0.2.9" }));
  assertEquals(checksumOf(route(12)), checksumOf(IPV4));
});

Deno.test("a jumbogram goes through encode() and decodePacket()", () => {
  const data = new Uint8Array(70_000).fill(7);
  const length = 8 + 8 + data.length;
  const jumbo: LayerValue = { kind: "hopByHop", options: [{ kind: "jumboPayload", length }] };
  const bytes = encode(IPV6, jumbo, UDP, data);
  const frame = decodePacket(bytes);
  assertEquals(frame.error, undefined);
  assertEquals(frame.layer("ipv6")?.payloadLength, 0);
  assertEquals(frame.payload.length, data.length);
  assertEquals(verifyChecksums(frame), []);
  assertEquals(encode(...frame.toValues()), bytes);
  assertThrows(() => encode(IPV6, UDP, data), RangeError, "payloadLength of 70008");
});

Deno.test("encode() refuses a layer of no known kind", () => {
  for (const kind of ["ipv5", "toString", undefined]) {
    assertThrows(() => encode({ kind } as never), TypeError, `kind of ${JSON.stringify(kind)} is`);
  }
  assertThrows(() => encode(undefined as never), TypeError, "is unknown");
});
