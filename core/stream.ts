/**
 * What every stream endpoint does the same way, over an engine's two calls: pull and push.
 *
 * @module
 */
import { checkInteger, checkKeys } from "./arguments.ts";
import { ByteQueue } from "./_byte_queue.ts";
import { checkBytes, detached, lengthOf, partOf, toBytes } from "./bytes.ts";
import type { StreamEndpoint } from "./endpoint.ts";
import { EndpointBase } from "./endpoint_base.ts";
import { closedError, sayBytesSent } from "./errors.ts";
import {
  decodePrefix,
  encodeFrame,
  type FrameOptions,
  frameShape,
  type LineOptions,
  readFrames,
  readLines,
  type RecvUntilOptions,
  UNTIL,
} from "./framing.ts";
import {
  copyFile,
  type FileJob,
  fileJob,
  type FileToSend,
  type SendFileOptions,
} from "./send_file.ts";
import { checkHow } from "./shutdown.ts";
import { StreamFaces } from "./_stream_faces.ts";
import { Order } from "./_order.ts";
import { beginWait, type Wait, WAIT_KEYS, type WaitOptions } from "./wait.ts";

const DEFAULT_RECV_BYTES = 65536;
/** From here on, recvExact receives straight into its result instead of through the queue. */
const DIRECT_BYTES = 65536;
const MAX_BYTES = 0x7fffffff;

/**
 * The base of the stream endpoints of both engines. Received bytes that nobody took yet (beyond a
 * needle, gathered by a cancelled wait) stay in a queue and are handed out first.
 */
export abstract class StreamBase<A> extends EndpointBase<A> implements StreamEndpoint<A> {
  readonly role = "stream" as const;

  /** Order of the receives. */
  protected readonly receives: Order = new Order();
  /** Order of the sends. */
  protected readonly sends: Order = new Order();
  /** Bytes to hand out before new ones are pulled; absent while there never were any. */
  protected kept: ByteQueue | undefined;
  #faces: StreamFaces | undefined;
  #expectedBytes = 2048;

  /**
   * Receives 1 byte or more into `buffer` (never empty), 0 at end of file. A pull that `wait` ends
   * early must lose nothing: bytes that come later belong to the next pull.
   */
  protected abstract pull(buffer: Uint8Array, wait: Wait | undefined): Promise<number>;
  /**
   * As {@linkcode StreamBase.pull} into memory of the caller, who may transfer it away meanwhile: what
   * comes then belongs to the next pull, too.
   */
  protected pullInto(buffer: Uint8Array, wait: Wait | undefined): Promise<number> {
    return this.pull(buffer, wait);
  }

