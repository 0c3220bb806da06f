/**
 * Frames as can-utils write them: `123#1122`, `12345678##31122`, `123#R8`, and log files of candump.
 *
 * @module
 */
import { object, type Parameter, text as textOf } from "../core/arguments.ts";
import { CAN_NUMBERS } from "../ffi/families/can.ts";
import { FRAMES } from "./_constants.ts";
import { checkFrame } from "./frame.ts";
import type { CanFilter, CanFrame, CanFrameInput } from "./types.ts";

const { CANXL_SEC, CANXL_XLF, CANFD_BRS, CANFD_ESI, CANFD_FDF } = FRAMES;
const { CAN_EFF_FLAG, CAN_RTR_FLAG, CAN_ERR_FLAG, CAN_EFF_MASK, CAN_SFF_MASK } = CAN_NUMBERS;

/** A line of a log file. */
export interface CanLogEntry {
  /** When, microseconds since the epoch as the file has them, in nanoseconds. */
  timestampNanos: bigint;
  /** The interface. */
  interface: string;
  /** The frame. */
  frame: CanFrame;
}

const NANOS: Parameter<bigint> = (value, action, name) => {
  if (typeof value !== "bigint") throw new TypeError(`Cannot ${action}: ${name} is not a bigint`);
  if (value >= 0n) return value;
  throw new RangeError(`Cannot ${action}: ${name} ${value} is before 1970`);
};
const LOG_ENTRY = object({ timestampNanos: NANOS, interface: textOf(), frame: checkFrame });

function fail(text: string): never {
  throw new SyntaxError(`Cannot read a CAN frame: ${JSON.stringify(text)} is none`);
}

/** Hexadecimal bytes, with dots between them or without. */
function dataOf(hex: string, text: string): Uint8Array {
  const digits = hex.replaceAll(".", "");
  if (!/^(?:[0-9a-f]{2})*$/i.test(digits) || /\.\.|^\.|\.$/.test(hex)) fail(text);
  return Uint8Array.fromHex(digits);
}

/**
 * Reads a frame in the notation of can-utils (`cansend`).
 *
 * @example
 * ```ts
 * import { can } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(can.parseFrame("123#DE.AD"), {
 *   kind: "data",
 *   id: 0x123,
 *   extended: false,
 *   data: Uint8Array.of(0xde, 0xad),
 * });
 * assertEquals(can.formatFrame(can.parseFrame("1f334455##3112233")), "1F334455##3112233");
 * ```
 *
 * @param text `ID#DATA`, `ID#R[LENGTH]`, `ID##FLAGS DATA` (CAN FD), or
 * `[VCID]PRIO#FLAGS:SDT:AF#DATA` (CAN XL); an id of 8 digits is extended. Behind the data of a classic
 * frame of 8 bytes, and behind `R8`, `_9` to `_F` say the length that it has on the wire.
 * @returns The frame.
 * @throws {SyntaxError} If the text is none of these.
 */
export function parseFrame(text: string): CanFrame {
  if (typeof text !== "string") throw new TypeError("Cannot read a CAN frame: text is no string");
  const xl = /^([0-9a-f]{2})?([0-9a-f]{3})#([0-9a-f]{2}):([0-9a-f]{2}):([0-9a-f]{8})#(.*)$/i
    .exec(text);
  if (xl !== null) return parseXl(xl, text);
  const match = /^([0-9a-f]{3}|[0-9a-f]{8})#(#?)(.*)$/i.exec(text);
  if (match === null) fail(text);
  const [, idText, fd, rest] = match;
  const number = parseInt(idText, 16);
  if (idText.length === 3 && number > CAN_SFF_MASK) fail(text);
  const extended = idText.length === 8;
  if (fd !== "") return parseFd(number & CAN_EFF_MASK, extended, rest, text);
  if (extended && (number & CAN_ERR_FLAG) !== 0) {
    return { kind: "error", id: number & CAN_EFF_MASK, extended: false, data: data8(rest, text) };
  }
  if (number > CAN_EFF_MASK) fail(text);
  const [, what, code] = /^(.*?)(?:_([9a-f]))?$/i.exec(rest)!;
  const coded = code === undefined ? {} : { lengthCode: parseInt(code, 16) };
  const remote = /^R([0-8]?)$/i.exec(what);
  const remoteBytes = Number(remote?.[1]);
  const data = remote === null ? data8(what, text) : new Uint8Array(0);
  const size = remote === null ? data.length : remoteBytes;
  if (code !== undefined && size !== FRAMES.CAN_MAX_DLEN) fail(text);
  return remote === null
    ? { kind: "data", id: number, extended, data, ...coded }
    : { kind: "remote", id: number, extended, data, remoteBytes, ...coded };
}

