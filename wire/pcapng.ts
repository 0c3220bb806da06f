/**
 * The pcapng format, read in either byte order and any resolution, with several sections and
 * interfaces (draft-ietf-opsawg-pcapng).
 *
 * @module
 */

import { checkIterable, integer, object, optional } from "../core/arguments.ts";
import { bad, fit, unfit } from "./_bytes.ts";
import { string } from "./_value_kinds.ts";
import {
  type CapturedPacket,
  type CaptureParser,
  checkPacket,
  LINKTYPE_ETHERNET,
  MAX_RECORD,
} from "./_capture.ts";

/** Block types; the section header's reads alike in both byte orders. */
export const BLOCK = {
  SECTION: 0x0a0d0d0a,
  INTERFACE: 1,
  OBSOLETE_PACKET: 2,
  SIMPLE_PACKET: 3,
  PACKET: 6,
};
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const OPTION = { END: 0, COMMENT: 1, IF_NAME: 2, EPB_FLAGS: 2, IF_TSRESOL: 9, IF_TSOFFSET: 14 };

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

function pad4(length: number): number {
  return (length + 3) & ~3;
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

interface Interface {
  linkType: number;
  snapLength: number;
  name: string | undefined;
  /** Nanoseconds from a time stamp. */
  toNanos: (units: bigint) => bigint;
}

/** Reads a pcapng file piece by piece. */
export class PcapngParser implements CaptureParser {
  packet: CapturedPacket | undefined;
  #little = true;
  #interfaces: Interface[] = [];
  #started = false;

  step(bytes: Uint8Array, at: number): number {
    this.packet = undefined;
    const left = bytes.length - at;
    if (left < 12) return 0;
    const head = new DataView(bytes.buffer, bytes.byteOffset + at, 12);
    const isSection = head.getUint32(0) === BLOCK.SECTION;
    if (isSection) this.#section(head);
    else if (!this.#started) throw bad("pcapng file", "type of the first block is not a section");
    const length = head.getUint32(4, this.#little);
    if (length < 12 || length % 4 !== 0) {
      throw bad("pcapng block", `length of ${length} is not a multiple of 4 from 12 on`);
    }
    if (length > MAX_RECORD + 0x10000) {
      throw bad("pcapng block", `length of ${length} is above ${MAX_RECORD + 0x10000}`);
    }
    if (left < length) return 0;
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, length);
    const again = view.getUint32(length - 4, this.#little);
    if (again !== length) {
      throw bad("pcapng block", `length of ${length} at its start is ${again} at its end`);
    }
    const body = bytes.subarray(at + 8, at + length - 4);
    if (isSection) {
      if (body.length < 16) throw bad("pcapng section", `length of ${length} is below 28`);
      const major = view.getUint16(12, this.#little);
      if (major !== 1) throw bad("pcapng section", `version of ${major} is not 1`);
      this.#interfaces = [];
    } else this.#block(view.getUint32(0, this.#little), body);
    return length;
  }

  #section(head: DataView): void {
    const magic = head.getUint32(8, true);
    if (magic === BYTE_ORDER_MAGIC) this.#little = true;
    else if (head.getUint32(8) === BYTE_ORDER_MAGIC) this.#little = false;
    else throw bad("pcapng section", `byte order of 0x${magic.toString(16)} is unknown`);
    this.#started = true;
  }

  #block(type: number, body: Uint8Array): void {
    const view = new DataView(body.buffer, body.byteOffset, body.length);
    const little = this.#little;
    const least = (needed: number) => {
      if (body.length < needed) {
        throw bad("pcapng block", `length of ${body.length + 12} is below ${needed + 12}`);
      }
    };
    switch (type) {
      case BLOCK.INTERFACE:
        least(8);
        this.#interfaces.push(this.#interface(view, body));
        break;
      case BLOCK.PACKET:
      case BLOCK.OBSOLETE_PACKET: {
        least(20);
        const index = type === BLOCK.PACKET ? view.getUint32(0, little) : view.getUint16(0, little);
        const units = (BigInt(view.getUint32(4, little)) << 32n) |
          BigInt(view.getUint32(8, little));
        this.#packet(view, body, index, 20, view.getUint32(12, little), units, 16);
        break;
      }
      case BLOCK.SIMPLE_PACKET: {
        least(4);
        const snap = this.#interfaces[0]?.snapLength || MAX_RECORD;
        const length = Math.min(view.getUint32(0, little), snap, body.length - 4);
        this.#packet(view, body, 0, 4, length, undefined, 0);
      }
    }
  }

  #packet(
    view: DataView,
    body: Uint8Array,
    index: number,
    from: number,
    length: number,
    units: bigint | undefined,
    originalAt: number,
  ): void {
    const source = this.#interfaces[index];
    if (source === undefined) {
      throw bad(
        "pcapng packet",
        `interface of ${index} is not one of ${this.#interfaces.length}`,
      );
    }
    if (length > body.length - from) {
      throw bad(
        "pcapng packet",
        `captured length of ${length} is above the ${body.length - from} bytes of its block`,
      );
    }
    const packet: CapturedPacket = {
      data: body.subarray(from, from + length),
      originalLength: view.getUint32(originalAt, this.#little),
      linkType: source.linkType,
    };
    if (units !== undefined) packet.timestampNanos = source.toNanos(units);
    if (source.name !== undefined) packet.interface = source.name;
    if (from === 20) {
      this.#options(body, from + pad4(length), (code, value) => {
        if (code === OPTION.COMMENT) packet.comment = new TextDecoder().decode(value);
        if (code !== OPTION.EPB_FLAGS || value.length < 4) return;
        const direction = value[this.#little ? 0 : 3] & 3;
        if (direction === 1) packet.direction = "inbound";
        if (direction === 2) packet.direction = "outbound";
      });
    }
    this.packet = packet;
  }

  #interface(view: DataView, body: Uint8Array): Interface {
    let name: string | undefined;
    let resolution = 6;
    let offset = 0n;
    this.#options(body, 8, (code, value) => {
      if (code === OPTION.IF_NAME) name = new TextDecoder().decode(value);
      if (code === OPTION.IF_TSRESOL && value.length > 0) resolution = value[0];
      if (code === OPTION.IF_TSOFFSET && value.length === 8) {
        const field = new DataView(value.buffer, value.byteOffset, 8);
        offset = field.getBigInt64(0, this.#little);
      }
    });
    // The high bit tells negative powers of two from those of ten.
    const perSecond = (resolution & 0x80) !== 0
      ? 1n << BigInt(resolution & 0x7f)
      : 10n ** BigInt(resolution);
    return {
      linkType: view.getUint16(0, this.#little),
      snapLength: view.getUint32(4, this.#little),
      name,
      toNanos: (units) => (units * 1_000_000_000n) / perSecond + offset * 1_000_000_000n,
    };
  }

  #options(
    body: Uint8Array,
    from: number,
    each: (code: number, value: Uint8Array) => void,
  ): void {
    const view = new DataView(body.buffer, body.byteOffset, body.length);
    for (let at = from; at + 4 <= body.length;) {
      const code = view.getUint16(at, this.#little);
      const length = view.getUint16(at + 2, this.#little);
      if (code === OPTION.END) return;
      if (at + 4 + length > body.length) {
        throw bad("pcapng option", `length of ${length} is above the ${body.length - at - 4} left`);
      }
      each(code, body.subarray(at + 4, at + 4 + length));
      at += 4 + pad4(length);
    }
  }
}
