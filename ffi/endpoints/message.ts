/**
 * The libc engine's message endpoint.
 *
 * @module
 */
import type { Address, AddressInput } from "../../core/address.ts";
import { copyOf, isPlain, lengthOf } from "../../core/bytes.ts";
import type { Control } from "../../core/control.ts";
import { socketError } from "../../core/errors.ts";
import type {
  Message,
  MessageBatch,
  OutgoingMessage,
  RecvBatchesOptions,
  RecvOptions,
  SendOptions,
} from "../../core/message.ts";
import { DEFAULT_MESSAGE_BYTES } from "../../core/limits.ts";
import { MessageBase, peerEnded } from "../../core/message_base.ts";
import type { SocketOption } from "../../core/option.ts";
import { checkHow, SHUTDOWN_HOW } from "../../core/shutdown.ts";
import type { Wait } from "../../core/wait.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  MSG_EOR,
  SOCK_DCCP,
  SOCK_DGRAM,
  SOCK_SEQPACKET,
} from "../abi/socket_constants.ts";
import { isOfAnother } from "../messages/icmp_errors.ts";
import { recvBatches, recvMany, sendMany } from "../messages/mmsg.ts";
import { prepareSend, sendPrepared } from "../messages/message_calls.ts";
import {
  DEFAULT_CONTROL_BYTES,
  type ReceivedMessage,
  receiveMessage,
  toldFlags,
} from "../messages/msghdr.ts";
import { INTERFACES } from "../resolver/interface_names.ts";
import { Peer, Recipient } from "../guard/peer.ts";
import { type Pending, poller } from "../loop/poller.ts";
import { recvOnce, sendOnce, sendToOnce } from "../descriptor/byte_calls.ts";
import type { Descriptor } from "../descriptor/descriptor.ts";
import {
  asksForMarks,
  ENDED,
  holdsOnlyMark,
  isAtEnd,
  type MessageGiven,
  setMarks,
} from "./message_end.ts";
import { LibcSocket } from "./socket.ts";

/** Where datagrams are received whose bytes alone are asked for: they are copied out at once. */
const ROOM: Uint8Array<ArrayBuffer> = new Uint8Array(DEFAULT_MESSAGE_BYTES);

/** No options: what a plain receive asks for. */
const PLAIN: RecvOptions = Object.freeze({});

/**
 * A socket that keeps message boundaries, over a descriptor. `send`, `sendTo` and `recvFrom` without
 * options are what servers live on: they make their call at once, and one promise at most.
 */
export class LibcMessage<A> extends MessageBase<A> implements Pending {
  declare protected readonly socket: LibcSocket<A>;
  /** The descriptor beneath; owned by this endpoint. */
  readonly core: Descriptor;
  readonly #ends: boolean;
  readonly #noEmpty: boolean;
  readonly #oneByOne: boolean;
  /** Whether each message is asked to carry a timestamp, by which an empty one differs from the end. */
  readonly #marked: boolean;
  #wantsTimestamps = false;
  #ended = false;
  /** Whether a message goes by one call that takes all of it: a subclass may send otherwise. */
  readonly #sendsPlainly: boolean = this.transmit === LibcMessage.prototype.transmit;
  /** Whether a message comes by {@linkcode LibcMessage.tryReceive}: a subclass may receive otherwise. */
  readonly #receivesPlainly: boolean = this.receive === LibcMessage.prototype.receive;
  /** Whether the bytes of a datagram are all there is to `recv`: a subclass may make more of it. */
  readonly #bytesSuffice: boolean;
  /** Whom the message that is sent goes to, and the one before went to. */
  #recipient: Recipient | undefined;
  /** Settle the pending {@linkcode LibcMessage.recvFrom}. */
  #resolve: (message: Message<A>) => void = nothing;
  #reject: (reason: unknown) => void = nothing;

