/**
 * The Internet checksum: RFC 1071, its incremental update (RFC 1624), and pseudo-headers.
 *
 * @module
 */

import { parseIp } from "../core/ip/text.ts";
import { lengthOf, partOf } from "../core/bytes.ts";
import { checkNumber, checkSpan, u16 } from "./_bytes.ts";

/** From this length on, a view of 32-bit words pays for itself. */
const WORDWISE_FROM = 160;

/** The first byte in memory of a 16-bit word is its low one. */
const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * Folds a sum into 16 bits, the carries added back (ones' complement).
 *
 * @param sum The sum, 0 to 2^53 - 1.
 * @returns The folded sum, 0 to 0xffff.
 * @throws {RangeError} If `sum` is not such a number.
 */
export function foldSum(sum: number): number {
  // A loop over what is no integer would not end.
  checkNumber("fold", "sum", "sum", sum, Number.MAX_SAFE_INTEGER);
  return fold(sum);
}

/** As {@linkcode foldSum}, of a sum that is one. */
function fold(sum: number): number {
  // A sum of 32-bit words can pass 2^32, where bit operations would cut it.
  let folded = sum > 0xffffffff ? (sum % 0x100000000) + Math.floor(sum / 0x100000000) : sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x10000);
  return folded;
}

/**
 * The ones' complement sum of the 16-bit words from `start` to `end`, added to `initial` and folded
 * to 16 bits but not complemented: for a checksum made of several pieces. An odd last byte counts
 * as the high half of a word, so only the last piece may be of odd length.
 *
 * @param bytes The bytes to sum.
 * @param start Index of the first byte; default 0.
 * @param end Index after the last byte; default `bytes.length`.
 * @param initial A sum to go on from; default 0.
 * @returns The sum, 0 to 0xffff.
 * @throws {RangeError} If `start` or `end` lies outside the bytes, or `initial` is no sum.
 * @throws {TypeError} If `bytes` is not a `Uint8Array`.
 */
export function sumWords(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes?.length,
  initial = 0,
): number {
  checkSpan("bytes", bytes, start, end, 0, "sum");
  checkNumber("sum", "bytes", "initial", initial, Number.MAX_SAFE_INTEGER);
  // Words are read by the memory's own length, whatever the view says of itself.
  if (end > lengthOf(bytes)) checkSpan("bytes", partOf(bytes, 0), start, end, 0, "sum");
  return sumSound(bytes, start, end, initial);
}

/** As {@linkcode sumWords}, within memory that was checked. */
function sumSound(bytes: Uint8Array, start: number, end: number, initial: number): number {
  return end - start < WORDWISE_FROM
    ? fold(sumBytewise(bytes, start, end, initial))
    : sumWordwise(bytes, start, end, initial);
}

function sumBytewise(bytes: Uint8Array, start: number, end: number, initial: number): number {
  let sum = initial;
  let at = start;
  for (; at + 1 < end; at += 2) sum += (bytes[at] << 8) | bytes[at + 1];
  if (at < end) sum += bytes[at] << 8;
  return sum;
}

/** RFC 1071, section 2: sum in the machine's byte order and swap the result. */
function sumWordwise(bytes: Uint8Array, start: number, end: number, initial: number): number {
  let head = start;
  while (((bytes.byteOffset + head) & 3) !== 0) head++;
  const count = (end - head) >>> 2;
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + head, count);
  let low = 0;
  let high = 0;
  // 2^15 words of 16 bits stay below 2^31, where V8 keeps the sums as machine integers.
  for (let from = 0; from < count;) {
    const to = Math.min(count, from + 0x4000);
    let a = 0;
    let b = 0;
    for (; from < to; from++) {
      const word = words[from];
      a += word & 0xffff;
      b += word >>> 16;
    }
    low += a;
    high += b;
  }
  let middle = fold(low + high);
  if (LITTLE_ENDIAN) middle = swap(middle);
  // Bytes before an odd boundary shift every later byte to the other half of its word.
  if (((head - start) & 1) !== 0) middle = swap(middle);
  const tail = head + count * 4;
  let sum = sumBytewise(bytes, start, head, initial) + middle;
  for (let at = tail; at < end; at++) sum += ((at - start) & 1) === 0 ? bytes[at] << 8 : bytes[at];
  return fold(sum);
}

function swap(word: number): number {
  return ((word & 0xff) << 8) | (word >>> 8);
}

/**
 * The Internet checksum (RFC 1071) of `bytes` from `start` to `end`: what to write into a checksum
 * field that was zero, or 0 if the field already holds the right one.
 *
 * @param bytes The bytes to sum.
 * @param start Index of the first byte; default 0.
 * @param end Index after the last byte; default `bytes.length`.
 * @param initial A sum to go on from, as {@linkcode pseudoHeaderSum} gives; default 0.
 * @returns The checksum, 0 to 0xffff.
 * @throws {RangeError} If `start` or `end` lies outside the bytes, or `initial` is no sum.
 * @throws {TypeError} If `bytes` is not a `Uint8Array`.
 *
 * @example An echo request built in place
 * ```ts
 * import { checksum } from "@berkeley/sockets/wire";
 * import { assertEquals } from "@std/assert";
 *
 * const echo = new Uint8Array(64);
 * echo[0] = 8;
 * const sum = checksum(echo);
 * echo[2] = sum >> 8;
 * echo[3] = sum;
 * assertEquals(checksum(echo), 0);
 * ```
 */
