/**
 * Waiting for readiness: one waiter for all descriptors of an isolate.
 *
 * Every descriptor that ever had to wait is in one edge-triggered epoll set (`man 7 epoll`). While
 * something is pending the poller takes turns: `epoll_wait` without waiting, at most 128 events, then
 * `setImmediate`, so that timers and Deno's own I/O get their share. After some turns without an
 * event it parks until the set becomes readable.
 *
 * @module
 */
import { closedError } from "../core/errors.ts";
import type { Wait } from "../core/wait.ts";
import {
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
  EPOLLERR,
  EPOLLET,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  EPOLLPRI,
  EPOLLRDHUP,
} from "./abi/event_constants.ts";
import { closeFd, libc, must } from "./library.ts";
import { allocate } from "./memory.ts";
import { makeParker, type Parker } from "./parker.ts";
import { Spin } from "./spin.ts";

/** More in one turn would keep timers waiting for over 2 ms with thousands of connections. */
const EVENTS_PER_TURN = 128;
/** `struct epoll_event` is packed on x86-64 only (sys/epoll.h: EPOLL_PACKED). */
const EVENT_WORDS = Deno.build.arch === "x86_64" ? 3 : 4;
const DATA_WORD = EVENT_WORDS - 2;
const READ_EVENTS = EPOLLIN | EPOLLRDHUP | EPOLLPRI | EPOLLHUP | EPOLLERR;
const WRITE_EVENTS = EPOLLOUT | EPOLLHUP | EPOLLERR;
/** After these a receive that fills less than its buffer does not prove that nothing is left. */
const LASTING_EVENTS = EPOLLRDHUP | EPOLLPRI | EPOLLHUP | EPOLLERR;
/** EPOLLET is bit 31: written as a signed word. */
const BASE_INTEREST = (EPOLLIN | EPOLLRDHUP | EPOLLPRI | EPOLLET) | 0;
/** Work that may be done before the event loop has its turn: one unit a call and one a page of data. */
const WORK_PER_TURN = 1024;

/** What waits for readiness. It is told once, and asks again if it still has to wait. */
export interface Pending {
  /** The descriptor may be ready. */
  ready(): void;
  /** It was closed, or cannot be waited for. */
  fail(reason: unknown): void;
}

/** What is told in the next turn. */
interface Deferred {
  ready(): void;
}

/** One descriptor as the poller sees it. */
export class Watch {
  /** The descriptor; -1 once closed or detached. */
  fd: number;
  /** False when a receive has shown that nothing is there and no event came since. */
  readable = true;
  /** Whether only EAGAIN shows that everything was received: after an end, an error or urgent data. */
  lasting = false;
  #slot = -1;
  #interest = 0;
  #referenced = true;
  #waits = 0;
  #reader: Pending | undefined;
  #writer: Pending | undefined;
  /** Beyond the first: several calls may wait on one bare socket. */
  #otherReaders: Pending[] | undefined;
  #otherWriters: Pending[] | undefined;

  /** Watches `fd`, which is non-blocking. Nothing is registered before the first wait. */
  constructor(fd: number) {
    this.fd = fd;
  }

