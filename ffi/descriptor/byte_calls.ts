/**
 * The calls that move bytes, each made once and without waiting. Nobody else makes them: here the
 * kernel is told the true length of the memory, whatever a caller's object claims, and MSG_DONTWAIT,
 * since another holder of the open file may have cleared O_NONBLOCK.
 *
 * @module
 */
import { EAGAIN, EINTR } from "../../core/errno.ts";
import { detached, lengthOf } from "../../core/bytes.ts";
import { closedError } from "../../core/errors.ts";
import { POLLHUP } from "../abi/event_constants.ts";
import { MSG_DONTWAIT } from "../abi/socket_constants.ts";
import { failure, isMisread, libc } from "../abi/library.ts";
import type { PeerLength } from "../guard/peer.ts";
import { pollNow } from "../loop/poll_now.ts";
import { poller } from "../loop/poller.ts";
import { type AddressText, type Descriptor, namedLength, nameRoom } from "./descriptor.ts";

/** What a call that failed comes to: `undefined` if it would block. */
const BLOCKED = -1;
const AGAIN = -2;

/**
 * Receives into the first `size` bytes of `memory` (`man 2 recv`). `undefined` if it would block.
 *
 * @throws {TypeError} If there are not as many any more: it was transferred away.
 */
export function recvOnce(
  core: Descriptor,
  memory: Uint8Array,
  size: number,
  flags: number,
): number | undefined {
  if (core.fd < 0) throw closedError("recv");
  if (lengthOf(memory) < size) throw detached("receive", "the buffer");
  const { inbox } = core;
  if (inbox?.full) {
    const count = inbox.takeInto(memory, size);
    if (count < 0) throw failure("recv", -count);
    poller.spend(count);
    return count;
  }
  const lib = libc();
  for (let misread = false;;) {
    const count = lib.recv(core.fd, memory as BufferSource, size, flags | MSG_DONTWAIT);
    if (count >= 0) {
      poller.spend(count);
      return count;
    }
    const errno = lib.errno();
    if (failed("recv", errno, misread) === BLOCKED) return isOver(core) ? 0 : undefined;
    misread ||= errno !== EINTR;
  }
}

/**
 * As {@linkcode recvOnce} without flags, and remembers whether that has emptied the socket: then the next
 * one need not be tried before the poller has heard of more.
 */
export function recvLearning(
  core: Descriptor,
  memory: Uint8Array,
  size: number,
): number | undefined {
  const count = recvOnce(core, memory, size, 0);
  if (count === undefined) core.readable = false;
  else if (count < size && core.shortReceiveDrains && !core.lasting) core.readable = false;
  return count;
}

/**
 * Sends the `size` bytes of `memory`, or as much as there is room for (`man 2 send`). `undefined` if
 * it would block.
 *
 * @throws {TypeError} If there are not as many any more: it was transferred away.
 */
export function sendOnce(
  core: Descriptor,
  memory: Uint8Array,
  size: number,
  flags: number,
): number | undefined {
  if (core.fd < 0) throw closedError("send");
  if (lengthOf(memory) < size) throw detached("send", "data");
  const lib = libc();
  const all = flags | core.sendFlags;
  for (let misread = false;;) {
    const count = lib.send(core.fd, memory as BufferSource, size, all);
    if (count >= 0) {
      poller.spend(count);
      core.vainWaits = 0;
      return count;
    }
    const errno = lib.errno();
    if (failed("send", errno, misread) === BLOCKED) return undefined;
    misread ||= errno !== EINTR;
  }
}

/** Sends one message to the sockaddr at the start of `name` (`man 2 sendto`). `undefined` if it would block. */
export function sendToOnce(
  core: Descriptor,
  memory: Uint8Array,
  size: number,
  flags: number,
  name: Uint8Array<ArrayBuffer>,
  nameLength: PeerLength,
  address: AddressText,
): number | undefined {
  if (core.fd < 0) throw closedError("sendto");
  if (lengthOf(memory) < size) throw detached("send", "data");
  const lib = libc();
  const all = flags | core.sendFlags;
  const length = Math.min(nameLength, name.length);
  for (let misread = false;;) {
    const count = lib.sendto(core.fd, memory as BufferSource, size, all, name, length);
    if (count >= 0) {
      poller.spend(count);
      core.vainWaits = 0;
      return count;
    }
    const errno = lib.errno();
    if (failed("sendto", errno, misread, address) === BLOCKED) return undefined;
    misread ||= errno !== EINTR;
  }
}

/** Sends what a `struct msghdr` says (`man 2 sendmsg`). `undefined` if it would block. */
export function sendMsgOnce(
  core: Descriptor,
  header: Uint8Array<ArrayBuffer>,
  flags: number,
  address: AddressText,
): number | undefined {
  if (core.fd < 0) throw closedError("sendmsg");
  const lib = libc();
  const all = flags | core.sendFlags;
  for (let misread = false;;) {
    const count = lib.sendmsg(core.fd, header, all);
    if (count >= 0) {
      poller.spend(count);
      core.vainWaits = 0;
      return count;
    }
    const errno = lib.errno();
    if (failed("sendmsg", errno, misread, address) === BLOCKED) return undefined;
    misread ||= errno !== EINTR;
  }
}

/** Receives where a `struct msghdr` says (`man 2 recvmsg`). `undefined` if it would block. */
export function recvMsgOnce(
  core: Descriptor,
  header: Uint8Array<ArrayBuffer>,
  flags: number,
): number | undefined {
  if (core.fd < 0) throw closedError("recvmsg");
  const lib = libc();
  for (let misread = false;;) {
    const count = lib.recvmsg(core.fd, header, flags | MSG_DONTWAIT);
    if (count >= 0) {
      poller.spend(count);
      return count;
    }
    const errno = lib.errno();
    if (failed("recvmsg", errno, misread) === BLOCKED) return undefined;
    misread ||= errno !== EINTR;
  }
}

/** What came, and how long the name of its sender in {@linkcode nameRoom} is. */
export interface ReceivedFrom {
  readonly count: number;
  readonly nameLength: number;
}

/** Receives with the sender's name (`man 2 recvfrom`). `undefined` if it would block. */
export function recvFromOnce(
  core: Descriptor,
  memory: Uint8Array,
  size: number,
  flags: number,
): ReceivedFrom | undefined {
  if (core.fd < 0) throw closedError("recvfrom");
  const lib = libc();
  const all = flags | MSG_DONTWAIT;
  const room = Math.min(size, lengthOf(memory));
  for (let misread = false;;) {
    const { name, length } = nameRoom();
    const count = lib.recvfrom(core.fd, memory as BufferSource, room, all, name, length);
    if (count >= 0) {
      poller.spend(count);
      return { count, nameLength: namedLength() };
    }
    const errno = lib.errno();
    if (failed("recvfrom", errno, misread) === BLOCKED) {
      return isOver(core) ? { count: 0, nameLength: 0 } : undefined;
    }
    misread ||= errno !== EINTR;
  }
}

/** Whether a connection has ended whose family says that a receive would block. */
export function isOver({ row, fd }: Descriptor): boolean {
  return row.hidesEnd === true && (pollNow(fd, 0) & POLLHUP) !== 0;
}

function failed(syscall: string, errno: number, misread: boolean, address?: AddressText): number {
  if (errno === EAGAIN) return BLOCKED;
  if (errno === EINTR || (!misread && isMisread(errno))) return AGAIN;
  throw failure(syscall, errno, typeof address === "function" ? address() : address);
}
