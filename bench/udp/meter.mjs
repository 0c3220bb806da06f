/** What a receiver of the UDP benches counts with, in Deno, Node and Bun: it prints the rate of each burst. */
const BURST_MS = Number(globalThis.process?.env.BURST_MS ?? 150);

/** Counts datagrams, and looks at the clock once in so many calls. */
export class Meter {
  #every;
  #count = 0;
  #calls = 0;
  #start = 0;
  #last = 0;
  #done = true;

  /** @param {number} every */
  constructor(every) {
    this.#every = every;
  }

  /** @param {number} count */
  add(count) {
    this.#count += count;
    if (++this.#calls % this.#every !== 0) return;
    const now = performance.now();
    if (now - this.#last > 30) {
      this.#start = now;
      this.#count = 0;
      this.#done = false;
    } else if (!this.#done && now - this.#start >= BURST_MS) {
      console.log((this.#count / (now - this.#start) * 1000).toFixed(0));
      this.#done = true;
    }
    this.#last = now;
  }
}

/**
 * Sends a burst for each line on stdin, and prints its rate.
 *
 * @param {() => number | Promise<number>} send
 */
export function onLine(send) {
  globalThis.process.stdin.on("data", async () => {
    let sent = 0, ms;
    const start = performance.now();
    do {
      sent += await send();
      ms = performance.now() - start;
    } while (ms < BURST_MS);
    console.log((sent / ms * 1000).toFixed(0));
  });
}
