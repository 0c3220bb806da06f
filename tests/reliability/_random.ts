/** Random choices that a seed repeats, and waits that end at random. */
import type { WaitOptions } from "../../core/mod.ts";

/** Choices of one run. The seed is 32 bits. */
export class Random {
  readonly seed: number;
  #state: number;

  constructor(seed: number) {
    this.seed = seed >>> 0;
    this.#state = this.seed;
  }

  /** 0 to below 1 (Weyl sequence and a mix, as splitmix32). */
  next(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let bits = this.#state;
    bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad);
    bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
    return ((bits ^ (bits >>> 15)) >>> 0) / 2 ** 32;
  }

  /** An integer from `least` to `most`. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  /** An integer from 1 to `most`, as often small as large. */
  size(most: number): number {
    return Math.min(most, Math.floor((most + 1) ** this.next()));
  }

  /** One of `items`. */
  pick<T>(items: readonly T[]): T {
    return items[this.integer(0, items.length - 1)];
  }

  chance(share: number): boolean {
    return this.next() < share;
  }
}

/** The seed to repeat (SEED), else any. */
export function firstSeed(): number {
  const told = Deno.env.get("SEED");
  return told === undefined ? crypto.getRandomValues(new Uint32Array(1))[0] : Number(told);
}

/** Runs `fn` with choices of its own; a failure says which seed repeats them. */
export async function seeded<T>(seed: number, fn: (random: Random) => Promise<T>): Promise<T> {
  try {
    return await fn(new Random(seed));
  } catch (error) {
    throw new Error(`SEED=${seed >>> 0}: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}

/**
 * Options that end a wait at random: by a signal after some turns of the event loop (0: aborted
 * already), by a time-out, or not at all.
 */
export function randomEnd(random: Random): WaitOptions {
  switch (random.integer(0, 3)) {
    case 0:
      return {};
    case 1:
      return { timeoutMs: random.integer(0, 2) };
    default: {
      const controller = new AbortController();
      abortAfter(controller, random.integer(0, random.pick([0, 3, 30])));
      return { signal: controller.signal };
    }
  }
}

async function abortAfter(controller: AbortController, turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await turnOfLoop();
  controller.abort(new Error(ABORTED));
}

const ABORTED = "ended at random";

/** Whether a rejection is what {@linkcode randomEnd} asked for. */
export function endedAsAsked(error: unknown): error is Error & { bytesSent?: number } {
  return error instanceof Error && (error.name === "TimeoutError" || error.message === ABORTED);
}

/** Lets the event loop turn once. */
export function turnOfLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
