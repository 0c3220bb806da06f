/** A row of the demo: one kind of socket, tried on real traffic. */
import { addressText } from "../../ffi/families/sockaddr.ts";
import { type Address, isSocketError } from "../../mod.ts";

/** What a row found out. */
export interface Outcome {
  /** The local address of the client. */
  local: string;
  /** Whom it talked to. */
  remote: string;
  /** Bytes that went out and came back as they were. */
  bytes: number;
  /** Round-trip times in milliseconds. */
  rttsMs: readonly number[];
  /** Which engine carried it, where the row does not say. */
  engine?: string;
  /** Something worth saying. */
  note?: string;
}

/** One kind of socket. */
export interface DemoRow {
  /** `"inet"`, `"inet6"`, `"unix"`, … */
  readonly family: string;
  /** `"stream"`, `"dgram"`, … */
  readonly type: string;
  /** What else tells it from the others: `"dual stack"`, `"abstract"`. */
  readonly what: string;
  /** `"deno"`, `"libc"`, or `"-"` where there is no choice. */
  readonly engine: string;
  /** Opens both ends, exchanges data, closes them. */
  run(scratch: Scratch): Promise<Outcome>;
}

/** What rows may use. */
export interface Scratch {
  /** A path in a folder that goes away after the demo. */
  path(name: string): string;
}

/** Codes by which a machine says that it has no such thing, or not for this user. */
const REFUSALS = new Set([
  "EAFNOSUPPORT",
  "EPROTONOSUPPORT",
  "ESOCKTNOSUPPORT",
  "ENOPROTOOPT",
  "EPERM",
  "EACCES",
  "EADDRNOTAVAIL",
]);

/** Whether the machine or the user's rights stand in the way, and nothing went wrong. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.NotSupported ||
    isSocketError(error) && REFUSALS.has(error.code);
}

/** An address as the table shows it. */
export function show(
  address: { family?: string; hostname?: string; port?: number; path?: string } | undefined,
): string {
  if (address === undefined) return "-";
  const { hostname, port, path } = address;
  if (path !== undefined) return path === "" ? "(unnamed)" : path.replace(/^\0/, "@");
  if (hostname === undefined) return addressText(address as Address);
  return `${hostname?.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}
