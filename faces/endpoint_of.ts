/**
 * From the BSD face to the endpoints.
 *
 * @module
 */
import { CAN_KINDS } from "../can/endpoint_kinds.ts";
import type { Address } from "../core/address.ts";
import { socketError } from "../core/errors.ts";
import { SOCK_STREAM } from "../ffi/abi/socket_constants.ts";
import type { Descriptor } from "../ffi/descriptor/descriptor.ts";
import { descriptorFromFd } from "../ffi/descriptor/open.ts";
import { Socket } from "../ffi/descriptor/socket.ts";
import { type EndpointKind, isConnected } from "../ffi/endpoints/endpoint_kind.ts";
import { LibcListener, type MakeEndpoint } from "../ffi/endpoints/listener.ts";
import { LibcMessage } from "../ffi/endpoints/message.ts";
import { LibcStream } from "../ffi/endpoints/stream.ts";
import { SO_ACCEPTCONN } from "../ffi/options/socket.ts";
import { PACKET_KINDS } from "../raw/endpoint_kinds.ts";
import { SCTP_KINDS } from "../sctp/endpoint_kinds.ts";
import { TIPC_KINDS } from "../tipc/endpoint_kinds.ts";
import { UDP_KINDS } from "../udp/endpoint_kinds.ts";
import { UNIX_KINDS } from "../unix/endpoint_kinds.ts";
import { VSOCK_KINDS } from "../vsock/endpoint_kinds.ts";
import type { ConnectionOf, SocketEndpoint, SocketListener } from "./types.ts";

/** The kinds of socket whose endpoints have methods of their own; all others have those of every family. */
const KINDS: readonly EndpointKind[] = [
  ...UNIX_KINDS,
  ...UDP_KINDS,
  ...VSOCK_KINDS,
  ...SCTP_KINDS,
  ...CAN_KINDS,
  ...TIPC_KINDS,
  ...PACKET_KINDS,
];

/**
 * The endpoint of a socket: a listener, a stream or messages, with the methods that its family's
 * openers give, all by what the kernel says of it. It takes the socket over, which counts as closed;
 * waits on it reject with code `EBADF`. `endpoint.detach()` is the way back, with `Socket.fromFd`.
 *
 * `family`, `type` and `role` tell which it is; where these do not say it all, `"sendFds" in endpoint`,
 * `"joinMulticast" in endpoint` and the like do.
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
 * @example A descriptor that was passed, over which descriptors can be passed
 * ```ts
 * import { endpointOf, socketPair } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * const [a, b] = socketPair().map(endpointOf);
 * if (a.family === "unix" && a.role === "stream" && b.family === "unix" && b.role === "stream") {
 *   await a.sendFds(new Uint8Array([1]), [0]);
 *   const { fds: [fd] } = await b.recvFds();
 *   assertEquals(fd.stat().kind !== undefined, true);
 *   fd.close();
 * }
 * a.close();
 * b.close();
 * ```
 *
 * @typeParam A Its addresses: a socket whose family the program says is an endpoint of that family.
 * @param socket The socket: connected, listening, or one that exchanges messages.
 * @returns The endpoint.
 * @throws {TypeError} If it is no `Socket`.
 * @throws {SocketError} `EBADF` if it is closed, `ENOTCONN` if it is a stream that is not connected.
 */
export function endpointOf<A extends Address = Address>(socket: Socket<A>): SocketEndpoint<A> {
  if (!(socket instanceof Socket)) {
    throw new TypeError("Cannot make an endpoint: socket is not a Socket");
  }
  const listens = socket.getOption(SO_ACCEPTCONN);
  if (socket.type === "stream" && !listens && socket.remoteAddr === undefined) {
    throw socketError("ENOTCONN", { syscall: "make an endpoint" });
  }
  const core = descriptorFromFd(socket.detach());
  try {
    const kind = kindOf(core);
    kind?.prepare?.(core);
    const make = (kind?.make ?? plainEndpoint) as MakeEndpoint<ConnectionOf<A>>;
    if (!listens) return make(core, undefined, undefined);
    return new LibcListener<A, ConnectionOf<A>>(core, make) as unknown as SocketListener<A>;
  } catch (error) {
    core.close();
    throw error;
  }
}

function kindOf(core: Descriptor): EndpointKind | undefined {
  const { familyNumber, typeNumber, protocol } = core;
  return KINDS.find((kind) =>
    kind.families.includes(familyNumber) && kind.types.includes(typeNumber) &&
    (kind.protocols?.includes(protocol) ?? true) && (kind.is?.(core) ?? true)
  );
}

/** The endpoint of a connection that has the methods of every family. */
function plainEndpoint(
  core: Descriptor,
  local: Uint8Array | undefined,
  remote: Uint8Array | undefined,
): LibcStream<Address> | LibcMessage<Address> {
  if (core.typeNumber === SOCK_STREAM) return new LibcStream<Address>(core, local, remote);
  return new LibcMessage<Address>(core, { connected: isConnected(core, remote), local, remote });
}
