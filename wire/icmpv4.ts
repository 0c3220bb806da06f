/**
 * ICMP for IPv4, as views and bytes; the values are in `icmpv4_message.ts`.
 *
 * @module
 */

import { formatIpv4, parseIpv4 } from "../core/ip/text.ts";
import { bad, checkSpan, fit, setU16, setU32, u16, u32, unfit } from "./_bytes.ts";
import { encodeWith } from "./_codec.ts";
import {
  checkProbe,
  checkQuote,
  ICMP_AT as AT,
  measureQuote,
  quoteEnd,
  quoteExtensions,
  type QuoteLayout,
  readProbeReply,
  readProbeRequest,
  readQuote,
  writeProbe,
  writeQuote,
} from "./_icmp_body.ts";
import { checksum } from "./checksum.ts";
import {
  type IcmpExtensions,
  measureIcmpExtensions,
  readIcmpExtensions,
} from "./icmp_extensions.ts";
import {
  type Icmpv4,
  ICMPV4_TYPE as TYPE,
  type Icmpv4Message,
  icmpv4Message,
  type Icmpv4Router,
  type Icmpv4RouterAdvertisement,
} from "./icmpv4_message.ts";
import { HeaderView } from "./view.ts";

const WHAT = "ICMP message";

/** RFC 4884, sections 4.1 to 4.3: in words of four bytes, beside the next-hop MTU. */
const QUOTE: QuoteLayout = { lengthAt: 5, unit: 4 };

/** RFC 1256, section 3.1. */
const ROUTERS = { COUNT: 4, ENTRY_WORDS: 5, LIFETIME: 6, ENTRY_WORDS_MIN: 2 };

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
  static parse(bytes: Uint8Array, start = 0, end: number = bytes.length): Icmpv4View {
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

/** The length of the message of `value` without its payload, in bytes. */
export function measureIcmpv4(value: Icmpv4): number {
  switch (value.message) {
    case "destinationUnreachable":
    case "timeExceeded":
    case "parameterProblem":
      return AT.BODY + measureQuote(WHAT, value, QUOTE);
    case "timestampRequest":
    case "timestampReply":
      return AT.BODY + 12;
    case "addressMaskRequest":
    case "addressMaskReply":
      return AT.BODY + 4;
    case "routerAdvertisement":
      return AT.BODY + 8 * value.routers.length;
    case "extendedEchoRequest":
      return AT.BODY + (value.extensions ? measureIcmpExtensions(value.extensions) : 0);
    default:
      return AT.BODY;
  }
}

/** Writes the message of `value` at `start`, before its payload up to `end`. */
export function writeIcmpv4(value: Icmpv4, bytes: Uint8Array, start: number, end: number): void {
  const type = value.message === "other" ? value.type : TYPE[value.message];
  if (type === undefined) {
    throw unfit(WHAT, `message of ${JSON.stringify(value.message)} is unknown`);
  }
  bytes[start + AT.TYPE] = fit(WHAT, "type", type, 0xff);
  bytes[start + AT.CODE] = fit(WHAT, "code", value.code ?? 0, 0xff);
  writeFields(value, bytes, start);
  setU16(bytes, start + AT.CHECKSUM, 0);
  const sum = value.checksum ?? checksum(bytes, start, end);
  setU16(bytes, start + AT.CHECKSUM, fit(WHAT, "checksum", sum, 0xffff));
}

function writeFields(value: Icmpv4, bytes: Uint8Array, start: number): void {
  const rest = start + AT.REST;
  const body = start + AT.BODY;
  switch (value.message) {
    case "destinationUnreachable":
      setU16(bytes, rest + 2, fit(WHAT, "nextHopMtu", value.nextHopMtu ?? 0, 0xffff));
      writeQuote(WHAT, value, bytes, start, QUOTE);
      break;
    case "parameterProblem":
      bytes[rest] = fit(WHAT, "pointer", value.pointer ?? 0, 0xff);
      writeQuote(WHAT, value, bytes, start, QUOTE);
      break;
    case "timeExceeded":
      writeQuote(WHAT, value, bytes, start, QUOTE);
      break;
    case "redirect":
      bytes.set(parseIpv4(value.gateway), rest);
      break;
    case "routerAdvertisement":
      bytes[start + ROUTERS.COUNT] = fit(WHAT, "number of routers", value.routers.length, 0xff);
      bytes[start + ROUTERS.ENTRY_WORDS] = ROUTERS.ENTRY_WORDS_MIN;
      setU16(
        bytes,
        start + ROUTERS.LIFETIME,
        fit(WHAT, "lifetimeSeconds", value.lifetimeSeconds, 0xffff),
      );
      value.routers.forEach(({ address, preference }, index) => {
        bytes.set(parseIpv4(address), body + 8 * index);
        if ((preference | 0) !== preference) {
          throw unfit(WHAT, `preference of ${preference} is not a signed number of 32 bits`);
        }
        setU32(bytes, body + 8 * index + 4, preference);
      });
      break;
    case "extendedEchoRequest":
    case "extendedEchoReply":
      writeProbe(WHAT, value, bytes, start);
      break;
    case "other":
      setU32(bytes, rest, fit(WHAT, "rest", value.rest, 0xffffffff));
      break;
    case "sourceQuench":
    case "routerSolicitation":
      break;
    default:
      setU16(bytes, rest, fit(WHAT, "identifier", value.identifier, 0xffff));
      setU16(bytes, rest + 2, fit(WHAT, "sequence", value.sequence, 0xffff));
      if (value.message === "timestampRequest" || value.message === "timestampReply") {
        setU32(bytes, body, fit(WHAT, "originate", value.originate, 0xffffffff));
        setU32(bytes, body + 4, fit(WHAT, "receive", value.receive, 0xffffffff));
        setU32(bytes, body + 8, fit(WHAT, "transmit", value.transmit, 0xffffffff));
      } else if (value.message === "addressMaskRequest" || value.message === "addressMaskReply") {
        bytes.set(parseIpv4(value.mask), body);
      }
  }
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
  return encodeWith(measureIcmpv4, writeIcmpv4, value, payload);
}
