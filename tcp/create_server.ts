import { checkKeys } from "../core/bytes.ts";
import { isSocketError } from "../core/errors.ts";
import { checkHostname } from "../core/ip_arguments.ts";
import { IPV6_V6ONLY } from "../ffi/options/ipv6.ts";
import { listen, LISTEN_KEYS } from "./listen.ts";
import type { TcpListener, TcpServerOptions } from "./types.ts";

/**
 * Listens for TCP connections as Python's `socket.create_server` does: with `dualStack` one socket
 * takes IPv6 and IPv4.
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
export async function createServer(options: TcpServerOptions): Promise<TcpListener> {
  checkKeys(options, [...LISTEN_KEYS, "dualStack"], "listen");
  const { dualStack, ...rest } = options;
  if (rest.hostname !== undefined) rest.hostname = checkHostname(rest.hostname, "listen");
  else if (rest.family === "inet6") rest.hostname = "::";
  if (dualStack !== undefined && typeof dualStack !== "boolean") {
    throw new TypeError("Cannot listen: dualStack is not a boolean");
  }
  const ipv6 = rest.hostname?.includes(":") ?? dualStack === true;
  if (ipv6 && (dualStack === false || (dualStack && rest.engine === "libc"))) {
    // Without it the system decides (net.ipv6.bindv6only).
    rest.options = [[IPV6_V6ONLY, !dualStack], ...rest.options ?? []];
  }
  if (!dualStack || rest.hostname !== undefined) return await listen(rest);
  try {
    return await listen({ ...rest, hostname: "::" });
  } catch (error) {
    const noIpv6 = isSocketError(error, "EAFNOSUPPORT") || isSocketError(error, "EADDRNOTAVAIL");
    if (!noIpv6) throw error;
    return await listen({ ...rest, hostname: "0.0.0.0" });
  }
}
