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
import { makePipeHandle, type PipeHandle } from "./pipe_handle.ts";
import { RingLoop } from "../ring/ring_loop.ts";
import { AioAlarm } from "./aio.ts";
import { attempt, closeFd, libc } from "../abi/library.ts";
import { AF_UNIX, SOCK_CLOEXEC, SOCK_DGRAM, SOCK_NONBLOCK } from "../abi/socket_constants.ts";
import { allocate } from "../abi/memory.ts";
import { closeAtThreadEnd, withdraw } from "../abi/thread_end.ts";

/** Waits on behalf of the poller. Nothing in it fails: where all else is lacking, it looks by a timer. */
export interface Parker {
  /** Soon it will have to wait. */
  prepare(): void;
  /** Waits; the process stays alive meanwhile if `referenced`. */
  park(referenced: boolean): void;
  /** Changes that while parked. */
  keepAlive(referenced: boolean): void;
  /** Nothing is pending any more: the process may end. */
  rest(): void;
  /** The ring that wakes it, where one does. */
  readonly ring: RingLoop | undefined;
  /** Gives back all that it holds; it wakes nobody any more. */
  close(): void;
}

const EVENT_WORDS = Deno.build.arch === "x86_64" ? 3 : 4;
/** How often an epoll set is looked at that must not keep the process alive, or where nothing else is to be had. */
const LOOK_MS = 10;
/** How often while the proof is awaited that the event loop can wait, and how many times at most. */
const PROOF_MS = 1;
const MOST_LOOKS_FOR_PROOF = 100;
/** An eventfd is raised by writing a number to it. */
const ONE = new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0]);

let loopAllowed = true;

/** Whether new pollers may park in Deno's event loop (tests of the other way). */
export function allowLoopParking(on: boolean): void {
  loopAllowed = on;
}

/**
 * The parker for `epoll`: in Deno's event loop if that is seen to work, else on a thread, and where
 * there are not even descriptors for that, by a timer. Calls `wake` when the set may be readable.
 */
export function makeParker(epoll: number, wake: () => void): Parker {
  return new ChoosingParker(epoll, wake);
}

/** What raises an eventfd once an epoll set is readable. */
interface Alarm {
  /** Arms it for one time. False if the kernel refuses. */
  arm(): boolean;
  /** To be called after each alarm. */
  acknowledge(): void;
  /** Gives the kernel's resources back. */
  close(): void;
}

class ChoosingParker implements Parker {
  readonly #epoll: number;
  readonly #wake: () => void;
  readonly #timer: TimerParker;
  #loop: LoopParker | undefined;
  #thread: ThreadParker | undefined;
  #current: { keepAlive(referenced: boolean): void } | undefined;
  #looks = 0;
  #opened = false;

  constructor(epoll: number, wake: () => void) {
    this.#epoll = epoll;
    this.#wake = wake;
    this.#timer = new TimerParker(wake);
  }

