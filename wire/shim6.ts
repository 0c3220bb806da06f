/**
 * The shim6 header (RFC 5533, section 5); the data of a control message stays opaque.
 *
 * @module
 */

import { bad, fit, setU16, setU32, u16, u32, unfit } from "./_bytes.ts";
import { encodeLayer } from "./_codec.ts";
import { extensionEnd } from "./_ipv6_option_list.ts";
import { checksum, writtenChecksum } from "./checksum.ts";
import { IPPROTO_NONE, IPPROTO_SHIM6 } from "./numbers.ts";
import { type LayerRow, layerRow, type Surroundings } from "./layer_row.ts";
import { opaqueText } from "./_text.ts";
import { VALUES } from "./_value_table.ts";
import { HeaderView } from "./view.ts";

const WHAT = "shim6 header";

/** RFC 5533, sections 5.1 and 5.3. */
const AT = { NEXT_HEADER: 0, LENGTH: 1, TYPE: 2, SPECIFIC: 3, CHECKSUM: 4, DATA: 6 };

/** What a shim6 message says: payload of a context, or a control message. */
export type Shim6Message =
  | {
    /** Before a payload that took another path. */
    kind: "payload";
    /** Context tag of the receiver, 47 bits. */
    contextTag: bigint;
  }
  | {
    /** A control message. */
    kind: "control";
    /** Type of the message, 0 to 127: 1 (I1), 2 (R1) … */
    type: number;
    /** Seven bits whose meaning depends on the type; default 0. */
    typeSpecific?: number;
    /** Message data with its options, 2 bytes and then a multiple of 8; default two zeros. */
    data?: Uint8Array;
    /** Checksum; default: the right one. */
    checksum?: number;
  };

/** What a shim6 header means. */
export interface Shim6 {
  /** Tells the values of a stack apart. */
  kind: "shim6";
  /** Number of what follows; default: that of the next layer of the stack, or 59 (none). */
  nextHeader?: number;
  /** The message. */
  message: Shim6Message;
}

/** A shim6 header laid over bytes. */
export class Shim6View extends HeaderView {
  /** Tells the layers of a frame apart. */
  get kind(): "shim6" {
    return "shim6";
  }

  /**
   * Lays a view over the shim6 header that begins at `start`.
   *
   * @param bytes The bytes; they are not copied, and changes to them show.
   * @param start Index of the first byte of the header; default 0.
   * @param end Index after the last byte at hand; default `bytes.length`.
   * @returns The view.
   * @throws {RangeError} If the header lies: it names the field.
   */
  static parse(bytes: Uint8Array, start = 0, end: number = bytes?.length): Shim6View {
    const from = extensionEnd(WHAT, bytes, start, end);
    if ((bytes[start + AT.TYPE] & 0x80) !== 0) {
      if (from - start !== 8) {
        throw bad(WHAT, `length of ${from - start} before a payload is not 8`);
      }
    } else if ((bytes[start + AT.SPECIFIC] & 1) !== 0) {
      // The bit that tells shim6 from HIP (RFC 5533, section 5.2).
      throw bad(WHAT, "the fixed bit of a control message is set");
    }
    return new Shim6View(bytes, start, from, end);
  }

  /** Number of what follows. */
  get nextHeader(): number {
    return this.bytes[this.start + AT.NEXT_HEADER];
  }
  /** Whether a payload follows; else this is a control message. */
  get isPayload(): boolean {
    return (this.bytes[this.start + AT.TYPE] & 0x80) !== 0;
  }
  /** Whether the checksum of a control message is right; before a payload there is none. */
  checksumOk(): boolean {
    return this.isPayload || checksum(this.bytes, this.start, this.payloadStart) === 0;
  }
  /** The message, decoded. */
  get message(): Shim6Message {
    const { bytes, start } = this;
    if (this.isPayload) {
      const high = u16(bytes, start + AT.TYPE) & 0x7fff;
      return {
        kind: "payload",
        contextTag: (BigInt(high) << 32n) | BigInt(u32(bytes, start + AT.CHECKSUM)),
      };
    }
    return {
      kind: "control",
      type: bytes[start + AT.TYPE],
      typeSpecific: bytes[start + AT.SPECIFIC] >>> 1,
      data: bytes.slice(start + AT.DATA, this.payloadStart),
    };
  }

  /**
   * The value of the header, without a checksum.
   *
   * @returns The value, for {@linkcode encodeShim6}.
   */
  toValue(): Shim6 {
    return { kind: "shim6", nextHeader: this.nextHeader, message: this.message };
  }
}

/** The length of the header of `value`, in bytes. */
function measureShim6(value: Shim6): number {
  if (value.message.kind === "payload") return 8;
  const length = AT.DATA + (value.message.data?.length ?? 2);
  if (length % 8 !== 0) {
    throw unfit(WHAT, `data of ${length - AT.DATA} bytes is not 2 and a multiple of 8`);
  }
  return length;
}

/** Writes the header of `value` at `start`. */
function writeShim6(
  value: Shim6,
  bytes: Uint8Array,
  start: number,
  _end: number,
  around: Surroundings,
): void {
  const length = measureShim6(value);
  const next = value.nextHeader ?? around.next ?? IPPROTO_NONE;
  bytes[start + AT.NEXT_HEADER] = fit(WHAT, "nextHeader", next, 0xff);
  bytes[start + AT.LENGTH] = fit(WHAT, "data words", length / 8 - 1, 0xff);
  const { message } = value;
  if (message.kind === "payload") {
    const tag = message.contextTag;
    if (tag < 0n || tag > 0x7fffffffffffn) {
      throw unfit(WHAT, `message.contextTag of ${tag} is outside 0 to 2^47 - 1`);
    }
    setU16(bytes, start + AT.TYPE, 0x8000 | Number(tag >> 32n));
    setU32(bytes, start + AT.CHECKSUM, Number(tag & 0xffffffffn));
    return;
  }
  bytes[start + AT.TYPE] = fit(WHAT, "message.type", message.type, 0x7f);
  const specific = fit(WHAT, "message.typeSpecific", message.typeSpecific ?? 0, 0x7f);
  bytes[start + AT.SPECIFIC] = specific << 1;
  setU16(bytes, start + AT.CHECKSUM, 0);
  if (message.data !== undefined) bytes.set(message.data, start + AT.DATA);
  const sum = message.checksum ?? writtenChecksum(bytes, start, start + length);
  setU16(bytes, start + AT.CHECKSUM, fit(WHAT, "message.checksum", sum, 0xffff));
}

/**
 * Encodes a shim6 header.
 *
 * @param value The header.
 * @param payload What follows; default nothing.
 * @returns Header and payload in new bytes.
 * @throws {RangeError} If a field does not fit its bits: it names the field.
 */
export function encodeShim6(value: Shim6, payload?: Uint8Array): Uint8Array {
  return encodeLayer(shim6Layer, value, payload);
}

/** The row of shim6. */
export const shim6Layer: LayerRow<Shim6, Shim6View> = layerRow<Shim6, Shim6View>({
  kind: "shim6",
  check: VALUES.shim6,
  protocols: [IPPROTO_SHIM6],
  names: "protocol",
  parse(bytes, start, end, walk) {
    const view = Shim6View.parse(bytes, start, end);
    walk.followProtocol(view.nextHeader);
    return view;
  },
  measure: measureShim6,
  write: writeShim6,
  describe: (view, place) =>
    `shim6: ${view.isPayload ? "payload" : "control"} ${opaqueText(view.nextHeader, place)}`,
  verify: (view) => view.checksumOk(),
});
