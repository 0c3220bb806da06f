/**
 * HTTP/1.1 over any listener.
 *
 * @module
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Buffer } from "node:buffer";
import { closeSync } from "node:fs";
import { Socket } from "node:net";
import { after } from "../core/clock.ts";
import { showAs } from "../core/inspect.ts";
import type { Duplex } from "node:stream";
import type { Endpoint, ListenerEndpoint, StreamEndpoint } from "../core/endpoint.ts";
import { hasDescriptor } from "./_descriptor.ts";
import { checkListener } from "./_listener.ts";
import {
  checkArguments,
  checkingMs,
  type HttpConnection,
  type HttpHandler,
  LIMITS,
  type ServeHttpOptions,
} from "./_http_options.ts";
import { makeRequest } from "./_http_request.ts";
import { sendResponse } from "./_http_response.ts";
import { takesOver, WebSockets } from "./_web_sockets.ts";
import { toNodeDuplex } from "./to_node_duplex.ts";

/** A running server. */
export interface HttpServer<A> extends AsyncDisposable {
  /** Where it listens. */
  readonly localAddr: A;
  /** Resolves once the server listens no more and all connections are closed; rejects if accepting failed. */
  readonly finished: Promise<void>;
  /**
   * Accepts no more, lets requests under way be answered, closes idle connections; resolves when all
   * are closed. New connections have a second for their first request, and WebSockets for the close
   * that they are told of; upgraded ones are closed.
   */
  shutdown(): Promise<void>;
  /** Closes everything at once. */
  close(): void;
  /** Lets the server keep the process alive (the default). */
  ref(): void;
  /** Lets the process end though the server runs. */
  unref(): void;
}

/** How long a shutdown waits for the first request of connections that were accepted already. */
const FIRST_REQUEST_GRACE_MS = 1000;
/**
 * Serves HTTP/1.1 over any listener of streams: TCP, Multipath TCP, Unix, abstract, inherited from
 * systemd. Connections are kept alive, bodies stream both ways and make their sender wait.
 *
 * The server owns the listener from now on, and closes it. Connections of the libc engine are handed over
 * to Node by their descriptors, which is the fastest; any other is served as a Duplex.
 *
 * @example A request over TCP
 * ```ts
 * import { tcp } from "@berkeley/sockets";
 * import { serveHttp } from "@berkeley/sockets/bridge";
 * import { assertEquals } from "@std/assert";
 *
 * const listener = await tcp.listen({ hostname: "127.0.0.1", port: 0 });
 * await using server = serveHttp(listener, async (request) => {
 *   return new Response(`Hello, ${await request.text()}`);
 * });
 *
 * const url = `http://127.0.0.1:${server.localAddr.port}/`;
 * const response = await fetch(url, { method: "POST", body: "world" });
 * assertEquals(await response.text(), "Hello, world");
 * ```
 *
 * @example WebSockets
 * ```ts
 * import { tcp } from "@berkeley/sockets";
 * import { serveHttp } from "@berkeley/sockets/bridge";
 * import { assertEquals } from "@std/assert";
 *
 * const listener = await tcp.listen({ hostname: "127.0.0.1", port: 0 });
 * const server = serveHttp(listener, () => new Response("no WebSocket"), {
 *   onWebSocket(socket) {
 *     socket.onmessage = ({ data }) => socket.send(data);
 *   },
 * });
 *
 * const client = new WebSocket(`ws://127.0.0.1:${server.localAddr.port}/`);
 * client.onopen = () => client.send("Hello");
 * const answer = await new Promise((resolve) => client.onmessage = ({ data }) => resolve(data));
 * assertEquals(answer, "Hello");
 * await server.shutdown(); // tells the client, and waits for its close
 * ```
 *
 * @typeParam A The listener's addresses.
 * @param listener Where to accept connections.
 * @param handler Answers each request.
 * @param options Limits, and who hears of errors.
 * @returns The server, which runs already.
 * @throws {TypeError} If an argument is of the wrong kind.
 * @throws {RangeError} If a limit is out of range.
 */
export function serveHttp<A>(
  listener: ListenerEndpoint<A, Endpoint<A>>,
  handler: HttpHandler,
  options: ServeHttpOptions = {},
): HttpServer<A> {
  checkListener(listener, "serve HTTP");
  checkArguments(handler, options);
  return new Serving(listener, handler, options);
}

