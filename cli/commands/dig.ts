/**
 * `sock dig`: asks a DNS server, as dig; or the hosts around, for names in `.local`.
 *
 * @module
 */
import { isIpv4, isIpv6, parseIp } from "../../core/ip/mod.ts";
import type { Dns } from "../../wire/dns.ts";
import type { DnsOptRecord, DnsRecord, DnsType } from "../../wire/dns_record_value.ts";
import type { Arguments, Command, Session } from "../command.ts";
import {
  askAround,
  askServer,
  type DnsAnswer,
  type DnsQuery,
  type DnsServer,
} from "../dns_client.ts";
import { parseRecordType, recordText, recordTypeName, statusName } from "../dns_text.ts";
import { writeError } from "../events.ts";
import { EXIT, EXIT_HELP, UsageError } from "../exit.ts";
import { printEvent, printLine } from "../json.ts";
import { parsePort, portNumber } from "../schemes/host_port.ts";
import { readDuration, readInteger } from "../settings.ts";
import { alignColumns } from "../table.ts";

const DNS_PORT = 53;
const TRY_MS = 2000;
const TRIES = 3;
/** How long hosts around may take: they wait up to half a second before they speak. */
const AROUND_MS = 1000;

/** The command. */
export const digCommand: Command = {
  usage: "[OPTIONS] NAME [TYPE…] [@SERVER[:PORT]]",
  operands: [1, Infinity],
  description: [
    "Asks for records of a NAME: A, or the TYPEs that are given (AAAA, MX, TXT, SRV, TYPE65, …). The " +
    "server is the one after @, or the first that answers of /etc/resolv.conf. It is asked by UDP, and " +
    "by TCP where the answer does not fit.",
    "An ADDRESS as the NAME stands for its name in in-addr.arpa or ip6.arpa, and PTR. A NAME in .local " +
    "is asked of the hosts around by multicast (mDNS), unless a server is given.",
    "The records of the answer go to standard output as master files have them, what is told of the " +
    "answer to standard error. Without a record, the exit code is 4.",
  ],
  options: [
    { name: "short", short: "s", help: "print the data of the records alone" },
    { name: "all", short: "a", help: "print the authority and additional sections, too" },
    { name: "tcp", help: "ask by TCP from the start" },
    { name: "port", short: "p", value: "PORT", help: "the server's port (default 53)" },
    {
      name: "timeout",
      short: "t",
      value: "TIME",
      help: "wait so long for each answer (default 2)",
    },
    { name: "tries", value: "N", help: "ask so often by UDP (default 3)" },
    { name: "no-recurse", short: "n", help: "do not ask the server to find the answer elsewhere" },
    { name: "dnssec", short: "D", help: "ask for signatures, too" },
    { name: "interface", short: "I", value: "NAME", help: "by which to ask the hosts around" },
    { name: "ipv6", short: "6", help: "ask the hosts around over IPv6" },
    { name: "quiet", short: "q", help: "print nothing but records" },
    { name: "json", short: "j", help: "print JSON, one object a line" },
  ],
  events: [
    {
      event: "record",
      on: "stdout",
      help: "a record; section is answer, authority or additional, data as master files have it",
      fields: {
        section: "string",
        name: "string",
        ttl: "integer",
        class: "string",
        type: "string",
        data: "string",
      },
    },
    {
      event: "response",
      on: "stdout",
      help: "an answer as a whole; transport is udp, tcp or mdns; its records come before it",
      fields: {
        name: "string",
        type: "string",
        status: "string",
        flags: "strings",
        server: "string",
        transport: "string",
        durationMs: "number",
        sizeBytes: "integer",
        records: "integer",
      },
    },
  ],
  examples: [
    ["sock dig example.com", "Its IPv4 addresses."],
    ["sock dig example.com AAAA MX @192.0.2.53", "Several types, from a server of your choice."],
    ["sock dig 192.0.2.7 --short", "The name of an address."],
    ["sock dig printer.local", "A host of the local network, by multicast."],
    ["sock dig example.com TXT --json | jq -r .data", "For scripts."],
  ],
  exitCodes: EXIT_HELP.map(([code, meaning]) => [
    code,
    code === "1"
      ? "failed: the server refuses, fails or is not there"
      : code === "4"
      ? "there is no such name, or no such record of it"
      : meaning,
  ]),
  async run(args: Arguments, session: Session): Promise<number> {
    const { name, types, server } = readQuestion(args.operands);
    const timeoutMs = readDuration(args, "timeout");
    const view = new DigView(args);
    const isAround = server === undefined && /(^|\.)local\.?$/i.test(name);
    for (const option of ["interface", "ipv6"]) {
      if (isAround || args.value(option) === undefined && !args.has(option)) continue;
      throw new UsageError(`--${option} goes with names in .local`);
    }
    const { signal } = session;
    for (const type of types) {
      const query: DnsQuery = {
        name,
        type,
        recursion: !args.has("no-recurse"),
        dnssec: args.has("dnssec"),
      };
      if (isAround) {
        const answers = askAround(query, {
          family: args.has("ipv6") ? "inet6" : "inet",
          interface: args.value("interface"),
          timeoutMs: timeoutMs ?? AROUND_MS,
          signal,
        });
        for await (const answer of answers) await view.answer(query, answer);
      } else {
        const how = {
          tcp: args.has("tcp"),
          timeoutMs: timeoutMs ?? TRY_MS,
          tries: readInteger(args, "tries", 1, 100) ?? TRIES,
          signal,
        };
        const port = readInteger(args, "port", 1, 65535) ?? DNS_PORT;
        await view.answer(query, await askOne(query, await serversOf(server, port), how));
      }
    }
    return view.exitCode;
  },
};

