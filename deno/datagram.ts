/**
 * A datagram endpoint over one of Deno's own objects.
 *
 * @module
 */
import type { AddressInput, Family, SocketType } from "../core/address.ts";
import { equals } from "@std/bytes/equals";
import { isShared, partOf } from "../core/bytes.ts";
import type { DatagramCarrier, Membership, ReceivedDatagram } from "./datagram_carrier.ts";
import { fromDenoError, fromDenoWait } from "./errors.ts";
import { closedError, socketError } from "../core/errors.ts";
import type { Message, OutgoingMessage, RecvOptions, SendOptions } from "../core/message.ts";
import { DEFAULT_MESSAGE_BYTES } from "../core/limits.ts";
import { MessageBase } from "../core/message_base.ts";
import type { EndpointSocket } from "../core/endpoint_base.ts";
import { readRow, type SocketOption } from "../core/option.ts";
import { checkControlList } from "../core/control_arguments.ts";
import { Pending } from "./pending.ts";
import type { Wait } from "../core/wait.ts";

/** What a datagram endpoint is made of. */
export interface DenoDatagramParts<A> {
  carrier: DatagramCarrier<A>;
  family: Family;
  protocol: number;
  /** The address in the one form that `same` compares; names are looked up. */
  resolve(to: AddressInput<A>, action: string): A | Promise<A>;
  same(a: A, b: A): boolean;
  /** An address as text, for errors. */
  text(address: A): string;
}

/** What carries Deno's datagrams as an endpoint's socket. */
class DenoCarrier<A> implements EndpointSocket<A> {
  readonly family: Family;
  readonly type: SocketType = "dgram";
  readonly protocol: number;
  readonly engine = "deno" as const;
  readonly localAddr: A;
  /** The peer, if one was set. */
  remoteAddr: A | undefined;
  readonly #carrier: DatagramCarrier<A>;

  constructor({ carrier, family, protocol }: DenoDatagramParts<A>) {
    this.#carrier = carrier;
    this.family = family;
    this.protocol = protocol;
    this.localAddr = carrier.localAddr;
  }

  getOption<T>(option: SocketOption<T>): T {
    readRow(option, "getsockopt", "option");
    return this.#carrier.getOption(option);
  }

  setOption<T>(option: SocketOption<T>, value: T): void {
    readRow(option, "setsockopt", "option");
    option.codec.encode(value); // refuses what is no value of this option
    this.#carrier.setOption(option, value);
  }

  close(): void {
    this.#carrier.close();
  }

  ref(): void {
    this.#carrier.ref();
  }

  unref(): void {
    this.#carrier.unref();
  }
}

/**
 * Deno's datagram calls can neither be cancelled nor connect. So an abandoned receive serves the
 * next one, an abandoned send is finished before the next, and the messages of others than the peer
 * are dropped here.
 */
export class DenoDatagram<A> extends MessageBase<A> {
  declare protected readonly socket: DenoCarrier<A>;
  readonly #parts: DenoDatagramParts<A>;
  readonly #carrier: DatagramCarrier<A>;
  readonly #receiving = new Pending<ReceivedDatagram<A>>();
  readonly #sending = new Pending<Outcome>();
  /** What the pending send sends. */
  #inFlight: { data: Uint8Array; to: A | undefined } = { data: new Uint8Array(0), to: undefined };
  #stopSend: ((reason: unknown) => void) | undefined;

  constructor(parts: DenoDatagramParts<A>) {
    super(new DenoCarrier(parts));
    this.#parts = parts;
    this.#carrier = parts.carrier;
  }

  /** Datagrams dropped in this process because receives fell behind. */
  get dropped(): number {
    return this.#carrier.dropped;
  }

  protected override async associate(to: AddressInput<A>, wait: Wait | undefined): Promise<void> {
    this.socket.remoteAddr = await this.#resolve(to, "connect", wait);
  }

  override disconnect(): void {
    if (this.closed) throw closedError("connect");
    this.socket.remoteAddr = undefined;
  }

  /** Joins a multicast group. */
  protected async join(membership: Membership): Promise<void> {
    this.checkOpen("setsockopt");
    await this.#carrier.join(membership);
  }

  /** Leaves a multicast group. */
  protected async leave(membership: Membership): Promise<void> {
    this.checkOpen("setsockopt");
    await this.#carrier.leave(membership);
  }

