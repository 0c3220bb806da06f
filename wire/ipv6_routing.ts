/**
 * The IPv6 routing header (RFC 8200, section 4.4): types 0 (RFC 5095) and 2 (RFC 6275), the segment
 * routing header (type 4, RFC 8754), and any other as bytes.
 *
 * @module
 */

import { formatIpv6, parseIpv6 } from "../core/ip/text.ts";
import { bad, fit, setU16, setU32, u16, u32, unfit } from "./_bytes.ts";
import { encodeLayer } from "./_codec.ts";
import { checkOptionList, extensionEnd } from "./_ipv6_option_list.ts";
import { IPPROTO_NONE, IPPROTO_ROUTING } from "./numbers.ts";
import { type LayerRow, layerRow, type Surroundings } from "./layer_row.ts";
import { opaqueText } from "./_text.ts";
import { VALUES } from "./_value_table.ts";
import { HeaderView } from "./view.ts";

const WHAT = "IPv6 routing header";

/** RFC 8200, section 4.4. */
const AT = { NEXT_HEADER: 0, LENGTH: 1, TYPE: 2, SEGMENTS_LEFT: 3, DATA: 4, ADDRESSES: 8 };
/** RFC 8754, section 2. */
const SRH_AT = { LAST_ENTRY: 4, FLAGS: 5, TAG: 6 };

const TYPE = { SOURCE_ROUTE: 0, MOBILE: 2, SEGMENTS: 4 };

/** What a routing header says beyond the segments left, by its type. */
export type Ipv6Route =
  | {
    /** Source route (type 0) or home address of a mobile node (type 2). */
    kind: "sourceRoute" | "mobile";
    /** The addresses to visit, in their order. */
    addresses: string[];
    /** The reserved 32 bits; default 0. */
    reserved?: number;
  }
  | {
    /** Segment routing (type 4). */
    kind: "segments";
    /** The segments, the last one to visit first. */
    segments: string[];
    /** Index of the last segment in the list; default: that of the list's end. */
    lastEntry?: number;
    /** Flags, 0 to 255; default 0. */
    flags?: number;
    /** Tag of a group of packets, 0 to 0xffff; default 0. */
    tag?: number;
    /** Optional type-length-value objects, a multiple of 8 bytes; default none. */
    tlvs?: Uint8Array;
  }
  | {
    /** Any other type. */
    kind: "other";
    /** The routing type, 0 to 255. */
    type: number;
    /** What follows the segments left; 4 bytes and then a multiple of 8. */
    data: Uint8Array;
  };

/** What a routing header means. */
export interface Ipv6Routing {
  /** Tells the values of a stack apart. */
  kind: "routing";
  /** Number of what follows; default: that of the next layer of the stack, or 59 (none). */
  nextHeader?: number;
  /** How many of the listed nodes are still to be visited, 0 to 255. */
  segmentsLeft: number;
  /** The route. */
  route: Ipv6Route;
}

/** A routing header laid over bytes. */
export class Ipv6RoutingView extends HeaderView {
  /** Tells the layers of a frame apart. */
  get kind(): "routing" {
    return "routing";
  }

  /**
   * Lays a view over the routing header that begins at `start`.
   *
   * @param bytes The bytes; they are not copied, and changes to them show.
   * @param start Index of the first byte of the header; default 0.
   * @param end Index after the last byte at hand; default `bytes.length`.
   * @returns The view.
   * @throws {RangeError} If the header lies: it names the field.
   */
  static parse(bytes: Uint8Array, start = 0, end: number = bytes?.length): Ipv6RoutingView {
    const from = extensionEnd(WHAT, bytes, start, end);
    const type = bytes[start + AT.TYPE];
    const left = bytes[start + AT.SEGMENTS_LEFT];
    const room = (from - start - AT.ADDRESSES) / 16;
    if (type === TYPE.SOURCE_ROUTE || type === TYPE.MOBILE) {
      if (!Number.isInteger(room)) {
        throw bad(WHAT, `length of ${from - start} is not one of whole addresses`);
      }
      if (left > room) throw bad(WHAT, `segments left of ${left} are above the ${room} addresses`);
    } else if (type === TYPE.SEGMENTS) {
      const last = bytes[start + SRH_AT.LAST_ENTRY];
      // A list of no segments cannot be told from one of one: last entry 0 in a header of 8 bytes.
      const count = from - start === AT.ADDRESSES && last === 0 ? 0 : last + 1;
      if (count > room) throw bad(WHAT, `last entry of ${last} is above the ${room} segments`);
      // A reduced list leaves its first segment out (RFC 8754, section 4.1.1).
      if (left > count) throw bad(WHAT, `segments left of ${left} are above the ${count} segments`);
      checkOptionList(WHAT, bytes, start + AT.ADDRESSES + count * 16, from);
    }
    return new Ipv6RoutingView(bytes, start, from, end);
  }

