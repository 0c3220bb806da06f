/**
 * Checks of host names and ports, as TCP and UDP take them.
 *
 * @module
 */
import { integer, oneOf, type Parameter, text } from "./arguments.ts";
import { isIpv4 } from "./ip/text.ts";

/** A port of one's own; 0 lets the system choose. */
export const PORT: Parameter<number> = integer(0, 65535);
/** A peer's port. */
export const PEER_PORT: Parameter<number> = integer(1, 65535);
/** An interface's index, a flow label with its traffic class. */
export const UINT32: Parameter<number> = integer(0, 0xffffffff);
/** The family of an address, or the one that a name is restricted to. */
export const IP_FAMILY: Parameter<"inet" | "inet6"> = oneOf("inet", "inet6");

const SOME_TEXT = text();
const ANY_TEXT = text("empty");

/** A host name or an address, without the brackets of an IPv6 literal. */
export const HOSTNAME: Parameter<string> = (value, action, name) =>
  withoutBrackets(SOME_TEXT(value, action, name));

/** As {@linkcode HOSTNAME}; empty for any address of this machine, as Python's. */
export const LOCAL_HOSTNAME: Parameter<string> = (value, action, name) =>
  withoutBrackets(ANY_TEXT(value, action, name));

function withoutBrackets(hostname: string): string {
  return hostname.startsWith("[") && hostname.endsWith("]") ? hostname.slice(1, -1) : hostname;
}

/**
 * Refuses what is no host name, and takes the brackets off an IPv6 literal.
 *
 * @param hostname What the caller passed.
 * @param action What was to be done, for the message.
 * @returns The name or the address.
 * @throws {TypeError} If it is no text, empty, or holds a NUL.
 */
export function checkHostname(hostname: unknown, action: string, name = "hostname"): string {
  return HOSTNAME(hostname, action, name);
}

/**
 * Refuses a family that does not exist or is not that of the address.
 *
 * @returns Whether `family` restricts a name.
 */
export function checkIpFamily(family: unknown, hostname: string, action: string): boolean {
  if (family === undefined) return false;
  IP_FAMILY(family, action, "family");
  const own = isIpv4(hostname) ? "inet" : hostname.includes(":") ? "inet6" : undefined;
  if (own !== undefined && family !== own) {
    throw new TypeError(`Cannot ${action}: hostname ${hostname} is no ${family} address`);
  }
  return own === undefined;
}

/** `host:port` as text, brackets around IPv6. */
export function hostPort(hostname: string, port: number): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}
