/**
 * What a connection received by a ring: one request stays in the kernel and brings whatever comes.
 *
 * @module
 */
import { ECANCELED, EINTR, EINVAL, ENOBUFS } from "../../core/errno.ts";
import {
  IORING_CQE_BUFFER_SHIFT,
  IORING_CQE_F_BUFFER,
  IORING_CQE_F_MORE,
} from "../abi/ring_constants.ts";
import { BUFFER_BYTES, type ProvidedBuffers } from "./buffers.ts";
import type { RingLoop } from "./ring_loop.ts";
import type { Target } from "./target.ts";

/** What may lie here untaken; then the kernel keeps the rest, and the peer learns that nobody reads. */
const MOST_CHUNKS = 4;
/**
 * So many waits are epoll's after a message that filled a buffer, since straight receives are cheaper for
 * such; and after buffers were lacking.
 */
const PAUSE_WAITS = 64;
/** So few are copied faster one by one than by a call. */
const LOOP_BYTES = 64;
/** These end a request, say nothing of the connection, and what to do for how many waits. */
const ENDINGS: ReadonlyMap<number, number> = new Map([
  [-ECANCELED, 0],
  [-EINTR, 0],
  [-ENOBUFS, PAUSE_WAITS],
  [-EINVAL, Infinity], // no such request in this kernel
]);

/** Whose inbox it is. */
export interface InboxOwner {
  /** Bytes came, or the end, or an error; or the request has ended. */
  arrived(): void;
}

/**
 * The bytes of one connection in the order they came. All that the kernel has taken from the socket is
 * here, whenever other code runs: it works only while the ring is entered, and is heard at once.
 */
export class Inbox implements Target {
  /** Whether a request is in the kernel. */
  armed = false;
  readonly #owner: InboxOwner;
  #loop: RingLoop | undefined;
  #buffers!: ProvidedBuffers;
  #place = 0;
  #cancelled = false;
  /** How many waits had better be epoll's. */
  #pauseWaits = 0;
  /** Pairs of a buffer's number and its length. */
  readonly #chunks: number[] = [];
  /** How much of the first was taken. */
  #taken = 0;
  /** 0 at the end of the stream, `-errno` after a failure: once, after all bytes. */
  #ended: number | undefined;

  constructor(owner: InboxOwner) {
    this.#owner = owner;
  }

  /** Whether there is something to take. */
  get full(): boolean {
    return this.#chunks.length > 0 || this.#ended !== undefined;
  }

  /** Whether bytes are among it. */
  get hasBytes(): boolean {
    return this.#chunks.length > 0;
  }

  /** Has `loop` receive from `fd`. False where it cannot, or had better not. */
  arm(loop: RingLoop, fd: number): boolean {
    if (this.#pauseWaits > 0) {
      this.#pauseWaits--;
      return false;
    }
    const { buffers } = loop;
    if (buffers === undefined || this.full) return false;
    const place = loop.enter(this);
    if (!loop.receive(place, fd)) {
      loop.leave(place);
      return false;
    }
    this.#loop = loop;
    this.#buffers = buffers;
    this.#place = place;
    this.#cancelled = false;
    this.armed = true;
    // Until now the poller has looked at the epoll set by itself.
    if (loop.receivers++ === 0) loop.epollRang = true;
    return true;
  }

  completed(result: number, flags: number): void {
    if ((flags & IORING_CQE_F_MORE) === 0) {
      this.armed = false;
      this.#loop!.leave(this.#place);
      this.#loop!.receivers--;
    }
    if (result > 0) {
      this.#chunks.push(flags >>> IORING_CQE_BUFFER_SHIFT, result);
      if (result === BUFFER_BYTES) this.#pauseWaits = PAUSE_WAITS;
      if (result === BUFFER_BYTES || this.#chunks.length > 2 * MOST_CHUNKS) this.#cancel();
    } else {
      if ((flags & IORING_CQE_F_BUFFER) !== 0) {
        this.#buffers.giveBack(flags >>> IORING_CQE_BUFFER_SHIFT);
      }
      const pause = ENDINGS.get(result);
      if (pause === undefined) this.#ended = result;
      else this.#pauseWaits = Math.max(this.#pauseWaits, pause);
    }
    this.#owner.arrived();
  }

  /**
   * Moves what is here into the first `size` bytes of `memory`.
   *
   * @returns How many bytes, and less than `size` only if no more are here; with none, what ended the
   * stream: 0 or `-errno`. Not to be called on an empty inbox.
   */
  takeInto(memory: Uint8Array, size: number): number {
    const chunks = this.#chunks;
    if (chunks.length === 0) {
      const ended = this.#ended!;
      this.#ended = undefined;
      return ended;
    }
    let got = 0;
    while (chunks.length > 0 && got < size) {
      const id = chunks[0];
      const count = Math.min(chunks[1] - this.#taken, size - got);
      copy(this.#buffers.bytes, id * BUFFER_BYTES + this.#taken, count, memory, got);
      got += count;
      this.#taken += count;
      if (this.#taken < chunks[1]) break;
      this.#buffers.giveBack(id);
      this.#taken = 0;
      if (chunks.length === 2) chunks.length = 0;
      else chunks.splice(0, 2);
    }
    return got;
  }

  /** Takes the request out of the kernel: what comes then stays in the socket. */
  disarm(): void {
    if (!this.armed) return;
    this.#cancel();
    this.#loop!.turnUntil(() => !this.armed);
  }

  /** Drops what nobody will take. */
  clear(): void {
    for (let i = 0; i < this.#chunks.length; i += 2) this.#buffers.giveBack(this.#chunks[i]);
    this.#chunks.length = 0;
    this.#taken = 0;
    this.#ended = undefined;
  }

  #cancel(): void {
    if (!this.armed || this.#cancelled) return;
    this.#cancelled = this.#loop!.cancel(this.#place);
  }
}

function copy(
  from: Uint8Array,
  at: number,
  count: number,
  to: Uint8Array,
  toAt: number,
): void {
  if (count <= LOOP_BYTES) {
    for (let i = 0; i < count; i++) to[toAt + i] = from[at + i];
  } else {
    to.set(from.subarray(at, at + count), toAt);
  }
}
