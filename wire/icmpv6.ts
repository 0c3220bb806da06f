/**
 * ICMP for IPv6, as views and bytes; the values are in `icmpv6_message.ts`.
 *
 * @module
 */

import { checkSpan, u16, u32 } from "./_bytes.ts";
import { encodeLayer } from "./_codec.ts";
import {
  checkProbe,
  checkQuote,
  ICMP_AT as AT,
  quoteEnd,
  quoteExtensions,
  readProbeReply,
  readProbeRequest,
  readQuote,
} from "./_icmp_body.ts";
import { isTransportChecksumOk } from "./_transport.ts";
import { type IcmpExtensions, readIcmpExtensions } from "./icmp_extensions.ts";
import {
  type Icmpv6,
  ICMPV6_TYPE as TYPE,
  type Icmpv6Message,
  icmpv6Message,
} from "./icmpv6_message.ts";
import { checkMld, isMldType, mldGroup, readMld } from "./mld.ts";
import { checkNdp, ndpOptionsAt, ndpTarget, readNdp } from "./ndp.ts";
import { type NdpOption, readNdpOptions } from "./ndp_options.ts";
import { IPPROTO_ICMPV6 } from "./numbers.ts";
import { type LayerPlace, type LayerRow, layerRow } from "./layer_row.ts";
import { quotedPacket } from "./_icmp_quote.ts";
import { keepReserved } from "./_reserved.ts";
import { ICMPV6_LAYOUT, measureIcmpv6, writeIcmpv6 } from "./_icmpv6_write.ts";
import { VALUES } from "./_value_table.ts";
import { HeaderView } from "./view.ts";

const { WHAT, QUOTE } = ICMPV6_LAYOUT;

/** RFC 4443, section 2.1: from here on a message is informational. */
const INFORMATIONAL_MIN = 128;

/** MLDv2 queries are as long as this, or longer (RFC 3810, section 8.1). */
const MLD_QUERY_V2_LENGTH = 28;

/** An ICMP message for IPv6 laid over bytes. */
export class Icmpv6View extends HeaderView {
  /** Tells the layers of a frame apart. */
  get kind(): "icmpv6" {
    return "icmpv6";
  }

  /**
   * Lays a view over the ICMPv6 message that begins at `start`. Its payload is the data of an echo,
   * the packet that an error is about (unless its length is stated: then header, packet and extensions
   * are one; see {@linkcode Icmpv6View.quoted}), else what follows the fields.
   *
   * @param bytes The bytes; they are not copied, and changes to them show.
   * @param start Index of the first byte of the message; default 0.
   * @param end Index after its last byte; default `bytes.length`.
   * @returns The view.
   * @throws {RangeError} If the message is cut off or lies, or its options or extensions do: it names
   * the field.
   */
  static parse(bytes: Uint8Array, start = 0, end: number = bytes?.length): Icmpv6View {
    checkSpan(WHAT, bytes, start, end, AT.BODY);
    return new Icmpv6View(bytes, start, fieldsEnd(bytes, start, end), end);
  }

