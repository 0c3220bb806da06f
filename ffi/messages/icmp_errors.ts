/**
 * What an ICMP message does to a socket: the errors that tell of an earlier datagram's fate.
 *
 * @module
 */
import { errnoNumber } from "../../core/errno.ts";

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
