/**
 * Waiting with a signal and a time limit: the one mechanism behind every wait.
 *
 * @module
 */
import { atLeast, optional, type Shape, signal as checkSignal } from "./arguments.ts";

/** How a wait may end early. Nothing is lost: the endpoint stays usable. */
export interface WaitOptions {
  /** Rejects with `signal.reason` when aborted. */
  signal?: AbortSignal;
  /** Milliseconds, 0 or more; then rejects with a `TimeoutError` DOMException. 0 tries once. Default: no limit. */
  timeoutMs?: number;
}

/** The parameters of {@linkcode WaitOptions}. */
export const WAIT_SHAPE = {
  signal: optional(checkSignal),
  timeoutMs: optional(atLeast(0)),
} as const satisfies Shape;

/** The names of {@linkcode WaitOptions}. */
export const WAIT_KEYS: readonly string[] = Object.keys(WAIT_SHAPE);

/** What is waited for: an action, and where, which only the message of a time-out needs. */
export type WaitedFor = string | {
  /** What was to be done: `"accept"`. */
  readonly action: string;
  /** At which address, as text. */
  where(): string;
};

function textOf(what: WaitedFor): string {
  if (typeof what === "string") return what;
  const where = what.where();
  return where === "" ? what.action : `${what.action} ${where}`;
}

/** The longest delay that setTimeout takes. */
const LONGEST_DELAY_MS = 0x7fffffff;

/**
 * One operation's signal and deadline. Made at its start by {@linkcode beginWait}, armed at each
 * point where the operation parks, ended when it settles; the abort listener and the timer exist
 * only in between.
 */
export class Wait {
  readonly #signal: AbortSignal | undefined;
  readonly #timeoutMs: number;
  readonly #deadline: number;
  readonly #what: WaitedFor;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #listening = false;
  #cancel: ((reason: unknown) => void) | undefined;

  /** Use {@linkcode beginWait}. */
  constructor(
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    what: WaitedFor = "wait",
  ) {
    this.#signal = signal;
    this.#timeoutMs = timeoutMs ?? Infinity;
    this.#deadline = timeoutMs === undefined ? Infinity : performance.now() + timeoutMs;
    this.#what = what;
  }

  /** Milliseconds until the deadline; Infinity without one, never below 0. */
  get remainingMs(): number {
    return Math.max(0, this.#deadline - performance.now());
  }

  /** Throws the reason when the signal has been aborted; does not look at the deadline. */
  throwIfAborted(): void {
    this.#signal?.throwIfAborted();
  }

  /** Calls `cancel` once, when the signal aborts or the deadline passes, unless disarmed before. */
  arm(cancel: (reason: unknown) => void): void {
    this.#cancel = cancel;
    if (this.#signal?.aborted) return this.#fire(this.#signal.reason);
    if (!this.#listening && this.#signal !== undefined) {
      this.#listening = true;
      this.#signal.addEventListener("abort", this.#onAbort);
    }
    if (this.#timer === undefined && this.#deadline !== Infinity) this.#startTimer();
  }

  /** Undoes {@linkcode Wait.arm}; the operation goes on. */
  disarm(): void {
    this.#cancel = undefined;
  }

  /** Ends the wait early with `reason`, as an abort would. */
  cancel(reason: unknown): void {
    this.#fire(reason);
  }

  /** Removes listener and timer. The operation is over. */
  end(): void {
    this.#cancel = undefined;
    if (this.#listening) {
      this.#listening = false;
      this.#signal!.removeEventListener("abort", this.#onAbort);
    }
    if (this.#timer !== undefined) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    }
  }

  /** Resolves as `promise` does, or rejects early; the caller keeps `promise` and its outcome. */
  race<T>(promise: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.arm(reject);
      promise.then(resolve, reject);
    }).finally(() => this.disarm());
  }

  #onAbort = (): void => this.#fire(this.#signal!.reason);

  #startTimer(): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.remainingMs > 0) this.#startTimer();
      else this.#fire(timeoutError(textOf(this.#what), this.#timeoutMs));
    }, Math.min(Math.ceil(this.remainingMs), LONGEST_DELAY_MS));
  }

  #fire(reason: unknown): void {
    const cancel = this.#cancel;
    this.#cancel = undefined;
    cancel?.(reason);
  }
}

/** What a wait rejects with when its time is over: it says what was waited for, and how long. */
export function timeoutError(what: string, timeoutMs: number): DOMException {
  const message = `Cannot ${what}: timed out after ${timeoutMs} ms`;
  return new DOMException(message, "TimeoutError");
}

/**
 * Checks `options` and starts the clock. Returns `undefined` when they ask for nothing, so that the
 * common path costs nothing.
 *
 * @param options The options of the operation.
 * @param what What is waited for, for messages: `"accept"`, or the making of such a text.
 * @returns The wait, or `undefined` without signal and limit.
 * @throws {TypeError} If the options are of the wrong type.
 * @throws {RangeError} If `timeoutMs` is negative or NaN.
 * @throws The signal's reason, if it is already aborted.
 */
export function beginWait(
  options: WaitOptions | undefined,
  what: WaitedFor = "wait",
): Wait | undefined {
  if (options === undefined) return undefined;
  const action = typeof what === "string" ? what : what.action;
  if (options === null || typeof options !== "object") {
    throw new TypeError(`Cannot ${action}: options is not an object`);
  }
  const { signal, timeoutMs } = options;
  if (signal === undefined && timeoutMs === undefined) return undefined;
  WAIT_SHAPE.signal(signal, action, "signal");
  WAIT_SHAPE.timeoutMs(timeoutMs, action, "timeoutMs");
  signal?.throwIfAborted();
  return new Wait(signal, timeoutMs, what);
}
