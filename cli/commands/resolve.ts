/**
 * `sock resolve`: names to addresses as libc has them, and back.
 *
 * @module
 */
import * as addrinfo from "../../addrinfo/mod.ts";
import type { IpAddress, SocketType } from "../../core/address.ts";
import type { AddrInfoError } from "../../core/errors.ts";
import type { Arguments, Command, Session } from "../command.ts";
import { errorCode, EXIT_HELP, TimedOut, UsageError } from "../exit.ts";
import { printEvent, printLine } from "../json.ts";
import { readDuration } from "../settings.ts";
import { alignColumns, headedTable } from "../table.ts";
import { formatDuration } from "../units.ts";

const FAMILIES: Readonly<Record<string, "inet" | "inet6">> = {
  inet: "inet",
  inet6: "inet6",
  ipv4: "inet",
  ipv6: "inet6",
  "4": "inet",
  "6": "inet6",
};
const TYPES = ["stream", "dgram", "raw", "seqpacket"] as const satisfies readonly SocketType[];

/** The command. */
export const resolveCommand: Command = {
  usage: "[OPTIONS] HOST [SERVICE]",
  operands: [1, 2],
  description: [
    "Asks the system's resolver (getaddrinfo): hosts file, DNS and whatever else nsswitch.conf " +
    "names, in the order in which a program would try the addresses. SERVICE is a name, such as " +
    "https, or a number. Equal addresses are shown in one line; --json has each entry.",
  ],
  options: [
    {
      name: "family",
      short: "f",
      value: "FAMILY",
      choices: ["inet", "inet6"],
      help: "only inet (ipv4, 4) or inet6 (ipv6, 6)",
    },
    { name: "type", short: "T", value: "TYPE", choices: TYPES, help: `only ${TYPES.join(", ")}` },
    { name: "canonical", short: "c", help: "show the official name of the host" },
    { name: "reverse", short: "r", help: "look up the name of each address, too" },
    { name: "timeout", short: "t", value: "TIME", help: "give up after TIME: 5, 500ms, 2m" },
    { name: "json", short: "j", help: "print JSON, one object a line" },
  ],
  events: [{
    event: "address",
    on: "stdout",
    help: "one entry of getaddrinfo; name is null where the address has none (--reverse)",
    fields: {
      family: "string",
      type: "string",
      protocol: "integer",
      protocolName: "string?",
      canonicalName: "string?",
      address: "object",
      name: "string?",
    },
  }],
  examples: [
    ["sock resolve example.com https", "Where a browser would connect to."],
    ["sock resolve localhost --family inet6", "Only IPv6."],
    ["sock resolve 192.0.2.7 --reverse", "The name of an address."],
    ["sock resolve example.com --json | jq -r .address.hostname", "For scripts."],
  ],
  exitCodes: EXIT_HELP.filter(([code]) => code !== "1").concat([["1", "failed in another way"]]),
  async run(args: Arguments, session: Session): Promise<number> {
    const timeoutMs = readDuration(args, "timeout");
    const [host, service = null] = args.operands;
    const waiting = { signal: session.signal, timeoutMs };
    try {
      const found = await addrinfo.getAddrInfo(host, service, {
        family: readFamily(args.value("family")),
        type: readType(args.value("type")),
        canonicalName: args.has("canonical"),
        ...waiting,
      });
      const reverse = args.has("reverse");
      const entries = [];
      const names = new Map<string, string | null>();
      for (const entry of found) {
        const { address } = entry;
        if (reverse && !names.has(keyOf(address))) {
          names.set(keyOf(address), await nameOf(address, waiting));
        }
        entries.push({
          ...entry,
          protocolName: (await addrinfo.getProtocolByNumber(entry.protocol))?.name,
          ...(reverse && { name: names.get(keyOf(address)) }),
        });
      }
      if (args.has("json")) {
        for (const entry of entries) await printEvent("address", { ...entry });
      } else {
        for (const line of tableLines(entries, service !== null)) await printLine(line);
      }
    } catch (error) {
      if (error instanceof DOMException && error.name === "TimeoutError") {
        throw new TimedOut(`Timed out after ${formatDuration(timeoutMs ?? 0)} resolving ${host}`);
      }
      if (service !== null && errorCode(error) === "EAI_SERVICE") {
        throw await serviceError(service, args.value("type"), error);
      }
      // The library's words for arguments that no lookup can take.
      if (error instanceof TypeError || error instanceof RangeError) {
        throw new UsageError(error.message);
      }
      throw error;
    }
    return 0;
  },
};

