/**
 * How a try of an option is described.
 */

import type { SocketOption } from "../../core/option.ts";

/** The kinds of socket that options are tried on. */
export type SocketKind =
  | "tcp"
  | "tcp6"
  | "tcp listener"
  | "tcp connected"
  | "tcp6 connected"
  | "tcp accepted"
  | "tcp repair"
  | "udp"
  | "udp6"
  | "udp connected"
  | "udp6 connected"
  | "udplite"
  | "unix pair"
  | "raw"
  | "raw6"
  | "raw6 all"
  | "raw icmp"
  | "raw icmp6"
  | "packet";

/** One try. */
export interface OptionCase {
  /** The row. */
  readonly option: SocketOption<unknown>;
  /** The socket it fits. */
  readonly on: SocketKind;
  /** What to set; nothing for a row that can only be read. */
  readonly set?: unknown;
  /** What must be read back: a value or a judgement (default: what was set). */
  readonly back?: unknown;
  /** The code of the error that a kernel gives by design. */
  readonly error?: string | readonly string[];
  /** The first kernel that knows the option; before it an error is due. */
  readonly since?: readonly [number, number];
  /** Needs CAP_NET_ADMIN or CAP_NET_RAW; without the first EPERM may come. */
  readonly admin?: true;
  /** Rows to set first, in order. */
  readonly first?: readonly (readonly [SocketOption<unknown>, unknown])[];
}

export const isInt = (value: unknown) => Number.isInteger(value);
export const isPositive = (value: unknown) => typeof value === "number" && value > 0;
export const isCookie = (value: unknown) => typeof value === "bigint" && value > 0n;

/** Flags that default to one value and can be set to the other. */
export function flags(on: SocketKind, ...options: SocketOption<boolean>[]): OptionCase[] {
  return options.flatMap((option) => [
    { option, on, set: true },
    { option, on, set: false },
  ]);
}

/** Values that are read back as they were set. */
export function values<T>(on: SocketKind, option: SocketOption<T>, ...set: T[]): OptionCase[] {
  return set.map((value) => ({ option: option as SocketOption<unknown>, on, set: value }));
}

/** The loopback interface has index 1 in every network namespace. */
export const LO = 1;
