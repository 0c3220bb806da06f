/**
 * The header of the Host Identity Protocol (RFC 7401, section 5.1); its parameters stay opaque.
 *
 * @module
 */

import { formatIpv6, parseIpv6 } from "../core/ip/text.ts";
import { bad, fit, setU16, u16, unfit } from "./_bytes.ts";
import { encodeLayer } from "./_codec.ts";
import { extensionEnd } from "./_ipv6_option_list.ts";
import { checksum, withPseudoTail, writtenChecksum } from "./checksum.ts";
import { IPPROTO_HIP, IPPROTO_NONE } from "./numbers.ts";
import { type LayerRow, layerRow, type Surroundings } from "./layer_row.ts";
import { opaqueText } from "./_text.ts";
import { keepReserved, type WithReserved, writeReserved } from "./_reserved.ts";
import { VALUES } from "./_value_table.ts";
import { HeaderView } from "./view.ts";

const WHAT = "HIP header";

/** RFC 7401, section 5.1. */
const AT = {
  NEXT_HEADER: 0,
  LENGTH: 1,
  TYPE: 2,
  VERSION: 3,
  CHECKSUM: 4,
  CONTROLS: 6,
  SENDER: 8,
  RECEIVER: 24,
  PARAMETERS: 40,
};

/** What a HIP header means. */
export interface Hip extends WithReserved {
  /** Tells the values of a stack apart. */
  kind: "hip";
  /** Number of what follows; default: that of the next layer of the stack, or 59 (none). */
  nextHeader?: number;
  /** Type of the packet, 0 to 127: 1 (I1), 2 (R1), 3 (I2), 4 (R2) … */
  type: number;
  /** Version of the protocol, 0 to 15; default 2. */
  version?: number;
  /** Controls, 0 to 0xffff; default 0. */
  controls?: number;
  /** Host identity tag of the sender, written as an IPv6 address. */
  senderTag: string;
  /** Host identity tag of the receiver, written as an IPv6 address. */
  receiverTag: string;
  /** Parameters, a multiple of 8 bytes; default none. */
  parameters?: Uint8Array;
  /** Checksum; default: the right one, or 0 where the addresses are not known. */
  checksum?: number;
}

/** A HIP header laid over bytes. */
export class HipView extends HeaderView {
  /** Tells the layers of a frame apart. */
  get kind(): "hip" {
    return "hip";
  }

  /**
   * Lays a view over the HIP header that begins at `start`.
   *
   * @param bytes The bytes; they are not copied, and changes to them show.
   * @param start Index of the first byte of the header; default 0.
   * @param end Index after the last byte at hand; default `bytes.length`.
   * @returns The view.
   * @throws {RangeError} If the header or its chain of parameters lies: it names the field.
   */
  static parse(bytes: Uint8Array, start = 0, end: number = bytes?.length): HipView {
    const from = extensionEnd(WHAT, bytes, start, end, AT.PARAMETERS);
    // The bits that tell HIP from shim6 (RFC 5533, section 5.2).
    if ((bytes[start + AT.TYPE] & 0x80) !== 0) throw bad(WHAT, "the fixed bit of the type is set");
    if ((bytes[start + AT.VERSION] & 1) === 0) {
      throw bad(WHAT, "the fixed bit of the version is not set");
    }
    for (let at = start + AT.PARAMETERS; at < from;) {
      // RFC 7401, section 5.2.1: the length leaves out type, length and padding.
      const total = (u16(bytes, at + 2) + 4 + 7) & ~7;
      if (total > from - at) {
        throw bad(WHAT, `parameter length of ${u16(bytes, at + 2)} is above what is left`);
      }
      at += total;
    }
    return new HipView(bytes, start, from, end);
  }

  /** Number of what follows. */
  get nextHeader(): number {
    return this.bytes[this.start + AT.NEXT_HEADER];
  }
  /** Type of the packet. */
  get type(): number {
    return this.bytes[this.start + AT.TYPE] & 0x7f;
  }
  /** Version of the protocol. */
  get version(): number {
    return this.bytes[this.start + AT.VERSION] >>> 4;
  }
  /** Checksum as it stands. */
  get checksum(): number {
    return u16(this.bytes, this.start + AT.CHECKSUM);
  }
  /** Controls. */
  get controls(): number {
    return u16(this.bytes, this.start + AT.CONTROLS);
  }
  /** Host identity tag of the sender. */
  get senderTag(): string {
    return formatIpv6(this.bytes, this.start + AT.SENDER);
  }
  /** Host identity tag of the receiver. */
  get receiverTag(): string {
    return formatIpv6(this.bytes, this.start + AT.RECEIVER);
  }
  /** Parameters: a subarray, not a copy. */
  get parameters(): Uint8Array {
    return this.bytes.subarray(this.start + AT.PARAMETERS, this.payloadStart);
  }

