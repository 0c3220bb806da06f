/**
 * What every listener does the same way: turns, errors that pass, iteration.
 *
 * @module
 */
import type { Family, SocketType } from "./address.ts";
import type { ListenerEndpoint } from "./endpoint.ts";
import { checkKeys } from "./bytes.ts";
import { closedError, isSocketError } from "./errors.ts";
import type { SocketOption } from "./option.ts";
import { Turns } from "./turns.ts";
import { beginWait, type Wait, WAIT_KEYS, type WaitOptions } from "./wait.ts";

/** Hears of an error that an accept loop survives: `code` is ECONNABORTED, EMFILE, ENFILE, ENOBUFS, ENOMEM, … */
export type AcceptErrorHandler = (error: Error) => void;

/** The connection is gone, the listener is well: try again at once (`man 2 accept`, "Error handling"). */
const PASSING = new Set([
  "ECONNABORTED",
  "ECONNRESET",
  "EPROTO",
  "ENETDOWN",
  "EHOSTDOWN",
  "ENONET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
]);
/** The machine is short of something: try again later. */
const SHORTAGE = new Set(["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"]);
const FIRST_BACKOFF_MS = 5;
const LONGEST_BACKOFF_MS = 1000;

/** The base of the listeners of both engines. */
export abstract class ListenerBase<A, E> implements ListenerEndpoint<A, E> {
  abstract readonly family: Family;
  abstract readonly type: SocketType;
  abstract readonly protocol: number;
  abstract readonly engine: "deno" | "libc";
  abstract readonly localAddr: A;
  readonly remoteAddr: A | undefined = undefined;
  readonly role = "listener" as const;

  /** Set by close. */
  protected closed = false;
  /** Order of the accepts. */
  protected readonly turns: Turns = new Turns();
  readonly #onError: AcceptErrorHandler | undefined;
  #backingOff: ((reason: unknown) => void) | undefined;

  /** `onError` hears of each error that accepting survives. */
  constructor(onError: AcceptErrorHandler | undefined) {
    this.#onError = onError;
  }

  /** Accepts one connection. One that comes after `wait` ended belongs to the next call. */
  protected abstract next(wait: Wait | undefined): Promise<E>;
  /** Closes the socket: its waits must reject. Called once. */
  protected abstract release(): void;
  abstract getOption<T>(option: SocketOption<T>): T;
  abstract setOption<T>(option: SocketOption<T>, value: T): void;
  abstract ref(): void;
  abstract unref(): void;

  async accept(options?: WaitOptions): Promise<E> {
    if (options !== undefined) checkKeys(options, WAIT_KEYS, "accept");
    return await this.turns.run(beginWait(options), () => {
      if (this.closed) throw closedError("accept");
    }, (wait) => this.acceptSurviving(wait));
  }

  // Not a generator, which takes several promises more for each connection.
  [Symbol.asyncIterator](): AsyncIterator<E> {
    let done = false;
    const accepted = (value: E): IteratorResult<E> => ({ done: false, value });
    const failed = (error: unknown): IteratorResult<E> => {
      done = true;
      if (this.closed) return { done, value: undefined };
      throw error;
    };
    return {
      next: () =>
        done || this.closed
          ? Promise.resolve({ done: true, value: undefined })
          : this.accept().then(accepted, failed),
      return: () => {
        done = true;
        return Promise.resolve({ done, value: undefined });
      },
    };
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.turns.rejectAll(() => closedError("accept"));
    this.#backingOff?.(closedError("accept"));
    this.release();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  /** Accepts one connection despite errors that pass, of which `first` has happened already. */
  protected async acceptSurviving(wait: Wait | undefined, first?: unknown): Promise<E> {
    for (let backoffMs = FIRST_BACKOFF_MS;;) {
      if (this.closed) throw closedError("accept");
      try {
        if (first !== undefined) throw first;
        return await this.next(wait);
      } catch (error) {
        first = undefined;
        if (this.closed) throw closedError("accept");
        if (!isSocketError(error)) throw error;
        const shortage = SHORTAGE.has(error.code);
        if (!shortage && !PASSING.has(error.code)) throw error;
        this.#onError?.(error);
        if (!shortage) continue;
        await this.#pause(backoffMs, wait);
        backoffMs = Math.min(backoffMs * 2, LONGEST_BACKOFF_MS);
      }
    }
  }

  #pause(ms: number, wait: Wait | undefined): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const timer = setTimeout(resolve, ms);
      const stop = (reason: unknown) => {
        clearTimeout(timer);
        reject(reason);
      };
      this.#backingOff = stop;
      wait?.arm(stop);
    }).finally(() => {
      this.#backingOff = undefined;
      wait?.disarm();
    });
  }
}
