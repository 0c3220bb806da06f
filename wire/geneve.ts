/**
 * GENEVE: generic network virtualization encapsulation (RFC 8926).
 *
 * @module
 */

import { bad, checkSpan, EMPTY, fit, setU16, setU24, u16, u24, unfit } from "./_bytes.ts";
import { encodeLayer } from "./_codec.ts";
import { hex } from "./_text.ts";
import { type LayerRow, layerRow, type Surroundings } from "./layer_row.ts";
import { etherTypeName } from "./numbers.ts";
import { VALUES } from "./_value_table.ts";
import { HeaderView } from "./view.ts";

const WHAT = "GENEVE header";

/** RFC 8926, section 3.4; <net/geneve.h> struct genevehdr. */
const AT = { VERSION_LENGTH: 0, FLAGS: 1, PROTOCOL: 2, VNI: 4, RESERVED2: 7, OPTIONS: 8 };
/** RFC 8926, section 3.4. */
const FLAG = { CONTROL: 0x80, CRITICAL: 0x40, RESERVED: 0x3f };
/** RFC 8926, section 3.5; <net/geneve.h> struct geneve_opt. */
const OPTION = { CLASS: 0, TYPE: 2, LENGTH: 3, DATA: 4 };
/** RFC 8926, section 3.5: of an option's type, who does not know it must drop the packet. */
const TYPE_CRITICAL = 0x80;
/** Six bits of words of four bytes. */
const OPTIONS_MAX = 63 * 4;

/** One option of a GENEVE header. */
export interface GeneveOption {
  /** Whose the type is, 0 to 0xffff: IANA's registry of option classes. */
  class: number;
  /** Type, 0 to 255; from 128 on it is critical: who does not know it must drop the packet. */
  type: number;
  /** What it says, a multiple of 4 bytes, up to 124; default none. */
  data?: Uint8Array;
  /** The three reserved bits; default 0. */
  reserved?: number;
}

/** What a GENEVE header means. Only the identifier must be given. */
export interface Geneve {
  /** Tells the values of a stack apart. */
  kind: "geneve";
  /** Virtual network identifier, 0 to 0xffffff. */
  vni: number;
  /** EtherType of the payload; default: that of the next layer of the stack, or 0. */
  protocol?: number;
  /** Whether it is a control packet, which is not for the tenant; default `false`. */
  control?: boolean;
  /** Whether an option is critical; default: whether one is. */
  critical?: boolean;
  /** Options; default none. */
  options?: GeneveOption[];
  /** The six reserved bits beside the flags; default 0. */
  reserved1?: number;
  /** The 8 reserved bits after the identifier; default 0. */
  reserved2?: number;
}

/** A GENEVE header laid over bytes. */
export class GeneveView extends HeaderView {
  /** Tells the layers of a frame apart. */
  get kind(): "geneve" {
    return "geneve";
  }

  /**
   * Lays a view over the GENEVE header that begins at `start`.
   *
   * @param bytes The bytes; they are not copied, and changes to them show.
   * @param start Index of the first byte of the header; default 0.
   * @param end Index after the last byte at hand; default `bytes.length`.
   * @returns The view.
   * @throws {RangeError} If the header is cut off, of another version, or the length of an option
   * lies: it names the field.
   */
  static parse(bytes: Uint8Array, start = 0, end: number = bytes?.length): GeneveView {
    checkSpan(WHAT, bytes, start, end, AT.OPTIONS);
    const version = bytes[start + AT.VERSION_LENGTH] >>> 6;
    if (version !== 0) throw bad(WHAT, `version of ${version} is not 0`);
    const length = (bytes[start + AT.VERSION_LENGTH] & 0x3f) * 4;
    const left = end - start - AT.OPTIONS;
    if (length > left) throw bad(WHAT, `options length of ${length} is above the ${left} at hand`);
    const from = start + AT.OPTIONS + length;
    for (let at = start + AT.OPTIONS; at < from;) {
      const total = optionLength(bytes, at);
      if (total > from - at) {
        throw bad(WHAT, `option length of ${total} is above the ${from - at} bytes left`);
      }
      at += total;
    }
    return new GeneveView(bytes, start, from, end);
  }

  /** Virtual network identifier. */
  get vni(): number {
    return u24(this.bytes, this.start + AT.VNI);
  }
  /** EtherType of the payload. */
  get protocol(): number {
    return u16(this.bytes, this.start + AT.PROTOCOL);
  }
  /** Whether it is a control packet, which is not for the tenant. */
  get control(): boolean {
    return (this.bytes[this.start + AT.FLAGS] & FLAG.CONTROL) !== 0;
  }
  /** Whether an option is critical. */
  get critical(): boolean {
    return (this.bytes[this.start + AT.FLAGS] & FLAG.CRITICAL) !== 0;
  }
  /** The six reserved bits beside the flags. */
  get reserved1(): number {
    return this.bytes[this.start + AT.FLAGS] & FLAG.RESERVED;
  }
  /** The 8 reserved bits after the identifier. */
  get reserved2(): number {
    return this.bytes[this.start + AT.RESERVED2];
  }
  /** The options, decoded. */
  get options(): GeneveOption[] {
    const { bytes, payloadStart: end } = this;
    const options: GeneveOption[] = [];
    for (let at = this.start + AT.OPTIONS; at + OPTION.DATA <= end;) {
      // The bytes may have changed since they were checked: never go beyond.
      const next = Math.min(end, at + optionLength(bytes, at));
      options.push({
        class: u16(bytes, at + OPTION.CLASS),
        type: bytes[at + OPTION.TYPE],
        data: bytes.slice(at + OPTION.DATA, next),
        reserved: bytes[at + OPTION.LENGTH] >>> 5,
      });
      at = next;
    }
    return options;
  }

