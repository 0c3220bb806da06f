/**
 * Message boundaries over a stream: delimiters, lines and length-prefixed frames.
 *
 * @module
 */
import {
  atLeast,
  boolean,
  checkInteger,
  integer,
  object,
  oneOf,
  optional,
  orElse,
} from "./arguments.ts";
import { checkBytes, lengthOf } from "./bytes.ts";
import { WAIT_SHAPE, type WaitOptions } from "./wait.ts";

/** Options of `recvUntil`. */
export interface RecvUntilOptions extends WaitOptions {
  /** Most bytes to gather, the needle included; 1 to 2^31 - 1. Default 65536. Beyond it: `RangeError`, nothing is lost. */
  maxBytes?: number;
}

/** Options of `lines`. */
export interface LineOptions extends WaitOptions {
  /** Longest line in bytes, its end included. Default 65536. */
  maxBytes?: number;
  /** Throws `TypeError` on bytes that are no UTF-8, instead of putting U+FFFD. Default false. */
  fatal?: boolean;
}

/** Options of `frames` and `sendFrame`. */
export interface FrameOptions extends WaitOptions {
  /** Size of the length prefix in bytes. Default 4. */
  prefixBytes?: 1 | 2 | 4;
  /** Whether the prefix has its low byte first. Default false: network order. */
  littleEndian?: boolean;
  /** Longest frame in bytes. Default 16 MiB, or what the prefix can say if that is less. */
  maxBytes?: number;
}

/** The default for `maxBytes` of lines and of `recvUntil`. */
export const DEFAULT_MAX_LINE_BYTES = 65536;
const DEFAULT_MAX_FRAME_BYTES = 16 * 1024 * 1024;
const LF = 10;
const CR = 13;

const MOST_BYTES = 0x7fffffff;
const UNTIL_SHAPE = {
  ...WAIT_SHAPE,
  maxBytes: orElse(integer(1, MOST_BYTES), DEFAULT_MAX_LINE_BYTES),
};
const UNTIL = object(UNTIL_SHAPE);
const LINES = object({ ...UNTIL_SHAPE, fatal: orElse(boolean, false) });
const FRAME = object({
  ...WAIT_SHAPE,
  prefixBytes: orElse(oneOf(1, 2, 4), 4),
  littleEndian: orElse(boolean, false),
  maxBytes: optional(atLeast(0)),
});

/** What ends a line. */
export const NEWLINE: Uint8Array = Uint8Array.of(LF);

/** The lines of a stream: LF or CR LF ends one; the last may lack it. Each wait has the whole `timeoutMs`. */
export async function* readLines(
  receive: (until: UntilShape) => Promise<Uint8Array | undefined>,
  options: LineOptions = {},
): AsyncIterableIterator<string> {
  const { fatal, ...until } = LINES(options, "read lines", "options");
  const decoder = new TextDecoder("utf-8", { fatal, ignoreBOM: true });
  for (;;) {
    const line = await receive(until);
    if (line === undefined) return;
    let end = line.length;
    if (line[end - 1] === LF) end -= line[end - 2] === CR ? 2 : 1;
    yield decoder.decode(line.subarray(0, end));
  }
}

/** The frames of a stream, until its end. */
export async function* readFrames(
  receive: (shape: FrameShape) => Promise<Uint8Array | undefined>,
  options?: FrameOptions,
): AsyncIterableIterator<Uint8Array> {
  const shape = frameShape(options, "receive a frame");
  for (;;) {
    const frame = await receive(shape);
    if (frame === undefined) return;
    yield frame;
  }
}

/** `data` behind its length prefix. */
export function encodeFrame(
  data: Uint8Array,
  { prefixBytes, littleEndian, maxBytes }: FrameShape,
): Uint8Array<ArrayBuffer> {
  checkBytes(data, "send a frame", "data");
  const length = lengthOf(data);
  if (length > maxBytes) {
    throw new RangeError(`Cannot send a frame: length ${length} is over maxBytes ${maxBytes}`);
  }
  const frame = new Uint8Array(prefixBytes + length);
  for (let i = 0; i < prefixBytes; i++) {
    const shift = 8 * (littleEndian ? i : prefixBytes - 1 - i);
    frame[i] = length >>> shift;
  }
  frame.set(data, prefixBytes);
  return frame;
}

/** The checked options of `recvUntil`. */
export type UntilShape = ReturnType<typeof UNTIL>;

const DEFAULT_UNTIL: UntilShape = Object.freeze(UNTIL({}, "receive", "options"));

/** Checks the options of `recvUntil` and fills in the defaults. */
export function untilShape(options: RecvUntilOptions | undefined): UntilShape {
  return options === undefined ? DEFAULT_UNTIL : UNTIL(options, "receive", "options");
}

/** The length that a prefix says. */
export function decodePrefix(header: Uint8Array, shape: FrameShape): number {
  let size = 0;
  for (let i = 0; i < shape.prefixBytes; i++) {
    size = size * 256 + header[shape.littleEndian ? shape.prefixBytes - 1 - i : i];
  }
  if (size > shape.maxBytes) {
    throw new RangeError(
      `Cannot receive a frame: length ${size} is over maxBytes ${shape.maxBytes}`,
    );
  }
  return size;
}

/** The checked options of a frame. */
export interface FrameShape extends WaitOptions {
  prefixBytes: 1 | 2 | 4;
  littleEndian: boolean;
  maxBytes: number;
}

const DEFAULT_SHAPE: FrameShape = Object.freeze({
  prefixBytes: 4,
  littleEndian: false,
  maxBytes: DEFAULT_MAX_FRAME_BYTES,
});

/** Checks the options of `action` and fills in the defaults. */
export function frameShape(options: FrameOptions | undefined, action: string): FrameShape {
  if (options === undefined) return DEFAULT_SHAPE;
  const checked = FRAME(options, action, "options");
  const most = 256 ** checked.prefixBytes - 1;
  const { maxBytes = Math.min(most, DEFAULT_MAX_FRAME_BYTES) } = checked;
  checkInteger(maxBytes, 0, most, action, "maxBytes");
  return { ...checked, maxBytes };
}
