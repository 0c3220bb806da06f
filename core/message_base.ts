/**
 * What every message endpoint does the same way, over an engine's receive and transmit.
 *
 * @module
 */
import type { AddressInput, Family, SocketType } from "./address.ts";
import { checkBytes, checkInteger, checkKeys } from "./bytes.ts";
import type { MessageEndpoint } from "./endpoint.ts";
import { closedError } from "./errors.ts";
import type { Message, OutgoingMessage, RecvOptions, SendOptions } from "./message.ts";
import type { SocketOption } from "./option.ts";
import { Turns } from "./turns.ts";
import { beginWait, type Wait, WAIT_KEYS, type WaitOptions } from "./wait.ts";

/** Room for a payload unless told otherwise: any UDP datagram fits. */
export const DEFAULT_MESSAGE_BYTES = 65536;
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
const DEFAULT_BATCH = 64;
const MAX_BATCH = 1024;
const MAX_CONTROL_BYTES = 65536;
const SEND_KEYS = [...WAIT_KEYS, "control", "flags"];
const RECV_KEYS = [...WAIT_KEYS, "size", "flags", "controlBytes"];

/** The base of the message endpoints of both engines. */
export abstract class MessageBase<A> implements MessageEndpoint<A> {
  abstract readonly family: Family;
  abstract readonly type: SocketType;
  abstract readonly protocol: number;
  abstract readonly engine: "deno" | "libc";
  abstract readonly localAddr: A;
  abstract readonly remoteAddr: A | undefined;
  readonly role = "message" as const;

  /** Set by close. */
  protected closed = false;
  /** Order of the receives. */
  protected readonly receives: Turns = new Turns();
  /** Order of the sends. */
  protected readonly sends: Turns = new Turns();
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
  /** Closes the socket: its waits must reject. Called once. */
  protected abstract release(): void;
  abstract connect(to: AddressInput<A>): Promise<void>;
  abstract disconnect(): void;
  abstract getOption<T>(option: SocketOption<T>): T;
  abstract setOption<T>(option: SocketOption<T>, value: T): void;
  abstract ref(): void;
  abstract unref(): void;

