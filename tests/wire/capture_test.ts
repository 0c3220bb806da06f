/**
 * Capture files: what is written is read again, others' ways of writing too, and bad ones are refused.
 */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  type CapturedPacket,
  decodeCapture,
  decodeCaptured,
  decodeCaptureStream,
  encode,
  encodePcap,
  encodePcapHeader,
  encodePcapng,
  encodePcapPacket,
  PcapngWriter,
} from "../../wire/mod.ts";
import { bytes } from "./_values.ts";

const SECOND = 1_000_000_000n;

const packet: fc.Arbitrary<CapturedPacket> = fc.record({
  data: bytes(0, 100),
  timestampNanos: fc.bigInt({ min: 0n, max: 4_000_000_000n * SECOND }),
}).map(({ data, timestampNanos }) => ({
  data,
  timestampNanos,
  originalLength: data.length,
  linkType: 1,
}));

/** Swaps the byte order of a little-endian pcap file of ours. */
function bigEndian(file: Uint8Array): Uint8Array {
  const copy = file.slice();
  const view = new DataView(copy.buffer);
  const swap32 = (at: number) => view.setUint32(at, view.getUint32(at, true));
  const swap16 = (at: number) => view.setUint16(at, view.getUint16(at, true));
  swap16(4);
  swap16(6);
  for (const at of [0, 8, 12, 16, 20]) swap32(at);
  for (let at = 24; at < copy.length;) {
    const length = view.getUint32(at + 8, true);
    for (let i = 0; i < 4; i++) swap32(at + 4 * i);
    at += 16 + length;
  }
  return copy;
}

Deno.test("pcap: packets come back, in either resolution and byte order", () => {
  fc.assert(fc.property(fc.array(packet, { maxLength: 5 }), (packets) => {
    const nanos = encodePcap(packets);
    assertEquals([...decodeCapture(nanos)], packets);
    assertEquals([...decodeCapture(bigEndian(nanos))], packets);
    const micros = encodePcap(packets, { resolution: "micros" });
    const rounded = packets.map((one) => ({
      ...one,
      timestampNanos: one.timestampNanos! / 1000n * 1000n,
    }));
    assertEquals([...decodeCapture(micros)], rounded);
    assertEquals([...decodeCapture(bigEndian(micros))], rounded);
  }));
});

Deno.test("pcap: header and packets written piece by piece are the whole file", () => {
  const packets = [1, 2, 3].map((length) => ({
    data: new Uint8Array(length),
    timestampNanos: BigInt(length),
  }));
  const pieces = [encodePcapHeader(), ...packets.map((one) => encodePcapPacket(one))];
  assertEquals(
    Uint8Array.from(pieces.flatMap((piece) => [...piece])),
    encodePcap(packets),
  );
});

Deno.test("pcapng: packets come back with interface, direction and comment", () => {
  const full = fc.record({
    data: bytes(0, 50),
    timestampNanos: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    originalLength: fc.integer({ min: 50, max: 9000 }),
    linkType: fc.constantFrom(1, 101),
    interface: fc.constantFrom("eth0", "lo", "größer"),
    direction: fc.constantFrom("inbound" as const, "outbound" as const),
    comment: fc.string({ unit: "grapheme", maxLength: 20 }),
  }, { requiredKeys: ["data", "timestampNanos", "originalLength", "linkType"] });
  fc.assert(fc.property(fc.array(full, { maxLength: 6 }), (packets) => {
    assertEquals([...decodeCapture(encodePcapng(packets))], packets);
    const writer = new PcapngWriter({ application: "test" });
    const pieces = [...packets.map((one) => writer.encode(one)), writer.end()];
    const file = Uint8Array.from(pieces.flatMap((piece) => [...piece]));
    assertEquals([...decodeCapture(file)], packets);
  }));
});

/** A block of a big-endian pcapng file. */
function block(type: number, ...words: number[]): number[] {
  const length = 12 + 4 * words.length;
  return [type, length, ...words, length].flatMap((word) => [
    word >>> 24,
    (word >>> 16) & 255,
    (word >>> 8) & 255,
    word & 255,
  ]);
}

Deno.test("pcapng: big-endian files, other resolutions, offsets, old and unknown blocks are read", () => {
  const file = Uint8Array.from([
    ...block(0x0a0d0d0a, 0x1a2b3c4d, 0x00010000, 0xffffffff, 0xffffffff),
    ...block(1, 0x00010000, 0), // microseconds by default
    // An interface in 2^-10 seconds, ten seconds off.
    ...block(1, 0x00650000, 0, 0x00090001, 0x8a000000, 0x000e0008, 0, 10, 0),
    ...block(0x0bad, 1, 2, 3),
    ...block(6, 0, 0, 1_000_001, 2, 2, 0xaabb0000),
    ...block(6, 1, 0, 1536, 4, 60, 0x01020304),
    ...block(2, 0x00000005, 0, 7, 4, 4, 0x05060708),
    ...block(3, 4, 0x090a0b0c),
    // A second section has interfaces of its own.
    ...block(0x0a0d0d0a, 0x1a2b3c4d, 0x00010000, 0xffffffff, 0xffffffff),
  ]);
  assertEquals([...decodeCapture(file)], [
    {
      data: Uint8Array.of(0xaa, 0xbb),
      timestampNanos: 1_000_001_000n,
      originalLength: 2,
      linkType: 1,
    },
    {
      data: Uint8Array.of(1, 2, 3, 4),
      timestampNanos: 11_500_000_000n,
      originalLength: 60,
      linkType: 101,
    },
    { data: Uint8Array.of(5, 6, 7, 8), timestampNanos: 7000n, originalLength: 4, linkType: 1 },
    // A simple packet has no time.
    { data: Uint8Array.of(9, 10, 11, 12), originalLength: 4, linkType: 1 },
  ]);
  const orphan = Uint8Array.from([...file, ...block(6, 0, 0, 0, 0, 0)]);
  assertThrows(() => [...decodeCapture(orphan)], RangeError, "interface of 0 is not one of 0");
});

