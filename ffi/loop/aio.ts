/**
 * Linux AIO as far as it is needed here: an eventfd is raised once a descriptor is readable
 * (`man 2 io_submit`; linux/aio_abi.h). Containers that forbid io_uring mostly
 * allow it.
 *
 * @module
 */
import { attempt, libc } from "../abi/library.ts";
import { addressOf, allocate } from "../abi/memory.ts";
import { destroyAtThreadEnd, withdraw } from "../abi/thread_end.ts";

/** System call numbers: asm/unistd_64.h on x86-64, asm-generic/unistd.h on aarch64. */
const { IO_SETUP, IO_DESTROY, IO_SUBMIT, IO_GETEVENTS } = Deno.build.arch === "x86_64"
  ? { IO_SETUP: 206, IO_DESTROY: 207, IO_GETEVENTS: 208, IO_SUBMIT: 209 }
  : { IO_SETUP: 0, IO_DESTROY: 1, IO_SUBMIT: 2, IO_GETEVENTS: 4 };

/** struct iocb. */
const IOCB = {
  size: 64,
  aio_lio_opcode: 16,
  aio_fildes: 20,
  aio_buf: 24,
  aio_flags: 56,
  aio_resfd: 60,
} as const;
const IOCB_CMD_POLL = 5; // Linux 4.18
const IOCB_FLAG_RESFD = 1;
const IO_EVENT_BYTES = 32;
const POLLIN = 1n;
/**
 * Completions are of no interest; they are taken out this many at a time. A context takes slots of the
 * whole machine's (`fs.aio-max-nr`), so it is as small as will do.
 */
const ROOM = 8;

/** One request that is made over and over: tell `eventfd` when `fd` is readable. */
export class AioAlarm {
  readonly #context: bigint;
  readonly #request: Uint8Array<ArrayBuffer>;
  readonly #requests: BigUint64Array<ArrayBuffer>;
  readonly #completions: Uint8Array<ArrayBuffer> = allocate(ROOM * IO_EVENT_BYTES);
  readonly #atThreadEnd: number;
  #completed = 0;

  /** Use {@linkcode AioAlarm.open}. */
  constructor(context: bigint, fd: number, eventfd: number) {
    this.#context = context;
    this.#atThreadEnd = destroyAtThreadEnd(context);
    this.#request = allocate(IOCB.size);
    const view = new DataView(this.#request.buffer);
    view.setUint16(IOCB.aio_lio_opcode, IOCB_CMD_POLL, true);
    view.setUint32(IOCB.aio_fildes, fd, true);
    view.setBigUint64(IOCB.aio_buf, POLLIN, true);
    view.setUint32(IOCB.aio_flags, IOCB_FLAG_RESFD, true);
    view.setUint32(IOCB.aio_resfd, eventfd, true);
    this.#requests = new BigUint64Array(allocate(8).buffer);
    this.#requests[0] = addressOf(this.#request);
  }

  /** Makes one, or returns `undefined` where the kernel does not let it. */
  static open(fd: number, eventfd: number): AioAlarm | undefined {
    const context = new BigUint64Array(allocate(8).buffer);
    if (attempt((lib) => lib.syscall_io_setup(IO_SETUP, 2 * ROOM, context)) < 0) return undefined;
    return new AioAlarm(context[0], fd, eventfd);
  }

  /** Arms it for one time. False if the kernel refuses. */
  arm(): boolean {
    return attempt((lib) => lib.syscall_io_submit(IO_SUBMIT, this.#context, 1, this.#requests)) ===
      1;
  }

  /** To be called after each alarm: the kernel keeps room for so many completions. */
  acknowledge(): void {
    if (++this.#completed < ROOM) return;
    this.#completed = 0;
    attempt((lib) =>
      lib.syscall_io_getevents(IO_GETEVENTS, this.#context, 0, ROOM, this.#completions, null)
    );
  }

  /**
   * Gives the kernel's resources back; an armed alarm is cancelled. On a thread: it waits tens of
   * milliseconds for all processors (an RCU grace period, kill_ioctx in fs/aio.c).
   */
  close(): void {
    withdraw(this.#atThreadEnd);
    libc().syscall_io_destroy(IO_DESTROY, this.#context);
  }
}
