/**
 * A batch of messages where the engine hands out objects.
 *
 * @module
 */
import type { Control } from "./control.ts";
import type { Message, MessageBatch } from "./message.ts";

/** The flag of a message whose end is lost (linux/socket.h). */
const MSG_TRUNC = 0x20;

/** A batch over messages that were received one by one. */
export class MessageArrayBatch<A> implements MessageBatch<A> {
  readonly #messages: readonly Message<A>[];

  /** Takes the messages over; there is one at least. */
  constructor(messages: readonly Message<A>[]) {
    this.#messages = messages;
  }

  get count(): number {
    return this.#messages.length;
  }

  lengthBytes(i: number): number {
    return this.#at(i).data.length;
  }

  data(i: number): Uint8Array<ArrayBuffer> {
    return this.#at(i).data as Uint8Array<ArrayBuffer>;
  }

  from(i: number): A {
    return this.#at(i).from;
  }

  truncated(i: number): boolean {
    return this.#at(i).truncated;
  }

  flags(i: number): number {
    const { flags = 0, truncated } = this.#at(i);
    return truncated ? flags | MSG_TRUNC : flags;
  }

  control(i: number): Control | undefined {
    return this.#at(i).control;
  }

  toMessages(): Message<A>[] {
    return [...this.#messages];
  }

  [Symbol.dispose](): void {
    for (const message of this.#messages) message.control?.[Symbol.dispose]();
  }

  #at(i: number): Message<A> {
    const message = this.#messages[i];
    if (message === undefined) {
      throw new RangeError(`Cannot look at message ${i}: the batch has ${this.count}`);
    }
    return message;
  }
}
