/**
 * A stream endpoint over a connection of Deno's own networking.
 *
 * @module
 */
import type { Family, SocketType } from "../core/address.ts";
import { equals } from "@std/bytes/equals";
import { detached, isPlain, isShared, lengthOf, partOf } from "../core/bytes.ts";
import { fromDenoWait } from "./errors.ts";
import { sayBytesSent } from "../core/errors.ts";
import { Pending } from "./pending.ts";
import { getDenoOption, setDenoOption } from "./options.ts";
import type { EndpointSocket } from "../core/endpoint_base.ts";
import { readRow, type SocketOption } from "../core/option.ts";
import { PulledStream } from "../core/stream.ts";
import type { Wait, WaitOptions } from "../core/wait.ts";

/** A connection of Deno's. */
export type DenoConn = Deno.TcpConn | Deno.UnixConn | Deno.TlsConn;

/** What a connection is made of. */
export interface DenoStreamParts<A> {
  conn: DenoConn;
  family: Family;
  protocol: number;
  /** Deno's address as ours. */
  fromAddr(addr: Deno.Addr): A;
}

/** A connection of Deno's as an endpoint's socket. */
class DenoConnection<A> implements EndpointSocket<A> {
  readonly family: Family;
  readonly type: SocketType = "stream";
  readonly protocol: number;
  readonly engine = "deno" as const;
  readonly #conn: DenoConn;
  readonly #fromAddr: (addr: Deno.Addr) => A;
  #localAddr: A | undefined;
  #remoteAddr: A | undefined;
  readonly #options = new Map<string, unknown>();

  constructor({ conn, family, protocol, fromAddr }: DenoStreamParts<A>) {
    this.#conn = conn;
    this.family = family;
    this.protocol = protocol;
    this.#fromAddr = fromAddr;
  }

  get localAddr(): A {
    return this.#localAddr ??= this.#fromAddr(this.#conn.localAddr);
  }

  get remoteAddr(): A {
    return this.#remoteAddr ??= this.#fromAddr(this.#conn.remoteAddr);
  }

