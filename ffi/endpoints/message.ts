/**
 * The libc engine's message endpoint.
 *
 * @module
 */
import type { Address, AddressInput } from "../../core/address.ts";
import type { Control } from "../../core/control.ts";
import { isSocketError, socketError } from "../../core/errors.ts";
import type {
  Message,
  MessageBatch,
  OutgoingMessage,
  RecvBatchesOptions,
  RecvOptions,
  SendOptions,
} from "../../core/message.ts";
import { DEFAULT_MESSAGE_BYTES } from "../../core/limits.ts";
import { MessageBase } from "../../core/message_base.ts";
import type { SocketOption } from "../../core/option.ts";
import { checkHow, SHUTDOWN_HOW } from "../../core/shutdown.ts";
import type { Wait } from "../../core/wait.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  MSG_EOR,
  MSG_PEEK,
  SO_TIMESTAMPNS,
  SOCK_DCCP,
  SOCK_SEQPACKET,
  SOL_SOCKET,
} from "../abi/socket_constants.ts";
import { toldFlags } from "../messages/told_flags.ts";
import { isIcmpError } from "../messages/icmp_errors.ts";
import { recvBatches, recvMany, sendMany } from "../messages/mmsg.ts";
import {
  prepareSend,
  type ReceivedMessage,
  type SendMsgRequest,
  sendPrepared,
  tryRecvMsg,
} from "../messages/msghdr.ts";
import { SO_MEMINFO } from "../options/buffer.ts";
import { INTERFACES } from "../resolver/interface_names.ts";
import { Peer } from "../guard/peer.ts";
import type { Descriptor } from "../descriptor/descriptor.ts";
import { LibcSocket, type SocketGiven } from "./socket.ts";

/** A receive that met the end of a connection. */
export const ENDED: unique symbol = Symbol();

/** What is known of a socket when its endpoint is made. */
export interface MessageGiven extends Omit<SocketGiven, "alone" | "connected"> {
  /** Whether it has a peer. Default false. */
  connected?: boolean;
  /** Whether its connection can end, which an empty receive then tells. Default true. */
  ends?: boolean;
  /** Whether messages must be received one by one, as `tryReceive` does. Default false. */
  oneByOne?: boolean;
}

/** A socket that keeps message boundaries, over a descriptor. */
export class LibcMessage<A> extends MessageBase<A> {
  declare protected readonly socket: LibcSocket<A>;
  /** The descriptor beneath; owned by this endpoint. */
  readonly core: Descriptor;
  readonly #ends: boolean;
  readonly #oneByOne: boolean;
  /** Whether each message is asked to carry a timestamp, by which an empty one differs from the end. */
  readonly #marked: boolean;
  #wantsTimestamps = false;
  #ended = false;

  /** Takes the socket over. */
  constructor(core: Descriptor, given: MessageGiven = {}) {
    const { connected = false, local, remote, onClose } = given;
    super(new LibcSocket<A>(core, { connected, local, remote, onClose }));
    this.core = core;
    this.#ends = given.ends ?? true;
    this.#oneByOne = given.oneByOne ?? false;
    // recvmsg(2) returns 0 for both. A message brings the control data it is asked for, the end does not.
    this.#marked = core.typeNumber === SOCK_SEQPACKET && core.familyNumber === AF_UNIX;
    if (this.#marked) setMarks(core);
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

  protected async transmit(
    message: OutgoingMessage<A>,
    options: SendOptions,
    wait: Wait | undefined,
  ): Promise<number> {
    const { core } = this;
    const prepared = prepareSend(core, [message.data], request(message, options.flags));
    if (message.to !== undefined) this.#checkTakesTo();
    return await sendPrepared(core, prepared, wait, (error) => this.#isOthers(error));
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
    this.core.call("shutdown", (lib, fd) => lib.shutdown(fd, SHUTDOWN_HOW[how]));
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
    if (this.receives.busy || this.sends.busy || this.keepsMessages) {
      throw new Deno.errors.Busy("Cannot detach: calls are pending or received messages wait");
    }
    const fd = this.socket.detach();
    this.close();
    return fd;
  }

  override getOption<T>(option: SocketOption<T>): T {
    if (this.#marked && isMark(option)) return this.#wantsTimestamps as T;
    return super.getOption(option);
  }

  override setOption<T>(option: SocketOption<T>, value: T): void {
    if (this.#marked && isMark(option)) {
      option.codec.encode(value);
      this.#wantsTimestamps = Boolean(value);
    } else {
      super.setOption(option, value);
    }
  }

  /** Receives at once: `undefined` if there is no message. */
  protected tryReceive(options: RecvOptions): Message<A> | typeof ENDED | undefined {
    if (this.#ended) return ENDED;
    const { size = DEFAULT_MESSAGE_BYTES, flags, controlBytes } = options;
    for (;;) {
      let received: ReceivedMessage | undefined;
      try {
        received = tryRecvMsg(this.core, size, { flags, controlBytes });
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
        if (!this.#wantsTimestamps && holdsOnlyTimestamp(control)) control = undefined;
      } else if (
        received.lengthBytes === 0 && this.#endsEmpty && (received.flags & MSG_EOR) === 0 &&
        this.#isAtEnd()
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

  /**
   * Whether what was empty is the end: of that there is always more, where a message would block. What
   * waits, be it empty too, takes memory.
   */
  #isAtEnd(): boolean {
    try {
      return tryRecvMsg(this.core, 1, { flags: MSG_PEEK })?.lengthBytes === 0 &&
        this.core.getOption(SO_MEMINFO).recvAllocatedBytes === 0;
    } catch {
      return false; // an error that the next receive tells
    }
  }

  /** Whether an error is about another datagram: only an unconnected internet socket hears of such. */
  #isOthers(error: unknown): boolean {
    const { familyNumber } = this.core;
    return !this.socket.connected && (familyNumber === AF_INET || familyNumber === AF_INET6) &&
      isSocketError(error) && isIcmpError(error.errno);
  }
}

function request<A>(message: OutgoingMessage<A>, flags: number | undefined): SendMsgRequest {
  return {
    to: message.to as AddressInput<Address> | undefined,
    control: message.control,
    flags,
  };
}

function isMark(option: SocketOption<unknown>): boolean {
  return option?.level === SOL_SOCKET && option.option === SO_TIMESTAMPNS; // what it is, is checked below
}

function setMarks(core: Descriptor): void {
  const on = new Uint8Array([1, 0, 0, 0]);
  core.call("setsockopt", (lib, fd) => lib.setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, on, 4));
}

function holdsOnlyTimestamp(control: Control | undefined): boolean {
  if (control === undefined || control.truncated) return false;
  let count = 0;
  for (const { type } of control) {
    if (type !== "timestamp") return false;
    count++;
  }
  return count === 1;
}
