/**
 * TLS over any listener.
 *
 * @module
 */
import { callback, integer, object, optional, orElse } from "../core/arguments.ts";
import type { Endpoint, ListenerEndpoint, StreamEndpoint } from "../core/endpoint.ts";
import { closedError } from "../core/errors.ts";
import { type AcceptErrorHandler, ListenerBase } from "../core/listener.ts";
import { beginWait, type Wait } from "../core/wait.ts";
import { checkListener } from "./_listener.ts";
import { SERVER_SHAPE, type ServerContexts, type TlsServerOptions } from "./_tls_options.ts";
import type { TlsEndpoint } from "./_tls_stream.ts";
import { serverContexts, serverHandshake } from "./start_tls.ts";

/** Options of {@linkcode listenTls}. */
export interface ListenTlsOptions extends TlsServerOptions {
  /** Milliseconds that a handshake may take, 1 to 2^31 - 1. Default 10000. */
  handshakeTimeoutMs?: number;
  /** Hears of handshakes that failed: those connections are closed, and accepting goes on. */
  onError?: AcceptErrorHandler;
}

/** A listener whose connections speak TLS. */
export interface TlsListener<A> extends ListenerEndpoint<A, TlsEndpoint<A>> {
  /** The application protocols that it offers (ALPN). */
  readonly alpnProtocols: readonly string[];
}

const ACTION = "listen for TLS";
const OPTIONS = object({
  ...SERVER_SHAPE,
  handshakeTimeoutMs: orElse(integer(1, 0x7fffffff), 10_000),
  onError: optional(callback<AcceptErrorHandler>()),
});

/** Handshakes under way and connections that wait to be accepted, together: the backlog. */
const MOST_WAITING = 64;

/**
 * A listener whose connections speak TLS, over any listener of streams. Handshakes go on beside each
 * other: a slow client holds up nobody. They begin before anybody accepts, for up to 64 connections, as
 * the kernel does in the backlog.
 *
 * The new listener owns the old one. What it accepts is what {@linkcode startTls} makes;
 * {@linkcode serveHttp} over it is HTTPS.
 *
 * @example HTTPS over a Unix socket
 * ```ts ignore
 * import { unix } from "@berkeley/sockets";
 * import { listenTls, serveHttp } from "@berkeley/sockets/bridge";
 *
 * const listener = listenTls(await unix.listen({ path: "/run/app.sock" }), {
 *   cert: await Deno.readTextFile("server.pem"),
 *   key: await Deno.readTextFile("server.key"),
 * });
 * serveHttp(listener, () => new Response("Hello over TLS"));
 * ```
 *
 * @typeParam A The listener's addresses.
 * @param listener Where to accept connections.
 * @param options The certificate and what to ask of clients.
 * @returns The listener.
 * @throws {TypeError} If an option is of the wrong kind.
 * @throws {Error} If the certificate or the key cannot be parsed.
 */
export function listenTls<A>(
  listener: ListenerEndpoint<A, Endpoint<A>>,
  options: ListenTlsOptions,
): TlsListener<A> {
  checkListener(listener, ACTION);
  const given = OPTIONS(options, ACTION, "options");
  const { handshakeTimeoutMs, onError } = given;
  const contexts = serverContexts(given, ACTION);
  return new TlsListening(listener, contexts, handshakeTimeoutMs, onError);
}

class TlsListening<A> extends ListenerBase<A, TlsEndpoint<A>> implements TlsListener<A> {
  readonly alpnProtocols: readonly string[];
  readonly #listener: ListenerEndpoint<A, StreamEndpoint<A>>;
  readonly #contexts: ServerContexts;
  readonly #handshakeTimeoutMs: number;
  readonly #onHandshakeError: AcceptErrorHandler | undefined;
  readonly #ready: TlsEndpoint<A>[] = [];
  readonly #ending = new AbortController();
  #handshakes = 0;
  #accepting = false;
  #failure: { error: unknown } | undefined;
  #wake: (() => void) | undefined;

  constructor(
    listener: ListenerEndpoint<A, StreamEndpoint<A>>,
    contexts: ServerContexts,
    handshakeTimeoutMs: number,
    onError: AcceptErrorHandler | undefined,
  ) {
    super(listener, undefined); // the listener beneath survives what can be survived
    this.#listener = listener;
    this.#contexts = contexts;
    this.#handshakeTimeoutMs = handshakeTimeoutMs;
    this.#onHandshakeError = onError;
    this.alpnProtocols = [...contexts.options.alpnProtocols ?? []];
    this.#acceptNext();
  }

  protected override async next(wait: Wait | undefined): Promise<TlsEndpoint<A>> {
    for (;;) {
      const connection = this.#ready.shift();
      if (connection !== undefined) {
        this.#acceptNext();
        return connection;
      }
      if (this.closed) throw closedError("accept");
      if (this.#failure) throw this.#failure.error;
      this.#acceptNext();
      await new Promise<void>((resolve, reject) => {
        this.#wake = resolve;
        wait?.arm(reject);
      }).finally(() => {
        this.#wake = undefined;
        wait?.disarm();
      });
    }
  }

  /** Accepts beneath unless that is under way, or enough wait. */
  #acceptNext(): void {
    if (this.#accepting || this.closed || this.#failure) return;
    if (this.#handshakes + this.#ready.length >= MOST_WAITING) return;
    this.#accepting = true;
    this.#listener.accept().then((endpoint) => {
      this.#accepting = false;
      this.#shakeHands(endpoint);
      this.#acceptNext();
    }, (error) => {
      this.#accepting = false;
      this.#failure = { error };
      this.#wake?.();
    });
  }

  async #shakeHands(endpoint: StreamEndpoint<A>): Promise<void> {
    this.#handshakes++;
    const wait = { signal: this.#ending.signal, timeoutMs: this.#handshakeTimeoutMs };
    try {
      const connection = await serverHandshake(endpoint, this.#contexts, beginWait(wait));
      if (this.closed) connection.close();
      else this.#ready.push(connection);
    } catch (error) {
      endpoint.close();
      if (!this.closed) this.#onHandshakeError?.(error as Error);
    } finally {
      this.#handshakes--;
      this.#acceptNext();
      this.#wake?.();
    }
  }

  protected override release(): void {
    super.release();
    this.#ending.abort();
    for (const connection of this.#ready.splice(0)) connection.close();
    this.#wake?.();
  }
}
