/**
 * The fixed IPv6 header (RFC 8200, section 3).
 *
 * @module
 */

import { formatIpv6, parseIpv6 } from "../core/ip/text.ts";
import { bad, checkSpan, fit, setU16, setU32, u16, u24 } from "./_bytes.ts";
import { encodeLayer } from "./_codec.ts";
import { jumboLengthAt } from "./_ipv6_option_list.ts";
import { addressSumAt } from "./checksum.ts";
import { ETH_P_IPV6, IPPROTO_HOPOPTS, IPPROTO_IPV6, IPPROTO_NONE } from "./numbers.ts";
import { type LayerRow, layerRow, type Surroundings } from "./layer_row.ts";
import { addressesText, isFollowed, unknownText } from "./_text.ts";
import { VALUES } from "./_value_table.ts";
import { HeaderView } from "./view.ts";

const WHAT = "IPv6 header";

/** RFC 8200, section 3; <netinet/ip6.h> struct ip6_hdr. */
const AT = {
  VERSION_CLASS_FLOW: 0,
  PAYLOAD_LENGTH: 4,
  NEXT_HEADER: 6,
  HOP_LIMIT: 7,
  SOURCE: 8,
  DESTINATION: 24,
  PAYLOAD: 40,
};

/** What an IPv6 header means. Only the addresses must be given. */
export interface Ipv6 {
  /** Tells the values of a stack apart. */
  kind: "ipv6";
  /** Source address. */
  source: string;
  /** Destination address. */
  destination: string;
  /** Differentiated services and ECN, 0 to 255; default 0. */
  trafficClass?: number;
  /** Flow label, 0 to 0xfffff; default 0. */
  flowLabel?: number;
  /** Hops left, 0 to 255; default 64. */
  hopLimit?: number;
  /** Number of what follows; default: that of the next layer of the stack, or 59 (none). */
  nextHeader?: number;
  /** Length of what follows in bytes; default: what it is, or 0 for a jumbogram (above 65535). */
  payloadLength?: number;
}

/** An IPv6 header laid over bytes. */
export class Ipv6View extends HeaderView {
  /** Tells the layers of a frame apart. */
  get kind(): "ipv6" {
    return "ipv6";
  }

  /**
   * Lays a view over the IPv6 packet that begins at `start`. A payload length of 0 before a hop-by-hop
   * header announces a jumbogram (RFC 2675), whose option tells where it ends.
   *
   * @param bytes The bytes; they are not copied, and changes to them show.
   * @param start Index of the first byte of the header; default 0.
   * @param end Index after the last byte at hand; default `bytes.length`. More bytes than the payload
   * length tells are not part of the packet (the padding of an Ethernet frame).
   * @returns The view.
   * @throws {RangeError} If the header or the length of a jumbogram lies: it names the field.
   */
  static parse(bytes: Uint8Array, start = 0, end: number = bytes?.length): Ipv6View {
    const view = Ipv6View.parsePartial(bytes, start, end);
    const { payloadLength, jumboLength } = view;
    const left = end - view.payloadStart;
    if (jumboLength !== undefined) {
      if (payloadLength !== 0) {
        throw bad(WHAT, `payload length of ${payloadLength} stands beside a jumbo payload option`);
      }
      if (jumboLength <= 0xffff) {
        throw bad(WHAT, `jumbo payload length of ${jumboLength} is not above 65535`);
      }
      if (jumboLength > left) {
        throw bad(
          WHAT,
          `jumbo payload length of ${jumboLength} is above the ${left} bytes at hand`,
        );
      }
    } else if (payloadLength === 0 && view.nextHeader === IPPROTO_HOPOPTS) {
      throw bad(WHAT, "payload length of 0 is without a jumbo payload option");
    }
    if (payloadLength > left) {
      throw bad(WHAT, `payload length of ${payloadLength} is above the ${left} bytes at hand`);
    }
    return view;
  }

