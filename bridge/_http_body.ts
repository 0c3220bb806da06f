import type { IncomingMessage } from "node:http";
import { socketError } from "../core/errors.ts";

/** Bytes of a body that may wait for its reader. */
const WAITING_BYTES = 65536;

/**
 * The body of a message as a web stream that makes its sender wait. `cancelled` runs when the reader
 * wants no more.
 */
export function bodyStream(
  message: IncomingMessage,
  cancelled: () => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let settled = false;
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      const settle = (how: () => void): void => {
        if (settled) return;
        settled = true;
        how();
      };
      message.on("data", (chunk: Uint8Array<ArrayBuffer>) => {
        if (settled) return;
        controller.enqueue(chunk);
        if ((controller.desiredSize ?? 0) <= 0) message.pause();
      });
      message.on("end", () => settle(() => controller.close()));
      message.on("error", (error) => settle(() => controller.error(error)));
      message.on("close", () => settle(() => controller.error(cutShort())));
      message.pause();
    },
    pull() {
      message.resume();
    },
    cancel() {
      settled = true;
      cancelled();
    },
  }, { highWaterMark: WAITING_BYTES, size: (chunk) => chunk.length });
}

function cutShort(): Error {
  return socketError("ECONNRESET", {
    syscall: "recv",
    message: "the connection ended within the body",
  });
}

/** A stream that Node writes to: a request or a response. */
export interface BodySink {
  write(chunk: Uint8Array): boolean;
  flushHeaders(): void;
  once(event: "drain" | "close", listener: () => void): unknown;
  removeListener(event: "drain" | "close", listener: () => void): unknown;
  readonly destroyed: boolean;
}

/**
 * Writes `first` and what `reader` still has, as fast as the peer takes it. A sink that closes
 * before cancels the reader.
 *
 * @returns How many bytes were written, or undefined if the sink closed before the end.
 */
export async function pumpBody(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  first: Uint8Array,
  next: Promise<ReadableStreamReadResult<Uint8Array>>,
  sink: BodySink,
): Promise<number | undefined> {
  let bytes = 0;
  const cancel = (): void => void reader.cancel(cutShort()).catch(() => {});
  sink.once("close", cancel);
  try {
    bytes += first.length;
    if (first.length === 0) sink.flushHeaders();
    else if (!sink.write(first)) await drained(sink);
    for (let read = await next;; read = await reader.read()) {
      if (sink.destroyed) return undefined;
      if (read.done) return bytes;
      checkChunk(read.value);
      bytes += read.value.length;
      if (read.value.length > 0 && !sink.write(read.value)) await drained(sink);
    }
  } finally {
    sink.removeListener("close", cancel);
  }
}

/** Refuses what Node's streams would take for something else. */
export function checkChunk(chunk: unknown): asserts chunk is Uint8Array {
  if (!(chunk instanceof Uint8Array)) {
    throw new TypeError("Cannot send the body: a chunk is not a Uint8Array");
  }
}

function drained(sink: BodySink): Promise<void> {
  if (sink.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      sink.removeListener("drain", done);
      sink.removeListener("close", done);
      resolve();
    };
    sink.once("drain", done);
    sink.once("close", done);
  });
}

/** What a body turned out to be, as far as it is there at once. */
export interface BodyStart {
  /** All of it, if it ended at once. */
  readonly whole: Uint8Array | undefined;
  /** Its first chunk. */
  readonly first: Uint8Array;
  /** The read of what follows. */
  readonly next: Promise<ReadableStreamReadResult<Uint8Array>>;
}

/** Turns of the microtask queue in which a body that needs no event shows what it has. */
const SOON_TURNS = 8;
const EMPTY: Uint8Array = new Uint8Array(0);

/**
 * Reads what a body has at once: such a body is sent with its length. Nothing that comes later holds
 * the head or the first chunk up.
 */
export async function startBody(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<BodyStart> {
  const next = reader.read();
  const read = await soon(next);
  if (read === undefined) return { whole: undefined, first: EMPTY, next };
  if (read.done) return { whole: EMPTY, first: EMPTY, next };
  checkChunk(read.value);
  const second = reader.read();
  const ended = (await soon(second))?.done;
  return { whole: ended ? read.value : undefined, first: read.value, next: second };
}

/** What a promise resolves to within some turns of the microtask queue; a rejection is left to others. */
async function soon<T>(promise: Promise<T>): Promise<T | undefined> {
  let value: T | undefined;
  promise.then((got) => value = got, () => {});
  for (let turn = 0; turn < SOON_TURNS && value === undefined; turn++) await null;
  return value;
}
