/**
 * What every message endpoint does the same way, over an engine's receive and transmit.
 *
 * @module
 */
import type { AddressInput } from "./address.ts";
import { checkInteger, checkIterable, checkKeys } from "./arguments.ts";
import { checkBytes } from "./bytes.ts";
import type { MessageEndpoint } from "./endpoint.ts";
import { EndpointBase } from "./endpoint_base.ts";
import { atCaller, closedError } from "./errors.ts";
import { KeptMessages, MSG_PEEK } from "./_kept_messages.ts";
import { DEFAULT_BATCH, MAX_BATCH } from "./limits.ts";
import type {
  Message,
  MessageBatch,
  OutgoingMessage,
  RecvBatchesOptions,
  RecvOptions,
  SendOptions,
} from "./message.ts";
import {
  checkAddressObject,
  checkMessage,
  NONE,
  RECV,
  RECV_BATCHES,
  SEND,
} from "./message_arguments.ts";
import { MessageArrayBatch } from "./_message_batch.ts";
import { Order } from "./_order.ts";
import { beginWait, type Wait, WAIT_KEYS, type WaitOptions } from "./wait.ts";

/** The base of the message endpoints of both engines. */
export abstract class MessageBase<A> extends EndpointBase<A> implements MessageEndpoint<A> {
  readonly role = "message" as const;

  /** Order of the receives. */
  protected readonly receives: Order = new Order();
  /** Order of the sends. */
  protected readonly sends: Order = new Order();
  /** What an iteration has received ahead. */
  protected readonly kept: KeptMessages<A> = new KeptMessages<A>();

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

  async send(data: Uint8Array, options?: SendOptions): Promise<number> {
    return await this.#sendInOrder("send", data, undefined, options);
  }

  async sendTo(data: Uint8Array, to: AddressInput<A>, options?: SendOptions): Promise<number> {
    checkAddressObject(to, "send");
    return await this.#sendInOrder("sendto", data, to, options);
  }

  async recv(options?: RecvOptions): Promise<Uint8Array> {
    const message = await this.recvFrom(options);
    // Nobody can claim descriptors that came with it.
    message.control?.[Symbol.dispose]();
    return message.data;
  }

  async recvFrom(options?: RecvOptions): Promise<Message<A>> {
    const checked = options === undefined ? NONE : RECV(options, "receive", "options");
    const message = await this.inOrder(
      this.receives,
      beginWait(checked, "receive", this),
      "recvfrom",
      async (wait) => this.kept.take(1, checked)[0] ?? await this.receive(checked, wait),
    );
    if (message === undefined) throw peerEnded();
    return message;
  }

  async recvMany(max: number = DEFAULT_BATCH, options?: RecvOptions): Promise<Message<A>[]> {
    checkInteger(max, 1, MAX_BATCH, "receive", "max");
    const checked = options === undefined ? NONE : RECV(options, "receive", "options");
    return await this.inOrder(
      this.receives,
      beginWait(checked, "receive", this),
      "recvmmsg",
      (wait) => {
        const kept = this.kept.take(max, checked);
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
      for (let more = true; more && this.kept.length > 0 && !this.receives.busy;) {
        const kept = this.kept.take(max, checked);
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
        const message = this.receives.busy ? undefined : this.kept.next();
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
    this.kept[Symbol.dispose]();
  }

  async #sendInOrder(
    syscall: string,
    data: Uint8Array,
    to: AddressInput<A> | undefined,
    options: SendOptions | undefined,
  ): Promise<number> {
    checkBytes(data, "send", "data");
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
        const message = this.kept.next();
        if (message !== undefined) return message;
        const messages = await this.receiveMany(DEFAULT_BATCH, NONE, wait);
        this.kept.keep(messages, 1);
        return messages[0];
      });
      return value === undefined ? { done: true, value } : { done: false, value };
    } catch (error) {
      if (this.closed) return { done: true, value: undefined };
      throw error;
    }
  }
}

/** What a receive rejects with once a connection-oriented peer has ended. */
export function peerEnded(): Error {
  return new Deno.errors.UnexpectedEof("Cannot receive: the peer has ended the connection");
}
