/**
 * A stream endpoint as a Node stream.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { Duplex } from "node:stream";
import type { StreamEndpoint } from "../core/endpoint.ts";
import { isSocketError } from "../core/errors.ts";
import type { SocketOption } from "../core/option.ts";
import { IdleTimer } from "./_idle_timer.ts";

/** The most that one receive takes, and what small writes are gathered to. */
const CHUNK_BYTES = 65536;
const LEAST_ROOM_BYTES = 2048;
/** A buffer is used on while it has this much room. */
const WORTHWHILE_BYTES = 512;

/** A flag by its numbers: the option tables belong to the libc engine. */
function flag(name: string, level: number, option: number): SocketOption<boolean> {
  return {
    name,
    level,
    option,
    access: "rw",
    codec: {
      size: 4,
      encode: (on) => Uint8Array.of(on ? 1 : 0, 0, 0, 0),
      decode: (bytes) => bytes[0] !== 0,
    },
  };
}

// netinet/tcp.h, asm-generic/socket.h
const TCP_NODELAY = flag("TCP_NODELAY", 6, 1);
const SO_KEEPALIVE = flag("SO_KEEPALIVE", 1, 9);

/** A Duplex over an endpoint, with what Node's drivers and its HTTP ask of a `net.Socket` beside. */
export interface NodeDuplex extends Duplex {
  /** The endpoint beneath. */
  readonly endpoint: StreamEndpoint<unknown>;
  /** Always false: the endpoint is connected. */
  readonly connecting: false;
  /** Bytes received so far. */
  readonly bytesRead: number;
  /** Bytes sent so far. */
  readonly bytesWritten: number;
  /** The peer's IP address, where it has one. */
  readonly remoteAddress: string | undefined;
  /** The peer's port, where it has one. */
  readonly remotePort: number | undefined;
  /** `"IPv4"` or `"IPv6"`, where the peer has such an address. */
  readonly remoteFamily: string | undefined;
  /** The local IP address, where there is one. */
  readonly localAddress: string | undefined;
  /** The local port, where there is one. */
  readonly localPort: number | undefined;
  /** Milliseconds of idleness after which `"timeout"` is emitted; 0 means never. */
  readonly timeout: number;
  /** Emits `"connect"` soon, to drivers that connect what they are given. */
  connect(): this;
  /** The local address as `net.Socket.address()` gives it; empty where there is none. */
  address(): { address?: string; port?: number; family?: string };
  /** Emits `"timeout"` when nothing was sent or received for `timeoutMs`; 0 ends that. */
  setTimeout(timeoutMs: number, callback?: () => void): this;
  /** TCP_NODELAY, where the endpoint has it; default true. */
  setNoDelay(on?: boolean): this;
  /** SO_KEEPALIVE, where the endpoint has it; default false. The delay is the system's. */
  setKeepAlive(on?: boolean): this;
  /** Lets the endpoint keep the process alive. */
  ref(): this;
  /** Lets the process end though the endpoint is open. */
  unref(): this;
  /** Ends the sending direction, and destroys the stream once all is sent. */
  destroySoon(): void;
}

/** The stream itself; {@linkcode toNodeDuplex} makes it for others. */
export class EndpointDuplex extends Duplex implements NodeDuplex {
  readonly endpoint: StreamEndpoint<unknown>;
  readonly connecting = false as const;
  bytesRead = 0;
  bytesWritten = 0;
  #room: Uint8Array<ArrayBuffer> | undefined;
  #roomUsed = 0;
  #expectedBytes = LEAST_ROOM_BYTES;
  #held = false;
  #readWhileHeld = false;
  readonly #idle = new IdleTimer(() => this.emit("timeout"));

  constructor(endpoint: StreamEndpoint<unknown>) {
    super({
      allowHalfOpen: true,
      readableHighWaterMark: CHUNK_BYTES,
      writableHighWaterMark: CHUNK_BYTES,
    });
    this.endpoint = endpoint;
  }