  /**
   * The value of the header.
   *
   * @returns The value, for {@linkcode encodeGeneve}.
   */
  toValue(): Geneve {
    const { vni, protocol, control, critical, options, reserved1, reserved2 } = this;
    return { kind: "geneve", vni, protocol, control, critical, options, reserved1, reserved2 };
  }
}

function optionLength(bytes: Uint8Array, at: number): number {
  return OPTION.DATA + (bytes[at + OPTION.LENGTH] & 0x1f) * 4;
}

function measureGeneve(value: Geneve): number {
  let length = 0;
  for (const { data } of value.options ?? []) {
    const size = data?.length ?? 0;
    if (size % 4 !== 0 || size > 124) {
      throw unfit(WHAT, `option.data of ${size} bytes is not a multiple of 4 up to 124`);
    }
    length += OPTION.DATA + size;
  }
  if (length > OPTIONS_MAX) {
    throw unfit(WHAT, `options of ${length} bytes are above ${OPTIONS_MAX}`);
  }
  return AT.OPTIONS + length;
}

function writeGeneve(
  value: Geneve,
  bytes: Uint8Array,
  start: number,
  _end: number,
  around: Surroundings,
): void {
  const options = value.options ?? [];
  const critical = value.critical ?? options.some(({ type }) => (type & TYPE_CRITICAL) !== 0);
  bytes[start + AT.VERSION_LENGTH] = (measureGeneve(value) - AT.OPTIONS) / 4;
  bytes[start + AT.FLAGS] = (value.control ? FLAG.CONTROL : 0) | (critical ? FLAG.CRITICAL : 0) |
    fit(WHAT, "reserved1", value.reserved1 ?? 0, FLAG.RESERVED);
  const protocol = fit(WHAT, "protocol", value.protocol ?? around.next ?? 0, 0xffff);
  setU16(bytes, start + AT.PROTOCOL, protocol);
  setU24(bytes, start + AT.VNI, fit(WHAT, "vni", value.vni, 0xffffff));
  bytes[start + AT.RESERVED2] = fit(WHAT, "reserved2", value.reserved2 ?? 0, 0xff);
  let at = start + AT.OPTIONS;
  for (const option of options) {
    const data = option.data ?? EMPTY;
    setU16(bytes, at + OPTION.CLASS, fit(WHAT, "option.class", option.class, 0xffff));
    bytes[at + OPTION.TYPE] = fit(WHAT, "option.type", option.type, 0xff);
    bytes[at + OPTION.LENGTH] = (fit(WHAT, "option.reserved", option.reserved ?? 0, 7) << 5) |
      (data.length / 4);
    bytes.set(data, at + OPTION.DATA);
    at += OPTION.DATA + data.length;
  }
}

/**
 * Encodes a GENEVE header.
 *
 * @param value The header.
 * @param payload What follows; default nothing.
 * @returns Header and payload in new bytes.
 * @throws {RangeError} If a field does not fit its bits: it names the field.
 *
 * @example A header with an option
 * ```ts
 * import { encodeGeneve, GeneveView } from "@berkeley/sockets/wire";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeGeneve({
 *   kind: "geneve",
 *   vni: 42,
 *   protocol: 0x6558,
 *   options: [{ class: 0x0102, type: 0x80, data: Uint8Array.of(1, 2, 3, 4) }],
 * });
 * const view = GeneveView.parse(bytes);
 * assertEquals([view.vni, view.critical, view.options.length], [42, true, 1]);
 * ```
 */
export function encodeGeneve(value: Geneve, payload?: Uint8Array): Uint8Array {
  return encodeLayer(geneveLayer, value, payload);
}

/** The row of GENEVE, at the port that IANA gave it. */
export const geneveLayer: LayerRow<Geneve, GeneveView> = layerRow<Geneve, GeneveView>({
  kind: "geneve",
  check: VALUES.geneve,
  udpPorts: [6081],
  names: "etherType",
  parse(bytes, start, end, walk) {
    const view = GeneveView.parse(bytes, start, end);
    walk.followEtherType(view.protocol);
    return view;
  },
  measure: measureGeneve,
  write: writeGeneve,
  describe(view, { bare }) {
    let flags = (view.control ? "O" : "") + (view.critical ? "C" : "");
    for (let i = 1; i <= 6; i++) if ((view.reserved1 & (0x40 >>> i)) !== 0) flags += `R${i}`;
    const parts = ["Geneve", `Flags [${flags || "none"}]`, `vni 0x${view.vni.toString(16)}`];
    if (view.reserved2 !== 0) parts.push(`rsvd 0x${view.reserved2.toString(16)}`);
    if (!bare) parts.push(`proto ${etherTypeName(view.protocol)} (0x${hex(view.protocol, 4)})`);
    const length = view.headerLength - AT.OPTIONS;
    if (length > 0) parts.push(`options [${length} bytes]`);
    return `${parts.join(", ")}: `;
  },
});
