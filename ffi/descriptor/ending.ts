/**
 * The end of a connection where that takes time: by SO_LINGER, or in a family that waits for the peer.
 *
 * @module
 */
import { SO_LINGER, SOL_SOCKET } from "../abi/socket_constants.ts";
import { attempt, libc } from "../abi/library.ts";
import { callBlocking } from "../loop/blocking_gate.ts";

/** What a thread waits with, call after call: the number must be the socket's still. */
export class Ending {
  #shutdown: Promise<unknown> | undefined;

  /** Ends directions; what fails then is told to nobody. */
  shutdown(fd: number, how: number): void {
    this.#shutdown = this.#after(() => libc().shutdown_blocking(fd, how));
  }

  /** Closes it. */
  close(fd: number): void {
    this.#after(() => libc().close_blocking(fd));
  }

  #after(call: () => Promise<number>): Promise<unknown> {
    const before = this.#shutdown;
    return before === undefined ? callBlocking(call) : before.then(() => callBlocking(call));
  }
}

/** struct linger: l_onoff, l_linger. */
const LINGER_BYTES = 8;

/**
 * The kernel resets a connection that is closed with bytes unread. What a ring has received it takes
 * for read; SO_LINGER of 0 has the same effect.
 */
export function resetAtClose(fd: number): void {
  const linger = new Int32Array([1, 0]);
  attempt((lib) => lib.setsockopt(fd, SOL_SOCKET, SO_LINGER, linger, LINGER_BYTES));
}

/** Whether close(2) may wait, by SO_LINGER. With a time of 0 the connection is reset at once. */
export function lingers(fd: number): boolean {
  const value = new Int32Array(2);
  const length = new Uint32Array([LINGER_BYTES]);
  attempt((lib) => lib.getsockopt(fd, SOL_SOCKET, SO_LINGER, value, length));
  return value[0] !== 0 && value[1] !== 0;
}
