/**
 * A server's WebSocket over any connection of Node's: Deno's own takes TCP connections alone.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { Duplex } from "node:stream";
import { after } from "../core/clock.ts";
import { showAs } from "../core/inspect.ts";
import {
  CLOSE_CODE,
  encodeFrame,
  FrameError,
  FrameReader,
  MAX_CONTROL_BYTES,
  mayBeSent,
  OPCODE,
} from "./_web_socket_frames.ts";

/** RFC 6455 section 1.3. */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/** Sixteen bytes in base64. */
const KEY = /^[A-Za-z0-9+/]{22}==$/;
/** As Deno's own takes them. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
/** A peer that says nothing for so long is asked, as by Deno's own; one that does not answer is given up. */
const IDLE_MS = 30_000;
/** How long the peer may take to answer a close. */
const CLOSE_MS = 10_000;
const NOTHING = new Uint8Array(0);

/** What the client asks for. */
export interface Handshake {
  /** Sec-WebSocket-Key. */
  readonly key: string | null;
  /** Sec-WebSocket-Version. */
  readonly version: string | null;
  /** The sub-protocol that was chosen; empty for none. */
  readonly protocol: string;
}

type Sendable = string | ArrayBufferLike | Blob | ArrayBufferView;

/** A WebSocket over a connection whose request has been read. */
class DuplexWebSocket extends EventTarget {
  readonly extensions = "";
  /** As of Deno's own at a server's end. */
  readonly url = "";
  readonly protocol: string;
  readonly #socket: Duplex;
  readonly #reader: FrameReader;
  #stopIdle: () => void;
  #state: number = WebSocket.CONNECTING;
  #binaryType: BinaryType = "arraybuffer";
  #heard = true;
  /** A Blob's bytes come later: what is sent after it waits. */
  #sending: Promise<void> | undefined;
  #waitingBytes = 0;
  #saidClose = false;
  #closed: CloseEventInit = { code: CLOSE_CODE.abnormal, reason: "", wasClean: false };
  #error: Error | undefined;
  #stopClosing: (() => void) | undefined;

