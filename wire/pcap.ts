/**
 * The classic pcap format, in microseconds or nanoseconds, read in either byte order
 * (draft-ietf-opsawg-pcap).
 *
 * @module
 */

import { checkIterable, integer, object, oneOf, optional } from "../core/arguments.ts";
import { bad, checkSpan, fit } from "./_bytes.ts";
import {
  type CapturedPacket,
  type CaptureParser,
  checkPacket,
  LINKTYPE_ETHERNET,
  MAX_RECORD,
} from "./_capture.ts";

/** The first four bytes of a file, as its writer's byte order has them. */
export const PCAP_MAGIC = { MICROS: 0xa1b2c3d4, NANOS: 0xa1b23c4d };

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const OPTIONS = object({
  linkType: optional(integer(0, 0xffff)),
  snapLength: optional(integer(0, 0xffffffff)),
  resolution: optional(oneOf("micros", "nanos")),
});

/** How a pcap file is written. */
export interface PcapOptions {
  /** What each packet begins with; default 1 (`LINKTYPE_ETHERNET`). A file has one only. */
  linkType?: number;
  /** The greatest length of a packet that the file says it holds, in bytes; default 262144. */
  snapLength?: number;
  /** Unit of the time stamps; default `"nanos"`. */
  resolution?: "micros" | "nanos";
}

/**
 * The header that a pcap file begins with, in little-endian order.
 *
 * @param options Link type, snapshot length and resolution.
 * @returns The 24 bytes.
 * @throws {RangeError} If a field does not fit its bits: it names the field.
 */
export function encodePcapHeader(options: PcapOptions = {}): Uint8Array {
  const what = "pcap header";
  const { linkType, snapLength, resolution } = OPTIONS(options, "encode pcap header", "options");
  const bytes = new Uint8Array(FILE_HEADER);
  const view = new DataView(bytes.buffer);
  const magic = resolution === "micros" ? PCAP_MAGIC.MICROS : PCAP_MAGIC.NANOS;
  view.setUint32(0, magic, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, fit(what, "snapLength", snapLength ?? 262144, 0xffffffff), true);
  view.setUint32(20, fit(what, "linkType", linkType ?? LINKTYPE_ETHERNET, 0xffff), true);
  return bytes;
}

/**
 * One packet of a pcap file, header and bytes.
 *
 * @param packet The packet.
 * @param options The options that the file's header was made with.
 * @returns The record in new bytes.
 * @throws {RangeError} If a field does not fit its bits, or the link type is not the file's.
 */
export function encodePcapPacket(packet: CapturedPacket, options: PcapOptions = {}): Uint8Array {
  const checked = OPTIONS(options, "encode pcap packet", "options");
  const one = checkPacket(packet, "encode pcap packet");
  const bytes = new Uint8Array(RECORD_HEADER + one.data.length);
  writePacket(one, checked, bytes, 0);
  return bytes;
}

