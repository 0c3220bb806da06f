/**
 * What every stream endpoint does the same way, over an engine's two calls: complete and push.
 *
 * @module
 */
import { checkInteger, checkKeys } from "./arguments.ts";
import { checkBytes, detached, lengthOf, partOf, toBytes } from "./bytes.ts";
import type { StreamEndpoint } from "./endpoint.ts";
import { EndpointBase } from "./endpoint_base.ts";
import { closedError, sayBytesSent } from "./errors.ts";
import {
  encodeFrame,
  type FrameOptions,
  type FrameShape,
  frameShape,
  type LineOptions,
  NEWLINE,
  readFrames,
  readLines,
  type RecvUntilOptions,
  type UntilShape,
  untilShape,
} from "./framing.ts";
import {
  ChunkReception,
  exactReception,
  FrameReception,
  Inbox,
  IntoReception,
  type Reception,
  UntilReception,
} from "./reception.ts";
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
  /** What is kept between receives. */
  protected readonly inbox: Inbox = new Inbox();
  #faces: StreamFaces | undefined;
  /** Of the receives that had one. */
  #lastWait: Wait | undefined;

  /**
   * Has bytes come until `reception` is complete: alone, between begin and end of a turn. What `wait`
   * ends early must lose nothing: bytes that come later belong to the next receive.
   */
  protected abstract complete<T>(reception: Reception<T>, wait: Wait | undefined): Promise<T>;

  /** Sends 1 byte or more of `data` (never empty); resolves to how many. */
  protected abstract push(data: Uint8Array, wait: Wait | undefined): Promise<number>;
  /** Sends of a file, and counts in the job what went; engines override it that have a call for it. */
  protected transfer(job: FileJob, wait: Wait | undefined): Promise<void> {
    return copyFile(job, (data) => this.push(data, wait));
  }
  /** Ends directions at the socket. */
  protected abstract end(how: "read" | "write" | "both"): Promise<void> | void;

  recvInto(buffer: Uint8Array, options?: WaitOptions): Promise<number> {
    try {
      checkBytes(buffer, "receive", "buffer");
      return this.receive(new IntoReception(this.inbox, buffer), this.#beginReceive(options));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  recv(size: number = DEFAULT_RECV_BYTES, options?: WaitOptions): Promise<Uint8Array> {
    try {
      checkInteger(size, 1, MAX_BYTES, "receive", "size");
      return this.receive(new ChunkReception(this.inbox, size), this.#beginReceive(options));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  recvExact(size: number, options?: WaitOptions): Promise<Uint8Array> {
    try {
      checkInteger(size, 0, MAX_BYTES, "receive", "size");
      return this.receive(exactReception(this.inbox, size), this.#beginReceive(options));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  recvUntil(
    needle: Uint8Array | string,
    options?: RecvUntilOptions,
  ): Promise<Uint8Array | undefined> {
    try {
      let bytes = toBytes(needle);
      checkBytes(bytes, "receive", "needle");
      bytes = partOf(bytes, 0);
      if (bytes.length === 0) throw new RangeError("Cannot receive: needle is empty");
      return this.#receiveUntil(bytes, untilShape(options));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  recvFrame(options?: FrameOptions): Promise<Uint8Array | undefined> {
    try {
      return this.#receiveFrame(frameShape(options, "receive a frame"));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  lines(options?: LineOptions): AsyncIterableIterator<string> {
    return readLines((until) => this.#receiveUntil(NEWLINE, until), options);
  }

  frames(options?: FrameOptions): AsyncIterableIterator<Uint8Array> {
    return readFrames((shape) => this.#receiveFrame(shape), options);
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

  sendFrame(data: Uint8Array, options?: FrameOptions): Promise<void> {
    try {
      const shape = frameShape(options, "send a frame");
      const frame = encodeFrame(data, shape);
      return options === undefined ? this.sendAll(frame) : this.sendRest(frame, 0, shape);
    } catch (error) {
      return Promise.reject(error);
    }
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
    this.#lastWait?.forget();
  }

  /** Runs a receive in its turn, and ends `wait`. Engines override it that need less for the common case. */
  protected receive<T>(reception: Reception<T>, wait: Wait | undefined): Promise<T> {
    return this.inOrder(this.receives, wait, "recv", (wait) => this.complete(reception, wait));
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

  #beginReceive(options: WaitOptions | undefined): Wait | undefined {
    if (options === undefined) return undefined;
    checkKeys(options, WAIT_KEYS, "receive");
    return this.#waitFor(options, "receive");
  }

  #waitFor(options: WaitOptions, action: string): Wait | undefined {
    const wait = beginWait(options, action, this, this.#lastWait);
    return wait === undefined ? undefined : this.#lastWait = wait;
  }

  #receiveUntil(needle: Uint8Array, until: UntilShape): Promise<Uint8Array | undefined> {
    const reception = new UntilReception(this.inbox, needle, until.maxBytes);
    return this.receive(reception, this.#waitFor(until, "receive"));
  }

  #receiveFrame(shape: FrameShape): Promise<Uint8Array | undefined> {
    const reception = new FrameReception(this.inbox, shape);
    return this.receive(reception, this.#waitFor(shape, "receive a frame"));
  }

  #makeFaces(): StreamFaces {
    return new StreamFaces({
      receive: (size, wait) => this.receive(new ChunkReception(this.inbox, size), wait),
      receiveInto: (buffer, wait) => this.receive(new IntoReception(this.inbox, buffer), wait),
      sendAll: (data) => this.sendAll(data),
      endWrite: () => this.shutdown("write"),
      close: () => this.close(),
    });
  }
}

/** The base of streams whose engine receives by a call that takes its time. */
export abstract class PulledStream<A> extends StreamBase<A> {
  /**
   * Receives 1 byte or more into `buffer` (never empty), 0 at end of file. A pull that `wait` ends
   * early must lose nothing: bytes that come later belong to the next pull.
   */
  protected abstract pull(buffer: Uint8Array, wait: Wait | undefined): Promise<number>;

  /**
   * As {@linkcode PulledStream.pull} into memory of the caller, who may transfer it away meanwhile: what
   * comes then belongs to the next pull, too.
   */
  protected pullInto(buffer: Uint8Array, wait: Wait | undefined): Promise<number> {
    return this.pull(buffer, wait);
  }

  protected async complete<T>(reception: Reception<T>, wait: Wait | undefined): Promise<T> {
    try {
      for (let complete = reception.begin(); !complete;) {
        const room = reception.room();
        const count = reception.callers
          ? await this.pullInto(room, wait)
          : await this.pull(room, wait);
        complete = reception.took(room, count);
      }
      return reception.result;
    } catch (error) {
      reception.abandon();
      throw error;
    }
  }
}
