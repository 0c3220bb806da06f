/**
 * A listener endpoint over a listener of Deno's own networking.
 *
 * @module
 */
import type { Family, SocketType } from "../core/address.ts";
import type { EndpointSocket } from "../core/endpoint_base.ts";
import { fromDenoWait } from "./errors.ts";
import { Pending } from "./pending.ts";
import { closedError } from "../core/errors.ts";
import { unsupported } from "./options.ts";
import { type AcceptErrorHandler, ListenerBase } from "../core/listener.ts";
import { readRow, type SocketOption } from "../core/option.ts";
import type { Wait } from "../core/wait.ts";

/** What Deno's listeners of all transports share. */
export interface DenoListenerHandle<C> {
  accept(): Promise<C>;
  close(): void;
  ref(): void;
  unref(): void;
}

/** What a listener is made of. */
export interface DenoListenerParts<A, C extends { close(): void }, E> {
  listener: DenoListenerHandle<C>;
  family: Family;
  protocol: number;
  localAddr: A;
  /** The endpoint of an accepted connection. */
  wrap(conn: C): E;
  onError: AcceptErrorHandler | undefined;
  /** Closes the listener; `settled` resolves once no accept is pending. Default: just close it. */
  close?(settled: Promise<void>): void;
}

/** A listener of Deno's as an endpoint's socket. */
class DenoListening<A, C extends { close(): void }, E> implements EndpointSocket<A> {
  readonly family: Family;
  readonly type: SocketType = "stream";
  readonly protocol: number;
  readonly engine = "deno" as const;
  readonly localAddr: A;
  readonly remoteAddr: A | undefined = undefined;
  readonly #listener: DenoListenerHandle<C>;

  constructor({ listener, family, protocol, localAddr }: DenoListenerParts<A, C, E>) {
    this.#listener = listener;
    this.family = family;
    this.protocol = protocol;
    this.localAddr = localAddr;
  }

  getOption<T>(option: SocketOption<T>): T {
    readRow(option, "getsockopt", "option");
    throw unsupported("get", option);
  }

  setOption<T>(option: SocketOption<T>): void {
    readRow(option, "setsockopt", "option");
    throw unsupported("set", option);
  }

  close(): void {
    this.#listener.close();
  }

  ref(): void {
    this.#listener.ref();
  }

  unref(): void {
    this.#listener.unref();
  }
}

/** Deno's accept cannot be cancelled: an abandoned one stays pending and serves the next call. */
export class DenoListener<A, C extends { close(): void }, E> extends ListenerBase<A, E> {
  readonly #parts: DenoListenerParts<A, C, E>;
  readonly #accepting = new Pending<C>();
  /** Whether somebody waits for the pending accept. */
  #awaited = false;

  constructor(parts: DenoListenerParts<A, C, E>) {
    super(new DenoListening(parts), parts.onError);
    this.#parts = parts;
  }

  protected override async next(wait: Wait | undefined): Promise<E> {
    this.#awaited = true;
    try {
      return this.#parts.wrap(await this.#accepting.run(() => this.#accept(), wait));
    } finally {
      this.#awaited = false;
    }
  }

  async #accept(): Promise<C> {
    let conn: C;
    try {
      conn = await this.#parts.listener.accept();
    } catch (error) {
      throw fromDenoWait(error, "accept", this.closed);
    }
    if (!this.closed) return conn;
    conn.close(); // accepted for nobody
    throw closedError("accept");
  }

  protected override release(): void {
    if (!this.#awaited) this.#accepting.abandon((conn) => conn.close());
    if (this.#parts.close) this.#parts.close(this.#accepting.settled());
    else super.release();
  }
}
