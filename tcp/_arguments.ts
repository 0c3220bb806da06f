import { isIpv4 } from "../core/ip.ts";

/**
 * Refuses a protocol and a family that do not exist or do not fit the host; says what of them only
 * libc can do.
 */
export function tcpLibcReason(
  options: { protocol?: unknown; family?: unknown },
  hostname: string,
  action: string,
): string | undefined {
  const { protocol = "tcp", family } = options;
  if (protocol !== "tcp" && protocol !== "mptcp") {
    throw new TypeError(`Cannot ${action}: protocol ${protocol} is not "tcp" or "mptcp"`);
  }
  if (family !== undefined && family !== "inet" && family !== "inet6") {
    throw new TypeError(`Cannot ${action}: family ${family} is not "inet" or "inet6"`);
  }
  const literal = isIpv4(hostname) ? "inet" : hostname.includes(":") ? "inet6" : undefined;
  if (family !== undefined && literal !== undefined && family !== literal) {
    throw new TypeError(`Cannot ${action}: hostname ${hostname} is no ${family} address`);
  }
  if (protocol === "mptcp") return 'protocol "mptcp"';
  return family !== undefined && literal === undefined ? "family of a name" : undefined;
}