  /** Tells `pending` at the next sign that receiving or accepting may succeed. */
  addReader(pending: Pending): void {
    if ((this.#interest & BASE_INTEREST) !== BASE_INTEREST) this.#register(BASE_INTEREST);
    if (this.#reader === undefined) this.#reader = pending;
    else (this.#otherReaders ??= []).push(pending);
    this.#waits++;
    poller.began(this.#referenced);
  }

  /** Tells `pending` at the next sign that sending or connecting may succeed. */
  addWriter(pending: Pending): void {
    // Each time anew, which makes the kernel look: a send that need not have waited is told at once.
    this.#register(BASE_INTEREST | EPOLLOUT);
    if (this.#writer === undefined) this.#writer = pending;
    else (this.#otherWriters ??= []).push(pending);
    this.#waits++;
    poller.began(this.#referenced);
  }

  /** As {@linkcode Watch.addReader}, for one that could succeed at once: it is told in the next turn. */
  addDeferredReader(pending: Pending): void {
    this.addReader(pending);
    poller.defer(this);
  }

  /** Takes `pending` back: it will be told nothing. */
  remove(pending: Pending): void {
    if (this.#reader === pending) this.#reader = this.#otherReaders?.shift();
    else if (this.#writer === pending) this.#writer = this.#otherWriters?.shift();
    else if (!drop(this.#otherReaders, pending) && !drop(this.#otherWriters, pending)) return;
    this.#ended(1);
  }

  /** Resolves at the next sign that receiving or accepting may succeed. */
  waitReadable(wait?: Wait): Promise<void> {
    return new Promise((resolve, reject) => {
      const pending = new PromisePending(wait, resolve, reject);
      this.addReader(pending);
      wait?.arm((reason) => this.#cancel(pending, reason));
    });
  }

  /** Resolves at the next sign that sending or connecting may succeed. */
  waitWritable(wait?: Wait): Promise<void> {
    return new Promise((resolve, reject) => {
      const pending = new PromisePending(wait, resolve, reject);
      this.addWriter(pending);
      wait?.arm((reason) => this.#cancel(pending, reason));
    });
  }

  /** Lets pending waits keep the process alive, or not. */
  setReferenced(on: boolean): void {
    if (this.#referenced === on) return;
    this.#referenced = on;
    poller.rereferenced(on ? this.#waits : -this.#waits);
  }

  /** Takes the descriptor out of the poller and fails what waits. Returns its number, -1 if it was out already. */
  release(reason: unknown): number {
    const fd = this.fd;
    if (fd < 0) return -1;
    this.fd = -1;
    if (this.#slot >= 0) {
      // Even though close follows: a duplicate of the descriptor elsewhere would keep it registered.
      poller.unregister(this.#slot, fd);
      this.#slot = -1;
    }
    for (const pending of this.#takeReaders()) pending.fail(reason);
    for (const pending of this.#takeWriters()) pending.fail(reason);
    return fd;
  }

  /** Called by the poller in the turn after {@linkcode Watch.addDeferredReader}. */
  ready(): void {
    this.notify(EPOLLIN);
  }

  /** Called by the poller with what epoll reported. */
  notify(events: number): void {
    if (events & LASTING_EVENTS) this.lasting = true;
    if (events & READ_EVENTS) {
      this.readable = true;
      const reader = this.#reader;
      if (reader !== undefined && this.#otherReaders === undefined) {
        this.#reader = undefined;
        this.#ended(1);
        reader.ready();
      } else {
        for (const pending of this.#takeReaders()) pending.ready();
      }
    }
    if (events & WRITE_EVENTS) {
      for (const pending of this.#takeWriters()) pending.ready();
    }
  }

  #register(interest: number): void {
    if (this.fd < 0) throw closedError("epoll_ctl");
    interest |= this.#interest;
    if (this.#slot < 0) this.#slot = poller.register(this, interest);
    else poller.modify(this.#slot, this.fd, interest);
    this.#interest = interest;
  }

  #takeReaders(): Pending[] {
    const first = this.#reader;
    if (first === undefined) return NONE;
    const all = [first, ...this.#otherReaders ?? NONE];
    this.#reader = this.#otherReaders = undefined;
    this.#ended(all.length);
    return all;
  }

  #takeWriters(): Pending[] {
    const first = this.#writer;
    if (first === undefined) return NONE;
    const all = [first, ...this.#otherWriters ?? NONE];
    this.#writer = this.#otherWriters = undefined;
    this.#ended(all.length);
    return all;
  }

  #cancel(pending: Pending, reason: unknown): void {
    this.remove(pending);
    pending.fail(reason);
  }

  #ended(count: number): void {
    this.#waits -= count;
    poller.ended(this.#referenced, count);
  }
}

const NONE: Pending[] = [];

/** A wait that is a promise. */
class PromisePending implements Pending {
  readonly #wait: Wait | undefined;
  readonly #resolve: () => void;
  readonly #reject: (reason: unknown) => void;

  constructor(wait: Wait | undefined, resolve: () => void, reject: (reason: unknown) => void) {
    this.#wait = wait;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  ready(): void {
    this.#wait?.disarm();
    this.#resolve();
  }

  fail(reason: unknown): void {
    this.#wait?.disarm();
    this.#reject(reason);
  }
}

function drop(list: Pending[] | undefined, pending: Pending): boolean {
  const index = list?.indexOf(pending) ?? -1;
  if (index >= 0) list!.splice(index, 1);
  return index >= 0;
}

/** The one waiter of this isolate. */
class Poller {
  /** Work left before the event loop must have its turn. */
  #work = WORK_PER_TURN;
  #epoll = -1;
  #parker: Parker | undefined;
  readonly #events = new Int32Array(allocate(EVENTS_PER_TURN * EVENT_WORDS * 4).buffer);
  readonly #event = new Int32Array(allocate(EVENT_WORDS * 4).buffer);
  readonly #watches: (Watch | undefined)[] = [];
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

  /** Accounts for a call that was made without waiting, and its bytes. */
  spend(bytes: number): void {
    this.#work -= 1 + (bytes >> 12);
  }

  /**
   * Whether more may be done at once. If not, timers and Deno's own I/O have waited long enough: the
   * work goes through {@linkcode Poller.defer} or {@linkcode Poller.nextTurn}.
   */
  get hasWork(): boolean {
    return this.#work > 0;
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
    if (referenced && this.#pendingReferenced++ === 0) this.#referencedChanged();
    if (this.#immediate === undefined && !this.#parked) this.#schedule(referenced);
  }

  /** Waits ended. */
  ended(referenced: boolean, count: number): void {
    this.#pending -= count;
    if (referenced && (this.#pendingReferenced -= count) === 0) this.#referencedChanged();
  }

  /** That many more (or fewer) of the pending waits are referenced now. */
  rereferenced(count: number): void {
    const before = this.#pendingReferenced;
    this.#pendingReferenced += count;
    if (before === 0 !== (this.#pendingReferenced === 0)) this.#referencedChanged();
  }

  /** Puts a descriptor into the epoll set. */
  register(watch: Watch, interest: number): number {
    this.#open();
    const slot = this.#freeSlots.pop() ?? this.#watches.length;
    this.#generations[slot] ??= 0;
    this.#watches[slot] = watch;
    try {
      this.#control(EPOLL_CTL_ADD, slot, watch.fd, interest);
    } catch (error) {
      this.#leave(slot);
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
    this.#leave(slot);
  }

  #leave(slot: number): void {
    this.#watches[slot] = undefined;
    this.#generations[slot]++;
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
  }

  #schedule(referenced: boolean): void {
    if (this.#immediate === undefined) {
      this.#immediate = setImmediate(this.#turn);
      this.#immediateReferenced = true;
      if (!referenced) {
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
    this.#work = WORK_PER_TURN;
    let count = 0;
    // With nothing pending there is nobody to tell; events stay in the set until there is.
    if (this.#pending > 0) count = this.#dispatch();
    if (this.#deferred.length > 0) {
      count++;
      const deferred = this.#deferred;
      this.#deferred = [];
      for (const target of deferred) target.ready();
    }
    if (count > 0) {
      if (this.#emptyTurns > 0) this.#spin.succeeded();
      this.#emptyTurns = 0;
      // The code that was told runs after this: what it does next is seen in the next turn.
      this.#schedule(true);
    } else if (this.#pending === 0) {
      this.#emptyTurns = 0;
      this.#parker?.rest();
    } else if (this.#emptyTurns++ < this.#spin.turns) {
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
    this.#turn();
  };

  #dispatch(): number {
    const events = this.#events;
    const count = libc().epoll_wait(this.#epoll, events, EVENTS_PER_TURN, 0);
    for (let i = 0, at = 0; i < count; i++, at += EVENT_WORDS) {
      const slot = events[at + DATA_WORD];
      if (this.#generations[slot] === events[at + DATA_WORD + 1]) {
        this.#watches[slot]?.notify(events[at]);
      }
    }
    return count;
  }
}

/** The poller of this isolate: opened at the first wait. */
export const poller: Poller = new Poller();
