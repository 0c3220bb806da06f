/**
 * The libc engine's stream endpoint.
 *
 * The room `endpoints/` is the contract of core over a `Descriptor`: this one, `listener.ts` and
 * `message.ts` serve all families, over the same `socket.ts`. `endpoint_of.ts` makes one of a `Socket`.
 *
 * @module
 */
import { detached, isPlain, lengthOf } from "../../core/bytes.ts";
import { sayBytesSent } from "../../core/errors.ts";
import type { Reception } from "../../core/reception.ts";
import type { FileJob } from "../../core/send_file.ts";
import { SHUTDOWN_HOW } from "../../core/shutdown.ts";
import { StreamBase } from "../../core/stream.ts";
import { checkWaitOptions, type Wait, type WaitOptions } from "../../core/wait.ts";
import { type Pending, poller } from "../loop/poller.ts";
import { recvLearning, sendOnce } from "../descriptor/byte_calls.ts";
import type { Descriptor } from "../descriptor/descriptor.ts";
import { transferFile } from "../descriptor/send_file.ts";
import { gatherSend } from "./gathered_send.ts";
import { LibcSocket } from "./socket.ts";

/** What a send that did not have to wait returns: there is nothing in it to keep apart. */
const DONE: Promise<void> = Promise.resolve();
/** Where all streams receive what is copied out at once: receives are synchronous. */
const SHARED: Uint8Array<ArrayBuffer> = new Uint8Array(65536);

let resolveCaptured: (result: unknown) => void;
let rejectCaptured: (reason: unknown) => void;
/** One executor for all receives: a closure less for each. */
const capture = (resolve: (result: unknown) => void, reject: (reason: unknown) => void): void => {
  resolveCaptured = resolve;
  rejectCaptured = reject;
};

/**
 * A stream over a descriptor. What servers live on, receives of all kinds and whole sends, make their
 * call at once, and one promise at most.
 */
export class LibcStream<A> extends StreamBase<A> implements Pending {
  declare protected readonly socket: LibcSocket<A>;
  /** The descriptor beneath; owned by this endpoint. */
  readonly core: Descriptor;
  /** The receive that waits. */
  #reception: Reception<unknown> | undefined;
  /** Its signal and deadline. */
  #wait: Wait | undefined;
  /** Whether it came alone, and leaves the order by itself. */
  #alone = false;
  #resolve: (result: unknown) => void = nothing;
  #reject: (reason: unknown) => void = nothing;

  /** Takes the socket over; it is connected. Addresses that are known already save asking. */
  constructor(core: Descriptor, local?: Uint8Array, remote?: Uint8Array) {
    // The families hand the descriptor to nobody who could duplicate it.
    super(new LibcSocket<A>(core, { connected: true, local, remote, alone: true }));
    this.core = core;
    core.ofStream = true;
  }

