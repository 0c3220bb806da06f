/**
 * Sending a file by the kernel: sendfile(2) of files, splice(2) of pipes.
 *
 * @module
 */
import { EINVAL, ENOSYS } from "../../core/errno.ts";
import { closedError, isSocketError, sayBytesSent, socketError } from "../../core/errors.ts";
import {
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
  SPLICE_F_NONBLOCK,
} from "../abi/event_constants.ts";
import { fileStatus } from "../abi/file_status.ts";
import { attempt, closeFd, failure, must } from "../abi/library.ts";
import { demand } from "../guard/permissions.ts";
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
/** `struct pollfd`: a descriptor, and the events asked for and told, 16 bits each. */
const POLL = new Int32Array(new ArrayBuffer(8));

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

/**
 * Sends of a file: by the kernel where it can, else by `push`.
 *
 * @param core The socket.
 * @param job What to send; what went is counted there.
 * @param wait Signal and deadline.
 * @param push Sends 1 byte or more; resolves to how many.
 */
export async function transferFile(
  core: Descriptor,
  job: FileJob,
  wait: Wait | undefined,
  push: (data: Uint8Array) => Promise<number>,
): Promise<void> {
  const { file } = job;
  if (file instanceof Deno.FsFile) return await copyOpen(file, job, push);
  if (typeof file === "string" || file instanceof URL) {
    using opened = await openToSend(file);
    const fd = descriptorOf(opened, file);
    const done = fd !== undefined && await withFd(fd, () => sendWhole(core, fd, job, wait));
    if (!done) await copyOpen(opened, job, push);
    return;
  }
  // A number may be any file that this process has open, whoever opened it.
  if (!(file instanceof ReceivedFd)) demand({ name: "read" }, ACTION, "by its descriptor");
  const number = typeof file === "number" ? file : file.fd;
  if (number < 0) throw socketError("EBADF", { syscall: "sendfile" });
  const fd = must("fcntl", (lib) => lib.fcntl(number, F_DUPFD_CLOEXEC, 0));
  await withFd(fd, () => sendDescriptor(core, fd, job, wait));
}

async function withFd<T>(fd: number, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } finally {
    closeFd(fd);
  }
}

/**
 * A descriptor of the file that Deno has opened, and so has checked the permission for: the path is
 * opened again, and what it names now must be the same file.
 */
function descriptorOf(opened: Deno.FsFile, path: string | URL): number | undefined {
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
  return isSame ? fd : undefined;
}

/** Sends of a descriptor whatever it is. */
async function sendDescriptor(
  core: Descriptor,
  fd: number,
  job: FileJob,
  wait: Wait | undefined,
): Promise<void> {
  const { kind } = fileStatus(fd);
  if (kind === "pipe") {
    if (job.isPlaced) throw new TypeError(`Cannot ${ACTION}: a pipe has no offset`);
    return await splicePipe(core, fd, job, wait);
  }
  if (kind !== "file" && kind !== "blockDevice") {
    throw new TypeError(`Cannot ${ACTION}: the descriptor is of another kind: ${kind}`);
  }
  if (!await sendWhole(core, fd, job, wait)) throw failure("sendfile", EINVAL);
}

/** Sends of a file; false if the kernel cannot send the rest of this one. */
async function sendWhole(
  core: Descriptor,
  fd: number,
  job: FileJob,
  wait: Wait | undefined,
): Promise<boolean> {
  try {
    for (let count = 1; count > 0 && job.left > 0;) {
      count = await core.attempt("writable", "sendfile", () => sendSome(core, fd, job), wait);
      job.sent += count;
    }
    return true;
  } catch (error) {
    if (isSocketError(error) && (error.errno === EINVAL || error.errno === ENOSYS)) return false;
    throw error;
  }
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
async function splicePipe(
  core: Descriptor,
  fd: number,
  job: FileJob,
  wait: Wait | undefined,
): Promise<void> {
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
      count = await core.attempt("writable", "splice", () => spliceSome(core, fd, job), wait);
      if (count === EMPTY) await watch.waitReadable(wait, "splice");
      else job.sent += count;
    }
  } finally {
    core.remove(closing);
    watch.release(closedError);
  }
}

/** What there is room for; {@linkcode EMPTY} if the pipe has nothing, `undefined` if the socket is full. */
function spliceSome(core: Descriptor, fd: number, job: FileJob): number | undefined {
  core.stayNonBlocking();
  const size = Math.min(job.left, CALL_BYTES);
  const count = core.tryCall(
    "splice",
    (lib, socket) => lib.splice(fd, null, socket, null, size, SPLICE_F_NONBLOCK),
  );
  return count ?? (hasBytes(fd) ? undefined : EMPTY);
}

/** Whether a pipe has bytes, or an end. */
function hasBytes(fd: number): boolean {
  POLL[0] = fd;
  POLL[1] = POLLIN;
  return attempt((lib) => lib.poll(POLL, 1, 0)) > 0 && (POLL[1] >> 16) !== 0;
}
