/**
 * The alarm of a parked poller by io_uring: an eventfd is raised once an epoll set is readable.
 *
 * @module
 */
import { POLLIN } from "../abi/event_constants.ts";
import { attempt } from "../abi/library.ts";
import {
  IORING_CQ_EVENTFD_DISABLED,
  IORING_CQE_F_MORE,
  IORING_OP_POLL_ADD,
  IORING_POLL_ADD_MULTI,
  IORING_REGISTER_EVENTFD,
} from "../abi/ring_constants.ts";
import { Ring, SQE } from "./ring.ts";

const REQUESTS = 2;
const COMPLETIONS = 8;
/** An eventfd is raised by writing a number to it. */
const ONE = new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0]);

/**
 * One poll request that stays in the kernel. While nobody is parked the kernel is told to keep still,
 * so that a busy loop pays nothing for it.
 */
export class RingAlarm {
  readonly #ring: Ring;
  readonly #epoll: number;
  readonly #eventfd: number;
  #polling = false;
  #rang = false;

  /** Use {@linkcode RingAlarm.open}. */
  constructor(ring: Ring, epoll: number, eventfd: number) {
    this.#ring = ring;
    this.#epoll = epoll;
    this.#eventfd = eventfd;
  }

  /** Makes one, or returns `undefined` where the kernel does not let it. */
  static open(epoll: number, eventfd: number): RingAlarm | undefined {
    const ring = Ring.open(REQUESTS, COMPLETIONS);
    if (ring === undefined) return undefined;
    ring.setCompletionFlags(IORING_CQ_EVENTFD_DISABLED);
    const descriptor = new Uint8Array(new Int32Array([eventfd]).buffer);
    const alarm = new RingAlarm(ring, epoll, eventfd);
    if (ring.register(IORING_REGISTER_EVENTFD, descriptor, 1) && alarm.#poll()) return alarm;
    ring.close();
    return undefined;
  }

  /** Arms it for one time. False if the kernel refuses. */
  arm(): boolean {
    const ring = this.#ring;
    // What came while the loop was busy has been dealt with: the kernel looks whether there is more.
    if (ring.hasWork) this.#look();
    if (!this.#polling && !this.#poll()) return false;
    ring.setCompletionFlags(0);
    if (this.#rang || ring.hasWork) {
      // Between the two. Nobody else has told of it, or not surely.
      this.#rang = false;
      return attempt((lib) => lib.write(this.#eventfd, ONE, ONE.length)) > 0;
    }
    return true;
  }

  /** To be called after each alarm: until it is armed again there is none. */
  acknowledge(): void {
    this.#ring.setCompletionFlags(IORING_CQ_EVENTFD_DISABLED);
  }

  /** Gives the kernel's resources back; it rings no more. */
  close(): void {
    this.#ring.close();
  }

  #poll(): boolean {
    const ring = this.#ring;
    const at = ring.next();
    if (at < 0) return false;
    const { requests } = ring;
    requests[at] = IORING_OP_POLL_ADD;
    requests[at + SQE.fd] = this.#epoll;
    requests[at + SQE.len] = IORING_POLL_ADD_MULTI;
    requests[at + SQE.opFlags] = POLLIN;
    this.#polling = true;
    this.#look();
    return ring.unsubmitted === 0 && this.#polling;
  }

  #look(): void {
    this.#ring.enter();
    this.#ring.drain(this.#completed);
  }

  #completed = (_low: number, _high: number, result: number, flags: number): void => {
    if (result > 0) this.#rang = true;
    if ((flags & IORING_CQE_F_MORE) === 0) this.#polling = false;
  };
}
