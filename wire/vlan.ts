/**
 * VLAN tags: IEEE 802.1Q, and 802.1ad (QinQ) as one tag after the other.
 *
 * @module
 */

import { bad, checkSpan, fit, setU16, u16 } from "./_bytes.ts";
import { encodeLayer } from "./_codec.ts";
import { followType, lengthAsType } from "./_link_header.ts";
import { ETH_P_8021AD, ETH_P_8021Q, ETH_P_802_3_MIN, ETH_P_QINQ1 } from "./numbers.ts";
import { type LayerRow, layerRow, type Surroundings } from "./layer_row.ts";
import { etherTypeText } from "./_text.ts";
import { VALUES } from "./_value_table.ts";
import { HeaderView } from "./view.ts";

const WHAT = "VLAN tag";

/** <linux/if_vlan.h> struct vlan_hdr. */
const AT = { TCI: 0, TYPE: 2, PAYLOAD: 4 };

/** What a VLAN tag means. Its own tag protocol (0x8100, 0x88a8) is the EtherType before it. */
export interface Vlan {
  /** Tells the values of a stack apart. */
  kind: "vlan";
  /** VLAN identifier, 0 (priority only) to 4095. */
  id: number;
  /** Priority code point, 0 to 7; default 0. */
  priority?: number;
  /** Whether the frame may be dropped first; default `false`. */
  dropEligible?: boolean;
  /**
   * EtherType of the payload, or the length of an 802.3 payload; default: the EtherType of the next
   * layer of the stack, or the length where nothing with an EtherType follows.
   */
  etherType?: number;
}

/** A VLAN tag laid over bytes, from the tag control information on. */
export class VlanView extends HeaderView {
  /** Tells the layers of a frame apart. */
  get kind(): "vlan" {
    return "vlan";
  }

  /**
   * Lays a view over the tag whose control information begins at `start`, after the EtherType 0x8100
   * or 0x88a8 of the header before.
   *
   * @param bytes The bytes; they are not copied, and changes to them show.
   * @param start Index of the first byte of the tag; default 0.
   * @param end Index after the last byte at hand; default `bytes.length`.
   * @returns The view.
   * @throws {RangeError} If the tag is cut off or lies: it names the field.
   */
  static parse(bytes: Uint8Array, start = 0, end: number = bytes?.length): VlanView {
    const view = VlanView.parsePartial(bytes, start, end);
    const length = view.etherType;
    if (length < ETH_P_802_3_MIN && length > end - view.payloadStart) {
      throw bad(WHAT, `length of ${length} is above the ${end - view.payloadStart} bytes at hand`);
    }
    return view;
  }

  /**
   * Like {@linkcode VlanView.parse}, but an 802.3 payload may be cut off.
   *
   * @param bytes The bytes.
   * @param start Index of the first byte of the tag; default 0.
   * @param end Index after the last byte at hand; default `bytes.length`.
   * @returns The view.
   * @throws {RangeError} If the tag itself is cut off.
   */
  static parsePartial(bytes: Uint8Array, start = 0, end: number = bytes?.length): VlanView {
    checkSpan(WHAT, bytes, start, end, AT.PAYLOAD);
    const type = u16(bytes, start + AT.TYPE);
    const from = start + AT.PAYLOAD;
    return new VlanView(
      bytes,
      start,
      from,
      type < ETH_P_802_3_MIN ? Math.min(end, from + type) : end,
    );
  }

  /** Tag control information: priority, drop eligibility and identifier as one number. */
  get tci(): number {
    return u16(this.bytes, this.start + AT.TCI);
  }
  /** VLAN identifier, 0 to 4095. */
  get id(): number {
    return this.tci & 0xfff;
  }
  /** Priority code point, 0 to 7. */
  get priority(): number {
    return this.tci >>> 13;
  }
  /** Whether the frame may be dropped first. */
  get dropEligible(): boolean {
    return (this.tci & 0x1000) !== 0;
  }
  /** EtherType of the payload, or of an 802.3 payload its length in bytes. */
  get etherType(): number {
    return u16(this.bytes, this.start + AT.TYPE);
  }

  /**
   * The value of the tag.
   *
   * @returns The value, for {@linkcode encodeVlan}.
   */
  toValue(): Vlan {
    const { id, priority, dropEligible, etherType } = this;
    return etherType < ETH_P_802_3_MIN
      ? { kind: "vlan", id, priority, dropEligible }
      : { kind: "vlan", id, priority, dropEligible, etherType };
  }
}

/** The length of a tag, in bytes. */
function measureVlan(_value: Vlan): number {
  return AT.PAYLOAD;
}

/** Writes the tag at `start`, before its payload up to `end`. */
function writeVlan(
  value: Vlan,
  bytes: Uint8Array,
  start: number,
  end: number,
  around: Surroundings,
): void {
  const tci = (fit(WHAT, "priority", value.priority ?? 0, 7) << 13) |
    (value.dropEligible ? 0x1000 : 0) | fit(WHAT, "id", value.id, 0xfff);
  setU16(bytes, start + AT.TCI, tci);
  const type = value.etherType ?? around.next ?? lengthAsType(WHAT, end - start - AT.PAYLOAD);
  setU16(bytes, start + AT.TYPE, fit(WHAT, "etherType", type, 0xffff));
}

/**
 * Encodes a VLAN tag, from the tag control information on.
 *
 * @param value The tag.
 * @param payload What follows; default nothing.
 * @returns Tag and payload in new bytes.
 * @throws {RangeError} If a field does not fit its bits: it names the field.
 */
export function encodeVlan(value: Vlan, payload?: Uint8Array): Uint8Array {
  return encodeLayer(vlanLayer, value, payload);
}

/** The row of VLAN tags. */
export const vlanLayer: LayerRow<Vlan, VlanView> = layerRow<Vlan, VlanView>({
  kind: "vlan",
  check: VALUES.vlan,
  etherTypes: [ETH_P_8021Q, ETH_P_8021AD, ETH_P_QINQ1],
  names: "etherType",
  isLink: true,
  parse(bytes, start, end, walk) {
    const view = VlanView.parsePartial(bytes, start, end);
    followType(view, end, walk, VlanView);
    return view;
  },
  measure: measureVlan,
  write: writeVlan,
  // IEEE 802.1ad: the outer tag of two is a service tag.
  etherTypeOf: (_value, { before, after }) =>
    before?.kind !== "vlan" && after?.kind === "vlan" ? ETH_P_8021AD : ETH_P_8021Q,
  describe(view, { bare }) {
    if (bare) return "";
    return `vlan ${view.id}, p ${view.priority}${view.dropEligible ? ", DEI" : ""}, ` +
      `${etherTypeText(view.etherType)}, `;
  },
});
