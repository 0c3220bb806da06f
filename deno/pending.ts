/**
 * Calls that cannot be cancelled, made cancellable without losing what they bring.
 *
 * @module
 */
import type { Wait } from "../core/wait.ts";

type Outcome<T> = { value: T } | { error: unknown };

/**
 * At most one call in flight. A wait that ends early leaves the call running; the next
 * {@linkcode Pending.run} joins it and gets its outcome instead of starting another.
 */
export class Pending<T> {
  #call: Promise<Outcome<T>> | undefined;

  /** Whether a call is in flight, or its outcome not yet taken. */
  get busy(): boolean {
    return this.#call !== undefined;
  }

  /** Resolves once the call in flight, if any, has settled; never rejects. */
  async settled(): Promise<void> {
    await this.#call;
  }

  /** Gives the call in flight up: what it brings, now or later, goes to `discard`. */
  abandon(discard: (value: T) => void): void {
    this.#call?.then((outcome) => {
      if ("value" in outcome) discard(outcome.value);
    });
  }

  /** The outcome of the call in flight, or of `start()`. Only `wait` can end it early. */
  async run(start: () => Promise<T>, wait: Wait | undefined): Promise<T> {
    this.#call ??= start().then((value) => ({ value }), (error) => ({ error }));
    // The outcome promise never rejects: a rejection here is the wait's, and the call goes on.
    const outcome = await (wait === undefined ? this.#call : wait.race(this.#call));
    this.#call = undefined;
    if ("error" in outcome) throw outcome.error;
    return outcome.value;
  }
}
