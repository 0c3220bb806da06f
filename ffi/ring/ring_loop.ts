/**
 * The ring of an isolate as its poller uses it: who hears of which completion, and the alarm that wakes
 * a parked poller.
 *
 * @module
 */
import { POLLIN } from "../abi/event_constants.ts";
import { attempt } from "../abi/library.ts";
import {
  IORING_CQ_EVENTFD_DISABLED,
  IORING_CQE_F_MORE,
  IORING_OP_ASYNC_CANCEL,
  IORING_OP_POLL_ADD,
  IORING_OP_RECV,
  IORING_OP_SEND,
  IORING_POLL_ADD_MULTI,
  IORING_RECV_MULTISHOT,
  IORING_REGISTER_EVENTFD,
  IOSQE_BUFFER_SELECT,
  IOSQE_CQE_SKIP_SUCCESS,
} from "../abi/ring_constants.ts";
import { MSG_DONTWAIT, MSG_NOSIGNAL } from "../abi/socket_constants.ts";
import { BUFFER_GROUP, ProvidedBuffers } from "./buffers.ts";
import { Ring, SQE } from "./ring.ts";
import { SendSlots } from "./send_slots.ts";
import type { Target } from "./target.ts";

/**
 * Requests and completions at once. Before Linux 6.10 memory must be contiguous, which one page always
 * is: the second choice.
 */
const SIZES = [[128, 1024], [64, 128]] as const;
/** An eventfd is raised by writing a number to it. */
const ONE = new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0]);
const POLL = IORING_OP_POLL_ADD;
const RECV_MULTISHOT = IORING_OP_RECV | IOSQE_BUFFER_SELECT << 8 | IORING_RECV_MULTISHOT << 16;
const CANCEL = IORING_OP_ASYNC_CANCEL | IOSQE_CQE_SKIP_SUCCESS << 8;
/**
 * A send never stays in the kernel: what finds no room comes back at once, and waits for room as all
 * sends do.
 */
const SEND_FLAGS = MSG_DONTWAIT | MSG_NOSIGNAL;
/** Of calls in a row: then a thread waits, and the ring is asked again each time. */
const MOST_FAILURES = 8;
/** Calls in a row that may be needed until all that was cancelled has ended. */
const MOST_TRIES = 100;

/** Where nobody wants to know. */
const NOBODY: Target = { completed() {} };

/** One ring and those who use it. */
export class RingLoop {
  /** Whether the epoll set may have events; {@linkcode RingLoop.turn} and the poller keep it. */
  epollRang = true;
  /** How many receive by it. While there are none the poller need not look at it. */
  receivers = 0;
  readonly #ring: Ring;
  readonly #epoll: number;
  readonly #eventfd: number;
  /**
   * By `user_data`. A place is another's only after the last completion of its last request, so that
   * none reaches the wrong one.
   */
  readonly #targets: Target[] = [NOBODY];
  readonly #freePlaces: number[] = [];
  readonly #alarmPlace: number;
  #polling = false;
  #failures = 0;
  #buffers: ProvidedBuffers | undefined;
  #slots: SendSlots | undefined;
  #refused = false;

  /** Use {@linkcode RingLoop.open}. */
  constructor(ring: Ring, epoll: number, eventfd: number) {
    this.#ring = ring;
    this.#epoll = epoll;
    this.#eventfd = eventfd;
    this.#alarmPlace = this.enter({ completed: this.#rang });
  }

