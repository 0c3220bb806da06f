/**
 * Deno's net, read and write permissions, asked for as Deno's own networking asks: FFI is no way
 * around them.
 *
 * @module
 */
import type { Address } from "../core/address.ts";
import { notCapable } from "../core/errors.ts";

/**
 * Asks for a permission as the built-ins do: at a terminal the user is asked, elsewhere it is
 * refused at once.
 */
function demand(descriptor: Deno.PermissionDescriptor, action: string, flag: string): void {
  if (Deno.permissions.querySync(descriptor).state === "granted") return;
  if (Deno.permissions.requestSync(descriptor).state !== "granted") throw notCapable(action, flag);
}

/** Host and port as the net permission writes them. */
function hostPort(hostname: string, port: number): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

/** Refuses unless `--allow-net` covers this host, by name or number. */
export function checkNet(hostname: string, port: number, action: string): void {
  const host = hostPort(hostname, port);
  demand({ name: "net", host }, `${action} ${host}`, `--allow-net=${host}`);
}

/** Refuses unless the whole of `--allow-net` is granted: for families that Deno has no words for. */
export function checkNetWhole(action: string): void {
  demand({ name: "net" }, action, "--allow-net");
}

/** Refuses what a name resolved to if `--deny-net` names it, as the built-in connect does. */
export function checkResolved(hostname: string, port: number, action: string): void {
  const host = hostPort(hostname, port);
  if (Deno.permissions.querySync({ name: "net", host }).state === "denied") {
    throw notCapable(`${action} ${host}`, `--allow-net=${host}`);
  }
}

/** Refuses unless the file system and the net permission cover this unix socket. */
export function checkUnix(path: string, action: string): void {
  // An abstract name is no file, but the built-ins ask for it in the same words.
  demand({ name: "read", path }, `${action} ${shown(path)}`, `--allow-read=${shown(path)}`);
  demand({ name: "write", path }, `${action} ${shown(path)}`, `--allow-write=${shown(path)}`);
  const host = `unix:${path}`;
  demand({ name: "net", host }, `${action} ${shown(path)}`, `--allow-net=${shown(host)}`);
}

function shown(path: string): string {
  return path.replaceAll("\0", "@");
}

/** Refuses unless this socket may be bound to, connected to or sent to `address`. */
export function checkAddress(address: Address, action: string): void {
  if (address.family === "inet" || address.family === "inet6") {
    checkNet(address.hostname, address.port, action);
  } else if (address.family === "unix") {
    // Unnamed: nobody can reach it.
    if (address.path !== "") checkUnix(address.path, action);
  } else {
    checkNetWhole(action);
  }
}
