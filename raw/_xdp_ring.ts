/**
 * One ring that is shared with the kernel: a producer's index, a consumer's, and entries between them
 * (Documentation/networking/af_xdp.rst). One side writes each index; both only grow, and wrap at 2^32.
 *
 * @module
 */
import { socketError } from "../core/errors.ts";
import type { RingMemory } from "../ffi/ring/memory.ts";
import { XDP_RING_NEED_WAKEUP, XDP_STRUCTS } from "../ffi/abi/xdp_constants.ts";

const { xdp_ring_offset: OFFSET, xdp_desc: DESC } = XDP_STRUCTS;

/** Words of a descriptor, and of a bare address. */
export const DESC_WORDS = DESC.size / 4;
export const ADDRESS_WORDS = 2;

/** Where a ring's parts are, as the kernel tells it. */
export interface RingLayout {
  readonly producer: number;
  readonly consumer: number;
  readonly desc: number;
  readonly flags: number;
}

/** Reads one ring's layout from `struct xdp_mmap_offsets`. */
export function layoutAt(offsets: DataView, at: number): RingLayout {
  const field = (offset: number) => Number(offsets.getBigUint64(at + offset, true));
  return {
    producer: field(OFFSET.producer),
    consumer: field(OFFSET.consumer),
    desc: field(OFFSET.desc),
    flags: field(OFFSET.flags),
  };
}

/** What no kernel does: an index or an address that cannot be. Nothing of it is used. */
export function corrupt(what: string): Error {
  return socketError("EIO", { syscall: "use an XDP ring", message: what });
}

/** A ring of which we write one index; which, its user knows. */
export class XdpRing {
  /** Its memory, as words. */
  readonly words: Int32Array<ArrayBuffer>;
  readonly #entries: number;
  readonly #producer: number;
  readonly #consumer: number;
  readonly #desc: number;
  readonly #flags: number;
  readonly #entryWords: number;
  /** Our index: what the kernel reads is not read back. */
  #own = 0;

  /**
   * @param memory Where it is mapped.
   * @param place From which byte on.
   * @param layout Where its parts are.
   * @param entries How many entries it has: a power of 2.
   * @param entryWords Words of an entry.
   */
  constructor(
    memory: RingMemory,
    place: number,
    layout: RingLayout,
    entries: number,
    entryWords: number,
  ) {
    this.words = memory.words(place, ringBytes(layout, entries, entryWords) / 4);
    this.#entries = entries;
    this.#entryWords = entryWords;
    this.#producer = layout.producer / 4;
    this.#consumer = layout.consumer / 4;
    this.#desc = layout.desc / 4;
    this.#flags = layout.flags / 4;
  }

  /** Whether the kernel asks to be called before it goes on. */
  get needsWakeup(): boolean {
    return (Atomics.load(this.words, this.#flags) & XDP_RING_NEED_WAKEUP) !== 0;
  }

  /** Of a ring that we fill: how many entries the kernel has not taken. */
  get untaken(): number {
    return this.#checked((this.#own - Atomics.load(this.words, this.#consumer)) >>> 0);
  }

  /** Of a ring that the kernel fills: how many entries we have not taken. */
  get available(): number {
    return this.#checked((Atomics.load(this.words, this.#producer) - this.#own) >>> 0);
  }

  /** The first word of the entry that is `ahead` of our index. */
  wordAt(ahead: number): number {
    return this.#desc + ((this.#own + ahead) & (this.#entries - 1)) * this.#entryWords;
  }

  /** Shows the kernel so many entries more of a ring that we fill. */
  publish(count: number): void {
    this.#own = (this.#own + count) | 0;
    Atomics.store(this.words, this.#producer, this.#own);
  }

  /** Gives the kernel so many entries back of a ring that it fills. */
  release(count: number): void {
    this.#own = (this.#own + count) | 0;
    Atomics.store(this.words, this.#consumer, this.#own);
  }

  #checked(count: number): number {
    if (count > this.#entries) throw corrupt(`${count} entries in a ring of ${this.#entries}`);
    return count;
  }
}

/** How many bytes of a ring are mapped. */
export function ringBytes(layout: RingLayout, entries: number, entryWords: number): number {
  return layout.desc + entries * entryWords * 4;
}
