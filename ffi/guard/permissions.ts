/**
 * Deno's net, read and write permissions, asked for as Deno's own networking asks: FFI is no way
 * around them. What an address takes is asked of its family's row, by the bytes that the kernel gets.
 *
 * @module
 */
import { notCapable } from "../../core/errors.ts";
import { hostPort } from "../../core/ip_arguments.ts";
import { AF_NETLINK, AF_PACKET, SOCK_RAW } from "../abi/socket_constants.ts";
import { familyAt } from "../families/bytes.ts";
import { OTHER } from "../families/other.ts";
import type { FamilyRow, GrantName, Need } from "../families/row.ts";
import { SOCK_TYPE_MASK } from "../families/socket_types.ts";
import { rowOf } from "../families/table.ts";

/**
 * The status of the whole permissions. Deno keeps these objects up to date when a permission is
 * revoked, and reading one costs nothing; a query costs more than a datagram.
 */
const whole: { [name in GrantName]?: Deno.PermissionStatus } = {};

/** Whether a permission is granted with nothing of it denied. */
export function isWhole(name: GrantName): boolean {
  const status = whole[name] ??= Deno.permissions.querySync({ name });
  return status.state === "granted" && status.partial !== true;
}

/**
 * Whether all it takes to reach a family is granted with nothing denied, so that no address need be
 * asked for.
 */
export function allGranted(row: FamilyRow): boolean {
  for (const name of row.grants) if (!isWhole(name)) return false;
  return true;
}

/**
 * Asks for a permission as the built-ins do: at a terminal the user is asked, elsewhere it is
 * refused at once. The whole of a permission is not granted while a part of it is denied.
 */
function demand(need: Need, action: string, about?: string): void {
  const descriptor = descriptorOf(need);
  const granted = ({ state, partial }: Deno.PermissionStatus) =>
    state === "granted" && (need.partly || partial !== true);
  if (granted(Deno.permissions.querySync(descriptor))) return;
  if (granted(Deno.permissions.requestSync(descriptor))) return;
  const { name, host, path } = descriptor as Need;
  const what = host ?? path;
  throw notCapable(
    about === undefined ? action : `${action} ${about}`,
    what === undefined ? `--allow-${name}` : `--allow-${name}=${what}`,
  );
}

/** As Deno has words for it, else the whole permission. */
function descriptorOf({ name, host, path }: Need): Deno.PermissionDescriptor {
  if (path !== undefined) return { name: name as "read", path };
  if (host === undefined) return { name };
  const descriptor = { name: "net", host } as const;
  try {
    Deno.permissions.querySync(descriptor);
    return descriptor;
  } catch {
    return { name };
  }
}

/** Refuses unless `--allow-net` covers this host, by name or number. */
export function checkNet(hostname: string, port: number, action: string): void {
  const host = hostPort(hostname, port);
  demand({ name: "net", host }, action, host);
}

/** Refuses unless `--allow-net` covers this host at every port: for protocols without ports. */
export function checkNetHost(hostname: string, action: string): void {
  demand({ name: "net", host: bracketed(hostname) }, action, hostname);
}

function bracketed(hostname: string): string {
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}

/** Refuses unless the whole of `--allow-net` is granted: for families that Deno has no words for. */
export function checkNetWhole(action: string): void {
  demand({ name: "net" }, action);
}

/** Refuses what a name resolved to if `--deny-net` names it, as the built-in connect does. */
export function checkResolved(hostname: string, port: number | undefined, action: string): void {
  const host = port === undefined ? bracketed(hostname) : hostPort(hostname, port);
  if (Deno.permissions.querySync({ name: "net", host }).state === "denied") {
    throw notCapable(`${action} ${host}`, `--allow-net=${host}`);
  }
}

/**
 * Refuses unless the permissions cover an encoded address: decided by the row that decodes it. What
 * no row decodes takes the whole of `--allow-net`.
 */
export function checkSockaddr(
  bytes: Uint8Array,
  offset: number,
  size: number,
  action: string,
): void {
  const row = rowOf(size < 2 ? OTHER.number : familyAt(bytes, offset));
  if (allGranted(row)) return;
  // Too short for its family, as the row knows it: the kernel may take it all the same.
  const address = row.decode(bytes, offset, size, undefined);
  const needs = (address === undefined ? OTHER : row).permissions(bytes, offset, size, action);
  const about = address && row.text(address);
  for (const need of needs) demand(need, action, about);
}

/**
 * Refuses sockets that receive from anybody, and reach the kernel, with no bind or connect that would
 * ask, unless the whole of `--allow-net` is granted.
 */
export function checkSocket(family: number, type: number): void {
  if (family === AF_PACKET || family === AF_NETLINK || (type & SOCK_TYPE_MASK) === SOCK_RAW) {
    checkNetWhole("open a raw socket");
  }
}
