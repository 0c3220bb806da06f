/** What comes has to be: byte `i` of a stream is the pattern's, message `i` carries `i`. */
import { endedAsAsked } from "./_random.ts";

/** What a run tried. */
export interface Tried {
  /** Calls of the library. */
  calls: number;
  /** Those that were cancelled. */
  cancelled: number;
}

const PERIOD = 65521;
/** More than the buffers of a connection hold, so that a send has to wait when some of it has gone. */
export const LARGE_BYTES = 8_000_000;
/** Long enough that any piece is one view. */
const PATTERN = makePattern();

function makePattern(): Uint8Array<ArrayBuffer> {
  const pattern = new Uint8Array(PERIOD + LARGE_BYTES);
  for (let i = 0; i < pattern.length; i++) {
    const at = i % PERIOD;
    pattern[i] = (at ^ (at >> 8) ^ Math.imul(at, 0x9e37) >> 11) & 255;
  }
  return pattern;
}

/** Bytes `at` to `at + size` of the stream. */
export function piece(at: number, size: number): Uint8Array<ArrayBuffer> {
  return PATTERN.subarray(at % PERIOD, at % PERIOD + size);
}

export function check(holds: boolean, text: string): asserts holds {
  if (!holds) throw new Error(text);
}

/** Runs a call; `undefined` if it was cancelled as asked, with what it says it had sent. */
export async function attempt<T>(
  tried: Tried,
  call: () => Promise<T>,
): Promise<{ value: T } | { bytesSent: number }> {
  tried.calls++;
  try {
    return { value: await call() };
  } catch (error) {
    if (!endedAsAsked(error)) throw error;
    tried.cancelled++;
    return { bytesSent: error.bytesSent ?? 0 };
  }
}

const MOST_MESSAGE_BYTES = 2000;

/** Message `number`. */
export function message(number: number): Uint8Array<ArrayBuffer> {
  const data = piece(number, 4 + number % (MOST_MESSAGE_BYTES - 4)).slice();
  new DataView(data.buffer).setUint32(0, number);
  return data;
}