  /** Number of the message. */
  get type(): number {
    return this.bytes[this.start + AT.TYPE];
  }
  /** Name of the message. */
  get message(): Icmpv6Message {
    return this.type === TYPE.mldQuery && this.end - this.start >= MLD_QUERY_V2_LENGTH
      ? "mldQueryV2"
      : icmpv6Message(this.type);
  }
  /** What kind of the message it is. */
  get code(): number {
    return this.bytes[this.start + AT.CODE];
  }
  /** Checksum as it stands. */
  get checksum(): number {
    return u16(this.bytes, this.start + AT.CHECKSUM);
  }
  /** The four bytes after the checksum, as a number. */
  get rest(): number {
    return u32(this.bytes, this.start + AT.REST);
  }
  /** Of an echo: which process asks. */
  get identifier(): number {
    return u16(this.bytes, this.start + AT.REST);
  }
  /** Of an echo: which of its questions (one byte in an extended echo). */
  get sequence(): number {
    return this.type === TYPE.extendedEchoRequest || this.type === TYPE.extendedEchoReply
      ? this.bytes[this.start + AT.REST + 2]
      : u16(this.bytes, this.start + AT.REST + 2);
  }
  /** Of a packet too big: MTU of the next hop in bytes. */
  get mtu(): number {
    return this.rest;
  }
  /** Of a parameter problem: which byte of the packet is wrong. */
  get pointer(): number {
    return this.rest;
  }
  /** Of a neighbour solicitation, advertisement or redirect: the target address. */
  get target(): string | undefined {
    return (ndpOptionsAt(this.type) ?? 0) >= 24 ? ndpTarget(this.bytes, this.start) : undefined;
  }
  /** Of neighbour discovery: the options, decoded. */
  get options(): NdpOption[] {
    const at = ndpOptionsAt(this.type);
    return at === undefined ? [] : readNdpOptions(this.bytes, this.start + at, this.end);
  }
  /** Of multicast listener discovery: the group, unless a report has several. */
  get group(): string | undefined {
    return isMldType(this.type) ? mldGroup(this.bytes, this.start) : undefined;
  }
  /** Whether the message is an error about another packet. */
  get isError(): boolean {
    return this.type < INFORMATIONAL_MIN;
  }
  /** Of an error: the packet that it is about, as much as there is: a subarray, not a copy. */
  get quoted(): Uint8Array | undefined {
    if (!this.isError) return undefined;
    const { bytes, start, end } = this;
    const last = isMultiPart(this.type) ? quoteEnd(bytes, start, end, QUOTE) : end;
    return bytes.subarray(start + AT.BODY, last);
  }
  /** Extensions (RFC 4884), decoded; also those of old routers that state no length. */
  get extensions(): IcmpExtensions | undefined {
    const { bytes, start, end } = this;
    if (isMultiPart(this.type)) return quoteExtensions(bytes, start, end, QUOTE);
    return this.type === TYPE.extendedEchoRequest && end - start > AT.BODY
      ? readIcmpExtensions(bytes, start + AT.BODY, end)
      : undefined;
  }

  /**
   * Whether the checksum over the whole message is right.
   *
   * @param addressSum The sum of the addresses of the IPv6 header (its view's `addressSum`).
   * @returns Whether it is.
   */
  checksumOk(addressSum: number): boolean {
    return isTransportChecksumOk(this.bytes, this.start, this.end, IPPROTO_ICMPV6, addressSum);
  }

  /**
   * The value of the message, without what follows from the rest: lengths and checksum.
   *
   * @returns The value, for {@linkcode encodeIcmpv6}.
   */
  toValue(): Icmpv6 {
    return keepReserved(this, this.#plain(), measureIcmpv6, writeIcmpv6, AT.CHECKSUM);
  }

  #plain(): Icmpv6 {
    const { bytes, start, end, message, code } = this;
    const common = { kind: "icmpv6" as const, code };
    switch (message) {
      case "echoRequest":
      case "echoReply":
        return { ...common, message, identifier: this.identifier, sequence: this.sequence };
      case "destinationUnreachable":
      case "timeExceeded":
        return { ...common, message, ...readQuote(bytes, start, end, QUOTE) };
      case "packetTooBig":
        return { ...common, message, mtu: this.mtu };
      case "parameterProblem":
        return { ...common, message, pointer: this.pointer };
      case "extendedEchoRequest":
        return { ...common, ...readProbeRequest(bytes, start, end) };
      case "extendedEchoReply":
        return { ...common, ...readProbeReply(bytes, start) };
      case "mldQuery":
      case "mldQueryV2":
      case "mldReport":
      case "mldDone":
      case "mldReportV2":
        return { ...common, ...readMld(bytes, start, this.payloadStart) };
      case "other":
        return { ...common, message, type: this.type, rest: this.rest };
      default:
        return { ...common, ...readNdp(bytes, start, end) };
    }
  }
}

/** RFC 4884: the errors that may carry extensions. */
function isMultiPart(type: number): boolean {
  return type === TYPE.destinationUnreachable || type === TYPE.timeExceeded;
}

/** Checks the message once; the index after what is not payload. */
function fieldsEnd(bytes: Uint8Array, start: number, end: number): number {
  const type = bytes[start + AT.TYPE];
  if (isMultiPart(type)) {
    return checkQuote(WHAT, bytes, start, end, QUOTE) ? end : start + AT.BODY;
  }
  if (isMldType(type)) return checkMld(bytes, start, end);
  if (ndpOptionsAt(type) !== undefined) {
    checkNdp(bytes, start, end);
    return end;
  }
  if (type === TYPE.extendedEchoRequest) {
    checkProbe(bytes, start, end);
    return end;
  }
  return start + AT.BODY;
}

