import type { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { checkKeys, integer, optional } from "../core/arguments.ts";

/** Who sent a request. */
export interface HttpConnection {
  /** The client's IP address; `undefined` where it has none. */
  readonly remoteAddress: string | undefined;
  /** The client's port; `undefined` where it has none. */
  readonly remotePort: number | undefined;
  /** Node's message, with headers as they were written, trailers and the socket. */
  readonly message: IncomingMessage;
}

/** Answers a request. */
export type HttpHandler = (
  request: Request,
  connection: HttpConnection,
) => Response | Promise<Response>;

/** Options of {@linkcode serveHttp}. */
export interface ServeHttpOptions {
  /** Answers what the handler threw for. Default: status 500, and the error on the console. */
  onError?: (error: unknown) => Response | Promise<Response>;
  /**
   * Hears of connections that failed: no HTTP came, the client vanished, a body broke off. They are
   * answered (400, 408, 431) where that is possible, and closed; the server goes on.
   */
  onConnectionError?: (error: unknown) => void;
  /**
   * Takes requests with an `Upgrade` field over (RFC 9110 section 7.8) as Node's `"upgrade"` event
   * does: the request, the connection, what came after the head. It is what `ws` asks for
   * (`webSocketServer.handleUpgrade`). Without it they are requests like others.
   */
  onUpgrade?: (message: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /**
   * Takes WebSocket requests (RFC 6455) over, each as a `WebSocket`: over TCP listeners of the libc
   * engine by `Deno.upgradeWebSocket`, over all others by npm's `ws`. Messages may have 64 MiB; a
   * client that says nothing for 30 seconds is asked, and given up when it does not answer. Bad
   * requests, and those with another `Upgrade`, are refused with 400.
   *
   * `ws` is downloaded and loaded for the first server that needs it (`deno cache npm:ws@^8.18.3`
   * fetches it before), and then needs `--allow-env=WS_NO_BUFFER_UTIL` (or
   * `--ignore-env=WS_NO_BUFFER_UTIL`): it looks there when it is loaded. Without it upgrades are
   * refused with 500, and `onConnectionError`, else the console, hears why. Its objects are used like
   * the platform's (`addEventListener`, `onmessage`, `binaryType` `"arraybuffer"`), but are not
   * `instanceof WebSocket`, nor are its events the platform's classes; they have no `dispatchEvent`,
   * and of the options of `addEventListener` they know `once`. They are open from the start, and
   * `"open"` is told once `onWebSocket` has returned. A client that breaks the protocol's rules is told
   * the code, and closes here with 1006 after an `"error"`; one that vanishes closes with 1006 alone.
   */
  onWebSocket?: (socket: WebSocket, request: Request, connection: HttpConnection) => void;
  /** Sub-protocols for `onWebSocket`, the preferred first. Default none. */
  webSocketProtocols?: readonly string[];
  /** Milliseconds that a connection may be idle between requests, 0 (no limit) to 2^31 - 1. Default 5000. */
  keepAliveTimeoutMs?: number;
  /** Milliseconds for the head of a request, 0 (no limit) to 2^31 - 1. Default 60000. */
  headersTimeoutMs?: number;
  /** Milliseconds for a whole request, 0 (no limit) to 2^31 - 1. Default 300000. */
  requestTimeoutMs?: number;
  /** The longest head of a request, 1 to 2^31 - 1 bytes. Default 16384. */
  maxHeaderBytes?: number;
  /** Shuts the server down as {@linkcode HttpServer.shutdown} does. */
  signal?: AbortSignal;
}

const MAX_MS = 0x7fffffff;
/** Defaults of the limits of time. */
export const LIMITS = {
  keepAliveTimeoutMs: 5000,
  headersTimeoutMs: 60_000,
  requestTimeoutMs: 300_000,
} as const;
const KEYS = [
  "onError",
  "onConnectionError",
  "onUpgrade",
  "onWebSocket",
  "webSocketProtocols",
  ...Object.keys(LIMITS),
  "maxHeaderBytes",
  "signal",
];

/** Refuses what is of the wrong kind. */
export function checkArguments(handler: unknown, options: ServeHttpOptions): void {
  if (typeof handler !== "function") {
    throw new TypeError("Cannot serve HTTP: handler is not a function");
  }
  checkKeys(options, KEYS, "serve HTTP");
  for (const name of ["onError", "onConnectionError", "onUpgrade", "onWebSocket"] as const) {
    if (options[name] !== undefined && typeof options[name] !== "function") {
      throw new TypeError(`Cannot serve HTTP: ${name} is not a function`);
    }
  }
  if (options.onUpgrade !== undefined && options.onWebSocket !== undefined) {
    throw new TypeError("Cannot serve HTTP: onUpgrade and onWebSocket exclude each other");
  }
  const { webSocketProtocols: protocols } = options;
  if (protocols !== undefined && !isListOfTexts(protocols)) {
    throw new TypeError("Cannot serve HTTP: webSocketProtocols is not an array of strings");
  }
  for (const name of Object.keys(LIMITS) as (keyof typeof LIMITS)[]) {
    optional(integer(0, MAX_MS))(options[name], "serve HTTP", name);
  }
  optional(integer(1, MAX_MS))(options.maxHeaderBytes, "serve HTTP", "maxHeaderBytes");
  if (options.signal !== undefined && !(options.signal instanceof AbortSignal)) {
    throw new TypeError("Cannot serve HTTP: signal is not an AbortSignal");
  }
}

/** How often the limits are looked after: Node's own interval, or what the shortest limit needs. */
export function checkingMs(limits: readonly number[]): number {
  const shortest = Math.min(...limits.filter((limit) => limit > 0), MAX_MS);
  return Math.min(30_000, Math.max(20, Math.ceil(shortest / 4)));
}

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
