/**
 * What every message endpoint does the same way, over an engine's receive and transmit.
 *
 * @module
 */
import type { AddressInput } from "./address.ts";
import {
  type Checked,
  checkInteger,
  checkIterable,
  checkKeys,
  integer,
  object,
  optional,
} from "./arguments.ts";
import { checkBytes } from "./bytes.ts";
import type { OutgoingControl } from "./control.ts";
import type { MessageEndpoint } from "./endpoint.ts";
import { EndpointBase } from "./endpoint_base.ts";
import { atCaller, closedError } from "./errors.ts";
import type {
  Message,
  MessageBatch,
  OutgoingMessage,
  RecvBatchesOptions,
  RecvOptions,
  SendOptions,
} from "./message.ts";
import {
  DEFAULT_BATCH,
  MAX_BATCH,
  MAX_CONTROL_BYTES,
  MAX_INT,
  MAX_MESSAGE_BYTES,
} from "./limits.ts";
import { MessageArrayBatch } from "./message_batch.ts";
import { Order } from "./order.ts";
import { beginWait, type Wait, WAIT_KEYS, WAIT_SHAPE, type WaitOptions } from "./wait.ts";

/** Flags of a receive that mean something to messages received ahead: bits/socket.h. */
const MSG_OOB = 1;
const MSG_PEEK = 2;
const MSG_ERRQUEUE = 0x2000;

function checkControl(value: unknown, action: string, name: string): OutgoingControl {
  if (Array.isArray(value)) return value; // each message of it is checked where it is encoded
  throw new TypeError(`Cannot ${action}: ${name} is not an array`);
}

const SEND = object({
  ...WAIT_SHAPE,
  control: optional(checkControl),
  flags: optional(integer(0, MAX_INT)),
});
const RECV_SHAPE = {
  ...WAIT_SHAPE,
  size: optional(integer(1, MAX_MESSAGE_BYTES)),
  flags: optional(integer(0, MAX_INT)),
  controlBytes: optional(integer(0, MAX_CONTROL_BYTES)),
} as const;
const RECV = object(RECV_SHAPE);
const RECV_BATCHES = object({ ...RECV_SHAPE, max: optional(integer(1, MAX_BATCH)) });
/** No options: so a plain call makes nothing. */
const NONE: Checked<typeof WAIT_SHAPE> & SendOptions & RecvOptions = Object.freeze({
  signal: undefined,
  timeoutMs: undefined,
});

/** The base of the message endpoints of both engines. */
export abstract class MessageBase<A> extends EndpointBase<A> implements MessageEndpoint<A> {
  readonly role = "message" as const;

  /** Order of the receives. */
  protected readonly receives: Order = new Order();
  /** Order of the sends. */
  protected readonly sends: Order = new Order();
  /** What an iteration has received ahead, the newest first. */
  #kept: Message<A>[] = [];

  /**
   * Receives one message; `undefined` once a connected peer has ended (never for datagrams).
   * One that comes after `wait` ended belongs to the next call.
   */
  protected abstract receive(
    options: RecvOptions,
    wait: Wait | undefined,
  ): Promise<Message<A> | undefined>;
  /** Receives what is there, at least one message; empty once a connected peer has ended. */
  protected abstract receiveMany(
    max: number,
    options: RecvOptions,
    wait: Wait | undefined,
  ): Promise<Message<A>[]>;
  /** Sends one message, to the connected peer when `to` is undefined. */
  protected abstract transmit(
    message: OutgoingMessage<A>,
    options: SendOptions,
    wait: Wait | undefined,
  ): Promise<number>;
  /** Sends many; resolves to how many went before the first that failed, or rejects if that is none. */
  protected abstract transmitMany(
    messages: Iterable<OutgoingMessage<A>>,
    wait: Wait | undefined,
  ): Promise<number>;
  /** Sets the peer. */
  protected abstract associate(to: AddressInput<A>, wait: Wait | undefined): Promise<void>;
  abstract disconnect(): void;

  async connect(to: AddressInput<A>, options?: WaitOptions): Promise<void> {
    checkAddressObject(to, "connect");
    if (options !== undefined) checkKeys(options, WAIT_KEYS, "connect");
    const wait = beginWait(options, "connect", this);
    try {
      this.checkOpen("connect");
      await this.associate(to, wait);
    } catch (error) {
      throw atCaller(error);
    } finally {
      wait?.end();
    }
  }

  // Not async: what they call is, and each such call costs a promise.
  send(data: Uint8Array, options?: SendOptions): Promise<number> {
    return options === undefined && !this.sends.busy
      ? this.#sendNow("send", data, undefined)
      : this.#sendInOrder("send", data, undefined, options);
  }

