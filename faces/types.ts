/**
 * What a socket is as an endpoint, for whoever has only a descriptor.
 *
 * @module
 */
import type { CanRaw } from "../can/types.ts";
import type {
  Address,
  BluetoothAddress,
  CanAddress,
  Family,
  IpAddress,
  NetlinkAddress,
  SocketType,
  TipcAddress,
  VsockAddress,
} from "../core/address.ts";
import type { ListenerEndpoint, MessageEndpoint, StreamEndpoint } from "../core/endpoint.ts";
import type { PacketEndpoint } from "../raw/open_packet.ts";
import type { SctpEndpoint } from "../sctp/types.ts";
import type { UdpEndpoint } from "../udp/types.ts";
import type { LibcUnixMessageEndpoint, LibcUnixStream } from "../unix/types.ts";

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

/**
 * An endpoint by what the kernel says of its socket.
 *
 * @typeParam F Its families.
 * @typeParam T Its types.
 * @typeParam E What it is.
 */
export type KnownEndpoint<F extends Family, T extends SocketType, E> =
  & E
  & Detachable
  & { readonly family: F; readonly type: T };

/** The families whose endpoints `endpointOf` knows by no more than their role. */
export type OtherFamily = Exclude<
  Family,
  "inet" | "inet6" | "unix" | "vsock" | "packet" | "can" | "tipc" | "bluetooth" | "netlink"
>;

/** A connection, or a socket that exchanges messages, of any family. */
export type SocketConnection =
  | KnownEndpoint<"inet" | "inet6", "stream", StreamEndpoint<IpAddress>>
  | KnownEndpoint<"inet" | "inet6", "stream" | "seqpacket", SctpEndpoint>
  | KnownEndpoint<"inet" | "inet6", "dgram", UdpEndpoint>
  | KnownEndpoint<"inet" | "inet6", "dgram" | "raw" | "dccp", MessageEndpoint<IpAddress>>
  | KnownEndpoint<"unix", "stream", LibcUnixStream>
  | KnownEndpoint<"unix", "dgram" | "seqpacket", LibcUnixMessageEndpoint>
  | KnownEndpoint<"vsock", "stream", StreamEndpoint<VsockAddress>>
  | KnownEndpoint<"vsock", "dgram" | "seqpacket", MessageEndpoint<VsockAddress>>
  | KnownEndpoint<"packet", "raw" | "dgram", PacketEndpoint>
  | KnownEndpoint<"can", "raw", CanRaw>
  | KnownEndpoint<"can", "dgram", MessageEndpoint<CanAddress>>
  | KnownEndpoint<"tipc", "stream", StreamEndpoint<TipcAddress>>
  | KnownEndpoint<"tipc", "seqpacket" | "rdm" | "dgram", MessageEndpoint<TipcAddress>>
  | KnownEndpoint<"bluetooth", "stream", StreamEndpoint<BluetoothAddress>>
  | KnownEndpoint<"bluetooth", "seqpacket" | "dgram" | "raw", MessageEndpoint<BluetoothAddress>>
  | KnownEndpoint<"netlink", "raw" | "dgram", MessageEndpoint<NetlinkAddress>>
  | KnownEndpoint<OtherFamily, "stream", StreamEndpoint<Address>>
  | KnownEndpoint<
    OtherFamily,
    Exclude<SocketType, "stream">,
    MessageEndpoint<Address>
  >;

/**
 * A connection, or a socket that exchanges messages, of the families with these addresses.
 *
 * @typeParam A The addresses.
 * @typeParam E What to choose from.
 */
export type ConnectionOf<A extends Address, E = SocketConnection> = E extends
  { readonly family: infer F } ? [F & A["family"]] extends [never] ? never : E : never;

/**
 * A listener.
 *
 * @typeParam A Its addresses. Default: those of any family.
 */
export type SocketListener<A extends Address = Address> =
  & ListenerEndpoint<A, ConnectionOf<A>>
  & Detachable;

/**
 * What a socket is as an endpoint; `role` says which.
 *
 * @typeParam A Its addresses. Default: those of any family.
 */
export type SocketEndpoint<A extends Address = Address> = ConnectionOf<A> | SocketListener<A>;
