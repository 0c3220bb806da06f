/**
 * What ICMP for IPv4 and IPv6 share: quoted packets with extensions (RFC 4884), the extended echo
 * (RFC 8335) and tables of names.
 *
 * @module
 */

import { bad, fit, setU16, u16, unfit } from "./_bytes.ts";
import {
  checkIcmpExtensions,
  type IcmpExtensions,
  looksLikeIcmpExtensions,
  measureIcmpExtensions,
  readIcmpExtensions,
  writeIcmpExtensions,
} from "./icmp_extensions.ts";

/** Every ICMP message: type, code, checksum and four bytes by the type. */
export const ICMP_AT = { TYPE: 0, CODE: 1, CHECKSUM: 2, REST: 4, BODY: 8 };

/** RFC 4884, section 3: a quote with extensions behind it is padded to this. */
const QUOTE_LENGTH_MIN = 128;

/** RFC 8335, section 2: after the identifier. */
const PROBE = { IDENTIFIER: 4, SEQUENCE: 6, BITS: 7 };

/** The packet that an error is about, where more than that packet follows the error's header. */
export interface IcmpQuote {
  /**
   * The packet that the error is about, where its length is stated; it is padded with zeros to a
   * whole number of words, and to 128 bytes where extensions follow. Without extensions, leave it out
   * and let the packet be the payload.
   */
  quoted?: Uint8Array;
  /** Extensions; they need `quoted` before them. */
  extensions?: IcmpExtensions;
}

/** Where the length of the quote stands, and its unit in bytes. */
export interface QuoteLayout {
  /** Offset of the length byte. */
  lengthAt: number;
  /** 4 or 8. */
  unit: number;
}

/** A message as far as its head goes. */
interface IcmpHead {
  readonly message: string;
  readonly type?: number;
  readonly code?: number;
}

/** Writes type, code and a checksum of 0; the type is that of the message's name. */
export function writeIcmpHead(
  what: string,
  types: Readonly<Record<string, number>>,
  value: IcmpHead,
  bytes: Uint8Array,
  start: number,
): void {
  const type = value.message === "other" ? value.type : types[value.message];
  if (type === undefined) {
    throw unfit(what, `message of ${JSON.stringify(value.message)} is unknown`);
  }
  bytes[start + ICMP_AT.TYPE] = fit(what, "type", type, 0xff);
  bytes[start + ICMP_AT.CODE] = fit(what, "code", value.code ?? 0, 0xff);
  setU16(bytes, start + ICMP_AT.CHECKSUM, 0);
}

/** Writes what most messages are matched by: identifier and sequence. */
export function writeAsked(
  what: string,
  value: { readonly identifier: number; readonly sequence: number },
  bytes: Uint8Array,
  start: number,
): void {
  setU16(bytes, start + ICMP_AT.REST, fit(what, "identifier", value.identifier, 0xffff));
  setU16(bytes, start + ICMP_AT.REST + 2, fit(what, "sequence", value.sequence, 0xffff));
}

/** The length of an extended echo without its payload, in bytes. */
export function measureProbe(value: { readonly extensions?: IcmpExtensions }): number {
  const { extensions } = value;
  return ICMP_AT.BODY + (extensions === undefined ? 0 : measureIcmpExtensions(extensions));
}

/** Checks a stated length and the structure behind the quote; whether a length is stated. */
export function checkQuote(
  what: string,
  bytes: Uint8Array,
  start: number,
  end: number,
  { lengthAt, unit }: QuoteLayout,
): boolean {
  const length = bytes[start + lengthAt] * unit;
  if (length === 0) return false;
  const from = start + ICMP_AT.BODY + length;
  if (from > end) {
    throw bad(
      what,
      `length of ${length} bytes of quoted packet is above the ${
        end - start - ICMP_AT.BODY
      } at hand`,
    );
  }
  if (from < end) checkIcmpExtensions(bytes, from, end);
  return true;
}

/** Index after the quote. */
export function quoteEnd(
  bytes: Uint8Array,
  start: number,
  end: number,
  { lengthAt, unit }: QuoteLayout,
): number {
  const length = bytes[start + lengthAt] * unit;
  return length === 0 ? end : Math.min(end, start + ICMP_AT.BODY + length);
}

/** The extensions behind the quote, also those of old routers that state no length. */
export function quoteExtensions(
  bytes: Uint8Array,
  start: number,
  end: number,
  layout: QuoteLayout,
): IcmpExtensions | undefined {
  const from = quoteEnd(bytes, start, end, layout);
  if (from < end) return readIcmpExtensions(bytes, from, end);
  // RFC 4884, section 5.5: they put the structure after exactly 128 bytes.
  const legacy = start + ICMP_AT.BODY + QUOTE_LENGTH_MIN;
  return bytes[start + layout.lengthAt] === 0 && looksLikeIcmpExtensions(bytes, legacy, end)
    ? readIcmpExtensions(bytes, legacy, end)
    : undefined;
}

/** The quote of a message that states its length, copied. */
export function readQuote(
  bytes: Uint8Array,
  start: number,
  end: number,
  layout: QuoteLayout,
): IcmpQuote {
  if (bytes[start + layout.lengthAt] === 0) return {};
  const from = quoteEnd(bytes, start, end, layout);
  const quoted = bytes.slice(start + ICMP_AT.BODY, from);
  return from < end ? { quoted, extensions: readIcmpExtensions(bytes, from, end) } : { quoted };
}

