/**
 * sendmsg and recvmsg as callers ask for them: several buffers and ancillary data in one call
 * (`man 2 sendmsg`, `man 2 recvmsg`), checked, allowed, and waited for.
 *
 * @module
 */
import type { Address, AddressInput } from "../../core/address.ts";
import { checkInteger } from "../../core/arguments.ts";
import { checkBytes, copyOf, isPlain } from "../../core/bytes.ts";
import type { OutgoingControl } from "../../core/control.ts";
import { socketError } from "../../core/errors.ts";
import { MAX_CONTROL_BYTES, MAX_INT } from "../../core/limits.ts";
import type { Wait } from "../../core/wait.ts";
import { allocate } from "../abi/memory.ts";
import { AF_INET6, MSG_DONTWAIT } from "../abi/socket_constants.ts";
import type { Descriptor } from "../descriptor/descriptor.ts";
import { SOCKADDR_STORAGE_BYTES } from "../families/sockaddr.ts";
import { confirmPeer, encodePeerInto, NO_PEER, type Peer } from "../guard/peer.ts";
import { prepareControl } from "./cmsg_encode.ts";
import {
  DEFAULT_CONTROL_BYTES,
  type PreparedSend,
  type ReceivedMessage,
  type ReceivedParts,
  receiveInto,
  receiveMessage,
  total,
  trySendMsg,
} from "./msghdr.ts";

/**
 * The address of the message that was prepared last. Nearly all go at once: memory of its own for the
 * address would cost half as much as the call.
 */
const PREPARED_NAME = allocate(SOCKADDR_STORAGE_BYTES);
/** UIO_MAXIOV (linux/uio.h): more buffers in one call are EMSGSIZE. */
const MAX_BUFFERS = 1024;

/** What to send beside the bytes. */
export interface SendMsgRequest {
  /** The recipient; the connected peer when absent. */
  to?: AddressInput<Address>;
  /** Ancillary data. */
  control?: OutgoingControl;
  /**
   * MSG_* flags, or-ed. Default 0; MSG_NOSIGNAL is always set. MSG_DONTWAIT rejects with `EAGAIN`
   * where the call would wait. After MSG_ZEROCOPY do not change the buffers until the error queue
   * (MSG_ERRQUEUE) tells that the kernel has done with them; they are kept in memory until then.
   */
  flags?: number;
}

/** How to receive. */
export interface RecvMsgRequest {
  /**
   * MSG_* flags, or-ed. Default 0; MSG_CMSG_CLOEXEC is always set. MSG_DONTWAIT rejects with
   * `EAGAIN` where the call would wait. MSG_WAITALL does not wait for all: the socket is
   * non-blocking.
   */
  flags?: number;
  /** Room for ancillary data in bytes, 0 to 65536. Default: 4096. */
  controlBytes?: number;
}

/**
 * Checks and encodes a message, and asks for the permission to send it where it goes.
 *
 * @param core The socket.
 * @param buffers The payload, 0 to 1024 parts.
 * @param request What goes with it.
 * @returns The message, for {@linkcode trySendMsg}.
 * @throws {TypeError} If an argument is of the wrong type.
 * @throws {RangeError} If a number is out of range.
 * @throws {Deno.errors.NotCapable} If no permission covers the recipient.
 */
export function prepareSend(
  core: Descriptor,
  buffers: readonly Uint8Array[],
  request: Omit<SendMsgRequest, "to"> & { to?: AddressInput<Address> | Peer },
): PreparedSend {
  const checked = checkBuffers(buffers, "send");
  const flags = checkFlags(request.flags, "send");
  core.checkOpen("sendmsg");
  const control = request.control === undefined
    ? undefined
    : prepareControl(request.control, core.familyNumber === AF_INET6);
  // Last: what getters do before cannot overwrite it.
  const { to } = request;
  const nameLength = to === undefined ? NO_PEER : encodePeerInto(PREPARED_NAME, 0, to);
  return {
    buffers: checked,
    lengthBytes: total(checked),
    name: PREPARED_NAME,
    nameLength,
    to,
    control,
    flags,
  };
}

