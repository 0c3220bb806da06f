/**
 * The IPv6 fragment header (RFC 8200, section 4.5).
 *
 * @module
 */

import { checkSpan, fit, setU16, setU32, u16, u32, unfit } from "./_bytes.ts";
import { encodeLayer } from "./_codec.ts";
import { IPPROTO_FRAGMENT, IPPROTO_NONE } from "./numbers.ts";
import { type LayerRow, layerRow, type Surroundings } from "./layer_row.ts";
import { opaqueText } from "./_text.ts";
import { VALUES } from "./_value_table.ts";
import { HeaderView } from "./view.ts";

const WHAT = "IPv6 fragment header";

/** RFC 8200, section 4.5; <netinet/ip6.h> struct ip6_frag. */
const AT = { NEXT_HEADER: 0, RESERVED: 1, OFFSET: 2, IDENTIFICATION: 4, PAYLOAD: 8 };

/** What a fragment header means. */
export interface Ipv6Fragment {
  /** Tells the values of a stack apart. */
  kind: "fragment";
  /** Number of what follows; default: that of the next layer of the stack, or 59 (none). */
  nextHeader?: number;
  /** Where the payload belongs in the whole one, in bytes, a multiple of 8; default 0. */
  fragmentOffset?: number;
  /** More fragments follow; default `false`. */
  moreFragments?: boolean;
  /** What the fragments of a packet share, 0 to 0xffffffff. */
  identification: number;
  /** The reserved bits, 8 and then 2; default 0. */
  reserved?: number;
}

/** A fragment header laid over bytes. */
export class Ipv6FragmentView extends HeaderView {
  /** Tells the layers of a frame apart. */
  get kind(): "fragment" {
    return "fragment";
  }

  /**
   * Lays a view over the fragment header that begins at `start`.
   *
   * @param bytes The bytes; they are not copied, and changes to them show.
   * @param start Index of the first byte of the header; default 0.
   * @param end Index after the last byte at hand; default `bytes.length`.
   * @returns The view.
   * @throws {RangeError} If the header is cut off.
   */
  static parse(bytes: Uint8Array, start = 0, end: number = bytes?.length): Ipv6FragmentView {
    checkSpan(WHAT, bytes, start, end, AT.PAYLOAD);
    return new Ipv6FragmentView(bytes, start, start + AT.PAYLOAD, end);
  }

  /** Number of what follows. */
  get nextHeader(): number {
    return this.bytes[this.start + AT.NEXT_HEADER];
  }
  /** Where the payload belongs in the whole one, in bytes. */
  get fragmentOffset(): number {
    return u16(this.bytes, this.start + AT.OFFSET) & 0xfff8;
  }
  /** Whether more fragments follow. */
  get moreFragments(): boolean {
    return (this.bytes[this.start + AT.OFFSET + 1] & 1) !== 0;
  }
  /** Whether this is one of several fragments; an atomic one (RFC 6946) is whole. */
  get isFragment(): boolean {
    return (u16(this.bytes, this.start + AT.OFFSET) & 0xfff9) !== 0;
  }
  /** What the fragments of a packet share. */
  get identification(): number {
    return u32(this.bytes, this.start + AT.IDENTIFICATION);
  }
  /** The reserved bits, 8 and then 2. */
  get reserved(): number {
    return (this.bytes[this.start + AT.RESERVED] << 2) |
      ((this.bytes[this.start + AT.OFFSET + 1] >>> 1) & 3);
  }

  /**
   * The value of the header.
   *
   * @returns The value, for {@linkcode encodeIpv6Fragment}.
   */
  toValue(): Ipv6Fragment {
    return {
      kind: "fragment",
      nextHeader: this.nextHeader,
      fragmentOffset: this.fragmentOffset,
      moreFragments: this.moreFragments,
      identification: this.identification,
      reserved: this.reserved,
    };
  }
}

/** The length of the header, in bytes. */
function measureIpv6Fragment(_value: Ipv6Fragment): number {
  return AT.PAYLOAD;
}

/** Writes the header of `value` at `start`. */
function writeIpv6Fragment(
  value: Ipv6Fragment,
  bytes: Uint8Array,
  start: number,
  _end: number,
  around: Surroundings,
): void {
  const offset = fit(WHAT, "fragmentOffset", value.fragmentOffset ?? 0, 0xfff8);
  if (offset % 8 !== 0) throw unfit(WHAT, `fragmentOffset of ${offset} is not a multiple of 8`);
  const reserved = fit(WHAT, "reserved", value.reserved ?? 0, 0x3ff);
  const next = value.nextHeader ?? around.next ?? IPPROTO_NONE;
  bytes[start + AT.NEXT_HEADER] = fit(WHAT, "nextHeader", next, 0xff);
  bytes[start + AT.RESERVED] = reserved >>> 2;
  setU16(bytes, start + AT.OFFSET, offset | ((reserved & 3) << 1) | (value.moreFragments ? 1 : 0));
  const identification = fit(WHAT, "identification", value.identification, 0xffffffff);
  setU32(bytes, start + AT.IDENTIFICATION, identification);
}

/**
 * Encodes a fragment header.
 *
 * @param value The header.
 * @param payload What follows; default nothing.
 * @returns Header and payload in new bytes.
 * @throws {RangeError} If a field does not fit its bits: it names the field.
 */
export function encodeIpv6Fragment(value: Ipv6Fragment, payload?: Uint8Array): Uint8Array {
  return encodeLayer(fragmentLayer, value, payload);
}

/** The row of the IPv6 fragment header. */
export const fragmentLayer: LayerRow<Ipv6Fragment, Ipv6FragmentView> = layerRow<
  Ipv6Fragment,
  Ipv6FragmentView
>({
  kind: "fragment",
  check: VALUES.fragment,
  protocols: [IPPROTO_FRAGMENT],
  names: "protocol",
  parse(bytes, start, end, walk) {
    const view = Ipv6FragmentView.parse(bytes, start, end);
    if (view.fragmentOffset === 0) walk.followProtocol(view.nextHeader);
    if (view.moreFragments) walk.cut();
    return view;
  },
  measure: measureIpv6Fragment,
  write: writeIpv6Fragment,
  isPartial: (view) => view.isFragment,
  describe(view, layers) {
    const length = view.end - view.payloadStart;
    const place = `frag (${view.fragmentOffset}|${length}) `;
    return view.fragmentOffset > 0 ? place : place + opaqueText(view.nextHeader, layers);
  },
});
