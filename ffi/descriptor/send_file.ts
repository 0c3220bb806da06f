/**
 * Sending a file by the kernel: sendfile(2) of files, splice(2) of pipes.
 *
 * @module
 */
import { EINVAL, ENOSYS } from "../../core/errno.ts";
import { closedError, isSocketError, sayBytesSent, socketError } from "../../core/errors.ts";
import {
  allParts,
  copyOpen,
  type FileJob,
  fileJob,
  type FileToSend,
  openToSend,
  type SendFileOptions,
} from "../../core/send_file.ts";
import { beginWait, type Wait, type WaitSubject } from "../../core/wait.ts";
import {
  F_DUPFD_CLOEXEC,
  O_CLOEXEC,
  O_NONBLOCK,
  O_RDONLY,
  POLLIN,
  SPLICE_F_MORE,
  SPLICE_F_NONBLOCK,
} from "../abi/event_constants.ts";
import { fileStatus } from "../abi/file_status.ts";
import { attempt, closeFd, failure, must } from "../abi/library.ts";
import { demand } from "../guard/permissions.ts";
import { pollNow } from "../loop/poll_now.ts";
import type { Pending } from "../loop/poller.ts";
import { Watch } from "../loop/watch.ts";
import { ReceivedFd } from "../messages/passed_fd.ts";
import { SOCK_STREAM } from "../abi/socket_constants.ts";
import type { Descriptor } from "./descriptor.ts";
import { send } from "./socket_bytes.ts";

const ACTION = "send a file";
/** The most that one call moves: a disk may make it wait. */
const CALL_BYTES = 1 << 20;
/** Stands for "the pipe is empty". */
const EMPTY = -1;
/** The file's position for sendfile(2), which reads and advances it. */
const OFFSET = new BigInt64Array(new ArrayBuffer(8));

/** What `Socket.sendFile` does. */
export async function sendFile(
  core: Descriptor,
  file: FileToSend,
  options: SendFileOptions | undefined,
  subject: WaitSubject,
): Promise<number> {
  const { job, waitOptions } = fileJob(file, options);
  if (core.typeNumber !== SOCK_STREAM) {
    throw new TypeError(`Cannot ${ACTION}: the socket carries messages, not a stream`);
  }
  core.checkOpen("sendfile");
  let wait: Wait | undefined;
  try {
    wait = beginWait(waitOptions, ACTION, subject);
    await transferFile(core, job, wait, async (data) => await send(core, data, undefined, wait));
  } catch (error) {
    sayBytesSent(error, job.sent);
    throw error;
  } finally {
    wait?.end();
  }
  return job.sent;
}

/** Sends of a file: by the kernel where it can, else by `push`. */
export function transferFile(
  core: Descriptor,
  job: FileJob,
  wait: Wait | undefined,
  push: (data: Uint8Array) => Promise<number>,
): Promise<void> {
  return allParts(fileParts(core, job, wait, push, false));
}

/**
 * Sends of a file part by part: by the kernel where it can, else by `push`.
 *
 * @param core The socket.
 * @param job What to send; what went is counted there.
 * @param wait Signal and deadline.
 * @param push Sends 1 byte or more; resolves to how many.
 * @param more Whether each part says that more follows (MSG_MORE), as `push` then must. sendfile(2)
 * cannot: the file goes through a pipe.
 */
export async function* fileParts(
  core: Descriptor,
  job: FileJob,
  wait: Wait | undefined,
  push: (data: Uint8Array) => Promise<number>,
  more: boolean,
): AsyncGenerator<void, void, void> {
  const { file } = job;
  if (file instanceof Deno.FsFile) return yield* copyOpen(file, job, push);
  const send = more ? pipeWhole : sendWhole;
  if (typeof file === "string" || file instanceof URL) {
    using opened = await openToSend(file);
    using own = descriptorOf(opened, file);
    const done = own !== undefined && (yield* send(core, own.fd, job, wait));
    if (!done) yield* copyOpen(opened, job, push);
    return;
  }
  // A number may be any file that this process has open, whoever opened it.
  if (!(file instanceof ReceivedFd)) demand({ name: "read" }, ACTION, "by its descriptor");
  const number = typeof file === "number" ? file : file.fd;
  if (number < 0) throw socketError("EBADF", { syscall: "sendfile" });
  using own = new OwnFd(must("fcntl", (lib) => lib.fcntl(number, F_DUPFD_CLOEXEC, 0)));
  const { kind } = fileStatus(own.fd);
  if (kind === "pipe") {
    if (job.isPlaced) throw new TypeError(`Cannot ${ACTION}: a pipe has no offset`);
    yield* splicePipe(core, own.fd, job, wait, more ? SPLICE_F_MORE : 0);
  } else if (kind !== "file" && kind !== "blockDevice") {
    throw new TypeError(`Cannot ${ACTION}: the descriptor is of another kind: ${kind}`);
  } else if (!(yield* send(core, own.fd, job, wait))) throw failure("sendfile", EINVAL);
}

