/**
 * Calls that may block a thread of Deno's pool of 32, which serves all file access and name lookups
 * of the process: a few at a time, the rest in order.
 *
 * @module
 */
import type { Wait } from "../../core/wait.ts";

/** How many may run at once. */
export const MOST_BLOCKING = 4;

let running = 0;
const queue = new Set<() => void>();

/**
 * Makes a call when there is room for it.
 *
 * @param call Makes it: a `nonblocking` function of the library.
 * @param wait Frees the caller early. A call that has begun runs on, and counts until it ends.
 * @returns Its result.
 */
export function callBlocking<T>(call: () => Promise<T>, wait?: Wait): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const begin = () => {
      queue.delete(begin);
      running++;
      new Promise<T>((made) => made(call())).then(resolve, reject).finally(() => {
        running--;
        wait?.disarm();
        const [next] = queue;
        next?.();
      });
    };
    wait?.arm((reason) => {
      queue.delete(begin);
      reject(reason);
    });
    if (running < MOST_BLOCKING) begin();
    else queue.add(begin);
  });
}
