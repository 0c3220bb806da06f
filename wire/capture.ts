/**
 * Reading capture files: pcap or pcapng, told apart by their first bytes.
 *
 * @module
 */

import { boundBytes } from "../core/bytes.ts";
import { bad, EMPTY, u32 } from "./_bytes.ts";
import type { CapturedPacket, CaptureParser } from "./_capture.ts";
import type { Frame } from "./layer.ts";
import { defaultLayers } from "./layer_registry.ts";
import { PCAP_MAGIC, PcapParser } from "./pcap.ts";
import { BLOCK } from "./_pcapng_format.ts";
import { PcapngParser } from "./_pcapng_parser.ts";

function parserFor(bytes: Uint8Array): CaptureParser {
  const magic = u32(bytes, 0);
  if (magic === BLOCK.SECTION) return new PcapngParser();
  const swapped = ((magic & 0xff) << 24) | ((magic & 0xff00) << 8) | ((magic >>> 8) & 0xff00) |
    (magic >>> 24);
  for (const known of [PCAP_MAGIC.MICROS, PCAP_MAGIC.NANOS]) {
    if (magic === known || swapped >>> 0 === known) return new PcapParser();
  }
  throw bad("capture file", `magic of 0x${magic.toString(16).padStart(8, "0")} is unknown`);
}

/**
 * Reads a capture file that lies in memory. The packets come one by one; their `data` lies in the
 * file's bytes, nothing is copied.
 *
 * @param bytes The file: pcap (microseconds or nanoseconds) or pcapng, in either byte order.
 * @returns The packets.
 * @throws {RangeError} If the file is cut off or lies, after the sound packets before; it names the
 * field.
 *
 * @example What a capture file holds
 * ```ts
 * import { decodeCapture, describe, encode, encodePcap } from "@berkeley/sockets/wire";
 * import { assertEquals } from "@std/assert";
 *
 * const data = encode(
 *   { kind: "ethernet", source: "02:00:00:00:00:01", destination: "02:00:00:00:00:02" },
 *   { kind: "ipv4", source: "192.0.2.1", destination: "192.0.2.2" },
 *   { kind: "udp", sourcePort: 5000, destinationPort: 6000 },
 * );
 * const file = encodePcap([{ data, timestampNanos: 0n }]);
 * const lines = Array.from(decodeCapture(file), (packet) => describe(packet.data));
 * assertEquals(lines, ["IP 192.0.2.1.5000 > 192.0.2.2.6000: UDP, length 0"]);
 * ```
 */
export function decodeCapture(bytes: Uint8Array): Generator<CapturedPacket> {
  return packetsOf(boundBytes(bytes, "decode capture file", "bytes"));
}

function* packetsOf(bytes: Uint8Array): Generator<CapturedPacket> {
  if (bytes.length < 4) throw bad("capture file", `length of ${bytes.length} is below 4`);
  const parser = parserFor(bytes);
  for (let at = 0; at < bytes.length;) {
    const taken = parser.step(bytes, at);
    if (taken === 0) throw cutOff(bytes.length - at);
    at += taken;
    if (parser.packet !== undefined) yield parser.packet;
  }
}

/**
 * Reads a capture file as it comes in: a large one, or what `tcpdump -w -` writes. No more than one
 * record is held.
 *
 * @param source The file piece by piece, say `file.readable`.
 * @returns The packets; their `data` is theirs to keep.
 * @throws {RangeError} If the file is cut off or lies, after the sound packets before; it names the
 * field.
 *
 * @example A stream of two pieces
 * ```ts
 * import { decodeCaptureStream, encodePcap } from "@berkeley/sockets/wire";
 * import { assertEquals } from "@std/assert";
 *
 * const file = encodePcap([{ data: new Uint8Array(60), timestampNanos: 0n }]);
 * const stream = ReadableStream.from([file.subarray(0, 30), file.subarray(30)]);
 * for await (const packet of decodeCaptureStream(stream)) assertEquals(packet.data.length, 60);
 * ```
 */
export function decodeCaptureStream(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<CapturedPacket> {
  const given = source as unknown as
    | Partial<AsyncIterable<Uint8Array> & Iterable<Uint8Array>>
    | null;
  if (!given?.[Symbol.asyncIterator] && (typeof given !== "object" || !given?.[Symbol.iterator])) {
    throw new TypeError("Cannot decode capture file: source is not iterable");
  }
  return packetsIn(source);
}

async function* packetsIn(source: AsyncIterable<Uint8Array>): AsyncGenerator<CapturedPacket> {
  let parser: CaptureParser | undefined;
  let buffer: Uint8Array = EMPTY;
  let from = 0;
  let to = 0;
  for await (const given of source) {
    const piece = boundBytes(given, "decode capture file", "source's piece");
    if (buffer.length - to < piece.length) {
      // Packets that were handed out lie in the old buffer: a new one takes only what is not read.
      const rest = buffer.subarray(from, to);
      buffer = new Uint8Array(Math.max(0x10000, 2 * (rest.length + piece.length)));
      buffer.set(rest);
      from = 0;
      to = rest.length;
    }
    buffer.set(piece, to);
    to += piece.length;
    const bytes = buffer.subarray(0, to);
    if (parser === undefined && to >= 4) parser = parserFor(bytes);
    while (parser !== undefined) {
      const taken = parser.step(bytes, from);
      if (taken === 0) break;
      from += taken;
      if (parser.packet !== undefined) yield parser.packet;
    }
  }
  if (to > from || parser === undefined) throw cutOff(to - from);
}

function cutOff(left: number): RangeError {
  return bad("capture file", `last record is cut off after ${left} bytes`);
}

/**
 * Decodes a packet of a capture file by its link type: Ethernet, IP without a link header, BSD
 * loopback, and Linux's cooked captures (`tcpdump -i any`), whose link headers do not become layers.
 *
 * @param packet The packet, as {@linkcode decodeCapture} gives it.
 * @returns The layers, as {@linkcode decodeFrame} gives them; of any other link type one payload, and
 * an error that names it.
 *
 * @example A packet without a link header
 * ```ts
 * import { decodeCaptured, encode, LINKTYPE_RAW } from "@berkeley/sockets/wire";
 * import { assertEquals } from "@std/assert";
 *
 * const data = encode({ kind: "ipv4", source: "192.0.2.1", destination: "192.0.2.2", ttl: 3 });
 * const frame = decodeCaptured({ data, timestampNanos: 0n, linkType: LINKTYPE_RAW });
 * assertEquals(frame.layer("ipv4")?.ttl, 3);
 * ```
 */
export function decodeCaptured(packet: CapturedPacket): Frame {
  return defaultLayers.decodeCaptured(packet);
}
