/**
 * An IP address within an address of another family.
 *
 * @module
 */
import type { InetAddress } from "../../core/address.ts";
import { AF_INET, AF_INET6 } from "../abi/socket_constants.ts";
import { familyAt } from "./bytes.ts";
import { INET } from "./inet.ts";
import { INET6 } from "./inet6.ts";
import { type Fields, type InterfaceLookup, refuse } from "./row.ts";

/** The keys that tell it. */
export const IP_KEYS = ["hostname", "port", "scopeId"] as const;

/** Whether the fields tell an IPv6 address. */
export function isInner6({ hostname }: Fields): boolean {
  return typeof hostname === "string" && hostname.includes(":");
}

/** Writes it; returns its length. */
export function putIp(
  target: Uint8Array,
  at: number,
  fields: Fields,
  action: string,
  lookup: InterfaceLookup | undefined,
): number {
  const { hostname, port, scopeId } = fields;
  if (isInner6(fields)) {
    return INET6.encode(target, at, { hostname, port, scopeId }, action, lookup);
  }
  if (scopeId !== undefined) refuse(action, "address.scopeId is none of an IPv4 address");
  return INET.encode(target, at, { hostname, port }, action, lookup);
}

/** Reads it, of at most `size` bytes; `undefined` if there is none. */
export function ipAt(
  bytes: Uint8Array,
  at: number,
  size: number,
): { hostname: string; port: number; scopeId?: number } | undefined {
  if (size < 2) return undefined;
  const family = familyAt(bytes, at);
  const row = family === AF_INET ? INET : family === AF_INET6 ? INET6 : undefined;
  const address = row?.decode(bytes, at, size, undefined);
  if (address === undefined) return undefined;
  const { hostname, port, scopeId } = address as InetAddress & { scopeId?: number };
  return { hostname, port, ...(scopeId !== undefined && { scopeId }) };
}
