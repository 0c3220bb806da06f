/**
 * SCTP (RFC 9260, the socket interface of RFC 6458), over libc and the kernel alone: streams of messages
 * between hosts with several addresses, one association a socket or many.
 *
 * @module
 */
export { bind } from "./bind.ts";
export { connect } from "./connect.ts";
export { listen } from "./listen.ts";
export { decodeNotification, type SctpNotification } from "./notification.ts";
export * from "./options.ts";
export type {
  SctpBindOptions,
  SctpConnectOptions,
  SctpEndpoint,
  SctpEvent,
  SctpInit,
  SctpListener,
  SctpListenOptions,
  SctpMessage,
  SctpOptions,
  SctpPath,
  SctpSendOptions,
  SctpStatus,
} from "./types.ts";