  /** Takes the socket over. */
  constructor(core: Descriptor, given: MessageGiven = {}) {
    const { connected = false, local, remote, onClose } = given;
    super(new LibcSocket<A>(core, { connected, local, remote, onClose }));
    this.core = core;
    this.#ends = given.ends ?? true;
    this.#noEmpty = given.noEmpty ?? false;
    this.#oneByOne = given.oneByOne ?? false;
    // recvmsg(2) returns 0 for both. A message brings the control data it is asked for, the end does not.
    this.#marked = core.typeNumber === SOCK_SEQPACKET && core.familyNumber === AF_UNIX;
    if (this.#marked) setMarks(core);
    const { familyNumber, typeNumber } = core;
    const { tryReceive, recvFrom } = LibcMessage.prototype;
    this.#bytesSuffice = typeNumber === SOCK_DGRAM &&
      (familyNumber === AF_INET || familyNumber === AF_INET6 || familyNumber === AF_UNIX) &&
      this.#receivesPlainly && this.tryReceive === tryReceive && this.recvFrom === recvFrom;
  }

  override send(data: Uint8Array, options?: SendOptions): Promise<number> {
    if (options !== undefined || !this.#sendsNow(data)) return super.send(data, options);
    try {
      const count = this.#trySend(data, lengthOf(data), undefined);
      return count === undefined ? super.send(data) : Promise.resolve(count);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  override sendTo(
    data: Uint8Array,
    to: AddressInput<A>,
    options?: SendOptions,
  ): Promise<number> {
    const recipient = this.#recipient;
    if (
      options !== undefined || to === null || typeof to !== "object" || !this.#sendsNow(data) ||
      recipient === undefined || !recipient.is(to)
    ) return super.sendTo(data, to, options);
    try {
      const count = this.#trySend(data, lengthOf(data), recipient);
      return count === undefined ? super.sendTo(data, to) : Promise.resolve(count);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  override recvFrom(options?: RecvOptions): Promise<Message<A>> {
    if (
      options !== undefined || this.closed || this.receives.busy || this.kept.length > 0 ||
      !this.#receivesPlainly || !poller.hasBudget
    ) return super.recvFrom(options);
    try {
      const message = this.tryReceive(PLAIN);
      if (message === ENDED) throw peerEnded();
      if (message !== undefined) return Promise.resolve(message);
      return this.#awaitMessage();
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Neither names nor control data are fetched: descriptors that came along are the kernel's to close. */
  override recv(options?: RecvOptions): Promise<Uint8Array> {
    if (
      options !== undefined || !this.#bytesSuffice || this.closed || this.receives.busy ||
      this.kept.length > 0 || !poller.hasBudget
    ) return super.recv(options);
    try {
      const count = recvOnce(this.core, ROOM, DEFAULT_MESSAGE_BYTES, 0);
      if (count !== undefined) return Promise.resolve(copyOf(ROOM, 0, count));
      return this.#awaitMessage().then(bytesOf);
    } catch (error) {
      return this.#isOthers(error) ? super.recv() : Promise.reject(error);
    }
  }

  /** Waits for a message that was not there. */
  #awaitMessage(): Promise<Message<A>> {
    this.receives.enter();
    try {
      const promise = new Promise<Message<A>>((resolve, reject) => {
        this.#resolve = resolve;
        this.#reject = reject;
      });
      this.core.addReader(this);
      return promise;
    } catch (error) {
      this.#settled();
      throw error;
    }
  }

  /** What the pending receive is called in the error of a close. */
  get syscall(): string {
    return "recvmsg";
  }

  /** The pending receive's socket may have a message. */
  ready(): void {
    try {
      const message = this.tryReceive(PLAIN);
      if (message === undefined) return this.core.addReader(this);
      if (message === ENDED) throw peerEnded();
      const resolve = this.#resolve;
      this.#settled();
      resolve(message);
    } catch (error) {
      this.fail(error);
    }
  }

  /** The pending receive fails. */
  fail(reason: unknown): void {
    const reject = this.#reject;
    this.#settled();
    reject(reason);
  }

  #settled(): void {
    this.#resolve = this.#reject = nothing;
    this.receives.leave();
  }

  protected async receive(
    options: RecvOptions,
    wait: Wait | undefined,
  ): Promise<Message<A> | undefined> {
    const message = await this.core.attempt(
      "readable",
      "recvmsg",
      () => this.tryReceive(options),
      wait,
    );
    return message === ENDED ? undefined : message;
  }

  protected async receiveMany(
    max: number,
    options: RecvOptions,
    wait: Wait | undefined,
  ): Promise<Message<A>[]> {
    if (this.#isOneByOne || max === 1) {
      const message = await this.receive(options, wait);
      return message === undefined ? [] : [message];
    }
    const { size, flags, controlBytes } = options;
    const request = { size, flags, controlBytes, connected: this.socket.connected };
    return await recvMany(this.core, max, request, wait) as Message<A>[];
  }

  protected override async *batches(
    options: RecvBatchesOptions,
    wait: Wait | undefined,
  ): AsyncGenerator<MessageBatch<A>, void, void> {
    if (this.#isOneByOne) return yield* super.batches(options, wait);
    const { max, size, flags, controlBytes } = options;
    const request = { max, size, flags, controlBytes, connected: this.socket.connected };
    yield* recvBatches(this.core, request, wait) as AsyncGenerator<MessageBatch<A>, void, void>;
  }

  /**
   * An address as the socket's family has it: a family may know names. What has to be waited for is a
   * promise.
   */
  protected reached(
    to: AddressInput<A>,
    _wait: Wait | undefined,
  ): AddressInput<A> | Promise<AddressInput<A>> {
    return to;
  }

  protected async transmit(
    message: OutgoingMessage<A>,
    options: SendOptions,
    wait: Wait | undefined,
  ): Promise<number> {
    const { core } = this;
    const { data, to: given, control } = message;
    const reached = given === undefined ? undefined : this.reached(given, wait);
    const to = (reached instanceof Promise ? await reached : reached) as
      | AddressInput<Address>
      | undefined;
    const { flags } = options;
    if (control !== undefined || flags !== undefined) {
      const prepared = prepareSend(core, [data], { to, control, flags });
      if (to !== undefined) this.#checkTakesTo();
      return await sendPrepared(core, prepared, wait, (error) => this.#isOthers(error));
    }
    core.checkOpen("sendto");
    let recipient: Recipient | undefined;
    if (to !== undefined) {
      recipient = this.#recipient ??= new Recipient();
      recipient.set(to);
      this.#checkTakesTo();
    }
    const size = lengthOf(data);
    return await core.attempt(
      "writable",
      "sendto",
      () => this.#trySend(data, size, recipient),
      wait,
      () => recipient?.confirm(to),
    );
  }

  protected transmitMany(
    messages: Iterable<OutgoingMessage<A>>,
    wait: Wait | undefined,
  ): Promise<number> {
    if (this.core.typeNumber === SOCK_DCCP) return this.transmitEach(messages, wait);
    const all = messages as Iterable<OutgoingMessage<Address>>;
    return sendMany(this.core, all, wait, this.socket.connected);
  }

  protected async associate(to: AddressInput<A>, wait: Wait | undefined): Promise<void> {
    await this.core.connect(Peer.ask(to as AddressInput<Address>, "connect", INTERFACES), wait);
    this.socket.renamed(true);
  }

  disconnect(): void {
    this.core.dissolve();
    this.socket.renamed(false);
  }

  /** Ends one or both directions (`man 2 shutdown`). */
  shutdown(how: "read" | "write" | "both"): void {
    checkHow(how);
    this.checkOpen("shutdown");
    this.core.shutdown(SHUTDOWN_HOW[how]);
  }

  /**
   * Hands the descriptor over: the caller closes it. It stays non-blocking; this endpoint counts as
   * closed, and the file of a Unix socket stays.
   *
   * @returns The descriptor.
   * @throws {Deno.errors.Busy} While calls wait or received messages are kept, which would be lost.
   */
  detach(): number {
    this.core.checkOpen("detach");
    if (this.receives.busy || this.sends.busy || this.kept.length > 0) {
      throw new Deno.errors.Busy("Cannot detach: calls are pending or received messages wait");
    }
    const fd = this.socket.detach();
    this.close();
    return fd;
  }

  override getOption<T>(option: SocketOption<T>): T {
    if (this.#marked && asksForMarks(option)) return this.#wantsTimestamps as T;
    return super.getOption(option);
  }

  override setOption<T>(option: SocketOption<T>, value: T): void {
    if (this.#marked && asksForMarks(option)) {
      option.codec.encode(value);
      this.#wantsTimestamps = Boolean(value);
    } else {
      super.setOption(option, value);
    }
  }

  /** Receives at once: `undefined` if there is no message. */
  protected tryReceive(options: RecvOptions): Message<A> | typeof ENDED | undefined {
    if (this.#ended) return ENDED;
    const {
      size = DEFAULT_MESSAGE_BYTES,
      flags = 0,
      controlBytes = DEFAULT_CONTROL_BYTES,
    } = options;
    for (;;) {
      let received: ReceivedMessage | undefined;
      try {
        received = receiveMessage(this.core, size, flags, controlBytes);
      } catch (error) {
        // An ICMP error from one remote must not end the service of all others.
        if (this.#isOthers(error)) continue;
        throw error;
      }
      if (received === undefined) return undefined;
      const { data, from, truncated } = received;
      let control: Control | undefined = received.control;
      if (this.#marked) {
        if (received.lengthBytes === 0 && control === undefined) {
          this.#ended = true;
          return ENDED;
        }
        if (!this.#wantsTimestamps && holdsOnlyMark(control)) control = undefined;
      } else if (
        received.lengthBytes === 0 && this.#endsEmpty &&
        (this.#noEmpty || (received.flags & MSG_EOR) === 0 && isAtEnd(this.core))
      ) {
        this.#ended = true;
        return ENDED;
      }
      const message: Message<A> = { data, from: from as A, truncated };
      const told = toldFlags(received.flags);
      if (told !== 0) message.flags = told;
      if (control !== undefined) message.control = control;
      return message;
    }
  }

  /** Refuses an address where the kernel would ignore it, and send to the peer (dccp_sendmsg). */
  #checkTakesTo(): void {
    if (this.core.typeNumber !== SOCK_DCCP) return;
    throw socketError("EISCONN", { syscall: "sendto", message: "the socket has its one peer" });
  }

  /** Whether a message can go at once. */
  #sendsNow(data: Uint8Array): boolean {
    return this.#sendsPlainly && !this.closed && !this.sends.busy && poller.hasBudget &&
      isPlain(data);
  }

  /** Sends at once; `undefined` if it would block. An error that is of another datagram is passed over, once. */
  #trySend(data: Uint8Array, size: number, recipient: Recipient | undefined): number | undefined {
    try {
      return this.#sendOnce(data, size, recipient);
    } catch (error) {
      if (!this.#isOthers(error)) {
        // An error is told once (SO_ERROR): epoll does not tell those who wait to receive of it any more.
        this.core.ready();
        throw error;
      }
      return this.#sendOnce(data, size, recipient);
    }
  }

  #sendOnce(data: Uint8Array, size: number, to: Recipient | undefined): number | undefined {
    if (to === undefined) return sendOnce(this.core, data, size, 0);
    return sendToOnce(this.core, data, size, 0, to.bytes, to.length, () => to.text);
  }

  /** Whether a batch will not do: where the end must be told from an empty message, too. */
  get #isOneByOne(): boolean {
    return this.#oneByOne || this.#marked || this.#endsEmpty;
  }

  /** Whether the end of a connection reads as an empty message: elsewhere than on unix, which has marks. */
  get #endsEmpty(): boolean {
    const { typeNumber } = this.core;
    return this.#ends && this.socket.connected && !this.#marked &&
      (typeNumber === SOCK_SEQPACKET || typeNumber === SOCK_DCCP);
  }

  /** Whether an error is about another datagram: only an unconnected internet socket hears of such. */
  #isOthers(error: unknown): boolean {
    return !this.socket.connected && isOfAnother(this.core.familyNumber, error);
  }
}

function bytesOf(message: Message<unknown>): Uint8Array {
  // Nobody can claim descriptors that came with it.
  message.control?.[Symbol.dispose]();
  return message.data;
}

function nothing(): void {}
