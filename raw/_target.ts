/**
 * The address behind a host name, for probes.
 *
 * @module
 */
import type { IpAddress } from "../core/address.ts";
import { optional } from "../core/arguments.ts";
import { checkHostname, IP_FAMILY } from "../core/ip_arguments.ts";
import type { WaitOptions } from "../core/wait.ts";
import { NameGrant } from "../ffi/guard/peer.ts";
import { resolve } from "../ffi/resolver/resolver.ts";

/**
 * Resolves a probe's target and asks for `--allow-net` to it: to the name as given, as Deno's own
 * calls do.
 *
 * @param host A name or an address.
 * @param family Which addresses will do; either when absent.
 * @param action What is to be done, for messages.
 * @param options Signal and time limit.
 * @returns The first address in libc's order; its port is 0.
 */
export async function resolveTarget(
  host: string,
  family: "inet" | "inet6" | undefined,
  action: string,
  options: WaitOptions,
): Promise<IpAddress> {
  const name = checkHostname(host, action, "host");
  optional(IP_FAMILY)(family, action, "family");
  const grant = NameGrant.ask(name, undefined, action);
  const found = await resolve(name, null, { family, type: "dgram" }, options);
  return grant.admit(found[0].address, action);
}
