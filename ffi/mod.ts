/**
 * The BSD face: sockets as the C library has them, for those who port programs or need what no family
 * offers. Needs `--allow-ffi`, on Linux on x86-64 or aarch64.
 *
 * @module
 */
export { socket, socketPair } from "./descriptor/make_socket.ts";
export type { AddressesByNumber, AddressOf } from "./descriptor/address_of.ts";
export { Socket } from "./descriptor/socket.ts";
export { CMSG_LEN, CMSG_SPACE } from "./descriptor/cmsg_sizes.ts";
export type { AddressOrName, NamedAddress } from "./descriptor/named_peer.ts";
export type {
  FlagOptions,
  RecvManyOptions,
  RecvMsgOptions,
  SendMsgOptions,
  TryOptions,
} from "./descriptor/socket_arguments.ts";
export { type InheritedSocket, inheritedSockets, sdNotify } from "./descriptor/systemd.ts";
export type { RecvMsgRequest, SendMsgRequest } from "./messages/message_calls.ts";
export type { ReceivedMessage, ReceivedParts } from "./messages/msghdr.ts";
export type { ReceivedControl } from "./messages/cmsg.ts";
export { maxGsoSegments } from "./messages/gso.ts";
export { useIoUring } from "./ring/permitted.ts";
export type { RecvBatchesRequest, RecvManyRequest } from "./messages/mmsg.ts";
export * from "./descriptor/public_constants.ts";
