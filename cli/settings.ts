/**
 * The options that the commands of connections share, and what they mean.
 *
 * @module
 */
import { load } from "./load.ts";
import type { Arguments, OptionSpec } from "./command.ts";
import { Reporter } from "./events.ts";
import { type Cidr, isIpv4, isIpv6, parseCidr } from "../core/ip/mod.ts";
import { UsageError } from "./exit.ts";
import type { Group, SocketSettings, Source } from "./schemes/scheme.ts";
import { parseDuration } from "./units.ts";

/** Options of listen, connect, echo and relay. */
export const SHARED_OPTIONS: readonly OptionSpec[] = [
  {
    name: "timeout",
    short: "t",
    value: "TIME",
    help: "give up connecting, waiting for a client, or a connection on which nothing moves, " +
      "after TIME: 5, 0.5, 500ms, 2m, 1h (seconds without a unit)",
  },
  {
    name: "engine",
    value: "NAME",
    choices: ["deno", "libc"],
    help: "deno or libc; by default the one that can do it",
  },
  {
    name: "option",
    short: "o",
    value: "NAME=VALUE",
    repeat: true,
    help: "set a socket option before binding or connecting, as SO_RCVBUF=65536 or TCP_NODELAY=on",
  },
  { name: "hex", short: "x", help: "dump what moves on standard error: < received, > sent" },
  { name: "json", short: "j", help: "tell events on standard error as JSON, one object a line" },
  { name: "verbose", short: "v", help: "tell of each connection" },
  { name: "quiet", short: "q", help: "tell nothing but errors" },
];

/** The option of the commands that connect. */
export const SOURCE_OPTION: OptionSpec = {
  name: "source",
  short: "s",
  value: "[HOST][:PORT]",
  help: "connect from this local address, port, or both (tcp, udp)",
};

/** The options of TLS. */
export const TLS_OPTIONS: readonly OptionSpec[] = [
  {
    name: "ca",
    value: "FILE",
    repeat: true,
    help: "roots that the peer's certificate must lead to (tls); a server then asks for one",
  },
  { name: "cert", value: "FILE", help: "this side's certificate (tls), in PEM" },
  { name: "key", value: "FILE", help: "its private key, in PEM" },
  {
    name: "insecure",
    help: "take any certificate of a server (tls): the peer may be anyone",
  },
  { name: "sni", value: "NAME", help: "the name that the server's certificate must be for (tls)" },
  { name: "alpn", value: "NAMES", help: "application protocols (tls), as h2,http/1.1" },
];

/** Options of the commands that listen. */
export const SERVER_OPTIONS: readonly OptionSpec[] = [
  ...SHARED_OPTIONS,
  {
    name: "mode",
    short: "m",
    value: "OCTAL",
    help: "permissions of a Unix socket's file, as 600; by default what the umask leaves",
  },
  {
    name: "allow",
    short: "a",
    value: "CIDR",
    repeat: true,
    help: "serve only peers of this network or address, as 10.0.0.0/8",
  },
  {
    name: "join",
    value: "GROUP[%INTERFACE]",
    repeat: true,
    help: "hear a multicast group (udp)",
  },
  {
    name: "max-clients",
    value: "N",
    help: "serve no more than N clients at a time; the next ones wait",
  },
];

/** What those options say. */
export interface Settings extends SocketSettings {
  /** Clients at a time. */
  readonly maxClients: number;
  /** Undefined: no limit. */
  readonly timeoutMs: number | undefined;
  /** Where everything is told. */
  readonly report: Reporter;
  /** The reporter too, if traffic is to be dumped. */
  readonly dump: Reporter | undefined;
}

