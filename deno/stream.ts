/**
 * A stream endpoint over a connection of Deno's own networking.
 *
 * @module
 */
import type { Family } from "../core/address.ts";
import { detached, isPlain, isShared } from "../core/bytes.ts";
import { fromDenoWait } from "./errors.ts";
import { closedError } from "../core/errors.ts";
import { Pending } from "./pending.ts";
import { getDenoOption, setDenoOption } from "./options.ts";
import type { SocketOption } from "../core/option.ts";
import { StreamBase } from "../core/stream.ts";
import type { Wait, WaitOptions } from "../core/wait.ts";

/** What a connection is made of. */
export interface DenoStreamParts<A> {
  conn: Deno.TcpConn | Deno.UnixConn;
  family: Family;
  protocol: number;
  /** Deno's address as ours. */
  fromAddr(addr: Deno.Addr): A;
}

/** The most that one cancellable call takes over from the caller. */
const COPY_BYTES = 65536;
const EMPTY: Uint8Array = new Uint8Array(0);

/**
 * Deno's calls cannot be cancelled, so a wait that may end early works on memory of the endpoint:
 * an abandoned read stays pending and serves the next receive; an abandoned write is finished
 * before the next send.
 */
export class DenoStream<A> extends StreamBase<A> {
  readonly family: Family;
  readonly type = "stream" as const;
  readonly protocol: number;
  readonly engine = "deno" as const;

  readonly #conn: Deno.TcpConn | Deno.UnixConn;
  readonly #fromAddr: (addr: Deno.Addr) => A;
  #localAddr: A | undefined;
  #remoteAddr: A | undefined;
  readonly #options = new Map<string, unknown>();
  readonly #reading = new Pending<Uint8Array>();
  readonly #writing = new Pending<void>();
  /** The rest of an abandoned read that brought more than the next receive had room for. */
  #surplus = EMPTY;
  #readEnded = false;
  #endRead: (() => void) | undefined;
  /** Of a pending {@linkcode DenoStream.sendAll} without options: what is still to be sent. */
  #outgoing: Uint8Array | undefined;
  #outgoingBytes = 0;
  /** Of a pending {@linkcode DenoStream.recvInto} without options. */
  #resolveRead: ((count: number) => void) | undefined;
  #rejectRead: ((reason: unknown) => void) | undefined;

  constructor(parts: DenoStreamParts<A>) {
    super();
    this.#conn = parts.conn;
    this.family = parts.family;
    this.protocol = parts.protocol;
    this.#fromAddr = parts.fromAddr;
  }

  get localAddr(): A {
    return this.#localAddr ??= this.#fromAddr(this.#conn.localAddr);
  }

  get remoteAddr(): A {
    return this.#remoteAddr ??= this.#fromAddr(this.#conn.remoteAddr);
  }

  /**
   * The Deno connection beneath, for `Deno.startTls`. Throws when received bytes wait in the
   * endpoint, since what takes the connection over would miss them.
   */
  get conn(): Deno.TcpConn | Deno.UnixConn {
    const waiting = this.#surplus.length + (this.kept?.length ?? 0);
    if (this.receives.busy || this.#reading.busy || waiting > 0) {
      throw new Deno.errors.Busy("Cannot hand out the connection: received bytes wait in it");
    }
    return this.#conn;
  }

  /** The common case with as few promises as Deno's own write makes. */
  override sendAll(data: Uint8Array, options?: WaitOptions): Promise<void> {
    if (
      options !== undefined || this.closed || this.sends.busy || this.#writing.busy ||
      !isPlain(data)
    ) return super.sendAll(data, options);
    this.sends.enter();
    this.#outgoing = data;
    this.#outgoingBytes = data.length;
    return this.#conn.write(data).then(this.#onWrite, this.#onWriteError);
  }

  /** The common case with as few promises as Deno's own read makes. */
  override recvInto(buffer: Uint8Array, options?: WaitOptions): Promise<number> {
    if (
      options !== undefined || this.closed || this.receives.busy || this.#readEnded ||
      this.#reading.busy || this.#surplus.length > 0 || !isPlain(buffer) ||
      (this.kept !== undefined && this.kept.length > 0)
    ) return super.recvInto(buffer, options);
    this.receives.enter();
    return new Promise((resolve, reject) => {
      this.#resolveRead = resolve;
      this.#rejectRead = reject;
      this.#conn.read(buffer).then(this.#onRead, this.#onReadError);
    });
  }

  protected override pull(buffer: Uint8Array, wait: Wait | undefined): Promise<number> {
    if (this.#readEnded) return Promise.resolve(0);
    if (
      wait !== undefined || this.#reading.busy || this.#surplus.length > 0 || isShared(buffer)
    ) {
      return this.#pullCopied(buffer, wait);
    }
    return new Promise((resolve, reject) => {
      this.#endRead = () => resolve(0);
      this.#conn.read(buffer).then(
        (count) => resolve(count ?? 0),
        (error) => reject(fromDenoWait(error, "recv", this.closed)),
      );
    });
  }