  /**
   * Like {@linkcode Ipv6View.parse}, but the payload may be cut off, as it is in the quote of an
   * ICMPv6 error or in a capture with a snapshot length, and the length of a jumbogram may lie.
   *
   * @param bytes The bytes.
   * @param start Index of the first byte of the header; default 0.
   * @param end Index after the last byte at hand; default `bytes.length`.
   * @returns The view; its payload is what there is of it.
   * @throws {RangeError} If the header itself is cut off or of another version.
   */
  static parsePartial(bytes: Uint8Array, start = 0, end: number = bytes?.length): Ipv6View {
    checkSpan(WHAT, bytes, start, end, AT.PAYLOAD);
    const version = bytes[start] >>> 4;
    if (version !== 6) throw bad(WHAT, `version of ${version} is not 6`);
    const from = start + AT.PAYLOAD;
    let length = u16(bytes, start + AT.PAYLOAD_LENGTH);
    if (length === 0 && bytes[start + AT.NEXT_HEADER] === IPPROTO_HOPOPTS) {
      length = jumboLengthAt(bytes, from, end) ?? end - from;
    }
    return new Ipv6View(bytes, start, from, Math.min(end, from + length));
  }

  /** Length of what follows the header in bytes, as a jumbo payload option has it, if there is one. */
  get jumboLength(): number | undefined {
    return this.nextHeader === IPPROTO_HOPOPTS
      ? jumboLengthAt(this.bytes, this.payloadStart, this.end)
      : undefined;
  }
  /** Differentiated services and ECN, 0 to 255. */
  get trafficClass(): number {
    return (u16(this.bytes, this.start) >>> 4) & 0xff;
  }
  /** Differentiated services code point, 0 to 63. */
  get dscp(): number {
    return this.trafficClass >>> 2;
  }
  /** Explicit congestion notification, 0 to 3. */
  get ecn(): number {
    return this.trafficClass & 3;
  }
  /** Flow label, 0 to 0xfffff. */
  get flowLabel(): number {
    return u24(this.bytes, this.start + 1) & 0xfffff;
  }
  /** Length of what follows the header in bytes, as the header has it; 0 for a jumbogram. */
  get payloadLength(): number {
    return u16(this.bytes, this.start + AT.PAYLOAD_LENGTH);
  }
  /** Whether fewer bytes are at hand than the payload length, or that of a jumbogram, tells. */
  get truncated(): boolean {
    const length = this.payloadLength;
    const told = length === 0 ? this.jumboLength ?? 0 : length;
    return told > this.end - this.payloadStart;
  }
  /** Number of what follows. */
  get nextHeader(): number {
    return this.bytes[this.start + AT.NEXT_HEADER];
  }
  /** Hops left. */
  get hopLimit(): number {
    return this.bytes[this.start + AT.HOP_LIMIT];
  }
  /** Source address. */
  get source(): string {
    return formatIpv6(this.bytes, this.start + AT.SOURCE);
  }
  /** Destination address. */
  get destination(): string {
    return formatIpv6(this.bytes, this.start + AT.DESTINATION);
  }
  /** The sum of the addresses, for the pseudo-header of a payload without a routing header. */
  get addressSum(): number {
    return addressSumAt(this.bytes, this.start + AT.SOURCE, this.payloadStart);
  }

  /**
   * The value of the header, without the payload length, which follows from the rest.
   *
   * @returns The value, for {@linkcode encodeIpv6}.
   */
  toValue(): Ipv6 {
    return {
      kind: "ipv6",
      source: this.source,
      destination: this.destination,
      trafficClass: this.trafficClass,
      flowLabel: this.flowLabel,
      hopLimit: this.hopLimit,
      nextHeader: this.nextHeader,
    };
  }
}

/** What stands in the length field before so many bytes: of a jumbogram 0 (RFC 2675). */
function lengthField(length: number, nextHeader: number): number {
  return length > 0xffff && nextHeader === IPPROTO_HOPOPTS ? 0 : length;
}

/** The length of the header, in bytes. */
function measureIpv6(_value: Ipv6): number {
  return AT.PAYLOAD;
}