/** A descriptor that is closed with its scope. */
class OwnFd implements Disposable {
  /** Its number. */
  readonly fd: number;

  constructor(fd: number) {
    this.fd = fd;
  }

  [Symbol.dispose](): void {
    closeFd(this.fd);
  }
}

/**
 * A descriptor of the file that Deno has opened, and so has checked the permission for: the path is
 * opened again, and what it names now must be the same file.
 */
function descriptorOf(opened: Deno.FsFile, path: string | URL): OwnFd | undefined {
  const name = path instanceof URL ? decodeURIComponent(path.pathname) : path;
  const bytes = new TextEncoder().encode(`${name}\0`);
  const fd = attempt((lib) => lib.open(bytes, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (fd < 0) return undefined;
  let isSame = false;
  try {
    const { kind, dev, ino } = fileStatus(fd);
    const checked = opened.statSync();
    isSame = kind === "file" && dev === checked.dev && ino === checked.ino;
  } finally {
    if (!isSame) closeFd(fd);
  }
  return isSame ? new OwnFd(fd) : undefined;
}

/** What a way of sending says: whether the kernel could send the rest of this file so. */
type Way = AsyncGenerator<void, boolean, void>;

/** Sends of a file by sendfile(2). */
async function* sendWhole(core: Descriptor, fd: number, job: FileJob, wait: Wait | undefined): Way {
  try {
    for (let count = 1; count > 0 && job.left > 0;) {
      wait?.throwIfAborted();
      count = await core.attempt("writable", "sendfile", () => sendSome(core, fd, job), wait);
      job.sent += count;
      yield;
    }
    return true;
  } catch (error) {
    if (isUnable(error)) return false;
    throw error;
  }
}

/** Sends of a file through a pipe. What is in it when a wait ends early is read anew: the job counts what went. */
async function* pipeWhole(core: Descriptor, fd: number, job: FileJob, wait: Wait | undefined): Way {
  const ends = new Int32Array(2);
  must("pipe2", (lib) => lib.pipe2(ends, O_CLOEXEC | O_NONBLOCK));
  using read = new OwnFd(ends[0]);
  using write = new OwnFd(ends[1]);
  try {
    for (;;) {
      wait?.throwIfAborted();
      const filled = fill(write.fd, fd, job);
      if (filled === 0) return true;
      for (let left = filled; left > 0;) {
        const some = () => spliceSome(core, read.fd, left, SPLICE_F_MORE);
        const count = await core.attempt("writable", "splice", some, wait);
        left -= count;
        job.sent += count;
        yield;
      }
    }
  } catch (error) {
    if (isUnable(error)) return false;
    throw error;
  }
}

/** Whether the kernel lacks the call, or has no such way of reading this file. */
function isUnable(error: unknown): boolean {
  return isSocketError(error) && (error.errno === EINVAL || error.errno === ENOSYS);
}

/** Fills an empty pipe of a file; 0 at the end. */
function fill(pipe: number, fd: number, job: FileJob): number {
  const size = Math.min(job.left, CALL_BYTES);
  if (size === 0) return 0;
  return must("splice", (lib) => {
    OFFSET[0] = BigInt(job.position);
    return lib.splice(fd, OFFSET, pipe, null, size, SPLICE_F_NONBLOCK);
  });
}

function sendSome(core: Descriptor, fd: number, job: FileJob): number | undefined {
  core.stayNonBlocking();
  const size = Math.min(job.left, CALL_BYTES);
  return core.tryCall("sendfile", (lib, socket) => {
    OFFSET[0] = BigInt(job.position);
    return lib.sendfile(socket, fd, OFFSET, size);
  });
}

/** Sends what comes through a pipe, up to its end. */
async function* splicePipe(
  core: Descriptor,
  fd: number,
  job: FileJob,
  wait: Wait | undefined,
  flags: number,
): AsyncGenerator<void, void, void> {
  const watch = new Watch(fd);
  // Whoever waits for the pipe learns, too, that the socket is closed.
  const closing: Pending = {
    syscall: "splice",
    ready: () => core.addReader(closing),
    fail: (reason) => void watch.release(() => reason),
  };
  core.addReader(closing);
  try {
    for (let count = 1; count !== 0 && job.left > 0;) {
      const some = () => spliceSome(core, fd, Math.min(job.left, CALL_BYTES), flags);
      count = await core.attempt("writable", "splice", some, wait);
      if (count === EMPTY) await watch.waitReadable(wait, "splice");
      else job.sent += count;
      yield;
    }
  } finally {
    core.remove(closing);
    watch.release(closedError);
  }
}

/** What there is room for; {@linkcode EMPTY} if the pipe has nothing, `undefined` if the socket is full. */
function spliceSome(
  core: Descriptor,
  fd: number,
  size: number,
  flags: number,
): number | undefined {
  core.stayNonBlocking();
  const count = core.tryCall(
    "splice",
    (lib, socket) => lib.splice(fd, null, socket, null, size, SPLICE_F_NONBLOCK | flags),
  );
  return count ?? (pollNow(fd, POLLIN) !== 0 ? undefined : EMPTY);
}
