/**
 * Addresses on the command line: `tcp:HOST:PORT`, `unix:/path` and their like.
 *
 * @module
 */
import { UsageError } from "./exit.ts";

/** How the part after a scheme reads. */
type Form = "port" | "path";

/** What a scheme stands for. */
interface Scheme {
  readonly form: Form;
  /** Which opener: the family folder of the library. */
  readonly opener: "tcp" | "udp" | "unix";
  readonly type: "stream" | "dgram" | "seqpacket";
  readonly family?: "inet" | "inet6";
  readonly protocol?: "mptcp" | "udplite";
  readonly help: string;
}

/** The schemes. A new kind of address is a row here. */
export const SCHEMES = {
  tcp: { form: "port", opener: "tcp", type: "stream", help: "TCP, IPv4 or IPv6 as HOST says" },
  tcp4: { form: "port", opener: "tcp", type: "stream", family: "inet", help: "TCP over IPv4" },
  tcp6: { form: "port", opener: "tcp", type: "stream", family: "inet6", help: "TCP over IPv6" },
  mptcp: {
    form: "port",
    opener: "tcp",
    type: "stream",
    protocol: "mptcp",
    help: "Multipath TCP (libc engine)",
  },
  udp: { form: "port", opener: "udp", type: "dgram", help: "UDP, IPv4 or IPv6 as HOST says" },
  udp4: { form: "port", opener: "udp", type: "dgram", family: "inet", help: "UDP over IPv4" },
  udp6: { form: "port", opener: "udp", type: "dgram", family: "inet6", help: "UDP over IPv6" },
  udplite: {
    form: "port",
    opener: "udp",
    type: "dgram",
    protocol: "udplite",
    help: "UDP-Lite (libc engine)",
  },
  unix: { form: "path", opener: "unix", type: "stream", help: "Unix stream socket" },
  unixgram: { form: "path", opener: "unix", type: "dgram", help: "Unix datagram socket" },
  seqpacket: {
    form: "path",
    opener: "unix",
    type: "seqpacket",
    help: "Unix sequenced packets (libc engine)",
  },
} as const satisfies Readonly<Record<string, Scheme>>;

/** The name of a scheme. */
export type SchemeName = keyof typeof SCHEMES;

/** An address with a host and a port. */
export interface PortArgument {
  readonly form: "port";
  readonly scheme: SchemeName;
  readonly opener: "tcp" | "udp";
  readonly type: "stream" | "dgram";
  readonly family: "inet" | "inet6" | undefined;
  readonly protocol: "mptcp" | "udplite" | undefined;
  /** Absent when the text has a port only. */
  readonly hostname: string | undefined;
  readonly port: number;
}

/** An address in the Unix domain. */
export interface PathArgument {
  readonly form: "path";
  readonly scheme: SchemeName;
  readonly opener: "unix";
  readonly type: "stream" | "dgram" | "seqpacket";
  /** A leading NUL marks the abstract namespace. */
  readonly path: string;
}

/** An address of the command line. */
export type AddressArgument = PortArgument | PathArgument;

/** sun_path holds 108 bytes, one of them the closing NUL (`man 7 unix`). */
const MAX_PATH_BYTES = 107;

/**
 * Reads an address.
 *
 * @param text What the user wrote.
 * @returns Its parts.
 * @throws {UsageError} If it is no address; the text names what is wrong with it.
 */
export function parseAddress(text: string): AddressArgument {
  const colon = text.indexOf(":");
  const name = colon < 0 ? text : text.slice(0, colon);
  if (colon < 0 || !Object.hasOwn(SCHEMES, name)) {
    throw new UsageError(
      `"${text}" is no address: it starts with one of ${
        Object.keys(SCHEMES).map((scheme) => `${scheme}:`).join(" ")
      }`,
    );
  }
  const scheme = name as SchemeName;
  const row: Scheme = SCHEMES[scheme];
  const rest = text.slice(colon + 1);
  if (rest.includes("\0")) throw new UsageError(`address "${text}" holds a NUL`);
  if (row.form === "path") {
    return { form: "path", scheme, opener: "unix", type: row.type, path: parsePath(rest, text) };
  }
  return {
    form: "port",
    scheme,
    opener: row.opener as "tcp" | "udp",
    type: row.type as "stream" | "dgram",
    family: row.family,
    protocol: row.protocol,
    ...parseHostPort(rest, text),
  };
}

function parsePath(rest: string, text: string): string {
  if (rest === "" || rest === "@") throw new UsageError(`address "${text}" lacks a path`);
  const path = rest.startsWith("@") ? `\0${rest.slice(1)}` : rest;
  if (new TextEncoder().encode(path).length > MAX_PATH_BYTES) {
    throw new UsageError(`the path of "${text}" is over ${MAX_PATH_BYTES} bytes`);
  }
  return path;
}

function parseHostPort(
  rest: string,
  text: string,
): { hostname: string | undefined; port: number } {
  let hostname: string | undefined;
  let portText = rest;
  if (rest.startsWith("[")) {
    const match = /^\[([^\]]*)\]:(.*)$/.exec(rest);
    if (match === null) throw new UsageError(`address "${text}" lacks a port after "]"`);
    if (match[1] === "") throw new UsageError(`address "${text}" lacks a host between "[" and "]"`);
    [, hostname, portText] = match;
  } else {
    const colon = rest.lastIndexOf(":");
    if (colon >= 0) {
      hostname = rest.slice(0, colon);
      portText = rest.slice(colon + 1);
      if (hostname.includes(":")) {
        throw new UsageError(`an IPv6 address needs brackets, as in "tcp:[::1]:80"; got "${text}"`);
      }
      if (hostname === "") hostname = undefined;
    }
  }
  if (!/^\d{1,5}$/.test(portText) || Number(portText) > 65535) {
    throw new UsageError(`the port of "${text}" is no number in 0 to 65535`);
  }
  return { hostname, port: Number(portText) };
}

/** The parts of a library address that are shown. */
export interface ShownAddress {
  readonly family: string;
  readonly hostname?: string;
  readonly port?: number;
  readonly path?: string;
}

/**
 * An address as {@linkcode parseAddress} reads it.
 *
 * @param scheme The scheme of the argument that the endpoint was opened by.
 * @param address The endpoint's address.
 * @returns The text; `"unix:"` for an unnamed socket.
 */
export function formatAddress(scheme: SchemeName, address: ShownAddress | undefined): string {
  if (address === undefined) return `${scheme}:?`;
  if (address.path !== undefined) {
    return `${scheme}:${
      address.path.startsWith("\0") ? `@${address.path.slice(1)}` : address.path
    }`;
  }
  const { hostname: given = "?", port = 0 } = address;
  // A socket that serves both families shows IPv4 so; whoever asked for IPv6 sees it as it is.
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(given);
  const isIpv6 = (SCHEMES[scheme] as Scheme).family === "inet6";
  const hostname = mapped === null || isIpv6 ? given : mapped[1];
  return `${scheme}:${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}

/** The argument as text, as far as it was given. */
export function formatArgument(argument: AddressArgument): string {
  if (argument.form === "path") {
    return formatAddress(argument.scheme, { family: "unix", path: argument.path });
  }
  const { scheme, hostname, port } = argument;
  return hostname === undefined
    ? `${scheme}:${port}`
    : formatAddress(scheme, { family: "inet", hostname, port });
}
