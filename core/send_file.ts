/**
 * Sending a file: what callers pass, and the loop for where no kernel call does it.
 *
 * @module
 */
import { checkInteger, integer, object, optional } from "./arguments.ts";
import { partOf } from "./bytes.ts";
import type { PassedFd } from "./control.ts";
import { isSocketError, socketError } from "./errors.ts";
import { WAIT_SHAPE, type WaitOptions } from "./wait.ts";

const ACTION = "send a file";
const CHUNK_BYTES = 65536;

/**
 * A file to send: its path, an open one, a descriptor of the operating system, or one that was passed.
 */
export type FileToSend = string | URL | number | Deno.FsFile | PassedFd;

/** What of a file to send, and how the wait may end early. */
export interface SendFileOptions extends WaitOptions {
  /** Where to begin, in bytes from the file's beginning, 0 to 2^53 - 1. Default: 0. */
  offset?: number;
  /** How many bytes to send, 0 to 2^53 - 1. Default: all up to the file's end. */
  count?: number;
}

/** The options of {@linkcode SendFileOptions}, as parameters. */
export const SEND_FILE_SHAPE = {
  ...WAIT_SHAPE,
  offset: optional(integer(0, Number.MAX_SAFE_INTEGER)),
  count: optional(integer(0, Number.MAX_SAFE_INTEGER)),
};
const OPTIONS = object(SEND_FILE_SHAPE);

/** One sending of a file: what is to go, and what went. */
export class FileJob {
  /** What the caller passed, checked. */
  readonly file: FileToSend;
  /** How many bytes went so far. */
  sent = 0;
  readonly #offset: number | undefined;
  readonly #count: number;

  /** Use {@linkcode fileJob}. */
  constructor(file: FileToSend, offset: number | undefined, count: number) {
    this.file = file;
    this.#offset = offset;
    this.#count = count;
  }

  /** Whether the caller said where to begin. */
  get isPlaced(): boolean {
    return this.#offset !== undefined;
  }

  /** Where the file goes on, in bytes from its beginning. */
  get position(): number {
    return (this.#offset ?? 0) + this.sent;
  }

  /** How many bytes are left to send; Infinity up to the end of the file. */
  get left(): number {
    return this.#count - this.sent;
  }
}

/**
 * Checks what is to be sent.
 *
 * @param file The caller's file.
 * @param options The caller's options.
 * @returns The job, and the options as read once.
 * @throws {TypeError} If an argument is of the wrong type.
 * @throws {RangeError} If a number is out of range.
 */
export function fileJob(
  file: unknown,
  options: SendFileOptions | undefined,
): { job: FileJob; waitOptions: WaitOptions } {
  const checked = checkFile(file);
  const { offset, count, ...waitOptions } = OPTIONS(
    options === undefined ? {} : options,
    ACTION,
    "options",
  );
  return { job: new FileJob(checked, offset, count ?? Infinity), waitOptions };
}

function checkFile(file: unknown): FileToSend {
  if (typeof file === "number") {
    checkInteger(file, 0, 0x7fffffff, ACTION, "file");
    return file;
  }
  if (file instanceof URL && file.protocol !== "file:") {
    throw new TypeError(`Cannot ${ACTION}: ${file.protocol} is not file:`);
  }
  if (typeof file === "string" && (file === "" || file.includes("\0"))) {
    throw new TypeError(`Cannot ${ACTION}: the path is empty or holds a NUL`);
  }
  if (typeof file === "string" || file instanceof URL || file instanceof Deno.FsFile) return file;
  if (isPassed(file)) return file;
  throw new TypeError(`Cannot ${ACTION}: file is no path, no open file and no descriptor`);
}

function isPassed(file: unknown): file is PassedFd {
  return file !== null && typeof file === "object" && "take" in file && "fd" in file;
}

/**
 * Opens the regular file at a path as Deno opens it, `--allow-read` included. What could wait for ever
 * to be opened, a named pipe say, is refused.
 */
export async function openToSend(path: string | URL): Promise<Deno.FsFile> {
  const address = String(path);
  try {
    const { isFile, isDirectory } = await Deno.stat(path);
    if (isDirectory) throw socketError("EISDIR", { syscall: "open", address });
    if (!isFile) throw new TypeError(`Cannot ${ACTION}: ${address} is not a regular file`);
    return await Deno.open(path);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === undefined || (isSocketError(error) && error.syscall === "open")) throw error;
    throw socketError(code, { syscall: "open", address, cause: error });
  }
}

/**
 * Sends a file by reading and sending alternately, wherever no kernel call does it.
 *
 * @param job What to send; what went is counted there.
 * @param push Sends 1 byte or more; resolves to how many.
 */
export async function copyFile(
  job: FileJob,
  push: (data: Uint8Array) => Promise<number>,
): Promise<void> {
  const { file } = job;
  if (file instanceof Deno.FsFile) return await allParts(copyOpen(file, job, push));
  if (typeof file === "string" || file instanceof URL) {
    using opened = await openToSend(file);
    return await allParts(copyOpen(opened, job, push));
  }
  throw new Deno.errors.NotSupported(
    `Cannot ${ACTION}: a descriptor takes an endpoint of the libc engine; pass a path or an open file`,
  );
}

/** Sends part by part to the end; each part is counted in the job. */
export async function allParts(parts: AsyncGenerator<void, void, void>): Promise<void> {
  while (!(await parts.next()).done);
}

/**
 * As {@linkcode copyFile}, of a file that is open: yields after each part. The file's own position is
 * left as it was.
 */
export async function* copyOpen(
  file: Deno.FsFile,
  job: FileJob,
  push: (data: Uint8Array) => Promise<number>,
): AsyncGenerator<void, void, void> {
  const room = new Uint8Array(new ArrayBuffer(CHUNK_BYTES));
  while (job.left > 0) {
    const chunk = readAt(file, partOf(room, 0, Math.min(job.left, CHUNK_BYTES)), job.position);
    if (chunk.length === 0) return;
    // What did not go is read anew if a wait ends here: nothing is kept that could be lost.
    for (let pushed = 0; pushed < chunk.length;) {
      const count = await push(partOf(chunk, pushed));
      pushed += count;
      job.sent += count;
      yield;
    }
  }
}

/** Reads at a position, synchronously, so that several may send of one open file. */
function readAt(
  file: Deno.FsFile,
  room: Uint8Array<ArrayBuffer>,
  position: number,
): Uint8Array<ArrayBuffer> {
  let before: number;
  try {
    before = file.seekSync(0, Deno.SeekMode.Current);
  } catch (cause) {
    if (cause instanceof Deno.errors.BadResource) throw cause;
    throw new TypeError(
      `Cannot ${ACTION}: it cannot seek; pipe its readable to the endpoint's writable`,
      { cause },
    );
  }
  try {
    file.seekSync(position, Deno.SeekMode.Start);
    const count = file.readSync(room) ?? 0;
    return partOf(room, 0, count);
  } finally {
    file.seekSync(before, Deno.SeekMode.Start);
  }
}
