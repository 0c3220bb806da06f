/**
 * IPv4 headers (RFC 791), with options and fragments.
 *
 * @module
 */

import { formatIpv4, parseIpv4 } from "../core/ip/text.ts";
import { bad, checkSpan, fit, setU16, u16, unfit } from "./_bytes.ts";
import { encodeLayer } from "./_codec.ts";
import { addressSumAt, checksum, writtenChecksum } from "./checksum.ts";
import {
  type Ipv4Option,
  ipv4OptionsError,
  measureIpv4Options,
  readIpv4Options,
  writeIpv4Options,
} from "./ipv4_options.ts";
import { type LayerRow, layerRow, type Surroundings } from "./layer_row.ts";
import { ETH_P_IP, IPPROTO_IPIP } from "./numbers.ts";
import { addressesText, isFollowed, unknownText } from "./_text.ts";
import { VALUES } from "./_value_table.ts";
import { HeaderView } from "./view.ts";

const WHAT = "IPv4 header";

/** RFC 791, section 3.1; <netinet/ip.h> struct iphdr. */
const AT = {
  VERSION_IHL: 0,
  TOS: 1,
  TOTAL_LENGTH: 2,
  IDENTIFICATION: 4,
  FRAGMENT: 6,
  TTL: 8,
  PROTOCOL: 9,
  CHECKSUM: 10,
  SOURCE: 12,
  DESTINATION: 16,
  OPTIONS: 20,
};

const FLAG_RESERVED = 0x8000;
const FLAG_DF = 0x4000;
const FLAG_MF = 0x2000;
const OFFSET_MASK = 0x1fff;

/** What an IPv4 header means. Only the addresses must be given. */
export interface Ipv4 {
  /** Tells the values of a stack apart. */
  kind: "ipv4";
  /** Source address. */
  source: string;
  /** Destination address. */
  destination: string;
  /** Differentiated services and ECN, 0 to 255; default 0. */
  tos?: number;
  /** Identification, which the fragments of a packet share, 0 to 0xffff; default 0. */
  identification?: number;
  /** The reserved flag, which RFC 791 wants to be zero; default `false`. */
  reservedFlag?: boolean;
  /** The packet must not be fragmented; default `false`. */
  dontFragment?: boolean;
  /** More fragments follow; default `false`. */
  moreFragments?: boolean;
  /** Where the payload belongs in the whole one, in bytes, a multiple of 8; default 0. */
  fragmentOffset?: number;
  /** Time to live in hops, 0 to 255; default 64. */
  ttl?: number;
  /** Number of the payload's protocol; default: that of the next layer of the stack, or 59 (none). */
  protocol?: number;
  /** Options; default none. */
  options?: Ipv4Option[];
  /** Length of header and payload in bytes; default: what it is. */
  totalLength?: number;
  /** Header checksum; default: the right one. */
  checksum?: number;
}

/** An IPv4 header laid over bytes. */
export class Ipv4View extends HeaderView {
  /** Tells the layers of a frame apart. */
  get kind(): "ipv4" {
    return "ipv4";
  }

  /**
   * Lays a view over the IPv4 packet that begins at `start`. A total length of 0 is that of a packet
   * whose cutting is left to the network card: it goes on to `end`.
   *
   * @param bytes The bytes; they are not copied, and changes to them show.
   * @param start Index of the first byte of the header; default 0.
   * @param end Index after the last byte at hand; default `bytes.length`. More bytes than the total
   * length tells are not part of the packet (the padding of an Ethernet frame).
   * @returns The view.
   * @throws {RangeError} If the header or its chain of options lies: it names the field.
   */
  static parse(bytes: Uint8Array, start = 0, end: number = bytes?.length): Ipv4View {
    const view = Ipv4View.parsePartial(bytes, start, end);
    const words = view.ihl;
    const left = end - start;
    if (words * 4 > left) throw bad(WHAT, `IHL of ${words} is above the ${left} bytes at hand`);
    const { optionsError, totalLength: total } = view;
    if (optionsError !== undefined) throw optionsError;
    if (total !== 0 && total < view.headerLength) {
      throw bad(
        WHAT,
        `total length of ${total} is below the header length of ${view.headerLength}`,
      );
    }
    if (total > left) {
      throw bad(WHAT, `total length of ${total} is above the ${left} bytes at hand`);
    }
    return view;
  }