function data8(hex: string, text: string): Uint8Array {
  const data = dataOf(hex, text);
  if (data.length > FRAMES.CAN_MAX_DLEN) fail(text);
  return data;
}

function parseFd(id: number, extended: boolean, rest: string, text: string): CanFrame {
  if (!/^[0-9a-f]/i.test(rest)) fail(text);
  const flags = parseInt(rest[0], 16);
  const data = dataOf(rest.slice(1), text);
  if (data.length > FRAMES.CANFD_MAX_DLEN) fail(text);
  return {
    ...{ kind: "fd", id, extended, data },
    bitRateSwitch: (flags & CANFD_BRS) !== 0,
    errorStateIndicator: (flags & CANFD_ESI) !== 0,
  };
}

function parseXl(match: RegExpExecArray, text: string): CanFrame {
  const [, vcid = "00", priority, flags, sdt, af, hex] = match;
  const data = dataOf(hex, text);
  const bits = parseInt(flags, 16);
  const number = parseInt(priority, 16);
  if (data.length === 0 || data.length > FRAMES.CANXL_MAX_DLEN || number > CAN_SFF_MASK) fail(text);
  if ((bits & CANXL_XLF) === 0) fail(text);
  return {
    kind: "xl",
    priority: number,
    virtualId: parseInt(vcid, 16),
    simpleExtendedContent: (bits & CANXL_SEC) !== 0,
    sdt: parseInt(sdt, 16),
    af: parseInt(af, 16),
    data,
  };
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, "0");
}

/**
 * Writes a frame in the notation of can-utils (`cansend`).
 *
 * @example In short
 * ```ts
 * import { can } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(can.formatFrame({ id: 0x123, data: Uint8Array.of(1, 2) }), "123#0102");
 * ```
 *
 * @param frame The frame.
 * @returns The text.
 * @throws {TypeError} If a key is unknown or of the wrong type.
 * @throws {RangeError} If a number is out of range.
 */
export function formatFrame(frame: CanFrameInput): string {
  return notation(checkFrame(frame, "write a CAN frame", "frame"), 0);
}

function notation(frame: CanFrameInput, fdFlags: number): string {
  const data = (frame.data ?? new Uint8Array(0)).toHex().toUpperCase();
  if (frame.kind === "xl") {
    const { priority, virtualId = 0, simpleExtendedContent, sdt = 0, af = 0 } = frame;
    const flags = CANXL_XLF | (simpleExtendedContent ? CANXL_SEC : 0);
    const network = virtualId === 0 ? "" : hex(virtualId, 2);
    return `${network}${hex(priority, 3)}#${hex(flags, 2)}:${hex(sdt, 2)}:${hex(af, 8)}#${data}`;
  }
  const { kind, id, extended = id > CAN_SFF_MASK } = frame;
  if (kind === "error") return `${hex((id | CAN_ERR_FLAG) >>> 0, 8)}#${data}`;
  const name = hex(id, extended ? 8 : 3);
  if (kind !== "fd") {
    const code = frame.lengthCode === undefined ? "" : `_${hex(frame.lengthCode, 1)}`;
    return `${name}#${kind === "remote" ? `R${frame.remoteBytes || ""}` : data}${code}`;
  }
  const flags = fdFlags | (frame.bitRateSwitch ? CANFD_BRS : 0) |
    (frame.errorStateIndicator ? CANFD_ESI : 0);
  return `${name}##${hex(flags, 1)}${data}`;
}

const LINE = /^\s*\((\d+)\.(\d{1,9})\)\s+(\S+)\s+(\S+)(?:\s+[RT])?\s*$/;

