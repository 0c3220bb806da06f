/**
 * The pcapng format read, in either byte order and any resolution, with several sections and interfaces
 * (draft-ietf-opsawg-pcapng).
 *
 * @module
 */

import { bad } from "./_bytes.ts";
import { type CapturedPacket, type CaptureParser, MAX_RECORD } from "./_capture.ts";
import { BLOCK, BYTE_ORDER_MAGIC, OPTION, pad4 } from "./_pcapng_format.ts";

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