  send(data: Uint8Array, options: SendOptions = {}): Promise<number> {
    return this.#turn(
      this.sends,
      "send",
      options,
      () => {
        checkBytes(data, "send", "data");
        checkKeys(options, SEND_KEYS, "send");
      },
      (wait) => this.transmit({ data, control: options.control }, options, wait),
    );
  }

  sendTo(data: Uint8Array, to: AddressInput<A>, options: SendOptions = {}): Promise<number> {
    return this.#turn(
      this.sends,
      "sendto",
      options,
      () => {
        checkBytes(data, "send", "data");
        if (to === null || typeof to !== "object") {
          throw new TypeError("Cannot send: to is not an address");
        }
        checkKeys(options, SEND_KEYS, "send");
      },
      (wait) => this.transmit({ data, to, control: options.control }, options, wait),
    );
  }

  async recv(options: RecvOptions = {}): Promise<Uint8Array> {
    const message = await this.recvFrom(options);
    // Nobody can claim descriptors that came with it.
    message.control?.[Symbol.dispose]();
    return message.data;
  }

  recvFrom(options: RecvOptions = {}): Promise<Message<A>> {
    return this.#turn(
      this.receives,
      "recvfrom",
      options,
      () => checkRecvOptions(options),
      async (wait) => {
        const message = this.#takeKept(options) ?? await this.receive(options, wait);
        if (message === undefined) throw peerEnded();
        return message;
      },
    );
  }

  recvMany(max: number = DEFAULT_BATCH, options: RecvOptions = {}): Promise<Message<A>[]> {
    return this.#turn(
      this.receives,
      "recvmmsg",
      options,
      () => {
        checkInteger(max, 1, MAX_BATCH, "receive", "max");
        checkRecvOptions(options);
      },
      (wait) => {
        const kept: Message<A>[] = [];
        for (let next; kept.length < max && (next = this.#takeKept(options));) kept.push(next);
        return kept.length > 0 ? Promise.resolve(kept) : this.receiveMany(max, options, wait);
      },
    );
  }

  sendMany(
    messages: Iterable<OutgoingMessage<A>>,
    options: WaitOptions = {},
  ): Promise<number> {
    return this.#turn(
      this.sends,
      "sendmmsg",
      options,
      () => {
        if (messages === null || typeof messages?.[Symbol.iterator] !== "function") {
          throw new TypeError("Cannot send: messages is not iterable");
        }
        checkKeys(options, WAIT_KEYS, "send");
      },
      (wait) => this.transmitMany(messages, wait),
    );
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Message<A>> {
    const iterator: AsyncIterableIterator<Message<A>> = {
      next: () => {
        const message = this.receives.busy ? undefined : this.#takeKept({});
        return message === undefined
          ? this.#nextOfBatch()
          : Promise.resolve({ done: false, value: message });
      },
      return: () => Promise.resolve({ done: true, value: undefined }),
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.receives.rejectAll(() => closedError("recv"));
    this.sends.rejectAll(() => closedError("send"));
    for (const message of this.#kept.splice(0)) message.control?.[Symbol.dispose]();
    this.release();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  /** Receives as many as there are and hands out the first; the rest wait for whoever receives next. */
  async #nextOfBatch(): Promise<IteratorResult<Message<A>, undefined>> {
    if (this.closed) return { done: true, value: undefined };
    try {
      const value = await this.#turn(this.receives, "recvmmsg", {}, nothing, async (wait) => {
        const message = this.#takeKept({});
        if (message !== undefined) return message;
        const [first, ...rest] = await this.receiveMany(DEFAULT_BATCH, {}, wait);
        this.#kept = rest.reverse();
        return first;
      });
      return value === undefined ? { done: true, value } : { done: false, value };
    } catch (error) {
      if (this.closed) return { done: true, value: undefined };
      throw error;
    }
  }

  /** The oldest message that an iteration has received and not handed out, cut to the room asked for. */
  #takeKept(options: RecvOptions): Message<A> | undefined {
    // Flags mean something to the kernel alone.
    if (this.#kept.length === 0 || (options.flags ?? 0) !== 0) return undefined;
    const message = this.#kept.pop()!;
    const { size } = options;
    if (size === undefined || message.data.length <= size) return message;
    message.data = message.data.subarray(0, size);
    message.truncated = true;
    return message;
  }

  /** Runs one operation in its turn; bad arguments are told at once, before the turn has come. */
  async #turn<T>(
    turns: Turns,
    syscall: string,
    options: WaitOptions,
    check: () => void,
    work: (wait: Wait | undefined) => Promise<T>,
  ): Promise<T> {
    check();
    const wait = beginWait(options);
    const checkOpen = () => {
      if (this.closed) throw closedError(syscall);
    };
    if (wait !== undefined || turns.busy) return await turns.run(wait, checkOpen, work);
    checkOpen();
    turns.enter();
    try {
      return await work(undefined);
    } finally {
      turns.leave();
    }
  }
}

function nothing(): void {}

/** What a receive rejects with once a connection-oriented peer has ended. */
export function peerEnded(): Error {
  return new Deno.errors.UnexpectedEof("Cannot receive: the peer has ended the connection");
}

function checkRecvOptions(options: RecvOptions): void {
  checkKeys(options, RECV_KEYS, "receive");
  if (options.size !== undefined) {
    checkInteger(options.size, 1, MAX_MESSAGE_BYTES, "receive", "size");
  }
  if (options.flags !== undefined) {
    checkInteger(options.flags, 0, 0x7fffffff, "receive", "flags");
  }
  if (options.controlBytes !== undefined) {
    checkInteger(options.controlBytes, 0, MAX_CONTROL_BYTES, "receive", "controlBytes");
  }
}
