/**
 * Hosts and services by their names on the BSD face, as Python takes them.
 *
 * @module
 */
import type { Address, AddressInput, IpAddress } from "../../core/address.ts";
import { checkInteger, checkKeys } from "../../core/arguments.ts";
import type { Wait } from "../../core/wait.ts";
import { AF_INET, AF_INET6, SOCK_STREAM } from "../abi/socket_constants.ts";
import { NameGrant, Peer } from "../guard/peer.ts";
import { resolveHost } from "../resolver/host.ts";
import { INTERFACES } from "../resolver/interface_names.ts";
import { findServiceByName } from "../resolver/service_names.ts";
import type { Descriptor } from "./descriptor.ts";

/** A host and a service, by name or by number. */
export interface NamedAddress {
  /** The family to look in; by default that of the socket. */
  family?: "inet" | "inet6";
  /**
   * A host name or an address. As in Python `""` is any address, for `bind`, and `"<broadcast>"` is
   * 255.255.255.255.
   */
  hostname: string;
  /** A port, 0 to 65535, or the name of a service. */
  port: number | string;
  /** The interface index of a link-local IPv6 address. */
  scopeId?: number;
  /** The flow label and traffic class of an IPv6 address. */
  flowInfo?: number;
}

/** An address, or a host and a service by name. */
export type AddressOrName = AddressInput<Address> | NamedAddress;

const NAMED_KEYS = ["family", "hostname", "port", "scopeId", "flowInfo"];
const SERVICE = /^(?!\d+$)[\x21-\x7e]+$/;

/** What is meant as an address, well formed or not: no name has a colon, or digits and dots alone. */
const ADDRESS = /^[0-9.]+$|:/;
/** The last host that was no name: a sender of many messages names few peers. */
let lastAddress = "127.0.0.1";

function isAddress(hostname: string): boolean {
  if (hostname === lastAddress) return true;
  const numeric = ADDRESS.test(hostname);
  if (numeric) lastAddress = hostname;
  return numeric;
}

/** Whether something of it has to be looked up, or stands for an address. */
export function isNamed(core: Descriptor, address: AddressOrName): address is NamedAddress {
  if (core.familyNumber !== AF_INET && core.familyNumber !== AF_INET6) return false;
  if (address === null || typeof address !== "object") return false;
  const { hostname, port } = address as Partial<NamedAddress>;
  if (typeof hostname !== "string") return false;
  return typeof port === "string" || !isAddress(hostname);
}

function familyOf(core: Descriptor): "inet" | "inet6" {
  return core.familyNumber === AF_INET ? "inet" : "inet6";
}

/** An address without a look-up, if its name is one of the few that stand for one. */
function wellKnown(core: Descriptor, hostname: string): string | undefined {
  if (hostname === "<broadcast>") return "255.255.255.255";
  if (hostname === "") return familyOf(core) === "inet" ? "0.0.0.0" : "::";
  return undefined;
}

/**
 * Who a name means: the first of the host's addresses of the socket's family.
 *
 * @throws {AddrInfoError} If the name does not resolve.
 * @throws {Deno.errors.NotCapable} If no permission covers the name.
 */
export async function lookUp(
  core: Descriptor,
  address: NamedAddress,
  action: string,
  wait: Wait | undefined,
): Promise<Peer> {
  checkKeys(address, NAMED_KEYS, action, "address");
  const { family = familyOf(core), hostname, scopeId, flowInfo } = address;
  const type = core.typeNumber === SOCK_STREAM ? "stream" : "dgram";
  const port = await portOf(address.port, type, action);
  const known = wellKnown(core, hostname);
  if (known !== undefined) return Peer.ask({ family, hostname: known, port } as IpAddress, action);
  const limits = { signal: wait?.signal };
  const host = { hostname, port, family, scopeId, flowInfo, type, action, ...limits } as const;
  const [first] = await resolveHost(host);
  return Peer.ask(first, action, INTERFACES);
}

async function portOf(
  port: number | string,
  type: "stream" | "dgram",
  action: string,
): Promise<number> {
  if (typeof port !== "string") {
    checkInteger(port, 0, 65535, action, "address.port");
    return port;
  }
  if (!SERVICE.test(port)) {
    throw new TypeError(
      `Cannot ${action}: address.port ${JSON.stringify(port)} is no service name`,
    );
  }
  const service = await findServiceByName(port, type === "stream" ? "tcp" : "udp");
  if (service === undefined) {
    throw new TypeError(`Cannot ${action}: address.port names no service: ${port}`);
  }
  return service.port;
}

/**
 * As {@linkcode lookUp} for calls that cannot wait: `""`, `"<broadcast>"` and `"localhost"`.
 *
 * @throws {TypeError} If it is another name, which has to be looked up.
 */
export function withoutLookUp(core: Descriptor, address: NamedAddress, action: string): Peer {
  checkKeys(address, NAMED_KEYS, action, "address");
  const { hostname, port } = address;
  const family = familyOf(core);
  if (typeof port === "string") {
    throw new TypeError(
      `Cannot ${action}: address.port is a name, for which getServiceByName has to be called before`,
    );
  }
  const known = wellKnown(core, hostname);
  if (known !== undefined) return Peer.ask({ family, hostname: known, port } as IpAddress, action);
  if (hostname !== "localhost") {
    throw new TypeError(
      `Cannot ${action}: address.hostname is the name ${JSON.stringify(hostname)}, for which ` +
        "getAddrInfo has to be called before",
    );
  }
  checkInteger(port, 0, 65535, action, "address.port");
  const local = { family, hostname: family === "inet" ? "127.0.0.1" : "::1", port } as IpAddress;
  return Peer.ask(NameGrant.ask(hostname, port, action).admit(local, action), action);
}
