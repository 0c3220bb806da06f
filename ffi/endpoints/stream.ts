/**
 * The libc engine's stream endpoint.
 *
 * The room `endpoints/` is the contract of core over a `Descriptor`: this one, `listener.ts` and
 * `message.ts` serve all families, over the same `socket.ts`. `endpoint_of.ts` makes one of a `Socket`.
 *
 * @module
 */
import { detached, isPlain, lengthOf } from "../../core/bytes.ts";
import type { FileJob } from "../../core/send_file.ts";
import { SHUTDOWN_HOW } from "../../core/shutdown.ts";
import { StreamBase } from "../../core/stream.ts";
import type { Wait, WaitOptions } from "../../core/wait.ts";
import { type Pending, poller } from "../loop/poller.ts";
import { recvOnce, sendOnce } from "../descriptor/byte_calls.ts";
import type { Descriptor } from "../descriptor/descriptor.ts";
import { transferFile } from "../descriptor/send_file.ts";
import { LibcSocket } from "./socket.ts";

/** What a send that did not have to wait returns: there is nothing in it to keep apart. */
const DONE: Promise<void> = Promise.resolve();

let resolveCaptured: (count: number) => void;
let rejectCaptured: (reason: unknown) => void;
/** One executor for all receives: a closure less for each. */
const capture = (resolve: (count: number) => void, reject: (reason: unknown) => void): void => {
  resolveCaptured = resolve;
  rejectCaptured = reject;
};

/**
 * A stream over a descriptor. `recvInto` and `sendAll` without options are what servers live on:
 * they make their call at once, and one promise at most.
 */
export class LibcStream<A> extends StreamBase<A> implements Pending {
  declare protected readonly socket: LibcSocket<A>;
  /** The descriptor beneath; owned by this endpoint. */
  readonly core: Descriptor;
  /** Where the pending receive of {@linkcode LibcStream.recvInto} puts its bytes. */
  #buffer: Uint8Array | undefined;
  #resolve: (count: number) => void = nothing;
  #reject: (reason: unknown) => void = nothing;

  /** Takes the socket over; it is connected. Addresses that are known already save asking. */
  constructor(core: Descriptor, local?: Uint8Array, remote?: Uint8Array) {
    // The families hand the descriptor to nobody who could duplicate it.
    super(new LibcSocket<A>(core, { connected: true, local, remote, alone: true }));
    this.core = core;
  }

  override recvInto(buffer: Uint8Array, options?: WaitOptions): Promise<number> {
    if (
      options !== undefined || this.closed || this.receives.busy ||
      (this.kept !== undefined && this.kept.length > 0) ||
      !isPlain(buffer)
    ) {
      return super.recvInto(buffer, options);
    }
    const core = this.core;
    try {
      if (core.readable && poller.hasBudget) {
        const count = this.#receive(buffer);
        if (count !== undefined) return Promise.resolve(count);
      }
      this.receives.enter();
      this.#buffer = buffer;
      const promise = new Promise<number>(capture);
      this.#resolve = resolveCaptured;
      this.#reject = rejectCaptured;
      // What is there but over the turn's share of work comes with the next turn.
      if (core.readable) core.addDeferredReader(this);
      else core.addReader(this);
      return promise;
    } catch (error) {
      if (this.#buffer !== undefined) this.#settled();
      return Promise.reject(error);
    }
  }

  override sendAll(data: Uint8Array, options?: WaitOptions): Promise<void> {
    if (
      options !== undefined || this.closed || this.sends.busy ||
      !isPlain(data)
    ) {
      return super.sendAll(data, options);
    }
    try {
      const size = lengthOf(data);
      const count = sendOnce(this.core, data, size, 0);
      if (count === size) return poller.hasBudget ? DONE : poller.nextTurn();
      return this.sendRest(data, count ?? 0);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** The pending receive's socket may have bytes. */
  ready(): void {
    const buffer = this.#buffer!;
    if (lengthOf(buffer) === 0) return this.fail(detached("receive", "buffer"));
    try {
      const count = this.#receive(buffer);
      if (count === undefined) return this.core.addReader(this);
      const resolve = this.#resolve;
      this.#settled();
      resolve(count);
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

  protected async pull(buffer: Uint8Array, wait: Wait | undefined): Promise<number> {
    return await this.core.attempt("readable", "recv", () => {
      if (lengthOf(buffer) === 0) throw detached("receive", "buffer");
      return this.core.readable ? this.#receive(buffer) : undefined;
    }, wait);
  }

  protected async push(data: Uint8Array, wait: Wait | undefined): Promise<number> {
    return await this.core.attempt("writable", "send", () => {
      const size = lengthOf(data);
      if (size === 0) throw detached("send", "data");
      return sendOnce(this.core, data, size, 0);
    }, wait);
  }

  protected override transfer(job: FileJob, wait: Wait | undefined): Promise<void> {
    return transferFile(this.core, job, wait, (data) => this.push(data, wait));
  }

  protected end(how: "read" | "write" | "both"): void {
    this.core.call("shutdown", (lib, fd) => lib.shutdown(fd, SHUTDOWN_HOW[how]));
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
    if (
      this.receives.busy || this.sends.busy || (this.kept !== undefined && this.kept.length > 0)
    ) {
      throw new Deno.errors.Busy("Cannot detach: calls are pending or received bytes wait");
    }
    const fd = this.socket.detach();
    this.close();
    return fd;
  }

  /** Receives at once; `undefined` if nothing is there. */
  #receive(buffer: Uint8Array): number | undefined {
    const core = this.core;
    const size = lengthOf(buffer);
    const count = recvOnce(core, buffer, size, 0);
    if (count === undefined) core.readable = false;
    else if (count < size && core.shortReceiveDrains && !core.lasting) core.readable = false;
    return count;
  }

  #settled(): void {
    this.#buffer = undefined;
    this.#resolve = this.#reject = nothing;
    this.receives.leave();
  }
}

function nothing(): void {}
