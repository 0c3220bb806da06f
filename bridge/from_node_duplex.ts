/**
 * A Node stream as a stream endpoint.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { Duplex } from "node:stream";
import type { Address, Family, SocketType } from "../core/address.ts";
import { checkKeys } from "../core/arguments.ts";
import { after } from "../core/clock.ts";
import { detached, lengthOf, partOf } from "../core/bytes.ts";
import type { StreamEndpoint } from "../core/endpoint.ts";
import type { EndpointSocket } from "../core/endpoint_base.ts";
import { closedError, socketError } from "../core/errors.ts";
import type { SocketOption } from "../core/option.ts";
import { PulledStream } from "../core/stream.ts";
import type { Wait } from "../core/wait.ts";
import { fromNodeError } from "./_node_errors.ts";
import { checkStream } from "./to_node_duplex.ts";

/** The most that the stream is given at a time. */
const CHUNK_BYTES = 65536;
/**
 * How long a closed stream may take to send what it still has. The kernel gives a socket's minutes; this
 * holds the process up as long as the peer takes nothing.
 */
const LINGER_MS = 10_000;
const NOTHING: Uint8Array = new Uint8Array(0);
const IPPROTO_TCP = 6;

/** Options of {@linkcode fromNodeDuplex}. */
export interface FromNodeDuplexOptions<A> {
  /**
   * The endpoint that carries the stream, where there is one (TLS or compression over it, say): its
   * family, addresses and options are then those of the new endpoint, which closes it too.
   */
  over?: StreamEndpoint<A>;
}

/** A Node stream that nothing of ours carries as an endpoint's socket. */
class DuplexSocket<A> implements EndpointSocket<A> {
  readonly family: Family;
  readonly type: SocketType = "stream";
  readonly protocol: number;
  readonly engine = "deno" as const;
  readonly localAddr: A;
  readonly remoteAddr: A | undefined;
  readonly #duplex: Duplex & Partial<Referenced>;

  constructor(duplex: Duplex) {
    this.#duplex = duplex as Duplex & Partial<Referenced>;
    this.localAddr = addressOf(duplex, "local") as A;
    this.remoteAddr = addressOf(duplex, "remote") as A;
    this.family = (this.localAddr as Address).family;
    this.protocol = this.family === "other" ? 0 : IPPROTO_TCP;
  }

  getOption<T>(option: SocketOption<T>): T {
    throw unsupported("get", option);
  }

  setOption<T>(option: SocketOption<T>): void {
    throw unsupported("set", option);
  }

  close(): void {
    this.#duplex.destroy();
  }

  ref(): void {
    this.#duplex.ref?.();
  }

  unref(): void {
    this.#duplex.unref?.();
  }
}

/** The stream endpoint over a Node stream. */
export class DuplexStream<A> extends PulledStream<A> {
  /** The stream beneath. */
  protected readonly duplex: Duplex;
  readonly #hold: ((on: boolean) => void) | undefined;
  /** What flowed here and was not taken. */
  readonly #flowed: Uint8Array[] = [];
  #flowedBytes = 0;
  #surplus: Uint8Array = NOTHING;
  #failure: { error: unknown } | undefined;
  #readShut = false;
  #wakeReader: (() => void) | undefined;
  #rejectReader: ((reason: unknown) => void) | undefined;
  /** The write that the stream has not finished; never rejects. */
  #writing: Promise<void> | undefined;
  #stopWriter: ((reason: unknown) => void) | undefined;

