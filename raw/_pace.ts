/**
 * A steady rate by a clock whose timers come late.
 *
 * @module
 */

import { now } from "../core/clock.ts";

/** Requests that go at once are worth so much time at most. */
const BURST_MS = 10;
/** What late timers cost is made up for at so many times the rate, if the second allows it. */
const CATCH_UP = 2;
/** More lost time than this is given up: whoever waited for room need not hurry afterwards. */
const BACKLOG_MS = 1000;
/** Over any second not more than so many times the rate. */
const MOST = 1.02;
/** The second, and one more bucket for the one that has begun. */
const BUCKETS = 201;
const BUCKET_MS = 5;

/**
 * Three bounds: the rate itself, which loses nothing to a late timer; a burst; and what went in the last
 * second, so that making up for a long stall does not exceed the rate either.
 */
export class Pace {
  readonly #perMs: number;
  readonly #burstMost: number;
  readonly #secondMost: number;
  /** How many may go by the rate. */
  #credit = 1;
  /** How many may go at once. */
  #burst: number;
  #atMs: number;
  /** How many went in each of the last spans of 5 ms, a ring. */
  readonly #sent = new Float64Array(BUCKETS);
  #sentInAll = 0;
  #bucket: number;

  /** So many a second; `Infinity`: no bound. */
  constructor(perSecond: number) {
    this.#perMs = perSecond / 1000;
    this.#burst = this.#burstMost = Math.max(1, this.#perMs * BURST_MS);
    // A rate of a few has no hundredths.
    this.#secondMost = Math.max(perSecond * MOST, perSecond + 1);
    this.#atMs = now();
    this.#bucket = Math.floor(this.#atMs / BUCKET_MS);
  }

  /** How many may go now, at most `most`. */
  allowed(most: number): number {
    if (this.#perMs === Infinity) return most;
    const time = now();
    const due = (time - this.#atMs) * this.#perMs;
    this.#atMs = time;
    const backlog = Math.max(1, this.#perMs * BACKLOG_MS);
    this.#credit = Math.min(backlog, this.#credit + due);
    this.#burst = Math.min(this.#burstMost, this.#burst + due * CATCH_UP);
    this.#turn(time);
    const inSecond = this.#secondMost - this.#sentInAll;
    return Math.max(0, Math.min(most, Math.floor(Math.min(this.#credit, this.#burst, inSecond))));
  }

  /** One goes. */
  spend(): void {
    if (this.#perMs === Infinity) return;
    this.#credit--;
    this.#burst--;
    this.#sent[this.#bucket % BUCKETS]++;
    this.#sentInAll++;
  }

  /**
   * Whether time was lost that is being made up for: another late timer would lose more than a burst
   * brings back.
   */
  get isBehind(): boolean {
    return this.#perMs !== Infinity && this.#credit >= 1 && !this.#isFull;
  }

  /** Milliseconds until the next may go; 0 if it may now. */
  untilMs(): number {
    if (this.allowed(1) > 0) return 0;
    const byRate = (1 - this.#credit) / this.#perMs;
    const byBurst = (1 - this.#burst) / (this.#perMs * CATCH_UP);
    const bySecond = this.#isFull ? (this.#bucket + 1) * BUCKET_MS - this.#atMs : 0;
    return Math.max(byRate, byBurst, bySecond);
  }

  /** Whether no more may go in this second. */
  get #isFull(): boolean {
    return this.#sentInAll + 1 > this.#secondMost;
  }

  /** Forgets what went more than a second ago. */
  #turn(time: number): void {
    const bucket = Math.floor(time / BUCKET_MS);
    const past = Math.min(bucket - this.#bucket, BUCKETS);
    for (let i = 1; i <= past; i++) {
      const at = (this.#bucket + i) % BUCKETS;
      this.#sentInAll -= this.#sent[at];
      this.#sent[at] = 0;
    }
    this.#bucket = bucket;
  }
}
