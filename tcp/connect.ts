import { checkInteger, checkKeys } from "../core/bytes.ts";
import { fromDenoError } from "../deno/errors.ts";
import { denoCanSet } from "../deno/options.ts";
import { chooseEngine, openWithin } from "../core/engine_choice.ts";
import { DEFAULT_ATTEMPT_DELAY_MS, LEAST_ATTEMPT_DELAY_MS } from "./_happy_eyeballs.ts";
import { checkHostname, checkPort, hostPort } from "../core/ip_arguments.ts";
import { tcpLibcReason } from "./_arguments.ts";
import { connectLibc } from "./_libc.ts";
import { wrapDenoConn } from "./_wrap.ts";
import type { TcpConnectionOptions, TcpConnectOptions, TcpStream } from "./types.ts";

const KEYS = [
  "family",
  "hostname",
  "port",
  "scopeId",
  "flowInfo",
  "localAddress",
  "protocol",
  "engine",
  "options",
  "signal",
  "timeoutMs",
];
const ACTION = "connect";

/**
 * Opens a TCP connection (`man 7 tcp`). A name's addresses are tried as RFC 8305 says.
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
  checkKeys(options, KEYS, ACTION);
  return await open(options, undefined);
}

/**
 * Opens a TCP connection by Happy Eyeballs (RFC 8305), as Python's `socket.create_connection` and
 * better: addresses of both families are tried interleaved, `attemptDelayMs` apart.
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
 * @throws As {@linkcode connect}; the libc engine throws an `AggregateError` with the errors of all addresses.
 */
export async function createConnection(options: TcpConnectionOptions): Promise<TcpStream> {
  checkKeys(options, [...KEYS, "attemptDelayMs"], ACTION);
  const { attemptDelayMs = DEFAULT_ATTEMPT_DELAY_MS } = options;
  checkInteger(attemptDelayMs, LEAST_ATTEMPT_DELAY_MS, 60000, ACTION, "attemptDelayMs");
  return await open(options, attemptDelayMs);
}

async function open(
  options: TcpConnectOptions,
  attemptDelayMs: number | undefined,
): Promise<TcpStream> {
  const hostname = checkHostname(options.hostname, ACTION);
  const { port, scopeId } = options;
  checkInteger(port, 1, 65535, ACTION, "port");
  if (scopeId !== undefined) checkInteger(scopeId, 0, 0xffffffff, ACTION, "scopeId");
  const engine = chooseEngine(ACTION, options, denoCanSet, libcReason(options, hostname));
  return await openWithin(options, async (signal, wait) => {
    if (engine === "libc") {
      return await connectLibc(hostname, options, attemptDelayMs, wait, signal);
    }
    let conn: Deno.TcpConn;
    try {
      conn = await Deno.connect({
        hostname: scopeId ? `${hostname}%${scopeId}` : hostname,
        port,
        signal,
        ...(attemptDelayMs && { autoSelectFamilyAttemptDelay: attemptDelayMs }),
      });
    } catch (error) {
      signal?.throwIfAborted();
      throw fromDenoError(error, { syscall: ACTION, address: hostPort(hostname, port) });
    }
    const stream = wrapDenoConn(conn);
    try {
      for (const [option, value] of options.options ?? []) stream.setOption(option, value);
    } catch (error) {
      stream.close();
      throw error;
    }
    return stream;
  });
}

function libcReason(options: TcpConnectOptions, hostname: string): string | undefined {
  const { flowInfo, localAddress } = options;
  if (flowInfo !== undefined) checkInteger(flowInfo, 0, 0xffffffff, ACTION, "flowInfo");
  if (localAddress !== undefined) {
    checkKeys(localAddress, ["family", "hostname", "port"], ACTION);
    checkHostname(localAddress.hostname, ACTION, "localAddress.hostname");
    checkPort(localAddress.port ?? 0, ACTION, "localAddress.port");
  }
  const reason = tcpLibcReason(options, hostname, ACTION);
  if (reason !== undefined) return reason;
  if (flowInfo) return "flowInfo";
  return localAddress === undefined ? undefined : "localAddress";
}