  /**
   * Use {@linkcode fromNodeDuplex}. With `hold` the stream is let flow into a queue here, and `hold`
   * stops it beneath while the queue is full.
   */
  constructor(
    duplex: Duplex,
    over: StreamEndpoint<A> | undefined,
    hold?: (on: boolean) => void,
  ) {
    super(over ?? new DuplexSocket<A>(duplex));
    this.#hold = hold;
    this.duplex = duplex;
    // Each direction ends by itself.
    duplex.allowHalfOpen = true;
    const wake = (): void => this.#wakeReader?.();
    if (hold === undefined) duplex.on("readable", wake);
    else {
      duplex.on("data", (chunk: Uint8Array) => {
        this.#flowed.push(chunk);
        this.#flowedBytes += chunk.length;
        if (this.#flowedBytes >= CHUNK_BYTES) hold(true);
        wake();
      });
    }
    duplex.on("end", wake);
    duplex.on("close", wake);
    duplex.on("error", (error) => {
      this.#failure ??= { error };
      wake();
    });
  }

  protected override async pull(buffer: Uint8Array, wait: Wait | undefined): Promise<number> {
    for (;;) {
      if (this.#readShut) return 0;
      if (this.closed) throw closedError("recv");
      if (lengthOf(buffer) === 0) throw detached("receive", "buffer");
      const count = this.#take(buffer);
      if (count > 0) return count;
      if (this.duplex.readableEnded) return 0;
      if (this.#failure) throw fromNodeError(this.#failure.error, "recv");
      if (this.duplex.destroyed) throw broken("recv");
      await this.#untilReadable(wait);
    }
  }

  /**
   * The stream takes a copy and tells when it has passed it on. Bytes that it took are sent, also
   * when the wait or a close ends meanwhile.
   */
  protected override async push(data: Uint8Array, wait: Wait | undefined): Promise<number> {
    while (this.#writing !== undefined) {
      // A close lets the write go on, which nothing would stop any more.
      this.checkOpen("send");
      await this.#writeDone(this.#writing, wait);
    }
    if (lengthOf(data) === 0) throw detached("send", "data");
    this.#checkWritable("send");
    const copy = Buffer.from(partOf(data, 0, CHUNK_BYTES));
    let failure: { error: unknown } | undefined;
    const writing = this.#writing = new Promise<void>((resolve) => {
      this.duplex.write(copy, (error) => {
        this.#writing = undefined;
        if (error) failure = this.#failure ??= { error };
        resolve();
      });
    });
    try {
      await this.#writeDone(writing, wait);
    } catch {
      return copy.length;
    }
    if (failure) throw fromNodeError(failure.error, "send");
    return copy.length;
  }

  protected override async end(how: "read" | "write" | "both"): Promise<void> {
    if (how !== "write") {
      this.#readShut = true;
      this.#wakeReader?.();
    }
    if (how === "read" || this.duplex.writableFinished) return;
    this.#checkWritable("shutdown");
    await new Promise<void>((resolve, reject) => {
      this.duplex.end((error?: Error | null) => {
        if (error) reject(fromNodeError(error, "shutdown"));
        else resolve();
      });
    });
  }

  /** Sends what the stream still has, and its end, for a while; then destroys it. */
  protected override release(): void {
    this.#rejectReader?.(closedError("recv"));
    this.#stopWriter?.(closedError("send"));
    const { duplex } = this;
    const destroy = (): void => {
      duplex.destroy();
      super.release();
    };
    if (duplex.destroyed || duplex.writableFinished || duplex.errored) return destroy();
    // What is being sent keeps the process alive, if anything does.
    const forget = after(LINGER_MS, destroy, false);
    duplex.once("finish", destroy);
    duplex.once("close", () => {
      forget();
      super.release();
    });
    duplex.end();
  }

  #take(buffer: Uint8Array): number {
    if (this.#surplus.length === 0) {
      const chunk = this.#nextChunk();
      if (chunk === null) return 0;
      this.#surplus = chunk;
    }
    const surplus = this.#surplus;
    const count = Math.min(surplus.length, lengthOf(buffer));
    partOf(buffer, 0).set(count === surplus.length ? surplus : surplus.subarray(0, count));
    this.#surplus = count === surplus.length ? NOTHING : surplus.subarray(count);
    return count;
  }

  #nextChunk(): Uint8Array | null {
    if (this.#hold === undefined) return this.duplex.read();
    const chunk = this.#flowed.shift();
    if (chunk === undefined) return null;
    this.#flowedBytes -= chunk.length;
    if (this.#flowedBytes < CHUNK_BYTES) this.#hold(false);
    return chunk;
  }

  #untilReadable(wait: Wait | undefined): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.#wakeReader = resolve;
      this.#rejectReader = reject;
      wait?.arm(reject);
    }).finally(() => {
      this.#wakeReader = this.#rejectReader = undefined;
      wait?.disarm();
    });
  }

  #writeDone(writing: Promise<void>, wait: Wait | undefined): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.#stopWriter = reject;
      writing.then(resolve);
      wait?.arm(reject);
    }).finally(() => {
      this.#stopWriter = undefined;
      wait?.disarm();
    });
  }

  #checkWritable(syscall: string): void {
    if (this.closed) throw closedError(syscall);
    if (this.#failure) throw fromNodeError(this.#failure.error, syscall);
    if (this.duplex.writableEnded) throw socketError("EPIPE", { syscall });
    if (this.duplex.destroyed) throw broken(syscall);
  }
}

