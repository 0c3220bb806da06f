import { openOn } from "../core/engine_choice.ts";
import { hostPort } from "../core/ip_arguments.ts";
import { libcGranted } from "../ffi/abi/library.ts";
import { CONNECT, udpLibcReason } from "./_arguments.ts";
import { connectDeno, denoUdpCanSet } from "./_deno.ts";
import { LIBC } from "./_on_demand.ts";
import type { UdpConnectOptions, UdpEndpoint } from "./types.ts";

const ACTION = "connect";

/**
 * Binds a UDP socket and connects it (`man 7 udp`): `send` goes to the peer, and only the peer's
 * datagrams are received.
 *
 * Where `ffi` access is granted already (nobody is asked for it), the libc engine is taken: `engine`
 * says so. Deno's own networking cannot connect: there the deno engine drops what others send, learns
 * of no ICMP error (`ECONNREFUSED`), and `localAddr` stays the wildcard address except toward loopback.
 *
 * Needs `--allow-net` for the peer and for the local address; the libc engine needs `--allow-ffi`
 * too.
 *
 * @example Ask a server
 * ```ts
 * import { udp } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * using server = await udp.bind({ hostname: "127.0.0.1" });
 * using client = await udp.connect(server.localAddr);
 * await client.send(new TextEncoder().encode("hello"));
 * const { data, from } = await server.recvFrom();
 * await server.sendTo(data, from);
 * assertEquals(new TextDecoder().decode(await client.recv()), "hello");
 * ```
 *
 * @param options Whom to connect to, and how.
 * @returns The socket.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If a number is out of range.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 * @throws {AddrInfoError} If the name does not resolve.
 */
export async function connect(options: UdpConnectOptions): Promise<UdpEndpoint> {
  const request = CONNECT(options, ACTION, "options");
  return await openOn(request, {
    action: ACTION,
    where: `to ${hostPort(request.hostname, request.port)}`,
    needsLibc: udpLibcReason(request, request.hostname, ACTION),
    denoCanSet: denoUdpCanSet,
    prefersLibc: libcGranted,
    deno: (wait) => connectDeno(request, wait),
    libc: (wait) => LIBC(({ connectLibc }) => connectLibc(request, wait)),
  });
}
