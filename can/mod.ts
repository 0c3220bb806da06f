/**
 * CAN, the network of cars and machines (Documentation/networking/can.rst), over libc: raw frames (CAN,
 * CAN FD, CAN XL), the broadcast manager, ISO-TP, J1939, and the notation and log files of can-utils.
 *
 * ```ts
 * import { can } from "@berkeley/sockets";
 *
 * const frame = can.parseFrame("7DF#02010C");
 * console.log(frame.kind, can.formatFrame(frame));
 * ```
 *
 * @module
 */
export * from "./bcm.ts";
export {
  claimAddress,
  type ClaimedAddress,
  type ClaimOptions,
  type J1939Name,
  packJ1939Name,
  unpackJ1939Name,
} from "./claim.ts";
export { type CanErrorDescription, describeError } from "./error_frame.ts";
export { decodeFrame, encodeFrame } from "./frame.ts";
export {
  type CanLogEntry,
  formatFrame,
  formatLogLine,
  parseFilter,
  parseFrame,
  parseLogLine,
} from "./notation.ts";
export * from "./options.ts";
export { play, type PlayOptions } from "./play.ts";
export { openRaw } from "./raw.ts";
export { type IsoTpOptions, type J1939Options, openIsoTp, openJ1939 } from "./transport.ts";
export type * from "./types.ts";
