/**
 * HTTP/1.1 requests over a connection of one's own.
 *
 * @module
 */
import { Agent, type ClientRequest, type IncomingMessage, request as openRequest } from "node:http";
import { Duplex } from "node:stream";
import { setImmediate } from "node:timers";
import type { StreamEndpoint } from "../core/endpoint.ts";
import { socketError } from "../core/errors.ts";
import { bodyStream, pumpBody, startBody } from "./_http_body.ts";
import { fromNodeError } from "./_node_errors.ts";
import { checkStream, toNodeDuplex } from "./to_node_duplex.ts";

/** The one connection of an endpoint: requests wait for each other. */
class OneConnection extends Agent {
  #connection: Duplex | undefined;

  constructor(endpoint: StreamEndpoint<unknown>) {
    super({ keepAlive: true, maxSockets: 1 });
    const connection = toNodeDuplex(endpoint);
    // A server that ends its direction takes no more requests: Node waits for the close.
    connection.once("end", () => connection.destroySoon());
    this.#connection = connection;
  }

  /** All hosts are reached over the same connection. */
  override getName(): string {
    return "";
  }

  override createConnection(): Duplex {
    const connection = this.#connection;
    this.#connection = undefined;
    if (connection !== undefined && !connection.destroyed) return connection;
    // Not thrown: Node also asks from within an event, where nobody would catch it.
    const none = new Duplex({ read() {}, write: (_chunk, _encoding, callback) => callback() });
    setImmediate(() => none.destroy(ended()));
    return none;
  }
}

const CONNECTIONS = new WeakMap<StreamEndpoint<unknown>, OneConnection>();

/** These have no body for the platform's Response (RFC 9110 sections 15.2 to 15.4). */
const BODILESS = [204, 205, 304];

/**
 * Sends a request over an endpoint and resolves to the response: HTTP/1.1 as `fetch` speaks it, over a
 * Unix socket, Multipath TCP, TLS, any stream. The URL's host goes into the `Host` field, its scheme
 * opens nothing: for https the endpoint is what {@linkcode startTls} made.
 *
 * The connection is kept: once a body has been read to its end the next request goes over the same
 * endpoint, and requests made meanwhile wait for it. Bodies stream both ways. Redirects are answers like
 * others, nothing is decompressed and no cookie is kept. Aborting the request's signal, cancelling a
 * body and errors close the endpoint, since the connection cannot be used any more; the first request
 * takes the endpoint over.
 *
 * @example Two requests over one Unix socket
 * ```ts
 * import { unix } from "@berkeley/sockets";
 * import { fetchOver, serveHttp } from "@berkeley/sockets/bridge";
 * import { assertEquals } from "@std/assert";
 *
 * const listener = await unix.listen({ path: "\0fetch-over-example" });
 * await using server = serveHttp(listener, (request) => new Response(new URL(request.url).pathname));
 *
 * using endpoint = await unix.connect({ path: "\0fetch-over-example" });
 * for (const path of ["/first", "/second"]) {
 *   const response = await fetchOver(endpoint, `http://localhost${path}`);
 *   assertEquals(await response.text(), path);
 * }
 * ```
 *
 * @param endpoint A connected stream endpoint.
 * @param input The request, or its URL (http: or https:).
 * @param init As of `fetch`.
 * @returns The response, as soon as its head has come.
 * @throws {TypeError} If the endpoint or the URL is of the wrong kind, or the server spoke no HTTP.
 * @throws {SocketError} `ECONNRESET` if the connection ended before the response.
 */
export async function fetchOver<A>(
  endpoint: StreamEndpoint<A>,
  input: Request | URL | string,
  init?: RequestInit,
): Promise<Response> {
  checkStream(endpoint, "fetch");
  const request = new Request(input, init);
  const url = new URL(request.url);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new TypeError(`Cannot fetch: ${url.protocol} is not http: or https:`);
  }
  request.signal.throwIfAborted();
  let agent = CONNECTIONS.get(endpoint);
  if (agent === undefined) CONNECTIONS.set(endpoint, agent = new OneConnection(endpoint));
  const reader = request.body?.getReader();
  const body = reader && await startBody(reader);
  if (request.signal.aborted) {
    reader?.cancel(request.signal.reason).catch(() => {});
    throw request.signal.reason;
  }
  const outgoing = openRequest({
    agent,
    method: request.method,
    path: url.pathname + url.search,
    headers: headersOf(request, url, body?.whole),
    setHost: false,
  });
  const abort = (): void => void outgoing.destroy(request.signal.reason);
  request.signal.addEventListener("abort", abort);
  outgoing.once("close", () => request.signal.removeEventListener("abort", abort));
  try {
    const answer = answered(outgoing);
    if (body === undefined || body.whole !== undefined) outgoing.end(body?.whole);
    else {
      // A server may answer, and even close, before it has read all.
      pumpBody(reader!, body.first, body.next, outgoing).then(
        (bytes) => bytes !== undefined && outgoing.end(),
        (error) => outgoing.destroy(error),
      );
    }
    return responseOf(await answer, outgoing);
  } catch (error) {
    outgoing.destroy();
    request.signal.throwIfAborted();
    throw fromNodeError(error, "fetch");
  }
}

/** Header fields with the body's length, where it is known; a POST without a body says so (RFC 9110 section 8.6). */
function headersOf(request: Request, url: URL, whole: Uint8Array | undefined): string[] {
  const fields: string[] = ["Host", request.headers.get("host") ?? url.host];
  request.headers.forEach((value, name) => {
    if (name !== "host" && name !== "content-length") fields.push(name, value);
  });
  const sendsOne = request.body === null && ["POST", "PUT", "PATCH"].includes(request.method);
  const length = whole?.length ?? (sendsOne ? 0 : request.headers.get("content-length"));
  if (length !== null) fields.push("Content-Length", `${length}`);
  return fields;
}

/** The head of the response; of an interim one (100, 103) the next. */
function answered(outgoing: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.on("response", resolve);
    outgoing.on("error", reject);
    outgoing.on("close", () => reject(ended()));
    outgoing.on("upgrade", (_message, socket: Duplex) => {
      socket.destroy();
      reject(new TypeError("Cannot fetch: the server switched to another protocol"));
    });
  });
}

function responseOf(message: IncomingMessage, outgoing: ClientRequest): Response {
  const headers = new Headers();
  const { rawHeaders, statusCode: status = 0, statusMessage: statusText } = message;
  for (let i = 0; i < rawHeaders.length; i += 2) headers.append(rawHeaders[i], rawHeaders[i + 1]);
  if (status < 200 || status > 599) {
    throw new TypeError(`Cannot fetch: the server answered with status ${status}`);
  }
  if (BODILESS.includes(status) || outgoing.method === "HEAD") {
    message.resume();
    return new Response(null, { status, statusText, headers });
  }
  const body = bodyStream(message, () => message.destroy());
  return new Response(body, { status, statusText, headers });
}

function ended(): Error {
  return socketError("ECONNRESET", {
    syscall: "fetch",
    message: "the connection ended before the response",
  });
}
