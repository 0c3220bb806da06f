/**
 * Making sockets: `socket()` and `socketPair()`.
 *
 * @module
 */
import { SOCK_STREAM } from "../abi/socket_constants.ts";
import { checkSocket } from "../guard/permissions.ts";
import type { AddressOf } from "./address_of.ts";
import { openDescriptor, openPair } from "./open.ts";
import { AF_INET, AF_UNIX } from "./public_constants.ts";
import { Socket } from "./socket.ts";

/**
 * Opens a socket (`man 2 socket`). Needs `--allow-ffi`. Sockets of TCP, UDP and their like, Unix and
 * VSOCK sockets need the permissions for the addresses that they bind, connect and send to, all others
 * the whole of `--allow-net`: raw, packet, netlink …
 *
 * @example A client, as in C and Python
 * ```ts
 * import { AF_INET, SOCK_STREAM, socket } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * using server = socket(AF_INET, SOCK_STREAM);
 * server.bind({ hostname: "localhost", port: 0 });
 * server.listen();
 *
 * using client = socket(AF_INET, SOCK_STREAM);
 * await client.connect(server.localAddr);
 * const [connection] = await server.accept();
 * await client.sendAll(new TextEncoder().encode("Hello"));
 * assertEquals(await connection.recv(5), new TextEncoder().encode("Hello"));
 * connection.close();
 * ```
 *
 * @typeParam F The family, which says what its addresses are.
 * @param family AF_* (default AF_INET).
 * @param type SOCK_* (default SOCK_STREAM); SOCK_NONBLOCK and SOCK_CLOEXEC are always set.
 * @param protocol IPPROTO_* (default 0: the type's usual one).
 * @returns The socket.
 * @throws {Deno.errors.NotCapable} Without `--allow-ffi`.
 * @throws {SocketError} `EAFNOSUPPORT` if the kernel lacks the family, `EPERM` without the privilege.
 */
export function socket<F extends number = typeof AF_INET>(
  family: F = AF_INET as F,
  type: number = SOCK_STREAM,
  protocol: number = 0,
): Socket<AddressOf<F>> {
  checkSocket(family, type, protocol);
  return new Socket<AddressOf<F>>(openDescriptor(family, type, protocol));
}

/**
 * Opens two sockets that are connected to each other (`man 2 socketpair`). Needs `--allow-ffi`.
 *
 * @example Without waiting
 * ```ts
 * import { socketPair } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * const [a, b] = socketPair();
 * assertEquals(b.tryRecv(), null); // would block
 * a.trySend(Uint8Array.of(7));
 * assertEquals(b.tryRecv(), Uint8Array.of(7));
 * a.close();
 * b.close();
 * ```
 *
 * @typeParam F The family, which says what its addresses are.
 * @param family AF_UNIX (the default) or AF_TIPC.
 * @param type SOCK_* (default SOCK_STREAM).
 * @param protocol 0.
 * @returns Both ends.
 */
export function socketPair<F extends number = typeof AF_UNIX>(
  family: F = AF_UNIX as F,
  type: number = SOCK_STREAM,
  protocol: number = 0,
): [Socket<AddressOf<F>>, Socket<AddressOf<F>>] {
  const [a, b] = openPair(family, type, protocol);
  return [new Socket(a), new Socket(b)];
}
