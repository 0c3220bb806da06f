/**
 * Hosts as callers name them, to addresses that this process may use.
 *
 * @module
 */
import type { IpAddress } from "../../core/address.ts";
import type { WaitOptions } from "../../core/wait.ts";
import { NameGrant } from "../guard/peer.ts";
import { resolve } from "./resolver.ts";

/** What is looked for. */
export interface HostRequest extends WaitOptions {
  /** A name or an address; with a zone, `"fe80::1%eth0"`. */
  hostname: string;
  /** The port. */
  port: number;
  /** Only this family. */
  family?: "inet" | "inet6";
  /** For IPv6 addresses that have no zone of their own. */
  scopeId?: number;
  /** For IPv6 addresses. */
  flowInfo?: number;
  /** What the addresses are for. */
  type: "stream" | "dgram";
  /** What is done with them, for messages. */
  action: string;
}

/**
 * The addresses of a host, the best first. The net permission is asked for as Deno's own calls do:
 * for the host as it was named, and no address of a name is used that is denied by itself.
 *
 * @throws {AddrInfoError} If the name does not resolve.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export async function resolveHost(request: HostRequest): Promise<IpAddress[]> {
  const { hostname, port, family, type, action, signal, timeoutMs } = request;
  const zone = hostname.indexOf("%");
  const plain = zone < 0 ? hostname : hostname.slice(0, zone);
  const grant = NameGrant.ask(plain, port, action);
  const found = await resolve(hostname, port, { family, type, idn: true }, { signal, timeoutMs });
  // Deno's own connect looks at all addresses before it tries one, its listen at the one it takes.
  const later = action === "listen" || action === "bind";
  return found.map(({ address }) => grant.admit(withScope(address, request), action, later));
}

function withScope(address: IpAddress, { scopeId, flowInfo }: HostRequest): IpAddress {
  if (address.family === "inet") return { ...address };
  return {
    ...address,
    ...(scopeId !== undefined && address.scopeId === undefined && { scopeId }),
    ...(flowInfo !== undefined && { flowInfo }),
  };
}
