/**
 * CAN frames on the command line: how they are read, and how `--json` tells of them.
 *
 * @module
 */
import { describeError } from "../can/error_frame.ts";
import { formatFrame } from "../can/notation.ts";
import { openRaw } from "../can/raw.ts";
import type { CanFrame, CanRaw, CanRawOptions } from "../can/types.ts";
import type { Fields } from "./event_rows.ts";
import { errorCode, UsageError } from "./exit.ts";

/** What `--json` tells of a frame. */
export const FRAME_FIELDS: Fields = {
  interface: "string",
  frame: "string",
  kind: "string",
  data: "string",
  id: "integer?",
  extended: "boolean?",
  remoteBytes: "integer?",
  lengthCode: "integer?",
  bitRateSwitch: "boolean?",
  errorStateIndicator: "boolean?",
  priority: "integer?",
  virtualId: "integer?",
  simpleExtendedContent: "boolean?",
  sdt: "integer?",
  af: "integer?",
  error: "object?",
};

/** A frame as {@linkcode FRAME_FIELDS} say. */
export function frameFields(name: string, frame: CanFrame): Record<string, unknown> {
  const { data, ...rest } = frame;
  return {
    interface: name,
    frame: formatFrame(frame),
    ...rest,
    data: data.toHex(),
    ...(frame.kind === "error" && { error: describeError(frame) }),
  };
}

/** Opens a bus for frames of every kind that the kernel knows. */
export async function openBus(options: CanRawOptions): Promise<CanRaw> {
  try {
    return await openRaw({ ...options, xl: true });
  } catch (error) {
    // CAN XL is younger than the rest (Linux 6.2).
    if (errorCode(error) !== "ENOPROTOOPT") throw error;
    return await openRaw(options);
  }
}

/** What a parser takes for no frame or filter is a mistake in the command line. */
export function readOperand<T>(text: string, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) {
      throw new UsageError(error.message);
    }
    throw error;
  }
}
