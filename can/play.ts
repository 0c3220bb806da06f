import { atLeast, object, optional, orElse, signal as signalParameter } from "../core/arguments.ts";
import { now } from "../core/clock.ts";
import { parseLogLine } from "./notation.ts";
import type { CanRaw } from "./types.ts";

/** Options of {@linkcode play}. */
export interface PlayOptions {
  /** How many times as fast as it was recorded; Infinity for no pauses. Default 1. */
  speed?: number;
  /** Which interface stands for which of the log. Default: the same names. */
  interfaces?: Readonly<Record<string, string>>;
  /** Rejects with `signal.reason` when aborted. */
  signal?: AbortSignal;
}

const REQUEST = object({
  speed: orElse(atLeast(0), 1),
  interfaces: optional((value, action, name) => {
    if (value === null || typeof value !== "object") {
      throw new TypeError(`Cannot ${action}: ${name} is not an object`);
    }
    return new Map(Object.entries(value as Record<string, string>));
  }),
  signal: optional(signalParameter),
});

/**
 * Sends what a log of candump has recorded, at the times it was recorded at (`canplayer`).
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
 * @throws {SyntaxError} If a line is none of a log.
 * @throws {SocketError} What sending fails with: `ENODEV` for an interface that is not there.
 */
export async function play(
  socket: CanRaw,
  lines: Iterable<string> | AsyncIterable<string>,
  options: PlayOptions = {},
): Promise<number> {
  const { speed, interfaces, signal } = REQUEST(options, "play a CAN log", "options");
  let begin: { nanos: bigint; at: number } | undefined;
  let count = 0;
  for await (const line of lines) {
    const entry = parseLogLine(line);
    if (entry === undefined) continue;
    begin ??= { nanos: entry.timestampNanos, at: now() };
    const due = begin.at + Number(entry.timestampNanos - begin.nanos) / 1e6 / speed;
    await until(due, signal);
    const name = interfaces?.get(entry.interface) ?? entry.interface;
    await socket.sendFrame(entry.frame, { interface: name, signal });
    count++;
  }
  return count;
}

/** Resolves at a time of the clock: at once if that is over. */
async function until(due: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  const ms = due - now();
  if (!(ms > 0)) return;
  await new Promise<void>((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