  /** What is there already takes neither an order nor a reception. */
  override recvInto(buffer: Uint8Array, options?: WaitOptions): Promise<number> {
    const { core, inbox } = this;
    if (
      options !== undefined || this.closed || this.receives.busy || !core.readable ||
      !poller.hasBudget || (inbox.kept !== undefined && inbox.kept.length > 0) || !isPlain(buffer)
    ) return super.recvInto(buffer, options);
    try {
      const size = lengthOf(buffer);
      const count = recvLearning(core, buffer, size);
      return count === undefined ? super.recvInto(buffer) : Promise.resolve(count);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  override sendAll(data: Uint8Array, options?: WaitOptions): Promise<void> {
    if (this.closed || this.sends.busy || !isPlain(data)) return super.sendAll(data, options);
    try {
      if (options !== undefined) {
        checkWaitOptions(options, "send");
        options.signal?.throwIfAborted();
      }
      const size = lengthOf(data);
      if (options === undefined) {
        const gathered = gatherSend(this.core, data, size, this.sends, this);
        if (gathered !== undefined) return gathered;
      }
      const count = sendOnce(this.core, data, size, 0);
      if (count === size) return poller.hasBudget ? DONE : poller.nextTurn();
      return this.sendRest(data, count ?? 0, options);
    } catch (error) {
      sayBytesSent(error, 0);
      return Promise.reject(error);
    }
  }

  /** The receive that waits may have bytes. */
  ready(): void {
    try {
      const reception = this.#reception!;
      if (!this.#advance(reception)) return this.#park();
      const resolve = this.#resolve;
      this.#settle();
      resolve(reception.result);
    } catch (error) {
      this.fail(error);
    }
  }

  /** The receive that waits fails. */
  fail(reason: unknown): void {
    const reject = this.#reject;
    this.#reception!.abandon();
    this.#settle();
    reject(reason);
  }

  protected override receive<T>(reception: Reception<T>, wait: Wait | undefined): Promise<T> {
    if (this.closed || this.receives.busy) return super.receive(reception, wait);
    this.receives.enter();
    return this.#begin(reception, wait, true);
  }

  protected complete<T>(reception: Reception<T>, wait: Wait | undefined): Promise<T> {
    return this.#begin(reception, wait, false);
  }

  #begin<T>(reception: Reception<T>, wait: Wait | undefined, alone: boolean): Promise<T> {
    this.#reception = reception;
    this.#wait = wait;
    this.#alone = alone;
    try {
      if (reception.begin() || this.#advance(reception)) {
        this.#settle();
        return Promise.resolve(reception.result);
      }
      const promise = new Promise<unknown>(capture);
      this.#resolve = resolveCaptured;
      this.#reject = rejectCaptured;
      this.#park();
      wait?.arm((reason) => this.#cancel(reason));
      return promise as Promise<T>;
    } catch (error) {
      reception.abandon();
      this.#settle();
      return Promise.reject(error);
    }
  }

  /** Receives what is there, within the turn's budget. Whether that completes it. */
  #advance(reception: Reception<unknown>): boolean {
    while (this.core.readable && poller.hasBudget) {
      const room = reception.room(SHARED);
      const count = recvLearning(this.core, room, reception.roomBytes);
      if (count === undefined) return false;
      if (reception.took(room, count)) return true;
    }
    return false;
  }

  #park(): void {
    // What is there but over the turn's share of work comes with the next turn.
    if (this.core.readable) this.core.addDeferredReader(this);
    else this.core.addReader(this);
  }

  #cancel(reason: unknown): void {
    this.core.remove(this);
    this.fail(reason);
  }

  #settle(): void {
    const wait = this.#wait;
    this.#reception = this.#wait = undefined;
    this.#resolve = this.#reject = nothing;
    if (!this.#alone) return;
    this.receives.leave();
    wait?.end();
  }

  protected async push(data: Uint8Array, wait: Wait | undefined): Promise<number> {
    return await this.core.attempt("writable", "send", () => {
      const size = lengthOf(data);
      if (size === 0) throw detached("send", "data");
      return sendOnce(this.core, data, size, 0);
    }, wait);
  }

  /** @internal Sends what a gathered send had no room for. */
  sendMore(data: Uint8Array): Promise<number> {
    return this.push(data, undefined);
  }

  protected override transfer(job: FileJob, wait: Wait | undefined): Promise<void> {
    return transferFile(this.core, job, wait, (data) => this.push(data, wait));
  }

  protected end(how: "read" | "write" | "both"): void {
    this.core.shutdown(SHUTDOWN_HOW[how]);
  }

  /**
   * Hands the descriptor over: the caller closes it. It stays non-blocking; this endpoint counts as
   * closed.
   *
   * @returns The descriptor.
   * @throws {Deno.errors.Busy} While calls wait or received bytes are kept, which would be lost.
   */
  detach(): number {
    this.core.checkOpen("detach");
    this.core.settle();
    if (
      this.core.inbox?.hasBytes || this.receives.busy || this.sends.busy || this.inbox.length > 0
    ) {
      throw new Deno.errors.Busy("Cannot detach: calls are pending or received bytes wait");
    }
    const fd = this.socket.detach();
    this.close();
    return fd;
  }
}

function nothing(): void {}
