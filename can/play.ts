import {
  atLeast,
  object,
  optional,
  orElse,
  signal as signalParameter,
  text,
} from "../core/arguments.ts";
import { after, now } from "../core/clock.ts";
import { isSocketError } from "../core/errors.ts";
import { parseLogLine } from "./notation.ts";
import type { CanFrameInput, CanRaw } from "./types.ts";

/** Options of {@linkcode play}. */
export interface PlayOptions {
  /** How many times as fast as it was recorded, above 0; Infinity for no pauses. Default 1. */
  speed?: number;
  /**
   * Which interface stands for which of the log; frames of others are left out. Default: all frames,
   * by the same names.
   */
  interfaces?: Readonly<Record<string, string>>;
  /** Rejects with `signal.reason` when aborted. */
  signal?: AbortSignal;
}

const ACTION = "play a CAN log";
const NAME = text();
/** The longest time that setTimeout() knows. */
const MAX_TIMER_MS = 0x7fffffff;
/** After how long a full queue is tried again: some frames at 1 Mbit/s. */
const FULL_QUEUE_MS = 1;
const REQUEST = object({
  speed: orElse(atLeast(Number.MIN_VALUE), 1),
  interfaces: optional((value, action, name) => {
    if (value === null || typeof value !== "object") {
      throw new TypeError(`Cannot ${action}: ${name} is not an object`);
    }
    const pairs = Object.entries(value);
    return new Map(pairs.map(([from, to]) => [from, NAME(to, action, `${name}.${from}`)]));
  }),
  signal: optional(signalParameter),
});

/**
 * Sends what a log of candump has recorded, at the times it was recorded at (`canplayer`). A queue
 * that is full (ENOBUFS) is waited for.
 *
 * @example A log, ten times as fast
 * ```ts ignore
 * import { can } from "@berkeley/sockets";
 *
 * using bus = await can.openRaw();
 * const log = await Deno.readTextFile("candump.log");
 * await can.play(bus, log.split("\n"), { speed: 10, interfaces: { can0: "vcan0" } });
 * ```
 *
 * @param socket A raw socket that is bound to all interfaces.
 * @param lines The lines of the log.
 * @param options How fast, and where to.
 * @returns How many frames were sent.
 * @throws {TypeError} If an argument is of the wrong type, or an option unknown.
 * @throws {RangeError} If `speed` is out of range.
 * @throws {SyntaxError} If a line is none of a log.
 * @throws {SocketError} What sending fails with: `ENODEV` for an interface that is not there.
 */
export async function play(
  socket: CanRaw,
  lines: Iterable<string> | AsyncIterable<string>,
  options: PlayOptions = {},
): Promise<number> {
  const { speed, interfaces, signal } = REQUEST(options, ACTION, "options");
  if (typeof socket?.sendFrame !== "function") {
    throw new TypeError(`Cannot ${ACTION}: socket is not a raw CAN socket`);
  }
  if (!isIterable(lines)) throw new TypeError(`Cannot ${ACTION}: lines is not iterable`);
  let begin: { nanos: bigint; at: number } | undefined;
  let count = 0;
  for await (const line of untilAborted(lines, signal)) {
    const entry = parseLogLine(line);
    if (entry === undefined) continue;
    const name = interfaces === undefined ? entry.interface : interfaces.get(entry.interface);
    if (name === undefined) continue;
    begin ??= { nanos: entry.timestampNanos, at: now() };
    const due = begin.at + Number(entry.timestampNanos - begin.nanos) / 1e6 / speed;
    await until(due, signal);
    await sendOnceThereIsRoom(socket, entry.frame, { interface: name, signal });
    count++;
  }
  return count;
}

/** The lines; whoever aborts does not wait for the next one. */
async function* untilAborted(
  lines: Iterable<string> | AsyncIterable<string>,
  signal: AbortSignal | undefined,
): AsyncGenerator<string, void, void> {
  if (signal === undefined || !(Symbol.asyncIterator in lines)) {
    yield* lines;
    return;
  }
  const iterator = lines[Symbol.asyncIterator]();
  const aborted = Promise.withResolvers<never>();
  aborted.promise.catch(() => {});
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  let over = false;
  try {
    for (;;) {
      signal.throwIfAborted();
      const result = await Promise.race([iterator.next(), aborted.promise]);
      over = result.done === true;
      if (result.done) return;
      yield result.value;
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
    // It may never come to an end: a read of a terminal cannot be cancelled.
    if (!over) iterator.return?.()?.catch(() => {});
  }
}

/** A queue that is full says ENOBUFS, and nothing tells when it has room again. */
async function sendOnceThereIsRoom(
  socket: CanRaw,
  frame: CanFrameInput,
  options: { interface: string; signal?: AbortSignal },
): Promise<void> {
  for (;;) {
    try {
      return await socket.sendFrame(frame, options);
    } catch (error) {
      if (!isSocketError(error, "ENOBUFS")) throw error;
    }
    await pause(FULL_QUEUE_MS, options.signal);
  }
}

/** Resolves at a time of the clock: at once if that is over. */
async function until(due: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  for (let ms = due - now(); ms > 0; ms = due - now()) {
    await pause(Math.min(ms, MAX_TIMER_MS), signal);
  }
}

function isIterable(value: Iterable<unknown> | AsyncIterable<unknown>): boolean {
  if (value === null || typeof value !== "object") return false;
  return Symbol.iterator in value || Symbol.asyncIterator in value;
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const onAbort = () => {
      forget();
      reject(signal!.reason);
    };
    const forget = after(ms, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