  /**
   * Like {@linkcode Ipv4View.parse}, but the payload or the options may be cut off, as in the quote of
   * an ICMP error or in a capture with a snapshot length, and an option may lie: the options end before
   * it, and {@linkcode Ipv4View.optionsError} tells why.
   *
   * @param bytes The bytes.
   * @param start Index of the first byte of the header; default 0.
   * @param end Index after the last byte at hand; default `bytes.length`.
   * @returns The view; its payload is what there is of it.
   * @throws {RangeError} If the fixed part of the header is cut off or lies: it names the field.
   */
  static parsePartial(bytes: Uint8Array, start = 0, end: number = bytes?.length): Ipv4View {
    checkSpan(WHAT, bytes, start, end, AT.OPTIONS);
    const first = bytes[start];
    if (first >>> 4 !== 4) throw bad(WHAT, `version of ${first >>> 4} is not 4`);
    const length = (first & 15) * 4;
    if (length < AT.OPTIONS) throw bad(WHAT, `IHL of ${first & 15} is below 5`);
    const total = u16(bytes, start + AT.TOTAL_LENGTH);
    const last = total < length ? end : Math.min(end, start + total);
    return new Ipv4View(bytes, start, Math.min(last, start + length), last);
  }

  /** Length of the header in words of four bytes, 5 to 15, as the header has it. */
  get ihl(): number {
    return this.bytes[this.start + AT.VERSION_IHL] & 15;
  }
  /** What is wrong with the options, which end before it; `undefined`: nothing. */
  get optionsError(): RangeError | undefined {
    return ipv4OptionsError(this.bytes, this.start + AT.OPTIONS, this.payloadStart);
  }
  /** Whether the network card is to cut the packet (TSO): it has no total length and no checksums yet. */
  get segmentationOffload(): boolean {
    return this.totalLength === 0;
  }
  /** Differentiated services and ECN, 0 to 255. */
  get tos(): number {
    return this.bytes[this.start + AT.TOS];
  }
  /** Differentiated services code point, 0 to 63. */
  get dscp(): number {
    return this.tos >>> 2;
  }
  /** Explicit congestion notification, 0 to 3. */
  get ecn(): number {
    return this.tos & 3;
  }
  /** Length of header and payload in bytes, as the header has it. */
  get totalLength(): number {
    return u16(this.bytes, this.start + AT.TOTAL_LENGTH);
  }
  /** Whether fewer bytes are at hand than the total length, or that of the header, tells. */
  get truncated(): boolean {
    const length = this.end - this.start;
    return this.totalLength > length || this.ihl * 4 > length;
  }
  /** Identification, which the fragments of a packet share. */
  get identification(): number {
    return u16(this.bytes, this.start + AT.IDENTIFICATION);
  }
  /** The reserved flag. */
  get reservedFlag(): boolean {
    return (u16(this.bytes, this.start + AT.FRAGMENT) & FLAG_RESERVED) !== 0;
  }
  /** Whether the packet must not be fragmented. */
  get dontFragment(): boolean {
    return (u16(this.bytes, this.start + AT.FRAGMENT) & FLAG_DF) !== 0;
  }
  /** Whether more fragments follow. */
  get moreFragments(): boolean {
    return (u16(this.bytes, this.start + AT.FRAGMENT) & FLAG_MF) !== 0;
  }
  /** Where the payload belongs in the whole one, in bytes. */
  get fragmentOffset(): number {
    return (u16(this.bytes, this.start + AT.FRAGMENT) & OFFSET_MASK) * 8;
  }
  /** Whether this is one of several fragments. */
  get isFragment(): boolean {
    return (u16(this.bytes, this.start + AT.FRAGMENT) & (FLAG_MF | OFFSET_MASK)) !== 0;
  }
  /** Time to live in hops. */
  get ttl(): number {
    return this.bytes[this.start + AT.TTL];
  }
  /** Number of the payload's protocol. */
  get protocol(): number {
    return this.bytes[this.start + AT.PROTOCOL];
  }
  /** Header checksum as it stands. */
  get checksum(): number {
    return u16(this.bytes, this.start + AT.CHECKSUM);
  }
  /** Whether the header checksum is right. */
  checksumOk(): boolean {
    return checksum(this.bytes, this.start, this.payloadStart) === 0;
  }
  /** Source address. */
  get source(): string {
    return formatIpv4(this.bytes, this.start + AT.SOURCE);
  }
  /** Destination address. */
  get destination(): string {
    return formatIpv4(this.bytes, this.start + AT.DESTINATION);
  }
  /** Whether nothing of the header is cut off and no option lies. */
  get isSound(): boolean {
    return this.headerLength === this.ihl * 4 && this.optionsError === undefined;
  }
  /** The options, decoded. */
  get options(): Ipv4Option[] {
    return readIpv4Options(this.bytes, this.start + AT.OPTIONS, this.payloadStart);
  }
  /** The sum of the addresses, for the pseudo-header of the payload. */
  get addressSum(): number {
    return addressSumAt(this.bytes, this.start + AT.SOURCE, this.start + AT.OPTIONS);
  }

