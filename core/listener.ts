/**
 * What every listener does the same way: order, errors that pass, iteration.
 *
 * @module
 */
import { checkKeys } from "./arguments.ts";
import { after } from "./clock.ts";
import type { ListenerEndpoint } from "./endpoint.ts";
import { EndpointBase, type EndpointSocket } from "./endpoint_base.ts";
import { closedError, isSocketError } from "./errors.ts";
import { Order } from "./_order.ts";
import { beginWait, type Wait, WAIT_KEYS, type WaitOptions } from "./wait.ts";

/** Hears of an error that an accept loop survives: `code` is ECONNABORTED, EMFILE, ENFILE, ENOBUFS, ENOMEM, … */
export type AcceptErrorHandler = (error: Error) => void;

/** The connection is gone, the listener is well: try again at once (`man 2 accept`, "Error handling"). */
const PASSING = new Set([
  "ECONNABORTED",
  "ECONNRESET",
  "ENOTCONN", // Deno asks for the peer's address, which a connection that was reset has not
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

/**
 * How many connections may wait to be accepted unless told otherwise: what Linux caps it at by
 * default since 5.4 (`net.core.somaxconn`).
 */
export const DEFAULT_BACKLOG = 4096;

/** The base of the listeners of both engines. */
export abstract class ListenerBase<A, E> extends EndpointBase<A> implements ListenerEndpoint<A, E> {
  readonly role = "listener" as const;

  /** Order of the accepts. */
  protected readonly accepts: Order = new Order();
  readonly #onError: AcceptErrorHandler | undefined;
  #backingOff: ((reason: unknown) => void) | undefined;

  /** Takes the socket over. `onError` hears of each error that accepting survives. */
  constructor(socket: EndpointSocket<A>, onError: AcceptErrorHandler | undefined) {
    super(socket);
    this.#onError = onError;
  }

  /** Accepts one connection. One that comes after `wait` ended belongs to the next call. */
  protected abstract next(wait: Wait | undefined): Promise<E>;

  async accept(options?: WaitOptions): Promise<E> {
    if (options !== undefined) checkKeys(options, WAIT_KEYS, "accept");
    const wait = beginWait(options, "accept", this);
    return await this.inOrder(this.accepts, wait, "accept", (wait) => this.acceptSurviving(wait));
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

  protected override endWaits(): void {
    this.accepts.rejectAll(() => closedError("accept"));
    this.#backingOff?.(closedError("accept"));
  }

  /** Accepts one connection despite errors that pass, of which `first` has happened already. */
  protected async acceptSurviving(wait: Wait | undefined, first?: unknown): Promise<E> {
    for (let backoffMs = FIRST_BACKOFF_MS;;) {
      this.checkOpen("accept");
      try {
        if (first !== undefined) throw first;
        return await this.next(wait);
      } catch (error) {
        first = undefined;
        if (this.closed) throw closedError("accept");
        if (!isSocketError(error) || wait?.endedBy(error)) throw error;
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
      const forget = after(ms, resolve);
      const stop = (reason: unknown) => {
        forget();
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
