/** Fragments put together, and what is refused. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { decodePacket, encode, type LayerValue, Reassembler } from "../../wire/mod.ts";
import { testWith } from "../_tools.ts";
import { bytes } from "./_values.ts";
import { fromHex, runScapy, toHex, withoutScapy } from "./_scapy.ts";
import { IPV4, IPV6 } from "./_headers.ts";

/** One fragment of protocol 253. */
function piece(
  family: 4 | 6,
  identification: number,
  fragmentOffset: number,
  moreFragments: boolean,
  data: Uint8Array,
  protocol = 253,
): Uint8Array {
  return family === 4
    ? encode({ ...IPV4, protocol, identification, fragmentOffset, moreFragments }, data)
    : encode(
      IPV6,
      { kind: "fragment", nextHeader: protocol, identification, fragmentOffset, moreFragments },
      data,
    );
}

function whole(family: 4 | 6, identification: number, data: Uint8Array): Uint8Array {
  const layers: LayerValue[] = family === 4
    ? [{ ...IPV4, protocol: 253, identification }]
    : [{ ...IPV6, nextHeader: 253 }];
  return encode(...layers, data);
}

for (const family of [4, 6] as const) {
  Deno.test(`IPv${family}: fragments in any order, several times, make the packet`, () => {
    const plan = fc.tuple(
      bytes(9, 400),
      fc.integer({ min: 1, max: 6 }),
      fc.infiniteStream(fc.nat()),
    );
    fc.assert(fc.property(plan, ([data, words, random]) => {
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < data.length; at += 8 * words) {
        const end = Math.min(data.length, at + 8 * words);
        pieces.push(piece(family, 7, at, end < data.length, data.subarray(at, end)));
      }
      const order = pieces.map((bytes) => [random.next().value!, bytes] as const)
        .sort(([a], [b]) => a - b).map(([, bytes]) => bytes);
      const reassembler = new Reassembler();
      order.forEach((bytes, index) => {
        const last = index === order.length - 1;
        const result = reassembler.add(bytes, index);
        assertEquals(result, last ? whole(family, 7, data) : undefined);
        if (!last) assertEquals(reassembler.add(bytes, index), undefined);
      });
      assertEquals([reassembler.pendingPackets, reassembler.pendingBytes], [0, 0]);
      assertEquals(reassembler.drops, {
        timedOut: 0,
        evicted: 0,
        overlapping: 0,
        distant: 0,
        malformed: 0,
      });
    }));
  });

  Deno.test(`IPv${family}: by the strict policy an overlap gives up the packet and every later fragment of it`, () => {
    const overlaps: [number, boolean, number][] = [
      [8, true, 16], // over the end of the first
      [0, true, 8], // inside the first
      [0, true, 32], // round it
    ];
    for (const [offset, more, length] of overlaps) {
      const reassembler = new Reassembler({ policy: "strict" });
      reassembler.add(piece(family, 1, 0, true, new Uint8Array(24)), 0);
      reassembler.add(piece(family, 1, offset, more, new Uint8Array(length).fill(1)), 0);
      assertEquals(reassembler.drops.overlapping, 1);
      const last = reassembler.add(piece(family, 1, 24, false, new Uint8Array(3)), 1);
      assertEquals(last, undefined);
      assertEquals(reassembler.pendingBytes, 64);
    }
  });

  Deno.test(`IPv${family}: fragments that contradict each other on the end give up the packet`, () => {
    const early = new Reassembler();
    early.add(piece(family, 1, 32, true, new Uint8Array(8)), 0);
    early.add(piece(family, 1, 8, false, new Uint8Array(8)), 0);
    assertEquals(early.drops.overlapping, 1);
    const beyond = new Reassembler();
    beyond.add(piece(family, 1, 8, false, new Uint8Array(8)), 0);
    beyond.add(piece(family, 1, 16, true, new Uint8Array(8)), 0);
    assertEquals(beyond.drops.overlapping, 1);
    const twice = new Reassembler();
    twice.add(piece(family, 1, 8, false, new Uint8Array(8)), 0);
    twice.add(piece(family, 1, 16, false, new Uint8Array(8)), 0);
    assertEquals(twice.drops.overlapping, 1);
  });

  Deno.test(`IPv${family}: what stays incomplete is given up after its time, by the passed clock`, () => {
    const reassembler = new Reassembler({ timeoutMs: 100 });
    reassembler.add(piece(family, 1, 0, true, new Uint8Array(8)), 1000);
    reassembler.add(piece(family, 2, 0, true, new Uint8Array(8)), 1050);
    assertEquals(reassembler.expire(1099), 0);
    assertEquals(reassembler.expire(1100), 1);
    assertEquals(reassembler.pendingPackets, 1);
    assertEquals(reassembler.add(piece(family, 1, 8, false, new Uint8Array(1)), 1100), undefined);
    const done = reassembler.add(piece(family, 2, 8, false, new Uint8Array(1)), 1149);
    assertEquals(done, whole(family, 2, new Uint8Array(9)));
    assertEquals(reassembler.drops.timedOut, 1);
  });

  Deno.test(`IPv${family}: memory stays below its bound, the oldest packets go first`, () => {
    const reassembler = new Reassembler({ maxBytes: 20_000 });
    for (let id = 0; id < 1000; id++) {
      reassembler.add(piece(family, id, 0, true, new Uint8Array(1000)), 0);
      assert(reassembler.pendingBytes <= 20_000);
    }
    const { pendingPackets } = reassembler;
    assertEquals(reassembler.drops.evicted + pendingPackets, 1000);
    assert(pendingPackets > 10);
    const newest = reassembler.add(piece(family, 999, 1000, false, new Uint8Array(1)), 0);
    assertEquals(newest, whole(family, 999, new Uint8Array(1001)));
  });

  Deno.test(`IPv${family}: fragments too long, or not in units of eight, are dropped`, () => {
    const reassembler = new Reassembler({ policy: "strict" });
    reassembler.add(piece(family, 1, 0, true, new Uint8Array(12)), 0);
    reassembler.add(piece(family, 1, 65528, false, new Uint8Array(1000)), 0);
    reassembler.add(piece(family, 1, 8, true, new Uint8Array(0)), 0);
    assertEquals(reassembler.drops.malformed, 3);
    assertEquals(reassembler.pendingPackets, 0);
  });

  Deno.test(`IPv${family}: tiny fragments that hide the flags of TCP are dropped (RFC 1858)`, () => {
    const reassembler = new Reassembler({ policy: "strict" });
    reassembler.add(piece(family, 1, 0, true, new Uint8Array(8), 6), 0);
    reassembler.add(piece(family, 2, 8, false, new Uint8Array(12), 6), 0);
    assertEquals(reassembler.drops.malformed, 2);
    reassembler.add(piece(family, 3, 0, true, new Uint8Array(16), 6), 0);
    assert(reassembler.add(piece(family, 3, 16, false, new Uint8Array(8), 6), 0));
  });
}

