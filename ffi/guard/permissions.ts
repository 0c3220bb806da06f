/**
 * Deno's net, read and write permissions, asked for as Deno's own networking asks: FFI is no way
 * around them.
 *
 * @module
 */
import type { Address } from "../../core/address.ts";
import { notCapable } from "../../core/errors.ts";
import { hostPort } from "../../core/ip_arguments.ts";
import { AF_NETLINK, AF_PACKET, SOCK_RAW } from "../abi/socket_constants.ts";

/**
 * Asks for a permission as the built-ins do: at a terminal the user is asked, elsewhere it is
 * refused at once.
 */
function demand(descriptor: Deno.PermissionDescriptor, action: string, flag: string): void {
  if (Deno.permissions.querySync(descriptor).state === "granted") return;
  if (Deno.permissions.requestSync(descriptor).state !== "granted") throw notCapable(action, flag);
}

/** The descriptor of a host; of the whole net permission where no narrower one has words for it. */
function netDescriptor(host: string): Deno.NetPermissionDescriptor {
  const descriptor = { name: "net", host } as const;
  try {
    Deno.permissions.querySync(descriptor);
    return descriptor;
  } catch {
    return { name: "net" };
  }
}

function demandNet(host: string, action: string): void {
  const descriptor = netDescriptor(host);
  const flag = descriptor.host === undefined ? "--allow-net" : `--allow-net=${host}`;
  demand(descriptor, `${action} ${shown(host)}`, flag);
}

/** Refuses unless `--allow-net` covers this host, by name or number. */
export function checkNet(hostname: string, port: number, action: string): void {
  demandNet(hostPort(hostname, port), action);
}

/** Refuses unless `--allow-net` covers this host at every port: for protocols without ports. */
export function checkNetHost(hostname: string, action: string): void {
  const host = bracketed(hostname);
  demand({ name: "net", host }, `${action} ${hostname}`, `--allow-net=${host}`);
}

function bracketed(hostname: string): string {
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}

/** Refuses unless the whole of `--allow-net` is granted: for families that Deno has no words for. */
export function checkNetWhole(action: string): void {
  demand({ name: "net" }, action, "--allow-net");
}

/** Refuses what a name resolved to if `--deny-net` names it, as the built-in connect does. */
export function checkResolved(hostname: string, port: number | undefined, action: string): void {
  const host = port === undefined ? bracketed(hostname) : hostPort(hostname, port);
  if (Deno.permissions.querySync({ name: "net", host }).state === "denied") {
    throw notCapable(`${action} ${host}`, `--allow-net=${host}`);
  }
}

/**
 * Refuses unless the permissions cover this unix socket: reading, writing and the net for a path, the
 * net alone for an abstract name. Bytes that are no UTF-8 cannot be told to Deno: they need all of it.
 */
export function checkUnix(path: string, pathBytes: Uint8Array, action: string): void {
  if (path.startsWith("\0")) {
    demandNet(`unix:${path}`, action);
    return;
  }
  const nameable = isText(pathBytes);
  for (const name of ["read", "write"] as const) {
    const descriptor = nameable ? { name, path } : { name };
    demand(
      descriptor,
      `${action} ${path}`,
      nameable ? `--allow-${name}=${path}` : `--allow-${name}`,
    );
  }
  if (nameable) demandNet(`unix:${absolute(path)}`, action);
  else checkNetWhole(action);
}

/** A net permission names the whole path. Without the permission to know it, the path stays as it is. */
function absolute(path: string): string {
  if (path.startsWith("/")) return path;
  try {
    return `${Deno.cwd()}/${path}`;
  } catch {
    return path;
  }
}

function isText(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function shown(path: string): string {
  return path.replaceAll("\0", "@");
}

/** Refuses unless this socket may be bound to, connected to or sent to `address`. */
export function checkAddress(address: Address, action: string): void {
  if (address.family === "inet" || address.family === "inet6") {
    checkNet(address.hostname, address.port, action);
  } else if (address.family === "unix") {
    if (address.path !== "") checkUnix(address.path, address.pathBytes, action);
    // The kernel chooses an abstract name, which nobody can grant before (`man 7 unix`, autobind).
    else if (action === "bind") checkNetWhole(action);
  } else {
    checkNetWhole(action);
  }
}

/** SOCK_TYPE_MASK (linux/net.h): what of a type is no flag. */
const SOCK_TYPE_MASK = 0xf;

/**
 * Refuses sockets that receive from anybody, and reach the kernel, with no bind or connect that would
 * ask, unless the whole of `--allow-net` is granted.
 */
export function checkSocket(family: number, type: number): void {
  if (family === AF_PACKET || family === AF_NETLINK || (type & SOCK_TYPE_MASK) === SOCK_RAW) {
    checkNetWhole("open a raw socket");
  }
}
