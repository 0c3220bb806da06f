/**
 * Types and helpers that all families share: endpoints, addresses, options, errors, waiting, IP text.
 *
 * @module
 */
export type * from "./address.ts";
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
