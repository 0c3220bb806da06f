/**
 * One descriptor as the poller sees it: whether it may be ready, and who waits for it.
 *
 * @module
 */
import { closedError } from "../../core/errors.ts";
import type { Wait } from "../../core/wait.ts";
import {
  EPOLLERR,
  EPOLLET,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  EPOLLPRI,
  EPOLLRDHUP,
} from "../abi/event_constants.ts";
import { closeAtThreadEnd, withdraw } from "../abi/thread_end.ts";
import { Inbox, type InboxOwner } from "../ring/inbox.ts";
import { type Pending, poller } from "./poller.ts";

const READ_EVENTS = EPOLLIN | EPOLLRDHUP | EPOLLPRI | EPOLLHUP | EPOLLERR;
const WRITE_EVENTS = EPOLLOUT | EPOLLHUP | EPOLLERR;
/** After these a receive that fills less than its buffer does not prove that nothing is left. */
const LASTING_EVENTS = EPOLLRDHUP | EPOLLPRI | EPOLLHUP | EPOLLERR;
/** EPOLLET is bit 31: written as a signed word. */
const BASE_INTEREST = (EPOLLIN | EPOLLRDHUP | EPOLLPRI | EPOLLET) | 0;

/** The descriptors that have an owner here: a second would close it under the first one's feet. */
const TAKEN = new Set<number>();

/** Whether a descriptor has an owner in this isolate. */
export function isTaken(fd: number): boolean {
  return TAKEN.has(fd);
}

/** One descriptor as the poller sees it. */
export class Watch implements InboxOwner {
  /** The descriptor; -1 once closed or detached. */
  fd: number;
  /** False when a receive has shown that nothing is there and no event came since. */
  readable = true;
  /** Whether only EAGAIN shows that everything was received: after an end, an error or urgent data. */
  lasting = false;
  /** What a ring has received from it; absent while none has. */
  inbox: Inbox | undefined;
  /** Whether a send of it waits to be submitted by the ring. */
  sending = false;
  #settling = false;
  #slot = -1;
  #interest = 0;
  /** What closes it if this is a Worker that is terminated. */
  readonly #atThreadEnd: number;
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
    TAKEN.add(fd);
    this.#atThreadEnd = closeAtThreadEnd(fd);
  }

  /** Tells `pending` at the next sign that receiving or accepting may succeed. */
  addReader(pending: Pending): void {
    if (this.inbox?.full) poller.defer(this);
    else if (!this.#receivesByRing() && (this.#interest & BASE_INTEREST) !== BASE_INTEREST) {
      this.#register(BASE_INTEREST);
    }
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

  /** Resolves at the next sign that receiving or accepting may succeed; `syscall` is what then closing ends. */
  waitReadable(wait?: Wait, syscall?: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const pending = new PromisePending(wait, resolve, reject, syscall);
      this.addReader(pending);
      wait?.arm((reason) => this.#cancel(pending, reason));
    });
  }

  /** Resolves at the next sign that sending or connecting may succeed. */
  waitWritable(wait?: Wait, syscall?: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const pending = new PromisePending(wait, resolve, reject, syscall);
      this.addWriter(pending);
      wait?.arm((reason) => this.#cancel(pending, reason));
    });
  }

  /** Whether pending waits keep the process alive. */
  get isReferenced(): boolean {
    return this.#referenced;
  }

  /** Lets pending waits keep the process alive, or not. */
  setReferenced(on: boolean): void {
    if (this.#referenced === on) return;
    this.#referenced = on;
    poller.rereferenced(on ? this.#waits : -this.#waits);
  }

  /**
   * Takes the descriptor out of the poller and fails what waits, with a reason that is made for the call
   * that waited. `last`: no duplicate of the descriptor exists and close follows, which takes it out
   * of the epoll set by itself. Returns its number, -1 if it was out already.
   */
  release(reason: (syscall: string) => unknown, last = false): number {
    const fd = this.fd;
    if (fd < 0) return -1;
    this.leaveRing();
    this.fd = -1;
    TAKEN.delete(fd);
    withdraw(this.#atThreadEnd);
    this.inbox?.clear();
    if (this.#slot >= 0) {
      if (last) poller.forget(this.#slot);
      else poller.unregister(this.#slot, fd);
      this.#slot = -1;
    }
    if (this.#reader === undefined && this.#writer === undefined) return fd;
    const writers = this.#takeWriters();
    for (const pending of this.#takeReaders()) pending.fail(reason(pending.syscall ?? "recv"));
    for (const pending of writers) pending.fail(reason(pending.syscall ?? "send"));
    return fd;
  }

  /** Called by the poller when it has given up its set: the next wait puts the descriptor into a new one. */
  dropped(): void {
    this.#slot = -1;
    this.#interest = 0;
  }

  /** Whether receives may go through a ring: nobody but a stream endpoint receives. */
  protected get mayUseRing(): boolean {
    return false;
  }

  /**
   * Ends what a ring does with the descriptor, before something else is done with it: sends that were
   * prepared have gone, and what comes from here on stays in the socket.
   */
  settle(): void {
    if (this.inbox === undefined) return;
    this.leaveRing();
    // Who waits is told by epoll from here on.
    if (this.#reader === undefined || (this.#interest & BASE_INTEREST) === BASE_INTEREST) return;
    try {
      this.#register(BASE_INTEREST);
    } catch (error) {
      for (const pending of this.#takeReaders()) pending.fail(error);
    }
  }

  /** As {@linkcode Watch.settle}, where nobody will wait any more. */
  protected leaveRing(): void {
    if (this.inbox === undefined || this.#settling) return;
    this.#settling = true;
    if (this.sending) poller.ring?.turnUntil(() => !this.sending);
    this.inbox.disarm();
    this.#settling = false;
  }

  /** Called by the inbox. */
  arrived(): void {
    const inbox = this.inbox!;
    if (this.fd < 0) return inbox.clear();
    // Edges that came meanwhile were nobody's: epoll is to look again.
    if (!inbox.armed) this.#interest &= ~BASE_INTEREST;
    // Who takes requests out of the ring sees to those who wait.
    if (inbox.full || !this.#settling) this.notify(EPOLLIN);
  }

  /** Whether a ring receives for who waits now. */
  #receivesByRing(): boolean {
    if (this.inbox?.armed) return !this.#settling;
    if (this.#settling) return false;
    const { ring } = poller;
    if (ring === undefined || !this.mayUseRing || !poller.ringPays) return false;
    if (this.fd < 0) throw closedError("recv");
    this.inbox ??= new Inbox(this);
    if (!this.inbox.arm(ring, this.fd)) return false;
    if (this.#slot >= 0 && this.#writer === undefined) {
      // It would wake for the same bytes.
      poller.unregister(this.#slot, this.fd);
      this.dropped();
    }
    return true;
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
  readonly syscall: string | undefined;

  constructor(
    wait: Wait | undefined,
    resolve: () => void,
    reject: (reason: unknown) => void,
    syscall: string | undefined,
  ) {
    this.syscall = syscall;
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
