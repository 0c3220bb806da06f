/**
 * io_uring: requests to the kernel in one queue, their completions in another (`man 7 io_uring`).
 *
 * The room `ring/` is the one way to it: `memory.ts` is what the kernel shares with us, this file the
 * two queues, `alarm.ts` the wait for an epoll set. Kernels before 6.15 lack what it stands on or lose
 * wake-ups, containers often forbid it, and administrators can (`kernel.io_uring_disabled`): then there
 * is none, and epoll does all.
 *
 * @module
 */
import { attempt, closeFd, libc } from "../abi/library.ts";
import { STRUCTS } from "../abi/layout.ts";
import { allocate } from "../abi/memory.ts";
import {
  IORING_ENTER_GETEVENTS,
  IORING_FEAT_NO_IOWAIT,
  IORING_SETUP_CQSIZE,
  IORING_SETUP_DEFER_TASKRUN,
  IORING_SETUP_NO_MMAP,
  IORING_SETUP_NO_SQARRAY,
  IORING_SETUP_SINGLE_ISSUER,
  IORING_SETUP_SUBMIT_ALL,
  IORING_SETUP_TASKRUN_FLAG,
  IORING_SQ_CQ_OVERFLOW,
  IORING_SQ_TASKRUN,
} from "../abi/ring_constants.ts";
import { closeAtThreadEnd, withdraw } from "../abi/thread_end.ts";
import { ringsAllowed } from "./permitted.ts";
import { RingMemory } from "./memory.ts";

/** System call numbers: the same on all architectures (asm-generic/unistd.h). */
const IO_URING_SETUP = 425;
const IO_URING_ENTER = 426;
const IO_URING_REGISTER = 427;

/**
 * The kernel does nothing on its own accord: it completes requests, and writes to our memory, only
 * while this thread is in io_uring_enter(2). An isolate that is ended leaves a ring at rest.
 */
const SETUP = IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_TASKRUN_FLAG |
  IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_NO_MMAP |
  IORING_SETUP_NO_SQARRAY;

const { io_uring_params, io_sqring_offsets, io_cqring_offsets, io_uring_sqe, io_uring_cqe } =
  STRUCTS;
/** `user_addr`, the last field of both (`resv2` before Linux 6.5). */
const USER_ADDR = io_sqring_offsets.size - 8;
const SQE_WORDS = io_uring_sqe.size / 4;
const CQE_WORDS = io_uring_cqe.size / 4;
/** More than `struct io_rings` without its completions (io_uring_types.h). */
const HEADER_BYTES = 1024;

/** Word offsets in a request, beside those of single bytes. */
export const SQE = {
  fd: io_uring_sqe.fd / 4,
  addr: io_uring_sqe.addr / 4,
  len: io_uring_sqe.len / 4,
  opFlags: io_uring_sqe.msg_flags / 4,
  userData: io_uring_sqe.user_data / 4,
  bufGroup: io_uring_sqe.buf_group / 4,
} as const;

/** Hears of one completion: the two words of `user_data`, the result and the flags. */
export type OnCompletion = (low: number, high: number, result: number, flags: number) => void;

/** One ring. It is used by one thread only: that which made it. */
export class Ring {
  /** Its descriptor. */
  readonly fd: number;
  /** The queue of requests, {@linkcode SQE} words each; {@linkcode Ring.next} says where one begins. */
  readonly requests: Int32Array<ArrayBuffer>;
  readonly #shared: Int32Array<ArrayBuffer>;
  readonly #requestMask: number;
  readonly #requestHead: number;
  readonly #requestTail: number;
  readonly #requestFlags: number;
  readonly #completionMask: number;
  readonly #completionHead: number;
  readonly #completionTail: number;
  readonly #completionFlags: number;
  readonly #completions: number;
  readonly #atThreadEnd: number;
  #tail: number;