/** The resolver speaks of the host, though the service is at fault. */
async function serviceError(
  service: string,
  type: string | undefined,
  cause: unknown,
): Promise<Error> {
  const isKnown = /^\d+$/.test(service) ||
    await addrinfo.getServiceByName(service) !== undefined;
  const message = isKnown
    ? `Service "${service}" is not spoken over ${type ?? "any type of socket"} (EAI_SERVICE)`
    : `Unknown service "${service}" (EAI_SERVICE)`;
  return Object.assign(new Error(message, { cause }), { code: "EAI_SERVICE" });
}

/** A result as it is printed. */
interface Entry {
  readonly family: string;
  readonly type: string;
  readonly protocol: number;
  readonly protocolName: string | undefined;
  readonly canonicalName?: string;
  readonly address: IpAddress;
  readonly name?: string | null;
}

async function nameOf(
  address: IpAddress,
  waiting: { signal: AbortSignal; timeoutMs: number | undefined },
): Promise<string | null> {
  try {
    return (await addrinfo.getNameInfo(address, { nameRequired: true, ...waiting })).host;
  } catch (error) {
    if ((error as AddrInfoError).code === "EAI_NONAME") return null;
    throw error;
  }
}

function keyOf({ hostname, ...rest }: IpAddress): string {
  return "scopeId" in rest && rest.scopeId ? `${hostname}%${rest.scopeId}` : hostname;
}

function tableLines(entries: readonly Entry[], ports: boolean): string[] {
  const head = ["FAMILY", "ADDRESS", ...(ports ? ["PORT"] : []), "TYPES"];
  const withCanonical = entries.some(({ canonicalName }) => canonicalName !== undefined);
  const withName = entries.some(({ name }) => name !== undefined);
  if (withName) head.push("NAME");
  if (withCanonical) head.push("CANONICAL NAME");
  const rows = new Map<string, { first: Entry; kinds: string[] }>();
  for (const entry of entries) {
    const key = `${keyOf(entry.address)} ${entry.address.port}`;
    const row = rows.get(key) ?? { first: entry, kinds: [] };
    rows.set(key, row);
    const { type, protocol, protocolName } = entry;
    row.kinds.push(protocol === 0 ? type : `${type}/${protocolName ?? protocol}`);
  }
  const lines = Array.from(rows.values(), ({ first, kinds }) => [
    first.family,
    keyOf(first.address),
    ...(ports ? [String(first.address.port)] : []),
    kinds.join(" "),
    ...(withName ? [first.name ?? "-"] : []),
    ...(withCanonical ? [first.canonicalName ?? ""] : []),
  ]);
  // A pipe gets the lines alone, as cut and awk want them.
  return Deno.stdout.isTerminal()
    ? headedTable(head, lines, [], ["TYPES", "CANONICAL NAME"])
    : alignColumns(lines);
}

function readFamily(text: string | undefined): "inet" | "inet6" | undefined {
  if (text === undefined) return undefined;
  if (!Object.hasOwn(FAMILIES, text)) {
    throw new UsageError(`--family is inet or inet6, not "${text}"`);
  }
  return FAMILIES[text];
}

function readType(text: string | undefined): SocketType | undefined {
  if (text === undefined) return undefined;
  const type = TYPES.find((one) => one === text);
  if (type === undefined) throw new UsageError(`--type is ${TYPES.join(", ")}, not "${text}"`);
  return type;
}