  protected override async receive(
    options: RecvOptions,
    wait: Wait | undefined,
  ): Promise<Message<A>> {
    refuse("flags", options.flags);
    const size = options.size ?? DEFAULT_MESSAGE_BYTES;
    for (;;) {
      const got = this.#take() ?? await this.#next(size, wait);
      if (this.#accepts(got)) return cut(got, size);
    }
  }

  protected override async receiveMany(
    max: number,
    options: RecvOptions,
    wait: Wait | undefined,
  ): Promise<Message<A>[]> {
    const batch = [await this.receive(options, wait)];
    const size = options.size ?? DEFAULT_MESSAGE_BYTES;
    while (batch.length < max) {
      const got = this.#take();
      if (got === undefined) break;
      if (this.#accepts(got)) batch.push(cut(got, size));
    }
    return batch;
  }

  protected override async transmit(
    message: OutgoingMessage<A>,
    options: SendOptions,
    wait: Wait | undefined,
  ): Promise<number> {
    refuse("flags", options.flags);
    if (message.control !== undefined) checkControlList(message.control);
    refuse("control", message.control);
    const to = message.to === undefined
      ? this.socket.remoteAddr
      : await this.#resolve(message.to, "send", wait);
    if (to === undefined) throw socketError("EDESTADDRREQ", { syscall: "send" });
    // What it truly is, whatever it says of itself: node:dgram asks it, and fails where nobody can catch.
    const data = partOf(message.data, 0);
    if (this.#sending.busy) {
      // One that was given up and is sent again has been sent once; of another nobody asks any more.
      const outcome = await this.#sending.run(nothingSent, wait);
      const inFlight = this.#inFlight;
      if (this.#parts.same(inFlight.to!, to) && equals(inFlight.data, data)) return said(outcome);
    }
    this.checkOpen("sendto");
    if (wait === undefined && !isShared(data)) return await this.#sent(data, to);
    const copy = data.slice();
    this.#inFlight = { data: copy, to };
    const outcome = await this.#sending.run(
      () => this.#sent(copy, to).then((sent) => ({ sent }), (error) => ({ error })),
      wait,
    );
    return said(outcome);
  }

  protected override transmitMany(
    messages: Iterable<OutgoingMessage<A>>,
    wait: Wait | undefined,
  ): Promise<number> {
    return this.transmitEach(messages, wait);
  }

  protected override release(): void {
    super.release();
    // A send that waits for room in the peer's queue does not end with the close.
    this.#stopSend?.(closedError("sendto"));
  }

  /** One in memory; not while an abandoned receive is on, whose datagram is older. */
  #take(): ReceivedDatagram<A> | undefined {
    return this.#receiving.busy ? undefined : this.#carrier.take();
  }

  async #next(size: number, wait: Wait | undefined): Promise<ReceivedDatagram<A>> {
    return await this.#receiving.run(async () => {
      try {
        return await this.#carrier.receive(size);
      } catch (error) {
        throw fromDenoWait(error, "recvfrom", this.closed);
      }
    }, wait);
  }

  async #resolve(to: AddressInput<A>, action: string, wait: Wait | undefined): Promise<A> {
    const resolved = this.#parts.resolve(to, action);
    if (!(resolved instanceof Promise)) return resolved;
    return await (wait === undefined ? resolved : wait.race(resolved));
  }

  #accepts(got: ReceivedDatagram<A>): boolean {
    const peer = this.socket.remoteAddr;
    return peer === undefined || this.#parts.same(peer, got.from);
  }

  #sent(data: Uint8Array, to: A): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#stopSend = reject;
      this.#carrier.send(data, to).then(resolve, (error) => {
        const context = { syscall: "sendto", address: this.#parts.text(to) };
        reject(this.closed ? closedError("sendto") : fromDenoError(error, context));
      });
    });
  }
}

type Outcome = { sent: number } | { error: unknown };

/** Stands for the call to make where one is in flight. */
function nothingSent(): Promise<Outcome> {
  return Promise.resolve({ sent: 0 });
}

function said(outcome: Outcome): number {
  if ("error" in outcome) throw outcome.error;
  return outcome.sent;
}

function cut<A>({ data, from, truncated }: ReceivedDatagram<A>, size: number): Message<A> {
  return data.length <= size
    ? { data, from, truncated }
    : { data: data.subarray(0, size), from, truncated: true };
}

function refuse(what: string, value: unknown): void {
  if (value === undefined || value === 0 || (Array.isArray(value) && value.length === 0)) return;
  throw new Deno.errors.NotSupported(
    `Cannot pass ${what}: the deno engine has no call for it, open with engine: "libc"`,
  );
}