function paddedLength(quote: IcmpQuote, unit: number): number {
  const length = quote.quoted?.length ?? 0;
  const padded = Math.ceil(length / unit) * unit;
  return quote.extensions === undefined ? padded : Math.max(QUOTE_LENGTH_MIN, padded);
}

/** The length of quote and extensions, in bytes. */
export function measureQuote(what: string, quote: IcmpQuote, { unit }: QuoteLayout): number {
  if (quote.quoted === undefined) {
    if (quote.extensions !== undefined) throw unfit(what, "extensions have no quoted before them");
    return 0;
  }
  return paddedLength(quote, unit) +
    (quote.extensions === undefined ? 0 : measureIcmpExtensions(quote.extensions));
}

/** Writes quote and extensions, and the length of the quote. */
export function writeQuote(
  what: string,
  quote: IcmpQuote,
  bytes: Uint8Array,
  start: number,
  { lengthAt, unit }: QuoteLayout,
): void {
  if (quote.quoted === undefined) return;
  const length = paddedLength(quote, unit);
  bytes[start + lengthAt] = fit(what, "length of quoted in words", length / unit, 0xff);
  bytes.set(quote.quoted, start + ICMP_AT.BODY);
  if (quote.extensions !== undefined) {
    writeIcmpExtensions(quote.extensions, bytes, start + ICMP_AT.BODY + length);
  }
}

/** The fields of an extended echo request (RFC 8335, section 2). */
export interface IcmpExtendedEchoRequest {
  /** The message. */
  message: "extendedEchoRequest";
  /** Which process asks, 0 to 0xffff. */
  identifier: number;
  /** Which of its questions, 0 to 255. */
  sequence: number;
  /** The interface is one of the node asked (the L bit); else of a neighbour of it. */
  local: boolean;
  /** Which interface: one object of the kinds `"interfaceBy…"`. */
  extensions?: IcmpExtensions;
}

/** The fields of an extended echo reply (RFC 8335, section 3). */
export interface IcmpExtendedEchoReply {
  /** The message. */
  message: "extendedEchoReply";
  /** As in the request. */
  identifier: number;
  /** As in the request. */
  sequence: number;
  /** State of a neighbour in the ARP table or neighbour cache (2 is reachable), 0 to 7. */
  state: number;
  /** The interface is active. */
  active: boolean;
  /** IPv4 runs on it. */
  ipv4: boolean;
  /** IPv6 runs on it. */
  ipv6: boolean;
}

/** Checks an extended echo request. */
export function checkProbe(bytes: Uint8Array, start: number, end: number): void {
  const from = start + ICMP_AT.BODY;
  if (from < end) checkIcmpExtensions(bytes, from, end);
}

/** Reads an extended echo request. */
export function readProbeRequest(
  bytes: Uint8Array,
  start: number,
  end: number,
): IcmpExtendedEchoRequest {
  const request: IcmpExtendedEchoRequest = {
    message: "extendedEchoRequest",
    identifier: u16(bytes, start + PROBE.IDENTIFIER),
    sequence: bytes[start + PROBE.SEQUENCE],
    local: (bytes[start + PROBE.BITS] & 1) !== 0,
  };
  const from = start + ICMP_AT.BODY;
  if (from < end) request.extensions = readIcmpExtensions(bytes, from, end);
  return request;
}

/** Reads an extended echo reply. */
export function readProbeReply(bytes: Uint8Array, start: number): IcmpExtendedEchoReply {
  const bits = bytes[start + PROBE.BITS];
  return {
    message: "extendedEchoReply",
    identifier: u16(bytes, start + PROBE.IDENTIFIER),
    sequence: bytes[start + PROBE.SEQUENCE],
    state: bits >>> 5,
    active: (bits & 4) !== 0,
    ipv4: (bits & 2) !== 0,
    ipv6: (bits & 1) !== 0,
  };
}

/** Writes an extended echo request or reply, from the identifier on. */
export function writeProbe(
  what: string,
  value: IcmpExtendedEchoRequest | IcmpExtendedEchoReply,
  bytes: Uint8Array,
  start: number,
): void {
  setU16(bytes, start + PROBE.IDENTIFIER, fit(what, "identifier", value.identifier, 0xffff));
  bytes[start + PROBE.SEQUENCE] = fit(what, "sequence", value.sequence, 0xff);
  if (value.message === "extendedEchoReply") {
    bytes[start + PROBE.BITS] = (fit(what, "state", value.state, 7) << 5) |
      (value.active ? 4 : 0) | (value.ipv4 ? 2 : 0) | (value.ipv6 ? 1 : 0);
    return;
  }
  bytes[start + PROBE.BITS] = value.local ? 1 : 0;
  if (value.extensions !== undefined) {
    writeIcmpExtensions(value.extensions, bytes, start + ICMP_AT.BODY);
  }
}

/** The names of the types 0 to 255, from the types by name; where a type has two, the first counts. */
export function messageNames<M extends string>(
  types: Readonly<Record<M, number>>,
): readonly (M | "other")[] {
  const names = new Array<M | "other">(256).fill("other");
  for (const name of (Object.keys(types) as M[]).reverse()) names[types[name]] = name;
  return names;
}