  sendTo(data: Uint8Array, to: AddressInput<A>, options?: SendOptions): Promise<number> {
    if (to === undefined) return Promise.reject(new TypeError("Cannot send: to is not an address"));
    return options === undefined && !this.sends.busy
      ? this.#sendNow("sendto", data, to)
      : this.#sendInOrder("sendto", data, to, options);
  }

  async recv(options?: RecvOptions): Promise<Uint8Array> {
    const message = await this.recvFrom(options);
    // Nobody can claim descriptors that came with it.
    message.control?.[Symbol.dispose]();
    return message.data;
  }

  recvFrom(options?: RecvOptions): Promise<Message<A>> {
    return options === undefined && !this.receives.busy
      ? this.#receiveNow()
      : this.#receiveInOrder(options);
  }

  async #receiveInOrder(options: RecvOptions | undefined): Promise<Message<A>> {
    const checked = options === undefined ? NONE : RECV(options, "receive", "options");
    return await this.inOrder(
      this.receives,
      beginWait(checked, "receive", this),
      "recvfrom",
      async (wait) => present(this.#takeKept(checked) ?? await this.receive(checked, wait)),
    );
  }

  async recvMany(max: number = DEFAULT_BATCH, options?: RecvOptions): Promise<Message<A>[]> {
    checkInteger(max, 1, MAX_BATCH, "receive", "max");
    const checked = options === undefined ? NONE : RECV(options, "receive", "options");
    return await this.inOrder(
      this.receives,
      beginWait(checked, "receive", this),
      "recvmmsg",
      (wait) => {
        const kept = this.#takeKeptMany(max, checked);
        return kept.length > 0 ? Promise.resolve(kept) : this.receiveMany(max, checked, wait);
      },
    );
  }

  async *recvBatches(
    options?: RecvBatchesOptions,
  ): AsyncGenerator<MessageBatch<A>, void, void> {
    const checked: RecvBatchesOptions = options === undefined
      ? NONE
      : RECV_BATCHES(options, "receive", "options");
    const wait = beginWait(checked, "receive", this);
    try {
      // What an iteration has received ahead comes first, as it does everywhere.
      const { max = DEFAULT_BATCH, flags = 0 } = checked;
      for (let more = true; more && this.keepsMessages && !this.receives.busy;) {
        const kept = this.#takeKeptMany(max, checked);
        if (kept.length === 0) break;
        yield new MessageArrayBatch(kept);
        more = (flags & MSG_PEEK) === 0;
      }
      yield* this.batches(checked, wait);
    } catch (error) {
      if (!this.closed) throw error;
    } finally {
      wait?.end();
    }
  }

