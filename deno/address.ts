/**
 * Deno's addresses as ours.
 *
 * @module
 */
import type { IpAddress, UnixAddress } from "../core/address.ts";

const ENCODER = new TextEncoder();

/** The address of a TCP or UDP endpoint. */
export function fromNetAddr(addr: Deno.Addr): IpAddress {
  const { hostname, port } = addr as Deno.NetAddr;
  return hostname.includes(":")
    ? { family: "inet6", hostname, port }
    : { family: "inet", hostname, port };
}

/** The address of a Unix endpoint; Deno says `null` for an unnamed one. */
export function fromUnixAddr(addr: Deno.Addr): UnixAddress {
  const path = (addr as { path: string | null }).path ?? "";
  return { family: "unix", path, pathBytes: ENCODER.encode(path) };
}
