/**
 * Frames as the kernel has them: `struct can_frame`, `canfd_frame`, `canxl_frame` (linux/can.h).
 *
 * @module
 */
import { boolean, checkInteger, integer, object, oneOf, optional } from "../core/arguments.ts";
import { bytes, checkBytes, lengthOf } from "../core/bytes.ts";
import { CAN_NUMBERS, canIdNumber } from "../ffi/families/can.ts";
import { FRAMES } from "./_constants.ts";
import type { CanFrame, CanFrameInput, CanXlFrame } from "./types.ts";

const { CAN_EFF_FLAG, CAN_EFF_MASK, CAN_ERR_FLAG, CAN_RTR_FLAG, CAN_SFF_MASK } = CAN_NUMBERS;
const {
  CAN_MTU,
  CAN_MAX_DLEN,
  CAN_MAX_RAW_DLC,
  CANFD_MTU,
  CANFD_MAX_DLEN,
  CANFD_BRS,
  CANFD_ESI,
  CANFD_FDF,
  CANXL_HDR_SIZE,
  CANXL_MAX_DLEN,
  CANXL_XLF,
  CANXL_SEC,
} = FRAMES;

/** len8_dlc of can_frame: the length on the wire, where that is more than 8. */
const LENGTH_CODE = 7;
/** Where the data of can_frame and canfd_frame begins. */
const DATA = 8;
/** The lengths that a CAN FD frame can have beyond 8 bytes (ISO 11898-1). */
const FD_LENGTHS = [12, 16, 20, 24, 32, 48, 64];
const ACTION = "encode a CAN frame";
const NONE = new Uint8Array(0);

const FRAME = object({
  kind: optional(oneOf("data", "remote", "error", "fd", "xl")),
  id: optional(integer(0, CAN_EFF_MASK)),
  extended: optional(boolean),
  data: optional(bytes),
  remoteBytes: optional(integer(0, CAN_MAX_DLEN)),
  lengthCode: optional(integer(CAN_MAX_DLEN + 1, CAN_MAX_RAW_DLC)),
  bitRateSwitch: optional(boolean),
  errorStateIndicator: optional(boolean),
  priority: optional(integer(0, CAN_SFF_MASK)),
  virtualId: optional(integer(0, 0xff)),
  sdt: optional(integer(0, 0xff)),
  af: optional(integer(0, 0xffffffff)),
  simpleExtendedContent: optional(boolean),
});

/** A frame as it was passed: checked key by key, with what its kind cannot do without. */
export function checkFrame(value: unknown, action: string, name: string): CanFrameInput {
  const frame = FRAME(value, action, name);
  if (frame.kind === "xl") {
    checkInteger(frame.priority, 0, CAN_SFF_MASK, action, `${name}.priority`);
    checkBytes(frame.data, action, `${name}.data`);
  } else checkInteger(frame.id, 0, CAN_EFF_MASK, action, `${name}.id`);
  return frame as CanFrameInput;
}

/**
 * A frame as bytes for a raw CAN socket.
 *
 * @example
 * ```ts
 * import { can } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = can.encodeFrame({ id: 0x123, data: Uint8Array.of(1, 2) });
 * assertEquals(can.decodeFrame(bytes), {
 *   kind: "data",
 *   id: 0x123,
 *   extended: false,
 *   data: Uint8Array.of(1, 2),
 * });
 * ```
 *
 * @param frame The frame; `kind` is `"data"` where it is left out. An id above 0x7ff is extended.
 * @returns 16 bytes, of CAN FD 72, of CAN XL 12 and the data.
 * @throws {TypeError} If a key is unknown or of the wrong type.
 * @throws {RangeError} If a number is out of range, or the data too long.
 */
export function encodeFrame(frame: CanFrameInput): Uint8Array<ArrayBuffer> {
  const checked = FRAME(frame, ACTION, "frame");
  const { kind = "data" } = checked;
  if (kind === "xl") return encodeXl(checked);
  const { id, extended, data = NONE, remoteBytes = 0 } = checked;
  checkInteger(id, 0, CAN_EFF_MASK, ACTION, "frame.id");
  const fd = kind === "fd";
  const size = lengthOf(data);
  checkLength(size, fd, kind === "remote");
  const result = new Uint8Array(fd ? CANFD_MTU : CAN_MTU);
  const flag = kind === "remote" ? CAN_RTR_FLAG : kind === "error" ? CAN_ERR_FLAG : 0;
  const number = kind === "error" ? id : canIdNumber(id, extended, ACTION, "frame.id");
  putWord(result, number | flag);
  result[4] = kind === "remote" ? remoteBytes : fd ? roundedUp(size) : size;
  if (checked.lengthCode !== undefined) {
    if (fd || kind === "error" || result[4] !== CAN_MAX_DLEN) {
      throw new RangeError(
        `Cannot ${ACTION}: frame.lengthCode is of classic frames of ${CAN_MAX_DLEN} bytes`,
      );
    }
    result[LENGTH_CODE] = checked.lengthCode;
  }
  if (fd) {
    result[5] = CANFD_FDF | (checked.bitRateSwitch ? CANFD_BRS : 0) |
      (checked.errorStateIndicator ? CANFD_ESI : 0);
  }
  // For so few bytes a loop is faster than set().
  for (let i = 0; i < size; i++) result[DATA + i] = data[i];
  return result;
}

