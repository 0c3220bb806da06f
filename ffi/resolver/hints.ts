/**
 * What a lookup asks for: checked, and turned into the numbers of `struct addrinfo` (netdb.h).
 *
 * @module
 */
import type { IpAddress, SocketType } from "../../core/address.ts";
import { checkInteger, show } from "../../core/arguments.ts";
import { asciiName } from "./idn.ts";
import {
  AI_ADDRCONFIG,
  AI_ALL,
  AI_CANONNAME,
  AI_NUMERICHOST,
  AI_NUMERICSERV,
  AI_PASSIVE,
  AI_V4MAPPED,
} from "../abi/resolver_constants.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNSPEC,
  SOCK_DCCP,
  SOCK_DGRAM,
  SOCK_RAW,
  SOCK_RDM,
  SOCK_SEQPACKET,
  SOCK_STREAM,
} from "../abi/socket_constants.ts";

/** What to look for, and how (`man 3 getaddrinfo`, the hints). */
export interface AddrInfoHints {
  /** Only this family. Default: `"unspec"`, both. */
  family?: "unspec" | "inet" | "inet6";
  /** Only sockets of this type. Default: an entry for each type. */
  type?: SocketType;
  /** Only this IP protocol (IPPROTO_*), 0 to 2^31 - 1. Default: 0, any. */
  protocol?: number;
  /** Without a host: the wildcard address, to bind to, not the loopback (AI_PASSIVE). Default: false. */
  passive?: boolean;
  /** The first entry tells the official name of the host (AI_CANONNAME). Default: false. */
  canonicalName?: boolean;
  /** The host must be an address in text: no name is looked up (AI_NUMERICHOST). Default: false. */
  numericHost?: boolean;
  /** The service must be a number (AI_NUMERICSERV). Default: false. */
  numericService?: boolean;
  /** With family `"inet6"`: IPv4 addresses as `::ffff:a.b.c.d` if there is no other (AI_V4MAPPED). Default: false. */
  v4Mapped?: boolean;
  /** With `v4Mapped`: the mapped ones besides the others (AI_ALL). Default: false. */
  all?: boolean;
  /** Only families of which this machine has an address other than the loopback (AI_ADDRCONFIG). Default: false. */
  addrConfig?: boolean;
  /**
   * A host that is not ASCII is an internationalised name, looked up in its ASCII form (RFC 5891; the
   * platform's own conversion, as of URLs). Default: false, its UTF-8 bytes are looked up.
   */
  idn?: boolean;
}

/** One way to reach a host (`struct addrinfo`). */
export interface AddrInfo {
  /** The family of the address. */
  family: "inet" | "inet6";
  /** The socket type it is for. */
  type: SocketType;
  /** The IP protocol it is for: 6 is TCP, 17 is UDP, 0 any. */
  protocol: number;
  /** The official name of the host: in the first entry, if `canonicalName` asked for it. */
  canonicalName?: string;
  /** Address and port. */
  address: IpAddress;
}

/** A lookup in the terms of C. */
export interface LookupQuery {
  /** The host as given; `null` for this machine's own. */
  readonly host: string | null;
  /** The service as text; `null` for none. */
  readonly service: string | null;
  /** The port that a numeric or absent service means; -1 if it is a name. */
  readonly port: number;
  /** AI_* */
  readonly flags: number;
  /** AF_* */
  readonly family: number;
  /** SOCK_*, 0 for any. */
  readonly type: number;
  /** IPPROTO_*, 0 for any. */
  readonly protocol: number;
}

const FAMILIES: Readonly<Record<string, number>> = {
  unspec: AF_UNSPEC,
  inet: AF_INET,
  inet6: AF_INET6,
};

const TYPES: Readonly<Record<string, number>> = {
  stream: SOCK_STREAM,
  dgram: SOCK_DGRAM,
  raw: SOCK_RAW,
  rdm: SOCK_RDM,
  seqpacket: SOCK_SEQPACKET,
  dccp: SOCK_DCCP,
};

const FLAGS = {
  passive: AI_PASSIVE,
  canonicalName: AI_CANONNAME,
  numericHost: AI_NUMERICHOST,
  numericService: AI_NUMERICSERV,
  v4Mapped: AI_V4MAPPED,
  all: AI_ALL,
  addrConfig: AI_ADDRCONFIG,
} as const satisfies { [name in keyof AddrInfoHints]: number };

