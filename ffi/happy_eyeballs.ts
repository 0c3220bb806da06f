/**
 * Happy Eyeballs (RFC 8305): several addresses of one host are tried, the first connection wins.
 *
 * @module
 */
import type { Wait } from "../core/wait.ts";

/** RFC 8305 section 5: the recommended Connection Attempt Delay. */
export const DEFAULT_ATTEMPT_DELAY_MS = 250;

/** One of the results of a race that lost it. */
interface Loser {
  close(): void;
}

/**
 * Interleaves the families, the first of them first (RFC 8305 section 4).
 *
 * @param addresses In the order of preference.
 * @returns The same addresses.
 */
export function interleave<A extends { family: string }>(addresses: readonly A[]): A[] {
  const first = addresses.filter(({ family }) => family === addresses[0].family);
  const others = addresses.filter(({ family }) => family !== addresses[0].family);
  const result: A[] = [];
  for (let i = 0; i < Math.max(first.length, others.length); i++) {
    if (i < first.length) result.push(first[i]);
    if (i < others.length) result.push(others[i]);
  }
  return result;
}

/**
 * Tries the addresses one after the other, each `delayMs` after the one before or as soon as that
 * has failed. The rest is cancelled once one succeeds.
 *
 * @param addresses In the order to try, at least one.
 * @param delayMs Milliseconds.
 * @param connect Makes one attempt, which `signal` ends.
 * @param wait Ends all attempts.
 * @returns The first connection.
 * @throws {unknown[]} The errors of all attempts, in the order of the addresses.
 */
export function raceAddresses<A, C extends Loser>(
  addresses: readonly A[],
  delayMs: number,
  connect: (address: A, signal: AbortSignal) => Promise<C>,
  wait?: Wait,
): Promise<C> {
  const controller = new AbortController();
  const errors: unknown[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let next = 0;
  let running = 0;
  let settled = false;
  return new Promise<C>((resolve, reject) => {
    const settle = (act: () => void) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      wait?.disarm();
      act();
      controller.abort();
    };
    const start = () => {
      clearTimeout(timer);
      if (settled || next === addresses.length) return;
      const index = next++;
      running++;
      if (next < addresses.length) timer = setTimeout(start, delayMs);
      connect(addresses[index], controller.signal).then((connection) => {
        running--;
        if (settled) connection.close();
        else settle(() => resolve(connection));
      }, (error) => {
        running--;
        errors[index] = error;
        if (running === 0 && next === addresses.length) settle(() => reject(errors));
        else start();
      });
    };
    wait?.arm((reason) => settle(() => reject([reason])));
    start();
  });
}
