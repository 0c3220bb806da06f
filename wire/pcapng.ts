/**
 * The pcapng format written (draft-ietf-opsawg-pcapng).
 *
 * @module
 */

import { checkIterable, integer, object, optional } from "../core/arguments.ts";
import { fit, unfit } from "./_bytes.ts";
import { BLOCK, BYTE_ORDER_MAGIC, OPTION, pad4 } from "./_pcapng_format.ts";
import { string } from "../core/value_kinds.ts";
import { type CapturedPacket, checkPacket, LINKTYPE_ETHERNET, MAX_RECORD } from "./_capture.ts";

/** As tcpdump has it. */
const SNAP_LENGTH = 262144;

const OPTIONS = object({
  snapLength: optional(integer(0, 0xffffffff)),
  application: optional(string),
});

/** How a pcapng file is written. */
export interface PcapngOptions {
  /** The greatest length of a packet that the file says it holds, in bytes; default 262144. */
  snapLength?: number;
  /** Name of the program that captured; default none. */
  application?: string;
}

/** Writes a pcapng file piece by piece: every piece may be appended to what was written before. */
export class PcapngWriter {
  readonly #options: PcapngOptions;
  readonly #interfaces = new Map<string, number>();
  #started = false;

  /**
   * Makes a writer.
   *
   * @param options Snapshot length and name of the program.
   */
  constructor(options: PcapngOptions = {}) {
    this.#options = OPTIONS(options, "write pcapng file", "options");
  }

  /**
   * The bytes of one packet, after those of the section and of its interface where it is the first.
   *
   * @param packet The packet.
   * @returns The blocks in new bytes.
   * @throws {RangeError} If a field does not fit its bits: it names the field.
   */
  encode(packet: CapturedPacket): Uint8Array {
    return this.#encode(checkPacket(packet, "encode pcapng packet"));
  }

