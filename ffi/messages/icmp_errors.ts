/**
 * What an ICMP message does to a socket: the errors that tell of an earlier datagram's fate.
 *
 * @module
 */
import { errnoNumber } from "../../core/errno.ts";
import { isSocketError } from "../../core/errors.ts";
import { AF_INET, AF_INET6 } from "../abi/socket_constants.ts";

/** What an ICMP error becomes (net/ipv4/icmp.c icmp_err_convert, net/ipv6/icmp.c tab_unreach). */
const ICMP_ERRORS: ReadonlySet<number> = new Set(
  [
    "ECONNREFUSED",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "EHOSTDOWN",
    "ENONET",
    "ENOPROTOOPT",
    "EOPNOTSUPP",
    "EPROTO",
    "EACCES",
    "EMSGSIZE",
  ].map((code) => errnoNumber(code)!),
);

/** Whether an error may be news of an earlier datagram's fate rather than of this call. */
export function isIcmpError(errno: number): boolean {
  return ICMP_ERRORS.has(errno);
}

/** Whether what a socket of a family threw is such news: only those of IP hear of it. */
export function isOfAnother(familyNumber: number, error: unknown): boolean {
  return (familyNumber === AF_INET || familyNumber === AF_INET6) && isSocketError(error) &&
    isIcmpError(error.errno);
}
