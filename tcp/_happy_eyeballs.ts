/**
 * Happy Eyeballs, version 2 (RFC 8305): the addresses of a host are tried in turn, not one after
 * the other's time-out, and the first connection wins. Knows nothing of sockets.
 *
 * @module
 */
import { after } from "../core/clock.ts";
import type { Wait } from "../core/wait.ts";

/** RFC 8305 section 8: the recommended Connection Attempt Delay. */
export const DEFAULT_ATTEMPT_DELAY_MS = 250;

/** RFC 8305 section 8: a smaller delay would flood the network. */
export const LEAST_ATTEMPT_DELAY_MS = 10;

/** What an attempt makes; a loser is closed. */
export interface Closable {
  close(): void;
}

/** How addresses are tried. */
export interface RaceOptions<A, C extends Closable> {
  /** Makes one attempt. `signal` aborts once another has won, or the race is over. */
  connect: (address: A, signal: AbortSignal) => Promise<C>;
  /** Milliseconds before the next address is tried beside the last, 10 or more. Default 250. */
  attemptDelayMs?: number;
  /** Throws where an attempt that is under way may no longer go on: once none may, the race is over. */
  check?: (address: A) => void;
  /** Ends all attempts. */
  wait?: Wait;
  /** Begins the message of the error of all attempts: `"connect example.com"`. */
  action: string;
}

/**
 * Puts addresses in the order to try them (RFC 8305 section 4): the order they have, but the
 * families by turns, beginning with the family of the first.
 *
 * @param addresses In the order of preference, as getaddrinfo gives them (RFC 6724).
 * @param firstFamilyCount How many of the first family come before the first of another (First
 * Address Family Count), 1 or more. Default 1.
 * @returns The same addresses.
 */
export function interleaveFamilies<A extends { family: string }>(
  addresses: readonly A[],
  firstFamilyCount = 1,
): A[] {
  const first = addresses.filter(({ family }) => family === addresses[0].family);
  const others = addresses.filter(({ family }) => family !== addresses[0].family);
  const result = first.splice(0, firstFamilyCount);
  while (first.length + others.length > 0) {
    result.push(...others.splice(0, 1), ...first.splice(0, 1));
  }
  return result;
}

/**
 * Tries addresses in order: each `attemptDelayMs` after the one before, or at once when that has
 * failed. When one succeeds, the attempts still running are aborted; should one of them succeed all
 * the same, it is closed.
 *
 * @param addresses In the order to try, at least one.
 * @param options How.
 * @returns The first connection.
 * @throws {AggregateError} If all attempts failed: their errors, in the order of the addresses. Its
 * `code` is theirs, if they have the same.
 * @throws What ended `wait`, or what `check` throws for all attempts under way.
 * @throws {TypeError} If there is no address.
 */
export function raceAddresses<A, C extends Closable>(
  addresses: readonly A[],
  options: RaceOptions<A, C>,
): Promise<C> {
  const { connect, check, wait, action, attemptDelayMs = DEFAULT_ATTEMPT_DELAY_MS } = options;
  const controller = new AbortController();
  const errors: unknown[] = new Array(addresses.length);
  let forgetNext: (() => void) | undefined;
  let started = 0;
  let failed = 0;
  let over = false;
  return new Promise<C>((resolve, reject) => {
    if (addresses.length === 0) throw new TypeError(`Cannot ${action}: there is no address`);
    const end = (settle: () => void) => {
      over = true;
      forgetNext?.();
      wait?.disarm();
      settle();
      controller.abort();
    };
    const won = (connection: C) => {
      if (over) connection.close();
      else end(() => resolve(connection));
    };
    const lost = (index: number, error: unknown) => {
      if (over) return;
      errors[index] = error;
      if (++failed === addresses.length) end(() => reject(allFailed(action, errors)));
      else {
        startNext();
        endIfRefused();
      }
    };
    const endIfRefused = () => {
      let refusal: unknown;
      for (let i = 0; i < started; i++) {
        if (i in errors) continue;
        try {
          check?.(addresses[i]);
          return;
        } catch (error) {
          refusal = error;
        }
      }
      if (refusal !== undefined) end(() => reject(refusal));
    };
    const startNext = () => {
      forgetNext?.();
      if (started === addresses.length) return;
      const index = started++;
      if (started < addresses.length) forgetNext = after(attemptDelayMs, startNext);
      // An attempt that throws at once has failed like any other.
      new Promise<C>((made) => made(connect(addresses[index], controller.signal)))
        .then(won, (error) => lost(index, error));
    };
    // First, so that an aborted wait starts nothing.
    wait?.arm((reason) => end(() => reject(reason)));
    if (!over) startNext();
  });
}

function allFailed(action: string, errors: readonly unknown[]): AggregateError {
  const texts = errors.map((error) => error instanceof Error ? error.message : String(error));
  const error = new AggregateError(
    errors,
    `Cannot ${action}: ${errors.length === 1 ? "the address" : `all ${errors.length} addresses`} ` +
      `failed: ${texts.join("; ")}`,
  );
  const codes = new Set(errors.map((each) => (each as { code?: unknown } | undefined)?.code));
  const [code] = codes;
  return codes.size === 1 && typeof code === "string" ? Object.assign(error, { code }) : error;
}
