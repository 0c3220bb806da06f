/**
 * Internationalised host names and their ASCII form (RFC 5891, by UTS #46 as browsers do it). glibc's
 * own AI_IDN and NI_IDN convert from the charset of a locale, and Deno sets none.
 *
 * @module
 */
import { addrInfoError } from "../../core/addrinfo_errors.ts";
import { EAI_IDN_ENCODE } from "../abi/resolver_constants.ts";

/** What would end the host in a URL, be read as an escape there, or is no part of any host. */
// deno-lint-ignore no-control-regex
const NO_HOST = /[\x00-\x20/?#@:\\%<>^|[\]\x7f]/;

/**
 * A name as name servers have it, `"xn--mnchen-3ya.de"` of `"münchen.de"`. What is ASCII already
 * stays as it is.
 *
 * @throws {AddrInfoError} `EAI_IDN_ENCODE` if the name has no such form.
 */
export function asciiName(host: string): string {
  // deno-lint-ignore no-control-regex
  if (/^[\x00-\x7f]*$/.test(host)) return host;
  const url = NO_HOST.test(host) ? null : URL.parse(`http://${host}`);
  if (url === null || url.hostname === "") {
    throw addrInfoError(EAI_IDN_ENCODE, { syscall: "getaddrinfo", address: host });
  }
  return url.hostname;
}

/** The other way: the labels of a name that are encoded, decoded. What cannot be stays as it is. */
export async function unicodeName(name: string): Promise<string> {
  if (!/(?:^|\.)xn--/i.test(name)) return name;
  const { domainToUnicode } = await import("node:url");
  return domainToUnicode(name) || name;
}