  /** Makes one that raises `eventfd` for `epoll`, or returns `undefined` where the kernel does not let it. */
  static open(epoll: number, eventfd: number): RingLoop | undefined {
    for (const [requests, completions] of SIZES) {
      const ring = Ring.open(requests, completions);
      if (ring === undefined) continue;
      ring.setCompletionFlags(IORING_CQ_EVENTFD_DISABLED);
      const descriptor = new Uint8Array(new Int32Array([eventfd]).buffer);
      const loop = new RingLoop(ring, epoll, eventfd);
      if (ring.register(IORING_REGISTER_EVENTFD, descriptor, 1)) {
        loop.#poll();
        loop.turn(1);
        if (loop.#polling && ring.unsubmitted === 0) return loop;
      }
      ring.close();
    }
    return undefined;
  }

  // ---- The alarm

  /** Arms it for one time: the eventfd is raised when there is something to do. False if the kernel refuses. */
  arm(): boolean {
    const ring = this.#ring;
    // What came while the loop was busy has been dealt with: the kernel looks whether there is more.
    this.epollRang = false;
    if (!this.#polling) this.#poll();
    const told = this.hasWork ? this.turn(1) : 0;
    if (!this.#polling || this.#failures >= MOST_FAILURES) return false;
    ring.setCompletionFlags(0);
    if (told === 0 && !this.epollRang && !this.hasWork) return true;
    // In between. Nobody else tells of it, or not surely.
    return attempt((lib) => lib.write(this.#eventfd, ONE, ONE.length)) > 0;
  }

  /** To be called after each alarm: until it is armed again there is none. */
  acknowledge(): void {
    this.#ring.setCompletionFlags(IORING_CQ_EVENTFD_DISABLED);
  }

  /** Gives the kernel's resources back; it rings no more. */
  close(): void {
    this.#ring.close();
  }

  // ---- Turns

  /** Whether something was prepared. */
  get hasRequests(): boolean {
    return this.#ring.unsubmitted > 0;
  }

  /** Whether something was prepared, or waits to be completed. */
  get hasWork(): boolean {
    return this.#ring.unsubmitted > 0 || this.#ring.hasWork;
  }

  /** Submits what was prepared, and tells of at least `most` completions if there are as many. Returns how many. */
  turn(most: number): number {
    let told = 0;
    if (!this.#polling) this.#poll();
    // What the ring does not tell of, the set does.
    if (!this.#polling || this.#failures > 0) this.epollRang = true;
    // The kernel says in memory whether there is: to look costs no call.
    if (!this.hasWork) return 0;
    do {
      if (this.#ring.enter()) this.#failures = 0;
      else {
        this.#failures++;
        this.epollRang = true;
      }
      const count = this.#ring.drain(this.#tell);
      if (count === 0) break;
      told += count;
    } while (told < most && this.hasWork);
    return told;
  }

  /** Submits what was prepared, while the poller is parked: what is completed raises the eventfd. */
  submit(): void {
    if (this.#ring.unsubmitted > 0) this.#ring.enter();
  }

  /** Completes until `done`. Whether it came to that. */
  turnUntil(done: () => boolean): boolean {
    for (let i = 0; i < MOST_TRIES && !done(); i++) {
      this.#ring.enter();
      this.#ring.drain(this.#tell);
    }
    return done();
  }

  // ---- Requests

  /** Gives a target a place, to be named in its requests. */
  enter(target: Target): number {
    const place = this.#freePlaces.pop() ?? this.#targets.length;
    this.#targets[place] = target;
    return place;
  }

  /** The target at `place` has heard its last. */
  leave(place: number): void {
    this.#targets[place] = NOBODY;
    this.#freePlaces.push(place);
  }

  /** The memory that receives bring; `undefined` where the kernel has no such thing. */
  get buffers(): ProvidedBuffers | undefined {
    if (this.#refused) return undefined;
    this.#buffers ??= ProvidedBuffers.open(this.#ring);
    this.#refused = this.#buffers === undefined;
    return this.#buffers;
  }

  /** Where sends are kept until the kernel has taken them; `undefined` without memory. */
  get slots(): SendSlots | undefined {
    return this.#slots ??= SendSlots.open(this);
  }

  /** Receives from `fd` again and again (Linux 6.0). False if there is no room for the request. */
  receive(place: number, fd: number): boolean {
    const at = this.#ring.next();
    if (at < 0) return false;
    const { requests } = this.#ring;
    requests[at] = RECV_MULTISHOT;
    requests[at + SQE.fd] = fd;
    requests[at + SQE.userData] = place;
    requests[at + SQE.bufGroup] = BUFFER_GROUP;
    return true;
  }

  /** Sends what is there at once. False if there is no room for the request. */
  send(place: number, fd: number, lowWord: number, highWord: number, size: number): boolean {
    const at = this.#ring.next();
    if (at < 0) return false;
    const { requests } = this.#ring;
    requests[at] = IORING_OP_SEND;
    requests[at + SQE.fd] = fd;
    requests[at + SQE.addr] = lowWord;
    requests[at + SQE.addr + 1] = highWord;
    requests[at + SQE.len] = size;
    requests[at + SQE.opFlags] = SEND_FLAGS;
    requests[at + SQE.userData] = place;
    return true;
  }

  /** Ends what `place` has in the kernel; its last completion says so. False if there is no room for the request. */
  cancel(place: number): boolean {
    const at = this.#ring.next();
    if (at < 0) return false;
    const { requests } = this.#ring;
    requests[at] = CANCEL;
    requests[at + SQE.fd] = -1;
    requests[at + SQE.addr] = place;
    return true;
  }

  /** One poll request that stays in the kernel. */
  #poll(): void {
    const at = this.#ring.next();
    if (at < 0) return;
    const { requests } = this.#ring;
    requests[at] = POLL;
    requests[at + SQE.fd] = this.#epoll;
    requests[at + SQE.len] = IORING_POLL_ADD_MULTI;
    requests[at + SQE.opFlags] = POLLIN;
    requests[at + SQE.userData] = this.#alarmPlace;
    this.#polling = true;
  }

  #rang = (_result: number, flags: number): void => {
    this.epollRang = true;
    if ((flags & IORING_CQE_F_MORE) === 0) this.#polling = false;
  };

  #tell = (low: number, _high: number, result: number, flags: number): void => {
    this.#targets[low].completed(result, flags);
  };
}