Deno.test("capture files are read from a stream however it is cut", async () => {
  const packets = [20, 0, 300, 50_000, 40_000, 70_000].map((length) => ({
    data: new Uint8Array(length).fill(length),
    timestampNanos: 5n,
    originalLength: length,
    linkType: 1,
  }));
  for (const file of [encodePcap(packets), encodePcapng(packets)]) {
    for (const size of [7, 64, 10_000, 1_000_000]) {
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < file.length; at += size) pieces.push(file.subarray(at, at + size));
      const read = await Array.fromAsync(decodeCaptureStream(ReadableStream.from(pieces)));
      assertEquals(read, packets);
    }
  }
});

Deno.test("bad capture files give the sound packets and then a RangeError", async () => {
  const packets = [1, 2].map((length) => ({
    data: new Uint8Array(length),
    timestampNanos: 0n,
  }));
  const file = encodePcap(packets);
  const cut = file.subarray(0, file.length - 1);
  const read: number[] = [];
  assertThrows(
    () => {
      for (const { data } of decodeCapture(cut)) read.push(data.length);
    },
    RangeError,
    "Cannot decode capture file: last record is cut off after 17 bytes",
  );
  assertEquals(read, [1]);
  await assertRejects(
    () => Array.fromAsync(decodeCaptureStream(ReadableStream.from([cut]))),
    RangeError,
    "cut off",
  );
  const long = file.slice();
  new DataView(long.buffer).setUint32(24 + 8, 0x7fffffff, true);
  assertThrows(() => [...decodeCapture(long)], RangeError, "captured length of 2147483647");
  assertThrows(() => [...decodeCapture(new Uint8Array(64))], RangeError, "magic of 0x00000000");
  assertThrows(() => [...decodeCapture(new Uint8Array(0))], RangeError, "length of 0 is below 4");
});

Deno.test("no bytes make decodeCapture() throw anything but a RangeError, or loop", () => {
  const sound = fc.tuple(fc.array(packet, { maxLength: 3 }), fc.boolean()).map(([packets, ng]) =>
    ng ? encodePcapng(packets) : encodePcap(packets)
  );
  const broken = fc.tuple(sound, bytes(1, 8), fc.nat()).map(([file, noise, at]) => {
    file.set(noise.subarray(0, file.length), at % (file.length - 8));
    return file;
  });
  fc.assert(
    fc.property(fc.oneof(broken, bytes(0, 100)), (file) => {
      try {
        for (const { data } of decodeCapture(file)) assert(data.length <= file.length);
      } catch (error) {
        assert(error instanceof RangeError, `${error}`);
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("decodeCaptured() finds the packet behind every link header it knows", () => {
  const ipv4 = { kind: "ipv4", source: "192.0.2.1", destination: "192.0.2.2" } as const;
  const ip = encode(ipv4, { kind: "udp", sourcePort: 1, destinationPort: 2 });
  const captured = (linkType: number, head: number[], rest = ip) =>
    decodeCaptured({ data: Uint8Array.from([...head, ...rest]), timestampNanos: 0n, linkType });
  const zeros = (count: number) => new Array<number>(count).fill(0);
  const sound: [number, number[]][] = [
    [1, [...zeros(12), 8, 0]],
    [101, []],
    [228, []],
    [0, [2, 0, 0, 0]],
    [108, [0, 0, 0, 2]],
    [113, [...zeros(14), 8, 0]],
    [276, [8, 0, ...zeros(18)]],
  ];
  for (const [linkType, head] of sound) {
    const frame = captured(linkType, head);
    assertEquals(frame.error, undefined, `link type ${linkType}`);
    assertEquals(frame.layer("udp")?.destinationPort, 2, `link type ${linkType}`);
    const cut = captured(linkType, head.slice(0, -1), new Uint8Array(0));
    assert(cut.error instanceof RangeError);
  }
  assertEquals(
    captured(127, []).error?.message,
    "Cannot decode captured packet: link type of 127 is unknown",
  );
  assertEquals(captured(127, []).layers.map((layer) => layer.kind), ["payload"]);
  assert(captured(113, [...zeros(14), 0, 4]).error?.message.includes("protocol of 4"));
});
