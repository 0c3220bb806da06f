/**
 * The message calls of `Socket`: ancillary data, several buffers, many datagrams.
 *
 * @module
 */
import type { Address } from "../../core/address.ts";
import { checkKeys } from "../../core/bytes.ts";
import type {
  Message,
  MessageBatch,
  OutgoingMessage,
  RecvBatchesOptions,
} from "../../core/message.ts";
import { beginWait, WAIT_KEYS, type WaitOptions } from "../../core/wait.ts";
import { recvBatches, recvMany, type RecvManyRequest, sendMany } from "../messages/mmsg.ts";
import {
  type ReceivedMessage,
  type ReceivedParts,
  recvMsg,
  recvMsgInto,
  type RecvMsgRequest,
  sendMsg,
  type SendMsgRequest,
} from "../messages/msghdr.ts";
import { waiting } from "./socket_arguments.ts";
import type { Descriptor } from "./descriptor.ts";

const BATCH_KEYS = [...WAIT_KEYS, "max", "size", "flags", "controlBytes"];

/** Options of {@linkcode MessageCalls.sendMsg}. */
export interface SendMsgOptions extends SendMsgRequest, WaitOptions {}

/** Options of {@linkcode MessageCalls.recvMsg}. */
export interface RecvMsgOptions extends RecvMsgRequest, WaitOptions {}

/** Options of {@linkcode MessageCalls.recvMany}. */
export interface RecvManyOptions extends RecvManyRequest, WaitOptions {}

/** The message calls of every `Socket`. */
export class MessageCalls {
  readonly #core: Descriptor;

  /** Shares the socket's core. */
  constructor(core: Descriptor) {
    this.#core = core;
  }

  /**
   * Sends several buffers as one message, with ancillary data (`man 2 sendmsg`).
   *
   * @example Passing an open file
   * ```ts
   * import { socketPair } from "@berkeley/sockets";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = socketPair();
   * await a.sendMsg([new Uint8Array([1])], { control: [{ type: "rights", fds: [0] }] });
   * const { data, control } = await b.recvMsg();
   * assertEquals(data, new Uint8Array([1]));
   * assertEquals(control?.get("rights")?.fds.length, 1);
   * control?.[Symbol.dispose](); // closes what nobody took
   * a.close();
   * b.close();
   * ```
   *
   * @param buffers The payload, up to 1024 parts.
   * @param options Recipient, ancillary data, flags, signal and time limit.
   * @returns How many bytes the kernel took: all of a datagram, on a stream maybe fewer.
   * @throws {TypeError} If an argument is of the wrong type.
   * @throws {RangeError} If a number is out of range.
   * @throws {Deno.errors.NotCapable} Without `--allow-net` for the recipient.
   * @throws {SocketError} What sendmsg(2) fails with.
   */
  sendMsg(buffers: readonly Uint8Array[], options: SendMsgOptions = {}): Promise<number> {
    return waiting(options, (wait) => sendMsg(this.#core, buffers, options, wait));
  }

  /**
   * Receives one message with its sender, flags and ancillary data (`man 2 recvmsg`); of a stream,
   * what is there. Descriptors that arrive are close-on-exec, and closed unless taken: dispose of
   * `control` as soon as you have what you want.
   *
   * @param size Room for the payload in bytes, 0 to 2^31 - 1. Default: 65536.
   * @param options Flags, room for ancillary data, signal and time limit.
   * @returns The message; on a stream, an empty one means the end.
   * @throws {TypeError} If an argument is of the wrong type.
   * @throws {RangeError} If a number is out of range.
   * @throws {SocketError} What recvmsg(2) fails with.
   */
  recvMsg(size: number = 65536, options: RecvMsgOptions = {}): Promise<ReceivedMessage> {
    return waiting(options, (wait) => recvMsg(this.#core, size, options, wait));
  }

  /**
   * As {@linkcode MessageCalls.recvMsg}, into buffers of your own, filled in order.
   *
   * @param buffers Up to 1024 parts.
   * @param options Flags, room for ancillary data, signal and time limit.
   * @returns How many bytes came, and what the kernel said about them.
   */
  recvMsgInto(
    buffers: readonly Uint8Array[],
    options: RecvMsgOptions = {},
  ): Promise<ReceivedParts> {
    return waiting(options, (wait) => recvMsgInto(this.#core, buffers, options, wait));
  }

  /**
   * Sends many messages, 128 a call (`man 2 sendmmsg`).
   *
   * An ICMP error that an earlier datagram met does not cost the message that is told of it: that one
   * is sent again. Only when it is the first of all is the error told, with nothing sent.
   *
   * @param messages The messages; taken as room allows.
   * @param options Signal and time limit.
   * @returns How many went before the first that failed: all of them, unless one did.
   * @throws {SocketError} If the first one failed.
   */
  sendMany(
    messages: Iterable<OutgoingMessage<Address>>,
    options: WaitOptions = {},
  ): Promise<number> {
    return waiting(options, (wait) => sendMany(this.#core, messages, wait));
  }

  /**
   * Receives what is there, at least one message (`man 2 recvmmsg`). Payloads of up to 2048 bytes
   * share one buffer per call: copy one before transferring it. For datagrams: a connection that has
   * ended brings empty messages.
   *
   * @param max The most messages to take, 1 to 1024. Default: 64.
   * @param options Room, flags, signal and time limit.
   * @returns The messages.
   */
  recvMany(
    max: number = 64,
    options: RecvManyOptions = {},
  ): Promise<Message<Address>[]> {
    return waiting(options, (wait) => recvMany(this.#core, max, options, wait));
  }

  /**
   * Receives batch after batch into the same memory, at the rate of C: no copy, and no object per
   * message. What a batch shows is overwritten by the next.
   *
   * @example Counting bytes
   * ```ts
   * import { AF_INET, SOCK_DGRAM, socket } from "@berkeley/sockets";
   * import { assertEquals } from "@std/assert";
   *
   * using receiver = socket(AF_INET, SOCK_DGRAM);
   * receiver.bind({ hostname: "127.0.0.1", port: 0 });
   * const to = receiver.localAddr;
   * using sender = socket(AF_INET, SOCK_DGRAM);
   * await sender.sendMany([1, 2, 3].map((n) => ({ data: new Uint8Array(n), to })));
   * let messages = 0;
   * let bytes = 0;
   * for await (const batch of receiver.recvBatches({ max: 64, size: 1500 })) {
   *   for (let i = 0; i < batch.count; i++) bytes += batch.data(i).length;
   *   if ((messages += batch.count) === 3) break;
   * }
   * assertEquals(bytes, 6);
   * ```
   *
   * @param options Messages a batch, room, flags, signal and a time limit for the whole of it.
   * @returns The batch, filled anew for each turn of the loop.
   */
  async *recvBatches(
    options: RecvBatchesOptions = {},
  ): AsyncGenerator<MessageBatch<Address>, void, void> {
    checkKeys(options, BATCH_KEYS, "receive");
    const wait = beginWait(options);
    try {
      yield* recvBatches(this.#core, options, wait);
    } finally {
      wait?.end();
    }
  }
}
