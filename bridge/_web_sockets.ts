import type { Buffer } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { ListenerEndpoint } from "../core/endpoint.ts";
import type { HttpConnection, ServeHttpOptions } from "./_http_options.ts";
import { makeRequest } from "./_http_request.ts";

// RFC 6455 section 7.4.1; the platform's close() takes only 1000 and 3000 to 4999 of a client.
const GOING_AWAY = 1001;
const FAILED = 1011;

/** Refuses a listener whose connections Deno cannot take over. */
export function checkWebSocketListener(listener: ListenerEndpoint<unknown, unknown>): void {
  const { engine, family } = listener;
  const isTcp = family === "inet" || family === "inet6";
  if (engine === "libc" && isTcp && !("alpnProtocols" in listener)) return;
  throw new TypeError(
    "Cannot serve HTTP: onWebSocket takes a TCP listener of the libc engine without TLS; " +
      "elsewhere use onUpgrade, and npm:ws",
  );
}

/** The WebSockets of a server: opened by Deno's own means over connections that begin as HTTP. */
export class WebSockets {
  readonly #options: ServeHttpOptions;
  readonly #open = new Set<WebSocket>();
  readonly #onEmpty: () => void;

  /** `onEmpty` runs whenever the last one has gone. */
  constructor(options: ServeHttpOptions, onEmpty: () => void) {
    this.#options = options;
    this.#onEmpty = onEmpty;
  }

  /** How many are open, or closing. */
  get size(): number {
    return this.#open.size;
  }

  /**
   * Takes the connection of a request over, which the WebSocket then owns: Node's socket is empty
   * afterwards, and `released` is called.
   */
  upgrade(
    message: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    origin: string,
    released: () => void,
  ): void {
    const connection: HttpConnection = {
      remoteAddress: message.socket.remoteAddress,
      remotePort: message.socket.remotePort,
      message,
    };
    // Without a body nothing of the response is looked at but its end, which is the connection's.
    const request = makeRequest(message, socket as unknown as ServerResponse, origin);
    let web: WebSocket;
    try {
      const offered = offeredProtocols(request);
      const protocol = this.#options.webSocketProtocols?.find((name) => offered.includes(name));
      const headers = new Headers(request.headers);
      // Deno looks for them between ", ", where clients may write a bare comma (RFC 9110 section 5.6.1).
      if (offered.length > 0) headers.set("sec-websocket-protocol", offered.join(", "));
      web = Deno.upgradeWebSocket(new Request(request.url, { headers }), {
        socket: socket as Socket,
        head,
        ...(protocol !== undefined && { protocol }),
      }).socket;
    } catch (error) {
      socket.once("finish", () => socket.destroy());
      socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      throw error;
    }
    this.#open.add(web);
    web.addEventListener("open", released);
    web.addEventListener("close", () => this.#forget(web));
    try {
      this.#options.onWebSocket!(web, request, connection);
    } catch (error) {
      closeOpen(web, FAILED, "the server failed");
      throw error;
    }
  }

  /** Begins to close all (RFC 6455 section 7.1.2). */
  close(): void {
    for (const web of this.#open) {
      closeOpen(web, GOING_AWAY, "the server shuts down");
    }
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