/** The identifier and its flags, without a view to be made for each frame. */
function putWord(target: Uint8Array, word: number): void {
  target[0] = word;
  target[1] = word >>> 8;
  target[2] = word >>> 16;
  target[3] = word >>> 24;
}

function checkLength(size: number, fd: boolean, remote: boolean): void {
  const most = remote ? 0 : fd ? CANFD_MAX_DLEN : CAN_MAX_DLEN;
  if (size <= most) return;
  throw new RangeError(`Cannot ${ACTION}: frame.data is ${size} bytes long, ${most} are allowed`);
}

/** CAN FD has only some lengths: the data is padded with zeros. */
function roundedUp(size: number): number {
  return size <= CAN_MAX_DLEN ? size : FD_LENGTHS.find((length) => length >= size)!;
}

function encodeXl(frame: Omit<Partial<CanXlFrame>, "kind">): Uint8Array<ArrayBuffer> {
  const { priority, data, virtualId = 0, sdt = 0, af = 0, simpleExtendedContent } = frame;
  checkInteger(priority, 0, CAN_SFF_MASK, ACTION, "frame.priority");
  checkBytes(data, ACTION, "frame.data");
  const size = lengthOf(data);
  checkInteger(size, 1, CANXL_MAX_DLEN, ACTION, "the length of frame.data");
  const result = new Uint8Array(CANXL_HDR_SIZE + size);
  const view = new DataView(result.buffer);
  view.setUint32(0, (virtualId << 16 | priority) >>> 0, true);
  result[4] = CANXL_XLF | (simpleExtendedContent ? CANXL_SEC : 0);
  result[5] = sdt;
  view.setUint16(6, size, true);
  view.setUint32(8, af, true);
  result.set(data, CANXL_HDR_SIZE);
  return result;
}

/**
 * Bytes of a raw CAN socket as a frame.
 *
 * @example In short
 * ```ts
 * import { can } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = can.encodeFrame({ id: 0x123, data: Uint8Array.of(1, 2) });
 * assertEquals(can.formatFrame(can.decodeFrame(bytes)), "123#0102");
 * ```
 *
 * @param message What was received: 16 bytes, of CAN FD 72, of CAN XL 12 and more.
 * @returns The frame; its data is memory of its own.
 * @throws {RangeError} If the bytes are no frame: too short, or of a length that is none.
 */
export function decodeFrame(message: Uint8Array): CanFrame {
  checkBytes(message, "decode a CAN frame", "message");
  const size = lengthOf(message);
  if (size >= CANXL_HDR_SIZE && (message[4] & CANXL_XLF) !== 0) return decodeXl(message, size);
  if (size !== CAN_MTU && size !== CANFD_MTU) {
    throw new RangeError(`Cannot decode a CAN frame: ${size} bytes are none`);
  }
  const word = (message[0] | message[1] << 8 | message[2] << 16 | message[3] << 24) >>> 0;
  const extended = (word & CAN_EFF_FLAG) !== 0;
  const id = word & (extended ? CAN_EFF_MASK : CAN_SFF_MASK);
  const length = message[4];
  if (length > size - DATA) {
    throw new RangeError(`Cannot decode a CAN frame: ${length} bytes of data do not fit`);
  }
  if (size === CANFD_MTU) {
    return {
      ...{ kind: "fd", id, extended, data: message.slice(DATA, DATA + length) },
      bitRateSwitch: (message[5] & CANFD_BRS) !== 0,
      errorStateIndicator: (message[5] & CANFD_ESI) !== 0,
    };
  }
  if ((word & CAN_ERR_FLAG) !== 0) {
    const data = message.slice(DATA, DATA + length);
    return { kind: "error", id: word & CAN_EFF_MASK, extended: false, data };
  }
  const frame: CanFrame = (word & CAN_RTR_FLAG) !== 0
    ? { kind: "remote", id, extended, data: new Uint8Array(0), remoteBytes: length }
    : { kind: "data", id, extended, data: message.slice(DATA, DATA + length) };
  const lengthCode = message[LENGTH_CODE];
  if (length === CAN_MAX_DLEN && lengthCode > CAN_MAX_DLEN && lengthCode <= CAN_MAX_RAW_DLC) {
    frame.lengthCode = lengthCode;
  }
  return frame;
}

function decodeXl(message: Uint8Array, size: number): CanFrame {
  const view = new DataView(message.buffer, message.byteOffset, size);
  const length = view.getUint16(6, true);
  if (length === 0 || length > CANXL_MAX_DLEN || CANXL_HDR_SIZE + length > size) {
    throw new RangeError(`Cannot decode a CAN frame: ${length} bytes of data do not fit`);
  }
  const word = view.getUint32(0, true);
  return {
    kind: "xl",
    priority: word & CAN_SFF_MASK,
    virtualId: word >>> 16 & 0xff,
    simpleExtendedContent: (message[4] & CANXL_SEC) !== 0,
    sdt: message[5],
    af: view.getUint32(8, true),
    data: message.slice(CANXL_HDR_SIZE, CANXL_HDR_SIZE + length),
  };
}
