/**
 * What the methods of `Socket` take as options, and what they make of what they received.
 *
 * @module
 */
import type { Address } from "../../core/address.ts";
import { addressText } from "../families/sockaddr.ts";
import { checkKeys } from "../../core/arguments.ts";
import { detached, lengthOf } from "../../core/bytes.ts";
import { beginWait, type Wait, WAIT_KEYS, type WaitOptions } from "../../core/wait.ts";
import type { RecvManyRequest } from "../messages/mmsg.ts";
import type { RecvMsgRequest, SendMsgRequest } from "../messages/message_calls.ts";

/** Who waits: a Socket, of which only the address is asked. */
interface Addressed {
  readonly localAddr: Address;
}

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

/** Options of a call of {@linkcode Socket} that does not wait. */
export interface TryOptions {
  /** MSG_* flags, or-ed. Default 0. */
  flags?: number;
}

/** Options of {@linkcode Socket.sendMsg}. */
export interface SendMsgOptions extends SendMsgRequest, WaitOptions {}

/** Options of {@linkcode Socket.recvMsg}. */
export interface RecvMsgOptions extends RecvMsgRequest, WaitOptions {}

/** Options of {@linkcode Socket.recvMany}. */
export interface RecvManyOptions extends RecvManyRequest, WaitOptions {}

/** A call that may wait. */
interface Call {
  /** What is done, for messages. */
  readonly action: string;
  /** The keys that its options may have. */
  readonly keys: readonly string[];
}

/** `accept`. */
export const ACCEPT: Call = { action: "accept", keys: WAIT_KEYS };
/** `connect`. */
export const CONNECT: Call = { action: "connect", keys: WAIT_KEYS };
/** A send with {@linkcode FlagOptions}. */
export const SEND: Call = { action: "send", keys: [...WAIT_KEYS, "flags"] };
/** A send with {@linkcode SendMsgOptions}. */
export const SEND_MSG: Call = { action: "send", keys: [...SEND.keys, "to", "control"] };
/** A send of many. */
export const SEND_MANY: Call = { action: "send", keys: WAIT_KEYS };
/** A receive with {@linkcode FlagOptions}. */
export const RECV: Call = { action: "receive", keys: SEND.keys };
/** A receive with {@linkcode RecvMsgOptions}. */
export const RECV_MSG: Call = { action: "receive", keys: [...RECV.keys, "controlBytes"] };
/** A receive with {@linkcode RecvManyOptions}. */
export const RECV_MANY: Call = {
  action: "receive",
  keys: [...RECV_MSG.keys, "size", "connected"],
};
/** The keys of {@linkcode RecvMsgRequest}. */
export const TRY_RECV_MSG_KEYS: readonly string[] = ["flags", "controlBytes"];
/** The keys of `recvBatches`. */
export const RECV_BATCHES_KEYS: readonly string[] = [...RECV_MSG.keys, "size", "max"];

/** Refuses what is no {@linkcode TryOptions}. */
export function checkTry(options: TryOptions | undefined, action: string): void {
  if (options !== undefined) checkKeys(options, TRY_KEYS, action);
}

const TRY_KEYS = ["flags"];

/** A view of what was received: memory of its own if most of the room stayed empty. */
export function exact(buffer: Uint8Array<ArrayBuffer>, count: number): Uint8Array<ArrayBuffer> {
  if (count >= buffer.length) return buffer;
  return count > buffer.length / 2 ? buffer.subarray(0, count) : buffer.slice(0, count);
}

/** The memory of a call that is made again after a wait: it must not have been transferred away. */
export function same(memory: Uint8Array, size: number, action: string): Uint8Array<ArrayBuffer> {
  if (lengthOf(memory) !== size) throw detached(action, "the buffer");
  return memory as Uint8Array<ArrayBuffer>;
}

/**
 * Runs one operation with the wait that its options ask for. One that neither waits nor wants a
 * signal or a limit costs one promise; what it throws rejects.
 *
 * @param socket Whose operation it is, for the message of a time-out.
 * @param call Which one it is.
 * @param options The caller's.
 * @param run The operation.
 * @returns What it results in.
 */
export function waiting<T>(
  socket: Addressed,
  { action, keys }: Call,
  options: WaitOptions | undefined,
  run: (wait: Wait | undefined) => T | Promise<T>,
): Promise<T> {
  try {
    if (options === undefined) return Promise.resolve(run(undefined));
    checkKeys(options, keys, action);
    const wait = beginWait(options, action, { where: () => whereOf(socket) });
    return wait === undefined ? Promise.resolve(run(undefined)) : ended(wait, run);
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Where a socket is, for the message of a time-out. */
export function whereOf(socket: Addressed): string {
  try {
    return `on ${addressText(socket.localAddr)}`;
  } catch {
    return ""; // it was closed
  }
}

async function ended<T>(wait: Wait, run: (wait: Wait) => T | Promise<T>): Promise<T> {
  try {
    return await run(wait);
  } finally {
    wait.end();
  }
}
