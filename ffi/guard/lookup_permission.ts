/**
 * The net permission that a lookup takes: libc would look up anything.
 *
 * @module
 */
import type { Need } from "../families/row.ts";
import { demand, isWhole } from "./permissions.ts";

/**
 * Asks for the permission to ask about a host, as `Deno.connect` asks for it.
 *
 * @param host A name or an address without a zone.
 * @param port The port to be reached there; 0 or less if there is none.
 * @throws {Deno.errors.NotCapable} If it is not granted.
 */
export function checkLookup(host: string, port: number): void {
  if (isWhole("net")) return;
  const need = lookupNeed(host, port);
  // A socket of a port that the system chooses takes a grant for port 0, or for all ports.
  if (port === 0 && need.host !== undefined) {
    const zero = { name: "net", host: `${need.host}:0` } as const;
    if (Deno.permissions.querySync(zero).state === "granted") return;
  }
  demand(need, "resolve", JSON.stringify(host));
}

/** A name in no form that Deno's permissions have takes the whole of `--allow-net`. */
function lookupNeed(host: string, port: number): Need {
  const ipv6 = host.includes(":");
  if (!ipv6 && /[^\w.\-\u0080-\uffff]/.test(host)) return { name: "net" };
  try {
    // Punycode, as the permissions know names.
    const { hostname } = new URL(ipv6 ? `http://[${host}]` : `http://${host}`);
    return { name: "net", host: port > 0 ? `${hostname}:${port}` : hostname };
  } catch {
    return { name: "net" };
  }
}
