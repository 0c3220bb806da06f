/**
 * `sock can play`: a log of candump, sent again.
 *
 * @module
 */
import { play } from "../../can/play.ts";
import { openBus } from "../can_frames.ts";
import type { Arguments, Command, Session } from "../command.ts";
import { UsageError } from "../exit.ts";
import { readReporter } from "../settings.ts";
import { readLines } from "../stdio.ts";
import { formatDuration } from "../units.ts";

/** The command. */
export const canPlayCommand: Command = {
  usage: "[OPTIONS] FILE [INTERFACE=LOGGED]…",
  operands: [1, Infinity],
  description: [
    "Sends the frames of a log (candump -l, candump -L, sock can dump) at the times they were recorded " +
    "at; FILE - is standard input. They go to the interfaces they came from. With INTERFACE=LOGGED, " +
    "those that were recorded on LOGGED go to INTERFACE, and those of interfaces that are not named " +
    "are left out.",
    "Needs --allow-ffi, the whole of --allow-net, and --allow-read for FILE.",
  ],
  options: [
    {
      name: "speed",
      short: "s",
      value: "N",
      help: "so many times as fast, as 10 or 0.5; max is without pauses (default 1)",
    },
    { name: "quiet", short: "q", help: "tell nothing but errors" },
    { name: "json", short: "j", help: "tell events on standard error as JSON, one object a line" },
  ],
  events: [
    {
      event: "summary",
      on: "stderr",
      help: "how many frames were sent, and how long it took",
      fields: { frames: "integer", durationMs: "integer" },
    },
  ],
  examples: [
    ["sock can play trip.log", "As it was."],
    ["sock can play trip.log --speed 10 vcan0=can0", "Faster, and to another bus."],
    ["sock can dump can0 | sock can play - can1=can0", "One bus passed on to another."],
  ],
  async run(args: Arguments, session: Session): Promise<number> {
    const [file, ...pairs] = args.operands;
    const speed = readSpeed(args.value("speed"));
    const interfaces = pairs.length === 0 ? undefined : Object.fromEntries(pairs.map(readPair));
    const report = readReporter(args);
    using input = file === "-" ? undefined : await Deno.open(file);
    using bus = await openBus({ filters: [] });
    const startedMs = performance.now();
    const frames = await play(bus, readLines(input), {
      speed,
      ...(interfaces !== undefined && { interfaces }),
      signal: session.signal,
    });
    const durationMs = Math.round(performance.now() - startedMs);
    report.event(
      "summary",
      { frames, durationMs },
      `sock: ${frames} frames sent in ${formatDuration(durationMs)}`,
    );
    return 0;
  },
};

function readSpeed(text = "1"): number {
  if (text === "max") return Infinity;
  const speed = /^\d*\.?\d+$/.test(text) ? Number(text) : 0;
  if (speed > 0 && speed < Infinity) return speed;
  throw new UsageError(`--speed is a number above 0, as 10 or 0.5, or max, not "${text}"`);
}

/** `[logged, interface]` of `INTERFACE=LOGGED`. */
function readPair(text: string): [string, string] {
  const match = /^([^=]+)=([^=]+)$/.exec(text);
  if (match === null) throw new UsageError(`"${text}" is not INTERFACE=LOGGED, as vcan0=can0`);
  return [match[2], match[1]];
}
