import { checkKeys } from "../core/bytes.ts";
import { chooseEngine, openWithin } from "../core/engine_choice.ts";
import { checkHostname, checkPort } from "../core/ip_arguments.ts";
import { localUdpHost } from "./_address.ts";
import { bindLibc } from "./_libc.ts";
import { denoUdpCanSet, openDenoEngine, udpLibcReason } from "./_open.ts";
import type { UdpBindOptions, UdpEndpoint } from "./types.ts";

const KEYS = [
  "family",
  "hostname",
  "port",
  "scopeId",
  "reuseAddress",
  "reusePort",
  "protocol",
  "engine",
  "options",
  "signal",
  "timeoutMs",
];
const ACTION = "bind";

/**
 * Binds a UDP socket (`man 7 udp`).
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
  checkKeys(options, KEYS, ACTION);
  const { port = 0, reuseAddress = false, options: settings = [] } = options;
  const hostname = checkHostname(
    options.hostname ?? (options.family === "inet6" ? "::" : "0.0.0.0"),
    ACTION,
  );
  checkPort(port, ACTION);
  const libcReason = udpLibcReason(options, hostname, ACTION);
  const engine = chooseEngine(ACTION, options, denoUdpCanSet, libcReason);
  return await openWithin(options, async (signal, wait) => {
    if (engine === "libc") return await bindLibc(hostname, options, signal);
    const resolving = localUdpHost(hostname, ACTION);
    const local = await (wait === undefined ? resolving : wait.race(resolving));
    return await openDenoEngine({ ...local, port, reuseAddress, settings });
  });
}
