/**
 * Parking: waiting without CPU until an epoll set becomes readable.
 *
 * @module
 */
import { EFD_CLOEXEC, EFD_NONBLOCK, EPOLL_CLOEXEC, EPOLLIN } from "./abi/event_constants.ts";
import { libc, must } from "./library.ts";
import { allocate } from "./memory.ts";

/** Waits on behalf of the poller. */
export interface Parker {
  /** Waits; the process stays alive meanwhile if `referenced`. */
  park(referenced: boolean): void;
  /** Changes that while parked. */
  keepAlive(referenced: boolean): void;
}

const EVENT_WORDS = Deno.build.arch === "x86_64" ? 3 : 4;
/** How often an epoll set is looked at that must not keep the process alive. */
const UNREFERENCED_POLL_MS = 10;

/** The parker for `epoll`. Calls `wake` when the set may be readable. */
export function makeParker(epoll: number, wake: () => void): Parker {
  return new ThreadParker(epoll, wake);
}

/**
 * One blocking `epoll_wait` on a thread of Deno's pool. It waits on an outer set, which holds the
 * poller's set and an eventfd: a thread in the poller's own set would swallow edges, and closing a
 * descriptor wakes no thread. Such a call keeps the process alive and cannot be unreferenced, so
 * while no referenced wait is pending a timer looks instead.
 */
class ThreadParker implements Parker {
  readonly #outer: number;
  readonly #interrupt: number;
  readonly #events = new Int32Array(allocate(2 * EVENT_WORDS * 4).buffer);
  readonly #wake: () => void;
  #waiting = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(epoll: number, wake: () => void) {
    this.#wake = wake;
    this.#outer = must("epoll_create1", (lib) => lib.epoll_create1(EPOLL_CLOEXEC));
    this.#interrupt = must("eventfd", (lib) => lib.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    const event = new Int32Array(allocate(EVENT_WORDS * 4).buffer);
    event[0] = EPOLLIN;
    for (const fd of [epoll, this.#interrupt]) {
      must("epoll_ctl", (lib) => lib.epoll_ctl(this.#outer, 1, fd, event));
    }
  }

  park(referenced: boolean): void {
    if (referenced) this.#waitOnThread();
    else this.#waitOnTimer();
  }

  keepAlive(referenced: boolean): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // The thread's call ends, the poller takes a turn and parks again as it should.
    if (this.#waiting) libc().write(this.#interrupt, new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0]), 8);
    else this.park(referenced);
  }

  #waitOnTimer(): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#wake();
    }, UNREFERENCED_POLL_MS);
    Deno.unrefTimer(this.#timer as unknown as number);
  }

  #waitOnThread(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    libc().epoll_wait_blocking(this.#outer, this.#events, 2, -1).then(() => {
      this.#waiting = false;
      libc().read(this.#interrupt, new Uint8Array(8), 8);
      this.#wake();
    });
  }
}
