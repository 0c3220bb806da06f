/**
 * How long to look for events before parking.
 *
 * @module
 */

/** About 20 us of turns: longer than a round trip on one machine, shorter than two wake-ups. */
const MOST_TURNS = 20;
/** A wake-up after at most this long in the parked state came within reach of spinning. */
const REACH_MS = 0.06;

let most = MOST_TURNS;

/**
 * The spin before parking, as a budget of turns without an event. It halves with each spin that found
 * nothing and grows again when a park turns out to have been short: a connection in a dialogue is
 * served without sleeping, and one that is mostly idle costs nothing.
 */
export class Spin {
  #turns: number = MOST_TURNS;
  #parkedAt = 0;

  /** Turns to take without an event before parking. */
  get turns(): number {
    return Math.min(this.#turns, most);
  }

  /** An event came while spinning. */
  succeeded(): void {
    this.#turns = MOST_TURNS;
  }

  /** The spin found nothing. */
  parking(): void {
    this.#turns >>= 1;
    this.#parkedAt = performance.now();
  }

  /** An event came while parked. */
  unparked(): void {
    if (performance.now() - this.#parkedAt < REACH_MS) this.#turns = MOST_TURNS;
  }
}

/** Switches the spin off or on for the whole isolate (benchmarks). */
export function setSpin(on: boolean): void {
  most = on ? MOST_TURNS : 0;
}