  protected override async push(data: Uint8Array, wait: Wait | undefined): Promise<number> {
    if (this.#writing.busy) await this.#finishWriting(wait);
    if (wait !== undefined || isShared(data)) return await this.#pushCopied(data, wait);
    try {
      return await this.#conn.write(data);
    } catch (error) {
      throw fromDenoWait(error, "send", this.closed);
    }
  }

  protected override async end(how: "read" | "write" | "both"): Promise<void> {
    if (how !== "write") {
      this.#readEnded = true;
      this.#endRead?.();
      this.#onRead(null);
    }
    if (how === "read") return;
    try {
      if (this.#writing.busy) await this.#finishWriting(undefined);
      await this.#conn.closeWrite();
    } catch (error) {
      throw fromDenoWait(error, "shutdown", this.closed);
    }
  }

  protected override release(): void {
    try {
      this.#conn.close();
    } catch (error) {
      // Deno.startTls has taken the connection over and closed this handle.
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  override getOption<T>(option: SocketOption<T>): T {
    if (this.closed) throw closedError("getsockopt");
    return getDenoOption(this.#options, option);
  }

  override setOption<T>(option: SocketOption<T>, value: T): void {
    if (this.closed) throw closedError("setsockopt");
    setDenoOption(this.#conn, this.#options, option, value);
  }

  override ref(): void {
    if (!this.closed) this.#conn.ref();
  }

  override unref(): void {
    if (!this.closed) this.#conn.unref();
  }

  #onWrite = (count: number): void | Promise<void> => {
    const data = this.#outgoing!;
    const left = this.#outgoingBytes - count;
    if (left > 0 && data.length === this.#outgoingBytes) {
      this.#outgoingBytes = left;
      this.#outgoing = data.subarray(count);
      return this.#conn.write(this.#outgoing).then(this.#onWrite, this.#onWriteError);
    }
    this.#outgoing = undefined;
    this.sends.leave();
    if (left > 0) throw detached("send", "data");
  };

  #onWriteError = (error: unknown): never => {
    this.#outgoing = undefined;
    this.sends.leave();
    throw fromDenoWait(error, "send", this.closed);
  };

  /** A read came back; or reading was shut down, and then what comes back later is nobody's. */
  #onRead = (count: number | null): void => {
    const resolve = this.#resolveRead;
    if (resolve === undefined) return;
    this.#resolveRead = this.#rejectRead = undefined;
    this.receives.leave();
    resolve(count ?? 0);
  };

  #onReadError = (error: unknown): void => {
    const reject = this.#rejectRead;
    if (reject === undefined) return;
    this.#resolveRead = this.#rejectRead = undefined;
    this.receives.leave();
    reject(fromDenoWait(error, "recv", this.closed));
  };

  async #pullCopied(buffer: Uint8Array, wait: Wait | undefined): Promise<number> {
    const bytes = this.#surplus.length > 0 ? this.#surplus : await this.#reading.run(
      () => this.#readChunk(Math.min(buffer.length, COPY_BYTES)),
      wait,
    );
    const count = Math.min(bytes.length, buffer.length);
    buffer.set(count === bytes.length ? bytes : bytes.subarray(0, count));
    // Not into the queue of kept bytes: the buffer may be that queue's own room.
    this.#surplus = count === bytes.length ? EMPTY : bytes.subarray(count);
    return count;
  }

  #readChunk(size: number): Promise<Uint8Array> {
    const room = new Uint8Array(size);
    return new Promise<Uint8Array>((resolve, reject) => {
      this.#endRead = () => resolve(EMPTY);
      this.#conn.read(room).then(
        (count) => resolve(count === null ? EMPTY : room.subarray(0, count)),
        (error) => reject(fromDenoWait(error, "recv", this.closed)),
      );
    });
  }

  async #pushCopied(data: Uint8Array, wait: Wait | undefined): Promise<number> {
    const copy = data.slice(0, COPY_BYTES);
    await this.#writing.run(() => this.#writeAll(copy), wait);
    return copy.length;
  }

  /** Waits for a write that an earlier wait abandoned. */
  #finishWriting(wait: Wait | undefined): Promise<void> {
    return this.#writing.run(() => Promise.resolve(), wait);
  }

  async #writeAll(data: Uint8Array): Promise<void> {
    try {
      for (let sent = 0; sent < data.length;) {
        sent += await this.#conn.write(sent === 0 ? data : data.subarray(sent));
      }
    } catch (error) {
      throw fromDenoWait(error, "send", this.closed);
    }
  }
}
