/**
 * Standard input and output as a channel: streamed, never gathered.
 *
 * @module
 */
import type { Channel } from "./channel.ts";
import { OutputClosed } from "./exit.ts";

/** A pipe holds 64 KiB; a file gives more. */
const INPUT_BYTES = 256 * 1024;
/** The most that one UDP datagram takes: one read of standard input becomes one message. */
const MESSAGE_BYTES = 65507;

let writing: Promise<void> = Promise.resolve();

/** Writes all of `data` to standard output, in the order of the calls. */
export function writeOutput(data: Uint8Array): Promise<void> {
  const write = writing.then(() => writeAll(data));
  writing = write.catch(() => {});
  return write;
}

async function writeAll(data: Uint8Array): Promise<void> {
  try {
    for (let at = 0; at < data.length;) at += await Deno.stdout.write(data.subarray(at));
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) throw new OutputClosed();
    throw error;
  }
}

/**
 * The standard streams: receiving reads standard input, sending writes standard output.
 *
 * @param kind Whether what is read at once is a message.
 * @param crlf Whether lines of standard input are to end by CR and LF.
 */
export function stdioChannel(kind: "stream" | "message", crlf = false): Channel {
  const convert = crlf ? lineEnds() : (data: Uint8Array) => data;
  const buffer = new Uint8Array(kind === "message" ? MESSAGE_BYTES : INPUT_BYTES);
  let closed = false;
  let abandon: ((count: null) => void) | undefined;
  return {
    kind,
    name: "standard input and output",
    ends: true,
    async receive() {
      if (closed) return undefined;
      // A read cannot be cancelled: a closed channel leaves it behind.
      const count = await new Promise<number | null>((resolve, reject) => {
        abandon = resolve;
        Deno.stdin.read(buffer).then(resolve, reject);
      });
      return count === null ? undefined : convert(buffer.subarray(0, count));
    },
    send: writeOutput,
    endSend: () => Promise.resolve(),
    close() {
      closed = true;
      abandon?.(null);
    },
  };
}

const CR = 13;
const LF = 10;

/** Puts a CR before each LF that has none; what comes next to each other is one text. */
export function lineEnds(): (data: Uint8Array) => Uint8Array {
  let last = 0;
  return (data) => {
    const result = new Uint8Array(data.length * 2);
    let length = 0;
    for (const byte of data) {
      if (byte === LF && last !== CR) result[length++] = CR;
      result[length++] = byte;
      last = byte;
    }
    return result.subarray(0, length);
  };
}

/** The lines of standard input, or of a file that is open, without their ends. */
export async function* readLines(
  source: Pick<Deno.FsFile, "read"> = Deno.stdin,
): AsyncGenerator<string> {
  const buffer = new Uint8Array(INPUT_BYTES);
  const decoder = new TextDecoder();
  let rest = "";
  for (let count; (count = await source.read(buffer)) !== null;) {
    const lines = (rest + decoder.decode(buffer.subarray(0, count), { stream: true })).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== "") yield rest;
}
