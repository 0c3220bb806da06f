/**
 * File descriptors that arrived with a message: owned, so that none is left open by accident.
 *
 * @module
 */
import { checkBytes, lengthOf, partOf } from "../../core/bytes.ts";
import type { PassedFd, PassedFdInfo } from "../../core/control.ts";
import { EAGAIN } from "../../core/errno.ts";
import { closedError } from "../../core/errors.ts";
import { showAs } from "../../core/inspect.ts";
import { POLLIN, POLLOUT } from "../abi/event_constants.ts";
import { fileStatus } from "../abi/file_status.ts";
import { attempt, closeFd, failure, type Libc } from "../abi/library.ts";
import { allocate } from "../abi/memory.ts";
import { Watch } from "../loop/watch.ts";

/** The last resort for descriptors that nobody took, closed or disposed of. */
const DROPPED = new FinalizationRegistry<number>(closeFd);

const CHUNK_BYTES = 65536;
const FILE_BYTES = 1 << 20;
/** What is ready for writing takes so much without blocking, even where the open file blocks (`man 7 pipe`). */
const PIPE_BUF = 4096;
/** `struct pollfd`: a descriptor, and the events asked for and told, 16 bits each. */
const POLL = new Int32Array(new ArrayBuffer(8));

/** Owns `fd` until it is taken or closed. */
export class ReceivedFd implements PassedFd {
  #fd: number;
  #watch: Watch | undefined;
  #readable: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  #writable: WritableStream<Uint8Array> | undefined;

  /** Takes ownership of an open descriptor. */
  constructor(fd: number) {
    this.#fd = fd;
    DROPPED.register(this, fd, this);
  }

  /** The number; -1 once taken or closed, so that it cannot name another's file. */
  get fd(): number {
    return this.#fd;
  }

  take(): number {
    const fd = this.#release();
    if (fd < 0) throw closedError("take the descriptor");
    return fd;
  }

  close(): void {
    const fd = this.#release();
    if (fd >= 0) closeFd(fd);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  stat(): PassedFdInfo {
    const { kind, sizeBytes, mode } = fileStatus(this.#open("statx"));
    return { kind, sizeBytes, mode };
  }

  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#readable ??= new ReadableStream({
      pull: async (controller) => {
        const chunk = allocate(CHUNK_BYTES);
        const count = await this.#once(
          "read",
          POLLIN,
          (lib, fd) => lib.read(fd, chunk, CHUNK_BYTES),
        );
        if (count === 0) controller.close();
        else controller.enqueue(chunk.subarray(0, count));
      },
    }, { highWaterMark: 0 });
  }

  get writable(): WritableStream<Uint8Array> {
    return this.#writable ??= new WritableStream({
      write: async (chunk) => {
        checkBytes(chunk, "write", "chunk");
        const step = this.stat().kind === "file" ? FILE_BYTES : PIPE_BUF;
        for (let written = 0, size = lengthOf(chunk); written < size;) {
          const rest = partOf(chunk, written, written + step);
          written += await this.#once(
            "write",
            POLLOUT,
            (lib, fd) => lib.write(fd, rest, rest.length),
          );
        }
      },
    });
  }

  /** Makes a call once it does not block, whether or not the open file is non-blocking. */
  async #once(
    syscall: "read" | "write",
    events: number,
    run: (libc: Libc, fd: number) => number,
  ): Promise<number> {
    for (;;) {
      const fd = this.#open(syscall);
      POLL[0] = fd;
      POLL[1] = events;
      if (attempt((lib) => lib.poll(POLL, 1, 0)) > 0) {
        const result = attempt((lib) => run(lib, fd));
        if (result >= 0) return result;
        if (result !== -EAGAIN) throw failure(syscall, -result);
      }
      // Whoever polls for nothing is a pipe, a terminal and the like: a file is always ready.
      const watch = this.#watch ??= new Watch(fd);
      if (events === POLLIN) await watch.waitReadable(undefined, syscall);
      else await watch.waitWritable(undefined, syscall);
    }
  }

  #open(syscall: string): number {
    if (this.#fd < 0) throw closedError(syscall);
    return this.#fd;
  }

  #release(): number {
    const fd = this.#fd;
    if (fd >= 0) {
      this.#fd = -1;
      this.#watch?.release(closedError);
      this.#watch = undefined;
      DROPPED.unregister(this);
    }
    return fd;
  }
}

showAs(ReceivedFd.prototype, ({ fd }: ReceivedFd) => ({ fd }), () => "PassedFd");