  get remoteAddress(): string | undefined {
    return ipOf(this.endpoint.remoteAddr)?.hostname;
  }

  get remotePort(): number | undefined {
    return ipOf(this.endpoint.remoteAddr)?.port;
  }

  get remoteFamily(): string | undefined {
    return familyOf(this.endpoint.remoteAddr);
  }

  get localAddress(): string | undefined {
    return ipOf(this.endpoint.localAddr)?.hostname;
  }

  get localPort(): number | undefined {
    return ipOf(this.endpoint.localAddr)?.port;
  }

  get timeout(): number {
    return this.#idle.limitMs;
  }

  connect(): this {
    queueMicrotask(() => {
      if (!this.destroyed) this.emit("connect");
    });
    return this;
  }

  address(): { address?: string; port?: number; family?: string } {
    const ip = ipOf(this.endpoint.localAddr);
    if (ip === undefined) return {};
    return { address: ip.hostname, port: ip.port, family: familyOf(ip) };
  }

  setTimeout(timeoutMs: number, callback?: () => void): this {
    if (callback !== undefined) {
      if (timeoutMs === 0) this.removeListener("timeout", callback);
      else this.once("timeout", callback);
    }
    if (!this.destroyed) this.#idle.set(timeoutMs);
    return this;
  }

  setNoDelay(on: boolean = true): this {
    this.#setFlag(TCP_NODELAY, on);
    return this;
  }

  setKeepAlive(on: boolean = false): this {
    this.#setFlag(SO_KEEPALIVE, on);
    return this;
  }

  ref(): this {
    this.endpoint.ref();
    return this;
  }

  unref(): this {
    this.endpoint.unref();
    return this;
  }

  destroySoon(): void {
    if (this.writableFinished) this.destroy();
    else this.once("finish", () => this.destroy());
    if (!this.writableEnded) this.end();
  }

  /** Receives no more while `on`, whoever reads. */
  hold(on: boolean): void {
    this.#held = on;
    if (on || !this.#readWhileHeld) return;
    this.#readWhileHeld = false;
    this._read();
  }

  override _read(): void {
    if (this.#held) {
      this.#readWhileHeld = true;
      return;
    }
    if (this.#room === undefined || this.#room.length - this.#roomUsed < WORTHWHILE_BYTES) {
      this.#room = new Uint8Array(this.#expectedBytes);
      this.#roomUsed = 0;
    }
    const room = this.#roomUsed === 0 ? this.#room : this.#room.subarray(this.#roomUsed);
    this.endpoint.recvInto(room).then(this.#received, this.#receiveFailed);
  }

  #received = (count: number): void => {
    if (this.destroyed) return;
    this.#idle.touch();
    if (count === 0) {
      this.#room = undefined;
      this.push(null);
      return;
    }
    const { buffer } = this.#room!;
    const start = this.#roomUsed;
    const room = buffer.byteLength - start;
    this.bytesRead += count;
    this.#roomUsed += count;
    if (count === room) this.#expectedBytes = Math.min(this.#expectedBytes * 4, CHUNK_BYTES);
    else if (count < this.#expectedBytes / 16) {
      this.#expectedBytes = Math.max(this.#expectedBytes / 4, LEAST_ROOM_BYTES);
    }
    this.push(Buffer.from(buffer, start, count));
  };

  #receiveFailed = (error: unknown): void => {
    if (this.destroyed) return;
    // Whoever closed the endpoint knows that it is closed.
    this.destroy(isSocketError(error, "EBADF") ? undefined : error as Error);
  };

  override _write(
    chunk: Uint8Array,
    _encoding: string,
    callback: (error?: Error | null) => void,
  ): void {
    this.#send(chunk, callback);
  }

