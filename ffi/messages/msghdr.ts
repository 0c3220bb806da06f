/**
 * sendmsg and recvmsg: several buffers and ancillary data in one call (`man 2 sendmsg`,
 * `man 2 recvmsg`).
 *
 * One `struct msghdr` with its iovec, name and control memory serves the whole isolate: the calls
 * are synchronous, and what they leave behind is copied out before anything else runs.
 *
 * The room `messages/` is messages one by one (here) and in batches (`mmsg.ts`), with what the kernel
 * says beside them (`cmsg.ts`, `cmsg_encode.ts`). Begin here.
 *
 * @module
 */
import type { Address, AddressInput } from "../../core/address.ts";
import { checkInteger } from "../../core/arguments.ts";
import type { Control, OutgoingControl } from "../../core/control.ts";
import { MAX_INT } from "../../core/limits.ts";
import type { Wait } from "../../core/wait.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  MSG_CMSG_CLOEXEC,
  MSG_CTRUNC,
  MSG_DONTWAIT,
  MSG_ERRQUEUE,
  MSG_NOSIGNAL,
  MSG_TRUNC,
  MSG_ZEROCOPY,
  SOCK_STREAM,
} from "../abi/socket_constants.ts";
import { ReceivedControl } from "./cmsg.ts";
import { prepareControl, type PreparedControl, writeControl } from "./cmsg_encode.ts";
import { destinationText, encodeDestination } from "./destination.ts";
import { INTERFACES } from "../resolver/interface_names.ts";
import { allocate } from "../abi/memory.ts";
import {
  checkBuffers,
  checkControlBytes,
  checkFlags,
  checkMayWait,
  total,
} from "./msghdr_checks.ts";
import { copyOf, Scratch } from "./msghdr_memory.ts";
import { decodeSockaddr, SOCKADDR_STORAGE_BYTES } from "../families/sockaddr.ts";
import { NO_PEER, type Peer, type PeerLength } from "../guard/peer.ts";
import { unnamedUnix } from "../families/unix.ts";
import type { Descriptor } from "../descriptor/descriptor.ts";
import { holdBuffers, releaseBuffers } from "./zerocopy.ts";

let scratch: Scratch | undefined;
/**
 * The address of the message that was prepared last. Nearly all go at once: memory of its own for the
 * address would cost half as much as the call.
 */
const PREPARED_NAME = allocate(SOCKADDR_STORAGE_BYTES);

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

/** What recvmsg said, the payload being in the caller's buffers. */
export interface ReceivedParts<A = Address> {
  /** How many bytes were received; under MSG_TRUNC the datagram's whole length, which may exceed the room. */
  lengthBytes: number;
  /** The sender; the peer where the protocol has connections. */
  from: A;
  /** The flags that the kernel returned (`msg_flags`): MSG_EOR, MSG_OOB, MSG_ERRQUEUE and so on. */
  flags: number;
  /** True when the payload was longer than the room and its end is lost (MSG_TRUNC). */
  truncated: boolean;
  /** Ancillary data, if there was any or some was lost. Dispose of it to close descriptors you leave. */
  control?: Control;
}

/** A message as recvmsg returned it. */
export interface ReceivedMessage<A = Address> extends ReceivedParts<A> {
  /** The payload; empty for an empty datagram and at the end of a stream. */
  data: Uint8Array<ArrayBuffer>;
}

/** A message, checked and encoded, to be tried as often as it takes, and held before others are prepared. */
export interface PreparedSend {
  readonly buffers: readonly Uint8Array[];
  /** Their length together. */
  readonly lengthBytes: number;
  /** The length of its recipient's address, 0 without one. */
  readonly nameLength: PeerLength;
  /** That address, once the message is held. */
  name?: Uint8Array;
  readonly control: PreparedControl | undefined;
  readonly flags: number;
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
  const nameLength = to === undefined ? NO_PEER : encodeDestination(PREPARED_NAME, 0, to);
  return { buffers: checked, lengthBytes: total(checked), nameLength, control, flags };
}

/** Gives a message that could not go at once memory of its own, before anything else runs. */
function holdPrepared(message: PreparedSend): void {
  if (message.nameLength > 0) message.name ??= copyOf(PREPARED_NAME, 0, message.nameLength);
}

