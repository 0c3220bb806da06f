/**
 * Ethernet frames: Ethernet II, and IEEE 802.3 with LLC and SNAP.
 *
 * @module
 */

import { formatMac, parseMac } from "../core/ip/mac.ts";
import { bad, checkSpan, fit, setU16, u16 } from "./_bytes.ts";
import { encodeLayer } from "./_codec.ts";
import { ETH_P_802_3_MIN, ETH_P_TEB, IPPROTO_ETHERNET } from "./numbers.ts";
import { type LayerRow, layerRow, type Surroundings } from "./layer_row.ts";
import { LINKTYPE_ETHERNET } from "./_capture.ts";
import { followType, lengthAsType } from "./_link_header.ts";
import { etherTypeText } from "./_text.ts";
import { VALUES } from "./_value_table.ts";
import { HeaderView } from "./view.ts";

const WHAT = "Ethernet header";

/** <linux/if_ether.h> struct ethhdr. */
const AT = { DESTINATION: 0, SOURCE: 6, TYPE: 12, PAYLOAD: 14 };

/** What an Ethernet header means. Only the addresses must be given. */
export interface Ethernet {
  /** Tells the values of a stack apart. */
  kind: "ethernet";
  /** Hardware address of the receiver. */
  destination: string;
  /** Hardware address of the sender. */
  source: string;
  /**
   * EtherType of the payload (0x0600 or above), or of an 802.3 frame the payload's length in bytes
   * (up to 1500); default: the EtherType of the next layer of the stack, or the length where
   * nothing with an EtherType follows.
   */
  etherType?: number;
}

/** An Ethernet header laid over bytes. */
export class EthernetView extends HeaderView {
  /** Tells the layers of a frame apart. */
  get kind(): "ethernet" {
    return "ethernet";
  }

  /**
   * Lays a view over the Ethernet frame that begins at `start`.
   *
   * @param bytes The bytes; they are not copied, and changes to them show.
   * @param start Index of the first byte of the header; default 0.
   * @param end Index after the last byte of the frame, without its check sequence; default
   * `bytes.length`. Of an 802.3 frame the payload ends where the length says.
   * @returns The view.
   * @throws {RangeError} If the header is cut off or lies: it names the field.
   */
  static parse(bytes: Uint8Array, start = 0, end: number = bytes?.length): EthernetView {
    const view = EthernetView.parsePartial(bytes, start, end);
    const length = view.etherType;
    if (length < ETH_P_802_3_MIN && length > end - view.payloadStart) {
      throw bad(WHAT, `length of ${length} is above the ${end - view.payloadStart} bytes at hand`);
    }
    return view;
  }

  /**
   * Like {@linkcode EthernetView.parse}, but the payload of an 802.3 frame may be cut off.
   *
   * @param bytes The bytes.
   * @param start Index of the first byte of the header; default 0.
   * @param end Index after the last byte at hand; default `bytes.length`.
   * @returns The view.
   * @throws {RangeError} If the header itself is cut off.
   */
  static parsePartial(bytes: Uint8Array, start = 0, end: number = bytes?.length): EthernetView {
    checkSpan(WHAT, bytes, start, end, AT.PAYLOAD);
    const type = u16(bytes, start + AT.TYPE);
    const from = start + AT.PAYLOAD;
    const last = type < ETH_P_802_3_MIN ? Math.min(end, from + type) : end;
    return new EthernetView(bytes, start, from, last);
  }

  /** Hardware address of the receiver. */
  get destination(): string {
    return formatMac(this.bytes, this.start + AT.DESTINATION);
  }
  /** Hardware address of the sender. */
  get source(): string {
    return formatMac(this.bytes, this.start + AT.SOURCE);
  }
  /** EtherType of the payload, or of an 802.3 frame its length in bytes. */
  get etherType(): number {
    return u16(this.bytes, this.start + AT.TYPE);
  }
  /** Whether this is an 802.3 frame: a length stands in place of an EtherType. */
  get is8023(): boolean {
    return this.etherType < ETH_P_802_3_MIN;
  }
  /** Whether the receiver is a group (multicast or broadcast). */
  get isMulticast(): boolean {
    return (this.bytes[this.start + AT.DESTINATION] & 1) !== 0;
  }

  /**
   * The value of the header.
   *
   * @returns The value, for {@linkcode encodeEthernet}.
   */
  toValue(): Ethernet {
    const { destination, source, etherType } = this;
    // The length of an 802.3 frame follows from its payload.
    return this.is8023
      ? { kind: "ethernet", destination, source }
      : { kind: "ethernet", destination, source, etherType };
  }
}

/** The length of the header of a value, in bytes. */
function measureEthernet(_value: Ethernet): number {
  return AT.PAYLOAD;
}

/** Writes the header of `value` at `start`, before its payload up to `end`. */
function writeEthernet(
  value: Ethernet,
  bytes: Uint8Array,
  start: number,
  end: number,
  around: Surroundings,
): void {
  bytes.set(parseMac(value.destination), start + AT.DESTINATION);
  bytes.set(parseMac(value.source), start + AT.SOURCE);
  const type = value.etherType ?? around.next ?? lengthAsType(WHAT, end - start - AT.PAYLOAD);
  setU16(bytes, start + AT.TYPE, fit(WHAT, "etherType", type, 0xffff));
}

/**
 * Encodes an Ethernet frame, without padding to 60 bytes and without a check sequence.
 *
 * @param value The header.
 * @param payload What follows; default nothing.
 * @returns Header and payload in new bytes.
 * @throws {RangeError} If a field does not fit its bits: it names the field.
 * @throws {TypeError} If an address is not one.
 *
 * @example A frame for everyone
 * ```ts
 * import { encodeEthernet, EthernetView } from "@berkeley/sockets/wire";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeEthernet({
 *   kind: "ethernet",
 *   destination: "ff:ff:ff:ff:ff:ff",
 *   source: "02:00:00:00:00:01",
 *   etherType: 0x88b5,
 * }, Uint8Array.of(1, 2, 3));
 * assertEquals(EthernetView.parse(bytes).payload, Uint8Array.of(1, 2, 3));
 * ```
 */
export function encodeEthernet(value: Ethernet, payload?: Uint8Array): Uint8Array {
  return encodeLayer(ethernetLayer, value, payload);
}

/** The row of Ethernet. */
export const ethernetLayer: LayerRow<Ethernet, EthernetView> = layerRow<Ethernet, EthernetView>({
  kind: "ethernet",
  check: VALUES.ethernet,
  etherTypes: [ETH_P_TEB],
  protocols: [IPPROTO_ETHERNET],
  linkTypes: [LINKTYPE_ETHERNET],
  names: "etherType",
  isLink: true,
  parse(bytes, start, end, walk) {
    const view = EthernetView.parsePartial(bytes, start, end);
    followType(view, end, walk, EthernetView);
    return view;
  },
  measure: measureEthernet,
  write: writeEthernet,
  describe(view, { before, after, bare }) {
    if (bare && !(before === undefined && after?.kind === "payload")) return "";
    const { source, destination, etherType } = view;
    const length = view.bytes.length - view.start;
    return `${source} > ${destination}, ${etherTypeText(etherType)}, length ${length}: `;
  },
});
