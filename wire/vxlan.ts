/**
 * VXLAN: Ethernet frames in UDP datagrams (RFC 7348).
 *
 * @module
 */

import { checkSpan, fit, setU24, u24 } from "./_bytes.ts";
import { encodeLayer } from "./_codec.ts";
import { hex } from "./_text.ts";
import { type LayerRow, layerRow } from "./layer_row.ts";
import { VALUES } from "./_value_table.ts";
import { HeaderView } from "./view.ts";

const WHAT = "VXLAN header";

/** RFC 7348, section 5; <net/vxlan.h> struct vxlanhdr. */
const AT = { FLAGS: 0, RESERVED1: 1, VNI: 4, RESERVED2: 7, PAYLOAD: 8 };

/** RFC 7348, section 5: the I flag, the identifier is valid. */
const FLAG_VNI = 0x08;

/** What a VXLAN header means. Only the identifier must be given. */
export interface Vxlan {
  /** Tells the values of a stack apart. */
  kind: "vxlan";
  /** VXLAN network identifier, 0 to 0xffffff. */
  vni: number;
  /** Flags, 0 to 255; default 0x08: the identifier is valid. The others are reserved. */
  flags?: number;
  /** The 24 reserved bits after the flags; default 0. */
  reserved1?: number;
  /** The 8 reserved bits after the identifier; default 0. */
  reserved2?: number;
}

/** A VXLAN header laid over bytes. */
export class VxlanView extends HeaderView {
  /** Tells the layers of a frame apart. */
  get kind(): "vxlan" {
    return "vxlan";
  }

  /**
   * Lays a view over the VXLAN header that begins at `start`.
   *
   * @param bytes The bytes; they are not copied, and changes to them show.
   * @param start Index of the first byte of the header; default 0.
   * @param end Index after the last byte at hand; default `bytes.length`.
   * @returns The view; its payload is an Ethernet frame.
   * @throws {RangeError} If the header is cut off.
   */
  static parse(bytes: Uint8Array, start = 0, end: number = bytes?.length): VxlanView {
    checkSpan(WHAT, bytes, start, end, AT.PAYLOAD);
    return new VxlanView(bytes, start, start + AT.PAYLOAD, end);
  }

  /** Flags, the reserved ones too. */
  get flags(): number {
    return this.bytes[this.start + AT.FLAGS];
  }
  /** Whether the identifier is valid, as it should be. */
  get hasVni(): boolean {
    return (this.flags & FLAG_VNI) !== 0;
  }
  /** VXLAN network identifier. */
  get vni(): number {
    return u24(this.bytes, this.start + AT.VNI);
  }
  /** The 24 reserved bits after the flags. */
  get reserved1(): number {
    return u24(this.bytes, this.start + AT.RESERVED1);
  }
  /** The 8 reserved bits after the identifier. */
  get reserved2(): number {
    return this.bytes[this.start + AT.RESERVED2];
  }

  /**
   * The value of the header.
   *
   * @returns The value, for {@linkcode encodeVxlan}.
   */
  toValue(): Vxlan {
    const { vni, flags, reserved1, reserved2 } = this;
    return { kind: "vxlan", vni, flags, reserved1, reserved2 };
  }
}

function measureVxlan(_value: Vxlan): number {
  return AT.PAYLOAD;
}

function writeVxlan(value: Vxlan, bytes: Uint8Array, start: number): void {
  bytes[start + AT.FLAGS] = fit(WHAT, "flags", value.flags ?? FLAG_VNI, 0xff);
  setU24(bytes, start + AT.RESERVED1, fit(WHAT, "reserved1", value.reserved1 ?? 0, 0xffffff));
  setU24(bytes, start + AT.VNI, fit(WHAT, "vni", value.vni, 0xffffff));
  bytes[start + AT.RESERVED2] = fit(WHAT, "reserved2", value.reserved2 ?? 0, 0xff);
}

/**
 * Encodes a VXLAN header.
 *
 * @param value The header.
 * @param payload The Ethernet frame that it carries; default nothing.
 * @returns Header and payload in new bytes.
 * @throws {RangeError} If a field does not fit its bits: it names the field.
 *
 * @example A frame in a tunnel
 * ```ts
 * import { decodePacket, encode } from "@berkeley/sockets/wire";
 * import { assertEquals } from "@std/assert";
 *
 * const packet = encode(
 *   { kind: "ipv4", source: "192.0.2.1", destination: "192.0.2.2" },
 *   { kind: "udp", sourcePort: 50000, destinationPort: 4789 },
 *   { kind: "vxlan", vni: 42 },
 *   { kind: "ethernet", source: "02:00:00:00:00:01", destination: "02:00:00:00:00:02" },
 *   { kind: "ipv6", source: "fd00::1", destination: "fd00::2" },
 * );
 * const frame = decodePacket(packet);
 * assertEquals(frame.layer("vxlan")?.vni, 42);
 * assertEquals(frame.layer("ipv6")?.destination, "fd00::2");
 * ```
 */
export function encodeVxlan(value: Vxlan, payload?: Uint8Array): Uint8Array {
  return encodeLayer(vxlanLayer, value, payload);
}

/** The row of VXLAN, at the port that IANA gave it. */
export const vxlanLayer: LayerRow<Vxlan, VxlanView> = layerRow<Vxlan, VxlanView>({
  kind: "vxlan",
  check: VALUES.vxlan,
  udpPorts: [4789],
  parse(bytes, start, end, walk) {
    walk.follow("ethernet");
    return VxlanView.parse(bytes, start, end);
  },
  measure: measureVxlan,
  write: writeVxlan,
  describe({ hasVni, flags, vni }) {
    return `VXLAN, flags [${hasVni ? "I" : "invalid"}] (0x${hex(flags, 2)}), vni ${vni}: `;
  },
});
