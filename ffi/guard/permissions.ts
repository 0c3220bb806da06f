/**
 * Deno's permissions, asked for as Deno's own calls ask: FFI is no way around them.
 *
 * @module
 */
import { checkInteger } from "../../core/arguments.ts";
import { notCapable } from "../../core/errors.ts";
import { hostPort } from "../../core/ip_arguments.ts";
import { isSpecialPath, plainPath } from "../families/plain_path.ts";
import type { FamilyRow, GrantName, Need } from "../families/row.ts";
import { SOCK_CLOEXEC, SOCK_NONBLOCK } from "../abi/socket_constants.ts";
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
 *
 * @param need What is needed.
 * @param action What it is for, for the message: `"connect"`.
 * @param about Whom it is about, for the message.
 * @throws {Deno.errors.NotCapable} If it is not granted; names the flag.
 */
export function demand(need: Need, action: string, about?: string): void {
  const descriptor = descriptorOf(need);
  const granted = ({ state, partial }: Deno.PermissionStatus) =>
    state === "granted" && (need.partly || partial !== true);
  const status = Deno.permissions.querySync(descriptor);
  if (granted(status) || granted(Deno.permissions.requestSync(descriptor))) {
    if (need.special) demandSpecial(need.path!, action, about);
    return;
  }
  const { name, host, path } = descriptor as Need;
  const what = host ?? path;
  const flag = what === undefined ? `--allow-${name}` : `--allow-${name}=${what}`;
  const denied = status.partial === true ? ` and without --deny-${name}` : "";
  throw notCapable(worded(action, about), flag + denied);
}

function worded(action: string, about: string | undefined): string {
  return about === undefined ? action : `${action} ${about}`;
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

/** No query tells whether everything is allowed: a call that looks at such a path does. */
function demandSpecial(path: string, action: string, about: string | undefined): void {
  try {
    Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) {
      throw notCapable(worded(action, about), "--allow-all");
    }
  }
}

/** A sys permission, `"hostname"` say. */
export function demandSys(kind: "hostname" | "networkInterfaces", action: string): void {
  const descriptor = { name: "sys", kind } as const;
  if (Deno.permissions.querySync(descriptor).state === "granted") return;
  if (Deno.permissions.requestSync(descriptor).state === "granted") return;
  throw notCapable(action, `--allow-sys=${kind}`);
}

/** Refuses unless `--allow-read` covers a path, as Deno's own calls ask; the path to open. */
export function checkRead(path: string, action: string): string {
  const plain = plainPath(path);
  demand({ name: "read", path: plain, special: isSpecialPath(plain) }, action, path);
  return plain;
}

/** A host as Deno's net permissions name it, for every port where there is none. */
export function netHost(hostname: string, port: number | undefined): string {
  if (port !== undefined) return hostPort(hostname, port);
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}

/** Refuses unless `--allow-net` covers this host, by name or number. */
export function checkNet(hostname: string, port: number, action: string): void {
  const host = netHost(hostname, port);
  demand({ name: "net", host }, action, host);
}

/** Refuses unless `--allow-net` covers this host at every port: for protocols without ports. */
export function checkNetHost(hostname: string, action: string): void {
  demand({ name: "net", host: netHost(hostname, undefined) }, action, hostname);
}

/** Refuses unless the whole of `--allow-net` is granted: for families that Deno has no words for. */
export function checkNetWhole(action: string): void {
  demand({ name: "net" }, action);
}

/** Refuses what a name resolved to if `--deny-net` names it, as the built-in connect does. */
export function checkResolved(hostname: string, port: number | undefined, action: string): void {
  const host = netHost(hostname, port);
  if (Deno.permissions.querySync({ name: "net", host }).state === "denied") {
    throw notCapable(`${action} ${host}`, `--allow-net=${host}`);
  }
}

/**
 * Refuses a socket that can reach somebody, or be reached, by anything else than addresses that are
 * asked for one by one, unless the whole of `--allow-net` is granted.
 *
 * @param family AF_*.
 * @param type SOCK_*, with or without flags.
 * @param protocol The protocol that is asked for.
 */
export function checkSocket(family: number, type: number, protocol: number): void {
  checkInteger(family, 0, 0xffff, "open a socket", "family");
  checkInteger(type, 0, 0x7fffffff, "open a socket", "type");
  const { asked } = rowOf(family);
  const plain = type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (asked?.types.includes(plain) && asked.protocols.includes(protocol)) return;
  checkNetWhole("open a socket of this family, type and protocol");
}
