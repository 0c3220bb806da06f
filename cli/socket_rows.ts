/**
 * Sockets as rows: what `sock sockets` and `sock top` show of each.
 *
 * @module
 */
import type { Address } from "../core/address.ts";
import {
  type SocketEntry,
  sockets,
  type SocketsOptions,
  type SocketState,
} from "../netlink/mod.ts";
import { STATES as SOCKET_STATES } from "../netlink/socket_entry.ts";
import type { Arguments, OptionSpec } from "./command.ts";
import { UsageError } from "./exit.ts";
import type { Owner } from "./processes.ts";
import { FAMILY_OPTION, readFamilyOption, readPortOption } from "./table_options.ts";

/** The states that can be asked for. */
const STATES: readonly SocketState[] = [...new Set(SOCKET_STATES)]
  .filter((state) => state !== "unknown");

/** Filters that run in the kernel. */
export const FILTER_OPTIONS: readonly OptionSpec[] = [
  FAMILY_OPTION,
  {
    name: "state",
    short: "s",
    value: "STATE",
    choices: STATES,
    repeat: true,
    help: "only in this state",
  },
  { name: "port", short: "p", value: "PORT", help: "only with this port at either end" },
  { name: "local-port", value: "PORT", help: "only with this port at our end" },
  { name: "remote-port", value: "PORT", help: "only with this port at the other end" },
  { name: "local", value: "PREFIX", help: "only from these addresses: 10.0.0.0/8" },
  { name: "remote", value: "PREFIX", help: "only to these addresses: 2001:db8::/32" },
];

/** What the user asked for. */
export function readFilters(args: Arguments): SocketsOptions {
  const states = args.values("state");
  for (const state of states) {
    if (!STATES.includes(state as SocketState)) {
      throw new UsageError(`--state ${state} is not one of ${STATES.join(", ")}`);
    }
  }
  return {
    family: readFamilyOption(args),
    states: states.length === 0 ? undefined : states as SocketState[],
    port: readPortOption(args, "port"),
    localPort: readPortOption(args, "local-port"),
    remotePort: readPortOption(args, "remote-port"),
    local: args.value("local"),
    remote: args.value("remote"),
  };
}

/** Lists sockets; a prefix that is none is the user's slip. */
export async function listSockets(options: SocketsOptions): Promise<SocketEntry[]> {
  let table;
  try {
    table = sockets(options);
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message);
    throw error;
  }
  return await table.toArray();
}

/** An address as text. */
export function addressText(address: Address | undefined): string {
  if (address === undefined) return "";
  switch (address.family) {
    case "inet":
      return `${address.hostname}:${address.port || "*"}`;
    case "inet6":
      return `[${address.hostname}]:${address.port || "*"}`;
    case "unix":
      return address.path.replace(/^\0/, "@").replaceAll("\0", "@") || "*";
    case "netlink":
      return `${address.portId}`;
    case "packet":
      return `0x${address.etherType.toString(16).padStart(4, "0")}`;
    case "vsock":
      return `${address.cid}:${address.port}`;
    default:
      return "";
  }
}

/** The processes of a socket, as text. */
export function ownersText(owners: readonly Owner[] | undefined): string {
  return [...new Set(owners?.map(({ name, pid }) => `${name}/${pid}`) ?? [])].join(" ");
}

/** A round-trip time in milliseconds. */
export function rttText(entry: SocketEntry): string {
  const rtt = entry.tcpInfo?.rttMicros;
  return rtt === undefined || rtt === 0 ? "" : `${(rtt / 1000).toFixed(rtt < 10_000 ? 2 : 0)} ms`;
}
