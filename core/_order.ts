/**
 * Operations of one kind on one endpoint that come while one is under way are served in their order.
 *
 * @module
 */
import type { Wait } from "./wait.ts";

interface Waiter {
  resolve(): void;
  reject(reason: unknown): void;
}

/** A queue before one resource; {@linkcode Order.enter} costs nothing while nobody is inside. */
export class Order {
  /** Whether an operation is inside. Only {@linkcode Order.enter} and {@linkcode Order.leave} set it. */
  busy = false;
  /** Made for the first who has to wait: most endpoints never have one. */
  #waiters: Waiter[] | undefined;

  /** Goes inside at once (`undefined`), or promises to. Whoever is inside must leave. */
  enter(wait?: Wait): Promise<void> | undefined {
    if (!this.busy) {
      this.busy = true;
      return undefined;
    }
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        resolve: () => {
          wait?.disarm();
          resolve();
        },
        reject,
      };
      const waiters = this.#waiters ??= [];
      waiters.push(waiter);
      wait?.arm((reason) => {
        const index = waiters.indexOf(waiter);
        if (index >= 0) waiters.splice(index, 1);
        reject(reason);
      });
    });
  }

  /**
   * Runs `work` inside, and ends `wait`.
   *
   * @param wait Signal and deadline of the whole operation.
   * @param check Throws once the endpoint is closed: asked before it queues and once it is inside.
   * @param work The operation.
   * @returns What `work` resolves to.
   */
  async run<T>(
    wait: Wait | undefined,
    check: () => void,
    work: (wait: Wait | undefined) => Promise<T>,
  ): Promise<T> {
    try {
      check();
      const entered = this.enter(wait);
      if (entered !== undefined) await entered;
      try {
        check();
        return await work(wait);
      } finally {
        this.leave();
      }
    } finally {
      wait?.end();
    }
  }

  /** Lets the next one in. */
  leave(): void {
    const next = this.#waiters?.shift();
    if (next === undefined) this.busy = false;
    else next.resolve();
  }

  /** Rejects all who queue; the one inside stays inside. The reason is made if anyone does. */
  rejectAll(reason: () => unknown): void {
    const waiters = this.#waiters?.splice(0) ?? [];
    if (waiters.length === 0) return;
    const error = reason();
    for (const waiter of waiters) waiter.reject(error);
  }
}
