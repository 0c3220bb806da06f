/**
 * IEEE 802.2 logical link control and SNAP, the headers of an 802.3 frame's payload.
 *
 * @module
 */

import { checkSpan, fit, setU16, setU24, u16, u24, unfit } from "./_bytes.ts";
import { encodeLayer } from "./_codec.ts";
import { type LayerRow, layerRow, type Surroundings } from "./layer_row.ts";
import { etherTypeText, hex } from "./_text.ts";
import { VALUES } from "./_value_table.ts";
import { HeaderView } from "./view.ts";

/** The service access point of SNAP. */
const SAP_SNAP = 0xaa;
/** The control field of unnumbered information. */
const CONTROL_UI = 3;

/** What an LLC header means. */
export interface Llc {
  /** Tells the values of a stack apart. */
  kind: "llc";
  /** Destination service access point, 0 to 255; default 0xaa (SNAP). */
  dsap?: number;
  /** Source service access point, 0 to 255; default 0xaa (SNAP). */
  ssap?: number;
  /**
   * Control field: one byte whose two low bits are 3 (unnumbered), else two bytes, the first one the
   * low half; default 3 (unnumbered information).
   */
  control?: number;
}

/** An LLC header laid over bytes. */
export class LlcView extends HeaderView {
  /** Tells the layers of a frame apart. */
  get kind(): "llc" {
    return "llc";
  }

  /**
   * Lays a view over the LLC header that begins at `start`.
   *
   * @param bytes The bytes; they are not copied, and changes to them show.
   * @param start Index of the first byte of the header; default 0.
   * @param end Index after the last byte at hand; default `bytes.length`.
   * @returns The view.
   * @throws {RangeError} If the header is cut off.
   */
  static parse(bytes: Uint8Array, start = 0, end: number = bytes?.length): LlcView {
    checkSpan("LLC header", bytes, start, end, 3);
    const length = (bytes[start + 2] & 3) === 3 ? 3 : 4;
    checkSpan("LLC header with a control field of two bytes", bytes, start, end, length);
    return new LlcView(bytes, start, start + length, end);
  }

  /** Destination service access point. */
  get dsap(): number {
    return this.bytes[this.start];
  }
  /** Source service access point. */
  get ssap(): number {
    return this.bytes[this.start + 1];
  }
  /** Control field: of two bytes, the first one is the low half. */
  get control(): number {
    const first = this.bytes[this.start + 2];
    return (first & 3) === 3 ? first : (this.bytes[this.start + 3] << 8) | first;
  }
  /** Whether a SNAP header follows. */
  get isSnap(): boolean {
    return this.dsap === SAP_SNAP && this.ssap === SAP_SNAP && this.control === CONTROL_UI;
  }

  /**
   * The value of the header.
   *
   * @returns The value, for {@linkcode encodeLlc}.
   */
  toValue(): Llc {
    return { kind: "llc", dsap: this.dsap, ssap: this.ssap, control: this.control };
  }
}

/** The length of the header of `value`, in bytes. */
function measureLlc(value: Llc): number {
  return ((value.control ?? CONTROL_UI) & 3) === 3 ? 3 : 4;
}

/** Writes the header of `value` at `start`. */
function writeLlc(value: Llc, bytes: Uint8Array, start: number): void {
  const what = "LLC header";
  bytes[start] = fit(what, "dsap", value.dsap ?? SAP_SNAP, 0xff);
  bytes[start + 1] = fit(what, "ssap", value.ssap ?? SAP_SNAP, 0xff);
  const control = value.control ?? CONTROL_UI;
  if ((control & 3) === 3) {
    bytes[start + 2] = fit(what, "control", control, 0xff);
  } else {
    fit(what, "control", control, 0xffff);
    bytes[start + 2] = control;
    bytes[start + 3] = control >>> 8;
  }
}

/**
 * Encodes an LLC header.
 *
 * @param value The header.
 * @param payload What follows; default nothing.
 * @returns Header and payload in new bytes.
 * @throws {RangeError} If a field does not fit its bits: it names the field.
 */
export function encodeLlc(value: Llc, payload?: Uint8Array): Uint8Array {
  return encodeLayer(llcLayer, value, payload);
}