  /**
   * Whether the checksum is right.
   *
   * @param addressSum The sum of the addresses of the IP header.
   * @returns `true` if it is.
   */
  checksumOk(addressSum: number): boolean {
    const initial = withPseudoTail(addressSum, IPPROTO_HIP, this.headerLength);
    return checksum(this.bytes, this.start, this.payloadStart, initial) === 0;
  }

  /**
   * The value of the header, without the checksum.
   *
   * @returns The value, for {@linkcode encodeHip}.
   */
  toValue(): Hip {
    return keepReserved(this, this.#plain(), measureHip, writeHip, AT.CHECKSUM);
  }

  #plain(): Hip {
    return {
      kind: "hip",
      nextHeader: this.nextHeader,
      type: this.type,
      version: this.version,
      controls: this.controls,
      senderTag: this.senderTag,
      receiverTag: this.receiverTag,
      parameters: this.parameters.slice(),
    };
  }
}

/** The length of the header of `value`, in bytes. */
function measureHip(value: Hip): number {
  const length = value.parameters?.length ?? 0;
  if (length % 8 !== 0) throw unfit(WHAT, `parameters of ${length} bytes are not a multiple of 8`);
  return AT.PARAMETERS + length;
}

/** Writes the header of `value` at `start`. */
function writeHip(
  value: Hip,
  bytes: Uint8Array,
  start: number,
  _end: number,
  around: Surroundings,
): void {
  const length = measureHip(value);
  const next = value.nextHeader ?? around.next ?? IPPROTO_NONE;
  bytes[start + AT.NEXT_HEADER] = fit(WHAT, "nextHeader", next, 0xff);
  bytes[start + AT.LENGTH] = fit(WHAT, "parameter words", length / 8 - 1, 0xff);
  bytes[start + AT.TYPE] = fit(WHAT, "type", value.type, 0x7f);
  bytes[start + AT.VERSION] = (fit(WHAT, "version", value.version ?? 2, 15) << 4) | 1;
  setU16(bytes, start + AT.CHECKSUM, 0);
  setU16(bytes, start + AT.CONTROLS, fit(WHAT, "controls", value.controls ?? 0, 0xffff));
  bytes.set(parseIpv6(value.senderTag), start + AT.SENDER);
  bytes.set(parseIpv6(value.receiverTag), start + AT.RECEIVER);
  if (value.parameters !== undefined) bytes.set(value.parameters, start + AT.PARAMETERS);
  writeReserved(WHAT, value, bytes, start, length);
  let sum = value.checksum;
  if (sum === undefined && around.addressSum !== undefined) {
    const initial = withPseudoTail(around.addressSum, IPPROTO_HIP, length);
    sum = writtenChecksum(bytes, start, start + length, initial);
  }
  setU16(bytes, start + AT.CHECKSUM, fit(WHAT, "checksum", sum ?? 0, 0xffff));
}

/**
 * Encodes a HIP header.
 *
 * @param value The header.
 * @param payload What follows; default nothing.
 * @param sum The sum of the addresses of the IP header, as `addressSum()` gives it; without it the
 * checksum is left at 0.
 * @returns Header and payload in new bytes.
 * @throws {RangeError} If a field does not fit its bits: it names the field.
 * @throws {TypeError} If a tag is not written as an IPv6 address.
 */
export function encodeHip(
  value: Hip,
  payload?: Uint8Array,
  sum?: number,
): Uint8Array {
  return encodeLayer(hipLayer, value, payload, sum);
}

/** The row of the Host Identity Protocol. */
export const hipLayer: LayerRow<Hip, HipView> = layerRow<Hip, HipView>({
  kind: "hip",
  check: VALUES.hip,
  protocols: [IPPROTO_HIP],
  names: "protocol",
  usesAddresses: true,
  parse(bytes, start, end, walk) {
    const view = HipView.parse(bytes, start, end);
    walk.followProtocol(view.nextHeader);
    return view;
  },
  measure: measureHip,
  write: writeHip,
  describe: (view, place) => `HIP: type ${view.type} ${opaqueText(view.nextHeader, place)}`,
  verify: (view, sum) => sum === undefined || view.checksumOk(sum),
});