  /** Number of what follows. */
  get nextHeader(): number {
    return this.bytes[this.start + AT.NEXT_HEADER];
  }
  /** The routing type: 0, 2 (mobile IPv6), 4 (segment routing) … */
  get routingType(): number {
    return this.bytes[this.start + AT.TYPE];
  }
  /** How many of the listed nodes are still to be visited. */
  get segmentsLeft(): number {
    return this.bytes[this.start + AT.SEGMENTS_LEFT];
  }
  /** Index in the view's bytes of the final destination, if the packet is not there yet. */
  get finalDestinationAt(): number | undefined {
    if (this.segmentsLeft === 0 || this.headerLength < AT.ADDRESSES + 16) return undefined;
    const type = this.routingType;
    if (type === TYPE.SEGMENTS) return this.start + AT.ADDRESSES;
    if (type === TYPE.SOURCE_ROUTE || type === TYPE.MOBILE) return this.payloadStart - 16;
    return undefined;
  }
  /** The route, decoded. */
  get route(): Ipv6Route {
    const { bytes, start, routingType: type } = this;
    const first = start + AT.ADDRESSES;
    if (type === TYPE.SEGMENTS) {
      const lastEntry = bytes[start + SRH_AT.LAST_ENTRY];
      // The bytes may have changed since they were checked: never go beyond.
      const room = (this.headerLength - AT.ADDRESSES) >>> 4;
      const count = Math.min(lastEntry + 1, room);
      return {
        kind: "segments",
        segments: addressList(bytes, first, count),
        flags: bytes[start + SRH_AT.FLAGS],
        tag: u16(bytes, start + SRH_AT.TAG),
        tlvs: bytes.slice(first + count * 16, this.payloadStart),
      };
    }
    if (type === TYPE.SOURCE_ROUTE || type === TYPE.MOBILE) {
      return {
        kind: type === TYPE.MOBILE ? "mobile" : "sourceRoute",
        addresses: addressList(bytes, first, (this.payloadStart - first) >>> 4),
        reserved: u32(bytes, start + AT.DATA),
      };
    }
    return { kind: "other", type, data: bytes.slice(start + AT.DATA, this.payloadStart) };
  }

  /**
   * The value of the header.
   *
   * @returns The value, for {@linkcode encodeIpv6Routing}.
   */
  toValue(): Ipv6Routing {
    return {
      kind: "routing",
      nextHeader: this.nextHeader,
      segmentsLeft: this.segmentsLeft,
      route: this.route,
    };
  }
}

function addressList(bytes: Uint8Array, start: number, count: number): string[] {
  const list: string[] = [];
  for (let i = 0; i < count; i++) list.push(formatIpv6(bytes, start + 16 * i));
  return list;
}

/** The address that a routed packet ends up at, or `undefined` if it is there already. */
function finalDestination(value: Ipv6Routing): string | undefined {
  if (value.segmentsLeft === 0) return undefined;
  const { route } = value;
  if (route.kind === "segments") return route.segments[0];
  return route.kind === "other" ? undefined : route.addresses.at(-1);
}

/** The length of the header of `value`, in bytes. */
function measureIpv6Routing(value: Ipv6Routing): number {
  const { route } = value;
  let length = AT.DATA;
  if (route.kind === "other") length += route.data.length;
  else if (route.kind === "segments") {
    const tlvs = route.tlvs?.length ?? 0;
    if (route.segments.length === 0 && tlvs > 0) {
      throw unfit(WHAT, "route.segments is empty, but route.tlvs is not");
    }
    length += 4 + 16 * route.segments.length + tlvs;
  } else length += 4 + 16 * route.addresses.length;
  if (length % 8 !== 0) throw unfit(WHAT, `length of ${length} is not a multiple of 8`);
  if (length > 2048) throw unfit(WHAT, `length of ${length} is above 2048`);
  return length;
}

