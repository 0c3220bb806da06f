/**
 * `sock can dump`: the frames of CAN buses, line by line.
 *
 * @module
 */
import { formatLogLine, parseFilter } from "../../can/notation.ts";
import type { CanFilter, CanRaw, CanRawOptions, CanReceived } from "../../can/types.ts";
import { SO_RXQ_OVFL } from "../../ffi/options/socket.ts";
import { SO_RCVBUF } from "../../ffi/options/buffer.ts";
import type { OptionSetting } from "../../core/engine_choice.ts";
import { FRAME_FIELDS, frameFields, openBus, readOperand } from "../can_frames.ts";
import type { Arguments, Command, Session } from "../command.ts";
import type { Reporter } from "../events.ts";
import { TimedOut, UsageError } from "../exit.ts";
import { jsonLine } from "../json.ts";
import { readDuration, readInteger, readReporter } from "../settings.ts";
import { writeOutput } from "../stdio.ts";
import { formatDuration } from "../units.ts";

/** The name of all interfaces. */
const ANY = "any";
/** Frames that are asked for at once. */
const BATCH = 256;
const MAX_BUFFER = 0x3fffffff;

/** The command. */
export const canDumpCommand: Command = {
  usage: "[OPTIONS] INTERFACE[,FILTER…]…",
  operands: [1, Infinity],
  description: [
    "Prints the frames of CAN interfaces as log files have them, which candump -L, canplayer and sock " +
    "can play read: (TIME) INTERFACE FRAME. INTERFACE any stands for all of them.",
    "FILTERs are candump's, in hexadecimal: ID:MASK takes what is equal under the mask, ID~MASK all " +
    "else; an ID of 8 digits has 29 bits. #MASK takes error frames of these classes; with j, a frame " +
    "must fit all filters, not one of them. Without a filter, all but error frames are taken.",
    "Frames that came faster than they were read are told of on standard error. Needs --allow-ffi and " +
    "the whole of --allow-net.",
  ],
  options: [
    { name: "count", short: "n", value: "N", help: "end after so many frames" },
    {
      name: "timeout",
      short: "t",
      value: "TIME",
      help: "end when nothing came for so long; if nothing came at all, that is a time-out",
    },
    {
      name: "buffer",
      short: "b",
      value: "BYTES",
      help: "room for frames that wait to be read (SO_RCVBUF)",
    },
    { name: "quiet", short: "q", help: "tell nothing but errors" },
    { name: "json", short: "j", help: "print JSON, one object a line" },
  ],
  events: [
    {
      event: "frame",
      on: "stdout",
      help: "a frame; frame is the notation of cansend, data hexadecimal, origin bus, host or self",
      fields: { ...FRAME_FIELDS, timestampMicros: "integer", origin: "string" },
    },
    {
      event: "lost",
      on: "stderr",
      help: "frames that did not fit into the queue",
      fields: { frames: "integer" },
    },
  ],
  examples: [
    ["sock can dump any", "Everything on every bus."],
    ["sock can dump can0,123:7FF,400:700,#000000FF", "Some identifiers, and errors."],
    ["sock can dump can0 > trip.log", "A log to be replayed."],
    ["sock can dump can0 --json | jq -r 'select(.id == 291) | .data'", "For scripts."],
  ],
  async run(args: Arguments, session: Session): Promise<number> {
    const buses = args.operands.map((text) => readOperand(text, parseBus));
    const limits = {
      count: readInteger(args, "count", 1, Number.MAX_SAFE_INTEGER) ?? Infinity,
      idleMs: readDuration(args, "timeout"),
    };
    const buffer = readInteger(args, "buffer", 1, MAX_BUFFER);
    const report = readReporter(args);
    const sockets: CanRaw[] = [];
    try {
      for (const bus of buses) {
        const options: OptionSetting[] = [
          [SO_RXQ_OVFL, true],
          ...(buffer === undefined ? [] : [[SO_RCVBUF, buffer] as const]),
        ];
        sockets.push(await openBus({ ...bus, timestamps: true, options }));
      }
      await dump(sockets, limits, report, session.signal);
    } finally {
      for (const socket of sockets) socket.close();
    }
    return 0;
  },
};

/** Reads an interface with its filters, as candump does. */
function parseBus(text: string): CanRawOptions {
  const [name, ...parts] = text.split(",");
  if (name === "") throw new UsageError(`"${text}" lacks an interface`);
  const filters: CanFilter[] = [];
  const result: CanRawOptions = { interface: name === ANY ? "" : name };
  for (const part of parts) {
    if (/^j$/i.test(part)) result.joinFilters = true;
    else if (/^#[0-9a-f]{1,8}$/i.test(part)) {
      result.errors = parseInt(part.slice(1), 16) & 0x1fffffff;
    } else filters.push(parseFilter(part));
  }
  if (filters.length > 0) result.filters = filters;
  return result;
}

/** Prints what comes until enough has, nothing does any more, or the user ends it. */
async function dump(
  sockets: readonly CanRaw[],
  { count, idleMs }: { count: number; idleMs: number | undefined },
  report: Reporter,
  outer: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([outer, over.signal]);
  const write = report.json ? jsonLines : logLines();
  let left = count;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const awaitMore = () => {
    clearTimeout(timer);
    if (idleMs !== undefined) timer = setTimeout(() => over.abort(), idleMs);
  };
  awaitMore();
  try {
    await Promise.all(sockets.map(async (socket) => {
      let dropped = 0;
      while (left > 0) {
        const frames = await socket.recvFrames(Math.min(left, BATCH), { signal });
        awaitMore();
        const total = frames.at(-1)?.dropped ?? dropped;
        if (total !== dropped) tellLost(report, total - dropped);
        dropped = total;
        // Another bus may have brought the last one meanwhile.
        const wanted = frames.slice(0, left);
        left -= wanted.length;
        await writeOutput(encoder.encode(write(wanted)));
      }
      over.abort();
    }));
  } catch (error) {
    if (error !== over.signal.reason) throw error;
    if (left === count) {
      throw new TimedOut(`Timed out after ${formatDuration(idleMs ?? 0)} waiting for a frame`);
    }
  } finally {
    clearTimeout(timer);
    over.abort();
  }
}

const encoder = new TextEncoder();

function tellLost(report: Reporter, frames: number): void {
  const line = `sock: ${frames} ${
    frames === 1 ? "frame was" : "frames were"
  } lost: the queue was full`;
  report.event("lost", { frames }, line);
}

/** Lines as candump has them: names stand right in the width of the longest so far. */
function logLines(): (frames: readonly CanReceived[]) => string {
  let width = 0;
  return (frames) =>
    frames.map(({ frame, interface: name, timestampNanos = 0n }) => {
      width = Math.max(width, name.length);
      return `${formatLogLine({ timestampNanos, interface: name.padStart(width), frame })}\n`;
    }).join("");
}

function jsonLines(frames: readonly CanReceived[]): string {
  return frames.map(({ frame, interface: name, timestampNanos = 0n, origin }) =>
    jsonLine("frame", {
      ...frameFields(name, frame),
      timestampMicros: Number(timestampNanos / 1000n),
      origin,
    })
  ).join("");
}