export function checksum(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes?.length,
  initial = 0,
): number {
  return 0xffff - sumWords(bytes, start, end, initial);
}

/** As {@linkcode checksum}, of a header that is being written: its memory was checked or is new. */
export function writtenChecksum(
  bytes: Uint8Array,
  start: number,
  end: number,
  initial = 0,
): number {
  return 0xffff - sumSound(bytes, start, end, initial);
}

/**
 * The checksum after one 16-bit word of the packet changed (RFC 1624, equation 3), without a look at
 * the rest of the packet.
 *
 * @param before The checksum before the change.
 * @param oldWord The word as it was.
 * @param newWord The word as it is now.
 * @returns The new checksum.
 * @throws {RangeError} If one of them is not a number of 16 bits.
 *
 * @example The sequence number of an echo request goes up by one
 * ```ts
 * import { checksum, updateChecksum } from "@berkeley/sockets/wire";
 * import { assertEquals } from "@std/assert";
 *
 * const echo = Uint8Array.of(8, 0, 0, 0, 0x12, 0x34, 0, 7);
 * const before = checksum(echo);
 * echo[7] = 8;
 * assertEquals(updateChecksum(before, 7, 8), checksum(echo));
 * ```
 */
export function updateChecksum(before: number, oldWord: number, newWord: number): number {
  const what = "checksum";
  checkNumber("update", what, "before", before, 0xffff);
  checkNumber("update", what, "oldWord", oldWord, 0xffff);
  checkNumber("update", what, "newWord", newWord, 0xffff);
  let sum = (0xffff - before) + (0xffff - oldWord) + newWord;
  sum = (sum & 0xffff) + (sum >>> 16);
  sum = (sum & 0xffff) + (sum >>> 16);
  return 0xffff - sum;
}

/**
 * The sum of the addresses of a pseudo-header, the part that does not depend on the payload.
 *
 * @param source Source address: text, or its 4 or 16 bytes.
 * @param destination Destination address; of an IPv6 packet with a routing header, the final one.
 * @returns The sum, folded to 16 bits.
 * @throws {RangeError} If bytes are neither 4 nor 16, or the addresses are of two families.
 * @throws {TypeError} If text is no address.
 */
export function addressSum(source: string | Uint8Array, destination: string | Uint8Array): number {
  const from = addressBytes("source", source);
  const to = addressBytes("destination", destination);
  if (from.length !== to.length) {
    throw new RangeError(
      `Cannot sum addresses: source of ${from.length} bytes and destination of ${to.length} differ`,
    );
  }
  // Text was made into bytes here; bytes of the caller's may say anything of themselves.
  const sum = typeof source === "string" ? sumSound(from, 0, from.length, 0) : sumWords(from);
  return typeof destination === "string"
    ? sumSound(to, 0, to.length, sum)
    : sumWords(to, 0, to.length, sum);
}

function addressBytes(name: string, address: string | Uint8Array): Uint8Array {
  if (typeof address === "string") return parseIp(address);
  if (!(address instanceof Uint8Array)) {
    throw new TypeError(`Cannot sum addresses: ${name} is neither text nor a Uint8Array`);
  }
  if (address.length === 4 || address.length === 16) return address;
  throw new RangeError(`Cannot sum addresses: ${name} of ${address.length} bytes is not 4 or 16`);
}

/**
 * The sum of the pseudo-header that TCP, UDP and ICMPv6 checksums begin with (RFC 9293 section 3.1,
 * RFC 8200 section 8.1); the same number serves both families, since a length and a protocol sum
 * alike in both layouts.
 *
 * @param source Source address: text, or its 4 or 16 bytes.
 * @param destination Destination address; of an IPv6 packet with a routing header, the final one.
 * @param protocol Protocol number: 6 for TCP, 17 for UDP, 58 for ICMPv6.
 * @param length Length of the header and what follows it, in bytes.
 * @returns The sum, to be passed as `initial` to {@linkcode checksum}.
 * @throws {RangeError} If `protocol` is outside 0 to 255 or `length` outside 0 to 2^32 - 1, or as
 * {@linkcode addressSum} does.
 *
 * @example The checksum of an ICMPv6 echo request
 * ```ts
 * import { checksum, pseudoHeaderSum } from "@berkeley/sockets/wire";
 * import { assertEquals } from "@std/assert";
 *
 * const echo = Uint8Array.of(128, 0, 0, 0, 0, 1, 0, 1);
 * const sum = checksum(echo, 0, 8, pseudoHeaderSum("::1", "::1", 58, 8));
 * assertEquals(sum, 0x7fb9);
 * ```
 */
export function pseudoHeaderSum(
  source: string | Uint8Array,
  destination: string | Uint8Array,
  protocol: number,
  length: number,
): number {
  checkNumber("sum", "pseudo-header", "protocol", protocol, 0xff);
  checkNumber("sum", "pseudo-header", "length", length, 0xffffffff);
  return withPseudoTail(addressSum(source, destination), protocol, length);
}

/** Adds the protocol and the length of a pseudo-header to the sum of its addresses. */
export function withPseudoTail(addresses: number, protocol: number, length: number): number {
  return fold(addresses + protocol + (length >>> 16) + (length & 0xffff));
}

/** The sum of two addresses that lie in a row in `bytes`, as they do in IPv4 and IPv6 headers. */
export function addressSumAt(bytes: Uint8Array, start: number, end: number): number {
  let sum = 0;
  for (let at = start; at < end; at += 2) sum += u16(bytes, at);
  return fold(sum);
}
