/**
 * npm's `ws` at a server's end of connections that Deno cannot take over. Nothing but this file names
 * it, and it is loaded when a server asks for it.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { after } from "../core/clock.ts";

/**
 * As deno.json has it. The import computes its name from it: what an import names whole is downloaded
 * when a program starts, used or not. Publishing sees that it leads to npm.
 */
const WS = "ws@^8.18.3";
/** As Deno's own takes them. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
/** A peer that says nothing for so long is asked, as by Deno's own; one that does not answer is given up. */
const IDLE_MS = 30_000;
/** Two of a control frame's 125 bytes are the code (RFC 6455 section 5.5). */
const MAX_REASON_BYTES = 123;

type Sendable = Parameters<WebSocket["send"]>[0];

/** What `ws` has beside what the platform's has; only a part of it is used here. */
interface WsSocket extends WebSocket {
  on(event: "close" | "error", listener: () => void): void;
  emit(event: "open"): void;
  pause(): void;
  resume(): void;
  ping(): void;
  terminate(): void;
}

interface WsServer {
  on(event: "wsClientError", listener: (error: Error, socket: Duplex) => void): void;
  handleUpgrade(
    message: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    opened: (web: WsSocket) => void,
  ): void;
}

interface Ws {
  WebSocket: new (...args: unknown[]) => WsSocket;
  WebSocketServer: new (options: Record<string, unknown>) => WsServer;
}

/** There is no `ws`, or it may not be loaded. */
export class NotLoadedError extends Error {
  override name = "NotLoadedError";

  /** Says why. */
  constructor(cause: Error) {
    super(`Cannot open WebSockets: npm's ws was not loaded: ${cause.message}`, { cause });
  }
}

/** Opens WebSockets by `ws`. */
export interface WsOpener {
  /**
   * Answers a request for one, which is open then and owns the connection.
   *
   * @throws {Error} If it is no good handshake, and is not answered, or if the client has gone.
   */
  open(message: IncomingMessage, socket: Duplex, head: Buffer): WebSocket;
}

/**
 * Loads `ws`, which looks at the environment's WS_NO_BUFFER_UTIL.
 *
 * @param protocols The sub-protocols of the server, the preferred first.
 * @throws {NotLoadedError} If it is not there, or this is not permitted.
 */
export async function loadWs(protocols: readonly string[]): Promise<WsOpener> {
  const ws: Ws = await import(`npm:/${WS}`).catch((cause) => {
    throw new NotLoadedError(cause);
  });
  const server = new ws.WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
    handleProtocols: (offered: ReadonlySet<string>) =>
      protocols.find((name) => offered.has(name)) ?? false,
    WebSocket: likePlatforms(ws.WebSocket),
  });
  // It is told before handleUpgrade returns.
  let refusal: Error | undefined;
  server.on("wsClientError", (error) => refusal = error);
  return {
    open(message, socket, head) {
      refusal = undefined;
      let web: WsSocket | undefined;
      server.handleUpgrade(message, socket, head, (opened) => web = opened);
      if (web !== undefined) return lookedAfter(web, socket);
      throw refusal === undefined
        ? new Error("The client of a WebSocket has gone before it was opened")
        : new TypeError(`Cannot open a WebSocket: ${(refusal as Error).message}`);
    },
  };
}

/**
 * Tells listeners that a WebSocket of `ws` is open: it is from the start, when nobody could listen yet.
 */
export function tellOpen(web: WebSocket): void {
  if (web.readyState === WebSocket.OPEN) (web as WsSocket).emit("open");
}

/** `ws`'s class with the platform's defaults. */
function likePlatforms(Base: Ws["WebSocket"]): Ws["WebSocket"] {
  return class extends Base {
    override readonly url = "";

    constructor(...args: unknown[]) {
      super(...args);
      this.binaryType = "arraybuffer";
      // Without a listener an error would be thrown at the process; a close follows each.
      this.on("error", () => {});
    }

    override send(data: Sendable, ...rest: []): void {
      super.send(bytesOfNow(data), ...rest);
    }

    override close(code?: number, reason?: string): void {
      checkClose(code, reason);
      super.close(code, reason);
    }
  };
}

/** `ws` would be neither open nor closing after it has thrown for these itself. */
function checkClose(code: number | undefined, reason: string = ""): void {
  if (code !== undefined && !mayBeSent(code)) {
    throw new DOMException(`Cannot close: ${code} may not be sent`, "InvalidAccessError");
  }
  if (Buffer.byteLength(reason) > MAX_REASON_BYTES) {
    throw new DOMException("Cannot close: reason has more than 123 bytes", "SyntaxError");
  }
}

/** RFC 6455 section 7.4, and IANA's registry. */
function mayBeSent(code: number): boolean {
  const isOfProtocol = code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code);
  return Number.isInteger(code) && (isOfProtocol || code >= 3000 && code <= 4999);
}

/** `ws` sends the memory that it is given, when there is room for it: it may have changed by then. */
function bytesOfNow(data: Sendable): Sendable {
  if (ArrayBuffer.isView(data)) {
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  }
  return data instanceof ArrayBuffer ? data.slice(0) : data;
}

/** Asks a peer that is silent for long, and hears none that does not take its answers. */
function lookedAfter(web: WsSocket, socket: Duplex): WebSocket {
  let heard = true;
  const look = (): void => {
    if (!heard) return web.terminate();
    heard = false;
    web.ping();
    stop = after(IDLE_MS, look, false);
  };
  let stop = after(IDLE_MS, look, false);
  web.on("close", () => stop());
  socket.on("data", () => {
    heard = true;
    // Answers that nobody takes would fill the memory: pongs are sent whatever waits.
    if (!socket.writableNeedDrain || socket.isPaused()) return;
    web.pause();
    socket.once("drain", () => web.resume());
  });
  return web;
}
