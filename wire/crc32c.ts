/**
 * CRC32c, the checksum of SCTP (RFC 9260, appendix A).
 *
 * @module
 */

import { checkNumber, checkSpan } from "./_bytes.ts";

/** The polynomial 0x1edc6f41, its bits in reverse. */
const POLYNOMIAL = 0x82f63b78;

const TABLE: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) {
    remainder = (remainder >>> 1) ^ ((remainder & 1) === 0 ? 0 : POLYNOMIAL);
  }
  return remainder;
});

/**
 * The CRC32c of `bytes` from `start` to `end`.
 *
 * @param bytes The bytes.
 * @param start Index of the first byte; default 0.
 * @param end Index after the last byte; default `bytes.length`.
 * @param initial The CRC32c of the bytes before, to go on from; default 0.
 * @returns The checksum, 32 bits.
 * @throws {RangeError} If `start` or `end` lies outside the bytes, or `initial` has more than 32 bits.
 * @throws {TypeError} If `bytes` is not a `Uint8Array`.
 *
 * @example The customary check value
 * ```ts
 * import { crc32c } from "@berkeley/sockets/wire";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(crc32c(new TextEncoder().encode("123456789")), 0xe3069283);
 * ```
 */
export function crc32c(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes?.length,
  initial = 0,
): number {
  checkSpan("bytes", bytes, start, end, 0, "sum");
  checkNumber("sum", "bytes", "initial", initial, 0xffffffff);
  let remainder = ~initial;
  for (let at = start; at < end; at++) {
    remainder = TABLE[(remainder ^ bytes[at]) & 0xff] ^ (remainder >>> 8);
  }
  return ~remainder >>> 0;
}
