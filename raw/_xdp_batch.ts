/**
 * Received frames where the kernel put them. They are lent: the kernel receives into other memory until
 * they are given back.
 *
 * @module
 */
import type { Control } from "../core/control.ts";
import type { Message, MessageBatch } from "../core/message.ts";
import type { XdpAddress } from "../core/rare_addresses.ts";
import { MSG_TRUNC } from "../ffi/abi/socket_constants.ts";
import type { FramesOut, XdpMemory } from "./_xdp_memory.ts";

/** A batch of received frames. */
export class XdpBatch implements MessageBatch<XdpAddress>, FramesOut {
  readonly at: Uint32Array;
  readonly lengths: Uint32Array;
  count = 0;
  readonly #memory: XdpMemory;
  readonly #from: XdpAddress;
  /** What is shown of each frame. */
  size: number;

  /**
   * @param memory Whose frames.
   * @param slots How many it has room for.
   * @param size Bytes that are shown of each.
   * @param from The queue.
   */
  constructor(memory: XdpMemory, slots: number, size: number, from: XdpAddress) {
    this.at = new Uint32Array(slots);
    this.lengths = new Uint32Array(slots);
    this.#memory = memory;
    this.#from = from;
    this.size = size;
  }

  /** Gives back what is here and takes what has come; how many that is. */
  receive(max: number): number {
    this.clear();
    return this.#memory.receive(this, max);
  }

  lengthBytes(i: number): number {
    return Math.min(this.lengths[this.#checked(i)], this.size);
  }

  data(i: number): Uint8Array<ArrayBuffer> {
    const length = this.lengthBytes(i);
    const at = this.at[i];
    return this.#memory.bytes.subarray(at, at + length);
  }

  from(i: number): XdpAddress {
    this.#checked(i);
    return { ...this.#from };
  }

  truncated(i: number): boolean {
    return this.lengths[this.#checked(i)] > this.size;
  }

  flags(i: number): number {
    return this.truncated(i) ? MSG_TRUNC : 0;
  }

  control(i: number): Control | undefined {
    this.#checked(i);
    return undefined;
  }

  toMessages(): Message<XdpAddress>[] {
    const { count } = this;
    let room = 0;
    for (let i = 0; i < count; i++) room += this.lengthBytes(i);
    const copy = new Uint8Array(room);
    const messages: Message<XdpAddress>[] = new Array(count);
    for (let i = 0, used = 0; i < count; i++) {
      const length = this.lengthBytes(i);
      copy.set(this.data(i), used);
      const data = copy.subarray(used, used + length);
      messages[i] = { data, from: this.from(i), truncated: this.truncated(i) };
      used += length;
    }
    return messages;
  }

  /** Gives the frames back. */
  clear(): void {
    this.#memory.giveBack(this);
  }

  [Symbol.dispose](): void {
    this.clear();
  }

  #checked(i: number): number {
    if (i >= 0 && i < this.count && Number.isInteger(i)) return i;
    throw new RangeError(`Cannot read a batch: message ${i} of ${this.count}`);
  }
}
