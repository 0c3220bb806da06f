/**
 * File descriptors that arrived with a message: owned, so that none is left open by accident.
 *
 * @module
 */
import type { PassedFd } from "../../core/control.ts";
import { closedError } from "../../core/errors.ts";
import { closeFd } from "../abi/library.ts";

/** The last resort for descriptors that nobody took, closed or disposed of. */
const DROPPED = new FinalizationRegistry<number>(closeFd);

/** Owns `fd` until it is taken or closed. */
export class ReceivedFd implements PassedFd {
  #fd: number;

  /** Takes ownership of an open descriptor. */
  constructor(fd: number) {
    this.#fd = fd;
    DROPPED.register(this, fd, this);
  }

  /** The number; -1 once taken or closed, so that it cannot name another's file. */
  get fd(): number {
    return this.#fd;
  }

  take(): number {
    const fd = this.#release();
    if (fd < 0) throw closedError("take the descriptor");
    return fd;
  }

  close(): void {
    const fd = this.#release();
    if (fd >= 0) closeFd(fd);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #release(): number {
    const fd = this.#fd;
    if (fd >= 0) {
      this.#fd = -1;
      DROPPED.unregister(this);
    }
    return fd;
  }
}