/** Writes the header of `value` at `start`. */
function writeIpv6Routing(
  value: Ipv6Routing,
  bytes: Uint8Array,
  start: number,
  _end: number,
  around: Surroundings,
): void {
  const next = value.nextHeader ?? around.next ?? IPPROTO_NONE;
  bytes[start + AT.NEXT_HEADER] = fit(WHAT, "nextHeader", next, 0xff);
  bytes[start + AT.LENGTH] = measureIpv6Routing(value) / 8 - 1;
  bytes[start + AT.SEGMENTS_LEFT] = fit(WHAT, "segmentsLeft", value.segmentsLeft, 0xff);
  const { route } = value;
  const first = start + AT.ADDRESSES;
  if (route.kind === "other") {
    if ([TYPE.SOURCE_ROUTE, TYPE.MOBILE, TYPE.SEGMENTS].includes(route.type)) {
      throw unfit(WHAT, `route.type of ${route.type} has a kind of its own`);
    }
    bytes[start + AT.TYPE] = fit(WHAT, "route.type", route.type, 0xff);
    bytes.set(route.data, start + AT.DATA);
  } else if (route.kind === "segments") {
    const count = route.segments.length;
    bytes[start + AT.TYPE] = TYPE.SEGMENTS;
    const last = route.lastEntry ?? Math.max(0, count - 1);
    bytes[start + SRH_AT.LAST_ENTRY] = fit(WHAT, "route.lastEntry", last, 0xff);
    bytes[start + SRH_AT.FLAGS] = fit(WHAT, "route.flags", route.flags ?? 0, 0xff);
    setU16(bytes, start + SRH_AT.TAG, fit(WHAT, "route.tag", route.tag ?? 0, 0xffff));
    route.segments.forEach((text, index) => bytes.set(parseIpv6(text), first + 16 * index));
    if (route.tlvs !== undefined) bytes.set(route.tlvs, first + 16 * count);
  } else {
    bytes[start + AT.TYPE] = route.kind === "mobile" ? TYPE.MOBILE : TYPE.SOURCE_ROUTE;
    setU32(bytes, start + AT.DATA, fit(WHAT, "route.reserved", route.reserved ?? 0, 0xffffffff));
    route.addresses.forEach((text, index) => bytes.set(parseIpv6(text), first + 16 * index));
  }
}

/**
 * Encodes a routing header.
 *
 * @param value The header.
 * @param payload What follows; default nothing.
 * @returns Header and payload in new bytes.
 * @throws {RangeError} If a field does not fit its bits: it names the field.
 * @throws {TypeError} If an address is not one.
 *
 * @example A segment routing header
 * ```ts
 * import { encodeIpv6Routing, Ipv6RoutingView } from "@berkeley/sockets/wire";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeIpv6Routing({
 *   kind: "routing",
 *   segmentsLeft: 1,
 *   route: { kind: "segments", segments: ["2001:db8::2", "2001:db8::1"] },
 * });
 * assertEquals(Ipv6RoutingView.parse(bytes).routingType, 4);
 * ```
 */
export function encodeIpv6Routing(value: Ipv6Routing, payload?: Uint8Array): Uint8Array {
  return encodeLayer(routingLayer, value, payload);
}

function routingText(view: Ipv6RoutingView): string {
  const { route, segmentsLeft } = view;
  const list = (addresses: string[]) => addresses.map((text, n) => `, [${n}]${text}`).join("");
  const words = (view.headerLength - 8) / 8;
  const head = `RT6 (len=${words}, type=${view.routingType}`;
  if (route.kind === "segments") {
    const last = route.segments.length - 1;
    return `${head}, segleft=${segmentsLeft}, last-entry=${last}, tag=${
      (route.tag ?? 0).toString(16)
    }` +
      `${list(route.segments)})`;
  }
  if (route.kind === "other") return `${head}, segleft=${segmentsLeft})`;
  const old = route.kind === "sourceRoute" ? " [Deprecated]" : "";
  const reserved = route.reserved ? `, rsv=0x${route.reserved.toString(16)}` : "";
  return `${head}${old}, segleft=${segmentsLeft}${reserved}${list(route.addresses)})`;
}

/** The row of the routing header. */
export const routingLayer: LayerRow<Ipv6Routing, Ipv6RoutingView> = layerRow<
  Ipv6Routing,
  Ipv6RoutingView
>({
  kind: "routing",
  check: VALUES.routing,
  protocols: [IPPROTO_ROUTING],
  names: "protocol",
  parse(bytes, start, end, walk) {
    const view = Ipv6RoutingView.parse(bytes, start, end);
    walk.followProtocol(view.nextHeader);
    return view;
  },
  measure: measureIpv6Routing,
  write: writeIpv6Routing,
  addresses(header, pseudo) {
    if (!(header instanceof Ipv6RoutingView)) {
      pseudo.destination = finalDestination(header) ?? pseudo.destination;
      return;
    }
    const at = header.finalDestinationAt;
    // Behind IPv4, where it has no meaning, it names nobody.
    const { source } = pseudo;
    if (source instanceof Uint8Array && source.length === 4) return;
    if (at !== undefined) pseudo.destination = header.bytes.subarray(at, at + 16);
  },
  describe: (view, place) => `${routingText(view)} ${opaqueText(view.nextHeader, place)}`,
});
