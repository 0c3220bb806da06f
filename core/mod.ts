/**
 * Types and helpers that all families share: endpoints, addresses, options, errors, waiting, IP text.
 *
 * ```ts
 * import { tcp } from "@berkeley/sockets";
 * import { isSocketError, type StreamEndpoint } from "@berkeley/sockets/core";
 *
 * // A stream of any family, on either engine.
 * async function greet(stream: StreamEndpoint<unknown>): Promise<void> {
 *   await stream.sendAll(new TextEncoder().encode("Hello\n"), { timeoutMs: 1000 });
 * }
 *
 * try {
 *   using connection = await tcp.connect({ hostname: "127.0.0.1", port: 1 });
 *   await greet(connection);
 * } catch (error) {
 *   if (!isSocketError(error, "ECONNREFUSED")) throw error;
 *   console.log("nobody is there:", error.syscall, error.address);
 * }
 * ```
 *
 * @module
 */
export type * from "./address.ts";
export type * from "./rare_addresses.ts";
export type * from "./endpoint.ts";
export type * from "./message.ts";
export type * from "./control.ts";
export type { WaitOptions } from "./wait.ts";
export type { FileToSend, SendFileOptions } from "./send_file.ts";
export type { FrameOptions, LineOptions, RecvUntilOptions } from "./framing.ts";
export type { AcceptErrorHandler } from "./listener.ts";
export type { Engine, OpenOptions, OptionSetting } from "./engine_choice.ts";
export { type OptionBytes, type OptionCodec, type SocketOption, socketOption } from "./option.ts";
export { AddrInfoError, isSocketError, type SocketError } from "./errors.ts";
