/**
 * Addresses on the command line: `tcp:HOST:PORT`, `unix:/path` and their like.
 *
 * @module
 */
import { UsageError } from "./exit.ts";
import { nearest } from "./_nearest.ts";
import { BLUETOOTH_SCHEMES } from "./schemes/bluetooth.ts";
import { CAN_SCHEMES } from "./schemes/can.ts";
import { DCCP_SCHEMES } from "./schemes/dccp.ts";
import { FD_SCHEMES } from "./schemes/fd.ts";
import { IP_SCHEMES } from "./schemes/ip.ts";
import {
  type Address,
  type Scheme,
  type SocketSettings,
  SPECIAL_SETTINGS,
} from "./schemes/scheme.ts";
import { SCTP_SCHEMES } from "./schemes/sctp.ts";
import { TIPC_SCHEMES } from "./schemes/tipc.ts";
import { TLS_SCHEMES } from "./schemes/tls.ts";
import { UNIX_SCHEMES } from "./schemes/unix.ts";
import { VSOCK_SCHEMES } from "./schemes/vsock.ts";

/** The kinds of address, in the order of the help. */
export const SCHEMES: readonly Scheme[] = [
  ...IP_SCHEMES,
  ...UNIX_SCHEMES,
  ...VSOCK_SCHEMES,
  ...SCTP_SCHEMES,
  ...DCCP_SCHEMES,
  ...TIPC_SCHEMES,
  ...BLUETOOTH_SCHEMES,
  ...CAN_SCHEMES,
  ...TLS_SCHEMES,
  ...FD_SCHEMES,
];

/** What is to be known of all of them. */
export const ADDRESS_NOTES =
  "IPv6 addresses stand in brackets: tcp:[::1]:80. A server may leave HOST " +
  "out (tcp:8080: all addresses, IPv4 and IPv6) and may take port 0 (a free one). PORT is a number or " +
  "the name of a service. PATH is a file, or @NAME in the abstract namespace.";

/**
 * Reads an address.
 *
 * @param text What the user wrote.
 * @returns The address, ready to be opened.
 * @throws {UsageError} If it is no address; the text names what is wrong with it.
 */
export function parseAddress(text: string): Address {
  const colon = text.indexOf(":");
  const name = colon < 0 ? text : text.slice(0, colon);
  const scheme = SCHEMES.find((one) => one.name === name);
  if (colon < 0 || scheme === undefined) {
    const names = SCHEMES.map((one) => one.name);
    const near = colon < 0 ? undefined : nearest(name, names);
    throw new UsageError(
      near === undefined
        ? `"${text}" is no address: it starts with one of ${
          names.map((one) => `${one}:`).join(" ")
        }`
        : `"${text}" is no address; did you mean ${near}:?`,
    );
  }
  if (text.includes("\0")) throw new UsageError(`address "${text}" holds a NUL`);
  return scheme.parse(text.slice(colon + 1), text);
}

/**
 * Checks that each special setting that was given is heeded by one of the addresses.
 *
 * @param settings What was asked for.
 * @param uses The addresses, and what they are to be.
 * @throws {UsageError} If a setting would be without effect.
 */
export function checkSettings(
  settings: SocketSettings,
  uses: readonly (readonly [Address, "client" | "server"])[],
): void {
  const heeded = new Set(uses.flatMap(([address, role]) => address.heeds(role)));
  for (const name of SPECIAL_SETTINGS) {
    if (settings[name] === undefined || heeded.has(name)) continue;
    throw new UsageError(`--${name} does not go with ${uses.map(([{ text }]) => text).join(" ")}`);
  }
}
