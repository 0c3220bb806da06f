/**
 * The two IPv6 extension headers that carry options: hop-by-hop and destination options (RFC 8200,
 * sections 4.3 and 4.6).
 *
 * @module
 */

import { fit } from "./_bytes.ts";
import { encodeLayer } from "./_codec.ts";
import {
  checkOptionList,
  extensionEnd,
  type Ipv6Option,
  measureOptionHeader,
  readOptionList,
  writeOptionList,
} from "./_ipv6_option_list.ts";
import { IPPROTO_DSTOPTS, IPPROTO_HOPOPTS, IPPROTO_NONE } from "./numbers.ts";
import { type LayerRow, layerRow, type Surroundings } from "./layer_row.ts";
import { opaqueText } from "./_text.ts";
import { VALUES } from "./_value_table.ts";
import { HeaderView } from "./view.ts";

const HOP_BY_HOP = "IPv6 hop-by-hop header";
const DESTINATION = "IPv6 destination options header";

/** What a hop-by-hop options header means. */
export interface HopByHop {
  /** Tells the values of a stack apart. */
  kind: "hopByHop";
  /** Number of what follows; default: that of the next layer of the stack, or 59 (none). */
  nextHeader?: number;
  /** The options, without the padding at the end, which the encoder adds; default none. */
  options?: Ipv6Option[];
}

/** A hop-by-hop options header laid over bytes. */
export class HopByHopView extends HeaderView {
  /** Tells the layers of a frame apart. */
  get kind(): "hopByHop" {
    return "hopByHop";
  }

  /**
   * Lays a view over the hop-by-hop options header that begins at `start`.
   *
   * @param bytes The bytes; they are not copied, and changes to them show.
   * @param start Index of the first byte of the header; default 0.
   * @param end Index after the last byte at hand; default `bytes.length`.
   * @returns The view.
   * @throws {RangeError} If the header or its chain of options lies: it names the field.
   */
  static parse(bytes: Uint8Array, start = 0, end: number = bytes?.length): HopByHopView {
    const from = extensionEnd(HOP_BY_HOP, bytes, start, end);
    checkOptionList(HOP_BY_HOP, bytes, start + 2, from);
    return new HopByHopView(bytes, start, from, end);
  }

  /** Number of what follows. */
  get nextHeader(): number {
    return this.bytes[this.start];
  }
  /** The options, decoded, without the padding at the end. */
  get options(): Ipv6Option[] {
    return readOptionList(this.bytes, this.start + 2, this.payloadStart);
  }

  /**
   * The value of the header.
   *
   * @returns The value, for {@linkcode encodeHopByHop}.
   */
  toValue(): HopByHop {
    return { kind: "hopByHop", nextHeader: this.nextHeader, options: this.options };
  }
}

/** What a destination options header means. */
export interface DestinationOptions {
  /** Tells the values of a stack apart. */
  kind: "destinationOptions";
  /** Number of what follows; default: that of the next layer of the stack, or 59 (none). */
  nextHeader?: number;
  /** The options, without the padding at the end, which the encoder adds; default none. */
  options?: Ipv6Option[];
}

/** A destination options header laid over bytes. */
export class DestinationOptionsView extends HeaderView {
  /** Tells the layers of a frame apart. */
  get kind(): "destinationOptions" {
    return "destinationOptions";
  }

  /**
   * Lays a view over the destination options header that begins at `start`.
   *
   * @param bytes The bytes; they are not copied, and changes to them show.
   * @param start Index of the first byte of the header; default 0.
   * @param end Index after the last byte at hand; default `bytes.length`.
   * @returns The view.
   * @throws {RangeError} If the header or its chain of options lies: it names the field.
   */
  static parse(bytes: Uint8Array, start = 0, end: number = bytes?.length): DestinationOptionsView {
    const from = extensionEnd(DESTINATION, bytes, start, end);
    checkOptionList(DESTINATION, bytes, start + 2, from);
    return new DestinationOptionsView(bytes, start, from, end);
  }

  /** Number of what follows. */
  get nextHeader(): number {
    return this.bytes[this.start];
  }
  /** The options, decoded, without the padding at the end. */
  get options(): Ipv6Option[] {
    return readOptionList(this.bytes, this.start + 2, this.payloadStart);
  }

