/**
 * Bytes received but not yet handed out.
 *
 * @module
 */
import { indexOfNeedle } from "@std/bytes/index-of-needle";

const LEAST_ROOM = 4096;
/** What an empty queue may hold on to. */
const MOST_IDLE_BYTES = 65536;
const EMPTY: Uint8Array<ArrayBuffer> = new Uint8Array(0);

/** The position of `needle` (not empty) in `held` at or after `from`, or -1. */
export function indexOf(held: Uint8Array, needle: Uint8Array, from: number): number {
  return needle.length === 1
    ? held.indexOf(needle[0], from)
    : indexOfNeedle(held, needle, Math.max(0, from));
}

/** A growing queue of bytes over one buffer. */
export class ByteQueue {
  #buffer = EMPTY;
  #start = 0;
  #end = 0;

  /** Bytes held. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** Appends a copy of `bytes`. */
  push(bytes: Uint8Array): void {
    this.room(bytes.length).set(bytes);
    this.#end += bytes.length;
  }

  /** Puts a copy of `bytes` before all others. */
  unshift(bytes: Uint8Array): void {
    const all = new Uint8Array(bytes.length + this.length);
    all.set(bytes);
    all.set(this.peek(), bytes.length);
    this.#buffer = all;
    this.#start = 0;
    this.#end = all.length;
  }

  /** Free space of at least `size` bytes to write into; then {@linkcode ByteQueue.commit}. */
  room(size: number): Uint8Array<ArrayBuffer> {
    if (this.#buffer.length - this.#end < size) {
      const held = this.length;
      const wanted = held + Math.max(size, LEAST_ROOM);
      // Moving to the front is enough when that frees half; else double, so that growth is linear.
      const target = wanted <= this.#buffer.length && held <= this.#buffer.length / 2
        ? this.#buffer
        : new Uint8Array(Math.max(wanted, this.#buffer.length * 2));
      target.set(this.peek());
      this.#buffer = target;
      this.#start = 0;
      this.#end = held;
    }
    return this.#buffer.subarray(this.#end);
  }

  /** Says that `count` bytes were written into the room. */
  commit(count: number): void {
    this.#end += count;
  }

  /** Moves bytes into `target`; returns how many. */
  takeInto(target: Uint8Array): number {
    const count = Math.min(target.length, this.length);
    target.set(this.#buffer.subarray(this.#start, this.#start + count));
    this.drop(count);
    return count;
  }

  /** Takes at most `count` bytes, as a copy. */
  take(count: number): Uint8Array<ArrayBuffer> {
    const end = this.#start + Math.min(count, this.length);
    const bytes = this.#buffer.slice(this.#start, end);
    this.drop(bytes.length);
    return bytes;
  }

  /** Whether `memory` is the free space that {@linkcode ByteQueue.room} gave. */
  isRoom(memory: Uint8Array): boolean {
    return memory.buffer === this.#buffer.buffer;
  }

  /** The bytes held, as a view that is valid until the next change. */
  peek(): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  /** Drops the first `count` bytes. */
  drop(count: number): void {
    this.#start += count;
    if (this.#start < this.#end) return;
    this.#start = this.#end = 0;
    // Nobody must go on paying for one message that was long.
    if (this.#buffer.length > MOST_IDLE_BYTES) this.#buffer = EMPTY;
  }
}
