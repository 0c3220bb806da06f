/**
 * TLS over any stream endpoint.
 *
 * @module
 */
import { isIP } from "node:net";
import { setImmediate } from "node:timers";
import { connect, createServer, type SecureContext, type TLSSocket } from "node:tls";
import type { StreamEndpoint } from "../core/endpoint.ts";
import {
  boolean,
  type Checked,
  checkKeys,
  object,
  oneOf,
  optional,
  text,
} from "../core/arguments.ts";
import { beginWait, type Wait, WAIT_SHAPE, type WaitOptions } from "../core/wait.ts";
import { denoHandshake, type DenoTlsEndpoint } from "./_deno_tls.ts";
import { fromNodeError } from "./_node_errors.ts";
import {
  checkTogether,
  COMMON_SHAPE,
  type ReadTlsOptions,
  secureOptions,
  SERVER_SHAPE,
  ServerContexts,
  type TlsCommonOptions,
  type TlsServerOptions,
} from "./_tls_options.ts";
import { type TlsEndpoint, TlsStream } from "./_tls_stream.ts";
import { checkStream, EndpointDuplex } from "./to_node_duplex.ts";

/** Options of {@linkcode startTls} for a client. */
export interface StartTlsClientOptions extends TlsCommonOptions, WaitOptions {
  /** Default. */
  side?: "client";
  /**
   * The server's name or IP address, which its certificate must be for; a name is also asked for (SNI).
   * Default: the peer's IP address, where it has one.
   */
  hostname?: string;
  /** Accept any certificate: the peer may be anyone. Default false. */
  insecure?: boolean;
  /** Always `"node"`, for `node:tls`, which serves every endpoint. See {@linkcode StartDenoTlsOptions}. */
  by?: "node";
}

/** Options of {@linkcode startTls} for a client by Deno's own TLS (`Deno.startTls`). */
export interface StartDenoTlsOptions extends WaitOptions {
  /** `"deno"`: for a TCP connection of the deno engine. */
  by: "deno";
  /** Default. */
  side?: "client";
  /** As {@linkcode StartTlsClientOptions.hostname}. */
  hostname?: string;
  /** Root certificates as PEM, beside those that Deno knows. */
  caCerts?: string[];
  /** Application protocols to offer (ALPN, RFC 7301). */
  alpnProtocols?: string[];
}

/** Options of {@linkcode startTls} for a server. */
export interface StartTlsServerOptions extends TlsServerOptions, WaitOptions {
  /** Required for a server. */
  side: "server";
}

const ACTION = "start TLS";
const HOW = {
  by: optional(oneOf("deno", "node")),
  side: optional(oneOf("client", "server")),
  ...WAIT_SHAPE,
} as const;
const CLIENT_SHAPE = {
  ...HOW,
  ...COMMON_SHAPE,
  hostname: optional(text()),
  insecure: optional(boolean),
} as const;
const CLIENT = object(CLIENT_SHAPE);
const SERVER = object({ ...HOW, ...SERVER_SHAPE });
const DENO_CLIENT = object({
  ...HOW,
  hostname: CLIENT_SHAPE.hostname,
  caCerts: COMMON_SHAPE.caCerts,
  alpnProtocols: COMMON_SHAPE.alpnProtocols,
});
const ALL_KEYS = Object.keys({ ...CLIENT_SHAPE, ...SERVER_SHAPE });

/** By whom and for which side; the other keys are looked at by that. */
function howOf(options: unknown): { by?: "deno" | "node"; side?: "client" | "server" } {
  checkKeys(options, ALL_KEYS, ACTION);
  const { by, side } = options as Record<string, unknown>;
  return { by: HOW.by(by, ACTION, "by"), side: HOW.side(side, ACTION, "side") };
}

