/**
 * Checks of host names and ports, as TCP and UDP take them.
 *
 * @module
 */
import { checkInteger } from "./bytes.ts";

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

/** `host:port` as text, brackets around IPv6. */
export function hostPort(hostname: string, port: number): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}