Deno.test("packets that are no fragments pass as they are, atomic fragments without their header", () => {
  const reassembler = new Reassembler();
  const plain = whole(4, 0, new Uint8Array(3));
  assert(reassembler.add(plain, 0) === plain);
  assertEquals(
    reassembler.add(piece(6, 5, 0, false, Uint8Array.of(1)), 0),
    whole(6, 0, Uint8Array.of(1)),
  );
  assertThrows(() => reassembler.add(plain.subarray(0, 22), 0), RangeError, "total length of 23");
  assertThrows(() => reassembler.add(plain, NaN), RangeError, "nowMs of NaN");
  assertThrows(() => new Reassembler({ policy: "bsd" as never }), TypeError, 'policy "bsd"');
  assertThrows(() => new Reassembler({ maxBytes: 0 }), RangeError, "maxBytes of 0");
});

for (const policy of ["linux", "strict"] as const) {
  Deno.test(`no bytes make add() throw anything but a RangeError, or outgrow its bound (${policy})`, () => {
    const reassembler = new Reassembler({ policy, maxBytes: 5000, timeoutMs: 50 });
    let now = 0;
    const broken = fc.tuple(
      fc.constantFrom(4 as const, 6 as const),
      fc.nat(3),
      fc.nat(5),
      fc.boolean(),
      bytes(0, 40),
      bytes(0, 3),
      fc.nat(50),
    ).map(
      ([family, id, offset, more, data, noise, at]) => {
        const packet = piece(family, id, offset * 8, more, data);
        packet.set(noise, Math.min(at, packet.length - noise.length));
        return packet;
      },
    );
    fc.assert(
      fc.property(broken, (packet) => {
        try {
          const result = reassembler.add(packet, now++);
          if (result !== undefined) decodePacket(result).layers;
        } catch (error) {
          assert(error instanceof RangeError, `${error}`);
        }
        assert(reassembler.pendingBytes <= 5000 && reassembler.pendingBytes >= 0);
      }),
      { numRuns: 3000 },
    );
    reassembler.expire(now + 100);
    assertEquals([reassembler.pendingPackets, reassembler.pendingBytes], [0, 0]);
  });
}

testWith(
  { other: withoutScapy },
  "300 packets that scapy cut into fragments come out as they were",
  async () => {
    const lines = await runScapy("_fragments.py", ["300", "seed"]);
    const reassembler = new Reassembler();
    let count = 0;
    for (const line of lines) {
      const { whole, pieces } = JSON.parse(line) as { whole: string; pieces: string[] };
      if (pieces.length > 1) count++;
      const results = pieces.reverse().map((hex) => reassembler.add(fromHex(hex), 0));
      assertEquals(results.slice(0, -1).every((result) => result === undefined), true);
      assertEquals(toHex(results.at(-1) ?? new Uint8Array(0)), whole);
    }
    assert(count > 200);
  },
);
