/**
 * The libc engine's listener.
 *
 * @module
 */
import { closedError } from "../../core/errors.ts";
import { type AcceptErrorHandler, ListenerBase } from "../../core/listener.ts";
import type { Wait, WaitOptions } from "../../core/wait.ts";
import { rowOf } from "../families/table.ts";
import { type Pending, poller } from "../loop/poller.ts";
import type { Descriptor } from "../descriptor/descriptor.ts";
import { acceptedDescriptor } from "../descriptor/open.ts";
import { LibcSocket } from "./socket.ts";

/** What a listener makes of an accepted socket. The addresses are valid during this call. */
export type MakeEndpoint<E> = (
  core: Descriptor,
  local: Uint8Array | undefined,
  remote: Uint8Array | undefined,
) => E;

/**
 * A listener over a descriptor. `accept` without options, which loops call, makes its call at once and
 * one promise at most.
 */
export class LibcListener<A, E> extends ListenerBase<A, E> implements Pending {
  declare protected readonly socket: LibcSocket<A>;
  /** The descriptor beneath; owned by this endpoint. */
  readonly core: Descriptor;
  readonly #make: MakeEndpoint<E>;
  /** The address of every accepted socket, where this one is bound to a single address. */
  readonly #local: Uint8Array | undefined;
  /** Settle the pending {@linkcode LibcListener.accept}. */
  #resolve: (connection: E | PromiseLike<E>) => void = nothing;
  #reject: (reason: unknown) => void = nothing;

  /** Takes the listening socket over. `onClose` runs after it is closed; `local` is where it is bound. */
  constructor(
    core: Descriptor,
    make: MakeEndpoint<E>,
    onError?: AcceptErrorHandler,
    onClose?: () => void,
    local: Uint8Array = core.localName(),
  ) {
    super(new LibcSocket<A>(core, { connected: false, local, onClose }), onError);
    this.core = core;
    this.#make = make;
    this.#local = rowOf(core.familyNumber).isExact?.(local, 0) ? local : undefined;
  }

  override accept(options?: WaitOptions): Promise<E> {
    if (options !== undefined || this.closed || this.accepts.busy) return super.accept(options);
    this.accepts.enter();
    const core = this.core;
    try {
      if (core.readable && poller.hasBudget) {
        const connection = this.#acceptNow();
        if (connection !== undefined) {
          this.accepts.leave();
          return Promise.resolve(connection);
        }
      }
      const promise = new Promise<E>((resolve, reject) => {
        this.#resolve = resolve;
        this.#reject = reject;
      });
      // What is there but over the turn's share of work comes with the next turn.
      if (core.readable) core.addDeferredReader(this);
      else core.addReader(this);
      return promise;
    } catch (error) {
      return this.#survive(error);
    }
  }

  /** The pending accept's socket may have a connection. */
  ready(): void {
    const resolve = this.#resolve;
    try {
      const connection = this.#acceptNow();
      if (connection === undefined) return this.core.addReader(this);
      this.#settled();
      resolve(connection);
    } catch (error) {
      this.#resolve = this.#reject = nothing;
      resolve(this.#survive(error));
    }
  }

  /** The pending accept fails: the listener was closed. */
  fail(reason: unknown): void {
    const reject = this.#reject;
    this.#settled();
    reject(this.closed ? closedError("accept") : reason);
  }

  protected async next(wait: Wait | undefined): Promise<E> {
    return await this.core.attempt(
      "readable",
      "accept",
      () => this.core.readable ? this.#acceptNow() : undefined,
      wait,
    );
  }

  #acceptNow(): E | undefined {
    const core = this.core;
    const accepted = core.tryAccept();
    if (accepted === undefined) {
      core.readable = false;
      return undefined;
    }
    const { fd, address } = accepted;
    // A unix client is often unnamed and then tells nothing; that is known too.
    return this.#make(acceptedDescriptor(core, fd), this.#local, address);
  }

  /** Goes on with the accept that failed, which is still inside. */
  async #survive(error: unknown): Promise<E> {
    try {
      return await this.acceptSurviving(undefined, error);
    } finally {
      this.accepts.leave();
    }
  }

  #settled(): void {
    this.#resolve = this.#reject = nothing;
    this.accepts.leave();
  }

  /**
   * Hands the descriptor over: the caller closes it. It stays non-blocking; this endpoint counts as
   * closed, its waits reject, and the file of a Unix socket stays.
   *
   * @returns The descriptor.
   */
  detach(): number {
    const fd = this.socket.detach();
    this.close();
    return fd;
  }
}

function nothing(): void {}
