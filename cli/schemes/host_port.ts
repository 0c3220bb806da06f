/**
 * `HOST:PORT` on the command line.
 *
 * @module
 */
import { load } from "../load.ts";
import type { IpAddress } from "../../core/address.ts";
import { UsageError } from "../exit.ts";

/** A host and a port as they were written. */
export interface HostPort {
  /** Absent when the text has a port only. */
  readonly hostname: string | undefined;
  /** A number in 0 to 65535, or the name of a service. */
  readonly port: number | string;
}

/** What service names are made of (RFC 6335 section 5.1, and what /etc/services has besides). */
const SERVICE = /^(?=.*[a-z])[a-z0-9][a-z0-9_+-]*$/i;

/**
 * Reads a host and a port.
 *
 * @param rest What is to be read.
 * @param text The whole, for errors.
 * @returns The parts.
 */
export function parseHostPort(rest: string, text: string): HostPort {
  let hostname: string | undefined;
  let portText = rest;
  if (rest.startsWith("[")) {
    const match = /^\[([^\]]*)\]:(.*)$/.exec(rest);
    if (match === null) throw new UsageError(`address "${text}" lacks a port after "]"`);
    if (match[1] === "") throw new UsageError(`address "${text}" lacks a host between "[" and "]"`);
    [, hostname, portText] = match;
  } else {
    const colon = rest.lastIndexOf(":");
    if (colon >= 0) {
      hostname = rest.slice(0, colon);
      portText = rest.slice(colon + 1);
      if (hostname.includes(":")) {
        throw new UsageError(`an IPv6 address needs brackets, as in "tcp:[::1]:80"; got "${text}"`);
      }
      if (hostname === "") hostname = undefined;
    }
  }
  if (hostname === undefined && !rest.includes(":") && rest.includes(".")) {
    throw new UsageError(`address "${text}" lacks a port after the host`);
  }
  return { hostname, port: parsePort(portText, text) };
}

/** Reads a port: a number, or the name of a service. */
export function parsePort(portText: string, text: string): number | string {
  if (/^\d{1,5}$/.test(portText) && Number(portText) <= 65535) return Number(portText);
  if (SERVICE.test(portText)) return portText;
  throw new UsageError(
    `the port of "${text}" is no number in 0 to 65535 and no name of a service`,
  );
}

/** A host and a port as {@linkcode parseHostPort} reads them. */
export function formatHostPort({ hostname, port }: HostPort): string {
  if (hostname === undefined) return String(port);
  return `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}

/**
 * A socket's address as {@linkcode parseHostPort} reads it.
 *
 * @param address The address.
 * @param asIpv6 Whether IPv4 on an IPv6 socket is to be shown as it is. Whoever asked for IPv6 wants that.
 */
export function showIpAddress({ hostname, port }: IpAddress, asIpv6: boolean): string {
  return formatHostPort({ hostname: asIpv6 ? hostname : unmapped(hostname), port });
}

/** An IPv4 address that a socket of both families shows as IPv6, as IPv4. */
export function unmapped(hostname: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(hostname)?.[1] ?? hostname;
}

/** The number of a port that was given as a number or by its service's name. */
export async function portNumber(port: number | string, protocol: string): Promise<number> {
  if (typeof port === "number") return port;
  const { getServiceByName } = await load<typeof import("../../addrinfo/services.ts")>(
    "../../addrinfo/services.ts",
    import.meta.url,
  );
  const service = await getServiceByName(port, protocol);
  if (service === undefined) {
    throw new UsageError(`there is no service "${port}" over ${protocol.toUpperCase()}`);
  }
  return service.port;
}

/** Whether a host is given by its name, not by its address. */
export function isName(hostname: string): boolean {
  return !hostname.includes(":") && !/^\d+\.\d+\.\d+\.\d+$/.test(hostname);
}
