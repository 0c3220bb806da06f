/**
 * Turns: concurrent operations of one kind on one endpoint are served in the order they came.
 *
 * @module
 */
import type { Wait } from "./wait.ts";

interface Waiter {
  resolve(): void;
  reject(reason: unknown): void;
}

/** A queue for one resource. {@linkcode Turns.enter} costs nothing while nobody is inside. */
export class Turns {
  #busy = false;
  #waiters: Waiter[] = [];

  /** Whether an operation is inside. */
  get busy(): boolean {
    return this.#busy;
  }

  /** Takes the turn at once (`undefined`), or promises it. Whoever got it must leave. */
  enter(wait?: Wait): Promise<void> | undefined {
    if (!this.#busy) {
      this.#busy = true;
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
      this.#waiters.push(waiter);
      wait?.arm((reason) => {
        const index = this.#waiters.indexOf(waiter);
        if (index >= 0) this.#waiters.splice(index, 1);
        reject(reason);
      });
    });
  }

  /**
   * Runs `work` when its turn comes, passes the turn on and ends `wait`.
   *
   * @param wait Signal and deadline of the whole operation.
   * @param check Throws once the endpoint is closed: asked before the turn and when it has come.
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
      const turn = this.enter(wait);
      if (turn !== undefined) await turn;
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

  /** Passes the turn on. */
  leave(): void {
    const next = this.#waiters.shift();
    if (next === undefined) this.#busy = false;
    else next.resolve();
  }

  /** Rejects all who wait for a turn; the one inside stays inside. The reason is made if anyone does. */
  rejectAll(reason: () => unknown): void {
    if (this.#waiters.length === 0) return;
    const error = reason();
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
  }
}
