/**
 * What ping, sweep and trace share: options, exit codes, output.
 *
 * @module
 */
import { getAddrInfo } from "../addrinfo/get_addr_info.ts";
import type { Arguments, OptionSpec } from "./command.ts";
import { UsageError } from "./exit.ts";
import { terminalColumns } from "./table.ts";

/** Exit codes as ping has them. */
export const PROBE_EXIT = { replied: 0, silent: 1, error: 2 } as const;

/** The exit codes as help shows them. */
export const PROBE_EXIT_HELP: readonly (readonly [string, string])[] = [
  ["0", "there was a reply"],
  ["1", "there was none"],
  ["2", "an error: the name was not found, a permission or privilege is missing, …"],
];

/** What they say about rights. */
export const PROBE_RIGHTS =
  "Needs --allow-ffi and --allow-net for the hosts, and the right to send ICMP: a group in the " +
  "system's net.ipv4.ping_group_range, or CAP_NET_RAW.";

/** Options of all three. */
export const PROBE_OPTIONS: readonly OptionSpec[] = [
  { name: "ipv4", short: "4", help: "IPv4 only" },
  { name: "ipv6", short: "6", help: "IPv6 only" },
  {
    name: "interface",
    short: "I",
    value: "NAME",
    help: "the interface, or the local address, to use",
  },
  { name: "json", short: "j", help: "print JSON, one object a line" },
];

/** The family that was asked for. */
export function readFamily(args: Arguments): "inet" | "inet6" | undefined {
  if (args.has("ipv4") && args.has("ipv6")) {
    throw new UsageError("--ipv4 and --ipv6 exclude each other");
  }
  return args.has("ipv4") ? "inet" : args.has("ipv6") ? "inet6" : undefined;
}

/** Where to send from, if that was said. */
export function readInterface(args: Arguments): { interface?: string; localAddress?: string } {
  const text = args.value("interface");
  if (text === undefined) return {};
  return /^\d+\.\d+\.\d+\.\d+$|:/.test(text) ? { localAddress: text } : { interface: text };
}

/**
 * The address to probe, so that it can be told beforehand.
 *
 * @returns What to hand to the library, and the address as text.
 */
export async function findTarget(
  host: string,
  family: "inet" | "inet6" | undefined,
  signal: AbortSignal,
): Promise<{ host: string; address: string; family: "inet" | "inet6" }> {
  const [first] = await getAddrInfo(host, null, { family, type: "dgram", signal });
  const { hostname } = first.address;
  const scoped = "scopeId" in first.address && first.address.scopeId;
  // The same address again, where the name alone was not what the permission is for.
  const mayNumeric = !scoped &&
    Deno.permissions.querySync({
        name: "net",
        host: hostname.includes(":") ? `[${hostname}]` : hostname,
      }).state === "granted";
  return { host: mayNumeric ? hostname : host, address: hostname, family: first.family };
}

/** How wide a histogram may be; 0 where it is of no use: in a pipe, unless it was asked for. */
export function histogramColumns(args: Arguments): number {
  return args.has("histogram") || Deno.stdout.isTerminal() ? terminalColumns() : 0;
}

/** The option that has it drawn in any case. */
export const HISTOGRAM_OPTION: OptionSpec = {
  name: "histogram",
  short: "H",
  help: "draw the distribution of round trips also when the output is no terminal",
};
