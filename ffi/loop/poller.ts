/**
 * Waiting for readiness: one waiter for all descriptors of an isolate.
 *
 * Every descriptor that ever had to wait is in one edge-triggered epoll set (`man 7 epoll`). While
 * something is pending the poller takes turns: `epoll_wait` without waiting, at most 128 events or so
 * many bytes, then `setImmediate`, so that timers and Deno's own I/O get their share. After some turns without an
 * event it parks until the set becomes readable.
 *
 * The room `loop/` is all about waiting without blocking the isolate: `watch.ts` is one descriptor as the
 * poller sees it, `parker.ts` waits without CPU, `blocking_gate.ts` is for what has to block. A turn is
 * always one of the event loop's. Begin here.
 *
 * @module
 */
import {
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
} from "../abi/event_constants.ts";
import { closeFd, libc, must } from "../abi/library.ts";
import { allocate } from "../abi/memory.ts";
import { closeAtThreadEnd, IN_WORKER, withdraw } from "../abi/thread_end.ts";
import { IdleTimer } from "./idle_timer.ts";
import type { RingLoop } from "../ring/ring_loop.ts";
import { ringsWanted } from "../ring/permitted.ts";
import { makeParker, type Parker } from "./parker.ts";
import { Spin } from "./spin.ts";

/** More in one turn would keep timers waiting for over 2 ms with thousands of connections. */
const EVENTS_PER_TURN = 128;
/**
 * Bytes that may be handed out in one turn: what was received is dealt with after it, and more than
 * this, with the kernel's copies of what comes and goes, would have left a core's own cache by then.
 */
const BYTES_PER_TURN = 256 * 1024;
/** `struct epoll_event` is packed on x86-64 only (sys/epoll.h: EPOLL_PACKED). */
const EVENT_WORDS = Deno.build.arch === "x86_64" ? 3 : 4;
const DATA_WORD = EVENT_WORDS - 2;
/** What may be done before the event loop has its turn: one unit a call and one a page of data. */
const BUDGET_PER_TURN = 1024;
/** How long nothing must be waited for until the set is given back. */
const IDLE_MS = 1000;
/** What code does with an event may take so long, on average, before a send no longer waits for others. */
const LIGHT_MS = 0.05;
/** Near its end, so that every program sees the generations of a slot wrap, not only one in years. */
const FIRST_GENERATION = 0x7ffffffc;

/** What waits for readiness. It is told once, and asks again if it still has to wait. */
export interface Pending {
  /** The call that waits, for the error of one that close ends. Default: `"recv"` or `"send"`. */
  readonly syscall?: string;
  /** The descriptor may be ready. */
  ready(): void;
  /** It was closed, or cannot be waited for. */
  fail(reason: unknown): void;
}

/** What is told in the next turn. */
interface Deferred {
  ready(): void;
}

/** A descriptor in the set. */
interface Watched {
  /** The descriptor. */
  readonly fd: number;
  /** Hears what epoll reported. */
  notify(events: number): void;
  /** The set is gone: it is in none any more. */
  dropped(): void;
}

/** The one waiter of this isolate. Opened at the first wait, closed some time after the last, and opened again. */
class Poller {
  /** Units left before the event loop must have its turn. */
  #budget = BUDGET_PER_TURN;
  /** Bytes handed out since the turn began. */
  #bytes = 0;
  #epoll = -1;
  /** What closes it if this is a Worker that is terminated. */
  #atThreadEnd = 0;
  #parker: Parker | undefined;
  readonly #events = new Int32Array(allocate(EVENTS_PER_TURN * EVENT_WORDS * 4).buffer);
  readonly #event = new Int32Array(allocate(EVENT_WORDS * 4).buffer);
  /** How many events are in `#events`, and how many of them have been told. */
  #reported = 0;
  #told = 0;
  readonly #watches: (Watched | undefined)[] = [];
  /** Raised when a slot is left: an event for its last owner must not reach the next. */
  readonly #generations: number[] = [];
  readonly #freeSlots: number[] = [];
  readonly #spin = new Spin();
  #pending = 0;
  #pendingReferenced = 0;
  #deferred: Deferred[] = [];
  #immediate: ReturnType<typeof setImmediate> | undefined;
  #immediateReferenced = false;
  #parked = false;
  #emptyTurns = 0;
  /** When the last turn ended, how many events it told, and whether little was done with each. */
  #turnEnded = 0;
  #lastTold = 0;
  #light = false;
  /** Whether epoll has just reported something: then it is asked without the ring's word. */
  #busy = false;
  /** Runs while nothing is pending. */
  #idleTimer: IdleTimer | undefined;
  /** Waits that began since it was started. */
  #sinceIdle = 0;

  /** Accounts for a call that was made without waiting, and its bytes. */
  spend(bytes: number): void {
    this.#budget -= 1 + (bytes >> 12);
    this.#bytes += bytes;
  }

  /** Accounts for a call that moved so many messages: each is as much work as a page of data. */
  spendMessages(count: number): void {
    this.#budget -= Math.max(1, count);
  }