function writePacket(
  packet: CapturedPacket,
  options: PcapOptions,
  bytes: Uint8Array,
  at: number,
): void {
  const what = "pcap packet";
  const linkType = options.linkType ?? LINKTYPE_ETHERNET;
  if ((packet.linkType ?? linkType) !== linkType) {
    throw new RangeError(
      `Cannot encode ${what}: linkType of ${packet.linkType} is not the file's ${linkType}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, RECORD_HEADER);
  const { timestampNanos } = packet;
  if (typeof timestampNanos !== "bigint") {
    throw new TypeError(
      `Cannot encode ${what}: timestampNanos of ${timestampNanos} is not a bigint`,
    );
  }
  const seconds = Number(timestampNanos / 1_000_000_000n);
  const nanos = Number(timestampNanos % 1_000_000_000n);
  view.setUint32(0, fit(what, "timestampNanos seconds", seconds, 0xffffffff), true);
  const fraction = options.resolution === "micros" ? Math.floor(nanos / 1000) : nanos;
  view.setUint32(4, fit(what, "timestampNanos", fraction, 999_999_999), true);
  const length = fit(what, "data length", packet.data.length, MAX_RECORD);
  view.setUint32(8, length, true);
  const original = fit(what, "originalLength", packet.originalLength ?? length, 0xffffffff);
  view.setUint32(12, original, true);
  bytes.set(packet.data, at + RECORD_HEADER);
}

/**
 * A whole pcap file.
 *
 * @param packets The packets.
 * @param options Link type, snapshot length and resolution.
 * @returns The file in new bytes.
 * @throws {RangeError} If a field does not fit its bits, or a packet's link type is not the file's.
 *
 * @example There and back
 * ```ts
 * import { decodeCapture, encodePcap } from "@berkeley/sockets/wire";
 * import { assertEquals } from "@std/assert";
 *
 * const file = encodePcap([{ data: new Uint8Array(60), timestampNanos: 1_000_000_007n }]);
 * const [packet] = decodeCapture(file);
 * assertEquals([packet.data.length, packet.timestampNanos], [60, 1_000_000_007n]);
 * ```
 */
export function encodePcap(
  packets: Iterable<CapturedPacket>,
  options: PcapOptions = {},
): Uint8Array {
  const action = "encode pcap file";
  const checked = OPTIONS(options, action, "options");
  checkIterable(packets, action, "packets");
  const list = Array.from(packets, (packet) => checkPacket(packet, action));
  const total = list.reduce((sum, { data }) => sum + RECORD_HEADER + data.length, FILE_HEADER);
  const bytes = new Uint8Array(total);
  bytes.set(encodePcapHeader(checked));
  let at = FILE_HEADER;
  for (const packet of list) {
    writePacket(packet, checked, bytes, at);
    at += RECORD_HEADER + packet.data.length;
  }
  return bytes;
}

/** Reads a pcap file piece by piece. */
export class PcapParser implements CaptureParser {
  packet: CapturedPacket | undefined;
  #started = false;
  #little = false;
  #nanosPerUnit = 1n;
  #linkType = 0;

  step(bytes: Uint8Array, at: number): number {
    this.packet = undefined;
    const left = bytes.length - at;
    if (!this.#started) return left < FILE_HEADER ? 0 : this.#header(bytes, at);
    if (left < RECORD_HEADER) return 0;
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, RECORD_HEADER);
    const little = this.#little;
    const length = view.getUint32(8, little);
    if (length > MAX_RECORD) {
      throw bad("pcap packet", `captured length of ${length} is above ${MAX_RECORD}`);
    }
    if (left < RECORD_HEADER + length) return 0;
    const seconds = BigInt(view.getUint32(0, little));
    const fraction = BigInt(view.getUint32(4, little)) * this.#nanosPerUnit;
    const from = at + RECORD_HEADER;
    this.packet = {
      data: bytes.subarray(from, from + length),
      timestampNanos: seconds * 1_000_000_000n + fraction,
      originalLength: view.getUint32(12, little),
      linkType: this.#linkType,
    };
    return RECORD_HEADER + length;
  }

  #header(bytes: Uint8Array, at: number): number {
    checkSpan("pcap header", bytes, at, bytes.length, FILE_HEADER);
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, FILE_HEADER);
    const big = view.getUint32(0);
    this.#little = big !== PCAP_MAGIC.MICROS && big !== PCAP_MAGIC.NANOS;
    const magic = view.getUint32(0, this.#little);
    const major = view.getUint16(4, this.#little);
    if (major !== 2) throw bad("pcap header", `version of ${major} is not 2`);
    this.#nanosPerUnit = magic === PCAP_MAGIC.NANOS ? 1n : 1000n;
    // The high bits tell the length of the frame check sequence.
    this.#linkType = view.getUint32(20, this.#little) & 0xffff;
    this.#started = true;
    return FILE_HEADER;
  }
}
