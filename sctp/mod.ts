/**
 * SCTP (RFC 9260, the socket interface of RFC 6458), over libc and the kernel alone: streams of messages
 * between hosts with several addresses, one association a socket or many.
 *
 * ```ts
 * import { sctp } from "@berkeley/sockets";
 *
 * try {
 *   using listener = await sctp.listen({ hostname: "127.0.0.1", port: 0 });
 *   using client = await sctp.connect(listener.localAddr);
 *   using server = await listener.accept();
 *   await client.sendMessage(new TextEncoder().encode("Hello"), { stream: 3 });
 *   console.log(await server.recvMessage());
 * } catch (error) {
 *   // A kernel without the module sctp.
 *   if (!(error instanceof Deno.errors.NotSupported)) throw error;
 * }
 * ```
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
