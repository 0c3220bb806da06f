/**
 * The elements of batches, one by one: cheaper than a generator that yields each of them.
 *
 * @module
 */

/** Iterates over what the batches of a generator hold, in order. */
export class OneByOne<T> implements AsyncIterableIterator<T> {
  readonly #batches: AsyncGenerator<readonly T[], void, void>;
  #batch: readonly T[] = [];
  #at = 0;
  /** Calls that wait for a batch, which later ones must not overtake. */
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** @param batches The generator; it is ended when the iteration is. */
  constructor(batches: AsyncGenerator<readonly T[], void, void>) {
    this.#batches = batches;
  }

  next(): Promise<IteratorResult<T>> {
    if (this.#waiting === 0 && this.#at < this.#batch.length) {
      return Promise.resolve({ done: false, value: this.#batch[this.#at++] });
    }
    this.#waiting++;
    const result = this.#last.then(() => this.#fetch()).finally(() => this.#waiting--);
    this.#last = result.catch(() => {});
    return result;
  }

  async return(): Promise<IteratorResult<T>> {
    this.#batch = [];
    await this.#batches.return();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #fetch(): Promise<IteratorResult<T>> {
    while (this.#at >= this.#batch.length) {
      const { done, value } = await this.#batches.next();
      if (done) return { done, value: undefined };
      this.#batch = value;
      this.#at = 0;
    }
    return { done: false, value: this.#batch[this.#at++] };
  }
}
