/**
 * Waiting with a signal and a time limit: the one mechanism behind every wait.
 *
 * @module
 */
import { addDeadline, type Due, now, removeDeadline, restDeadline } from "./clock.ts";
import { atLeast, checkKeys, optional, type Shape, signal as checkSignal } from "./arguments.ts";

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

/** Who waits: asked only for the message of a time-out. */
export interface WaitSubject {
  /** Where `action` happens, as a message says it: `"on 127.0.0.1:80"`; may be empty. */
  where(action: string): string;
}

/**
 * The waits that one signal can end: one listener, however many they are. There is one while any of
 * them is armed.
 */
class Listeners {
  readonly #signal: AbortSignal;
  readonly #waits = new Set<Wait>();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  add(wait: Wait): void {
    if (this.#waits.size === 0) this.#signal.addEventListener("abort", this.#onAbort);
    this.#waits.add(wait);
  }

  remove(wait: Wait): void {
    if (!this.#waits.delete(wait) || this.#waits.size > 0) return;
    this.#signal.removeEventListener("abort", this.#onAbort);
    LISTENERS.delete(this.#signal);
  }

  #onAbort = (): void => {
    for (const wait of [...this.#waits]) wait.cancel(this.#signal.reason);
  };
}

/** Only of signals that a wait is armed with: a weak map of many short-lived keys costs the collector more. */
const LISTENERS = new Map<AbortSignal, Listeners>();

function listenersOf(signal: AbortSignal): Listeners {
  let listeners = LISTENERS.get(signal);
  if (listeners === undefined) LISTENERS.set(signal, listeners = new Listeners(signal));
  return listeners;
}

/**
 * One operation's signal and deadline. Made at its start by {@linkcode beginWait}, armed at each
 * point where the operation parks, ended when it settles; it listens and is among the deadlines only
 * in between.
 */
export class Wait implements Due {
  #signal: AbortSignal | undefined;
  #timeoutMs: number | undefined;
  #action: string;
  #subject: WaitSubject | undefined;
  /** When the time is over; Infinity without a limit. */
  deadline: number;
  /** Kept by the clock, as the next two are. */
  place = -1;
  placedAt = Infinity;
  awaited = false;
  /** Whether the operation is over, and whether there was one before it. */
  #over = false;
  #again = false;
  #listeners: Listeners | undefined;
  #cancel: ((reason: unknown) => void) | undefined;
  #controller: AbortController | undefined;
  /** Whether it ended early, and why. */
  #early = false;
  #reason: unknown;

  /** Use {@linkcode beginWait}. */
  constructor(
    signal: AbortSignal | undefined,
    timeoutMs: number | undefined,
    action = "wait",
    subject?: WaitSubject,
  ) {
    this.#signal = signal;
    this.#timeoutMs = timeoutMs;
    this.#action = action;
    this.#subject = subject;
    this.deadline = timeoutMs === undefined ? Infinity : now() + timeoutMs;
  }

  /** Whether it may begin again. */
  get isOver(): boolean {
    return this.#over;
  }

  /** Begins again, for the next operation of the same subject. */
  restart(signal: AbortSignal | undefined, timeoutMs: number | undefined, action: string): void {
    this.#over = this.#early = false;
    this.#again = true;
    this.#reason = undefined;
    this.#signal = signal;
    this.#timeoutMs = timeoutMs;
    this.#action = action;
    this.#controller = undefined;
    this.deadline = timeoutMs === undefined ? Infinity : now() + timeoutMs;
  }

  /** Milliseconds until the deadline; Infinity without one, never below 0. */
  get remainingMs(): number {
    return Math.max(0, this.deadline - now());
  }

  /** Throws the reason when the signal has been aborted; does not look at the deadline. */
  throwIfAborted(): void {
    this.#signal?.throwIfAborted();
  }

  /** Calls `cancel` once, when the signal aborts or the deadline passes, unless disarmed before. */
  arm(cancel: (reason: unknown) => void): void {
    this.#cancel = cancel;
    this.#begin();
  }

  /** Aborts when the wait ends early, whoever is armed: for calls that take a signal of their own. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      this.#begin();
    }
    return this.#controller.signal;
  }

  /** Undoes {@linkcode Wait.arm}; the operation goes on. */
  disarm(): void {
    this.#cancel = undefined;
  }

  /** Ends the wait early with `reason`, as an abort would. */
  cancel(reason: unknown): void {
    const cancel = this.#cancel;
    this.#cancel = undefined;
    this.#early = true;
    this.#reason = reason;
    this.#controller?.abort(reason);
    cancel?.(reason);
  }

  /**
   * Whether an error is what ended the wait, and no system call's: a signal's reason may be any error,
   * be it one that another socket has met.
   */
  endedBy(error: unknown): boolean {
    return this.#early && error === this.#reason;
  }

  /** The time is over; called by the clock. */
  expire(): void {
    if (this.#cancel === undefined && this.#controller === undefined) return;
    const where = this.#subject?.where(this.#action) ?? "";
    const what = where === "" ? this.#action : `${this.#action} ${where}`;
    this.cancel(timeoutError(what, this.#timeoutMs!));
  }

  #begin(): void {
    const signal = this.#signal;
    if (signal !== undefined) {
      if (signal.aborted) return this.cancel(signal.reason);
      if (this.#listeners === undefined) (this.#listeners = listenersOf(signal)).add(this);
    }
    if (!this.awaited && this.deadline !== Infinity) addDeadline(this);
  }

  /** Listens no more, and has no deadline any more. The operation is over. */
  end(): void {
    this.#cancel = undefined;
    this.#listeners?.remove(this);
    this.#listeners = undefined;
    this.#over = true;
    // What came twice comes again as a rule: it keeps its place among the deadlines.
    if (this.#again) restDeadline(this);
    else if (this.place >= 0) removeDeadline(this);
  }

  /** Ends for good what may have begun again. */
  forget(): void {
    this.#again = false;
    if (this.#over) removeDeadline(this);
  }

  /** Resolves as `promise` does, or rejects early; the caller keeps `promise` and its outcome. */
  race<T>(promise: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.arm(reject);
      promise.then(resolve, reject);
    }).finally(() => this.disarm());
  }
}

/** Refuses what are no {@linkcode WaitOptions}, before anything else is done. */
export function checkWaitOptions(options: unknown, action: string): void {
  checkKeys(options, WAIT_KEYS, action);
  const { signal, timeoutMs } = options as WaitOptions;
  WAIT_SHAPE.signal(signal, action, "signal");
  WAIT_SHAPE.timeoutMs(timeoutMs, action, "timeoutMs");
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
 * @param action What is waited for, for messages: `"accept"`.
 * @param subject Who waits.
 * @param last The wait of its last operation of this kind, which begins again if that is over.
 * @returns The wait, or `undefined` without signal and limit.
 * @throws {TypeError} If the options are of the wrong type.
 * @throws {RangeError} If `timeoutMs` is negative or NaN.
 * @throws The signal's reason, if it is already aborted.
 */
export function beginWait(
  options: WaitOptions | undefined,
  action = "wait",
  subject?: WaitSubject,
  last?: Wait,
): Wait | undefined {
  if (options === undefined) return undefined;
  if (options === null || typeof options !== "object") {
    throw new TypeError(`Cannot ${action}: options is not an object`);
  }
  const { signal, timeoutMs } = options;
  if (signal === undefined && timeoutMs === undefined) return undefined;
  WAIT_SHAPE.signal(signal, action, "signal");
  WAIT_SHAPE.timeoutMs(timeoutMs, action, "timeoutMs");
  signal?.throwIfAborted();
  if (last === undefined || !last.isOver) return new Wait(signal, timeoutMs, action, subject);
  last.restart(signal, timeoutMs, action);
  return last;
}
