/**
 * An IP address within an address of another family.
 *
 * @module
 */
import type { InnerIpAddress } from "../../core/rare_addresses.ts";
import { AF_INET, AF_INET6 } from "../abi/socket_constants.ts";
import { familyAt } from "./bytes.ts";
import { INET } from "./inet.ts";
import { INET6 } from "./inet6.ts";
import { type Fields, type InterfaceLookup, refuse } from "./row.ts";

const KEYS = ["hostname", "port", "scopeId"];

/** Its fields, checked for what it does not have; `name` is what it is called in messages. */
export function ipFields(value: unknown, action: string, name: string): Fields {
  if (value === null || typeof value !== "object") refuse(action, `${name} is not an object`);
  for (const key in value) {
    if (!KEYS.includes(key)) refuse(action, `${name}.${key} is unknown in an IP address`);
  }
  return value as Fields;
}

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
  if (isInner6(fields)) return INET6.encode(target, at, fields, action, lookup);
  if (fields.scopeId !== undefined) refuse(action, "address.scopeId is none of an IPv4 address");
  return INET.encode(target, at, fields, action, lookup);
}

/** Reads it, of at most `size` bytes; `undefined` if there is none. */
export function ipAt(
  bytes: Uint8Array,
  at: number,
  size: number,
): InnerIpAddress | undefined {
  if (size < 2) return undefined;
  const family = familyAt(bytes, at);
  const row = family === AF_INET ? INET : family === AF_INET6 ? INET6 : undefined;
  const address = row?.decode(bytes, at, size, undefined);
  if (address === undefined) return undefined;
  const { hostname, port, scopeId } = address as InnerIpAddress;
  return { hostname, port, ...(scopeId !== undefined && { scopeId }) };
}
