/**
 * What the methods of `Socket` make of their arguments, and of what they received.
 *
 * @module
 */
import { checkInteger } from "../core/bytes.ts";
import type { WaitOptions } from "../core/wait.ts";
import { MSG_NOSIGNAL } from "./abi/socket_constants.ts";

/** Options of one receive or send on a {@linkcode Socket}. */
export interface FlagOptions extends WaitOptions {
  /** MSG_* flags, or-ed. Default 0; MSG_NOSIGNAL is always set. */
  flags?: number;
}

/** The largest size and flags of a call. */
export const MAX_BYTES = 0x7fffffff;

/** A view of what was received: memory of its own if most of the room stayed empty. */
export function exact(buffer: Uint8Array<ArrayBuffer>, count: number): Uint8Array<ArrayBuffer> {
  if (count >= buffer.length) return buffer;
  return count > buffer.length / 2 ? buffer.subarray(0, count) : buffer.slice(0, count);
}

/** The flags of a receive, checked. */
export function receiveFlags(options: { flags?: number } | undefined): number {
  const flags = options?.flags ?? 0;
  checkInteger(flags, 0, MAX_BYTES, "receive", "flags");
  return flags;
}

/** The flags of a send, checked, with MSG_NOSIGNAL. */
export function sendFlags(options: { flags?: number } | undefined): number {
  const flags = options?.flags ?? 0;
  checkInteger(flags, 0, MAX_BYTES, "send", "flags");
  return flags | MSG_NOSIGNAL;
}
