/**
 * The net permission that a lookup takes: libc would look up anything.
 *
 * @module
 */
import { notCapable } from "../../core/errors.ts";

/** The status of the whole permission. Deno keeps it up to date, and reading it costs nothing. */
let netStatus: Deno.PermissionStatus | undefined;

/**
 * Asks for the permission to ask about a host, as `Deno.connect` asks for it.
 *
 * @param host A name or an address without a zone.
 * @param port The port to be reached there; 0 or less if there is none.
 * @throws {Deno.errors.NotCapable} If it is not granted.
 */
export function checkLookup(host: string, port: number): void {
  netStatus ??= Deno.permissions.querySync({ name: "net" });
  if (netStatus.state === "granted" && netStatus.partial !== true) return;
  const descriptor = lookupDescriptor(host, port);
  if (Deno.permissions.querySync(descriptor).state === "granted") return;
  if (Deno.permissions.requestSync(descriptor).state === "granted") return;
  const flag = descriptor.host === undefined ? "--allow-net" : `--allow-net=${descriptor.host}`;
  throw notCapable(`resolve ${JSON.stringify(host)}`, flag);
}

/** A name in no form that Deno's permissions have takes the whole of `--allow-net`. */
function lookupDescriptor(host: string, port: number): Deno.NetPermissionDescriptor {
  const ipv6 = host.includes(":");
  if (!ipv6 && /[^\w.\-\u0080-\uffff]/.test(host)) return { name: "net" };
  try {
    // Punycode, as the permissions know names.
    const { hostname } = new URL(ipv6 ? `http://[${host}]` : `http://${host}`);
    const descriptor = { name: "net", host: port > 0 ? `${hostname}:${port}` : hostname } as const;
    Deno.permissions.querySync(descriptor);
    return descriptor;
  } catch {
    return { name: "net" };
  }
}
