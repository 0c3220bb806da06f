/**
 * What netlink asks of Deno's permissions, in one place.
 *
 * @module
 */
import { checkNetWhole, demandSys } from "../ffi/guard/permissions.ts";

/**
 * What a socket is for. `tables`: reading what `Deno.networkInterfaces` shows a part of.
 * `everything`: changes, other processes' sockets, other namespaces, messages of one's own.
 */
export type Access = "tables" | "everything";

/** Refuses unless the permissions cover `access`; asks at a terminal, as the built-ins do. */
export function checkAccess(access: Access, action: string): void {
  if (access === "everything") return checkNetWhole(action);
  demandSys("networkInterfaces", action);
}