  #encode(packet: CapturedPacket): Uint8Array {
    const blocks = this.#started ? [] : [sectionBlock(this.#options)];
    const linkType = packet.linkType ?? LINKTYPE_ETHERNET;
    const key = `${linkType} ${packet.interface ?? ""}`;
    let index = this.#interfaces.get(key);
    const known = index !== undefined;
    index ??= this.#interfaces.size;
    if (!known) blocks.push(interfaceBlock(linkType, packet.interface, this.#options));
    blocks.push(
      packet.timestampNanos === undefined
        ? simplePacketBlock(packet, index, this.#options)
        : packetBlock(packet, index, packet.timestampNanos),
    );
    // Only now, when every block has been made, is the packet's failure no harm to the file.
    this.#started = true;
    this.#interfaces.set(key, index);
    return concat(blocks);
  }

  /**
   * The bytes of a file without packets, or nothing if a packet was encoded before.
   *
   * @returns The section block, or nothing.
   */
  end(): Uint8Array {
    if (this.#started) return new Uint8Array(0);
    this.#started = true;
    return sectionBlock(this.#options);
  }
}

function sectionBlock(options: PcapngOptions): Uint8Array {
  const body = new Uint8Array(16);
  const view = new DataView(body.buffer);
  view.setUint32(0, BYTE_ORDER_MAGIC, true);
  view.setUint16(4, 1, true);
  // The length of the section is not known yet: -1.
  body.fill(0xff, 8);
  const list: [number, Uint8Array][] = [];
  if (options.application !== undefined) list.push([4, text(options.application)]);
  return block(BLOCK.SECTION, [body, ...optionList(list)]);
}

function interfaceBlock(
  linkType: number,
  name: string | undefined,
  options: PcapngOptions,
): Uint8Array {
  const what = "pcapng interface";
  const body = new Uint8Array(8);
  const view = new DataView(body.buffer);
  view.setUint16(0, fit(what, "linkType", linkType, 0xffff), true);
  view.setUint32(4, fit(what, "snapLength", options.snapLength ?? SNAP_LENGTH, 0xffffffff), true);
  const list: [number, Uint8Array][] = [];
  if (name !== undefined) list.push([OPTION.IF_NAME, text(name)]);
  list.push([OPTION.IF_TSRESOL, Uint8Array.of(9)]);
  return block(BLOCK.INTERFACE, [body, ...optionList(list)]);
}

function packetBlock(packet: CapturedPacket, index: number, time: bigint): Uint8Array {
  const what = "pcapng packet";
  if (typeof time !== "bigint") {
    throw new TypeError(`Cannot encode ${what}: timestampNanos of ${time} is not a bigint`);
  }
  const { data } = packet;
  const body = new Uint8Array(20 + pad4(data.length));
  const view = new DataView(body.buffer);
  view.setUint32(0, index, true);
  const high = Number(time >> 32n);
  view.setUint32(4, fit(what, "timestampNanos high word", high, 0xffffffff), true);
  view.setUint32(8, Number(time & 0xffffffffn), true);
  const length = fit(what, "data length", data.length, MAX_RECORD);
  view.setUint32(12, length, true);
  const original = packet.originalLength ?? length;
  view.setUint32(16, fit(what, "originalLength", original, 0xffffffff), true);
  body.set(data, 20);
  const list: [number, Uint8Array][] = [];
  if (packet.comment !== undefined) list.push([OPTION.COMMENT, text(packet.comment)]);
  if (packet.direction !== undefined) {
    list.push([OPTION.EPB_FLAGS, Uint8Array.of(packet.direction === "inbound" ? 1 : 2, 0, 0, 0)]);
  }
  return block(BLOCK.PACKET, [body, ...optionList(list)]);
}

/** The block of a packet without a time: there is room for little else in it. */
function simplePacketBlock(
  packet: CapturedPacket,
  index: number,
  options: PcapngOptions,
): Uint8Array {
  const what = "pcapng packet without timestampNanos";
  const { data, comment, direction } = packet;
  if (index !== 0) throw unfit(what, "it is not of the first interface");
  if (comment !== undefined || direction !== undefined) {
    throw unfit(what, `${comment === undefined ? "direction" : "comment"} has no place`);
  }
  const original = fit(what, "originalLength", packet.originalLength ?? data.length, 0xffffffff);
  // Its length at hand follows from the snapshot length.
  if (data.length !== Math.min(original, options.snapLength ?? SNAP_LENGTH)) {
    throw unfit(what, `data of ${data.length} bytes is neither whole nor of the snapshot length`);
  }
  const body = new Uint8Array(4 + pad4(data.length));
  new DataView(body.buffer).setUint32(0, original, true);
  body.set(data, 4);
  return block(BLOCK.SIMPLE_PACKET, [body]);
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function optionList(options: [number, Uint8Array][]): Uint8Array[] {
  if (options.length === 0) return [];
  const pieces = options.map(([code, value]) => {
    const bytes = new Uint8Array(4 + pad4(value.length));
    const view = new DataView(bytes.buffer);
    view.setUint16(0, code, true);
    view.setUint16(2, fit("pcapng option", "length", value.length, 0xffff), true);
    bytes.set(value, 4);
    return bytes;
  });
  return [...pieces, new Uint8Array(4)];
}

function block(type: number, pieces: Uint8Array[]): Uint8Array {
  const body = concat(pieces);
  const bytes = new Uint8Array(12 + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, bytes.length, true);
  bytes.set(body, 8);
  view.setUint32(bytes.length - 4, bytes.length, true);
  return bytes;
}

function concat(pieces: Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/**
 * A whole pcapng file, with nanosecond time stamps.
 *
 * @param packets The packets; each interface and link type gets its own description.
 * @param options Snapshot length and name of the program.
 * @returns The file in new bytes.
 * @throws {RangeError} If a field does not fit its bits: it names the field.
 *
 * @example A packet with a comment
 * ```ts
 * import { decodeCapture, encodePcapng } from "@berkeley/sockets/wire";
 * import { assertEquals } from "@std/assert";
 *
 * const file = encodePcapng([{ data: new Uint8Array(60), timestampNanos: 7n, comment: "first" }]);
 * const [packet] = decodeCapture(file);
 * assertEquals(packet.comment, "first");
 * ```
 */
export function encodePcapng(
  packets: Iterable<CapturedPacket>,
  options: PcapngOptions = {},
): Uint8Array {
  const writer = new PcapngWriter(options);
  checkIterable(packets, "encode pcapng file", "packets");
  const pieces = Array.from(packets, (packet) => writer.encode(packet));
  return concat([...pieces, writer.end()]);
}
