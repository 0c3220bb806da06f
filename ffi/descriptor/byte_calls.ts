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
import { MSG_DONTWAIT, MSG_NOSIGNAL } from "../abi/socket_constants.ts";
import { failure, isMisread, type Libc, libc } from "../abi/library.ts";
import type { PeerLength } from "../guard/peer.ts";
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
  const lib = libc();
  for (let misread = false;;) {
    const count = lib.recv(core.fd, memory as BufferSource, size, flags | MSG_DONTWAIT);
    if (count >= 0) {
      poller.spend(count);
      return count;
    }
    const errno = lib.errno();
    if (failed("recv", errno, misread) === BLOCKED) return undefined;
    misread ||= errno !== EINTR;
  }
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
  const all = flags | MSG_NOSIGNAL | MSG_DONTWAIT;
  for (let misread = false;;) {
    const count = lib.send(core.fd, memory as BufferSource, size, all);
    if (count >= 0) {
      poller.spend(count);
      core.foundRoom();
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
  const all = flags | MSG_NOSIGNAL | MSG_DONTWAIT;
  const length = Math.min(nameLength, name.length);
  if (lengthOf(memory) < size) throw detached("send", "data");
  return core.tryCall(
    "sendto",
    (lib, fd) => lib.sendto(fd, memory as BufferSource, size, all, name, length),
    address,
  );
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
  const call = (lib: Libc, fd: number) => {
    const { name, length } = nameRoom();
    const room = Math.min(size, lengthOf(memory));
    return lib.recvfrom(fd, memory as BufferSource, room, flags | MSG_DONTWAIT, name, length);
  };
  const count = core.tryCall("recvfrom", call);
  return count === undefined ? undefined : { count, nameLength: namedLength() };
}

function failed(syscall: string, errno: number, misread: boolean): number {
  if (errno === EAGAIN) return BLOCKED;
  if (errno === EINTR || (!misread && isMisread(errno))) return AGAIN;
  throw failure(syscall, errno);
}
