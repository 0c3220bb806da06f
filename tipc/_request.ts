/**
 * The parameters of the openers, and the addresses they mean.
 *
 * @module
 */
import type { TipcRangeAddress } from "../core/address.ts";
import { integer, oneOf, optional, orElse } from "../core/arguments.ts";
import { OPEN_SHAPE } from "../core/engine_choice.ts";
import { NUMBERS } from "./_constants.ts";

/** Why no other engine will do. */
export const NEEDS_LIBC = "TIPC";
/** A number of 32 bits. */
export const UINT32 = integer(0, 0xffffffff);
/** A service of one's own. */
export const SERVICE = integer(NUMBERS.TIPC_RESERVED_TYPES, 0xffffffff);

/** What is bound. */
export const BOUND_SHAPE = {
  ...OPEN_SHAPE,
  family: optional(oneOf("tipc")),
  instance: optional(UINT32),
  lower: optional(UINT32),
  upper: optional(UINT32),
  scope: orElse(oneOf("cluster", "node"), "cluster"),
} as const;

/** The address of what is to be bound: one instance is a range of one. */
export function boundAddress(
  request: {
    readonly service: number;
    readonly instance?: number;
    readonly lower?: number;
    readonly upper?: number;
    readonly scope: "cluster" | "node";
  },
  action: string,
): TipcRangeAddress {
  const { service, instance, scope } = request;
  const lower = instance ?? request.lower;
  const upper = instance ?? request.upper;
  const both = instance !== undefined && (request.lower ?? request.upper) !== undefined;
  if (lower === undefined || upper === undefined || both) {
    throw new TypeError(`Cannot ${action}: neither instance alone nor lower and upper are given`);
  }
  if (lower > upper) throw new RangeError(`Cannot ${action}: lower is above upper`);
  return { family: "tipc", kind: "range", service, lower, upper, scope };
}
