/**
 * The list of options in hop-by-hop and destination options headers (RFC 8200, section 4.2).
 *
 * @module
 */

import { formatIpv6, parseIpv6 } from "../core/ip/text.ts";
import { bad, checkSpan, fit, setU16, setU32, u16, u32, unfit } from "./_bytes.ts";

/** IANA: destination options and hop-by-hop options. */
const TYPE = { PAD1: 0, PADN: 1, ENCAP_LIMIT: 4, ALERT: 5, JUMBO: 0xc2, HOME: 0xc9 };

/** One option of a hop-by-hop or destination options header. */
export type Ipv6Option =
  | {
    /** One byte of padding. */
    kind: "pad1";
  }
  | {
    /** Two bytes of padding or more. */
    kind: "padN";
    /** What follows type and length: zeros, if all is well. */
    data: Uint8Array;
  }
  | {
    /** Router alert (RFC 2711). */
    kind: "routerAlert";
    /** 0: MLD, 1: RSVP, 2: active networks. */
    value: number;
  }
  | {
    /** Jumbo payload (RFC 2675). */
    kind: "jumboPayload";
    /** Length of everything after the IPv6 header, in bytes, above 65535. */
    length: number;
  }
  | {
    /** Tunnel encapsulation limit (RFC 2473). */
    kind: "tunnelEncapsulationLimit";
    /** How many more times the packet may be wrapped, 0 to 255. */
    limit: number;
  }
  | {
    /** Home address of a mobile node (RFC 6275). */
    kind: "homeAddress";
    /** The address. */
    address: string;
  }
  | {
    /** Any other option. */
    kind: "other";
    /** The type, 2 to 255; its two high bits tell what a node does that does not know it. */
    type: number;
    /** What follows type and length, up to 255 bytes. */
    data: Uint8Array;
  };

/**
 * Checks the length that an extension header states in units of eight bytes beyond the first eight,
 * and returns where the header ends.
 */
export function extensionEnd(
  what: string,
  bytes: Uint8Array,
  start: number,
  end: number,
  least = 8,
): number {
  checkSpan(what, bytes, start, end, least);
  const length = (bytes[start + 1] + 1) * 8;
  if (length > end - start) {
    throw bad(what, `length of ${length} is above the ${end - start} bytes at hand`);
  }
  if (length < least) throw bad(what, `length of ${length} is below ${least}`);
  return start + length;
}

/** Checks a chain of options, or of the TLVs of a segment routing header, once. */
export function checkOptionList(what: string, bytes: Uint8Array, start: number, end: number): void {
  for (let at = start; at < end;) {
    const type = bytes[at];
    if (type === TYPE.PAD1) {
      at++;
      continue;
    }
    if (at + 1 >= end) throw bad(what, `option ${type} has no length`);
    const length = bytes[at + 1];
    if (at + 2 + length > end) {
      throw bad(
        what,
        `option ${type} has a length of ${length}, above the ${end - at - 2} bytes left`,
      );
    }
    at += 2 + length;
  }
}

/**
 * The length that the jumbo payload option of the hop-by-hop header at `start` states (RFC 2675), if
 * there is a sound one.
 */
export function jumboLengthAt(bytes: Uint8Array, start: number, end: number): number | undefined {
  if (end - start < 8) return undefined;
  const last = Math.min(end, start + (bytes[start + 1] + 1) * 8);
  for (let at = start + 2; at + 1 < last;) {
    if (bytes[at] === TYPE.PAD1) {
      at++;
      continue;
    }
    const next = at + 2 + bytes[at + 1];
    if (bytes[at] === TYPE.JUMBO && next === at + 6 && next <= last) return u32(bytes, at + 2);
    at = next;
  }
  return undefined;
}

/** Reads a list that {@linkcode checkOptionList} has passed, without the padding that ends it. */
export function readOptionList(bytes: Uint8Array, start: number, end: number): Ipv6Option[] {
  const options: Ipv6Option[] = [];
  for (let at = start; at < end;) {
    const type = bytes[at];
    // The bytes may have changed since they were checked: never go beyond.
    const length = type === TYPE.PAD1 ? 1 : Math.min(2 + bytes[at + 1], end - at);
    const last = at + length === end;
    if (!(last && isEncodersPadding(bytes, at, length))) {
      options.push(readOption(bytes, at, type, length));
    }
    at += length;
  }
  return options;
}

