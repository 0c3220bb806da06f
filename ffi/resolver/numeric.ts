/**
 * Lookups of addresses in text with ports in digits: answered without the C library, exactly as it
 * would answer.
 *
 * @module
 */
import { formatIpv6, isIpv4, isIpv6, parseIpv6 } from "../../core/ip/text.ts";
import {
  AI_ALL,
  AI_CANONNAME,
  AI_IDN,
  AI_NUMERICHOST,
  AI_NUMERICSERV,
  AI_PASSIVE,
} from "../abi/resolver_constants.ts";
import { AF_INET, AF_INET6, SOCK_DGRAM, SOCK_STREAM } from "../abi/socket_constants.ts";
import type { AddrInfo, LookupQuery } from "./hints.ts";

/** Flags that change nothing here but the canonical name; the others depend on the machine. */
const PLAIN_FLAGS = AI_PASSIVE | AI_CANONNAME | AI_NUMERICHOST | AI_NUMERICSERV | AI_ALL | AI_IDN;

/** netinet/in.h */
const IPPROTO_TCP = 6;
const IPPROTO_UDP = 17;

/** The rows that getaddrinfo(3) makes of an address: type, protocol, and whether by default. */
const ROWS = [
  { number: SOCK_STREAM, type: "stream", protocol: IPPROTO_TCP },
  { number: SOCK_DGRAM, type: "dgram", protocol: IPPROTO_UDP },
] as const;

/**
 * Answers a lookup if that takes no lookup.
 *
 * @param query The lookup.
 * @returns What getaddrinfo(3) would return; `undefined` if it must be asked.
 */
export function resolveNumeric(query: LookupQuery): AddrInfo[] | undefined {
  const { host, port, flags, family, type, protocol } = query;
  if (host === null || port < 0 || (flags & ~PLAIN_FLAGS) !== 0) return undefined;
  let hostname: string;
  let inet6 = false;
  if (isIpv4(host)) {
    if (family === AF_INET6) return undefined;
    hostname = host;
  } else if (isIpv6(host)) {
    if (family === AF_INET) return undefined;
    hostname = formatIpv6(parseIpv6(host));
    inet6 = true;
  } else {
    return undefined;
  }
  const entries: AddrInfo[] = [];
  for (const row of ROWS) {
    if (type !== 0 && type !== row.number) continue;
    if (protocol !== 0 && protocol !== row.protocol) continue;
    entries.push(entry(inet6, row.type, row.protocol, hostname, port));
  }
  if (type === 0 && protocol === 0) entries.push(entry(inet6, "raw", 0, hostname, port));
  // Rarer types and protocols, and pairs that contradict each other.
  if (entries.length === 0) return undefined;
  if ((flags & AI_CANONNAME) !== 0) entries[0].canonicalName = host;
  return entries;
}

function entry(
  inet6: boolean,
  type: AddrInfo["type"],
  protocol: number,
  hostname: string,
  port: number,
): AddrInfo {
  return inet6
    ? { family: "inet6", type, protocol, address: { family: "inet6", hostname, port } }
    : { family: "inet", type, protocol, address: { family: "inet", hostname, port } };
}

/** Whether a lookup is of an address with a zone: it takes one system call, and no name server. */
export function isZoned(query: LookupQuery): boolean {
  const { host, port, family } = query;
  if (host === null || port < 0 || family === AF_INET) return false;
  const at = host.indexOf("%");
  return at > 0 && isIpv6(host.slice(0, at));
}

/**
 * Whether a lookup may ask anyone about its host: not for an address in text, nor for glibc's `"*"`,
 * which stands for no host.
 */
export function asksServers({ host, flags }: LookupQuery): boolean {
  if (host === null || host === "" || host === "*" || (flags & AI_NUMERICHOST) !== 0) return false;
  return !isIpv4(host) && !isIpv6(host.replace(/%.*$/, ""));
}