  /** Sends 1 byte or more of `data` (never empty); resolves to how many. */
  protected abstract push(data: Uint8Array, wait: Wait | undefined): Promise<number>;
  /** Sends of a file, and counts in the job what went; engines override it that have a call for it. */
  protected transfer(job: FileJob, wait: Wait | undefined): Promise<void> {
    return copyFile(job, (data) => this.push(data, wait));
  }
  /** Ends directions at the socket. */
  protected abstract end(how: "read" | "write" | "both"): Promise<void> | void;
  async recvInto(buffer: Uint8Array, options?: WaitOptions): Promise<number> {
    checkBytes(buffer, "receive", "buffer");
    const wait = options === undefined ? undefined : this.#beginReceive(options);
    if (!this.#receivesIdle) {
      return await this.inOrder(this.receives, wait, "recv", (wait) => this.#into(buffer, wait));
    }
    this.receives.enter();
    try {
      return await this.#into(buffer, wait);
    } finally {
      this.receives.leave();
      wait?.end();
    }
  }

  async recv(size: number = DEFAULT_RECV_BYTES, options?: WaitOptions): Promise<Uint8Array> {
    checkInteger(size, 1, MAX_BYTES, "receive", "size");
    const wait = options === undefined ? undefined : this.#beginReceive(options);
    if (!this.#receivesIdle) {
      return await this.inOrder(this.receives, wait, "recv", (wait) => this.recvChunk(size, wait));
    }
    this.receives.enter();
    try {
      return await this.recvChunk(size, wait);
    } finally {
      this.receives.leave();
      wait?.end();
    }
  }

  async recvExact(size: number, options?: WaitOptions): Promise<Uint8Array> {
    checkInteger(size, 0, MAX_BYTES, "receive", "size");
    const wait = options === undefined ? undefined : this.#beginReceive(options);
    return await this.inOrder(
      this.receives,
      wait,
      "recv",
      (wait) => size < DIRECT_BYTES ? this.#exactQueued(size, wait) : this.#exactDirect(size, wait),
    );
  }

  async recvUntil(
    needle: Uint8Array | string,
    options?: RecvUntilOptions,
  ): Promise<Uint8Array | undefined> {
    let bytes = toBytes(needle);
    checkBytes(bytes, "receive", "needle");
    bytes = partOf(bytes, 0);
    if (bytes.length === 0) throw new RangeError("Cannot receive: needle is empty");
    const until = UNTIL(options === undefined ? {} : options, "receive", "options");
    return await this.inOrder(
      this.receives,
      beginWait(until, "receive", this),
      "recv",
      (wait) => this.#until(bytes, until.maxBytes, wait),
    );
  }

  async recvFrame(options?: FrameOptions): Promise<Uint8Array | undefined> {
    const shape = frameShape(options, "receive a frame");
    const wait = beginWait(shape, "receive a frame", this);
    return await this.inOrder(this.receives, wait, "recv", async (wait) => {
      if (!await this.#gather(1, wait)) return undefined;
      if (!await this.#gather(shape.prefixBytes, wait)) throw this.#unexpectedEof();
      const size = decodePrefix(this.kept!.peek(), shape);
      if (!await this.#gather(shape.prefixBytes + size, wait)) throw this.#unexpectedEof();
      this.kept!.take(shape.prefixBytes);
      return this.kept!.take(size);
    });
  }

  lines(options?: LineOptions): AsyncIterableIterator<string> {
    return readLines(this, options);
  }

  frames(options?: FrameOptions): AsyncIterableIterator<Uint8Array> {
    return readFrames(this, options);
  }

  async send(data: Uint8Array, options?: WaitOptions): Promise<number> {
    checkBytes(data, "send", "data");
    if (options !== undefined) checkKeys(options, WAIT_KEYS, "send");
    return await this.inOrder(
      this.sends,
      beginWait(options, "send", this),
      "send",
      async (wait) => lengthOf(data) === 0 ? 0 : await this.push(data, wait),
    );
  }

  async sendAll(data: Uint8Array, options?: WaitOptions): Promise<void> {
    checkBytes(data, "send", "data");
    if (options !== undefined) checkKeys(options, WAIT_KEYS, "send");
    await this.sendRest(data, 0, options);
  }

  async sendFrame(data: Uint8Array, options?: FrameOptions): Promise<void> {
    const shape = frameShape(options, "send a frame");
    await this.sendRest(encodeFrame(data, shape), 0, shape);
  }

  async sendFile(file: FileToSend, options?: SendFileOptions): Promise<number> {
    const { job, waitOptions } = fileJob(file, options);
    try {
      const wait = beginWait(waitOptions, "send a file", this);
      const work = (wait: Wait | undefined) => this.transfer(job, wait);
      await this.inOrder(this.sends, wait, "send", work);
    } catch (error) {
      sayBytesSent(error, job.sent);
      throw error;
    }
    return job.sent;
  }

  async shutdown(how: "read" | "write" | "both"): Promise<void> {
    checkHow(how);
    this.checkOpen("shutdown");
    await this.end(how);
  }

  async read(p: Uint8Array): Promise<number | null> {
    const count = await this.recvInto(p);
    return count === 0 && lengthOf(p) > 0 ? null : count;
  }

  write(p: Uint8Array): Promise<number> {
    return this.send(p);
  }

  closeWrite(): Promise<void> {
    return this.shutdown("write");
  }

  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return (this.#faces ??= this.#makeFaces()).readable;
  }

  get writable(): WritableStream<Uint8Array> {
    return (this.#faces ??= this.#makeFaces()).writable;
  }

  protected override endWaits(): void {
    this.receives.rejectAll(() => closedError("recv"));
    this.sends.rejectAll(() => closedError("send"));
    this.#faces?.closed();
  }

  /** Receives one chunk of at most `size` bytes whose memory the caller may keep; empty at end of file. */
  protected async recvChunk(
    size: number,
    wait: Wait | undefined,
  ): Promise<Uint8Array<ArrayBuffer>> {
    if (this.kept !== undefined && this.kept.length > 0) return this.kept.take(size);
    // Room grows and shrinks with what arrives: many small messages must not cost 64 KiB each.
    const room = new Uint8Array(Math.min(size, this.#expectedBytes));
    const count = await this.pull(room, wait);
    if (count === this.#expectedBytes) {
      this.#expectedBytes = Math.min(count * 4, DEFAULT_RECV_BYTES);
    } else if (count < this.#expectedBytes / 4 && this.#expectedBytes > 2048) {
      this.#expectedBytes /= 4;
    }
    return count > room.length / 2 ? room.subarray(0, count) : room.slice(0, count);
  }

  /** Sends what follows the first `sent` bytes; what it rejects with says how many went in all. */
  protected async sendRest(data: Uint8Array, sent: number, options?: WaitOptions): Promise<void> {
    const size = lengthOf(data);
    let wait: Wait | undefined;
    let inside = false;
    try {
      wait = beginWait(options, "send", this);
      this.checkOpen("send");
      const entered = this.sends.enter(wait);
      if (entered !== undefined) await entered;
      inside = true;
      this.checkOpen("send");
      while (sent < size) {
        if (lengthOf(data) !== size) throw detached("send", "data");
        sent += await this.push(sent === 0 ? data : partOf(data, sent), wait);
      }
    } catch (error) {
      sayBytesSent(error, sent);
      throw error;
    } finally {
      if (inside) this.sends.leave();
      wait?.end();
    }
  }

  #beginReceive(options: WaitOptions): Wait | undefined {
    checkKeys(options, WAIT_KEYS, "receive");
    return beginWait(options, "receive", this);
  }

  /** Whether a receive may go on at once: open, and nobody inside. */
  get #receivesIdle(): boolean {
    return !this.closed && !this.receives.busy;
  }

  #into(buffer: Uint8Array, wait: Wait | undefined): Promise<number> {
    if (lengthOf(buffer) === 0) return Promise.resolve(0);
    if (this.kept !== undefined && this.kept.length > 0) {
      return Promise.resolve(this.kept.takeInto(partOf(buffer, 0)));
    }
    return this.pullInto(buffer, wait);
  }

  async #exactQueued(size: number, wait: Wait | undefined): Promise<Uint8Array> {
    if (!await this.#gather(size, wait)) throw this.#unexpectedEof();
    return this.kept!.take(size);
  }

  async #exactDirect(size: number, wait: Wait | undefined): Promise<Uint8Array> {
    const result = new Uint8Array(size);
    let got = this.kept?.takeInto(result) ?? 0;
    try {
      while (got < size) {
        const count = await this.pull(got === 0 ? result : result.subarray(got), wait);
        if (count === 0) throw this.#unexpectedEof();
        got += count;
      }
    } catch (error) {
      if (got > 0) (this.kept ??= new ByteQueue()).unshift(result.subarray(0, got));
      throw error;
    }
    return result;
  }

  /** Pulls until `count` bytes are kept; false when the stream ends before. */
  async #gather(count: number, wait: Wait | undefined): Promise<boolean> {
    const kept = this.kept ??= new ByteQueue();
    while (kept.length < count) {
      const got = await this.pull(kept.room(count - kept.length), wait);
      if (got === 0) return false;
      kept.commit(got);
    }
    return true;
  }

  async #until(
    needle: Uint8Array,
    maxBytes: number,
    wait: Wait | undefined,
  ): Promise<Uint8Array | undefined> {
    const kept = this.kept ??= new ByteQueue();
    for (let from = 0;;) {
      const at = kept.indexOf(needle, from);
      const end = at < 0 ? kept.length : at + needle.length;
      if (end > maxBytes || (at < 0 && end === maxBytes)) {
        throw new RangeError(`Cannot receive: needle not found within maxBytes ${maxBytes}`);
      }
      if (at >= 0) return kept.take(end);
      from = Math.max(0, kept.length - needle.length + 1);
      const got = await this.pull(kept.room(1), wait);
      if (got === 0) return kept.length === 0 ? undefined : kept.take(kept.length);
      kept.commit(got);
    }
  }

  #unexpectedEof(): Error {
    return new Deno.errors.UnexpectedEof("Cannot receive: the stream ended before all bytes came");
  }

  #makeFaces(): StreamFaces {
    return new StreamFaces({
      receive: (size, wait) =>
        this.inOrder(this.receives, wait, "recv", (w) => this.recvChunk(size, w)),
      receiveInto: (buffer, wait) =>
        this.inOrder(this.receives, wait, "recv", (w) => this.#into(buffer, w)),
      sendAll: (data) => this.sendAll(data),
      endWrite: () => this.shutdown("write"),
      close: () => this.close(),
    });
  }
}
