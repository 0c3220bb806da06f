/**
 * The BSD face: sockets as the C library has them, for those who port programs or need what no family
 * offers. Needs `--allow-ffi`, on Linux on x86-64 or aarch64.
 *
 * @module
 */
export { Socket, socket, socketPair } from "./socket.ts";
export type { FlagOptions } from "./socket_arguments.ts";
export type { ByteCalls } from "./socket_bytes.ts";
export { type InheritedSocket, inheritedSockets, sdNotify } from "./systemd.ts";
export type {
  MessageCalls,
  RecvBatchesOptions,
  RecvManyOptions,
  RecvMsgOptions,
  SendMsgOptions,
} from "./socket_messages.ts";
export type { ReceivedMessage, ReceivedParts, RecvMsgRequest, SendMsgRequest } from "./msghdr.ts";
export type { ReceivedControl } from "./cmsg.ts";
export { maxGsoSegments } from "./gso.ts";
export type { RecvBatchesRequest, RecvManyRequest } from "./mmsg.ts";
export * from "./public_constants.ts";