  async sendMany(
    messages: Iterable<OutgoingMessage<A>>,
    options?: WaitOptions,
  ): Promise<number> {
    checkIterable(messages, "send", "messages");
    if (options !== undefined) checkKeys(options, WAIT_KEYS, "send");
    return await this.inOrder(
      this.sends,
      beginWait(options, "send", this),
      "sendmmsg",
      (wait) => this.transmitMany(messages, wait),
    );
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Message<A>> {
    const iterator: AsyncIterableIterator<Message<A>> = {
      next: () => {
        const message = this.receives.busy ? undefined : this.#takeKept(NONE);
        return message === undefined
          ? this.#nextOfBatch()
          : Promise.resolve({ done: false, value: message });
      },
      return: () => Promise.resolve({ done: true, value: undefined }),
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  protected override endWaits(): void {
    this.receives.rejectAll(() => closedError("recv"));
    this.sends.rejectAll(() => closedError("send"));
    for (const message of this.#kept.splice(0)) message.control?.[Symbol.dispose]();
  }

  /** A send without options while nobody else sends: as little as there can be between it and the engine. */
  async #sendNow(
    syscall: string,
    data: Uint8Array,
    to: AddressInput<A> | undefined,
  ): Promise<number> {
    checkBytes(data, "send", "data");
    if (to !== undefined) checkAddressObject(to, "send");
    this.checkOpen(syscall);
    this.sends.enter();
    try {
      return await this.transmit({ data, to }, NONE, undefined);
    } finally {
      this.sends.leave();
    }
  }

  async #sendInOrder(
    syscall: string,
    data: Uint8Array,
    to: AddressInput<A> | undefined,
    options: SendOptions | undefined,
  ): Promise<number> {
    checkBytes(data, "send", "data");
    if (to !== undefined) checkAddressObject(to, "send");
    const checked = options === undefined ? NONE : SEND(options, "send", "options");
    return await this.inOrder(
      this.sends,
      beginWait(checked, "send", this),
      syscall,
      (wait) => this.transmit({ data, to, control: checked.control }, checked, wait),
    );
  }

  /** Sends many one by one: what {@linkcode MessageBase.transmitMany} is where no call takes several. */
  protected async transmitEach(
    messages: Iterable<OutgoingMessage<A>>,
    wait: Wait | undefined,
  ): Promise<number> {
    let sent = 0;
    try {
      for (const message of messages) {
        wait?.throwIfAborted();
        checkMessage(message, sent);
        const { data, to, control } = message; // read once
        checkBytes(data, "send", "data");
        await this.transmit({ data, to, control }, NONE, wait);
        sent++;
      }
    } catch (error) {
      const malformed = error instanceof TypeError || error instanceof RangeError;
      if (sent === 0 || malformed || this.closed) throw error;
    }
    return sent;
  }

  /** A receive without options while nobody else receives. */
  async #receiveNow(): Promise<Message<A>> {
    this.checkOpen("recvfrom");
    this.receives.enter();
    try {
      return present(this.#takeKept(NONE) ?? await this.receive(NONE, undefined));
    } finally {
      this.receives.leave();
    }
  }

  /** What {@linkcode MessageBase.recvBatches} goes through; `wait` is one limit for all of it. */
  protected async *batches(
    options: RecvBatchesOptions,
    wait: Wait | undefined,
  ): AsyncGenerator<MessageBatch<A>, void, void> {
    const { max = DEFAULT_BATCH } = options;
    while (!this.closed) {
      // In order each time: other receives may come between two batches.
      const messages = await this.inOrder(
        this.receives,
        undefined,
        "recvmmsg",
        () => this.receiveMany(max, options, wait),
      );
      if (messages.length === 0) return;
      yield new MessageArrayBatch(messages);
    }
  }

  /** Receives as many as there are and hands out the first; the rest wait for whoever receives next. */
  async #nextOfBatch(): Promise<IteratorResult<Message<A>, undefined>> {
    if (this.closed) return { done: true, value: undefined };
    try {
      const value = await this.inOrder(this.receives, undefined, "recvmmsg", async (wait) => {
        const message = this.#takeKept(NONE);
        if (message !== undefined) return message;
        const [first, ...rest] = await this.receiveMany(DEFAULT_BATCH, NONE, wait);
        this.#kept = rest.reverse();
        return first;
      });
      return value === undefined ? { done: true, value } : { done: false, value };
    } catch (error) {
      if (this.closed) return { done: true, value: undefined };
      throw error;
    }
  }

  /** Whether messages are kept that an iteration has received ahead. */
  protected get keepsMessages(): boolean {
    return this.#kept.length > 0;
  }

  /** The oldest message that an iteration has received and not handed out, cut to the room asked for. */
  #takeKept(options: RecvOptions): Message<A> | undefined {
    return this.#kept.length === 0 ? undefined : this.#takeKeptMany(1, options)[0];
  }

  #takeKeptMany(max: number, options: RecvOptions): Message<A>[] {
    const { size = Infinity, flags = 0 } = options;
    // Urgent data and errors are queues of their own.
    if ((flags & (MSG_OOB | MSG_ERRQUEUE)) !== 0) return [];
    const first = Math.max(0, this.#kept.length - max);
    if ((flags & MSG_PEEK) !== 0) {
      return this.#kept.slice(first).reverse().map((message) => peeked(message, size));
    }
    const taken = this.#kept.splice(first).reverse();
    for (const message of taken) {
      if (message.data.length <= size) continue;
      message.data = message.data.subarray(0, size);
      message.truncated = true;
    }
    return taken;
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

/** Refuses what is no message to be sent, and misspelt keys of one. Nothing is made for one that is right. */
export function checkMessage(message: unknown, index: number): asserts message is object {
  if (message === null || typeof message !== "object") {
    throw new TypeError(`Cannot send: messages[${index}] is not an object`);
  }
  for (const key in message) {
    if (key === "data" || key === "to" || key === "control" || !Object.hasOwn(message, key)) {
      continue;
    }
    throw new TypeError(`Cannot send: messages[${index}] has an unknown key "${key}"`);
  }
}

/** What a receive rejects with once a connection-oriented peer has ended. */
export function peerEnded(): Error {
  return new Deno.errors.UnexpectedEof("Cannot receive: the peer has ended the connection");
}

function present<T>(message: T | undefined): T {
  if (message === undefined) throw peerEnded();
  return message;
}

/** What else an address must be is its family's affair. */
function checkAddressObject(to: unknown, action: string): void {
  if (to === null || typeof to !== "object") {
    throw new TypeError(`Cannot ${action}: to is not an address`);
  }
}
