import { openOn } from "../core/engine_choice.ts";
import { hostPort } from "../core/ip_arguments.ts";
import { libcGranted } from "../ffi/abi/library.ts";
import { BIND, udpLibcReason } from "./_arguments.ts";
import { bindDeno, denoUdpCanSet } from "./_deno.ts";
import { LIBC } from "./_on_demand.ts";
import type { UdpBindOptions, UdpEndpoint } from "./types.ts";

const ACTION = "bind";

/**
 * Binds a UDP socket (`man 7 udp`). Where `ffi` access is granted already (nobody is asked for it) the
 * libc engine is taken, which is many times as fast: `engine` says so. Broadcast is on (SO_BROADCAST).
 *
 * Needs `--allow-net` for the local address and for each peer sent to; the libc engine needs
 * `--allow-ffi` too. Without `--unstable-net` the deno engine works over `node:dgram`.
 *
 * @example Two sockets exchange datagrams
 * ```ts
 * import { udp } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * using server = await udp.bind({ hostname: "127.0.0.1" });
 * using client = await udp.bind({ hostname: "127.0.0.1" });
 * await client.sendTo(Uint8Array.of(1, 2, 3), server.localAddr);
 * const { data, from } = await server.recvFrom();
 * await server.sendTo(data, from);
 * assertEquals(await client.recv(), Uint8Array.of(1, 2, 3));
 * ```
 *
 * @param options Where to bind, and how.
 * @returns The socket.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If a number is out of range.
 * @throws {Deno.errors.AddrInUse} Code `EADDRINUSE`.
 * @throws {Deno.errors.AddrNotAvailable} Code `EADDRNOTAVAIL`: no such local address.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 * @throws {AddrInfoError} If the name does not resolve.
 */
export async function bind(options: UdpBindOptions = {}): Promise<UdpEndpoint> {
  const request = BIND(options, ACTION, "options");
  const hostname = request.hostname || (request.family === "inet6" ? "::" : "0.0.0.0");
  return await openOn(request, {
    action: ACTION,
    where: `on ${hostPort(hostname, request.port)}`,
    needsLibc: udpLibcReason(request, hostname, ACTION),
    denoCanSet: denoUdpCanSet,
    prefersLibc: libcGranted,
    deno: (wait) => bindDeno(hostname, request, wait),
    libc: (wait) => LIBC(({ bindLibc }) => bindLibc(hostname, request, wait)),
  });
}
