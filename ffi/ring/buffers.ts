/**
 * Memory that the kernel receives into, whichever connection has bytes: a connection that waits holds
 * none (IORING_REGISTER_PBUF_RING, `man 3 io_uring_register_buf_ring`).
 *
 * @module
 */
import { STRUCTS } from "../abi/layout.ts";
import { allocate } from "../abi/memory.ts";
import { IORING_REGISTER_PBUF_RING } from "../abi/ring_constants.ts";
import { RingMemory } from "./memory.ts";
import type { Ring } from "./ring.ts";

/** A message of more than this had better be received straight to where it shall be. */
export const BUFFER_BYTES = 2048;
/** A power of 2. They are used in turn, so that few stay in a core's own cache; what is lent cannot be more. */
const BUFFERS = 256;
/** The one group of buffers. */
export const BUFFER_GROUP = 0;

const { io_uring_buf, io_uring_buf_reg } = STRUCTS;
const WORDS = io_uring_buf.size / 4;
/** The queue's tail is in the last field of its first entry. */
const TAIL_AT = io_uring_buf.resv / 2;
const ID_AT = io_uring_buf.bid / 2;

/** The buffers of a ring. */
export class ProvidedBuffers {
  /** All of them, one after the other. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #words: Int32Array<ArrayBuffer>;
  readonly #halves: Uint16Array<ArrayBuffer>;
  /** Of the address of the first: numbers, since a bigint for each buffer would be garbage. */
  readonly #lowWord: number;
  readonly #highWord: number;
  #tail = 0;

  /** Use {@linkcode ProvidedBuffers.open}. */
  constructor(memory: RingMemory) {
    const [queue, buffers] = memory.places;
    this.bytes = memory.bytes(buffers, BUFFERS * BUFFER_BYTES);
    this.#words = memory.words(queue, BUFFERS * WORDS);
    this.#halves = new Uint16Array(this.#words.buffer, queue, BUFFERS * WORDS * 2);
    const address = memory.addressAt(buffers);
    this.#lowWord = Number(BigInt.asUintN(32, address));
    this.#highWord = Number(address >> 32n);
    for (let id = 0; id < BUFFERS; id++) this.#write(id);
    this.giveBack(-1);
  }

  /** Registers buffers, or returns `undefined` where the kernel does not let it. */
  static open(ring: Ring): ProvidedBuffers | undefined {
    const memory = RingMemory.allocate([BUFFERS * io_uring_buf.size, BUFFERS * BUFFER_BYTES]);
    if (memory === undefined) return undefined;
    const registration = allocate(io_uring_buf_reg.size);
    const view = new DataView(registration.buffer);
    view.setBigUint64(io_uring_buf_reg.ring_addr, memory.addressAt(memory.places[0]), true);
    view.setUint32(io_uring_buf_reg.ring_entries, BUFFERS, true);
    view.setUint16(io_uring_buf_reg.bgid, BUFFER_GROUP, true);
    if (!ring.register(IORING_REGISTER_PBUF_RING, registration, 1)) return undefined;
    return new ProvidedBuffers(memory);
  }

  /** The kernel may use buffer `id` again; -1 is none. */
  giveBack(id: number): void {
    if (id >= 0) this.#write(id);
    // The kernel looks at it in calls of this thread only (IORING_SETUP_DEFER_TASKRUN).
    this.#halves[TAIL_AT] = this.#tail;
  }

  #write(id: number): void {
    const at = (this.#tail & (BUFFERS - 1)) * WORDS;
    const low = this.#lowWord + id * BUFFER_BYTES;
    this.#words[at] = low;
    this.#words[at + 1] = low > 0xffffffff ? this.#highWord + 1 : this.#highWord;
    this.#words[at + 2] = BUFFER_BYTES;
    this.#halves[at * 2 + ID_AT] = id;
    this.#tail = (this.#tail + 1) & 0xffff;
  }
}