class Serving<A> implements HttpServer<A> {
  readonly localAddr: A;
  readonly finished: Promise<void>;
  readonly #listener: ListenerEndpoint<A, StreamEndpoint<A>>;
  readonly #handler: HttpHandler;
  readonly #options: ServeHttpOptions;
  readonly #server: Server;
  readonly #origin: string;
  readonly #connections = new Set<Duplex>();
  /** The last request of each. */
  readonly #latest = new Map<Duplex, IncomingMessage>();
  /** Connections without a request so far, or upgraded: what Node never counts as idle. */
  readonly #silent = new Set<Duplex>();
  readonly #webSockets: WebSockets;
  /** Whether Node's server accepts, and not this one. */
  readonly #nodeAccepts: boolean;
  #listening = true;
  #finish!: () => void;
  #fail!: (reason: unknown) => void;

  constructor(
    listener: ListenerEndpoint<A, StreamEndpoint<A>>,
    handler: HttpHandler,
    options: ServeHttpOptions,
  ) {
    this.#listener = listener;
    this.#handler = handler;
    this.#options = options;
    this.localAddr = listener.localAddr;
    this.#origin = originOf(listener);
    this.#nodeAccepts = options.onWebSocket !== undefined && takesOver(listener);
    this.#webSockets = new WebSockets(options, this.#nodeAccepts, () => this.#finishIfDone());
    this.finished = new Promise((resolve, reject) => {
      this.#finish = resolve;
      this.#fail = reject;
    });
    this.finished.catch(() => {});
    this.#server = this.#makeServer();
    if (this.#nodeAccepts && hasDescriptor(listener)) {
      // Deno 2.9 cannot free a socket's descriptor for a WebSocket that it has not accepted itself:
      // libuv goes on to know its number, and refuses the next connection that gets it.
      this.#server.listen({ fd: listener.detach() });
      this.#server.once("error", (error) => this.#broke(error));
    } else {
      // A server that does not listen itself would end each connection after one response.
      Object.defineProperty(this.#server, "listening", { get: () => this.#listening });
      // From here on Node looks after the limits of time.
      this.#server.emit("listening");
      this.#accept();
    }
    const { signal } = options;
    const stop = (): void => void this.shutdown();
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
    this.finished.finally(() => signal?.removeEventListener("abort", stop)).catch(() => {});
  }

  shutdown(): Promise<void> {
    this.#stopListening();
    this.#server.closeIdleConnections();
    this.#webSockets.close();
    if (this.#silent.size + this.#webSockets.size > 0) {
      const stop = after(FIRST_REQUEST_GRACE_MS, () => {
        for (const connection of this.#silent) connection.destroy();
        this.#webSockets.abandon();
      });
      this.finished.then(stop, stop);
    }
    return this.finished;
  }

  close(): void {
    this.#stopListening();
    for (const connection of this.#connections) connection.destroy();
    this.#webSockets.abandon();
  }

  ref(): void {
    if (this.#nodeAccepts) this.#server.ref();
    else this.#listener.ref();
  }

  unref(): void {
    if (this.#nodeAccepts) this.#server.unref();
    else this.#listener.unref();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  #makeServer(): Server {
    const { keepAliveTimeoutMs, headersTimeoutMs, requestTimeoutMs } = {
      ...LIMITS,
      ...this.#options,
    };
    const server = createServer({
      keepAliveTimeout: keepAliveTimeoutMs,
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: checkingMs([headersTimeoutMs, requestTimeoutMs]),
      maxHeaderSize: this.#options.maxHeaderBytes,
    }, (message, response) => this.#answer(message, response));
    // A client may end its direction once it has asked; Node would take back what it has asked for.
    Object.assign(server, { httpAllowHalfOpen: true });
    server.on("connection", (connection: Duplex) => this.#track(connection));
    server.on("clientError", (error: Error, socket: Duplex) => this.#refuse(error, socket));
    const { onUpgrade } = this.#options;
    if (onUpgrade !== undefined) {
      server.on("upgrade", (message, socket, head) => {
        this.#silent.add(socket);
        onUpgrade(message, socket, head);
      });
    }
    if (this.#options.onWebSocket !== undefined) {
      server.on("upgrade", (message, socket, head) => {
        if (!this.#nodeAccepts) this.#silent.add(socket);
        this.#openWebSocket(message, socket, head);
      });
    }
    return server;
  }

  #openWebSocket(message: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#webSockets.upgrade(message, socket, head, this.#origin, () => this.#forget(socket))
      .catch((error) => this.#connectionFailed(error));
  }

  async #accept(): Promise<void> {
    try {
      for await (const endpoint of this.#listener) {
        this.#server.emit("connection", connectionOver(endpoint));
      }
    } catch (error) {
      this.#broke(error);
    }
  }

  /** Accepting has failed. */
  #broke(error: unknown): void {
    this.#fail(error);
    this.close();
  }

  #track(connection: Duplex): void {
    this.#connections.add(connection);
    this.#silent.add(connection);
    connection.once("close", () => this.#forget(connection));
    // What it was still about to send will not come.
    connection.once("end", () => {
      if (this.#latest.get(connection)?.complete === false) connection.destroy();
    });
  }

  #forget(connection: Duplex): void {
    this.#connections.delete(connection);
    this.#silent.delete(connection);
    this.#latest.delete(connection);
    this.#finishIfDone();
  }

  #stopListening(): void {
    if (!this.#listening) return;
    this.#listening = false;
    this.#listener.close();
    if (this.#nodeAccepts) this.#server.close();
    this.#finishIfDone();
  }

  #finishIfDone(): void {
    if (this.#listening || this.#connections.size + this.#webSockets.size > 0) return;
    this.#server.close(); // ends its looking after limits
    this.#finish();
  }

  /** Without a promise of its own where the handler gives its response at once. */
  #answer(message: IncomingMessage, response: ServerResponse): void {
    this.#silent.delete(message.socket);
    this.#latest.set(message.socket, message);
    if (message.method === "TRACE") {
      // The platform has no Request for it, and answering it tells cookies to scripts.
      response.writeHead(405, ["content-length", "0"]).end();
      return;
    }
    try {
      const request = makeRequest(message, response, this.#origin);
      const answer = this.#handler(request, new MessageConnection(message));
      const sending = answer instanceof Response
        ? this.#send(answer, message, response)
        : Promise.resolve(answer).then((answer) => this.#send(answer, message, response));
      sending?.catch((error) => this.#failed(error, message, response));
    } catch (error) {
      this.#failed(error, message, response);
    }
  }

  #send(
    answer: Response,
    message: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> | undefined {
    checkResponse(answer);
    return sendResponse(answer, response, message.method === "HEAD");
  }

  /** Answers what the handler threw for; a response that has begun can only be broken off. */
  async #failed(error: unknown, message: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      // Of a client that has gone in the midst of its request, nothing is the handler's fault.
      const isCut = message.destroyed && !message.complete;
      if (isCut || response.headersSent || response.destroyed) throw error;
      await this.#send(await this.#errorResponse(error), message, response);
    } catch (error) {
      response.destroy();
      this.#connectionFailed(error);
    }
  }

  async #errorResponse(error: unknown): Promise<Response> {
    const { onError } = this.#options;
    if (onError !== undefined) {
      const answer = await onError(error);
      checkResponse(answer);
      return answer;
    }
    console.error(error);
    return new Response("Internal Server Error", { status: 500 });
  }

  #refuse(error: Error & { code?: string }, socket: Duplex): void {
    this.#connectionFailed(error);
    if (!socket.writable || error.code === "ECONNRESET" || error.code === "EPIPE") {
      socket.destroy();
      return;
    }
    const status = STATUS_BY_CODE[error.code ?? ""] ?? "400 Bad Request";
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    socket.once("finish", () => socket.destroy());
  }

  #connectionFailed(error: unknown): void {
    this.#options.onConnectionError?.(error);
  }
}

showAs(
  Serving.prototype as Serving<unknown>,
  ({ localAddr }) => ({ localAddr }),
  () => "HttpServer",
);

/** What Node's parser and timers say, and the answer (RFC 9110 section 15.5, RFC 6585). */
const STATUS_BY_CODE: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
  HPE_CHUNK_EXTENSIONS_OVERFLOW: "413 Content Too Large",
};

class MessageConnection implements HttpConnection {
  readonly message: IncomingMessage;

  constructor(message: IncomingMessage) {
    this.message = message;
  }

  get remoteAddress(): string | undefined {
    return this.message.socket.remoteAddress;
  }

  get remotePort(): number | undefined {
    return this.message.socket.remotePort;
  }
}

function checkResponse(answer: unknown): asserts answer is Response {
  if (!(answer instanceof Response)) {
    throw new TypeError("Cannot answer: the handler returned no Response");
  }
  if (answer.bodyUsed) throw new TypeError("Cannot answer: the response's body was used already");
  if (answer.type === "error") throw new TypeError("Cannot answer: Response.error() has no status");
}

/** What Node serves: the descriptor where it takes it, else a Duplex. */
function connectionOver(endpoint: StreamEndpoint<unknown>): Duplex {
  if (!hasDescriptor(endpoint)) return toNodeDuplex(endpoint).setNoDelay();
  const fd = endpoint.detach();
  try {
    return new Socket({ fd, readable: true, writable: true, allowHalfOpen: true }).setNoDelay();
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function originOf(listener: ListenerEndpoint<unknown, unknown>): string {
  const scheme = "alpnProtocols" in listener ? "https" : "http";
  const address = listener.localAddr as { hostname?: string; port?: number };
  if (address.hostname === undefined) return `${scheme}://localhost`;
  const host = address.hostname.includes(":") ? `[${address.hostname}]` : address.hostname;
  return new URL(`${scheme}://${host}:${address.port}`).origin;
}