/** Names that hints may have: what is no flag, and what belongs to the wait. */
const OTHER_NAMES = new Set(["family", "type", "protocol", "signal", "timeoutMs"]);

const ACTION = "resolve";

/**
 * Checks the arguments of a lookup.
 *
 * @param host A name or an address, or `null`.
 * @param service A name or a port, or `null`.
 * @param hints What to look for; the names of WaitOptions may be among them.
 * @returns The lookup.
 * @throws {TypeError} If an argument is of the wrong type or holds a NUL.
 * @throws {RangeError} If a number is out of range, a port above 65535 among them.
 */
export function lookupQuery(
  host: string | null,
  service: string | number | null,
  hints: AddrInfoHints,
): LookupQuery {
  if (host !== null) checkText(host, "host");
  let port = 0;
  let text: string | null = null;
  if (typeof service === "number") {
    checkInteger(service, 0, 65535, ACTION, "service");
    port = service;
    text = `${service}`;
  } else if (service !== null && service !== undefined) {
    checkText(service, "service");
    port = servicePort(service);
    text = service;
  }
  let flags = 0;
  let family = AF_UNSPEC;
  let type = 0;
  let protocol = 0;
  let idn = false;
  if (hints === null || typeof hints !== "object" || Array.isArray(hints)) {
    throw new TypeError(`Cannot ${ACTION}: options is not an object`);
  }
  for (const name of Object.keys(hints)) {
    const value = hints[name as keyof AddrInfoHints];
    if (value === undefined) continue;
    if (Object.hasOwn(FLAGS, name)) {
      if (typeof value !== "boolean") {
        throw new TypeError(`Cannot ${ACTION}: ${name} is not a boolean`);
      }
      if (value) flags |= FLAGS[name as keyof typeof FLAGS];
    } else if (name === "idn") {
      if (typeof value !== "boolean") throw new TypeError(`Cannot ${ACTION}: idn is not a boolean`);
      idn = value;
    } else if (name === "family") {
      family = oneOf(FAMILIES, value, name);
    } else if (name === "type") {
      type = oneOf(TYPES, value, name);
    } else if (name === "protocol") {
      checkInteger(value, 0, 0x7fffffff, ACTION, name);
      protocol = value;
    } else if (!OTHER_NAMES.has(name)) {
      throw new TypeError(`Cannot ${ACTION}: unknown option "${name}"`);
    }
  }
  return {
    host: idn && host !== null ? asciiName(host) : host,
    service: text,
    port,
    flags,
    family,
    type,
    protocol,
  };
}

/** C would read a text only up to its first NUL: another one than was asked for. */
function checkText(value: unknown, name: string): asserts value is string {
  if (typeof value !== "string") {
    throw new TypeError(`Cannot ${ACTION}: ${name} is not a string or null`);
  }
  if (value.includes("\0")) throw new TypeError(`Cannot ${ACTION}: ${name} holds a NUL`);
}

/**
 * The port of a service in digits, or -1. libc reads it by strtoul(3), which skips blanks, takes a
 * sign, and cuts 65536 down to 0: all of that is refused, because it is never meant.
 */
function servicePort(service: string): number {
  if (service === "") return 0;
  if (/^[0-9]+$/.test(service)) {
    const port = Number(service);
    if (port > 65535) {
      throw new RangeError(`Cannot ${ACTION}: service ${service} is not in 0 to 65535`);
    }
    return port;
  }
  if (/^[\t-\r ]*[+-]?[0-9]+$/.test(service)) {
    throw new TypeError(
      `Cannot ${ACTION}: service ${JSON.stringify(service)} is neither a name nor a port`,
    );
  }
  return -1;
}

function oneOf(table: Readonly<Record<string, number>>, value: unknown, name: string): number {
  if (typeof value !== "string" || !Object.hasOwn(table, value)) {
    throw new TypeError(
      `Cannot ${ACTION}: ${name} ${
        typeof value === "string" ? JSON.stringify(value) : show(value)
      } is not one of ${Object.keys(table).join(", ")}`,
    );
  }
  return table[value];
}
