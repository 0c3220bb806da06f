/**
 * Addresses as a UDP socket of the deno engine sends to them: numeric, and in one form.
 *
 * @module
 */
import type { AddressInput, IpAddress } from "../core/address.ts";
import { checkInteger, checkKeys } from "../core/arguments.ts";
import { AddrInfoError, notCapable, socketError } from "../core/errors.ts";
import { formatIp, isIpv4, isIpv6, parseIp } from "../core/ip/text.ts";
import { fromNodeError } from "./_node_errors.ts";
import { checkHostname, checkIpFamily, hostPort } from "../core/ip_arguments.ts";

/** The keys of an IPv4 or IPv6 address. */
export const ADDRESS_KEYS: readonly string[] = [
  "family",
  "hostname",
  "port",
  "scopeId",
  "flowInfo",
];

type IpFamily = IpAddress["family"];

/** Resolves destinations for a socket of one family, and remembers the last. */
export class UdpAddresses {
  readonly #family: IpFamily;
  #lastHostname = "";
  /** Of the hostname as it was given: an IPv4 address is mapped on a socket of IPv6. */
  #lastFamily: IpFamily = "inet";
  #lastNumeric = "";

  constructor(family: IpFamily) {
    this.#family = family;
  }

  /** Checks `to`; a name is looked up, everything else answered at once. */
  resolve(to: AddressInput<IpAddress>, action: string): IpAddress | Promise<IpAddress> {
    checkKeys(to, ADDRESS_KEYS, action, "to");
    const { hostname, port, family } = to;
    checkInteger(port, 1, 65535, action, "port");
    checkScope(to, action);
    if (hostname === this.#lastHostname && (family === undefined || family === this.#lastFamily)) {
      return this.#made(this.#lastNumeric, port);
    }
    const host = checkHostname(hostname, action);
    checkIpFamily(family, host, action);
    // A destination must be of the socket's family; a socket of `::` reaches IPv4 as well.
    const numeric = numericIn(host, this.#family);
    if (numeric === undefined) return this.#lookUp(host, port, action);
    if (this.#family === "inet" && numeric.includes(":")) {
      const syscall = action === "connect" ? action : "sendto";
      throw socketError("EAFNOSUPPORT", { syscall, address: hostPort(numeric, port) });
    }
    this.#lastHostname = hostname;
    this.#lastFamily = isIpv4(host) ? "inet" : "inet6";
    this.#lastNumeric = numeric;
    return this.#made(numeric, port);
  }

  async #lookUp(host: string, port: number, action: string): Promise<IpAddress> {
    return this.#made(await lookUpFor(host, this.#family, action), port);
  }

  #made(hostname: string, port: number): IpAddress {
    return { family: this.#family, hostname, port };
  }
}

/** Whether two addresses of one socket are the same. */
export function sameUdpAddress(a: IpAddress, b: IpAddress): boolean {
  return a.port === b.port && a.hostname === b.hostname;
}

/** Refuses what only the libc engine can say of an address. */
export function checkScope(address: AddressInput<IpAddress>, action: string): void {
  for (const name of ["scopeId", "flowInfo"] as const) {
    const value = (address as { scopeId?: number; flowInfo?: number })[name];
    if (value === undefined) continue;
    checkInteger(value, 0, 0xffffffff, action, name);
    if (value !== 0) {
      throw new Deno.errors.NotSupported(
        `Cannot ${action}: ${name} of a UDP address needs engine: "libc" (and --allow-ffi)`,
      );
    }
  }
}

/** The family that a local host asks for; a name is looked up, IPv4 preferred. */
export async function localUdpHost(
  hostname: string,
  action: string,
): Promise<{ hostname: string; family: IpFamily }> {
  if (isIpv4(hostname)) return { hostname, family: "inet" };
  if (isIpv6(hostname)) return { hostname: formatIp(parseIp(hostname)), family: "inet6" };
  checkName(hostname, action);
  const found = await lookUp(hostname);
  const first = found.find(({ family }) => family === 4) ?? found[0];
  return { hostname: first.address, family: first.family === 4 ? "inet" : "inet6" };
}

/** The numeric form of a host for a socket of `family`; `undefined` if it is a name. */
function numericIn(host: string, family: IpFamily): string | undefined {
  if (isIpv4(host)) {
    // Linux takes the unspecified address for this host.
    const address = host === "0.0.0.0" ? "127.0.0.1" : host;
    return family === "inet" ? address : `::ffff:${address}`;
  }
  if (!isIpv6(host)) return undefined;
  const text = formatIp(parseIp(host));
  return text === "::" ? "::1" : text;
}

async function lookUpFor(host: string, family: IpFamily, action: string): Promise<string> {
  checkName(host, action);
  const found = await lookUp(host);
  const wanted = family === "inet" ? 4 : 6;
  const own = found.find((row) => row.family === wanted);
  if (own !== undefined) return own.address;
  if (family === "inet6") return `::ffff:${found[0].address}`;
  throw new AddrInfoError("EAI_ADDRFAMILY", "Address family for hostname not supported", {
    syscall: "getaddrinfo",
    address: host,
  });
}

function checkName(host: string, action: string): void {
  if (host.includes("%")) {
    throw new Deno.errors.NotSupported(
      `Cannot ${action}: the zone of ${host} needs engine: "libc" (and --allow-ffi)`,
    );
  }
  if (host.includes(":")) throw new TypeError(`Cannot ${action}: hostname ${host} is no address`);
}

async function lookUp(host: string): Promise<{ address: string; family: number }[]> {
  const { lookup } = await import("node:dns/promises");
  try {
    return await lookup(host, { all: true });
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (code === "EPERM") throw notCapable(`look up ${host}`, `--allow-net=${host}`);
    if (code === "ENOTFOUND") {
      throw new AddrInfoError("EAI_NONAME", "Name or service not known", {
        syscall: "getaddrinfo",
        address: host,
        cause: error,
      });
    }
    throw fromNodeError(error, { syscall: "getaddrinfo", address: host }, host);
  }
}
