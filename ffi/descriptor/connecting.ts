/**
 * connect(2) of a non-blocking socket: begun, waited for, and asked for how it went.
 *
 * @module
 */
import { EAGAIN, EALREADY, EBADFD, EINPROGRESS, EINTR, EISCONN } from "../../core/errno.ts";
import type { Wait } from "../../core/wait.ts";
import { AF_UNIX, SOCK_STREAM } from "../abi/socket_constants.ts";
import { attempt, failure } from "../abi/library.ts";
import type { Peer } from "../guard/peer.ts";

/** After so many waits that brought nothing time passes between them. */
export const MOST_VAIN_WAITS = 64;

/** What a socket that connects can do. */
export interface Connectable {
  readonly fd: number;
  readonly familyNumber: number;
  readonly typeNumber: number;
  vainWaits: number;
  stayNonBlocking(): void;
  takeError(): number;
  attempt<T>(
    ready: "writable",
    syscall: string,
    run: () => T | undefined,
    wait?: Wait,
    again?: () => void,
  ): T | Promise<T>;
}

/** Calls connect(2) once: 0, or the number of its error, negative. */
export function attemptConnect(fd: number, { bytes }: Peer): number {
  // EINTR leaves the connection under way: it is waited for, not asked for again (`man 2 connect`).
  return attempt(
    (lib) => lib.connect(fd, bytes, bytes.length),
    false,
  );
}

/** Connects; resolves once the connection stands (`man 2 connect`, EINPROGRESS). */
export async function connectTo(
  socket: Connectable,
  peer: Peer,
  wait: Wait | undefined,
): Promise<void> {
  let underWay = false;
  const run = () => {
    socket.stayNonBlocking();
    const errno = underWay ? socket.takeError() : 0;
    // Writable may be old news: connect(2) knows. It also ends the attempt for the kernel, without
    // which the next connect of this socket would tell of this one (__inet_stream_connect).
    const result = errno === 0 || socket.typeNumber === SOCK_STREAM
      ? attemptConnect(socket.fd, peer)
      : 0;
    if (errno !== 0) throw failure("connect", errno, peer.text);
    // RFCOMM says EBADFD where others say EISCONN, and is not writable before it is connected.
    if (result >= 0 || (underWay && (result === -EISCONN || result === -EBADFD))) {
      socket.vainWaits = 0;
      return true;
    }
    if (result === -EAGAIN && socket.familyNumber === AF_UNIX) {
      // A unix listener whose backlog is full. Nothing tells when there is room (`man 7 unix`).
      socket.vainWaits = MOST_VAIN_WAITS;
      return undefined;
    }
    if (result !== -EALREADY && result !== -EINPROGRESS && result !== -EINTR) {
      throw failure("connect", -result, peer.text);
    }
    underWay = true;
    return undefined;
  };
  await socket.attempt("writable", "connect", run, wait, () => peer.check("connect"));
}
