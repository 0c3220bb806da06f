/**
 * Checks of the arguments of message calls.
 *
 * @module
 */
import { checkInteger } from "../../core/arguments.ts";
import { checkBytes, isPlain, lengthOf } from "../../core/bytes.ts";
import { MAX_CONTROL_BYTES, MAX_INT } from "../../core/limits.ts";
import { socketError } from "../../core/errors.ts";
import { MSG_DONTWAIT } from "../abi/socket_constants.ts";
import { DEFAULT_CONTROL_BYTES } from "./msghdr_memory.ts";

/** UIO_MAXIOV (linux/uio.h): more buffers in one call are EMSGSIZE. */
const MAX_BUFFERS = 1024;

/** A copy of the array, so that nothing changes between this check and the call. */
export function checkBuffers(buffers: readonly Uint8Array[], action: string): Uint8Array[] {
  if (!Array.isArray(buffers)) throw new TypeError(`Cannot ${action}: buffers is not an array`);
  if (buffers.length > MAX_BUFFERS) {
    throw new RangeError(
      `Cannot ${action}: ${buffers.length} buffers, at most ${MAX_BUFFERS} are allowed`,
    );
  }
  const checked: Uint8Array[] = [];
  for (let i = 0; i < buffers.length; i++) {
    const buffer = buffers[i];
    if (!isPlain(buffer)) checkBytes(buffer, action, `buffers[${i}]`);
    checked.push(buffer);
  }
  return checked;
}

/** The length of all buffers together. */
export function total(buffers: readonly Uint8Array[]): number {
  let bytes = 0;
  for (const buffer of buffers) bytes += lengthOf(buffer);
  return bytes;
}

/** Room for ancillary data. */
export function checkControlBytes(controlBytes: number | undefined): number {
  if (controlBytes === undefined) return DEFAULT_CONTROL_BYTES;
  checkInteger(controlBytes, 0, MAX_CONTROL_BYTES, "receive", "controlBytes");
  return controlBytes;
}

/** Who says MSG_DONTWAIT wants EAGAIN, not a wait. */
export function checkMayWait(flags: number | undefined, syscall: string): void {
  if (((flags ?? 0) & MSG_DONTWAIT) !== 0) throw socketError("EAGAIN", { syscall });
}

/** MSG_* flags; 0 where there are none. */
export function checkFlags(flags: number | undefined, action: string): number {
  if (flags === undefined) return 0;
  checkInteger(flags, 0, MAX_INT, action, "flags");
  return flags;
}
