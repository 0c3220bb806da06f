/**
 * ICMP for IPv4, as views and bytes; the values are in `icmpv4_message.ts`.
 *
 * @module
 */

import { formatIpv4 } from "../core/ip/text.ts";
import { bad, checkSpan, u16, u32 } from "./_bytes.ts";
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
import { checksum } from "./checksum.ts";
import { type IcmpExtensions, readIcmpExtensions } from "./icmp_extensions.ts";
import {
  type Icmpv4,
  ICMPV4_TYPE as TYPE,
  type Icmpv4Message,
  icmpv4Message,
  type Icmpv4Router,
  type Icmpv4RouterAdvertisement,
} from "./icmpv4_message.ts";
import { type LayerPlace, type LayerRow, layerRow } from "./layer_row.ts";
import { IPPROTO_ICMP } from "./numbers.ts";
import { quotedPacket } from "./_icmp_quote.ts";
import { ICMPV4_LAYOUT, measureIcmpv4, writeIcmpv4 } from "./_icmpv4_write.ts";
import { keepReserved } from "./_reserved.ts";
import { VALUES } from "./_value_table.ts";
import { HeaderView } from "./view.ts";

const { WHAT, QUOTE, ROUTERS } = ICMPV4_LAYOUT;

/** An ICMP message for IPv4 laid over bytes. */
export class Icmpv4View extends HeaderView {
  /** Tells the layers of a frame apart. */
  get kind(): "icmpv4" {
    return "icmpv4";
  }

  /**
   * Lays a view over the ICMP message that begins at `start`. Its payload is the data of an echo, the
   * packet that an error is about (unless its length is stated: then header, packet and extensions
   * are one; see {@linkcode Icmpv4View.quoted}), else what follows the fields.
   *
   * @param bytes The bytes; they are not copied, and changes to them show.
   * @param start Index of the first byte of the message; default 0.
   * @param end Index after its last byte; default `bytes.length`.
   * @returns The view.
   * @throws {RangeError} If the message is cut off or lies, or its extensions do: it names the field.
   */
  static parse(bytes: Uint8Array, start = 0, end: number = bytes?.length): Icmpv4View {
    checkSpan(WHAT, bytes, start, end, AT.BODY);
    return new Icmpv4View(bytes, start, start + headerLength(bytes, start, end), end);
  }