/** Writes the header of `value` at `start`, before its payload up to `end`. */
function writeIpv6(
  value: Ipv6,
  bytes: Uint8Array,
  start: number,
  end: number,
  around: Surroundings,
): void {
  const trafficClass = fit(WHAT, "trafficClass", value.trafficClass ?? 0, 0xff);
  const flowLabel = fit(WHAT, "flowLabel", value.flowLabel ?? 0, 0xfffff);
  setU32(bytes, start, (0x60000000 | (trafficClass << 20) | flowLabel) >>> 0);
  const next = fit(WHAT, "nextHeader", value.nextHeader ?? around.next ?? IPPROTO_NONE, 0xff);
  const length = end - start - AT.PAYLOAD;
  const stated = value.payloadLength ?? lengthField(length, next);
  setU16(bytes, start + AT.PAYLOAD_LENGTH, fit(WHAT, "payloadLength", stated, 0xffff));
  bytes[start + AT.NEXT_HEADER] = next;
  bytes[start + AT.HOP_LIMIT] = fit(WHAT, "hopLimit", value.hopLimit ?? 64, 0xff);
  bytes.set(parseIpv6(value.source), start + AT.SOURCE);
  bytes.set(parseIpv6(value.destination), start + AT.DESTINATION);
}

/**
 * Encodes an IPv6 packet.
 *
 * @param value The header; the payload length is filled in unless it has one.
 * @param payload What follows; default nothing.
 * @returns Header and payload in new bytes.
 * @throws {RangeError} If a field does not fit its bits: it names the field.
 * @throws {TypeError} If an address is not one.
 *
 * @example An empty packet
 * ```ts
 * import { encodeIpv6, Ipv6View } from "@berkeley/sockets/wire";
 * import { assertEquals } from "@std/assert";
 *
 * const view = Ipv6View.parse(encodeIpv6({ kind: "ipv6", source: "::1", destination: "::2" }));
 * assertEquals([view.destination, view.hopLimit], ["::2", 64]);
 * ```
 */
export function encodeIpv6(value: Ipv6, payload?: Uint8Array): Uint8Array {
  return encodeLayer(ipv6Layer, value, payload);
}

/** The row of IPv6. */
export const ipv6Layer: LayerRow<Ipv6, Ipv6View> = layerRow<Ipv6, Ipv6View>({
  kind: "ipv6",
  check: VALUES.ipv6,
  etherTypes: [ETH_P_IPV6],
  protocols: [IPPROTO_IPV6],
  ipVersion: 6,
  names: "protocol",
  parse(bytes, start, end, walk) {
    const view = Ipv6View.parsePartial(bytes, start, end);
    const { nextHeader } = view;
    // A hop-by-hop header may make a jumbogram of it.
    if (nextHeader === IPPROTO_HOPOPTS || view.truncated) walk.complain(Ipv6View);
    walk.followProtocol(nextHeader);
    return view;
  },
  measure: measureIpv6,
  write: writeIpv6,
  addresses(header, pseudo) {
    if (header instanceof Ipv6View) {
      const { bytes, start } = header;
      pseudo.source = bytes.subarray(start + AT.SOURCE, start + AT.DESTINATION);
      pseudo.destination = bytes.subarray(start + AT.DESTINATION, start + AT.PAYLOAD);
    } else {
      pseudo.source = header.source;
      pseudo.destination = header.destination;
    }
  },
  isPartial: (view) => view.truncated,
  restate(view) {
    const value = view.toValue();
    const { payloadLength, nextHeader } = view;
    const length = lengthField(view.end - view.payloadStart, nextHeader);
    return payloadLength === length ? value : { ...value, payloadLength };
  },
  describe(view, place) {
    const name = place.bare ? "IP6 " : "";
    const line = name + addressesText(view.source, view.destination, place);
    if (isFollowed(place)) return line;
    return line + unknownText(view.nextHeader, view.end - view.payloadStart);
  },
});