interface Referenced {
  ref(): void;
  unref(): void;
}

/**
 * A Node `Duplex` as a stream endpoint: cancellation without loss, framing, web streams and all that
 * endpoints have, over a `net.Socket`, a TLS socket, an SSH channel, any byte stream.
 *
 * The endpoint owns the stream from now on: nobody else may read it, and closing the endpoint ends
 * it, gives it ten seconds to send what it still has, and destroys it. A send resolves once the stream has
 * passed the bytes on. One that a close or a wait's end cuts short counts in `bytesSent` what the stream
 * has taken, 64 KiB at a time: a peer that reads gets exactly that.
 *
 * Without `over`, the addresses are the stream's `localAddress` and `remoteAddress` where it has
 * them, else `{ family: "other" }`, and options are refused.
 *
 * @example A Node socket with endpoints' calls
 * ```ts
 * import { fromNodeDuplex } from "@berkeley/sockets/bridge";
 * import { connect, createServer } from "node:net";
 * import { assertEquals } from "@std/assert";
 *
 * const server = createServer((socket) => socket.pipe(socket)).listen(0, "127.0.0.1");
 * await new Promise((resolve) => server.once("listening", resolve));
 * const { port } = server.address() as { port: number };
 *
 * using endpoint = fromNodeDuplex(connect(port, "127.0.0.1"));
 * await endpoint.sendFrame(new TextEncoder().encode("hello"));
 * const frame = await endpoint.recvFrame({ timeoutMs: 5000 });
 * assertEquals(new TextDecoder().decode(frame), "hello");
 * server.close();
 * ```
 *
 * @typeParam A The addresses' type: that of `over`, else any.
 * @param duplex A stream of bytes (not in object mode, without an encoding).
 * @param options What carries it.
 * @returns The endpoint.
 * @throws {TypeError} If it is no such stream.
 */
export function fromNodeDuplex<A = Address>(
  duplex: Duplex,
  options: FromNodeDuplexOptions<A> = {},
): StreamEndpoint<A> {
  checkKeys(options, ["over"], "make an endpoint");
  checkDuplex(duplex);
  if (options.over !== undefined) checkStream(options.over, "make an endpoint");
  return new DuplexStream<A>(duplex, options.over);
}

function checkDuplex(duplex: unknown): asserts duplex is Duplex {
  if (!(duplex instanceof Duplex)) {
    throw new TypeError("Cannot make an endpoint: duplex is no node:stream Duplex");
  }
  if (duplex.readableObjectMode || duplex.writableObjectMode) {
    throw new TypeError("Cannot make an endpoint: duplex carries objects, not bytes");
  }
  if (duplex.readableEncoding !== null) {
    throw new TypeError("Cannot make an endpoint: duplex decodes text (setEncoding)");
  }
}

/** The address as a `net.Socket` tells it. */
function addressOf(duplex: Duplex, side: "local" | "remote"): Address {
  const { [`${side}Address`]: hostname, [`${side}Port`]: port } = duplex as unknown as Record<
    string,
    unknown
  >;
  if (typeof hostname !== "string" || typeof port !== "number") {
    return { family: "other", familyNumber: 0, data: NOTHING };
  }
  return { family: hostname.includes(":") ? "inet6" : "inet", hostname, port };
}

function broken(syscall: string): Error {
  return socketError("ECONNRESET", { syscall, message: "the stream was destroyed" });
}

function unsupported(verb: "get" | "set", option: SocketOption<unknown>): Error {
  return new Deno.errors.NotSupported(
    `Cannot ${verb} ${option.name}: a Node stream has no such option`,
  );
}
