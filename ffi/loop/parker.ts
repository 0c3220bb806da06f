/**
 * Parking: waiting without CPU until an epoll set becomes readable.
 *
 * @module
 */
import {
  EFD_CLOEXEC,
  EFD_NONBLOCK,
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLLIN,
} from "../abi/event_constants.ts";
import { ReadableAlarm } from "./aio.ts";
import { closeFd, libc, must } from "../abi/library.ts";
import { allocate } from "../abi/memory.ts";

/** Waits on behalf of the poller. */
export interface Parker {
  /** Waits; the process stays alive meanwhile if `referenced`. */
  park(referenced: boolean): void;
  /** Changes that while parked. */
  keepAlive(referenced: boolean): void;
  /** Nothing is pending any more: the process may end. */
  rest(): void;
}

const EVENT_WORDS = Deno.build.arch === "x86_64" ? 3 : 4;
/** How often an epoll set is looked at that must not keep the process alive. */
const UNREFERENCED_POLL_MS = 10;
/** An eventfd is raised by writing a number to it. */
const ONE = new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0]);

let loopAllowed = true;

/** Whether new pollers may park in Deno's event loop (tests of the other way). */
export function allowLoopParking(on: boolean): void {
  loopAllowed = on;
}

/** The parker for `epoll`. Calls `wake` when the set may be readable. */
export function makeParker(epoll: number, wake: () => void): Parker {
  return new ChoosingParker(epoll, wake);
}

/** Parks in Deno's event loop once that has been seen to work, before that and otherwise on a thread. */
class ChoosingParker implements Parker {
  readonly #epoll: number;
  readonly #wake: () => void;
  readonly #loop: LoopParker | undefined;
  #thread: ThreadParker | undefined;
  #current: { keepAlive(referenced: boolean): void } | undefined;

  constructor(epoll: number, wake: () => void) {
    this.#epoll = epoll;
    this.#wake = wake;
    this.#loop = loopAllowed ? LoopParker.open(epoll, wake) : undefined;
  }

  park(referenced: boolean): void {
    if (!this.#loop?.proven || !this.#loop.park(referenced)) {
      this.#current = this.#thread ??= new ThreadParker(this.#epoll, this.#wake);
      this.#thread.park(referenced);
    } else {
      this.#current = this.#loop;
    }
  }

  keepAlive(referenced: boolean): void {
    this.#current?.keepAlive(referenced);
  }

  rest(): void {
    // A thread that waits has been interrupted by keepAlive already.
    this.#loop?.keepAlive(false);
  }
}

/** The part of Node's pipe handle that is used. It is private to Node's own modules. */
interface PipeHandle {
  onread: (data: unknown) => void;
  open(fd: number): number;
  readStart(): number;
  ref(): void;
  unref(): void;
}

/**
 * An eventfd in Deno's own event loop, raised by the kernel when the set is readable. No thread has to
 * be woken, and it can be unreferenced. Deno has no public way to wait for a descriptor; Node's pipe
 * handle takes it, and whether it does is found out, not assumed.
 */
class LoopParker {
  /** Whether an event has come through. */
  proven = false;
  readonly #handle: PipeHandle;
  readonly #alarm: ReadableAlarm;
  #armed = false;
  #referenced = false;

  constructor(handle: PipeHandle, alarm: ReadableAlarm, wake: () => void) {
    this.#handle = handle;
    this.#alarm = alarm;
    // Before readStart, which refuses without it.
    handle.onread = () => {
      if (!this.proven) {
        this.proven = true;
        return;
      }
      this.#armed = false;
      alarm.acknowledge();
      wake();
    };
  }

  static open(epoll: number, wake: () => void): LoopParker | undefined {
    const handle = makePipeHandle();
    if (handle === undefined) return undefined;
    const eventfd = libc().eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (eventfd < 0) return undefined;
    const alarm = ReadableAlarm.open(epoll, eventfd);
    if (alarm === undefined) {
      closeFd(eventfd);
      return undefined;
    }
    try {
      const parker = new LoopParker(handle, alarm, wake);
      if (handle.open(eventfd) === 0 && handle.readStart() === 0) {
        handle.unref();
        // The proof that it works: this must arrive at the handle.
        libc().write(eventfd, ONE, ONE.length);
        return parker;
      }
    } catch {
      // Another Deno, another pipe handle.
    }
    alarm.close();
    closeFd(eventfd);
    return undefined;
  }

  /** False if the kernel does not arm the alarm: then somebody else must wait. */
  park(referenced: boolean): boolean {
    if (!this.#armed) {
      this.#armed = this.#alarm.arm();
      if (!this.#armed) return false;
    }
    this.keepAlive(referenced);
    return true;
  }

  keepAlive(referenced: boolean): void {
    if (referenced === this.#referenced) return;
    this.#referenced = referenced;
    if (referenced) this.#handle.ref();
    else this.#handle.unref();
  }
}

function makePipeHandle(): PipeHandle | undefined {
  try {
    const { process } = globalThis as unknown as {
      process: { binding(name: string): { Pipe: new (type: number) => PipeHandle } };
    };
    const { Pipe } = process.binding("pipe_wrap");
    const handle = new Pipe(0);
    const complete = (["open", "readStart", "ref", "unref"] as const)
      .every((name) => typeof handle[name] === "function");
    return complete ? handle : undefined;
  } catch {
    return undefined;
  }
}

/**
 * One blocking `epoll_wait` on a thread of Deno's pool. It waits on an outer set, which holds the
 * poller's set and an eventfd: a thread in the poller's own set would swallow edges, and closing a
 * descriptor wakes no thread. Such a call keeps the process alive and cannot be unreferenced, so
 * while no referenced wait is pending a timer looks instead.
 */
class ThreadParker {
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
      must("epoll_ctl", (lib) => lib.epoll_ctl(this.#outer, EPOLL_CTL_ADD, fd, event));
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
    if (this.#waiting) libc().write(this.#interrupt, ONE, ONE.length);
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
