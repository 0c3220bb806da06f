import { checkInteger, checkKeys } from "../core/bytes.ts";
import { fromNetAddr } from "../deno/address.ts";
import { fromDenoError } from "../deno/errors.ts";
import { DenoListener } from "../deno/listener.ts";
import { chooseEngine } from "../core/engine_choice.ts";
import { checkHostname, checkPort, hostPort } from "../core/ip_arguments.ts";
import { beginWait } from "../core/wait.ts";
import { tcpLibcReason } from "./_arguments.ts";
import { listenLibc } from "./_libc.ts";
import { wrapDenoConn } from "./_wrap.ts";
import type { TcpListener, TcpListenOptions, TcpStream } from "./types.ts";

/** The options of {@linkcode listen}. */
export const LISTEN_KEYS: readonly string[] = [
  "family",
  "hostname",
  "port",
  "scopeId",
  "backlog",
  "reusePort",
  "onError",
  "protocol",
  "engine",
  "options",
  "signal",
  "timeoutMs",
];
const ACTION = "listen";
const DEFAULT_BACKLOG = 511;

/** Deno.listen({ reusePort: true }) ends the process without this unstable feature. */
function denoHasReusePort(): boolean {
  return typeof (Deno as { listenDatagram?: unknown }).listenDatagram === "function";
}

/**
 * Listens for TCP connections (`man 7 tcp`). SO_REUSEADDR is set.
 *
 * Needs `--allow-net` for the host and port; the libc engine needs `--allow-ffi` too.
 *
 * @example Echo one connection
 * ```ts
 * import { tcp } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0 });
 * using client = await tcp.connect(listener.localAddr);
 * using server = await listener.accept();
 * await client.sendAll(new TextEncoder().encode("hello"));
 * await server.sendAll(await server.recvExact(5));
 * assertEquals(new TextDecoder().decode(await client.recvExact(5)), "hello");
 * ```
 *
 * @param options Where to listen, and how.
 * @returns The listener.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If a number is out of range.
 * @throws {Deno.errors.AddrInUse} Code `EADDRINUSE`.
 * @throws {Deno.errors.AddrNotAvailable} Code `EADDRNOTAVAIL`: no such local address.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 * @throws {AddrInfoError} If the name does not resolve.
 */
export async function listen(options: TcpListenOptions): Promise<TcpListener> {
  checkKeys(options, LISTEN_KEYS, ACTION);
  const hostname = checkHostname(
    options.hostname ?? (options.family === "inet6" ? "::" : "0.0.0.0"),
    ACTION,
  );
  const { port, scopeId, backlog = DEFAULT_BACKLOG, reusePort = false } = options;
  checkPort(port, ACTION);
  if (scopeId !== undefined) checkInteger(scopeId, 0, 0xffffffff, ACTION, "scopeId");
  checkInteger(backlog, 0, 0x7fffffff, ACTION, "backlog");
  const engine = chooseEngine(ACTION, options, () => false, libcReason(options, hostname));
  beginWait(options)?.end(); // listening does not wait, but an aborted signal stops it
  if (engine === "libc") return await listenLibc(hostname, backlog, options);
  let listener: Deno.TcpListener;
  try {
    listener = Deno.listen({
      hostname: scopeId ? `${hostname}%${scopeId}` : hostname,
      port,
      tcpBacklog: backlog,
      ...(reusePort && { reusePort }),
    } as Deno.TcpListenOptions);
  } catch (error) {
    throw fromDenoError(error, { syscall: ACTION, address: hostPort(hostname, port) });
  }
  const localAddr = fromNetAddr(listener.addr);
  return new DenoListener<TcpListener["localAddr"], Deno.TcpConn, TcpStream>({
    listener,
    family: localAddr.family,
    protocol: 6,
    localAddr,
    wrap: wrapDenoConn,
    onError: options.onError,
  });
}

function libcReason(options: TcpListenOptions, hostname: string): string | undefined {
  const reason = tcpLibcReason(options, hostname, ACTION);
  if (reason !== undefined) return reason;
  return options.reusePort && !denoHasReusePort() ? "reusePort" : undefined;
}
