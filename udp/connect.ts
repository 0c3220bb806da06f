import type { IpAddress } from "../core/address.ts";
import { checkInteger, checkKeys } from "../core/bytes.ts";
import { chooseEngine, openWithin } from "../core/engine_choice.ts";
import { checkHostname, checkPort } from "../core/ip_arguments.ts";
import { isLoopback } from "../core/ip/registry.ts";
import { localUdpHost } from "./_address.ts";
import { connectLibc } from "./_libc.ts";
import { denoUdpCanSet, openDenoEngine, udpLibcReason } from "./_open.ts";
import type { UdpConnectOptions, UdpEndpoint } from "./types.ts";

const KEYS = [
  "family",
  "hostname",
  "port",
  "scopeId",
  "flowInfo",
  "localAddress",
  "reuseAddress",
  "reusePort",
  "protocol",
  "engine",
  "options",
  "signal",
  "timeoutMs",
];
const ACTION = "connect";

/**
 * Binds a UDP socket and connects it (`man 7 udp`): `send` goes to the peer, and only the peer's
 * datagrams are received.
 *
 * Deno's own networking cannot connect: there the deno engine drops what others send, learns of no
 * ICMP error (`ECONNREFUSED`), and `localAddr` stays the wildcard address except toward loopback.
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
  checkKeys(options, KEYS, ACTION);
  const hostname = checkHostname(options.hostname, ACTION);
  const { port, localAddress, reuseAddress = false, options: settings = [] } = options;
  checkInteger(port, 1, 65535, ACTION, "port");
  if (localAddress !== undefined) {
    checkKeys(localAddress, ["family", "hostname", "port"], ACTION);
    checkHostname(localAddress.hostname, ACTION, "localAddress.hostname");
    checkPort(localAddress.port ?? 0, ACTION, "localAddress.port");
  }
  const libcReason = udpLibcReason(options, hostname, ACTION);
  const engine = chooseEngine(ACTION, options, denoUdpCanSet, libcReason);
  return await openWithin(options, async (signal, wait) => {
    if (engine === "libc") return await connectLibc(hostname, options, signal);
    const resolving = resolveBoth(hostname, localAddress);
    const { peer, local } = await (wait === undefined ? resolving : wait.race(resolving));
    const socket = await openDenoEngine({
      ...local,
      port: localAddress?.port ?? 0,
      reuseAddress,
      settings,
    });
    try {
      await socket.connect({ hostname: peer.hostname, port } as IpAddress);
      return socket;
    } catch (error) {
      socket.close();
      throw error;
    }
  });
}

interface Host {
  hostname: string;
  family: "inet" | "inet6";
}

/** The peer's address, and the local one to reach it from. */
async function resolveBoth(
  hostname: string,
  localAddress: { hostname: string } | undefined,
): Promise<{ peer: Host; local: Host }> {
  const peer = await localUdpHost(hostname, ACTION);
  if (localAddress !== undefined) {
    return { peer, local: await localUdpHost(localAddress.hostname, ACTION) };
  }
  const { family } = peer;
  // What the kernel would choose; beyond loopback only its routes know.
  const wildcard = family === "inet" ? "0.0.0.0" : "::";
  const here = family === "inet" ? "127.0.0.1" : "::1";
  const local = isLoopback(peer.hostname) || peer.hostname === wildcard ? here : wildcard;
  return { peer, local: { family, hostname: local } };
}
