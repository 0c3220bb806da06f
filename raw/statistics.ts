/**
 * The summary of round-trip times that ping prints, in constant memory.
 *
 * @module
 */

/** Buckets grow by a twelfth of an octave: a percentile is at most 6 % off. */
const BUCKETS_PER_OCTAVE = 12;
const BUCKETS = 40 * BUCKETS_PER_OCTAVE;

/** One bar of a histogram. */
export interface RttBucket {
  /** Lower end in microseconds, included. */
  fromMicros: number;
  /** Upper end in microseconds, excluded. */
  toMicros: number;
  /** Round trips in it. */
  count: number;
}

/**
 * Gathers round-trip times, however many.
 *
 * @example Three replies
 * ```ts
 * import { raw } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * const statistics = new raw.RttStatistics();
 * for (const micros of [100, 200, 300]) statistics.add(micros);
 * assertEquals(statistics.count, 3);
 * assertEquals(statistics.avgMicros, 200);
 * assertEquals(Math.round(statistics.mdevMicros), 82);
 * ```
 */
export class RttStatistics {
  /** Round trips added. */
  count = 0;
  /** The least, in microseconds; NaN without any. */
  minMicros: number = NaN;
  /** The greatest, in microseconds; NaN without any. */
  maxMicros: number = NaN;
  #mean = 0;
  #squares = 0;
  readonly #buckets = new Uint32Array(BUCKETS);

  /** Adds one round trip, in microseconds. */
  add(micros: number): void {
    this.count++;
    if (!(micros >= this.minMicros)) this.minMicros = micros;
    if (!(micros <= this.maxMicros)) this.maxMicros = micros;
    const delta = micros - this.#mean;
    this.#mean += delta / this.count;
    this.#squares += delta * (micros - this.#mean);
    this.#buckets[bucketOf(micros)]++;
  }

  /** The mean in microseconds; NaN without any. */
  get avgMicros(): number {
    return this.count === 0 ? NaN : this.#mean;
  }

  /** The standard deviation in microseconds, which ping calls mdev; NaN without any. */
  get mdevMicros(): number {
    return this.count === 0 ? NaN : Math.sqrt(this.#squares / this.count);
  }

  /**
   * A percentile in microseconds, at most 6 % off.
   *
   * @param share 0 to 1; 0.5 is the median.
   * @returns Its value; NaN without any round trip.
   */
  percentileMicros(share: number): number {
    if (!(share >= 0 && share <= 1)) {
      throw new RangeError(`Cannot give a percentile: share ${share} is not in 0 to 1`);
    }
    if (this.count === 0) return NaN;
    let left = Math.max(1, Math.ceil(share * this.count));
    let bucket = 0;
    while ((left -= this.#buckets[bucket]) > 0) bucket++;
    const middle = Math.sqrt(edgeOf(bucket) * edgeOf(bucket + 1));
    return Math.min(this.maxMicros, Math.max(this.minMicros, middle));
  }

  /**
   * The distribution as bars.
   *
   * @param bars At most so many; 1 or more.
   * @returns The bars from the least to the greatest round trip; empty without any.
   */
  histogram(bars: number): RttBucket[] {
    if (!Number.isInteger(bars) || bars < 1) {
      throw new RangeError(`Cannot make a histogram: bars ${bars} is not 1 or more`);
    }
    if (this.count === 0) return [];
    const first = bucketOf(this.minMicros);
    const last = bucketOf(this.maxMicros);
    const width = Math.ceil((last - first + 1) / bars);
    const result: RttBucket[] = [];
    for (let from = first; from <= last; from += width) {
      let count = 0;
      for (let n = from; n < Math.min(from + width, BUCKETS); n++) count += this.#buckets[n];
      result.push({ fromMicros: edgeOf(from), toMicros: edgeOf(from + width), count });
    }
    return result;
  }
}

function bucketOf(micros: number): number {
  const bucket = Math.floor(Math.log2(Math.max(micros, 1)) * BUCKETS_PER_OCTAVE);
  return Math.min(BUCKETS - 1, bucket);
}

function edgeOf(bucket: number): number {
  return bucket === 0 ? 0 : 2 ** (bucket / BUCKETS_PER_OCTAVE);
}