  /**
   * The value of the header, without what follows from the rest: total length (unless it is 0) and
   * checksum.
   *
   * @returns The value, for {@linkcode encodeIpv4}.
   */
  toValue(): Ipv4 {
    const value: Ipv4 = {
      kind: "ipv4",
      source: this.source,
      destination: this.destination,
      tos: this.tos,
      identification: this.identification,
      reservedFlag: this.reservedFlag,
      dontFragment: this.dontFragment,
      moreFragments: this.moreFragments,
      fragmentOffset: this.fragmentOffset,
      ttl: this.ttl,
      protocol: this.protocol,
      options: this.options,
    };
    if (this.segmentationOffload) value.totalLength = 0;
    return value;
  }
}

/** The length of the header of `value`, in bytes. */
function measureIpv4(value: Ipv4): number {
  if (value.options === undefined || value.options.length === 0) return AT.OPTIONS;
  const length = AT.OPTIONS + measureIpv4Options(value.options);
  if (length > 60) throw unfit(WHAT, `options of ${length - AT.OPTIONS} bytes are above 40`);
  return length;
}

/** Writes the header of `value` at `start`, before its payload up to `end`. */
function writeIpv4(
  value: Ipv4,
  bytes: Uint8Array,
  start: number,
  end: number,
  around: Surroundings,
): void {
  const length = measureIpv4(value);
  const offset = value.fragmentOffset ?? 0;
  if (offset % 8 !== 0) throw unfit(WHAT, `fragmentOffset of ${offset} is not a multiple of 8`);
  bytes[start] = 0x40 | (length >>> 2);
  bytes[start + AT.TOS] = fit(WHAT, "tos", value.tos ?? 0, 0xff);
  const total = fit(WHAT, "totalLength", value.totalLength ?? end - start, 0xffff);
  setU16(bytes, start + AT.TOTAL_LENGTH, total);
  const identification = fit(WHAT, "identification", value.identification ?? 0, 0xffff);
  setU16(bytes, start + AT.IDENTIFICATION, identification);
  const flags = (value.reservedFlag ? FLAG_RESERVED : 0) | (value.dontFragment ? FLAG_DF : 0) |
    (value.moreFragments ? FLAG_MF : 0);
  setU16(bytes, start + AT.FRAGMENT, flags | (fit(WHAT, "fragmentOffset", offset, 0xfff8) >>> 3));
  bytes[start + AT.TTL] = fit(WHAT, "ttl", value.ttl ?? 64, 0xff);
  bytes[start + AT.PROTOCOL] = fit(WHAT, "protocol", value.protocol ?? around.next ?? 59, 0xff);
  bytes.set(parseIpv4(value.source), start + AT.SOURCE);
  bytes.set(parseIpv4(value.destination), start + AT.DESTINATION);
  if (value.options !== undefined) writeIpv4Options(value.options, bytes, start + AT.OPTIONS);
  setU16(bytes, start + AT.CHECKSUM, 0);
  const sum = value.checksum ?? writtenChecksum(bytes, start, start + length);
  setU16(bytes, start + AT.CHECKSUM, fit(WHAT, "checksum", sum, 0xffff));
}

