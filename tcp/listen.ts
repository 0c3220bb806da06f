import { isSocketError } from "../core/errors.ts";
import { openOn } from "../core/engine_choice.ts";
import { hostPort } from "../core/ip_arguments.ts";
import { isUnspecified } from "../core/ip/registry.ts";
import { LISTEN, type ListenRequest, tcpLibcReason } from "./_arguments.ts";
import { denoHasReusePort, listenDeno } from "./_deno.ts";
import { LIBC } from "./_on_demand.ts";
import type { TcpListener, TcpListenOptions } from "./types.ts";

const ACTION = "listen";

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
  const request = LISTEN(options, ACTION, "options");
  const { hostname, dualStack, family } = request;
  if (hostname !== "") return await listenAt(hostname, request);
  if (!dualStack) return await listenAt(family === "inet6" ? "::" : "0.0.0.0", request);
  try {
    return await listenAt("::", request);
  } catch (error) {
    const noIpv6 = isSocketError(error, "EAFNOSUPPORT") || isSocketError(error, "EADDRNOTAVAIL");
    if (!noIpv6 || family === "inet6") throw error;
    return await listenAt("0.0.0.0", request);
  }
}

/**
 * Listens for TCP connections as Python's `socket.create_server` does: {@linkcode listen} with
 * `dualStack` false, unless it is said to be true.
 *
 * Needs `--allow-net` for the host and port; the libc engine needs `--allow-ffi` too.
 *
 * @example One socket for both families
 * ```ts
 * import { tcp } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * using server = await tcp.createServer({ port: 0, dualStack: true });
 * const { port } = server.localAddr;
 * using client = await tcp.connect({ hostname: "127.0.0.1", port });
 * using peer = await server.accept();
 * assertEquals(peer.remoteAddr?.port, client.localAddr.port);
 * ```
 *
 * @param options Where to listen, and how.
 * @returns The listener.
 * @throws As {@linkcode listen}.
 */
export async function createServer(options: TcpListenOptions): Promise<TcpListener> {
  return await listen({ dualStack: false, ...options });
}

async function listenAt(hostname: string, request: ListenRequest): Promise<TcpListener> {
  return await openOn(request, {
    action: ACTION,
    where: `on ${hostPort(hostname, request.port)}`,
    needsLibc: libcReason(hostname, request),
    deno: () => listenDeno(hostname, request),
    libc: (wait) => LIBC(({ listenLibc }) => listenLibc(hostname, request, wait)),
  });
}

function libcReason(hostname: string, request: ListenRequest): string | undefined {
  const reason = tcpLibcReason(request, hostname, ACTION);
  if (reason !== undefined) return reason;
  // Only the wildcard address of IPv6 could take IPv4 as well.
  if (request.dualStack === false && hostname.includes(":") && isUnspecified(hostname)) {
    return "dualStack: false";
  }
  return request.reusePort && !denoHasReusePort() ? "reusePort" : undefined;
}