/** What was asked: `NAME`, `TYPE`s and `@SERVER` in any order, the name first of its kind. */
function readQuestion(
  operands: readonly string[],
): { name: string; types: (DnsType | number)[]; server: string | undefined } {
  const servers = operands.filter((word) => word.startsWith("@"));
  const [name, ...types] = operands.filter((word) => !word.startsWith("@"));
  if (servers.length > 1) throw new UsageError(`one server at a time, not ${servers.join(" ")}`);
  if (servers[0] === "@") throw new UsageError("@ lacks the server behind it");
  if (name === undefined) throw new UsageError("a name to ask for is missing");
  const isAddress = isIpv4(name) || isIpv6(name);
  const wanted = types.map(parseRecordType);
  return {
    name: isAddress ? reverseName(name) : asciiName(name),
    types: wanted.length > 0 ? wanted : [isAddress ? "PTR" : "A"],
    server: servers[0]?.slice(1),
  };
}

/** RFC 1035 section 3.5, RFC 3596 section 2.5. */
function reverseName(address: string): string {
  const bytes = Array.from(parseIp(address)).reverse();
  return bytes.length === 4
    ? `${bytes.join(".")}.in-addr.arpa`
    : `${
      bytes.map((byte) => `${(byte & 15).toString(16)}.${(byte >> 4).toString(16)}`).join(".")
    }.ip6.arpa`;
}

/** Names of other scripts as DNS has them (RFC 5891). */
function asciiName(name: string): string {
  // deno-lint-ignore no-control-regex -- ASCII is meant
  if (/^[\x00-\x7f]*$/.test(name)) return name;
  try {
    return new URL(`http://${name}`).hostname;
  } catch {
    throw new UsageError(`"${name}" is no name that DNS can have`);
  }
}

/** Whom to ask, in order. */
async function serversOf(
  server: string | undefined,
  port: number,
): Promise<{ hostname: string; port: number }[]> {
  if (server !== undefined) return [await readServer(server, port)];
  const text = await Deno.readTextFile("/etc/resolv.conf").catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
  const found = Array.from(
    text.matchAll(/^\s*nameserver\s+(\S+)/gm),
    ([, hostname]) => ({ hostname, port }),
  );
  // man 5 resolv.conf: the default is the server of this machine.
  return found.length > 0 ? found : [{ hostname: "127.0.0.1", port }];
}

