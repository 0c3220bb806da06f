import type { Buffer } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { ListenerEndpoint } from "../core/endpoint.ts";
import type { HttpConnection, ServeHttpOptions } from "./_http_options.ts";
import { makeRequest } from "./_http_request.ts";
import { loadWs, NotLoadedError, tellOpen, type WsOpener } from "./_ws.ts";

// RFC 6455 section 7.4.1; the platform's close() takes only 1000 and 3000 to 4999 of a client.
const GOODBYE = [1001, "the server shuts down"] as const;
const FAILED = 1011;

/**
 * Whether Deno can take the connections of a listener over, which is faster than `ws`: those of
 * TCP, by their descriptors.
 */
export function takesOver(listener: ListenerEndpoint<unknown, unknown>): boolean {
  const { engine, family } = listener;
  const isTcp = family === "inet" || family === "inet6";
  return engine === "libc" && isTcp && !("alpnProtocols" in listener);
}

/** The WebSockets of a server, over connections that begin as HTTP. */
export class WebSockets {
  readonly #options: ServeHttpOptions;
  readonly #open = new Set<WebSocket>();
  /** Where Deno does not take connections over. */
  readonly #ws: Promise<WsOpener> | undefined;
  readonly #onEmpty: () => void;
  #closing = false;

  /** `onEmpty` runs whenever the last one has gone; `takesOver`: by Deno's own means. */
  constructor(options: ServeHttpOptions, takesOver: boolean, onEmpty: () => void) {
    this.#options = options;
    this.#onEmpty = onEmpty;
    if (options.onWebSocket === undefined || takesOver) return;
    this.#ws = loadWs(options.webSocketProtocols ?? []);
    this.#ws.catch((error) => {
      // Where somebody hears of failures, each upgrade tells of it.
      if (options.onConnectionError === undefined) console.error(error);
    });
  }

  /** How many are open, or closing. */
  get size(): number {
    return this.#open.size;
  }

  /**
   * Takes the connection of a request over, which the WebSocket then owns. Where Deno takes it, Node's
   * socket is empty afterwards, and `released` is called.
   *
   * @throws {Error} If the request is refused, and has been answered so.
   */
  async upgrade(
    message: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    origin: string,
    released: () => void,
  ): Promise<void> {
    const connection: HttpConnection = {
      remoteAddress: message.socket.remoteAddress,
      remotePort: message.socket.remotePort,
      message,
    };
    if ("setTimeout" in socket) (socket as Socket).setTimeout(0); // HTTP's limits end here
    // Without a body nothing of the response is looked at but its end, which is the connection's.
    const request = makeRequest(message, socket as unknown as ServerResponse, origin);
    let web: WebSocket;
    try {
      if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
        throw new TypeError("Cannot open a WebSocket: upgrade is to something else");
      }
      web = this.#ws === undefined
        ? openByDeno(socket, head, request, this.#options.webSocketProtocols)
        : await openByWs(this.#ws, message, socket, head);
    } catch (error) {
      const isOurs = error instanceof NotLoadedError;
      refuse(socket, isOurs ? "500 Internal Server Error" : "400 Bad Request");
      throw error;
    }
    this.#open.add(web);
    if (this.#ws === undefined) web.addEventListener("open", released);
    web.addEventListener("close", () => this.#forget(web));
    try {
      this.#options.onWebSocket!(web, request, connection);
      if (this.#ws !== undefined) tellOpen(web);
    } catch (error) {
      closeOpen(web, FAILED, "the server failed");
      throw error;
    }
    if (this.#closing) closeOpen(web, ...GOODBYE);
  }

  /** Begins to close all (RFC 6455 section 7.1.2). */
  close(): void {
    this.#closing = true;
    for (const web of this.#open) closeOpen(web, ...GOODBYE);
  }

  /** Waits for no answer to a close any more. */
  abandon(): void {
    this.close();
    this.#open.clear();
    this.#onEmpty();
  }

  #forget(web: WebSocket): void {
    if (this.#open.delete(web) && this.#open.size === 0) this.#onEmpty();
  }
}

/** By Deno's own means. */
function openByDeno(
  socket: Duplex,
  head: Buffer,
  request: Request,
  protocols: readonly string[] = [],
): WebSocket {
  const offered = offeredProtocols(request);
  const protocol = protocols.find((name) => offered.includes(name));
  const headers = new Headers(request.headers);
  // Deno looks for them between ", ", where clients may write a bare comma (RFC 9110 section 5.6.1).
  if (offered.length > 0) headers.set("sec-websocket-protocol", offered.join(", "));
  return Deno.upgradeWebSocket(new Request(request.url, { headers }), {
    socket: socket as Socket,
    head,
    ...(protocol !== undefined && { protocol }),
  }).socket;
}

/** By npm's `ws`; the connection waits until it is loaded. */
async function openByWs(
  loading: Promise<WsOpener>,
  message: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<WebSocket> {
  socket.pause();
  socket.on("error", () => {}); // it may fail meanwhile: its close tells all
  const web = (await loading).open(message, socket, head);
  socket.resume();
  return web;
}

/** Answers that there will be no WebSocket. */
function refuse(socket: Duplex, status: string): void {
  if (socket.destroyed) return;
  socket.resume();
  socket.once("finish", () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** The sub-protocols that a client offers. */
function offeredProtocols(request: Request): string[] {
  const offered = request.headers.get("sec-websocket-protocol")?.split(",") ?? [];
  return offered.map((name) => name.trim()).filter((name) => name !== "");
}

/** Closes a WebSocket, once it is open. */
function closeOpen(web: WebSocket, code: number, reason: string): void {
  if (web.readyState === WebSocket.OPEN) web.close(code, reason);
  else if (web.readyState === WebSocket.CONNECTING) {
    web.addEventListener("open", () => web.close(code, reason));
  }
}