  /**
   * Whether more may be done in this turn. If not, timers and Deno's own I/O have waited long enough:
   * the work goes through {@linkcode Poller.defer} or {@linkcode Poller.nextTurn}.
   */
  get hasBudget(): boolean {
    return this.#budget > 0;
  }

  /** Tells `target` in the next turn. */
  defer(target: Deferred): void {
    this.#deferred.push(target);
    this.#schedule(true);
  }

  /** Resolves in the next turn. */
  nextTurn(): Promise<void> {
    return new Promise((resolve) => this.defer({ ready: resolve }));
  }

  /** A wait began. */
  began(referenced: boolean): void {
    this.#pending++;
    this.#sinceIdle++;
    if (referenced && this.#pendingReferenced++ === 0) this.#referencedChanged();
    if (this.#immediate === undefined && !this.#parked) this.#schedule(referenced);
    else if (this.#parked) this.ring?.submit();
  }

  /** The ring of this isolate; `undefined` where there is none, or none yet. */
  get ring(): RingLoop | undefined {
    return this.#parker?.ring;
  }

  /** Whether streams receive and send by the ring. */
  get ringPays(): boolean {
    return ringsWanted();
  }

  /**
   * Whether a send may wait for the others of this turn: the next one is due at once. Not where the
   * code between has so much to do that it would be late.
   */
  get gathersSends(): boolean {
    return this.#light && this.#immediate !== undefined;
  }

  /** Waits ended. */
  ended(referenced: boolean, count: number): void {
    this.#pending -= count;
    if (IN_WORKER) this.#rest();
    if (referenced && (this.#pendingReferenced -= count) === 0) this.#referencedChanged();
  }

  /** That many more (or fewer) of the pending waits are referenced now. */
  rereferenced(count: number): void {
    const before = this.#pendingReferenced;
    this.#pendingReferenced += count;
    if (before === 0 !== (this.#pendingReferenced === 0)) this.#referencedChanged();
  }

  /** Puts a descriptor into the epoll set. */
  register(watch: Watched, interest: number): number {
    this.#open();
    const slot = this.#freeSlots.pop() ?? this.#watches.length;
    this.#generations[slot] ??= FIRST_GENERATION;
    this.#watches[slot] = watch;
    try {
      this.#control(EPOLL_CTL_ADD, slot, watch.fd, interest);
    } catch (error) {
      this.forget(slot);
      throw error;
    }
    return slot;
  }

  /** Changes what a descriptor is watched for; what is true already is reported again. */
  modify(slot: number, fd: number, interest: number): void {
    this.#control(EPOLL_CTL_MOD, slot, fd, interest);
  }

  /** Takes a descriptor out of the epoll set. */
  unregister(slot: number, fd: number): void {
    libc().epoll_ctl(this.#epoll, EPOLL_CTL_DEL, fd, this.#event);
    this.forget(slot);
  }

  /** As {@linkcode Poller.unregister}, for a descriptor that its close takes out of the epoll set. */
  forget(slot: number): void {
    this.#watches[slot] = undefined;
    // As an Int32Array gives it back: it wraps.
    this.#generations[slot] = (this.#generations[slot] + 1) | 0;
    this.#freeSlots.push(slot);
  }

  #control(operation: number, slot: number, fd: number, interest: number): void {
    this.#event[0] = interest;
    this.#event[DATA_WORD] = slot;
    this.#event[DATA_WORD + 1] = this.#generations[slot];
    must("epoll_ctl", (lib) => lib.epoll_ctl(this.#epoll, operation, fd, this.#event));
  }

  #open(): void {
    if (this.#epoll >= 0) return;
    const epoll = must("epoll_create1", (lib) => lib.epoll_create1(EPOLL_CLOEXEC));
    try {
      this.#parker = makeParker(epoll, this.#unparked);
    } catch (error) {
      closeFd(epoll);
      throw error;
    }
    this.#epoll = epoll;
    this.#atThreadEnd = closeAtThreadEnd(epoll);
    // Only Workers give back what they wait by: they come and go, where the process ends with its main
    // isolate. There a test runner would also find the call that ends the AIO context, in whatever test
    // it happens to run in.
    if (IN_WORKER) this.#idleTimer = IdleTimer.open(this.#idled);
  }

  /** Nothing has been waited for during a whole run of the timer, or it runs again. */
  #idled = (): void => {
    if (this.#pending > 0) return;
    // Connections that nobody reads may have requests in the ring.
    if (this.ring?.receivers) return this.#startIdleTimer();
    if (this.#sinceIdle > 0 || this.#immediate !== undefined) this.#startIdleTimer();
    else this.#close();
  };

  /** With nothing pending the set is given back some time later. */
  #rest(): void {
    if (this.#pending === 0 && this.#idleTimer?.runs === false) this.#startIdleTimer();
  }

  #startIdleTimer(): void {
    this.#sinceIdle = 0;
    this.#idleTimer?.start(IDLE_MS);
  }

  /** Gives the set and the parker back: an idle Worker holds nothing of the machine's. */
  #close(): void {
    if (this.#epoll < 0) return;
    this.#parker?.close();
    this.#parker = undefined;
    this.#parked = false;
    this.#idleTimer?.close();
    this.#idleTimer = undefined;
    withdraw(this.#atThreadEnd);
    closeFd(this.#epoll);
    this.#epoll = -1;
    this.#reported = this.#told = 0;
    for (const watch of this.#watches) watch?.dropped();
    this.#watches.length = this.#generations.length = this.#freeSlots.length = 0;
  }

  #schedule(referenced: boolean): void {
    if (this.#immediate === undefined) {
      this.#immediate = setImmediate(this.#turn);
      this.#immediateReferenced = true;
      if (!referenced) {
        // What waited last would keep the event loop alive, which then never comes to this.
        this.#parker?.keepAlive(false);
        this.#immediate.unref();
        this.#immediateReferenced = false;
      }
    } else if (referenced && !this.#immediateReferenced) {
      this.#immediate.ref();
      this.#immediateReferenced = true;
    }
  }

  #referencedChanged(): void {
    const referenced = this.#pendingReferenced > 0;
    if (this.#parked) this.#parker!.keepAlive(referenced);
    else if (referenced && this.#immediate !== undefined) this.#schedule(true);
  }

  #turn = (): void => {
    this.#immediate = undefined;
    const { ring } = this;
    const byRing = ring !== undefined && ring.receivers > 0;
    if (byRing) this.#weigh();
    this.#budget = BUDGET_PER_TURN;
    this.#bytes = 0;
    let count = 0;
    // With nothing pending there is nobody to tell; events stay in the set until there is.
    if (this.#pending > 0 || ring?.hasRequests) count = this.#dispatch(ring);
    if (this.#deferred.length > 0) {
      count++;
      const deferred = this.#deferred;
      this.#deferred = [];
      for (const target of deferred) target.ready();
    }
    if (byRing) {
      this.#lastTold = count;
      this.#turnEnded = performance.now();
    }
    if (count > 0) {
      if (this.#emptyTurns > 0) this.#spin.succeeded();
      this.#emptyTurns = 0;
      // The code that was told runs after this: what it does next is seen in the next turn.
      this.#schedule(true);
    } else if (this.#pending === 0) {
      this.#emptyTurns = 0;
      this.#parker?.rest();
      if (IN_WORKER) this.#rest();
    } else if (this.#emptyTurns++ < this.#spin.turns) {
      this.#parker!.prepare();
      this.#schedule(this.#pendingReferenced > 0);
    } else {
      this.#emptyTurns = 0;
      this.#parked = true;
      this.#spin.parking();
      this.#parker!.park(this.#pendingReferenced > 0);
    }
  };

  #unparked = (): void => {
    if (!this.#parked) return;
    this.#parked = false;
    this.#spin.unparked();
    this.#busy = false;
    // Whoever woke it, a thread perhaps, has seen that there is something.
    if (this.ring !== undefined) this.ring.epollRang = true;
    this.#turn();
  };

  /** Whether the code that was told in the last turn did little. */
  #weigh(): void {
    const took = performance.now() - this.#turnEnded;
    this.#light = this.#lastTold > 0 && took < LIGHT_MS * (this.#lastTold + 1);
  }

  /**
   * Tells of what the ring has completed and of what epoll reported. Returns how many there were. When
   * nothing comes, the ring's word that the set has events spares asking: a look at memory will do.
   */
  #dispatch(ring: RingLoop | undefined): number {
    if (ring === undefined) return this.#dispatchEpoll();
    if (this.#busy && ring.receivers === 0 && !ring.hasRequests) {
      const told = this.#dispatchEpoll();
      ring.epollRang = true;
      this.#busy = told > 0;
      return told;
    }
    let count = ring.turn(EVENTS_PER_TURN);
    if (ring.epollRang || this.#told < this.#reported) {
      const asked = this.#told === this.#reported;
      const told = this.#dispatchEpoll();
      // Unless it was asked, and had no more, nobody would tell of the rest again.
      ring.epollRang = !asked || this.#told < this.#reported || this.#reported === EVENTS_PER_TURN;
      this.#busy = told > 0;
      count += told;
    }
    return count;
  }

  /** Tells of what epoll reported, or of what the last turn has left. */
  #dispatchEpoll(): number {
    const events = this.#events;
    if (this.#told === this.#reported) {
      this.#reported = Math.max(0, libc().epoll_wait(this.#epoll, events, EVENTS_PER_TURN, 0));
      this.#told = 0;
    }
    const first = this.#told;
    while (this.#told < this.#reported && this.#bytes < BYTES_PER_TURN) {
      const at = this.#told++ * EVENT_WORDS;
      const slot = events[at + DATA_WORD];
      if (this.#generations[slot] === events[at + DATA_WORD + 1]) {
        this.#watches[slot]?.notify(events[at]);
      }
    }
    return this.#told - first;
  }
}

/** The poller of this isolate: opened at the first wait. */
export const poller: Poller = new Poller();