/** Sends once. Returns how many bytes the kernel took, or `undefined` if it would block. */
export function trySendMsg(core: Descriptor, message: PreparedSend): number | undefined {
  const { buffers, nameLength, control, flags } = message;
  const name = message.name ?? PREPARED_NAME;
  scratch ??= new Scratch();
  if (total(buffers) !== message.lengthBytes) {
    throw new TypeError("Cannot send: buffers were transferred away while they waited to be sent");
  }
  scratch.nameLength = nameLength;
  if (nameLength > 0) scratch.name.set(name);
  scratch.setControl(control === undefined ? 0 : control.lengthBytes);
  if (control !== undefined) writeControl(control, scratch.control, 0);
  scratch.setBuffers(buffers);
  const { header } = scratch;
  try {
    const sent = core.tryCall(
      "sendmsg",
      (lib, fd) => lib.sendmsg(fd, header, flags | MSG_NOSIGNAL | MSG_DONTWAIT),
      () => destinationText(name, 0, nameLength),
    );
    if ((flags & MSG_ZEROCOPY) !== 0 && sent !== undefined) holdBuffers(core, buffers, sent);
    return sent;
  } finally {
    scratch.kept = undefined;
  }
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
  const sent = core.attempt("writable", "sendmsg", () => {
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
  }, wait);
  // One that has to wait leaves the room for its address to others.
  if (typeof sent !== "number") holdPrepared(message);
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
  const controlBytes = checkControlBytes(request.controlBytes);
  scratch ??= new Scratch();
  scratch.setBuffers(checked);
  return receive(core, scratch, flags, controlBytes);
}

/** Receives into the buffers that were set. */
function receive(
  core: Descriptor,
  scratch: Scratch,
  flags: number,
  controlBytes: number,
): ReceivedParts | undefined {
  const { name, header } = scratch;
  scratch.nameLength = SOCKADDR_STORAGE_BYTES;
  scratch.setControl(controlBytes);
  let lengthBytes: number | undefined;
  try {
    lengthBytes = core.tryCall(
      "recvmsg",
      (lib, fd) => lib.recvmsg(fd, header, flags | passedFlag(core) | MSG_DONTWAIT),
    );
  } finally {
    scratch.kept = undefined;
  }
  if (lengthBytes === undefined) return undefined;
  const told = scratch.flags;
  const parts: ReceivedParts = {
    lengthBytes,
    from: NOBODY,
    flags: told & ~MSG_CMSG_CLOEXEC,
    truncated: (told & MSG_TRUNC) !== 0,
  };
  // Before anything that may throw: descriptors among it are open from now on.
  const length = scratch.controlLength;
  const lost = (told & MSG_CTRUNC) !== 0;
  if (length > 0 || lost) parts.control = takeControl(scratch.control, 0, length, lost);
  if ((flags & MSG_ERRQUEUE) !== 0 && parts.control !== undefined) {
    releaseBuffers(core, parts.control);
  }
  parts.from = sender(core, name, 0, scratch.nameLength);
  return parts;
}

const NOBODY: Address = { family: "other", familyNumber: 0, data: new Uint8Array(0) };

/** Only unix sockets pass descriptors; a packet socket refuses the flag (packet_recvmsg, EINVAL). */
export function passedFlag(core: Descriptor): number {
  return core.familyNumber === AF_UNIX ? MSG_CMSG_CLOEXEC : 0;
}

/** Control data in shared memory: owns the descriptors in it, and copies the rest. */
export function takeControl(
  memory: Uint8Array,
  at: number,
  length: number,
  truncated: boolean,
): ReceivedControl {
  return new ReceivedControl(memory, truncated, at, Math.min(length, memory.length - at));
}

/** Who sent it. A stream over TCP names nobody in recvmsg: it is the peer. */
export function sender(core: Descriptor, names: Uint8Array, at: number, length: number): Address {
  if (length > 0) return decodeSockaddr(names, length, INTERFACES, at);
  if (core.familyNumber === AF_UNIX) return unnamedUnix();
  if (core.familyNumber === AF_INET || core.familyNumber === AF_INET6) {
    const peer = core.isClosed ? undefined : core.remoteName();
    if (peer !== undefined) return decodeSockaddr(peer, peer.length);
  }
  return { family: "other", familyNumber: 0, data: new Uint8Array(0) };
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
  const controlBytes = checkControlBytes(request.controlBytes);
  scratch ??= new Scratch();
  const { payload } = scratch;
  const own = size > payload.length ? allocate(size) : undefined;
  if (own === undefined) scratch.setPayload(size);
  else scratch.setBuffers([own]);
  const parts = receive(core, scratch, flags, controlBytes);
  if (parts === undefined) return undefined;
  const { lengthBytes, from, truncated, control } = parts;
  let filled = Math.min(lengthBytes, size);
  // MSG_TRUNC on a TCP stream throws the bytes away instead of writing them (`man 7 tcp`).
  const discards = core.typeNumber === SOCK_STREAM && core.familyNumber !== AF_UNIX;
  if (discards && (flags & MSG_TRUNC) !== 0) filled = 0;
  let data: Uint8Array<ArrayBuffer>;
  if (own !== undefined && filled > size / 2) data = own.subarray(0, filled);
  else data = copyOf(own ?? payload, 0, filled);
  const message: ReceivedMessage = { data, lengthBytes, from, flags: parts.flags, truncated };
  if (control !== undefined) message.control = control;
  return message;
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
