/**
 * From the BSD face to the endpoints.
 *
 * @module
 */
import type { Address } from "../../core/address.ts";
import type { ListenerEndpoint, MessageEndpoint, StreamEndpoint } from "../../core/endpoint.ts";
import { socketError } from "../../core/errors.ts";
import { SOCK_STREAM } from "../abi/socket_constants.ts";
import { SO_ACCEPTCONN } from "../options/socket.ts";
import type { Descriptor } from "../descriptor/descriptor.ts";
import { descriptorFromFd } from "../descriptor/open.ts";
import { Socket } from "../descriptor/socket.ts";
import { LibcListener } from "./listener.ts";
import { LibcMessage } from "./message.ts";
import { LibcStream } from "./stream.ts";

/** An endpoint over a descriptor, which it can hand over. */
export interface Detachable {
  /**
   * Hands the descriptor over: the caller closes it. It stays non-blocking; the endpoint counts as
   * closed. `Socket.fromFd` makes a socket of it again.
   *
   * @returns The descriptor.
   * @throws {Deno.errors.Busy} While calls wait or what was received is kept, which would be lost.
   */
  detach(): number;
}

/** A connection of any family. */
export type SocketConnection =
  & (StreamEndpoint<Address> | MessageEndpoint<Address>)
  & Detachable;

/** What a socket of any family is as an endpoint; `role` says which. */
export type SocketEndpoint =
  | SocketConnection
  | ListenerEndpoint<Address, SocketConnection> & Detachable;

/**
 * The endpoint of a socket: a listener, a stream or messages, by what the kernel says of it. It takes
 * the socket over, which counts as closed; waits on it reject with code `EBADF`. `endpoint.detach()`
 * is the way back, with `Socket.fromFd`.
 *
 * @example Serve on a socket of systemd's
 * ```ts
 * import { endpointOf, inheritedSockets } from "@berkeley/sockets";
 *
 * const [inherited] = inheritedSockets();
 * const endpoint = inherited && endpointOf(inherited.socket);
 * if (endpoint?.role === "listener") {
 *   for await (const connection of endpoint) {
 *     if (connection.role === "stream") await connection.sendAll(new TextEncoder().encode("hello\n"));
 *     connection.close();
 *   }
 * }
 * ```
 *
 * @param socket The socket: connected, listening, or one that exchanges messages.
 * @returns The endpoint.
 * @throws {TypeError} If it is no `Socket`.
 * @throws {SocketError} `EBADF` if it is closed, `ENOTCONN` if it is a stream that is not connected.
 */
export function endpointOf(socket: Socket): SocketEndpoint {
  if (!(socket instanceof Socket)) {
    throw new TypeError("Cannot make an endpoint: socket is not a Socket");
  }
  const listens = socket.getOption(SO_ACCEPTCONN);
  if (socket.type === "stream" && !listens && socket.remoteAddr === undefined) {
    throw socketError("ENOTCONN", { syscall: "make an endpoint" });
  }
  const core = descriptorFromFd(socket.detach());
  return listens
    ? new LibcListener<Address, SocketConnection>(core, connectionOver)
    : connectionOver(core, undefined, undefined);
}

function connectionOver(
  core: Descriptor,
  local: Uint8Array | undefined,
  remote: Uint8Array | undefined,
): SocketConnection {
  if (core.typeNumber === SOCK_STREAM) return new LibcStream<Address>(core, local, remote);
  const connected = (remote ?? core.remoteName()) !== undefined;
  return new LibcMessage<Address>(core, { connected, local, remote });
}