/** Reads the shared options. */
export async function readSettings(args: Arguments): Promise<Settings> {
  const engine = args.value("engine");
  if (engine !== undefined && engine !== "deno" && engine !== "libc") {
    throw new UsageError(`--engine is deno or libc, not "${engine}"`);
  }
  const report = readReporter(args);
  const mode = args.value("mode");
  if (mode !== undefined && !/^0?[0-7]{3}$/.test(mode)) {
    throw new UsageError(`--mode is three octal digits, as 600, not "${mode}"`);
  }
  const source = args.value("source");
  const join = args.values("join");
  const allow = args.values("allow");
  const tls = readTls(args);
  return {
    ...tls,
    onError: (error) => report.warned(error),
    ...(mode !== undefined && { mode: parseInt(mode, 8) }),
    ...(source !== undefined && { source: parseSource(source) }),
    ...(join.length > 0 && { join: join.map(parseGroup) }),
    ...(allow.length > 0 && { allow: allow.map(parseNetwork) }),
    maxClients: readInteger(args, "max-clients", 1, 1_000_000) ?? Infinity,
    timeoutMs: readDuration(args, "timeout"),
    ...(engine !== undefined && { engine }),
    options: await readSocketOptions(args.values("option")),
    report,
    dump: args.has("hex") ? report : undefined,
  };
}

/** The rows of the options are many: they are loaded when one is asked for. */
async function readSocketOptions(texts: readonly string[]): Promise<SocketSettings["options"]> {
  if (texts.length === 0) return [];
  const { parseSocketOption } = await load<typeof import("./_socket_option.ts")>(
    "./_socket_option.ts",
    import.meta.url,
  );
  return texts.map(parseSocketOption);
}

function readTls(args: Arguments): Partial<SocketSettings> {
  const [ca, cert, key] = [args.values("ca"), args.value("cert"), args.value("key")];
  const [sni, alpn] = [args.value("sni"), args.value("alpn")];
  if ((cert === undefined) !== (key === undefined)) {
    throw new UsageError("--cert and --key belong together");
  }
  if (args.has("insecure") && ca.length > 0) {
    throw new UsageError("--insecure and --ca exclude each other");
  }
  return {
    ...(ca.length > 0 && { ca }),
    ...(cert !== undefined && { cert, key }),
    ...(args.has("insecure") && { insecure: true }),
    ...(sni !== undefined && { sni }),
    ...(alpn !== undefined && { alpn: alpn.split(",") }),
  };
}

function parseSource(text: string): Source {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]*))(?::(\d{1,5}))?$/.exec(text);
  const [, inBrackets, plain, portText] = match ?? [];
  // An IPv6 address alone needs no brackets.
  const hostname = isIpv6(text) ? text : inBrackets ?? (plain === "" ? undefined : plain);
  const port = portText === undefined || isIpv6(text) ? undefined : Number(portText);
  if (hostname === undefined && port === undefined || (port ?? 0) > 65535) {
    throw new UsageError(`--source is HOST, HOST:PORT or :PORT, not "${text}"`);
  }
  return { hostname, port };
}

function parseGroup(text: string): Group {
  const [address, name] = text.split("%");
  const isGroup = isIpv4(address) && /^(22[4-9]|23\d)\./.test(address) ||
    isIpv6(address) && /^ff/i.test(address);
  if (!isGroup || name === "") {
    throw new UsageError(
      `--join is a multicast address, as 224.0.0.251 or ff02::fb%eth0, not "${text}"`,
    );
  }
  return { address, interface: name };
}

function parseNetwork(text: string): Cidr {
  try {
    return parseCidr(text);
  } catch {
    throw new UsageError(`--allow is a network as 10.0.0.0/8 or an address, not "${text}"`);
  }
}

/** Reads `--json`, `--quiet` and `--verbose`. */
export function readReporter(args: Arguments): Reporter {
  return new Reporter({
    json: args.has("json"),
    quiet: args.has("quiet"),
    verbose: args.has("verbose"),
  });
}

/** Reads a duration in milliseconds. */
export function readDuration(args: Arguments, name: string): number | undefined {
  const text = args.value(name);
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms === undefined || ms === 0) {
    throw new UsageError(`--${name} is a time as 5, 0.5, 500ms, 2m or 1h, not "${text}"`);
  }
  return ms;
}

/** Reads a whole number in a range. */
export function readInteger(
  args: Arguments,
  name: string,
  least: number,
  most: number,
): number | undefined {
  const text = args.value(name);
  if (text === undefined) return undefined;
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(value >= least && value <= most)) {
    throw new UsageError(`--${name} is a whole number in ${least} to ${most}, not "${text}"`);
  }
  return value;
}