/**
 * Turns a connected stream endpoint into one that speaks TLS (1.2 and 1.3, by `node:tls`): TCP,
 * Multipath TCP, Unix, or TLS again. Bytes that the endpoint received and nobody took are part of the
 * handshake, so that a protocol may begin in the clear (STARTTLS).
 *
 * With `by: "deno"` a client's TCP connection of the deno engine is taken over by `Deno.startTls`. That
 * tells no version, cipher or certificate, trusts Deno's own roots beside `caCerts`, and refuses a
 * connection that has received bytes nobody took (`Deno.errors.Busy`).
 *
 * The new endpoint owns the old one: closing it says so to the peer (close_notify) and closes both. A
 * handshake that fails, or is given up by `signal` or `timeoutMs`, closes the endpoint.
 *
 * Under TLS 1.3 a client is done before the server has looked at its certificate: a refusal comes with
 * its first receive.
 *
 * @example A certificate for localhost, and both ends in one process
 * ```ts ignore
 * import { tcp } from "@berkeley/sockets";
 * import { startTls } from "@berkeley/sockets/bridge";
 *
 * using connection = await startTls(await tcp.connect({ hostname: "localhost", port: 8443 }), {
 *   hostname: "localhost",
 *   caCerts: [await Deno.readTextFile("ca.pem")],
 *   alpnProtocols: ["echo"],
 * });
 * await connection.sendAll(new TextEncoder().encode("Hello over TLS\n"));
 * ```
 *
 * @example By Deno's own TLS
 * ```ts ignore
 * import { tcp } from "@berkeley/sockets";
 * import { startTls } from "@berkeley/sockets/bridge";
 *
 * const endpoint = await tcp.connect({ hostname: "example.com", port: 443 });
 * using connection = await startTls(endpoint, { by: "deno", hostname: "example.com" });
 * await connection.sendAll(new TextEncoder().encode("GET / HTTP/1.0\r\nHost: example.com\r\n\r\n"));
 * ```
 *
 * @typeParam A The endpoint's addresses.
 * @param endpoint A connected stream endpoint.
 * @param options The side and what to show and to expect.
 * @returns The endpoint that speaks TLS, once the handshake is done.
 * @throws {TypeError} If an option is of the wrong kind, or no hostname is known.
 * @throws {Error} With OpenSSL's code if the peer's certificate is refused
 *   (`SELF_SIGNED_CERT_IN_CHAIN`, `ERR_TLS_CERT_ALTNAME_INVALID`) or the sides agree on nothing.
 * @throws {SocketError} `ECONNRESET` if the connection ended during the handshake.
 */
export function startTls<A>(
  endpoint: StreamEndpoint<A>,
  options?: StartTlsClientOptions | StartTlsServerOptions,
): Promise<TlsEndpoint<A>>;
/** As above, by Deno's own TLS, over a TCP connection of the deno engine. */
export function startTls<A>(
  endpoint: StreamEndpoint<A>,
  options: StartDenoTlsOptions,
): Promise<DenoTlsEndpoint<A>>;
export async function startTls<A>(
  endpoint: StreamEndpoint<A>,
  options: StartTlsClientOptions | StartTlsServerOptions | StartDenoTlsOptions = {},
): Promise<TlsEndpoint<A> | DenoTlsEndpoint<A>> {
  checkStream(endpoint, "start TLS");
  const { by, side } = howOf(options);
  if (by === "deno") return await startByDeno(endpoint, options, side);
  if (side === "server") {
    const given = SERVER(options, ACTION, "options");
    return await serverHandshake(endpoint, serverContexts(given, ACTION), beginWait(given, ACTION));
  }
  const given = CLIENT(options, ACTION, "options");
  checkTogether(given, ACTION);
  const hostname = peerName(endpoint, given.hostname);
  return await clientHandshake(endpoint, given, hostname, beginWait(given, ACTION));
}

async function startByDeno<A>(
  endpoint: StreamEndpoint<A>,
  options: unknown,
  side: "client" | "server" | undefined,
): Promise<DenoTlsEndpoint<A>> {
  if (side === "server") {
    throw new TypeError('Cannot start TLS: by "deno" takes the side "client"');
  }
  const given = DENO_CLIENT(options, ACTION, "options");
  const request = {
    hostname: peerName(endpoint, given.hostname),
    caCerts: given.caCerts?.slice(),
    alpnProtocols: given.alpnProtocols?.slice(),
  };
  return await denoHandshake(endpoint, request, beginWait(given, ACTION));
}