/**
 * Sends one message of several parts (`man 2 sendmsg`); on a stream, as much of it as the kernel
 * takes.
 *
 * @param core The socket.
 * @param buffers The payload, 0 to 1024 parts, sent as one.
 * @param request Recipient, ancillary data and flags.
 * @param wait Signal and deadline.
 * @returns How many bytes the kernel took.
 */
export function sendMsg(
  core: Descriptor,
  buffers: readonly Uint8Array[],
  request: SendMsgRequest = {},
  wait?: Wait,
): number | Promise<number> {
  return sendPrepared(core, prepareSend(core, buffers, request), wait);
}

/** Sends a message that was prepared last; an error that `passes` is of another message, and cleared. */
export function sendPrepared(
  core: Descriptor,
  message: PreparedSend,
  wait: Wait | undefined,
  passes?: (error: unknown) => boolean,
): number | Promise<number> {
  const sent = core.attempt(
    "writable",
    "sendmsg",
    () => {
      let sent: number | undefined;
      try {
        sent = trySendMsg(core, message);
      } catch (error) {
        // A second one is about this message.
        if (!passes?.(error)) throw error;
        passes = undefined;
        sent = trySendMsg(core, message);
      }
      if (sent === undefined) checkMayWait(message.flags, "sendmsg");
      return sent;
    },
    wait,
    () => confirmPeer(message.name, 0, message.nameLength, message.to),
  );
  // One that has to wait leaves the room for its address to others.
  if (typeof sent !== "number") message.name = copyOf(PREPARED_NAME, 0, message.nameLength);
  return sent;
}

/**
 * Receives once into several buffers, filled in order.
 *
 * @param core The socket.
 * @param buffers Where the payload goes, 0 to 1024 parts.
 * @param request Flags and room for ancillary data.
 * @returns What came, or `undefined` if it would block.
 */
export function tryRecvMsgInto(
  core: Descriptor,
  buffers: readonly Uint8Array[],
  request: RecvMsgRequest = {},
): ReceivedParts | undefined {
  const checked = checkBuffers(buffers, "receive");
  const flags = checkFlags(request.flags, "receive");
  return receiveInto(core, checked, flags, checkControlBytes(request.controlBytes));
}

/**
 * Receives one message into several buffers (`man 2 recvmsg`).
 *
 * @param core The socket.
 * @param buffers Where the payload goes, 0 to 1024 parts, filled in order.
 * @param request Flags and room for ancillary data.
 * @param wait Signal and deadline.
 * @returns How much came, from whom, and what the kernel said about it.
 */
export function recvMsgInto(
  core: Descriptor,
  buffers: readonly Uint8Array[],
  request: RecvMsgRequest = {},
  wait?: Wait,
): ReceivedParts | Promise<ReceivedParts> {
  return core.attempt("readable", "recvmsg", () => {
    const parts = tryRecvMsgInto(core, buffers, request);
    if (parts === undefined) checkMayWait(request.flags, "recvmsg");
    return parts;
  }, wait);
}

/**
 * Receives one message, or what a stream has, without waiting.
 *
 * @param core The socket.
 * @param size Room for the payload in bytes, 0 to 2^31 - 1.
 * @param request Flags and room for ancillary data.
 * @returns The message, or `undefined` if it would block.
 */
export function tryRecvMsg(
  core: Descriptor,
  size: number,
  request: RecvMsgRequest = {},
): ReceivedMessage | undefined {
  checkInteger(size, 0, MAX_INT, "receive", "size");
  const flags = checkFlags(request.flags, "receive");
  return receiveMessage(core, size, flags, checkControlBytes(request.controlBytes));
}

/**
 * Receives one message (`man 2 recvmsg`), or what a stream has.
 *
 * @param core The socket.
 * @param size Room for the payload in bytes.
 * @param request Flags and room for ancillary data.
 * @param wait Signal and deadline.
 * @returns The message.
 */
export function recvMsg(
  core: Descriptor,
  size: number = 65536,
  request: RecvMsgRequest = {},
  wait?: Wait,
): ReceivedMessage | Promise<ReceivedMessage> {
  return core.attempt("readable", "recvmsg", () => {
    const message = tryRecvMsg(core, size, request);
    if (message === undefined) checkMayWait(request.flags, "recvmsg");
    return message;
  }, wait);
}

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