/**
 * Reads a line of a log file of candump (`candump -l`).
 *
 * @example
 * ```ts
 * import { can } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * const line = "(1436509052.249713) vcan0 044#2A366C2BBA";
 * const entry = can.parseLogLine(line);
 * assertEquals(entry?.interface, "vcan0");
 * assertEquals(can.formatLogLine(entry!), line);
 * ```
 *
 * @param line `(SECONDS.MICROSECONDS) INTERFACE FRAME`, with `R` or `T` behind it or without.
 * @returns The entry; `undefined` for an empty line or a comment (`#`, `;`).
 * @throws {SyntaxError} If the line is neither.
 */
export function parseLogLine(line: string): CanLogEntry | undefined {
  if (typeof line !== "string") throw new TypeError("Cannot read a CAN log: line is no string");
  if (/^\s*(?:[#;].*)?$/.test(line)) return undefined;
  const match = LINE.exec(line);
  if (match === null) {
    throw new SyntaxError(`Cannot read a CAN log: ${JSON.stringify(line)} is no line of one`);
  }
  const [, seconds, fraction, name, frame] = match;
  const timestampNanos = BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, "0"));
  return { timestampNanos, interface: name, frame: parseFrame(frame) };
}

/**
 * Writes a line of a log file of candump. As there, the flags of a CAN FD frame say that it is one, as
 * the kernel's do (CANFD_FDF): `123##5AA` is {@linkcode formatFrame}'s `123##1AA`.
 *
 * @example In short
 * ```ts
 * import { can } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * const frame = { id: 0x123, data: Uint8Array.of(1, 2) };
 * const line = can.formatLogLine({ timestampNanos: 1_500_000_000n, interface: "can0", frame });
 * assertEquals(line, "(0000000001.500000) can0 123#0102");
 * ```
 *
 * @param entry When, where and what.
 * @returns The line, without its end.
 * @throws {TypeError} If a key is unknown or of the wrong type.
 * @throws {RangeError} If a number is out of range.
 */
export function formatLogLine(
  entry: { timestampNanos: bigint; interface: string; frame: CanFrameInput },
): string {
  const { timestampNanos, interface: nic, frame } = LOG_ENTRY(entry, "write a CAN log", "entry");
  const micros = timestampNanos / 1000n;
  const fraction = `${micros % 1_000_000n}`.padStart(6, "0");
  const seconds = `${micros / 1_000_000n}`.padStart(10, "0");
  return `(${seconds}.${fraction}) ${nic} ${notation(frame, CANFD_FDF)}`;
}

/**
 * Reads a filter in the notation of candump: `ID:MASK` takes what is equal under the mask, `ID~MASK`
 * all else. The mask's bits above the identifier tell kinds of frames apart: 80000000 those with 29
 * bits from those with 11, 40000000 remote frames from those with data.
 *
 * @example
 * ```ts
 * import { can } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(can.parseFilter("123:7FF"), { id: 0x123, mask: 0x7ff, extended: "any" });
 * assertEquals(can.parseFilter("123~C00007FF"), {
 *   id: 0x123,
 *   mask: 0x7ff,
 *   extended: false,
 *   remote: false,
 *   inverted: true,
 * });
 * ```
 *
 * @param text The filter, in hexadecimal; an id of 8 digits is one of 29 bits.
 * @returns The filter.
 * @throws {SyntaxError} If the text is none.
 */
export function parseFilter(text: string): CanFilter {
  if (typeof text !== "string") throw new TypeError("Cannot read a CAN filter: text is no string");
  const match = /^([0-9a-f]{1,8})([:~])([0-9a-f]{1,8})$/i.exec(text);
  if (match === null) {
    throw new SyntaxError(`Cannot read a CAN filter: ${JSON.stringify(text)} is none`);
  }
  const [, idText, way, maskText] = match;
  const number = parseInt(idText, 16);
  const mask = parseInt(maskText, 16);
  const result: CanFilter = {
    id: number & mask & CAN_EFF_MASK,
    mask: mask & CAN_EFF_MASK,
    extended: (mask & CAN_EFF_FLAG) === 0
      ? "any"
      : idText.length === 8 || (number & CAN_EFF_FLAG) !== 0,
  };
  if ((mask & CAN_RTR_FLAG) !== 0) result.remote = (number & CAN_RTR_FLAG) !== 0;
  if (way === "~") result.inverted = true;
  return result;
}
