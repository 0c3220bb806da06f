/**
 * What netlink asks of Deno's permissions, in one place.
 *
 * @module
 */
import { notCapable } from "../core/errors.ts";
import { checkNetWhole } from "../ffi/guard/permissions.ts";

/**
 * What a socket is for. `tables`: reading what `Deno.networkInterfaces` shows a part of.
 * `everything`: changes, other processes' sockets, other namespaces, messages of one's own.
 */
export type Access = "tables" | "everything";

/** Refuses unless the permissions cover `access`; asks at a terminal, as the built-ins do. */
export function checkAccess(access: Access, action: string): void {
  if (access === "everything") return checkNetWhole(action);
  const descriptor = { name: "sys", kind: "networkInterfaces" } as const;
  if (Deno.permissions.querySync(descriptor).state === "granted") return;
  if (Deno.permissions.requestSync(descriptor).state === "granted") return;
  throw notCapable(action, "--allow-sys=networkInterfaces");
}