  /** Use {@linkcode Ring.open}. */
  constructor(fd: number, memory: RingMemory, requests: number, rings: number, params: DataView) {
    this.fd = fd;
    this.#atThreadEnd = closeAtThreadEnd(fd);
    const { sq_off, cq_off, sq_entries, cq_entries } = io_uring_params;
    const word = (offset: number) => params.getUint32(offset, true) / 4;
    this.requests = memory.words(requests, params.getUint32(sq_entries, true) * SQE_WORDS);
    this.#shared = memory.words(
      rings,
      word(cq_off + io_cqring_offsets.cqes) + params.getUint32(cq_entries, true) * CQE_WORDS,
    );
    this.#requestHead = word(sq_off + io_sqring_offsets.head);
    this.#requestTail = word(sq_off + io_sqring_offsets.tail);
    this.#requestFlags = word(sq_off + io_sqring_offsets.flags);
    this.#requestMask = params.getUint32(sq_entries, true) - 1;
    this.#completionHead = word(cq_off + io_cqring_offsets.head);
    this.#completionTail = word(cq_off + io_cqring_offsets.tail);
    this.#completionFlags = word(cq_off + io_cqring_offsets.flags);
    this.#completionMask = params.getUint32(cq_entries, true) - 1;
    this.#completions = word(cq_off + io_cqring_offsets.cqes);
    this.#tail = Atomics.load(this.#shared, this.#requestTail);
  }

  /**
   * Makes one, or returns `undefined` where that is not permitted.
   *
   * @param requests How many can be submitted by one call: a power of 2.
   * @param completions How many can wait to be told: a power of 2, and more than requests.
   */
  static open(requests: number, completions: number): Ring | undefined {
    if (!ringsAllowed()) return undefined;
    const ringBytes = HEADER_BYTES + completions * io_uring_cqe.size;
    const memory = RingMemory.allocate([ringBytes, requests * io_uring_sqe.size]);
    if (memory === undefined) return undefined;
    const [ringPlace, requestPlace] = memory.places;
    const params = allocate(io_uring_params.size);
    const view = new DataView(params.buffer);
    view.setUint32(io_uring_params.cq_entries, completions, true);
    view.setUint32(io_uring_params.flags, SETUP, true);
    view.setBigUint64(io_uring_params.sq_off + USER_ADDR, memory.addressAt(requestPlace), true);
    view.setBigUint64(io_uring_params.cq_off + USER_ADDR, memory.addressAt(ringPlace), true);
    const fd = attempt((lib) => lib.syscall_io_uring_setup(IO_URING_SETUP, requests, params));
    if (fd < 0) return undefined;
    // Linux 6.12 loses wake-ups of a parked poller: sockets then wait for ever. 6.18 does not.
    const isRecent = (view.getUint32(io_uring_params.features, true) & IORING_FEAT_NO_IOWAIT) !== 0;
    if (isRecent) return new Ring(fd, memory, requestPlace, ringPlace, view);
    closeFd(fd);
    return undefined;
  }

  /**
   * Room for one request, all zeros: the index of its first word in {@linkcode Ring.requests}. -1 if
   * the queue stays full because the kernel takes nothing.
   */
  next(): number {
    if (this.unsubmitted > this.#requestMask) {
      this.enter();
      if (this.unsubmitted > this.#requestMask) return -1;
    }
    const at = (this.#tail & this.#requestMask) * SQE_WORDS;
    this.requests.fill(0, at, at + SQE_WORDS);
    this.#tail = (this.#tail + 1) | 0;
    return at;
  }

  /** How many requests the kernel has not seen. */
  get unsubmitted(): number {
    return (this.#tail - Atomics.load(this.#shared, this.#requestHead)) | 0;
  }

  /** Whether there is something that only {@linkcode Ring.enter} completes, or something to be told. */
  get hasWork(): boolean {
    const shared = this.#shared;
    const flags = Atomics.load(shared, this.#requestFlags);
    return (flags & (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW)) !== 0 ||
      shared[this.#completionHead] !== Atomics.load(shared, this.#completionTail);
  }

  /** Submits what was prepared and lets the kernel complete what it can. Does not wait. Whether it went. */
  enter(): boolean {
    const count = this.unsubmitted;
    if (count > 0) Atomics.store(this.#shared, this.#requestTail, this.#tail);
    // What an error leaves undone stays in the queue and goes with the next call.
    const result = libc().syscall_io_uring_enter(
      IO_URING_ENTER,
      this.fd,
      count,
      0,
      IORING_ENTER_GETEVENTS,
      null,
      0,
    );
    return result >= 0;
  }

  /** Tells of all completions. Returns how many there were. */
  drain(on: OnCompletion): number {
    const shared = this.#shared;
    let told = 0;
    for (;;) {
      let head = shared[this.#completionHead];
      const tail = Atomics.load(shared, this.#completionTail);
      if (head === tail) return told;
      while (head !== tail) {
        const at = this.#completions + (head & this.#completionMask) * CQE_WORDS;
        const low = shared[at];
        const high = shared[at + 1];
        const result = shared[at + 2];
        const flags = shared[at + 3];
        head = (head + 1) | 0;
        told++;
        // The place is free from here on, also if who is told throws.
        Atomics.store(shared, this.#completionHead, head);
        on(low, high, result, flags);
      }
    }
  }

  /** Sets the flags of the completions that the kernel reads. */
  setCompletionFlags(flags: number): void {
    Atomics.store(this.#shared, this.#completionFlags, flags);
  }

  /** `io_uring_register(2)`. Whether it was done. */
  register(opcode: number, argument: Uint8Array<ArrayBuffer>, count: number): boolean {
    return attempt((lib) =>
      lib.syscall_io_uring_register(IO_URING_REGISTER, this.fd, opcode, argument, count)
    ) >= 0;
  }

  /** Gives it back. What is in flight is cancelled. */
  close(): void {
    withdraw(this.#atThreadEnd);
    closeFd(this.fd);
  }
}
