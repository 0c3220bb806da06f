/**
 * The IPv6 mobility header (RFC 6275, section 6.1); its message data stays opaque.
 *
 * @module
 */

import { checkSpan, fit, setU16, u16, unfit } from "./_bytes.ts";
import { encodeLayer } from "./_codec.ts";
import { extensionEnd } from "./_ipv6_option_list.ts";
import { checksum, withPseudoTail, writtenChecksum } from "./checksum.ts";
import { IPPROTO_MH, IPPROTO_NONE } from "./numbers.ts";
import { type LayerRow, layerRow, type Surroundings } from "./layer_row.ts";
import { opaqueText } from "./_text.ts";
import { VALUES } from "./_value_table.ts";
import { HeaderView } from "./view.ts";

const WHAT = "mobility header";

/** RFC 6275, section 6.1.1. */
const AT = { NEXT_HEADER: 0, LENGTH: 1, TYPE: 2, RESERVED: 3, CHECKSUM: 4, DATA: 6 };

/** What a mobility header means. */
export interface Mobility {
  /** Tells the values of a stack apart. */
  kind: "mobility";
  /** Number of what follows; default: that of the next layer of the stack, or 59 (none). */
  nextHeader?: number;
  /** Type of the message: 0 (binding refresh request) to 255. */
  type: number;
  /** Message data with its options, 2 bytes and then a multiple of 8; default two zeros. */
  data?: Uint8Array;
  /** The reserved byte; default 0. */
  reserved?: number;
  /** Checksum; default: the right one, or 0 where the addresses are not known. */
  checksum?: number;
}

/** A mobility header laid over bytes. */
export class MobilityView extends HeaderView {
  /** Tells the layers of a frame apart. */
  get kind(): "mobility" {
    return "mobility";
  }

  /**
   * Lays a view over the mobility header that begins at `start`.
   *
   * @param bytes The bytes; they are not copied, and changes to them show.
   * @param start Index of the first byte of the header; default 0.
   * @param end Index after the last byte at hand; default `bytes.length`.
   * @returns The view.
   * @throws {RangeError} If the header lies: it names the field.
   */
  static parse(bytes: Uint8Array, start = 0, end: number = bytes?.length): MobilityView {
    checkSpan(WHAT, bytes, start, end, 8);
    return new MobilityView(bytes, start, extensionEnd(WHAT, bytes, start, end), end);
  }

  /** Number of what follows. */
  get nextHeader(): number {
    return this.bytes[this.start + AT.NEXT_HEADER];
  }
  /** Type of the message. */
  get type(): number {
    return this.bytes[this.start + AT.TYPE];
  }
  /** The reserved byte. */
  get reserved(): number {
    return this.bytes[this.start + AT.RESERVED];
  }
  /** Checksum as it stands. */
  get checksum(): number {
    return u16(this.bytes, this.start + AT.CHECKSUM);
  }
  /** Message data with its options: a subarray, not a copy. */
  get data(): Uint8Array {
    return this.bytes.subarray(this.start + AT.DATA, this.payloadStart);
  }

  /**
   * Whether the checksum is right.
   *
   * @param addressSum The sum of the addresses of the IPv6 header.
   * @returns `true` if it is.
   */
  checksumOk(addressSum: number): boolean {
    const initial = withPseudoTail(addressSum, IPPROTO_MH, this.headerLength);
    return checksum(this.bytes, this.start, this.payloadStart, initial) === 0;
  }

  /**
   * The value of the header, without the checksum.
   *
   * @returns The value, for {@linkcode encodeMobility}.
   */
  toValue(): Mobility {
    const { nextHeader, type, reserved } = this;
    return { kind: "mobility", nextHeader, type, reserved, data: this.data.slice() };
  }
}

/** The length of the header of `value`, in bytes. */
function measureMobility(value: Mobility): number {
  const length = AT.DATA + (value.data?.length ?? 2);
  if (length % 8 !== 0) {
    throw unfit(WHAT, `data of ${length - AT.DATA} bytes is not 2 and a multiple of 8`);
  }
  return length;
}

/** Writes the header of `value` at `start`. */
function writeMobility(
  value: Mobility,
  bytes: Uint8Array,
  start: number,
  _end: number,
  around: Surroundings,
): void {
  const length = measureMobility(value);
  const next = value.nextHeader ?? around.next ?? IPPROTO_NONE;
  bytes[start + AT.NEXT_HEADER] = fit(WHAT, "nextHeader", next, 0xff);
  bytes[start + AT.LENGTH] = fit(WHAT, "data words", length / 8 - 1, 0xff);
  bytes[start + AT.TYPE] = fit(WHAT, "type", value.type, 0xff);
  bytes[start + AT.RESERVED] = fit(WHAT, "reserved", value.reserved ?? 0, 0xff);
  setU16(bytes, start + AT.CHECKSUM, 0);
  if (value.data !== undefined) bytes.set(value.data, start + AT.DATA);
  let sum = value.checksum;
  if (sum === undefined && around.addressSum !== undefined) {
    const initial = withPseudoTail(around.addressSum, IPPROTO_MH, length);
    sum = writtenChecksum(bytes, start, start + length, initial);
  }
  setU16(bytes, start + AT.CHECKSUM, fit(WHAT, "checksum", sum ?? 0, 0xffff));
}

/**
 * Encodes a mobility header.
 *
 * @param value The header.
 * @param payload What follows; default nothing.
 * @param sum The sum of the addresses of the IPv6 header, as `addressSum()` gives it; without it the
 * checksum is left at 0.
 * @returns Header and payload in new bytes.
 * @throws {RangeError} If a field does not fit its bits: it names the field.
 */
export function encodeMobility(
  value: Mobility,
  payload?: Uint8Array,
  sum?: number,
): Uint8Array {
  return encodeLayer(mobilityLayer, value, payload, sum);
}

/** The row of the mobility header. */
export const mobilityLayer: LayerRow<Mobility, MobilityView> = layerRow<Mobility, MobilityView>({
  kind: "mobility",
  check: VALUES.mobility,
  protocols: [IPPROTO_MH],
  names: "protocol",
  usesAddresses: true,
  parse(bytes, start, end, walk) {
    const view = MobilityView.parse(bytes, start, end);
    walk.followProtocol(view.nextHeader);
    return view;
  },
  measure: measureMobility,
  write: writeMobility,
  describe: (view, place) => `mobility: type ${view.type} ${opaqueText(view.nextHeader, place)}`,
  verify: (view, sum) => sum === undefined || view.checksumOk(sum),
});
