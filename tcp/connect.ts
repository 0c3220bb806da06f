import { openOn } from "../core/engine_choice.ts";
import { denoCanSet } from "../deno/options.ts";
import { hostPort } from "../core/ip_arguments.ts";
import { CONNECT, type ConnectRequest, tcpLibcReason } from "./_arguments.ts";
import { connectDeno } from "./_deno.ts";
import { LIBC } from "./_on_demand.ts";
import type { TcpConnectOptions, TcpStream } from "./types.ts";

const ACTION = "connect";

/**
 * Opens a TCP connection (`man 7 tcp`). A name's addresses race by Happy Eyeballs (RFC 8305): both
 * families interleaved, `attemptDelayMs` apart. When all fail the error is that of the first; on the
 * libc engine its `cause` is an `AggregateError` with those of all.
 *
 * Needs `--allow-net` for the host and port; the libc engine needs `--allow-ffi` too.
 *
 * @example Connect with a time limit
 * ```ts
 * import { tcp } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0 });
 * using client = await tcp.connect({ ...listener.localAddr, timeoutMs: 5000 });
 * assertEquals(client.remoteAddr?.port, listener.localAddr.port);
 * ```
 *
 * @param options Where to connect to, and how.
 * @returns The connection.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If a number is out of range.
 * @throws {Deno.errors.ConnectionRefused} Code `ECONNREFUSED`.
 * @throws {AddrInfoError} If the name does not resolve.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 * @throws {DOMException} `TimeoutError` when `timeoutMs` is over.
 */
export async function connect(options: TcpConnectOptions): Promise<TcpStream> {
  const request = CONNECT(options, ACTION, "options");
  return await openOn(request, {
    action: ACTION,
    where: `to ${hostPort(request.hostname, request.port)}`,
    needsLibc: libcReason(request),
    denoCanSet,
    deno: (wait) => connectDeno(request, wait),
    libc: (wait) => LIBC(({ connectLibc }) => connectLibc(request, wait)),
  });
}

/**
 * Opens a TCP connection: {@linkcode connect} under the name of Python's `socket.create_connection`.
 *
 * Needs `--allow-net` for the host and port; the libc engine needs `--allow-ffi` too.
 *
 * @example Connect by name
 * ```ts
 * import { tcp } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * using server = await tcp.createServer({ port: 0, dualStack: true });
 * const { port } = server.localAddr;
 * using client = await tcp.createConnection({ hostname: "localhost", port, attemptDelayMs: 100 });
 * assertEquals(client.remoteAddr?.port, port);
 * ```
 *
 * @param options Where to connect to, and how.
 * @returns The first connection that succeeds.
 * @throws As {@linkcode connect}.
 */
export function createConnection(options: TcpConnectOptions): Promise<TcpStream> {
  return connect(options);
}

function libcReason(request: ConnectRequest): string | undefined {
  const { hostname, flowInfo, localAddress } = request;
  const reason = tcpLibcReason(request, hostname, ACTION);
  if (reason !== undefined) return reason;
  if (flowInfo) return "flowInfo";
  return localAddress === undefined ? undefined : "localAddress";
}
