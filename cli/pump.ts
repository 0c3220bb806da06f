/**
 * Moves bytes between two channels, both ways at once, with half-close and backpressure.
 *
 * @module
 */
import type { Channel } from "./channel.ts";
import { isGone, TimedOut } from "./exit.ts";
import type { ClientTraffic } from "./traffic.ts";
import { formatDuration } from "./units.ts";

/** How an exchange ends, besides both directions ending. */
export interface ExchangeOptions {
  /** Ends everything: the exchange rejects with its reason. */
  signal: AbortSignal;
  /** Milliseconds without a byte either way, then it rejects with {@linkcode TimedOut}. */
  idleMs?: number;
  /** After the peer's end: milliseconds that the other side may stay silent before the exchange is over. */
  lingerMs?: number;
  /** After the other side's end: milliseconds that the peer may stay silent before the exchange is over. */
  answerMs?: number;
  /** Resolves when the other side is over as a whole, whatever the peer still sends (a child's end). */
  over?: Promise<unknown>;
}

/**
 * Exchanges between a network peer and another channel until both directions have ended. Each side
 * reads only when the other has taken what was read before. Closes both channels.
 *
 * @param peer The network side: what counts as received and sent.
 * @param other The other side.
 * @param traffic Counts.
 * @param options How it may end early.
 */
export async function exchange(
  peer: Channel,
  other: Channel,
  traffic: ClientTraffic,
  options: ExchangeOptions,
): Promise<void> {
  const { signal, idleMs, lingerMs, answerMs, over } = options;
  const both = Promise.withResolvers<void>();
  const timers = new Set<ReturnType<typeof setTimeout>>();
  const stop = () => both.reject(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop);

  /** Calls `late` once nothing has moved for `ms` since `since()`. */
  const watch = (ms: number, since: () => number, late: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      if (performance.now() - since() >= ms) late();
      else watch(ms, since, late);
    }, Math.min(Math.max(1, ms - (performance.now() - since())), 0x7fffffff));
    timers.add(timer);
  };
  // How datagrams end after the other side's end is silence, which is no failure then.
  let answersOnly = false;
  if (idleMs !== undefined) {
    watch(idleMs, () => traffic.lastMs, () => {
      if (!answersOnly) both.reject(new TimedOut(`Nothing moved for ${formatDuration(idleMs)}`));
    });
  }

  const incoming = move(peer, other, (data) => traffic.received(data), () => {});
  const outgoing = move(other, peer, () => {}, (data) => traffic.sent(data));
  if (lingerMs !== undefined) {
    incoming.done.then(() => {
      const endedMs = performance.now();
      const quietSince = () =>
        outgoing.waiting ? Math.max(endedMs, traffic.lastMs) : performance.now();
      watch(lingerMs, quietSince, both.resolve);
    }, () => {});
  }
  if (answerMs !== undefined) {
    outgoing.done.then(() => {
      answersOnly = true;
      const endedMs = performance.now();
      watch(answerMs, () => Math.max(endedMs, traffic.lastMs), both.resolve);
    }, () => {});
  }
  Promise.all([settled(incoming, outgoing), settled(outgoing, incoming)])
    .then(() => both.resolve(), both.reject);
  // The last bytes of an ended child are still on their way to the peer.
  if (over !== undefined) {
    Promise.all([over, outgoing.done]).then(() => both.resolve(), () => {});
  }
  try {
    await both.promise;
  } finally {
    for (const timer of timers) clearTimeout(timer);
    signal.removeEventListener("abort", stop);
    peer.close();
    other.close();
  }
}

/** One direction under way. */
interface Movement {
  /** Settles when the direction has ended. */
  readonly done: Promise<void>;
  /** Whether it waits for its source, and not for the other side to take what was read. */
  readonly waiting: boolean;
  /** Whether it failed because nobody takes the bytes any more. */
  readonly refused: boolean;
}

function move(
  from: Channel,
  to: Channel,
  onTaken: (data: Uint8Array) => void,
  onGiven: (data: Uint8Array) => void,
): Movement {
  let waiting = true;
  let refused = false;
  const run = async () => {
    for (;;) {
      waiting = true;
      const data = await from.receive();
      waiting = false;
      if (data === undefined) break;
      onTaken(data);
      try {
        await to.send(data);
      } catch (error) {
        refused = isGone(error);
        throw error;
      }
      onGiven(data);
    }
    await to.endSend();
  };
  return {
    done: run(),
    get waiting() {
      return waiting;
    },
    get refused() {
      return refused;
    },
  };
}

/** The end of one direction. A peer that takes no more may have sent an answer: that goes first. */
async function settled(one: Movement, opposite: Movement): Promise<void> {
  try {
    await one.done;
  } catch (error) {
    if (one.refused) await opposite.done.catch(() => {});
    throw error;
  }
}
