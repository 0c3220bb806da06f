/**
 * Messages that an iteration has received ahead: they wait for whoever receives next.
 *
 * @module
 */
import type { Message, RecvOptions } from "./message.ts";

/** Flags of a receive that mean something to messages received ahead: bits/socket.h. */
const MSG_OOB = 1;
/** To look at a message without taking it (bits/socket.h). */
export const MSG_PEEK = 2;
const MSG_ERRQUEUE = 0x2000;

/** A queue of messages. */
export class KeptMessages<A> implements Disposable {
  #messages: readonly Message<A>[] = [];
  #next = 0;
  /** How many there are. Only the calls here change it. */
  length = 0;

  /** Keeps messages from one on, where there are none. Their array is nobody else's from now on. */
  keep(messages: readonly Message<A>[], from: number): void {
    this.#messages = messages;
    this.#next = from;
    this.length = Math.max(0, messages.length - from);
  }

  /** The oldest one, whole. */
  next(): Message<A> | undefined {
    if (this.length === 0) return undefined;
    const message = this.#messages[this.#next++];
    if (--this.length === 0) this.#messages = [];
    return message;
  }

  /** The oldest ones, cut to the room that was asked for; none if what is asked for is no message. */
  take(max: number, { size = Infinity, flags = 0 }: RecvOptions): Message<A>[] {
    // Urgent data and errors are queues of their own.
    if (this.length === 0 || (flags & (MSG_OOB | MSG_ERRQUEUE)) !== 0) return [];
    const count = Math.min(max, this.length);
    const taken = this.#messages.slice(this.#next, this.#next + count);
    if ((flags & MSG_PEEK) !== 0) return taken.map((message) => peeked(message, size));
    this.keep(this.#messages, this.#next + count);
    for (const message of taken) {
      if (message.data.length <= size) continue;
      message.data = message.data.subarray(0, size);
      message.truncated = true;
    }
    return taken;
  }

  /** Gives all up. */
  [Symbol.dispose](): void {
    for (const message of this.take(Infinity, {})) message.control?.[Symbol.dispose]();
  }
}

/** A message that stays where it is: its bytes are copied, and descriptors with it are nobody's yet. */
function peeked<A>(message: Message<A>, size: number): Message<A> {
  const { data, from, truncated, control, flags } = message;
  const shown: Message<A> = {
    data: data.slice(0, size),
    from,
    truncated: truncated || data.length > size,
  };
  if (control !== undefined && control.get("rights") === undefined) shown.control = control;
  if (flags !== undefined) shown.flags = flags;
  return shown;
}
