/**
 * The parameters of the openers, and how a request becomes an address.
 *
 * @module
 */
import type { VsockAddress } from "../core/address.ts";
import { integer, oneOf, optional, orElse, type Shape } from "../core/arguments.ts";
import { OPEN_SHAPE } from "../core/engine_choice.ts";
import { VMADDR_ANY } from "../ffi/families/vsock.ts";

const number32 = integer(0, VMADDR_ANY);

/** Where to be reached. */
export const BIND_SHAPE = {
  family: optional(oneOf("vsock")),
  cid: orElse(number32, VMADDR_ANY),
  port: orElse(number32, VMADDR_ANY),
  ...OPEN_SHAPE,
} as const satisfies Shape;

/** Whom to reach. */
export const PEER_SHAPE = { ...BIND_SHAPE, cid: number32, port: number32 } as const satisfies Shape;

/** The address of a request. */
export function vsockAddress({ cid, port }: { cid: number; port: number }): VsockAddress {
  return { family: "vsock", cid, port };
}

/** An address in messages. */
export function vsockText({ cid, port }: { cid: number; port: number }): string {
  return `vsock:${cid}:${port}`;
}

/**
 * Deno's own engine only where it is asked for: Deno does not tell whether its `--unstable-vsock` is
 * on, and ends the process at the first use where it is off.
 */
export function prefersLibc(): boolean {
  return true;
}