/**
 * Encodes an IPv4 packet.
 *
 * @param value The header; total length and checksum are filled in unless it has them.
 * @param payload What follows; default nothing.
 * @returns Header and payload in new bytes.
 * @throws {RangeError} If a field does not fit its bits: it names the field.
 * @throws {TypeError} If an address is not one.
 *
 * @example An empty packet
 * ```ts
 * import { encodeIpv4, Ipv4View } from "@berkeley/sockets/wire";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeIpv4({ kind: "ipv4", source: "192.0.2.1", destination: "192.0.2.2", ttl: 3 });
 * const view = Ipv4View.parse(bytes);
 * assertEquals([view.source, view.ttl, view.checksumOk()], ["192.0.2.1", 3, true]);
 * ```
 */
export function encodeIpv4(value: Ipv4, payload?: Uint8Array): Uint8Array {
  return encodeLayer(ipv4Layer, value, payload);
}

/** Where a source-routed packet ends up (RFC 791, section 3.1), if it is not there yet. */
function lastHop(options: readonly Ipv4Option[]): string | undefined {
  for (const option of options) {
    if (option.kind !== "looseSourceRoute" && option.kind !== "strictSourceRoute") continue;
    return option.pointer <= 3 + 4 * option.addresses.length ? option.addresses.at(-1) : undefined;
  }
  return undefined;
}

/** The row of IPv4. */
export const ipv4Layer: LayerRow<Ipv4, Ipv4View> = layerRow<Ipv4, Ipv4View>({
  kind: "ipv4",
  check: VALUES.ipv4,
  etherTypes: [ETH_P_IP],
  protocols: [IPPROTO_IPIP],
  ipVersion: 4,
  names: "protocol",
  parse(bytes, start, end, walk) {
    const view = Ipv4View.parsePartial(bytes, start, end);
    if (view.totalLength !== view.end - start || (view.ihl > 5 && !view.isSound)) {
      walk.complain(Ipv4View);
    }
    if (view.isFragment) walk.cut();
    if (!view.isFragment || view.fragmentOffset === 0) walk.followProtocol(view.protocol);
    return view;
  },
  measure: measureIpv4,
  write: writeIpv4,
  addresses(header, pseudo) {
    if (header instanceof Ipv4View) {
      const at = header.start + AT.SOURCE;
      pseudo.source = header.bytes.subarray(at, at + 4);
      pseudo.destination = header.bytes.subarray(at + 4, at + 8);
      if (header.headerLength === AT.OPTIONS) return;
    } else {
      pseudo.source = header.source;
      pseudo.destination = header.destination;
    }
    pseudo.destination = lastHop(header.options ?? []) ?? pseudo.destination;
  },
  // A card that is to cut the packet makes its checksums too.
  isPartial: (view) => view.truncated || view.isFragment || view.segmentationOffload,
  restate(view) {
    // No value has an option that lies.
    if (!view.isSound) return undefined;
    const { totalLength } = view;
    const value = view.toValue();
    return totalLength === view.end - view.start ? value : { ...value, totalLength };
  },
  describe(view, place) {
    const name = place.bare ? "IP " : "";
    const offload = view.segmentationOffload ? "[segmentation offload] " : "";
    const line = name + addressesText(view.source, view.destination, place) + offload;
    if (view.fragmentOffset > 0) return `${line}ip-proto-${view.protocol}`;
    if (isFollowed(place)) return line;
    return line + unknownText(view.protocol, view.end - view.payloadStart);
  },
  verify: (view) => view.checksumOk(),
});
