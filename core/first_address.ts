/**
 * Several addresses for one socket, of which the first that works is taken.
 *
 * @module
 */
import { isSocketError } from "./errors.ts";

/**
 * Attempts one address after the other.
 *
 * @param addresses In the order to try them, at least one.
 * @param attempt Makes what is wanted; fails with a POSIX code where the next address may work.
 * @returns What the first attempt that works has made.
 * @throws What the first attempt threw, when none works.
 */
export async function firstThatWorks<A, T>(
  addresses: readonly A[],
  attempt: (address: A) => T | Promise<T>,
): Promise<T> {
  let failure: unknown;
  for (const address of addresses) {
    try {
      return await attempt(address);
    } catch (error) {
      // What may not be used is passed over once another has been tried: that one's failure tells more.
      const denied = error instanceof Deno.errors.NotCapable && failure !== undefined;
      if (!isSocketError(error) && !denied) throw error;
      failure ??= error;
    }
  }
  throw failure;
}