/** Whether the last option is exactly what {@linkcode writeOptionList} would add. */
function isEncodersPadding(bytes: Uint8Array, at: number, length: number): boolean {
  if (length === 1) return bytes[at] === TYPE.PAD1;
  if (bytes[at] !== TYPE.PADN || length > 7) return false;
  for (let i = at + 2; i < at + length; i++) if (bytes[i] !== 0) return false;
  return true;
}

function readOption(bytes: Uint8Array, at: number, type: number, length: number): Ipv6Option {
  if (type === TYPE.PAD1) return { kind: "pad1" };
  if (type === TYPE.PADN) return { kind: "padN", data: bytes.slice(at + 2, at + length) };
  if (type === TYPE.ALERT && length === 4) {
    return { kind: "routerAlert", value: u16(bytes, at + 2) };
  }
  if (type === TYPE.JUMBO && length === 6) {
    return { kind: "jumboPayload", length: u32(bytes, at + 2) };
  }
  if (type === TYPE.ENCAP_LIMIT && length === 3) {
    return { kind: "tunnelEncapsulationLimit", limit: bytes[at + 2] };
  }
  if (type === TYPE.HOME && length === 18) {
    return { kind: "homeAddress", address: formatIpv6(bytes, at + 2) };
  }
  return { kind: "other", type, data: bytes.slice(at + 2, at + length) };
}

function optionLength(option: Ipv6Option): number {
  switch (option.kind) {
    case "pad1":
      return 1;
    case "routerAlert":
      return 4;
    case "jumboPayload":
      return 6;
    case "tunnelEncapsulationLimit":
      return 3;
    case "homeAddress":
      return 18;
    default:
      return 2 + option.data.length;
  }
}

/** The length of a header that holds the options, padded to a multiple of eight. */
export function measureOptionHeader(what: string, options: readonly Ipv6Option[]): number {
  let length = 2;
  for (const option of options) length += optionLength(option);
  if (length > 2048) throw unfit(what, `options of ${length - 2} bytes are above 2046`);
  return (length + 7) & ~7;
}

/** Writes the options from `start` and pads up to `end`. */
export function writeOptionList(
  what: string,
  options: readonly Ipv6Option[],
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  let at = start;
  for (const option of options) {
    const length = optionLength(option);
    if (option.kind !== "pad1") {
      bytes[at + 1] = fit(what, "option length", length - 2, 0xff);
    }
    switch (option.kind) {
      case "pad1":
        bytes[at] = TYPE.PAD1;
        break;
      case "padN":
        bytes[at] = TYPE.PADN;
        bytes.set(option.data, at + 2);
        break;
      case "routerAlert":
        bytes[at] = TYPE.ALERT;
        setU16(bytes, at + 2, fit(what, "option.value", option.value, 0xffff));
        break;
      case "jumboPayload":
        bytes[at] = TYPE.JUMBO;
        setU32(bytes, at + 2, fit(what, "option.length", option.length, 0xffffffff));
        break;
      case "tunnelEncapsulationLimit":
        bytes[at] = TYPE.ENCAP_LIMIT;
        bytes[at + 2] = fit(what, "option.limit", option.limit, 0xff);
        break;
      case "homeAddress":
        bytes[at] = TYPE.HOME;
        bytes.set(parseIpv6(option.address), at + 2);
        break;
      default:
        if (option.type < 2) throw unfit(what, `option.type of ${option.type} is padding`);
        bytes[at] = fit(what, "option.type", option.type, 0xff);
        bytes.set(option.data, at + 2);
    }
    at += length;
  }
  if (end - at === 1) bytes[at] = TYPE.PAD1;
  if (end - at > 1) {
    bytes[at] = TYPE.PADN;
    bytes[at + 1] = end - at - 2;
    bytes.fill(0, at + 2, end);
  }
}