  getOption<T>(option: SocketOption<T>): T {
    readRow(option, "getsockopt", "option");
    return getDenoOption(this.#options, option);
  }

  setOption<T>(option: SocketOption<T>, value: T): void {
    readRow(option, "setsockopt", "option");
    setDenoOption(this.#conn, this.#options, option, value);
  }

  close(): void {
    try {
      this.#conn.close();
    } catch (error) {
      // Deno.startTls has taken the connection over and closed this handle.
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  ref(): void {
    this.#conn.ref();
  }

  unref(): void {
    this.#conn.unref();
  }
}

/** The most that one cancellable call takes over from the caller. */
const COPY_BYTES = 65536;
const LEAST_ROOM_BYTES = 2048;
const EMPTY: Uint8Array<ArrayBuffer> = new Uint8Array(0);

/**
 * Deno's calls cannot be cancelled, and a caller may transfer memory away while they run. So what a
 * caller receives into is filled from memory of the endpoint, where an abandoned read goes on and
 * serves the next receive. An abandoned write goes on as well: the next send counts the bytes that
 * it begins with and that are on their way already, and so a caller who sends the rest again doubles
 * nothing.
 */
export class DenoStream<A> extends PulledStream<A> {
  readonly #conn: DenoConn;
  readonly #reading = new Pending<Uint8Array>();
  readonly #writing = new Pending<number>();
  /** The rest of a read that brought more than its receive had room for, or had no room any more. */
  #surplus: Uint8Array = EMPTY;
  /** Where a plain {@linkcode DenoStream.recvInto} receives first; handed out to nobody. */
  #room: Uint8Array<ArrayBuffer> = EMPTY;
  #roomBytes = LEAST_ROOM_BYTES;
  #readEnded = false;
  #endRead: (() => void) | undefined;
  /** What the pending write sends. */
  #inFlight: Uint8Array = EMPTY;
  /** What an abandoned write has sent and no send has counted yet. */
  #ahead: Uint8Array = EMPTY;
  /** Of a pending {@linkcode DenoStream.sendAll} without options: what is still to be sent. */
  #outgoing: Uint8Array | undefined;
  #outgoingBytes = 0;
  #sentBytes = 0;
  /** Of a pending {@linkcode DenoStream.recvInto} without options. */
  #target: Uint8Array = EMPTY;
  #resolveRead: ((count: number) => void) | undefined;
  #rejectRead: ((reason: unknown) => void) | undefined;

  constructor(parts: DenoStreamParts<A>) {
    super(new DenoConnection(parts));
    this.#conn = parts.conn;
  }

  /**
   * The Deno connection beneath, for `Deno.startTls`. Throws when received bytes wait in the
   * endpoint, since what takes the connection over would miss them.
   */
  get conn(): DenoConn {
    const waiting = this.#surplus.length + this.inbox.length;
    if (this.receives.busy || this.#reading.busy || waiting > 0) {
      throw new Deno.errors.Busy("Cannot hand out the connection: received bytes wait in it");
    }
    return this.#conn;
  }

  /** The common case with as few promises as Deno's own write makes. */
  override sendAll(data: Uint8Array, options?: WaitOptions): Promise<void> {
    if (
      options !== undefined || this.closed || this.sends.busy || this.#writing.busy ||
      this.#ahead.length > 0 || !isPlain(data)
    ) return super.sendAll(data, options);
    this.sends.enter();
    this.#outgoing = data;
    this.#outgoingBytes = lengthOf(data);
    this.#sentBytes = 0;
    return this.#conn.write(data).then(this.#onWrite, this.#onWriteError);
  }

  /** The common case with as few promises as Deno's own read makes. */
  override recvInto(buffer: Uint8Array, options?: WaitOptions): Promise<number> {
    if (
      options !== undefined || this.closed || this.receives.busy || this.#readEnded ||
      this.#reading.busy || this.#surplus.length > 0 || !isPlain(buffer) ||
      this.inbox.length > 0
    ) return super.recvInto(buffer, options);
    this.receives.enter();
    this.#target = buffer;
    const room = this.#roomFor(lengthOf(buffer));
    return new Promise((resolve, reject) => {
      this.#resolveRead = resolve;
      this.#rejectRead = reject;
      this.#conn.read(room).then(this.#onRead, this.#onReadError);
    });
  }

  protected override pull(buffer: Uint8Array, wait: Wait | undefined): Promise<number> {
    if (this.#readEnded) return Promise.resolve(0);
    if (wait !== undefined || this.#reading.busy || this.#surplus.length > 0) {
      return this.pullInto(buffer, wait);
    }
    return new Promise((resolve, reject) => {
      this.#endRead = () => resolve(0);
      this.#conn.read(buffer).then(
        (count) => resolve(count ?? 0),
        (error) => reject(fromDenoWait(error, "recv", this.closed)),
      );
    });
  }

  protected override async pullInto(buffer: Uint8Array, wait: Wait | undefined): Promise<number> {
    if (this.#readEnded) return 0;
    if (this.#surplus.length > 0) return this.#fill(buffer, this.#surplus);
    const size = Math.min(lengthOf(buffer), COPY_BYTES);
    return this.#fill(buffer, await this.#reading.run(() => this.#readChunk(size), wait));
  }

  protected override async push(data: Uint8Array, wait: Wait | undefined): Promise<number> {
    if (this.#writing.busy) {
      const sent = await this.#writing.run(nothing, wait);
      this.#ahead = this.#inFlight.subarray(0, sent);
    }
    const counted = this.#countAhead(data);
    if (counted > 0) return counted;
    if (wait === undefined && !isShared(data)) return await this.#write(data);
    const copy = partOf(data, 0, COPY_BYTES).slice();
    this.#inFlight = copy;
    return await this.#writing.run(() => this.#write(copy), wait);
  }

  protected override async end(how: "read" | "write" | "both"): Promise<void> {
    if (how !== "write") {
      this.#readEnded = true;
      this.#endRead?.();
      this.#onRead(null);
    }
    if (how === "read") return;
    try {
      if (this.#writing.busy) await this.#writing.run(nothing, undefined);
      await this.#conn.closeWrite();
    } catch (error) {
      throw fromDenoWait(error, "shutdown", this.closed);
    }
  }

  #onWrite = (count: number): void | Promise<void> => {
    const data = this.#outgoing!;
    const left = this.#outgoingBytes - count;
    this.#sentBytes += count;
    if (left > 0 && lengthOf(data) === this.#outgoingBytes) {
      this.#outgoingBytes = left;
      this.#outgoing = partOf(data, count);
      return this.#conn.write(this.#outgoing).then(this.#onWrite, this.#onWriteError);
    }
    this.#outgoing = undefined;
    this.sends.leave();
    if (left > 0) throw this.#endedEarly(detached("send", "data"));
  };

  #onWriteError = (error: unknown): never => {
    this.#outgoing = undefined;
    this.sends.leave();
    throw this.#endedEarly(fromDenoWait(error, "send", this.closed));
  };

  #endedEarly(error: unknown): unknown {
    sayBytesSent(error, this.#sentBytes);
    return error;
  }

  /** A read came back; or reading was shut down, and then what comes back later is nobody's. */
  #onRead = (count: number | null): void => {
    const resolve = this.#resolveRead;
    const reject = this.#rejectRead;
    if (resolve === undefined) return;
    const target = this.#target;
    this.#target = EMPTY;
    this.#resolveRead = this.#rejectRead = undefined;
    this.receives.leave();
    if (count === null || count === 0) return resolve(0);
    const room = this.#room;
    if (count === this.#roomBytes) this.#roomBytes = Math.min(count * 4, COPY_BYTES);
    else if (count < this.#roomBytes / 4) this.#shrink();
    try {
      resolve(this.#fill(target, count === room.length ? room : room.subarray(0, count)));
    } catch (error) {
      reject!(error);
    }
  };

  #onReadError = (error: unknown): void => {
    const reject = this.#rejectRead;
    if (reject === undefined) return;
    this.#target = EMPTY;
    this.#resolveRead = this.#rejectRead = undefined;
    this.receives.leave();
    reject(fromDenoWait(error, "recv", this.closed));
  };

  /** Room for a receive of up to `size` bytes; it grows and shrinks with what arrives. */
  #roomFor(size: number): Uint8Array<ArrayBuffer> {
    const bytes = Math.min(size, this.#roomBytes);
    if (this.#room.length < bytes) this.#room = new Uint8Array(bytes);
    return this.#room.length === bytes ? this.#room : this.#room.subarray(0, bytes);
  }

  #shrink(): void {
    if (this.#roomBytes === LEAST_ROOM_BYTES) return;
    this.#roomBytes /= 4;
    this.#room = EMPTY;
  }

  /** Hands bytes out; the caller's memory may be gone, and then they are the next receive's. */
  #fill(buffer: Uint8Array, bytes: Uint8Array): number {
    const length = lengthOf(buffer);
    const count = Math.min(bytes.length, length);
    // Not into the queue of kept bytes: the buffer may be that queue's own room.
    this.#surplus = count === bytes.length ? EMPTY : bytes.slice(count);
    if (length === 0) throw detached("receive", "buffer");
    partOf(buffer, 0, count).set(count === bytes.length ? bytes : bytes.subarray(0, count));
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

  async #write(data: Uint8Array): Promise<number> {
    try {
      return await this.#conn.write(data);
    } catch (error) {
      throw fromDenoWait(error, "send", this.closed);
    }
  }

  /**
   * How many bytes of `data` an abandoned write has sent already. Where other bytes are sent than
   * those that were given up, none are: what has gone has gone.
   */
  #countAhead(data: Uint8Array): number {
    const ahead = this.#ahead;
    if (ahead.length === 0) return 0;
    const count = Math.min(ahead.length, lengthOf(data));
    const same = equals(partOf(data, 0, count), ahead.subarray(0, count));
    this.#ahead = same ? ahead.subarray(count) : EMPTY;
    return same ? count : 0;
  }
}

/** Stands for the call to make where one is in flight. */
function nothing(): Promise<number> {
  return Promise.resolve(0);
}