/** Looks at a server's options together, and parses its certificate. */
export function serverContexts(options: ReadTlsOptions, action: string): ServerContexts {
  checkTogether(options, action);
  if (options.cert === undefined) {
    throw new TypeError(`Cannot ${action}: a server needs cert and key`);
  }
  return new ServerContexts(options);
}

function peerName(
  endpoint: StreamEndpoint<unknown>,
  given: string | undefined,
): string {
  const hostname = given ??
    (endpoint.remoteAddr as { hostname?: string } | undefined)?.hostname;
  if (typeof hostname === "string" && hostname !== "") return hostname;
  throw new TypeError("Cannot start TLS: hostname is not given, and the peer has none");
}

async function clientHandshake<A>(
  endpoint: StreamEndpoint<A>,
  options: Checked<typeof CLIENT_SHAPE>,
  hostname: string,
  wait: Wait | undefined,
): Promise<TlsEndpoint<A>> {
  const duplex = new EndpointDuplex(endpoint);
  const isName = isIP(hostname) === 0;
  const socket = await handshake(duplex, wait, (done, failed) => {
    const socket = connect({
      ...secureOptions(options, options),
      socket: duplex,
      host: hostname,
      servername: isName ? hostname : "",
      ALPNProtocols: options.alpnProtocols?.slice(),
      rejectUnauthorized: options.insecure !== true,
    });
    socket.once("secureConnect", () => done(socket));
    socket.once("error", failed);
  });
  return new TlsStream(socket, endpoint, duplex, isName ? hostname : undefined);
}

/** The handshake of a server whose options are checked. */
export async function serverHandshake<A>(
  endpoint: StreamEndpoint<A>,
  contexts: ServerContexts,
  wait: Wait | undefined,
): Promise<TlsEndpoint<A>> {
  const { options } = contexts;
  const { clientCerts = "none" } = options;
  const duplex = new EndpointDuplex(endpoint);
  const socket = await handshake(duplex, wait, (done, failed) => {
    const server = createServer({
      ...secureOptions(options, options),
      ALPNProtocols: options.alpnProtocols?.slice(),
      requestCert: clientCerts !== "none",
      // Looked at below, since Node would not say what is wrong with a certificate.
      rejectUnauthorized: false,
      SNICallback: options.certFor && ((hostname: string, callback: SniCallback) => {
        try {
          callback(null, contexts.contextFor(hostname));
        } catch (error) {
          failed(error);
        }
      }),
    });
    server.once("secureConnection", (socket: TLSSocket) => {
      if (clientCerts === "require" && !socket.authorized) {
        failed(refused(socket.authorizationError));
      } else done(socket);
    });
    server.once("tlsClientError", failed);
    server.emit("connection", duplex);
  });
  const { servername } = socket as TLSSocket & { servername?: string | false };
  return new TlsStream(socket, endpoint, duplex, servername || undefined);
}

type SniCallback = (error: Error | null, context?: SecureContext) => void;

/** Runs a handshake. If it fails or `wait` ends, the connection is destroyed. */
async function handshake(
  duplex: EndpointDuplex,
  wait: Wait | undefined,
  start: (done: (socket: TLSSocket) => void, failed: (reason: unknown) => void) => void,
): Promise<TLSSocket> {
  try {
    return await new Promise<TLSSocket>((resolve, reject) => {
      wait?.arm(reject);
      duplex.once("close", () => reject(hungUp()));
      // Node leaves it at that. What came before the end is dealt with first.
      duplex.once("end", () => setImmediate(() => reject(hungUp())));
      start(resolve, reject);
    });
  } catch (error) {
    duplex.on("error", () => {});
    duplex.destroy();
    throw fromNodeError(error, "handshake");
  } finally {
    wait?.end();
  }
}

function hungUp(): Error {
  return Object.assign(new Error("the connection ended"), { code: "ECONNRESET" });
}

function refused(reason: unknown): Error {
  const code = reason instanceof Error ? (reason as { code?: string }).code : String(reason);
  return Object.assign(
    new Error(`Cannot handshake: the client's certificate is refused (${code})`),
    { code },
  );
}