  /** Number of the message. */
  get type(): number {
    return this.bytes[this.start + AT.TYPE];
  }
  /** Name of the message. */
  get message(): Icmpv4Message {
    return icmpv4Message(this.type);
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
  /** Of a question or an answer: which process asks. */
  get identifier(): number {
    return u16(this.bytes, this.start + AT.REST);
  }
  /** Of a question or an answer: which of its questions (one byte in an extended echo). */
  get sequence(): number {
    return this.type === TYPE.extendedEchoRequest || this.type === TYPE.extendedEchoReply
      ? this.bytes[this.start + AT.REST + 2]
      : u16(this.bytes, this.start + AT.REST + 2);
  }
  /** Of a destination unreachable with code 4: MTU of the next hop in bytes; 0: not told. */
  get nextHopMtu(): number {
    return u16(this.bytes, this.start + AT.REST + 2);
  }
  /** Of a redirect: the better router. */
  get gateway(): string {
    return formatIpv4(this.bytes, this.start + AT.REST);
  }
  /** Of a parameter problem: which byte of the packet is wrong. */
  get pointer(): number {
    return this.bytes[this.start + AT.REST];
  }
  /** Whether the message is an error about another packet. */
  get isError(): boolean {
    return isError(this.type);
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
   * @returns Whether it is.
   */
  checksumOk(): boolean {
    return checksum(this.bytes, this.start, this.end) === 0;
  }

  /**
   * The value of the message, without what follows from the rest: lengths and checksum.
   *
   * @returns The value, for {@linkcode encodeIcmpv4}.
   */
  toValue(): Icmpv4 {
    return keepReserved(this, this.#plain(), measureIcmpv4, writeIcmpv4, AT.CHECKSUM);
  }

  #plain(): Icmpv4 {
    const { bytes, start, end, message, code } = this;
    const common = { kind: "icmpv4" as const, code };
    switch (message) {
      case "echoRequest":
      case "echoReply":
      case "informationRequest":
      case "informationReply":
        return { ...common, message, identifier: this.identifier, sequence: this.sequence };
      case "destinationUnreachable": {
        const quote = readQuote(bytes, start, end, QUOTE);
        return { ...common, message, nextHopMtu: this.nextHopMtu, ...quote };
      }
      case "timeExceeded":
        return { ...common, message, ...readQuote(bytes, start, end, QUOTE) };
      case "parameterProblem":
        return {
          ...common,
          message,
          pointer: this.pointer,
          ...readQuote(bytes, start, end, QUOTE),
        };
      case "sourceQuench":
      case "routerSolicitation":
        return { ...common, message };
      case "redirect":
        return { ...common, message, gateway: this.gateway };
      case "timestampRequest":
      case "timestampReply":
        return {
          ...common,
          message,
          identifier: this.identifier,
          sequence: this.sequence,
          originate: u32(bytes, start + AT.BODY),
          receive: u32(bytes, start + AT.BODY + 4),
          transmit: u32(bytes, start + AT.BODY + 8),
        };
      case "addressMaskRequest":
      case "addressMaskReply": {
        const mask = formatIpv4(bytes, start + AT.BODY);
        return { ...common, message, identifier: this.identifier, sequence: this.sequence, mask };
      }
      case "routerAdvertisement":
        return { ...common, message, ...readRouters(bytes, start, this.payloadStart) };
      case "extendedEchoRequest":
        return { ...common, ...readProbeRequest(bytes, start, end) };
      case "extendedEchoReply":
        return { ...common, ...readProbeReply(bytes, start) };
      case "other":
        return { ...common, message, type: this.type, rest: this.rest };
    }
  }
}

/** RFC 4884: the errors that may carry extensions. */
function isMultiPart(type: number): boolean {
  return type === TYPE.destinationUnreachable || type === TYPE.timeExceeded ||
    type === TYPE.parameterProblem;
}

function isError(type: number): boolean {
  return isMultiPart(type) || type === TYPE.sourceQuench || type === TYPE.redirect;
}

/** Checks the message once; the length of what is not payload. */
function headerLength(bytes: Uint8Array, start: number, end: number): number {
  switch (bytes[start + AT.TYPE]) {
    case TYPE.destinationUnreachable:
    case TYPE.timeExceeded:
    case TYPE.parameterProblem:
      return checkQuote(WHAT, bytes, start, end, QUOTE) ? end - start : AT.BODY;
    case TYPE.timestampRequest:
    case TYPE.timestampReply:
      checkSpan(WHAT, bytes, start, end, AT.BODY + 12);
      return AT.BODY + 12;
    case TYPE.addressMaskRequest:
    case TYPE.addressMaskReply:
      checkSpan(WHAT, bytes, start, end, AT.BODY + 4);
      return AT.BODY + 4;
    case TYPE.routerAdvertisement:
      return checkRouters(bytes, start, end);
    case TYPE.extendedEchoRequest:
      checkProbe(bytes, start, end);
      return end - start;
    default:
      return AT.BODY;
  }
}

function checkRouters(bytes: Uint8Array, start: number, end: number): number {
  const count = bytes[start + ROUTERS.COUNT];
  const words = bytes[start + ROUTERS.ENTRY_WORDS];
  if (count > 0 && words < ROUTERS.ENTRY_WORDS_MIN) {
    throw bad(WHAT, `address entry size of ${words} is below ${ROUTERS.ENTRY_WORDS_MIN}`);
  }
  const length = AT.BODY + count * words * 4;
  if (length > end - start) {
    throw bad(
      WHAT,
      `number of addresses of ${count} needs ${length} bytes, above the ${end - start} at hand`,
    );
  }
  return length;
}

function readRouters(
  bytes: Uint8Array,
  start: number,
  end: number,
): Pick<Icmpv4RouterAdvertisement, "lifetimeSeconds" | "routers"> {
  const step = Math.max(ROUTERS.ENTRY_WORDS_MIN, bytes[start + ROUTERS.ENTRY_WORDS]) * 4;
  const routers: Icmpv4Router[] = [];
  for (let at = start + AT.BODY; at + 8 <= end; at += step) {
    routers.push({ address: formatIpv4(bytes, at), preference: u32(bytes, at + 4) | 0 });
  }
  return { lifetimeSeconds: u16(bytes, start + ROUTERS.LIFETIME), routers };
}

/**
 * Encodes an ICMP message for IPv4.
 *
 * @param value The message; lengths and checksum are filled in unless it has them.
 * @param payload What follows: the data of an echo, the packet an error is about; default nothing.
 * @returns Message and payload in new bytes.
 * @throws {RangeError} If a field does not fit its bits: it names the field.
 * @throws {TypeError} If an address is not one.
 *
 * @example An echo request
 * ```ts
 * import { encodeIcmpv4, Icmpv4View } from "@berkeley/sockets/wire";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeIcmpv4(
 *   { kind: "icmpv4", message: "echoRequest", identifier: 0x1234, sequence: 7 },
 *   new TextEncoder().encode("hello"),
 * );
 * const view = Icmpv4View.parse(bytes);
 * assertEquals([view.message, view.sequence, view.checksumOk()], ["echoRequest", 7, true]);
 * ```
 */
export function encodeIcmpv4(value: Icmpv4, payload?: Uint8Array): Uint8Array {
  return encodeLayer(icmpv4Layer, value, payload);
}

/** Codes of a destination unreachable message; `$` stands for the destination. */
const UNREACHABLE: Readonly<Record<number, string>> = {
  0: "net $ unreachable",
  1: "host $ unreachable",
  5: "$ unreachable - source route failed",
  6: "net $ unreachable - unknown",
  7: "host $ unreachable - unknown",
  8: "$ unreachable - source host isolated",
  9: "net $ unreachable - admin prohibited",
  10: "host $ unreachable - admin prohibited",
  11: "net $ unreachable - tos prohibited",
  12: "host $ unreachable - tos prohibited",
  13: "host $ unreachable - admin prohibited filter",
  14: "host $ unreachable - host precedence violation",
  15: "host $ unreachable - precedence cutoff",
};

const REDIRECTED = ["net", "host", "tos and net", "tos and host"];

function unreachableText(view: Icmpv4View, place: LayerPlace): string {
  const { destination, protocol, port } = quotedPacket(view.quoted!, place);
  switch (view.code) {
    case 2:
      return `${destination} protocol ${protocol} unreachable`;
    case 3:
      return `${destination} ${port || `protocol ${protocol} port`} unreachable`;
    case 4: {
      const mtu = view.nextHopMtu;
      return `${destination} unreachable - need to frag${mtu === 0 ? "" : ` (mtu ${mtu})`}`;
    }
    default: {
      const text = UNREACHABLE[view.code] ?? `$ unreachable - #${view.code}`;
      return text.replace("$", destination);
    }
  }
}

/** Everything after "ICMP ". */
function describeIcmpv4(view: Icmpv4View, place: LayerPlace): string {
  const { code, message } = view;
  const length = `length ${view.end - view.start}`;
  const asked = `id ${view.identifier}, seq ${view.sequence}`;
  switch (message) {
    case "echoRequest":
      return `echo request, ${asked}, ${length}`;
    case "echoReply":
      return `echo reply, ${asked}, ${length}`;
    case "destinationUnreachable":
      return `${unreachableText(view, place)}, ${length}`;
    case "sourceQuench":
      return `source quench, ${length}`;
    case "redirect": {
      const { destination } = quotedPacket(view.quoted!, place);
      const what = REDIRECTED[code] ?? `#${code}`;
      return `redirect ${destination} to ${what} ${view.gateway}, ${length}`;
    }
    case "timeExceeded":
      return code === 0
        ? `time exceeded in-transit, ${length}`
        : code === 1
        ? `ip reassembly time exceeded, ${length}`
        : `time exceeded-#${code}, ${length}`;
    case "parameterProblem":
      return code === 0
        ? `parameter problem - octet ${view.pointer}, ${length}`
        : `parameter problem - code ${code}, ${length}`;
    case "timestampRequest":
      return `time stamp query id ${view.identifier} seq ${view.sequence}, ${length}`;
    case "timestampReply":
      return `time stamp reply id ${view.identifier} seq ${view.sequence}, ${length}`;
    case "routerSolicitation":
      return `router solicitation, ${length}`;
    case "routerAdvertisement":
      return `router advertisement, ${length}`;
    case "informationRequest":
      return `information request, ${length}`;
    case "informationReply":
      return `information reply, ${length}`;
    case "addressMaskRequest":
      return `address mask request, ${length}`;
    case "addressMaskReply":
      return `address mask reply, ${length}`;
    case "extendedEchoRequest":
      return `extended echo request, ${asked}, ${length}`;
    case "extendedEchoReply":
      return `extended echo reply, ${asked}, ${length}`;
    default:
      return `type-#${view.type}, ${length}`;
  }
}

/** The row of ICMP for IPv4. */
export const icmpv4Layer: LayerRow<Icmpv4, Icmpv4View> = layerRow<Icmpv4, Icmpv4View>({
  kind: "icmpv4",
  check: VALUES.icmpv4,
  protocols: [IPPROTO_ICMP],
  parse: (bytes, start, end) => Icmpv4View.parse(bytes, start, end),
  measure: measureIcmpv4,
  write: writeIcmpv4,
  // A quote shorter than it should be, and entries longer than ours, no value makes again.
  restate(view) {
    const value = view.toValue();
    return measureIcmpv4(value) === view.headerLength ? value : undefined;
  },
  describe: (view, place) => `ICMP ${describeIcmpv4(view, place)}`,
  verify: (view) => view.checksumOk(),
});
