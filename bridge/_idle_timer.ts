import { after, now } from "../core/clock.ts";

/** How long nothing has happened: Node's `socket.setTimeout`, with one timer however busy the stream. */
export class IdleTimer {
  readonly #expired: () => void;
  #limitMs = 0;
  #activeAt = 0;
  #forget: (() => void) | undefined;
  #dueAt = 0;

  /** `expired` is called when the limit has passed, and not again until something happened. */
  constructor(expired: () => void) {
    this.#expired = expired;
  }

  /** Milliseconds without activity; 0 means no limit. */
  get limitMs(): number {
    return this.#limitMs;
  }

  /** Sets the limit and begins anew; 0 ends it. */
  set(limitMs: number): void {
    this.#limitMs = limitMs;
    this.#activeAt = now();
    // A timer that is due before the new limit is left: it looks how much is still missing.
    const due = this.#forget === undefined ? Infinity : this.#dueAt;
    if (limitMs > 0 && this.#activeAt + limitMs < due) this.#start(limitMs);
  }

  /** Something happened. */
  touch(): void {
    if (this.#limitMs === 0) return;
    this.#activeAt = now();
    if (this.#forget === undefined) this.#start(this.#limitMs);
  }

  /** No more time-outs. */
  end(): void {
    this.#limitMs = 0;
    this.#forget?.();
    this.#forget = undefined;
  }

  #start(ms: number): void {
    this.#forget?.();
    this.#dueAt = now() + ms;
    this.#forget = after(ms, () => {
      this.#forget = undefined;
      if (this.#limitMs === 0) return;
      const leftMs = this.#activeAt + this.#limitMs - now();
      if (leftMs > 0) return this.#start(leftMs);
      this.#expired();
    }, false);
  }
}
