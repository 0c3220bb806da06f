/**
 * IP addresses within the values of options.
 *
 * @module
 */

import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from "../../core/ip/text.ts";
import * as c from "../abi/constants.ts";
import { STRUCTS } from "../abi/layout.ts";
import { wrongType } from "./codecs.ts";

const { sockaddr_in: SIN, sockaddr_in6: SIN6 } = STRUCTS;

/** Parses an address; what is refused names the option and the field. */
export function address(
  name: string,
  field: string,
  text: unknown,
  parse: (text: string) => Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  try {
    if (typeof text === "string") return parse(text);
  } catch {
    // Told below in terms of the option.
  }
  const version = parse === parseIpv4 ? "IPv4" : parse === parseIpv6 ? "IPv6" : "IP";
  throw wrongType(field === "" ? name : `${name}.${field}`, text, `an ${version} address`);
}

/** Writes a `struct sockaddr_storage` of the level's family with an address and no port. */
export function putSockaddr(
  bytes: Uint8Array,
  offset: number,
  level: number,
  name: string,
  field: string,
  text: unknown,
): void {
  const v4 = level === c.IPPROTO_IP;
  bytes[offset] = v4 ? c.AF_INET : c.AF_INET6;
  bytes.set(
    address(name, field, text, v4 ? parseIpv4 : parseIpv6),
    offset + (v4 ? SIN.sin_addr : SIN6.sin6_addr),
  );
}

/** Reads the address that {@linkcode putSockaddr} wrote. */
export function getSockaddr(bytes: Uint8Array, offset: number, level: number): string {
  return level === c.IPPROTO_IP
    ? formatIpv4(bytes, offset + SIN.sin_addr)
    : formatIpv6(bytes, offset + SIN6.sin6_addr);
}
