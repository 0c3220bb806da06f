/**
 * Addresses to names: getnameinfo(3).
 *
 * @module
 */
import type { Inet6Address, InetAddress } from "../../core/address.ts";
import { addrInfoError } from "../../core/addrinfo_errors.ts";
import { formatIp, parseIp } from "../../core/ip/text.ts";
import { beginWait, type WaitOptions } from "../../core/wait.ts";
import {
  NI_DGRAM,
  NI_MAXHOST,
  NI_MAXSERV,
  NI_NAMEREQD,
  NI_NOFQDN,
  NI_NUMERICHOST,
  NI_NUMERICSERV,
} from "../abi/resolver_constants.ts";
import { callBlocking } from "../loop/blocking_gate.ts";
import { unicodeName } from "./idn.ts";
import { INTERFACES } from "./interface_names.ts";
import { libc } from "../abi/library.ts";
import { checkLookup } from "../guard/lookup_permission.ts";
import { allocate } from "../abi/memory.ts";
import { encodeSockaddr } from "../families/sockaddr.ts";

/** How an address is put in words (`man 3 getnameinfo`, the flags). */
export interface NameInfoOptions extends WaitOptions {
  /** The address in text: no name is looked up (NI_NUMERICHOST). Default: false. */
  numericHost?: boolean;
  /** The port in digits (NI_NUMERICSERV). Default: false. */
  numericService?: boolean;
  /** The name without this machine's own domain (NI_NOFQDN). Default: false. */
  noFqdn?: boolean;
  /** An address without a name is an error, `EAI_NONAME` (NI_NAMEREQD). Default: false. */
  nameRequired?: boolean;
  /** The service as spoken over UDP (NI_DGRAM). Default: false. */
  datagram?: boolean;
  /** An internationalised name decoded from its ASCII form (RFC 5891). Default: false. */
  idn?: boolean;
}

/** What an address is called. */
export interface NameInfo {
  /** The host's name; its address in text where it has none. */
  host: string;
  /** The service's name; its port in digits where it has none. */
  service: string;
}

const FLAGS = {
  numericHost: NI_NUMERICHOST,
  numericService: NI_NUMERICSERV,
  noFqdn: NI_NOFQDN,
  nameRequired: NI_NAMEREQD,
  datagram: NI_DGRAM,
} as const satisfies { [name in keyof NameInfoOptions]: number };

const ACTION = "name an address";
const DECODER = new TextDecoder();

/** An address and port; the family may be left out. */
export type NameInfoAddress =
  | Omit<InetAddress, "family"> & { family?: "inet" }
  | Omit<Inet6Address, "family"> & { family?: "inet6" };

/** See `getNameInfo` of addrinfo. */
export async function nameInfo(
  address: NameInfoAddress,
  options: NameInfoOptions = {},
): Promise<NameInfo> {
  const flags = nameFlags(options);
  const sockaddr = encodeSockaddr(address, ACTION, INTERFACES);
  const { hostname, port } = address;
  const wait = beginWait(options);
  const numeric = (flags & NI_NUMERICHOST) !== 0;
  const plain = NI_NUMERICHOST | NI_NUMERICSERV;
  if ((flags & (plain | NI_NAMEREQD)) === plain && !hostname.includes("%") && !scopeOf(address)) {
    return { host: formatIp(parseIp(hostname)), service: `${port}` };
  }
  if (!numeric) checkLookup(hostname.replace(/%.*$/, ""), port);
  const host = allocate(NI_MAXHOST);
  const service = allocate(NI_MAXSERV);
  try {
    const lib = libc();
    const status = await callBlocking(() =>
      lib.getnameinfo_blocking(
        sockaddr,
        sockaddr.length,
        host,
        host.length,
        service,
        service.length,
        flags,
      ), wait);
    if (status !== 0) throw addrInfoError(status, { syscall: "getnameinfo", address: hostname });
  } finally {
    wait?.end();
  }
  const name = text(host);
  return {
    host: options.idn === true ? await unicodeName(name) : name,
    service: text(service),
  };
}

function scopeOf(address: NameInfoAddress): number {
  return "scopeId" in address ? address.scopeId ?? 0 : 0;
}

function nameFlags(options: NameInfoOptions): number {
  if (options === null || typeof options !== "object") {
    throw new TypeError(`Cannot ${ACTION}: options is not an object`);
  }
  let flags = 0;
  for (const name of Object.keys(options)) {
    const value = options[name as keyof NameInfoOptions];
    if (value === undefined || name === "signal" || name === "timeoutMs") continue;
    if (name !== "idn" && !Object.hasOwn(FLAGS, name)) {
      throw new TypeError(`Cannot ${ACTION}: unknown option "${name}"`);
    }
    if (typeof value !== "boolean") {
      throw new TypeError(`Cannot ${ACTION}: ${name} is not a boolean`);
    }
    if (value && name !== "idn") flags |= FLAGS[name as keyof typeof FLAGS];
  }
  return flags;
}

function text(bytes: Uint8Array): string {
  return DECODER.decode(bytes.subarray(0, bytes.indexOf(0)));
}
