/** The Internet checksum against its definition. */

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  addressSum,
  checksum,
  foldSum,
  pseudoHeaderSum,
  sumWords,
  updateChecksum,
} from "../../wire/mod.ts";
import { bits, bytes } from "./_values.ts";

/** RFC 1071, section 1, word by word and by nothing but its words. */
function plain(data: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < data.length; i += 2) {
    sum += data[i] * 256 + (data[i + 1] ?? 0);
    if (sum > 0xffff) sum -= 0xffff;
  }
  return 0xffff - sum;
}

Deno.test("checksum() gives what RFC 1071 computes by hand", () => {
  const example = Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7);
  assertEquals(sumWords(example), 0xddf2);
  assertEquals(checksum(example), 0x220d);
  assertEquals(checksum(new Uint8Array(0)), 0xffff);
  assertEquals(checksum(Uint8Array.of(1)), 0xfeff);
});

Deno.test("checksum() is the plain sum for any length and any place in a buffer", () => {
  const sizes = fc.oneof(bytes(0, 64), bytes(240, 300), bytes(1000, 3000));
  fc.assert(
    fc.property(sizes, fc.nat(9), fc.nat(9), (data, before, inside) => {
      const buffer = new Uint8Array(before + inside + data.length + 5).fill(0xa5);
      const view = buffer.subarray(before);
      view.set(data, inside);
      assertEquals(checksum(view, inside, inside + data.length), plain(data));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("checksum() of 16 MiB of ones loses no carry", () => {
  const data = new Uint8Array(16 * 1024 * 1024 + 1).fill(0xff);
  assertEquals(checksum(data), plain(data));
});

Deno.test("sums of pieces add up, the last of them of odd length", () => {
  fc.assert(fc.property(bytes(0, 600), fc.nat(300), (data, half) => {
    const cut = Math.min(data.length & ~1, half * 2);
    assertEquals(checksum(data, cut, data.length, sumWords(data, 0, cut)), plain(data));
  }));
});

Deno.test("foldSum() folds sums beyond 32 bits", () => {
  assertEquals(foldSum(0x1_0000_0000), 1);
  assertEquals(foldSum(0xffff_ffff_ffff), 0xffff);
  assertEquals(foldSum(0x12345), 0x2346);
});

Deno.test("updateChecksum() is a new checksum over the changed words (RFC 1624)", () => {
  fc.assert(
    fc.property(bytes(8, 40), fc.nat(), bits(16), (data, where, word) => {
      const at = (where % (data.length >> 1)) * 2;
      const old = (data[at] << 8) | data[at + 1];
      const before = checksum(data);
      const after = data.slice();
      after[at] = word >> 8;
      after[at + 1] = word;
      const updated = updateChecksum(before, old, word);
      // Zero has two forms; RFC 1624 never makes 0xffff of what was not.
      if (updated % 0xffff !== 0) assertEquals(updated, checksum(after));
      else assertEquals(checksum(after) % 0xffff, 0);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("updateChecksum() gets the case right that RFC 1141 does not", () => {
  // RFC 1624, section 4.
  assertEquals(updateChecksum(0xdd2f, 0x5555, 0x3285), 0x0000);
});

Deno.test("pseudoHeaderSum() is the sum of the pseudo-header's bytes", () => {
  const v4 = Uint8Array.of(192, 0, 2, 1, 192, 0, 2, 2, 0, 17, 0x12, 0x34);
  assertEquals(pseudoHeaderSum("192.0.2.1", "192.0.2.2", 17, 0x1234), sumWords(v4));
  const v6 = new Uint8Array(40);
  v6[0] = 0x20;
  v6[15] = 1;
  v6[16] = 0x20;
  v6[31] = 2;
  v6.set([0, 1, 0x12, 0x34, 0, 0, 0, 58], 32);
  assertEquals(pseudoHeaderSum("2000::1", "2000::2", 58, 0x11234), sumWords(v6));
  assertEquals(
    addressSum(v6.subarray(0, 16), v6.subarray(16, 32)),
    addressSum("2000::1", "2000::2"),
  );
});
