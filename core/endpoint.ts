/**
 * The one face of every socket: {@linkcode Endpoint} and its three kinds.
 *
 * @module
 */
import type { AddressInput, Family, SocketType } from "./address.ts";
import type { SocketOption } from "./option.ts";
import type { WaitOptions } from "./wait.ts";
import type {
  Message,
  MessageBatch,
  OutgoingMessage,
  RecvBatchesOptions,
  RecvOptions,
  SendOptions,
} from "./message.ts";
import type { FileToSend, SendFileOptions } from "./send_file.ts";
import type { FrameOptions, LineOptions, RecvUntilOptions } from "./framing.ts";

/** What all endpoints share. */
export interface Endpoint<A> extends Disposable, AsyncDisposable {
  /** The address family. */
  readonly family: Family;
  /** The socket type. */
  readonly type: SocketType;
  /** The protocol number (IPPROTO_*), 0 where the family has none. */
  readonly protocol: number;
  /** What the endpoint can do. */
  readonly role: "listener" | "stream" | "message";
  /** Whose calls carry it: Deno's own networking or libc. */
  readonly engine: "deno" | "libc";
  /** The local address. Still known after {@linkcode Endpoint.close}. */
  readonly localAddr: A;
  /** The peer's address, where there is one peer. */
  readonly remoteAddr: A | undefined;
  /** Reads a socket option (`man 2 getsockopt`). */
  getOption<T>(option: SocketOption<T>): T;
  /**
   * Sets a socket option (`man 2 setsockopt`). What sends packets elsewhere than their address says
   * (IP_OPTIONS, SO_BINDTODEVICE, SO_MARK …), and what the library does not know, takes the whole of
   * `--allow-net`.
   */
  setOption<T>(option: SocketOption<T>, value: T): void;
  /** Closes the endpoint. Pending waits reject at once with code `EBADF`. May be called again. */
  close(): void;
  /** Lets the open endpoint keep the process alive (the default). */
  ref(): void;
  /** Lets the process end though the endpoint is open. */
  unref(): void;
}

/** An endpoint that accepts connections. Iterating accepts until it is closed. */
export interface ListenerEndpoint<A, E> extends Endpoint<A>, AsyncIterable<E> {
  /** Always `"listener"`. */
  readonly role: "listener";
  /** Waits for a connection. Aborted connections and a full fd table are waited out (`onError` tells). */
  accept(options?: WaitOptions): Promise<E>;
}

/** An endpoint that carries bytes without boundaries. */
export interface StreamEndpoint<A> extends Endpoint<A> {
  /** Always `"stream"`. */
  readonly role: "stream";
  /** Receives 1 to `size` bytes (default 65536); empty means end of file. */
  recv(size?: number, options?: WaitOptions): Promise<Uint8Array>;
  /** Receives into `buffer`; resolves to the number of bytes, 0 at end of file. */
  recvInto(buffer: Uint8Array, options?: WaitOptions): Promise<number>;
  /** Receives exactly `size` bytes. Rejects with `Deno.errors.UnexpectedEof` if the stream ends before; what came stays readable. */
  recvExact(size: number, options?: WaitOptions): Promise<Uint8Array>;
  /** Receives up to and including `needle`; `undefined` at end of file. */
  recvUntil(
    needle: Uint8Array | string,
    options?: RecvUntilOptions,
  ): Promise<Uint8Array | undefined>;
  /** The stream as lines of text, without their line ends. */
  lines(options?: LineOptions): AsyncIterableIterator<string>;
  /** Receives one length-prefixed frame; `undefined` at end of file, `UnexpectedEof` inside a frame. */
  recvFrame(options?: FrameOptions): Promise<Uint8Array | undefined>;
  /** The stream as length-prefixed frames. */
  frames(options?: FrameOptions): AsyncIterableIterator<Uint8Array>;
  /** Sends; resolves to the number of bytes taken, which may be fewer than given, as send(2). */
  send(data: Uint8Array, options?: WaitOptions): Promise<number>;
  /**
   * Sends all of `data`. What it rejects with says in `bytesSent` how many bytes went before; the rest
   * may be sent later. (An abort's reason can say so if it is an object.)
   */
  sendAll(data: Uint8Array, options?: WaitOptions): Promise<void>;
  /**
   * Sends `data` preceded by its length, as {@linkcode StreamEndpoint.frames} reads it. What it rejects
   * with says in `bytesSent` how many bytes went before, the prefix included.
   */
  sendFrame(data: Uint8Array, options?: FrameOptions): Promise<void>;
  /**
   * Sends a file, or a part of it; resolves to the number of bytes, fewer than `count` where the file
   * ends before. On the libc engine the kernel moves them (`man 2 sendfile`, for a pipe `man 2
   * splice`), elsewhere they are copied. The position of an open file is neither used nor changed;
   * a pipe has none and is sent up to its end. What it rejects with says in `bytesSent` how many bytes
   * went before: go on with that much more `offset`.
   *
   * A path takes `--allow-read` for it; an open file and a passed descriptor take nothing; a bare
   * descriptor's number takes the whole of `--allow-read` and, like a passed one, the libc engine.
   */
  sendFile(file: FileToSend, options?: SendFileOptions): Promise<number>;
  /** Ends one or both directions (`man 2 shutdown`). */
  shutdown(how: "read" | "write" | "both"): Promise<void>;
  /** As `Deno.Conn.read`: `null` at end of file. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** As `Deno.Conn.write`. */
  write(data: Uint8Array): Promise<number>;
  /** As `Deno.Conn.closeWrite`: ends the sending direction. */
  closeWrite(): Promise<void>;
  /** The receiving direction as a byte stream. Its end does not close the sending direction. */
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** The sending direction. Closing it ends only that direction. */
  readonly writable: WritableStream<Uint8Array>;
}

/** An endpoint that carries messages with boundaries. Iterating receives until it is closed or the peer ends. */
export interface MessageEndpoint<A> extends Endpoint<A>, AsyncIterable<Message<A>> {
  /** Always `"message"`. */
  readonly role: "message";
  /** Sends one message to the connected peer; resolves to its length. */
  send(data: Uint8Array, options?: SendOptions): Promise<number>;
  /** Sends one message to `to`. */
  sendTo(data: Uint8Array, to: AddressInput<A>, options?: SendOptions): Promise<number>;
  /** Receives one message's data. */
  recv(options?: RecvOptions): Promise<Uint8Array>;
  /** Receives one message with its sender. */
  recvFrom(options?: RecvOptions): Promise<Message<A>>;
  /**
   * Sends messages in as few calls as the engine can; resolves to how many were sent. Payloads are
   * taken when they go: do not change them before. A generator may fill one buffer of up to 2048
   * bytes again for each message.
   */
  sendMany(messages: Iterable<OutgoingMessage<A>>, options?: WaitOptions): Promise<number>;
  /** Receives what is there, at least one and at most `max` (default 64) messages. */
  recvMany(max?: number, options?: RecvOptions): Promise<Message<A>[]>;
  /**
   * Receives batch after batch, at the rate of C on the libc engine, until the endpoint is closed or
   * the peer ends. What a batch shows is overwritten by the next. Messages that an earlier loop over
   * the endpoint has fetched ahead come with the other receives only.
   */
  recvBatches(options?: RecvBatchesOptions): AsyncGenerator<MessageBatch<A>, void, void>;
  /** Sets the peer, whose name is looked up: later messages go to it and only its messages are received. */
  connect(to: AddressInput<A>, options?: WaitOptions): Promise<void>;
  /** Forgets the peer. */
  disconnect(): void;
}