  /**
   * Not before nothing has come: Deno takes ten milliseconds to make Node's handles, which a program
   * whose peer answers at once need not spend, and others spend while they wait.
   */
  prepare(): void {
    if (this.#opened) return;
    this.#opened = true;
    this.#loop = loopAllowed ? LoopParker.open(this.#epoll, this.#wake) : undefined;
    if (this.#loop === undefined) this.#thread = ThreadParker.open(this.#epoll, this.#wake);
  }

  park(referenced: boolean): void {
    this.prepare();
    if (this.#loop?.proven && this.#loop.park(referenced)) {
      this.#current = this.#loop;
    } else if (
      this.#loop !== undefined && !this.#loop.proven && this.#looks++ < MOST_LOOKS_FOR_PROOF
    ) {
      this.#timer.park(referenced, PROOF_MS);
      this.#current = this.#timer;
    } else {
      this.#thread ??= ThreadParker.open(this.#epoll, this.#wake);
      if (this.#thread === undefined || !referenced) {
        this.#timer.park(referenced, LOOK_MS);
        this.#current = this.#timer;
      } else {
        this.#thread.park();
        this.#current = this.#thread;
      }
    }
  }

  get ring(): RingLoop | undefined {
    return this.#loop?.proven ? this.#loop.ring : undefined;
  }

  keepAlive(referenced: boolean): void {
    // A timer that looks now and then gives way to a thread, if there is one.
    if (referenced && this.#current === this.#timer && this.#timer.stop()) this.park(true);
    else this.#current?.keepAlive(referenced);
  }

  rest(): void {
    // A thread that waits has been interrupted by keepAlive already.
    this.#loop?.keepAlive(false);
  }

  close(): void {
    this.#timer.stop();
    this.#loop?.close();
    this.#thread?.close();
  }
}

/** Looks after some time, without a descriptor. */
class TimerParker {
  readonly #wake: () => void;
  #timer: number | undefined;

  constructor(wake: () => void) {
    this.#wake = wake;
  }

  park(referenced: boolean, ms: number): void {
    this.stop();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#wake();
    }, ms) as unknown as number;
    this.keepAlive(referenced);
  }

  keepAlive(referenced: boolean): void {
    if (this.#timer === undefined) return;
    if (referenced) Deno.refTimer(this.#timer);
    else Deno.unrefTimer(this.#timer);
  }

  /** Whether it was about to look. */
  stop(): boolean {
    clearTimeout(this.#timer);
    const waited = this.#timer !== undefined;
    this.#timer = undefined;
    return waited;
  }
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
  readonly #alarm: Alarm;
  /** The alarm, if it is a ring. */
  readonly ring: RingLoop | undefined;
  /** What closes the eventfd if this is a Worker that is terminated. */
  readonly #atThreadEnd: number;
  #armed = false;
  #referenced = false;
  #closed = false;

  constructor(handle: PipeHandle, alarm: Alarm, atThreadEnd: number, wake: () => void) {
    this.#atThreadEnd = atThreadEnd;
    this.#handle = handle;
    this.#alarm = alarm;
    if (alarm instanceof RingLoop) this.ring = alarm;
    // Before readStart, which refuses without it.
    handle.onread = () => {
      if (this.#closed) return;
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
    const eventfd = attempt((lib) => lib.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (eventfd < 0) return undefined;
    // At once: what follows takes milliseconds, within which a Worker may be terminated.
    const atThreadEnd = closeAtThreadEnd(eventfd, true);
    const giveBack = (): undefined => {
      withdraw(atThreadEnd);
      closeFd(eventfd);
    };
    const handle = makePipeHandle();
    if (handle === undefined) return giveBack();
    // The end of an AIO context waits tens of milliseconds, and so does a process that has one.
    const alarm = RingLoop.open(epoll, eventfd) ?? AioAlarm.open(epoll, eventfd);
    if (alarm === undefined) return giveBack();
    let taken = false;
    try {
      const parker = new LoopParker(handle, alarm, atThreadEnd, wake);
      taken = handle.open(eventfd) === 0;
      if (taken && handle.readStart() === 0) {
        handle.unref();
        // The proof that it works: this must arrive at the handle.
        libc().write(eventfd, ONE, ONE.length);
        return parker;
      }
    } catch {
      // Another Deno, another pipe handle.
    }
    alarm.close();
    if (!taken) return giveBack();
    withdraw(atThreadEnd);
    handle.close();
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

  close(): void {
    this.#closed = true;
    this.#alarm.close();
    withdraw(this.#atThreadEnd);
    // The handle owns the eventfd.
    this.#handle.close();
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
  readonly #interrupt: Interrupt;
  readonly #events = new Int32Array(allocate(2 * EVENT_WORDS * 4).buffer);
  readonly #wake: () => void;
  readonly #atThreadEnd: readonly number[];
  #waiting = false;
  #closed = false;

  /** Use {@linkcode ThreadParker.open}. */
  constructor(outer: number, interrupt: Interrupt, wake: () => void) {
    this.#outer = outer;
    this.#interrupt = interrupt;
    this.#wake = wake;
    const fds = new Set([outer, interrupt.readFd, interrupt.writeFd]);
    this.#atThreadEnd = [...fds].map((fd) => closeAtThreadEnd(fd));
  }

  /** Opens what it takes; `undefined` if that is not to be had. */
  static open(epoll: number, wake: () => void): ThreadParker | undefined {
    const interrupt = openInterrupt();
    if (interrupt === undefined) return undefined;
    const outer = attempt((lib) => lib.epoll_create1(EPOLL_CLOEXEC));
    const event = new Int32Array(allocate(EVENT_WORDS * 4).buffer);
    event[0] = EPOLLIN;
    const add = (fd: number) => attempt((lib) => lib.epoll_ctl(outer, EPOLL_CTL_ADD, fd, event));
    if (outer >= 0 && add(epoll) >= 0 && add(interrupt.readFd) >= 0) {
      return new ThreadParker(outer, interrupt, wake);
    }
    if (outer >= 0) closeFd(outer);
    closeInterrupt(interrupt);
    return undefined;
  }

  park(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    libc().epoll_wait_blocking(this.#outer, this.#events, 2, -1).then(() => {
      this.#waiting = false;
      libc().read(this.#interrupt.readFd, new Uint8Array(8), 8);
      if (this.#closed) this.#release();
      else this.#wake();
    });
  }

  /** The thread's call ends, the poller takes a turn and parks again as it should. */
  keepAlive(_referenced: boolean): void {
    if (this.#waiting) libc().write(this.#interrupt.writeFd, ONE, ONE.length);
  }

  close(): void {
    this.#closed = true;
    // Not while a thread is in the set: closing a descriptor does not wake it.
    if (this.#waiting) this.keepAlive(false);
    else this.#release();
  }

  #release(): void {
    this.#atThreadEnd.forEach(withdraw);
    closeFd(this.#outer);
    closeInterrupt(this.#interrupt);
  }
}

/** What ends a blocking wait: written here, readable there. */
interface Interrupt {
  readonly readFd: number;
  readonly writeFd: number;
}

/** An eventfd; where a sandbox has none, a pair of sockets. */
function openInterrupt(): Interrupt | undefined {
  const eventfd = attempt((lib) => lib.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (eventfd >= 0) return { readFd: eventfd, writeFd: eventfd };
  const pair = new Int32Array(2);
  const type = SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
  if (attempt((lib) => lib.socketpair(AF_UNIX, type, 0, pair)) < 0) return undefined;
  return { readFd: pair[0], writeFd: pair[1] };
}

function closeInterrupt({ readFd, writeFd }: Interrupt): void {
  closeFd(readFd);
  if (writeFd !== readFd) closeFd(writeFd);
}
