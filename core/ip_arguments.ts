/**
 * Checks of host names and ports, as TCP and UDP take them.
 *
 * @module
 */
import { checkInteger } from "./bytes.ts";
import { isIpv4 } from "./ip/text.ts";

/** Refuses a port that is no integer of 0 to 65535. */
export function checkPort(port: unknown, action: string, name = "port"): asserts port is number {
  checkInteger(port, 0, 65535, action, name);
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
  if (typeof hostname !== "string") {
    throw new TypeError(`Cannot ${action}: ${name} is not a string`);
  }
  if (hostname === "") throw new TypeError(`Cannot ${action}: ${name} is empty`);
  if (hostname.includes("\0")) throw new TypeError(`Cannot ${action}: ${name} holds a NUL`);
  return hostname.startsWith("[") && hostname.endsWith("]") ? hostname.slice(1, -1) : hostname;
}

/**
 * Refuses a family that does not exist or is not that of the address.
 *
 * @returns Whether `family` restricts a name.
 */
export function checkIpFamily(family: unknown, hostname: string, action: string): boolean {
  if (family === undefined) return false;
  if (family !== "inet" && family !== "inet6") {
    throw new TypeError(`Cannot ${action}: family ${family} is not "inet" or "inet6"`);
  }
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