async function readServer(text: string, port: number): Promise<{ hostname: string; port: number }> {
  if (isIpv6(text.replace(/%.*/, ""))) return { hostname: text, port };
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(.+))?$/.exec(text);
  if (match === null) throw new UsageError(`"@${text}" is no server: it is @HOST or @HOST:PORT`);
  const [, bracketed, plain, portText] = match;
  return {
    hostname: bracketed ?? plain,
    port: portText === undefined ? port : await portNumber(parsePort(portText, `@${text}`), "udp"),
  };
}

/** The first answer of several servers. */
async function askOne(
  query: DnsQuery,
  servers: readonly { hostname: string; port: number }[],
  how: Omit<DnsServer, "hostname" | "port">,
): Promise<DnsAnswer> {
  let failure: unknown;
  for (const server of servers) {
    try {
      return await askServer(query, { ...server, ...how });
    } catch (error) {
      if (how.signal.aborted || error instanceof Deno.errors.NotCapable) throw error;
      failure = error;
    }
  }
  throw failure;
}

/** Shows answers. */
class DigView {
  readonly #args: Arguments;
  #records = 0;
  #failed = false;

  constructor(args: Arguments) {
    this.#args = args;
  }

  /** What the answers come to. */
  get exitCode(): number {
    if (this.#failed) return EXIT.failed;
    return this.#records > 0 ? EXIT.ok : EXIT.notFound;
  }

  /** Shows an answer. */
  async answer(query: DnsQuery, { message, ...how }: DnsAnswer): Promise<void> {
    const args = this.#args;
    const status = statusName(responseCode(message));
    const { answers = [], authorities = [], additionals = [] } = message;
    if (!["NOERROR", "NXDOMAIN"].includes(status)) this.#failed = true;
    this.#records += answers.length;
    const sections: [string, readonly DnsRecord[]][] = [["answer", answers]];
    if (args.has("all")) sections.push(["authority", authorities], ["additional", additionals]);
    const records = sections.flatMap(([section, records]) =>
      records.filter((record) => record.type !== "OPT")
        .map((record) => ({ section, ...recordText(record) }))
    );
    const type = recordTypeName(query.type);
    if (args.has("json")) {
      for (const record of records) await printEvent("record", record);
      return await printEvent("response", {
        name: query.name,
        type,
        status,
        flags: flagsOf(message),
        server: how.server,
        transport: how.transport,
        durationMs: Number(how.durationMs.toFixed(3)),
        sizeBytes: how.sizeBytes,
        records: answers.length,
      });
    }
    const lines = args.has("short")
      ? records.map(({ data }) => data)
      : alignColumns(records.map((one) => [one.name, `${one.ttl}`, one.class, one.type, one.data]));
    for (const line of lines) await printLine(line);
    if (args.has("quiet") || args.has("short") && answers.length > 0) return;
    const flags = flagsOf(message).join(" ");
    writeError(
      `;; ${query.name} ${type}: ${status}, ${answers.length} records, flags ${flags || "none"}, ` +
        `${how.sizeBytes} bytes from ${how.server} over ${how.transport} in ` +
        `${how.durationMs.toFixed(1)} ms\n`,
    );
  }
}

function responseCode({ responseCode = 0, additionals = [] }: Dns): number {
  const opt = additionals.find((record): record is DnsOptRecord => record.type === "OPT");
  return (opt?.extendedResponseCode ?? 0) << 4 | responseCode;
}

/** As dig has them. */
function flagsOf(message: Dns): string[] {
  const flags: [string, boolean | undefined][] = [
    ["qr", message.response],
    ["aa", message.authoritative],
    ["tc", message.truncated],
    ["rd", message.recursionDesired],
    ["ra", message.recursionAvailable],
    ["ad", message.authenticData],
    ["cd", message.checkingDisabled],
  ];
  return flags.filter(([, set]) => set).map(([name]) => name);
}
