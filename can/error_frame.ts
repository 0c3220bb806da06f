import { ERRORS } from "./_constants.ts";
import { checkFrame } from "./frame.ts";
import type { CanErrorFrame } from "./types.ts";

/** What an error frame says (linux/can/error.h). */
export interface CanErrorDescription {
  /** The classes: `"busOff"`, `"ack"`, `"controller"` and so on. */
  classes: string[];
  /** In which bit arbitration was lost, 1 to 255; 0 where that is not known. */
  lostArbitrationBit?: number;
  /** What the controller says: `"rxWarning"`, `"txPassive"` and so on. */
  controller?: string[];
  /** How the protocol was violated: `"stuff"`, `"form"` and so on. */
  protocol?: string[];
  /** Where in the frame: CAN_ERR_PROT_LOC_*. */
  protocolLocation?: number;
  /** What the transceiver says: CAN_ERR_TRX_*. */
  transceiver?: number;
  /** The controller's counter of errors in sending. */
  txErrors?: number;
  /** Its counter of errors in receiving. */
  rxErrors?: number;
}

const CLASSES: readonly (readonly [number, string])[] = [
  [ERRORS.CAN_ERR_TX_TIMEOUT, "txTimeout"],
  [ERRORS.CAN_ERR_LOSTARB, "lostArbitration"],
  [ERRORS.CAN_ERR_CRTL, "controller"],
  [ERRORS.CAN_ERR_PROT, "protocol"],
  [ERRORS.CAN_ERR_TRX, "transceiver"],
  [ERRORS.CAN_ERR_ACK, "ack"],
  [ERRORS.CAN_ERR_BUSOFF, "busOff"],
  [ERRORS.CAN_ERR_BUSERROR, "busError"],
  [ERRORS.CAN_ERR_RESTARTED, "restarted"],
  [ERRORS.CAN_ERR_CNT, "counters"],
];
/** Bits of data[1] (CAN_ERR_CRTL_*). */
const CONTROLLER = [
  ...["rxOverflow", "txOverflow", "rxWarning", "txWarning"],
  ...["rxPassive", "txPassive", "active"],
];
/** Bits of data[2] (CAN_ERR_PROT_*). */
const PROTOCOL = ["bit", "form", "stuff", "bit0", "bit1", "overload", "active", "tx"];

function named(bits: number, names: readonly string[]): string[] {
  return names.filter((_, i) => (bits & 1 << i) !== 0);
}

/**
 * What an error frame says, in words.
 *
 * @example
 * ```ts
 * import { can } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * const frame = can.parseFrame("20000004#000C000000000000");
 * if (frame.kind === "error") {
 *   assertEquals(can.describeError(frame), {
 *     classes: ["controller"],
 *     controller: ["rxWarning", "txWarning"],
 *   });
 * }
 * ```
 *
 * @param frame The frame.
 * @returns What it says; only what its classes make meaningful.
 * @throws {TypeError} If it is no error frame.
 * @throws {RangeError} If a number of it is out of range.
 */
export function describeError(frame: CanErrorFrame): CanErrorDescription {
  const checked = checkFrame(frame, "describe a CAN error", "frame");
  if (checked.kind !== "error") {
    throw new TypeError('Cannot describe a CAN error: frame.kind is not "error"');
  }
  const { id, data = new Uint8Array(0) } = checked;
  const has = (bit: number) => (id & bit) !== 0;
  const result: CanErrorDescription = {
    classes: CLASSES.filter(([bit]) => has(bit)).map(([, name]) => name),
  };
  if (has(ERRORS.CAN_ERR_LOSTARB)) result.lostArbitrationBit = data[0] ?? 0;
  if (has(ERRORS.CAN_ERR_CRTL)) result.controller = named(data[1] ?? 0, CONTROLLER);
  if (has(ERRORS.CAN_ERR_PROT)) {
    result.protocol = named(data[2] ?? 0, PROTOCOL);
    result.protocolLocation = data[3] ?? 0;
  }
  if (has(ERRORS.CAN_ERR_TRX)) result.transceiver = data[4] ?? 0;
  if (has(ERRORS.CAN_ERR_CNT)) {
    result.txErrors = data[6] ?? 0;
    result.rxErrors = data[7] ?? 0;
  }
  return result;
}
