import type { IncomingMessage, ServerResponse } from "node:http";
import { socketError } from "../core/errors.ts";
import { bodyStream } from "./_http_body.ts";

const MESSAGE = Symbol("message");
const RESPONSE = Symbol("response");
const ORIGIN = Symbol("origin");
const REAL = Symbol("request");
const HEADERS = Symbol("headers");
const URL_TEXT = Symbol("url");

/**
 * A `Request` whose costly parts are made when they are asked for: most handlers look at the method,
 * the path and a header or two, and making a whole `Request` costs as much as answering it.
 */
class LazyRequest {
  readonly [MESSAGE]: IncomingMessage;
  readonly [RESPONSE]: ServerResponse;
  /** `"http://host"`, for requests that name only a path. */
  readonly [ORIGIN]: string;
  [REAL]: Request | undefined = undefined;
  [HEADERS]: Headers | undefined = undefined;
  [URL_TEXT]: string | undefined = undefined;

  constructor(message: IncomingMessage, response: ServerResponse, origin: string) {
    this[MESSAGE] = message;
    this[RESPONSE] = response;
    this[ORIGIN] = origin;
  }

  get method(): string {
    return this[MESSAGE].method!;
  }

  get url(): string {
    return this[URL_TEXT] ??= urlOf(this);
  }

  get headers(): Headers {
    return this[HEADERS] ??= this[REAL]?.headers ?? headersOf(this[MESSAGE]);
  }
}

// Everything else is the whole request's, also what the runtime itself keeps in it under symbols, so
// that `new Request(request)` and `fetch(request)` work.
Object.setPrototypeOf(LazyRequest.prototype, Request.prototype);
const sample = new Request("http://localhost/");
for (
  const key of new Set([
    ...Reflect.ownKeys(Request.prototype),
    ...Object.getOwnPropertySymbols(sample),
  ])
) {
  if (Object.hasOwn(LazyRequest.prototype, key) || key === Symbol.toStringTag) continue;
  const method = typeof Object.getOwnPropertyDescriptor(Request.prototype, key)?.value;
  Object.defineProperty(LazyRequest.prototype, key, {
    configurable: true,
    get(this: LazyRequest): unknown {
      const request = whole(this);
      const value = Reflect.get(request, key);
      return method === "function" ? value.bind(request) : value;
    },
  });
}

/** The request that a message brings. `origin` is `"http://host"`, where the client named none. */
export function makeRequest(
  message: IncomingMessage,
  response: ServerResponse,
  origin: string,
): Request {
  return new LazyRequest(message, response, origin) as unknown as Request;
}

/** As the client wrote it, else with the Host that it named, else with the server's own. */
function urlOf({ [MESSAGE]: message, [ORIGIN]: origin }: LazyRequest): string {
  const target = message.url ?? "/";
  // RFC 9112 section 3.2: a path; of a request to a proxy the whole URL; of OPTIONS "*".
  const path = target === "*" ? "/" : target;
  if (!path.startsWith("/")) return URL.parse(path)?.href ?? new URL("/", origin).href;
  const scheme = origin.slice(0, origin.indexOf("/"));
  const host = message.headers.host;
  const named = host === undefined || /[/?#@\\]/.test(host) ? null : `${scheme}//${host}${path}`;
  return (named && URL.parse(named)?.href) ?? new URL(`${origin}${path}`).href;
}

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let i = 0; i < rawHeaders.length; i += 2) headers.append(rawHeaders[i], rawHeaders[i + 1]);
  return headers;
}

function whole(request: LazyRequest): Request {
  const made = request[REAL];
  if (made !== undefined) return made;
  const { [MESSAGE]: message, [RESPONSE]: response } = request;
  const controller = new AbortController();
  // Who sends no more may have gone, or wait for the answer: it is told, and the answer is sent.
  const { socket } = message;
  const gone = (): void => controller.abort(clientGone());
  if (socket.readableEnded) gone();
  else socket.once("end", gone);
  response.on("close", () => {
    socket.removeListener("end", gone);
    if (!response.writableFinished) gone();
  });
  const { method } = request;
  const body = hasBody(message) && method !== "GET" && method !== "HEAD"
    // What the handler does not want is read and dropped: the connection goes on after it.
    ? bodyStream(message, () => message.resume())
    : null;
  return request[REAL] = new Request(request.url, {
    method,
    headers: request.headers,
    signal: controller.signal,
    body,
  });
}

function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers["content-length"];
  return headers["transfer-encoding"] !== undefined || (length !== undefined && length !== "0");
}

function clientGone(): Error {
  return socketError("ECONNRESET", {
    syscall: "recv",
    message: "the client closed the connection before the response was sent",
  });
}
