/**
 * Sends that go to the kernel together with the next turn's other requests.
 *
 * @module
 */
import { RingMemory } from "./memory.ts";
import type { Target } from "./target.ts";

/** Sends of more than this cost more to copy than to call the kernel for. */
export const SLOT_BYTES = 2048;
/** As many as there are events in a turn. */
const SLOTS = 128;

/** The ring that sends. */
interface Sending {
  enter(target: Target): number;
  send(place: number, fd: number, lowWord: number, highWord: number, size: number): boolean;
}

/** Hears what became of a send. */
export interface SendOutcome {
  /** How many bytes went, or `-errno`. */
  sent(result: number): void;
}

/** Memory for sends that nobody else touches until they are done. */
export class SendSlots {
  readonly #loop: Sending;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #free: Slot[] = [];

  /** Use {@linkcode SendSlots.open}. */
  constructor(loop: Sending, memory: RingMemory) {
    this.#loop = loop;
    this.#bytes = memory.bytes(0, SLOTS * SLOT_BYTES);
    for (let i = SLOTS - 1; i >= 0; i--) {
      const address = memory.addressAt(i * SLOT_BYTES);
      const slot = new Slot(this.#free, i * SLOT_BYTES, address);
      slot.place = loop.enter(slot);
      this.#free.push(slot);
    }
  }

  /** Makes them, or returns `undefined` if there is no memory. */
  static open(loop: Sending): SendSlots | undefined {
    const memory = RingMemory.allocate([SLOTS * SLOT_BYTES]);
    return memory === undefined ? undefined : new SendSlots(loop, memory);
  }

  /** Prepares a send of the first `size` bytes of `data`, at most {@linkcode SLOT_BYTES}. False if there is no room. */
  send(fd: number, data: Uint8Array, size: number, outcome: SendOutcome): boolean {
    const slot = this.#free.pop();
    if (slot === undefined) return false;
    const { offset } = slot;
    if (size <= LOOP_BYTES) {
      for (let i = 0; i < size; i++) this.#bytes[offset + i] = data[i];
    } else {
      this.#bytes.set(data.length === size ? data : data.subarray(0, size), offset);
    }
    if (!this.#loop.send(slot.place, fd, slot.lowWord, slot.highWord, size)) {
      this.#free.push(slot);
      return false;
    }
    slot.outcome = outcome;
    return true;
  }
}

const NOBODY: SendOutcome = { sent() {} };

/** So few are copied faster one by one than by a call. */
const LOOP_BYTES = 64;

class Slot implements Target {
  place = -1;
  outcome: SendOutcome = NOBODY;
  readonly offset: number;
  readonly lowWord: number;
  readonly highWord: number;
  readonly #free: Slot[];

  constructor(free: Slot[], offset: number, address: bigint) {
    this.#free = free;
    this.offset = offset;
    this.lowWord = Number(BigInt.asIntN(32, address));
    this.highWord = Number(address >> 32n);
  }

  completed(result: number): void {
    const { outcome } = this;
    this.outcome = NOBODY;
    this.#free.push(this);
    outcome.sent(result);
  }
}