/**
 * Encodes an ICMP message for IPv6.
 *
 * @param value The message; lengths and checksum are filled in unless it has them.
 * @param payload What follows: the data of an echo, the packet an error is about; default nothing.
 * @param sum The sum of the addresses of the IPv6 header, as `addressSum()` gives it; without it the
 * checksum is left at 0 (a raw ICMPv6 socket fills it in).
 * @returns Message and payload in new bytes.
 * @throws {RangeError} If a field does not fit its bits: it names the field.
 * @throws {TypeError} If an address is not one.
 *
 * @example Who has this address?
 * ```ts
 * import { encodeIcmpv6, Icmpv6View } from "@berkeley/sockets/wire";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeIcmpv6({
 *   kind: "icmpv6",
 *   message: "neighborSolicitation",
 *   target: "fe80::1",
 *   options: [{ kind: "sourceLinkAddress", address: "02:00:00:00:00:01" }],
 * });
 * const view = Icmpv6View.parse(bytes);
 * assertEquals([view.message, view.target], ["neighborSolicitation", "fe80::1"]);
 * ```
 */
export function encodeIcmpv6(value: Icmpv6, payload?: Uint8Array, sum?: number): Uint8Array {
  return encodeLayer(icmpv6Layer, value, payload, sum);
}

function unreachableText(view: Icmpv6View, place: LayerPlace): string {
  const { destination, port } = quotedPacket(view.quoted!, place);
  switch (view.code) {
    case 0:
      return `unreachable route ${destination}`;
    case 1:
      return `unreachable prohibited ${destination}`;
    case 2:
      return `beyond scope ${destination}`;
    case 3:
      return `unreachable address ${destination}`;
    case 4:
      return `unreachable port, ${destination} ${port}`;
    default:
      return `unknown unreach code (${view.code})`;
  }
}

/** Everything after "ICMP6, ". */
function describeIcmpv6(view: Icmpv6View, place: LayerPlace): string {
  const { code, message } = view;
  const length = `length ${view.end - view.start}`;
  const asked = `id ${view.identifier}, seq ${view.sequence}`;
  switch (message) {
    case "echoRequest":
      return `echo request, ${asked}, ${length}`;
    case "echoReply":
      return `echo reply, ${asked}, ${length}`;
    case "destinationUnreachable":
      return `destination unreachable, ${unreachableText(view, place)}, ${length}`;
    case "packetTooBig":
      return `packet too big, mtu ${view.mtu}, ${length}`;
    case "timeExceeded": {
      const { destination } = quotedPacket(view.quoted!, place);
      const what = code === 0
        ? `in-transit for ${destination}`
        : code === 1
        ? "in-reassembly"
        : `code-#${code}`;
      return `time exceeded ${what}, ${length}`;
    }
    case "parameterProblem":
      return `parameter problem, code ${code}, octet ${view.pointer}, ${length}`;
    case "routerSolicitation":
      return `router solicitation, ${length}`;
    case "routerAdvertisement":
      return `router advertisement, ${length}`;
    case "neighborSolicitation":
      return `neighbor solicitation, who has ${view.target}, ${length}`;
    case "neighborAdvertisement":
      return `neighbor advertisement, tgt is ${view.target}, ${length}`;
    case "redirect":
      return `redirect, to ${view.target}, ${length}`;
    case "mldQuery":
    case "mldQueryV2":
      return `multicast listener query, addr: ${view.group}, ${length}`;
    case "mldReport":
      return `multicast listener report, addr: ${view.group}, ${length}`;
    case "mldDone":
      return `multicast listener done, addr: ${view.group}, ${length}`;
    case "mldReportV2": {
      const count = (view.bytes[view.start + 6] << 8) | view.bytes[view.start + 7];
      return `multicast listener report v2, ${count} group record(s), ${length}`;
    }
    case "extendedEchoRequest":
      return `extended echo request, ${asked}, ${length}`;
    case "extendedEchoReply":
      return `extended echo reply, ${asked}, ${length}`;
    default:
      return `type-#${view.type}, ${length}`;
  }
}

/** The row of ICMP for IPv6. */
export const icmpv6Layer: LayerRow<Icmpv6, Icmpv6View> = layerRow<Icmpv6, Icmpv6View>({
  kind: "icmpv6",
  check: VALUES.icmpv6,
  protocols: [IPPROTO_ICMPV6],
  usesAddresses: true,
  parse: (bytes, start, end) => Icmpv6View.parse(bytes, start, end),
  measure: measureIcmpv6,
  write: writeIcmpv6,
  // A quote shorter than it should be, and entries longer than ours, no value makes again.
  restate(view) {
    const value = view.toValue();
    return measureIcmpv6(value) === view.headerLength ? value : undefined;
  },
  describe: (view, place) => `ICMP6, ${describeIcmpv6(view, place)}`,
  verify: (view, sum) => sum === undefined || view.checksumOk(sum),
});
