/**
 * What the methods of `Socket` make of their arguments, and of what they received.
 *
 * @module
 */
import { checkInteger, checkKeys, detached } from "../../core/bytes.ts";
import { beginWait, type Wait, WAIT_KEYS, type WaitOptions } from "../../core/wait.ts";
import { MSG_NOSIGNAL } from "../abi/socket_constants.ts";

/** Options of one receive or send on a {@linkcode Socket}. */
export interface FlagOptions extends WaitOptions {
  /**
   * MSG_* flags, or-ed. Default 0; MSG_NOSIGNAL is always set. With MSG_DONTWAIT a call that would
   * block fails with `EAGAIN`. With MSG_WAITALL a stream's `recv` and `recvInto` fill their room; if
   * the wait ends early they resolve to what came until then, as after a signal in C, and reject only
   * if nothing did.
   */
  flags?: number;
}

/** What the calls take, all together: enough to refuse a misspelt name. */
const OPTION_KEYS = [...WAIT_KEYS, "flags", "to", "control", "size", "controlBytes"];

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

/** The memory of a call that is made again after a wait: it must not have been transferred away. */
export function same(memory: Uint8Array, size: number, action: string): Uint8Array<ArrayBuffer> {
  if (memory.length !== size) throw detached(action, "the buffer");
  return memory as Uint8Array<ArrayBuffer>;
}

/**
 * Runs one operation with the wait that its options ask for. One that neither waits nor wants a
 * signal or a limit costs one promise; what it throws rejects.
 */
export function waiting<T>(
  options: WaitOptions | undefined,
  run: (wait: Wait | undefined) => T | Promise<T>,
): Promise<T> {
  try {
    if (options !== undefined) checkKeys(options, OPTION_KEYS, "wait");
    const wait = beginWait(options);
    return wait === undefined ? Promise.resolve(run(undefined)) : ended(wait, run);
  } catch (error) {
    return Promise.reject(error);
  }
}

async function ended<T>(wait: Wait, run: (wait: Wait) => T | Promise<T>): Promise<T> {
  try {
    return await run(wait);
  } finally {
    wait.end();
  }
}
