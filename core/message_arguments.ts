/**
 * What callers of message endpoints pass: messages, and the options of sending and receiving them.
 *
 * @module
 */
import { type Checked, integer, object, optional } from "./arguments.ts";
import type { OutgoingControl } from "./control.ts";
import { MAX_BATCH, MAX_CONTROL_BYTES, MAX_INT, MAX_MESSAGE_BYTES } from "./limits.ts";
import type { RecvOptions, SendOptions } from "./message.ts";
import { WAIT_SHAPE } from "./wait.ts";

function checkControl(value: unknown, action: string, name: string): OutgoingControl {
  if (Array.isArray(value)) return value; // each message of it is checked where it is encoded
  throw new TypeError(`Cannot ${action}: ${name} is not an array`);
}

/** Options of a send. */
export const SEND = object({
  ...WAIT_SHAPE,
  control: optional(checkControl),
  flags: optional(integer(0, MAX_INT)),
});
const RECV_SHAPE = {
  ...WAIT_SHAPE,
  size: optional(integer(1, MAX_MESSAGE_BYTES)),
  flags: optional(integer(0, MAX_INT)),
  controlBytes: optional(integer(0, MAX_CONTROL_BYTES)),
} as const;
/** Options of a receive. */
export const RECV = object(RECV_SHAPE);
/** Options of `recvBatches`. */
export const RECV_BATCHES = object({ ...RECV_SHAPE, max: optional(integer(1, MAX_BATCH)) });
/** No options: so a plain call makes nothing. */
export const NONE: Checked<typeof WAIT_SHAPE> & SendOptions & RecvOptions = Object.freeze({
  signal: undefined,
  timeoutMs: undefined,
});

/** Refuses what is no message to be sent, and misspelt keys of one. Nothing is made for one that is right. */
export function checkMessage(message: unknown, index: number): asserts message is object {
  if (message === null || typeof message !== "object") {
    throw new TypeError(`Cannot send: messages[${index}] is not an object`);
  }
  for (const key in message) {
    if (key === "data" || key === "to" || key === "control" || !Object.hasOwn(message, key)) {
      continue;
    }
    throw new TypeError(`Cannot send: messages[${index}] has an unknown key "${key}"`);
  }
}

/** What else an address must be is its family's affair. */
export function checkAddressObject(to: unknown, action: string): void {
  if (to === null || typeof to !== "object") {
    throw new TypeError(`Cannot ${action}: to is not an address`);
  }
}