/** What a SNAP header means (RFC 1042). */
export interface Snap {
  /** Tells the values of a stack apart. */
  kind: "snap";
  /** The organization whose protocol numbers these are, 24 bits; default 0: EtherTypes. */
  oui?: number;
  /** Protocol of the payload, 0 to 0xffff; default: the EtherType of the next layer of the stack. */
  protocol?: number;
}

/** A SNAP header laid over bytes. */
export class SnapView extends HeaderView {
  /** Tells the layers of a frame apart. */
  get kind(): "snap" {
    return "snap";
  }

  /**
   * Lays a view over the SNAP header that begins at `start`, after an LLC header.
   *
   * @param bytes The bytes; they are not copied, and changes to them show.
   * @param start Index of the first byte of the header; default 0.
   * @param end Index after the last byte at hand; default `bytes.length`.
   * @returns The view.
   * @throws {RangeError} If the header is cut off.
   */
  static parse(bytes: Uint8Array, start = 0, end: number = bytes?.length): SnapView {
    checkSpan("SNAP header", bytes, start, end, 5);
    return new SnapView(bytes, start, start + 5, end);
  }

  /** The organization whose protocol numbers these are; 0: EtherTypes. */
  get oui(): number {
    return u24(this.bytes, this.start);
  }
  /** Protocol of the payload. */
  get protocol(): number {
    return u16(this.bytes, this.start + 3);
  }

  /**
   * The value of the header.
   *
   * @returns The value, for {@linkcode encodeSnap}.
   */
  toValue(): Snap {
    return { kind: "snap", oui: this.oui, protocol: this.protocol };
  }
}

/** The length of a SNAP header, in bytes. */
function measureSnap(_value: Snap): number {
  return 5;
}

/** Writes the header of `value` at `start`. */
function writeSnap(
  value: Snap,
  bytes: Uint8Array,
  start: number,
  _end: number,
  around: Surroundings,
): void {
  setU24(bytes, start, fit("SNAP header", "oui", value.oui ?? 0, 0xffffff));
  const protocol = value.protocol ?? around.next ?? 0;
  setU16(bytes, start + 3, fit("SNAP header", "protocol", protocol, 0xffff));
}

/**
 * Encodes a SNAP header.
 *
 * @param value The header.
 * @param payload What follows; default nothing.
 * @returns Header and payload in new bytes.
 * @throws {RangeError} If a field does not fit its bits: it names the field.
 */
export function encodeSnap(value: Snap, payload?: Uint8Array): Uint8Array {
  return encodeLayer(snapLayer, value, payload);
}

/** The row of LLC. */
export const llcLayer: LayerRow<Llc, LlcView> = layerRow<Llc, LlcView>({
  kind: "llc",
  check: VALUES.llc,
  isLink: true,
  parse(bytes, start, end, walk) {
    const view = LlcView.parse(bytes, start, end);
    if (view.isSnap) walk.follow("snap");
    return view;
  },
  measure: measureLlc,
  write: writeLlc,
  // IEEE 802.3: its length stands where an EtherType would.
  etherTypeOf(_value, { length }) {
    if (length > 1500) throw unfit("LLC frame", `payload of ${length} bytes is above 1500`);
    return length;
  },
  describe(view, { bare }) {
    if (bare && view.isSnap) return "";
    const { dsap, ssap, control } = view;
    return `LLC, dsap 0x${hex(dsap, 2)}, ssap 0x${hex(ssap, 2)}, ctrl 0x${hex(control, 2)}: `;
  },
});

/** The row of SNAP. */
export const snapLayer: LayerRow<Snap, SnapView> = layerRow<Snap, SnapView>({
  kind: "snap",
  check: VALUES.snap,
  names: "etherType",
  isLink: true,
  parse(bytes, start, end, walk) {
    const view = SnapView.parse(bytes, start, end);
    if (view.oui === 0) walk.followEtherType(view.protocol);
    return view;
  },
  measure: measureSnap,
  write: writeSnap,
  describe(view, { bare }) {
    if (bare && view.oui === 0) return "";
    return `oui 0x${hex(view.oui, 6)}, ${etherTypeText(view.protocol)}: `;
  },
});