  constructor(socket: Duplex, head: Uint8Array, { key, protocol }: Handshake) {
    super();
    this.#socket = socket;
    this.protocol = protocol;
    this.#reader = new FrameReader({
      message: (data) => this.#messageCame(data),
      ping: (payload) => this.#write(OPCODE.pong, payload),
      close: (code, reason) => this.#closeCame(code, reason),
    }, MAX_MESSAGE_BYTES);
    const accept = createHash("sha1").update(key + GUID).digest("base64");
    socket.write(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        `Sec-WebSocket-Accept: ${accept}\r\n` +
        (protocol === "" ? "" : `Sec-WebSocket-Protocol: ${protocol}\r\n`) + "\r\n",
    );
    socket.on("error", (error: Error) => this.#error ??= error);
    socket.on("end", () => this.#end());
    socket.once("close", () => this.#ended());
    this.#stopIdle = after(IDLE_MS, () => this.#lookForIt(), false);
    queueMicrotask(() => this.#open(head));
  }

  get readyState(): number {
    return this.#state;
  }

  get bufferedAmount(): number {
    return this.#waitingBytes + this.#socket.writableLength;
  }

  get binaryType(): BinaryType {
    return this.#binaryType;
  }

  set binaryType(type: BinaryType) {
    if (type === "blob" || type === "arraybuffer") this.#binaryType = type;
  }

  send(data: Sendable): void {
    if (this.#state === WebSocket.CONNECTING) {
      throw new DOMException("Cannot send: the WebSocket is not open yet", "InvalidStateError");
    }
    if (this.#state !== WebSocket.OPEN) return;
    if (data instanceof Blob) return this.#sendLater(() => data.arrayBuffer(), data.size);
    const [opcode, bytes] = frameOf(data);
    if (this.#sending === undefined) return this.#write(opcode, bytes);
    const copy = bytes.slice();
    this.#sendLater(() => copy, copy.length, opcode);
  }

  close(code?: number, reason: string = ""): void {
    if (code !== undefined && !mayBeSent(code)) {
      throw new DOMException(`Cannot close: ${code} may not be sent`, "InvalidAccessError");
    }
    const said = Buffer.from(String(reason));
    if (said.length > MAX_CONTROL_BYTES - 2) {
      throw new DOMException("Cannot close: reason has more than 123 bytes", "SyntaxError");
    }
    if (this.#state !== WebSocket.OPEN) return;
    this.#state = WebSocket.CLOSING;
    if (this.#sending === undefined) this.#sayClose(code, said);
    else this.#sending.then(() => this.#sayClose(code, said));
  }

  #open(head: Uint8Array): void {
    if (this.#socket.destroyed) return;
    this.#state = WebSocket.OPEN;
    this.dispatchEvent(new Event("open"));
    if (head.length > 0) this.#received(head);
    this.#socket.on("data", (chunk: Uint8Array) => this.#received(chunk));
    this.#socket.resume();
  }

  #received(chunk: Uint8Array): void {
    this.#heard = true;
    try {
      this.#reader.push(chunk);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.#broke(error);
    }
    // Who does not take the answers is not heard: they would fill the memory.
    if (!this.#socket.writableNeedDrain || this.#socket.isPaused()) return;
    this.#socket.pause();
    this.#socket.once("drain", () => this.#socket.resume());
  }

  #messageCame(data: string | Uint8Array<ArrayBuffer>): void {
    if (this.#state !== WebSocket.OPEN) return;
    const told = typeof data === "string"
      ? data
      : this.#binaryType === "blob"
      ? new Blob([data])
      : data.buffer;
    this.dispatchEvent(new MessageEvent("message", { data: told }));
  }

  #closeCame(code: number | undefined, reason: string): void {
    this.#closed = { code: code ?? CLOSE_CODE.noStatus, reason, wasClean: true };
    this.#state = WebSocket.CLOSING;
    this.#sayClose(code, Buffer.from(reason));
    // The server's end goes first (RFC 6455 section 7.1.1).
    this.#end();
  }

  /** The peer broke the rules: it is told so, and heard no more. */
  #broke(error: FrameError): void {
    this.#error = error;
    this.#closed = { code: error.code, reason: error.message, wasClean: false };
    this.#state = WebSocket.CLOSING;
    this.#sayClose(error.code, Buffer.from(error.message));
    this.#end();
  }

  #sendLater(read: () => Uint8Array | Promise<ArrayBuffer>, size: number, opcode?: number): void {
    this.#waitingBytes += size;
    const sending = (this.#sending ?? Promise.resolve()).then(async () => {
      try {
        const bytes = await read();
        this.#write(opcode ?? OPCODE.binary, new Uint8Array(bytes));
      } catch (error) {
        this.#error ??= error as Error;
        this.#socket.destroy();
      } finally {
        this.#waitingBytes -= size;
        if (this.#sending === sending) this.#sending = undefined;
      }
    });
    this.#sending = sending;
  }

  #write(opcode: number, payload: Uint8Array): void {
    if (this.#saidClose || !this.#socket.writable) return;
    this.#socket.write(encodeFrame(opcode, payload));
  }

  #sayClose(code: number | undefined, reason: Uint8Array): void {
    if (this.#saidClose) return;
    const status = code === undefined ? NOTHING : Uint8Array.of(code >> 8, code & 0xff);
    this.#write(OPCODE.close, Buffer.concat([status, reason]));
    this.#saidClose = true;
    this.#stopClosing = after(CLOSE_MS, () => this.#socket.destroy(), false);
  }

  /** Ends the connection once all is sent. */
  #end(): void {
    this.#socket.once("finish", () => this.#socket.destroy());
    if (this.#socket.writableFinished) this.#socket.destroy();
    else this.#socket.end();
  }

  #lookForIt(): void {
    if (!this.#heard) {
      this.#error = new Error("The peer of a WebSocket does not answer");
      this.#socket.destroy();
      return;
    }
    this.#heard = false;
    this.#write(OPCODE.ping, NOTHING);
    this.#stopIdle = after(IDLE_MS, () => this.#lookForIt(), false);
  }

  #ended(): void {
    this.#stopIdle();
    this.#stopClosing?.();
    this.#state = WebSocket.CLOSED;
    if (!this.#closed.wasClean) {
      const error = this.#error ?? new Error("The connection ended without a close");
      this.dispatchEvent(new ErrorEvent("error", { error, message: error.message }));
    }
    this.dispatchEvent(new CloseEvent("close", this.#closed));
  }
}

/** What a handler of an event is: `onmessage` and the like. */
const HANDLERS = Symbol("handlers");
interface Handled {
  [HANDLERS]?: Map<string, { handler: unknown; listener: EventListener }>;
}

for (const type of ["open", "message", "error", "close"]) {
  Object.defineProperty(DuplexWebSocket.prototype, `on${type}`, {
    configurable: true,
    get(this: Handled): unknown {
      return this[HANDLERS]?.get(type)?.handler ?? null;
    },
    set(this: EventTarget & Handled, handler: unknown) {
      const handlers = this[HANDLERS] ??= new Map();
      const before = handlers.get(type);
      if (before !== undefined) this.removeEventListener(type, before.listener);
      handlers.delete(type);
      if (typeof handler !== "function") return;
      const listener = (event: Event): unknown => handler.call(this, event);
      handlers.set(type, { handler, listener });
      this.addEventListener(type, listener);
    },
  });
}
showAs(
  DuplexWebSocket.prototype as DuplexWebSocket,
  ({ protocol, readyState, binaryType }) => ({ protocol, readyState, binaryType }),
  () => "WebSocket",
);
// `socket instanceof WebSocket`, and its constants.
Object.setPrototypeOf(DuplexWebSocket.prototype, WebSocket.prototype);

/**
 * Answers the request for a WebSocket.
 *
 * @param socket The connection, which the WebSocket then owns.
 * @param head What came after the request.
 * @param handshake What was asked for.
 * @returns The WebSocket: it opens soon.
 * @throws {TypeError} If it is no handshake of this version.
 */
export function openOver(socket: Duplex, head: Uint8Array, handshake: Handshake): WebSocket {
  if (handshake.key === null || !KEY.test(handshake.key)) {
    throw new TypeError("Cannot open a WebSocket: sec-websocket-key is not 16 bytes in base64");
  }
  if (handshake.version !== "13") {
    throw new TypeError("Cannot open a WebSocket: sec-websocket-version is not 13");
  }
  return new DuplexWebSocket(socket, head, handshake) as unknown as WebSocket;
}

function frameOf(data: Exclude<Sendable, Blob>): [opcode: number, bytes: Uint8Array] {
  if (ArrayBuffer.isView(data)) {
    return [OPCODE.binary, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];
  }
  if (data instanceof ArrayBuffer || data instanceof SharedArrayBuffer) {
    return [OPCODE.binary, new Uint8Array(data)];
  }
  return [OPCODE.text, Buffer.from(String(data))];
}
