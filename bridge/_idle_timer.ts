/** How long nothing has happened: Node's `socket.setTimeout`, with one timer however busy the stream. */
export class IdleTimer {
  readonly #expired: () => void;
  #limitMs = 0;
  #activeAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
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
    this.#activeAt = performance.now();
    // A timer that is due before the new limit is left: it looks how much is still missing.
    const due = this.#timer === undefined ? Infinity : this.#dueAt;
    if (limitMs > 0 && this.#activeAt + limitMs < due) this.#start(limitMs);
  }

  /** Something happened. */
  touch(): void {
    if (this.#limitMs === 0) return;
    this.#activeAt = performance.now();
    if (this.#timer === undefined) this.#start(this.#limitMs);
  }

  /** No more time-outs. */
  end(): void {
    this.#limitMs = 0;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #start(ms: number): void {
    clearTimeout(this.#timer);
    this.#dueAt = performance.now() + ms;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#limitMs === 0) return;
      const leftMs = this.#activeAt + this.#limitMs - performance.now();
      if (leftMs > 0) return this.#start(leftMs);
      this.#expired();
    }, Math.min(Math.ceil(ms), 0x7fffffff));
    Deno.unrefTimer(this.#timer);
  }
}
