import { checkIpFamily } from "../core/ip_arguments.ts";

/** Refuses a bad protocol or family, and says what of them only libc can do. */
export function tcpLibcReason(
  options: { protocol?: unknown; family?: unknown },
  hostname: string,
  action: string,
): string | undefined {
  const { protocol = "tcp", family } = options;
  if (protocol !== "tcp" && protocol !== "mptcp") {
    throw new TypeError(`Cannot ${action}: protocol ${protocol} is not "tcp" or "mptcp"`);
  }
  const restricted = checkIpFamily(family, hostname, action);
  if (protocol === "mptcp") return 'protocol "mptcp"';
  return restricted ? "family of a name" : undefined;
}
