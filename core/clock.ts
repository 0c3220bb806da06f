/**
 * The one place that knows the time, so that a test can put another clock in its place.
 *
 * @module
 */

/** A source of time. */
export interface Clock {
  /** Milliseconds since some moment; never goes back. */
  now(): number;
  /** Calls `due` once, `ms` milliseconds from now; what it returns stops that. */
  after(ms: number, due: () => void): () => void;
}

/** The longest delay that setTimeout takes. */
const LONGEST_DELAY_MS = 0x7fffffff;

const SYSTEM: Clock = {
  now: () => performance.now(),
  after(ms, due) {
    const timer = setTimeout(due, Math.min(Math.ceil(ms), LONGEST_DELAY_MS));
    // A limit keeps no process alive: what it limits does, unless it was told not to.
    Deno.unrefTimer(timer);
    return () => clearTimeout(timer);
  },
};

let clock = SYSTEM;

/** Milliseconds since some moment; never goes back. */
export function now(): number {
  return clock.now();
}

/**
 * Puts another clock in the place of the system's, for a test. What is under way keeps its limits by
 * the old one.
 *
 * @returns Puts the old one back.
 */
export function replaceClock(other: Clock): () => void {
  const old = clock;
  clock = other;
  return () => {
    clock = old;
  };
}

/** What has a deadline; `place` is where {@linkcode Deadlines} keeps it, -1 when it does not. */
export interface Due {
  /** When, by {@linkcode now}. */
  readonly deadline: number;
  /** Its place among the deadlines. */
  place: number;
  /** Called once the deadline has passed. */
  expire(): void;
}

/**
 * Any number of deadlines over one timer: a heap, the next one first. Limits are mostly of one length,
 * and then each new one goes to the end and none moves.
 */
class Deadlines {
  readonly #heap: Due[] = [];
  #stop: (() => void) | undefined;
  /** What the timer was set for; it may come early, never late. */
  #timerAt = Infinity;

  add(due: Due): void {
    this.#place(due, this.#heap.length);
    this.#rise(due);
    if (due.deadline < this.#timerAt) this.#setTimer(due.deadline);
  }

  remove(due: Due): void {
    const { place } = due;
    if (place < 0) return;
    due.place = -1;
    const last = this.#heap.pop()!;
    if (last !== due) {
      this.#place(last, place);
      this.#rise(last);
      this.#sink(last);
    }
    // Others let the timer come early once: setting it anew costs more.
    if (this.#heap.length === 0) this.#clearTimer();
  }

  #onTimer = (): void => {
    this.#stop = undefined;
    this.#timerAt = Infinity;
    const time = now();
    for (let due; (due = this.#heap[0]) !== undefined && due.deadline <= time;) {
      this.remove(due);
      due.expire();
    }
    const next = this.#heap[0];
    if (next !== undefined && next.deadline < this.#timerAt) this.#setTimer(next.deadline);
  };

  #setTimer(at: number): void {
    this.#clearTimer();
    this.#timerAt = at;
    this.#stop = clock.after(Math.max(0, at - now()), this.#onTimer);
  }

  #clearTimer(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#timerAt = Infinity;
  }

  #place(due: Due, place: number): void {
    this.#heap[place] = due;
    due.place = place;
  }

  #rise(due: Due): void {
    const heap = this.#heap;
    for (;;) {
      const { place } = due;
      const parent = (place - 1) >> 1;
      if (place === 0 || heap[parent].deadline <= due.deadline) return;
      this.#place(heap[parent], place);
      this.#place(due, parent);
    }
  }

  #sink(due: Due): void {
    const heap = this.#heap;
    for (;;) {
      const { place } = due;
      let child = 2 * place + 1;
      if (child >= heap.length) return;
      if (child + 1 < heap.length && heap[child + 1].deadline < heap[child].deadline) child++;
      if (due.deadline <= heap[child].deadline) return;
      this.#place(heap[child], place);
      this.#place(due, child);
    }
  }
}

const DEADLINES = new Deadlines();

/** Has `due` expire once its deadline has passed, unless it is removed before. */
export function addDeadline(due: Due): void {
  DEADLINES.add(due);
}

/** Forgets `due`, if it is known. */
export function removeDeadline(due: Due): void {
  DEADLINES.remove(due);
}
