import { integer, object, oneOf, optional } from "../core/arguments.ts";
import { bytes } from "../core/bytes.ts";
import type { OutgoingControlMessage } from "../core/control.ts";
import { NUMBERS, SOL_ALG } from "./_constants.ts";

/** What {@linkcode operationControl} tells. */
export interface OperationControl {
  /** What to do. Default: as the operation before, `"decrypt"` at first. */
  operation?: "encrypt" | "decrypt";
  /** The initialisation vector. */
  iv?: Uint8Array;
  /** How many bytes at the beginning of the input are associated data, 0 to 2^32 - 1. */
  associatedBytes?: number;
}

const CONTROL = object({
  operation: optional(oneOf("encrypt", "decrypt")),
  iv: optional(bytes),
  associatedBytes: optional(integer(0, 0xffffffff)),
});

/**
 * The control messages that begin an operation of a cipher (linux/if_alg.h): ALG_SET_OP, ALG_SET_IV,
 * ALG_SET_AEAD_ASSOCLEN. They go with the first `send` of its input.
 *
 * @example
 * ```ts
 * import { alg } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * const control = alg.operationControl({ operation: "encrypt", iv: new Uint8Array(16) });
 * assertEquals(control.length, 2);
 * ```
 *
 * @param options What to tell.
 * @returns The messages, for `send`'s `control`.
 */
export function operationControl(options: OperationControl): OutgoingControlMessage[] {
  const { operation, iv, associatedBytes } = CONTROL(options, "begin an operation", "options");
  const messages: OutgoingControlMessage[] = [];
  const add = (number: number, data: Uint8Array) =>
    messages.push({ type: "raw", level: SOL_ALG, number, data });
  if (operation !== undefined) add(NUMBERS.ALG_SET_OP, u32(OPERATIONS[operation]));
  if (iv !== undefined) add(NUMBERS.ALG_SET_IV, vector(iv));
  if (associatedBytes !== undefined) add(NUMBERS.ALG_SET_AEAD_ASSOCLEN, u32(associatedBytes));
  return messages;
}

const OPERATIONS = { encrypt: NUMBERS.ALG_OP_ENCRYPT, decrypt: NUMBERS.ALG_OP_DECRYPT } as const;

function u32(value: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
}

/** `struct af_alg_iv`: the length and the vector. */
function vector(iv: Uint8Array): Uint8Array {
  const data = new Uint8Array(4 + iv.length);
  data.set(u32(iv.length));
  data.set(iv, 4);
  return data;
}
