/**
 * Address families in the headers of routing messages.
 *
 * @module
 */
import { show } from "../core/arguments.ts";
import { isIpv4, isIpv6 } from "../core/ip/text.ts";
import { AF_INET, AF_INET6, AF_UNSPEC } from "../ffi/abi/socket_constants.ts";
import { Words } from "./_words.ts";

/** sys/socket.h, AF_*: as `ip` names them. */
export const FAMILIES: Words = new Words([
  [0, "none"],
  [2, "inet"],
  [7, "bridge"],
  [10, "inet6"],
  [17, "link"],
  [28, "mpls"],
  [127, "ipmr"],
  [128, "ip6mr"],
  [129, "ipmr"],
]);

/** The number of a family that a caller asks for: 0 for all. */
export function familyNumber(family: "inet" | "inet6" | undefined, action: string): number {
  if (family === undefined) return AF_UNSPEC;
  if (family === "inet") return AF_INET;
  if (family === "inet6") return AF_INET6;
  throw new TypeError(`Cannot ${action}: family "${show(family)}" is not "inet" or "inet6"`);
}

/** The family of an address in text. */
export function familyOf(address: string, action: string, what: string): number {
  if (typeof address === "string") {
    if (isIpv4(address)) return AF_INET;
    if (isIpv6(address)) return AF_INET6;
  }
  throw new TypeError(`Cannot ${action}: ${what} ${JSON.stringify(address)} is no IP address`);
}

/** The bits of an address. */
export function addressBits(family: number): number {
  return family === AF_INET ? 32 : 128;
}

/** An address with its prefix: `10.0.0.0/8`; without one, all bits. */
export function parsePrefix(
  text: string,
  action: string,
  what: string,
): { address: string; prefixLength: number; family: number } {
  if (typeof text !== "string") throw new TypeError(`Cannot ${action}: ${what} is not a string`);
  const [address, length, ...rest] = text.split("/");
  const family = familyOf(address, action, what);
  const most = addressBits(family);
  const prefixLength = length === undefined ? most : /^\d{1,3}$/.test(length) ? +length : NaN;
  if (rest.length > 0 || !(prefixLength <= most)) {
    throw new TypeError(`Cannot ${action}: ${what} ${JSON.stringify(text)} is no prefix`);
  }
  return { address, prefixLength, family };
}
