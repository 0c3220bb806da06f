/**
 * A timer that keeps no process alive, and that Deno's test runner does not take for one that a test
 * has left: a timerfd in the event loop (`man 2 timerfd_create`).
 *
 * @module
 */
import { TFD_CLOEXEC, TFD_NONBLOCK } from "../abi/event_constants.ts";
import { attempt, closeFd, libc } from "../abi/library.ts";
import { closeAtThreadEnd, withdraw } from "../abi/thread_end.ts";
import { makePipeHandle, type PipeHandle } from "./pipe_handle.ts";

/** linux/time.h. */
const CLOCK_MONOTONIC = 1;
/** `struct itimerspec`: no interval, and seconds and nanoseconds of the first time. */
const SPEC = new BigInt64Array(new ArrayBuffer(32));

/** One timer, started again and again. */
export class IdleTimer {
  /** Whether it has been started and has not run out. */
  runs = false;
  readonly #fd: number;
  readonly #atThreadEnd: number;
  readonly #handle: PipeHandle;

  /** Use {@linkcode IdleTimer.open}. */
  constructor(fd: number, handle: PipeHandle, atThreadEnd: number) {
    this.#atThreadEnd = atThreadEnd;
    this.#fd = fd;
    this.#handle = handle;
  }

  /** Makes one, or returns `undefined` where that cannot be. */
  static open(due: () => void): IdleTimer | undefined {
    const fd = attempt((lib) => lib.timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
    if (fd < 0) return undefined;
    // At once: what follows takes milliseconds, within which a Worker may be terminated.
    const atThreadEnd = closeAtThreadEnd(fd, true);
    const handle = makePipeHandle();
    let taken = false;
    try {
      if (handle !== undefined) {
        const timer = new IdleTimer(fd, handle, atThreadEnd);
        handle.onread = () => {
          if (!timer.runs) return; // closed
          timer.runs = false;
          due();
        };
        taken = handle.open(fd) === 0;
        if (taken && handle.readStart() === 0) {
          handle.unref();
          return timer;
        }
      }
    } catch {
      // Another Deno, another pipe handle.
    }
    withdraw(atThreadEnd);
    if (taken) handle!.close();
    else closeFd(fd);
    return undefined;
  }

  /** Has it run out once, `ms` milliseconds from now. */
  start(ms: number): void {
    SPEC[2] = BigInt(Math.floor(ms / 1000));
    SPEC[3] = BigInt(ms % 1000 * 1_000_000);
    this.runs = libc().timerfd_settime(this.#fd, 0, SPEC, null) === 0;
  }

  /** Gives the descriptor back. */
  close(): void {
    this.runs = false;
    withdraw(this.#atThreadEnd);
    // The handle owns it.
    this.#handle.close();
  }
}
