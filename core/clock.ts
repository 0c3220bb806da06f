/**
 * The one place that knows the time, so that a test can put another clock in its place.
 *
 * @module
 */

/** A source of time. */
export interface Clock {
  /** Milliseconds since some moment; never goes back. */
  now(): number;
  /**
   * Calls `due` once, `ms` milliseconds from now; what it returns stops that. Meanwhile the process is
   * kept alive, or not.
   */
  after(ms: number, due: () => void, keepsAlive: boolean): () => void;
}

/** The longest delay that setTimeout takes. */
const LONGEST_DELAY_MS = 0x7fffffff;

const SYSTEM: Clock = {
  now: () => performance.now(),
  after(ms, due, keepsAlive) {
    const timer = setTimeout(due, Math.min(Math.ceil(ms), LONGEST_DELAY_MS));
    if (!keepsAlive) Deno.unrefTimer(timer);
    return () => clearTimeout(timer);
  },
};

let clock = SYSTEM;

/** Milliseconds since some moment; never goes back. */
export function now(): number {
  return clock.now();
}

/**
 * Calls `due` once.
 *
 * @param ms In so many milliseconds; at most some 24 days, after which it is called in any case.
 * @param due What is called.
 * @param keepsAlive Whether the process waits for it.
 * @returns Stops that, if it has not been called.
 */
export function after(ms: number, due: () => void, keepsAlive = true): () => void {
  return clock.after(ms, due, keepsAlive);
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

/** What has a deadline. {@linkcode Deadlines} keeps the other fields. */
export interface Due {
  /** When, by {@linkcode now}. Changes only while it is not awaited. */
  readonly deadline: number;
  /** Its place among the deadlines, -1 when it has none. */
  place: number;
  /** The deadline that its place is for: its own or an earlier one. */
  placedAt: number;
  /** Whether its deadline is awaited. */
  awaited: boolean;
  /** Called once the deadline has passed. */
  expire(): void;
}

/**
 * Any number of deadlines over one timer: a heap, the next one first. What rests keeps its place, which
 * is looked at when its time has come: a limit that is given again and again, and is hardly ever
 * reached, then costs nothing but a number.
 */
class Deadlines {
  readonly #heap: Due[] = [];
  #awaited = 0;
  #stop: (() => void) | undefined;
  /** What the timer was set for; it may come early, never late. */
  #timerAt = Infinity;

  add(due: Due): void {
    if (!due.awaited) {
      due.awaited = true;
      this.#awaited++;
    }
    if (due.place < 0) {
      due.placedAt = due.deadline;
      this.#place(due, this.#heap.length);
      this.#rise(due);
    } else if (due.deadline < due.placedAt) {
      due.placedAt = due.deadline;
      this.#rise(due);
    }
    if (due.deadline < this.#timerAt) this.#setTimer(due.deadline);
  }

  rest(due: Due): void {
    if (!due.awaited) return;
    due.awaited = false;
    // Others let the timer come early once: setting it anew costs more.
    if (--this.#awaited === 0) this.#clearTimer();
  }

  remove(due: Due): void {
    this.rest(due);
    const { place } = due;
    if (place < 0) return;
    due.place = -1;
    const last = this.#heap.pop()!;
    if (last === due) return;
    this.#place(last, place);
    this.#rise(last);
    this.#sink(last);
  }

  #onTimer = (): void => {
    this.#stop = undefined;
    this.#timerAt = Infinity;
    const time = now();
    for (let due; (due = this.#heap[0]) !== undefined && due.placedAt <= time;) {
      if (due.awaited && due.deadline > time) {
        due.placedAt = due.deadline;
        this.#sink(due);
        continue;
      }
      const { awaited } = due;
      this.remove(due);
      if (awaited) due.expire();
    }
    const next = this.#heap[0];
    if (this.#awaited > 0 && next.placedAt < this.#timerAt) this.#setTimer(next.placedAt);
  };

  #setTimer(at: number): void {
    this.#clearTimer();
    this.#timerAt = at;
    // A limit keeps no process alive: what it limits does, unless it was told not to.
    this.#stop = after(Math.max(0, at - now()), this.#onTimer, false);
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
      if (place === 0 || heap[parent].placedAt <= due.placedAt) return;
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
      if (child + 1 < heap.length && heap[child + 1].placedAt < heap[child].placedAt) child++;
      if (due.placedAt <= heap[child].placedAt) return;
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

/** `due` expires no more, until it is added again: soon, or it would rather be removed. */
export function restDeadline(due: Due): void {
  DEADLINES.rest(due);
}

/** Forgets `due`, if it is known. */
export function removeDeadline(due: Due): void {
  DEADLINES.remove(due);
}