  override _writev(
    writes: { chunk: Uint8Array }[],
    callback: (error?: Error | null) => void,
  ): void {
    const groups = gathered(writes);
    if (groups.length === 1) return this.#send(groups[0], callback);
    const next = (index: number): void => {
      if (index === groups.length) return callback();
      this.#send(groups[index], (error) => error ? callback(error) : next(index + 1));
    };
    next(0);
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.endpoint.shutdown("write").then(
      () => callback(),
      // The peer has gone meanwhile: there is nothing left to end.
      (error) => callback(isSocketError(error, "ENOTCONN") ? null : error),
    );
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#idle.end();
    this.#room = undefined;
    this.endpoint.close();
    callback(error);
  }

  #send(data: Uint8Array, callback: (error?: Error | null) => void): void {
    this.endpoint.sendAll(data).then(() => {
      this.#idle.touch();
      this.bytesWritten += data.length;
      callback();
    }, callback);
  }

  #setFlag(option: SocketOption<boolean>, on: boolean): void {
    if (ipOf(this.endpoint.localAddr) === undefined) return;
    try {
      this.endpoint.setOption(option, on);
    } catch (error) {
      // A hint: Node's own socket ignores what its connection cannot do, or is too late for.
      if (!(error instanceof Deno.errors.NotSupported) && !isSocketError(error)) throw error;
    }
  }
}

/**
 * A stream endpoint as a Node `Duplex`: what npm's drivers, `node:http` and `node:tls` take in place
 * of a `net.Socket`. Any family and engine.
 *
 * The stream owns the endpoint from now on: destroying it closes the endpoint, ending it ends the
 * sending direction only, and an endpoint that is closed destroys it. Nothing is received before
 * somebody reads, and a full queue at the peer makes writes wait.
 *
 * @example Node's readline over an endpoint
 * ```ts
 * import { tcp } from "@berkeley/sockets";
 * import { toNodeDuplex } from "@berkeley/sockets/bridge";
 * import { createInterface } from "node:readline";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0 });
 * const client = toNodeDuplex(await tcp.connect(listener.localAddr));
 * using server = await listener.accept();
 * client.end("one\ntwo\n");
 *
 * const lines: string[] = [];
 * for await (const line of createInterface({ input: toNodeDuplex(server) })) lines.push(line);
 * assertEquals(lines, ["one", "two"]);
 * client.destroy();
 * ```
 *
 * @param endpoint A connected stream endpoint.
 * @returns The stream.
 * @throws {TypeError} If it is no stream endpoint.
 */
export function toNodeDuplex<A>(endpoint: StreamEndpoint<A>): NodeDuplex {
  checkStream(endpoint, "make a Duplex");
  return new EndpointDuplex(endpoint);
}

/** Refuses what is no stream endpoint. */
export function checkStream(endpoint: unknown, action: string): void {
  const role = (endpoint as { role?: unknown } | null | undefined)?.role;
  if (role !== "stream") throw new TypeError(`Cannot ${action}: endpoint is no stream endpoint`);
}

/** Small chunks copied together, large ones as they are. */
function gathered(writes: readonly { chunk: Uint8Array }[]): Uint8Array[] {
  const groups: Uint8Array[] = [];
  let small: Uint8Array[] = [];
  let smallBytes = 0;
  const flush = (): void => {
    if (small.length > 0) groups.push(small.length === 1 ? small[0] : Buffer.concat(small));
    small = [];
    smallBytes = 0;
  };
  for (const { chunk } of writes) {
    if (smallBytes + chunk.length > CHUNK_BYTES) flush();
    small.push(chunk);
    smallBytes += chunk.length;
  }
  flush();
  return groups;
}

function ipOf(address: unknown): { hostname: string; port: number } | undefined {
  return typeof address === "object" && address !== null && "hostname" in address &&
      "port" in address
    ? address as { hostname: string; port: number }
    : undefined;
}

function familyOf(address: unknown): string | undefined {
  const ip = ipOf(address);
  return ip && (ip.hostname.includes(":") ? "IPv6" : "IPv4");
}
