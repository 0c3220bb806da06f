/**
 * Memory that the kernel writes to as long as a ring lives, in JavaScript's hands: no
 * `Deno.UnsafePointerView`, which a path-scoped `--allow-ffi` refuses. Rings of the kernel's own memory
 * are mapped over it.
 *
 * @module
 */
import {
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_PRIVATE,
  MAP_SHARED,
  PROT_READ,
  PROT_WRITE,
} from "../abi/event_constants.ts";
import { attempt } from "../abi/library.ts";
import { addressOf } from "../abi/memory.ts";

/** A WebAssembly page: a multiple of all page sizes that Linux has on the supported platforms. */
const PAGE_BYTES = 65536;

/**
 * Several areas, each at the beginning of a page. WebAssembly's memory is a mapping of its own: when
 * its isolate ends before the kernel has given a ring back (a Worker that is terminated) it is unmapped,
 * and the kernel keeps the pages. The heap's would be another's by then.
 */
export class RingMemory {
  /** The offset of each area. */
  readonly places: readonly number[];
  readonly #buffer: ArrayBuffer;
  readonly #address: bigint;

  /** Use {@linkcode RingMemory.allocate}. */
  constructor(buffer: ArrayBuffer, address: bigint, places: readonly number[]) {
    this.#buffer = buffer;
    this.#address = address;
    this.places = places;
  }

  /** Allocates areas of `sizes` bytes, or returns `undefined` if there is no such memory. */
  static allocate(sizes: readonly number[]): RingMemory | undefined {
    const places: number[] = [];
    let pages = 0;
    for (const size of sizes) {
      places.push(pages * PAGE_BYTES);
      pages += Math.ceil(size / PAGE_BYTES);
    }
    try {
      const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
      const buffer = memory.buffer as ArrayBuffer; // shared is what nobody asked for
      const address = addressOf(new Uint8Array(buffer));
      if (address % BigInt(PAGE_BYTES) !== 0n) return undefined;
      return new RingMemory(buffer, address, places);
    } catch {
      return undefined; // no address space for it, or no WebAssembly
    }
  }

  /**
   * Maps what a descriptor shares over an area (`man 2 mmap`). 0, or `-errno`.
   *
   * @param place Where the area begins.
   * @param size How much of it, in bytes.
   * @param fd The descriptor.
   * @param at Where in what it shares.
   */
  map(place: number, size: number, fd: number, at: number): number {
    return this.#remap(place, size, MAP_SHARED, fd, at);
  }

  /**
   * Puts memory of our own back over an area: what is shared would keep its file open. Whoever still
   * looks there sees zeros.
   */
  unmap(place: number, size: number): void {
    this.#remap(place, size, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  }

  #remap(place: number, size: number, flags: number, fd: number, at: number): number {
    if (!this.places.includes(place) || !(size > 0 && place + size <= this.#buffer.byteLength)) {
      throw new RangeError(`Cannot map ${size} bytes: no area at ${place} has them`);
    }
    const address = this.addressAt(place);
    const access = PROT_READ | PROT_WRITE;
    return attempt((lib) =>
      lib.mmap(address, BigInt(size), access, flags | MAP_FIXED, fd, BigInt(at)) === address
        ? 0
        : -1
    );
  }

  /** The address of the byte at `offset`. */
  addressAt(offset: number): bigint {
    return this.#address + BigInt(offset);
  }

  /** `length` words from `offset`. */
  words(offset: number, length: number): Int32Array<ArrayBuffer> {
    return new Int32Array(this.#buffer, offset, length);
  }

  /** `length` bytes from `offset`. */
  bytes(offset: number, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#buffer, offset, length);
  }
}
