/**
 * The options of an IPv4 header (RFC 791, section 3.1).
 *
 * @module
 */

import { formatIpv4, parseIpv4 } from "../core/ip/text.ts";
import { fit, setU16, u16, unfit } from "./_bytes.ts";
import { BARE_OPTION, optionChainError, readOptionChain } from "./_option_chain.ts";

const WHAT = "IPv4 header";

const OPTION = { ...BARE_OPTION, RECORD_ROUTE: 7, LOOSE_ROUTE: 131, STRICT_ROUTE: 137, ALERT: 148 };

/** A list of addresses: recorded on the way, or to be visited. */
export interface Ipv4RouteOption {
  /** Record route (7), loose source route (131) or strict source route (137). */
  kind: "recordRoute" | "looseSourceRoute" | "strictSourceRoute";
  /** Where the next address goes or comes from, counted from 1 at the option's type; at least 4. */
  pointer: number;
  /** The addresses, the free ones as `"0.0.0.0"`. */
  addresses: string[];
}

/** One option of an IPv4 header. */
export type Ipv4Option =
  | {
    /** The end of the list, where the header is longer than padding alone explains. */
    kind: "end";
    /** What follows up to the end of the header. */
    padding: Uint8Array;
  }
  | {
    /** No operation, one byte. */
    kind: "nop";
  }
  | Ipv4RouteOption
  | {
    /** Router alert (RFC 2113). */
    kind: "routerAlert";
    /** 0: every router shall look at the packet. */
    value: number;
  }
  | {
    /** Any other option. */
    kind: "other";
    /** The type with its copied flag and class, 2 to 255. */
    type: number;
    /** What follows the type and the length. */
    data: Uint8Array;
  };

const ROUTES = {
  recordRoute: OPTION.RECORD_ROUTE,
  looseSourceRoute: OPTION.LOOSE_ROUTE,
  strictSourceRoute: OPTION.STRICT_ROUTE,
};

/** What is wrong with the chain of options from `start` to `end`, or `undefined`. */
export function ipv4OptionsError(
  bytes: Uint8Array,
  start: number,
  end: number,
): RangeError | undefined {
  return optionChainError(WHAT, bytes, start, end);
}

/** Reads a chain, up to the first option that is wrong. */
export function readIpv4Options(bytes: Uint8Array, start: number, end: number): Ipv4Option[] {
  return readOptionChain<Ipv4Option>(bytes, start, end, readOption);
}

function readOption(bytes: Uint8Array, at: number, type: number, length: number): Ipv4Option {
  if (type === OPTION.ALERT && length === 4) {
    return { kind: "routerAlert", value: u16(bytes, at + 2) };
  }
  const route = type === OPTION.RECORD_ROUTE
    ? "recordRoute"
    : type === OPTION.LOOSE_ROUTE
    ? "looseSourceRoute"
    : type === OPTION.STRICT_ROUTE
    ? "strictSourceRoute"
    : undefined;
  if (route !== undefined && length >= 3 && length % 4 === 3) {
    const addresses: string[] = [];
    for (let from = at + 3; from < at + length; from += 4) addresses.push(formatIpv4(bytes, from));
    return { kind: route, pointer: bytes[at + 2], addresses };
  }
  return { kind: "other", type, data: bytes.slice(at + 2, at + length) };
}

/** The length of the options, padded to a multiple of four. */
export function measureIpv4Options(options: readonly Ipv4Option[]): number {
  let length = 0;
  for (const option of options) length += optionLength(option);
  return (length + 3) & ~3;
}

function optionLength(option: Ipv4Option): number {
  switch (option.kind) {
    case "end":
      return 1 + option.padding.length;
    case "nop":
      return 1;
    case "routerAlert":
      return 4;
    case "other":
      return 2 + option.data.length;
    default:
      return 3 + 4 * option.addresses.length;
  }
}

/** Writes the options at `start`, in bytes that are zero up to the padding. */
export function writeIpv4Options(
  options: readonly Ipv4Option[],
  bytes: Uint8Array,
  start: number,
): void {
  let at = start;
  for (const option of options) {
    const length = optionLength(option);
    switch (option.kind) {
      case "end":
        bytes[at] = OPTION.END;
        bytes.set(option.padding, at + 1);
        break;
      case "nop":
        bytes[at] = OPTION.NOP;
        break;
      case "routerAlert":
        bytes[at] = OPTION.ALERT;
        bytes[at + 1] = 4;
        setU16(bytes, at + 2, fit(WHAT, "option.value", option.value, 0xffff));
        break;
      case "other":
        if (option.type < 2) throw unfit(WHAT, `option.type of ${option.type} has no length`);
        bytes[at] = fit(WHAT, "option.type", option.type, 0xff);
        bytes[at + 1] = length;
        bytes.set(option.data, at + 2);
        break;
      default:
        bytes[at] = ROUTES[option.kind];
        bytes[at + 1] = length;
        bytes[at + 2] = fit(WHAT, "option.pointer", option.pointer, 0xff);
        option.addresses.forEach((text, index) => bytes.set(parseIpv4(text), at + 3 + 4 * index));
    }
    at += length;
  }
}