  /**
   * The value of the header.
   *
   * @returns The value, for {@linkcode encodeDestinationOptions}.
   */
  toValue(): DestinationOptions {
    return { kind: "destinationOptions", nextHeader: this.nextHeader, options: this.options };
  }
}

/** The length of the header of `value`, in bytes. */
function measureIpv6Options(value: HopByHop | DestinationOptions): number {
  return measureOptionHeader(nameOf(value), value.options ?? []);
}

/** Writes the header of `value` at `start`. */
function writeIpv6Options(
  value: HopByHop | DestinationOptions,
  bytes: Uint8Array,
  start: number,
  _end: number,
  around: Surroundings,
): void {
  const what = nameOf(value);
  const length = measureIpv6Options(value);
  const next = value.nextHeader ?? around.next ?? IPPROTO_NONE;
  bytes[start] = fit(what, "nextHeader", next, 0xff);
  bytes[start + 1] = length / 8 - 1;
  writeOptionList(what, value.options ?? [], bytes, start + 2, start + length);
}

function nameOf(value: HopByHop | DestinationOptions): string {
  return value.kind === "hopByHop" ? HOP_BY_HOP : DESTINATION;
}

/**
 * Encodes a hop-by-hop options header; padding at its end is filled in.
 *
 * @param value The header.
 * @param payload What follows; default nothing.
 * @returns Header and payload in new bytes.
 * @throws {RangeError} If a field does not fit its bits: it names the field.
 *
 * @example The router alert of an MLD message
 * ```ts
 * import { encodeHopByHop } from "@berkeley/sockets/wire";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeHopByHop({
 *   kind: "hopByHop",
 *   nextHeader: 58,
 *   options: [{ kind: "routerAlert", value: 0 }],
 * });
 * assertEquals(bytes, Uint8Array.of(58, 0, 5, 2, 0, 0, 1, 0));
 * ```
 */
export function encodeHopByHop(value: HopByHop, payload?: Uint8Array): Uint8Array {
  return encodeLayer(hopByHopLayer, value, payload);
}

/**
 * Encodes a destination options header; padding at its end is filled in.
 *
 * @param value The header.
 * @param payload What follows; default nothing.
 * @returns Header and payload in new bytes.
 * @throws {RangeError} If a field does not fit its bits: it names the field.
 */
export function encodeDestinationOptions(
  value: DestinationOptions,
  payload?: Uint8Array,
): Uint8Array {
  return encodeLayer(destinationOptionsLayer, value, payload);
}

/** The row of hop-by-hop options. */
export const hopByHopLayer: LayerRow<HopByHop, HopByHopView> = layerRow<HopByHop, HopByHopView>({
  kind: "hopByHop",
  check: VALUES.hopByHop,
  protocols: [IPPROTO_HOPOPTS],
  names: "protocol",
  parse(bytes, start, end, walk) {
    const view = HopByHopView.parse(bytes, start, end);
    walk.followProtocol(view.nextHeader);
    return view;
  },
  measure: measureIpv6Options,
  write: writeIpv6Options,
  describe: (view, place) => `HBH ${opaqueText(view.nextHeader, place)}`,
});

/** The row of destination options. */
export const destinationOptionsLayer: LayerRow<DestinationOptions, DestinationOptionsView> =
  layerRow<DestinationOptions, DestinationOptionsView>({
    kind: "destinationOptions",
    check: VALUES.destinationOptions,
    protocols: [IPPROTO_DSTOPTS],
    names: "protocol",
    parse(bytes, start, end, walk) {
      const view = DestinationOptionsView.parse(bytes, start, end);
      walk.followProtocol(view.nextHeader);
      return view;
    },
    measure: measureIpv6Options,
    write: writeIpv6Options,
    addresses(header, pseudo) {
      // Where a mobile node's packet came from, were it at home (RFC 6275, section 11.3.1).
      for (const option of header.options ?? []) {
        if (option.kind !== "homeAddress") continue;
        pseudo.source = option.address;
        return;
      }
    },
    describe: (view, place) => `DSTOPT ${opaqueText(view.nextHeader, place)}`,
  });
