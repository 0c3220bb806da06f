/**
 * Checks of the memory that callers pass, and text to bytes.
 *
 * @module
 */
import type { Parameter } from "./arguments.ts";

const ENCODER = new TextEncoder();

/** Bytes in memory that stays: see {@linkcode checkBytes}. */
export const bytes: Parameter<Uint8Array> = (value, action, name) => {
  checkBytes(value, action, name);
  return value;
};

/** Bytes in any memory that is there now, as a plain view of their true length. */
export const boundBytes: Parameter<Uint8Array> = (value, action, name) => {
  boundLength(value, action, name);
  return partOf(value as Uint8Array, 0);
};

/** The true length of such bytes, for who only copies them (`set` goes by it, too): it makes no view. */
export const boundLength: Parameter<number> = (value, action, name) => {
  if (!isUint8Array(value)) throw new TypeError(`Cannot ${action}: ${name} is not a Uint8Array`);
  const length = lengthOf(value);
  if (length === 0 && (BUFFER_OF.call(value) as ArrayBuffer).detached) {
    throw new TypeError(`Cannot ${action}: ${name} views a detached buffer`);
  }
  return length;
};

/** An accessor of every typed array, which no subclass, own property or proxy stands in for. */
function accessor(name: "length" | "byteOffset" | "buffer" | symbol): () => unknown {
  const typedArray = Object.getPrototypeOf(Uint8Array.prototype);
  return Object.getOwnPropertyDescriptor(typedArray, name)!.get!;
}

const NAME_OF = accessor(Symbol.toStringTag);
const LENGTH_OF = accessor("length");
const OFFSET_OF = accessor("byteOffset");
const BUFFER_OF = accessor("buffer");

/** Whether this is a Uint8Array in truth, whatever `instanceof` says of it. */
function isUint8Array(value: unknown): value is Uint8Array {
  return NAME_OF.call(value) === "Uint8Array";
}

/**
 * The true length of a view, whatever it says of itself (a subclass may have a `length` of its own):
 * the one to tell the kernel. 0 once its memory is gone.
 */
export function lengthOf(bytes: Uint8Array): number {
  return LENGTH_OF.call(bytes) as number;
}

/** As `subarray`, by the true length, and a plain view whatever `bytes` is. */
export function partOf(bytes: Uint8Array, from: number, to?: number): Uint8Array<ArrayBuffer> {
  const length = lengthOf(bytes);
  const end = Math.min(to ?? length, length);
  const start = Math.min(from, end);
  const offset = OFFSET_OF.call(bytes) as number;
  return new Uint8Array(BUFFER_OF.call(bytes) as ArrayBuffer, offset + start, end - start);
}

/** As `slice`, at a third of its cost for the small. */
export function copyOf(memory: Uint8Array, start: number, end: number): Uint8Array<ArrayBuffer> {
  const size = end - start;
  const copy = new Uint8Array(size);
  if (size > 16) copy.set(memory.subarray(start, end));
  else for (let i = 0; i < size; i++) copy[i] = memory[start + i];
  return copy;
}

/**
 * Refuses what is no plain view: other types, detached or resizable buffers, whose memory could go
 * away while the kernel holds it.
 *
 * @param bytes What the caller passed.
 * @param action What was to be done, for the message: `"send"`.
 * @param name The argument's name.
 * @throws {TypeError} If it is no Uint8Array, or its buffer is detached or resizable.
 */
export function checkBytes(
  bytes: unknown,
  action: string,
  name: string,
): asserts bytes is Uint8Array {
  if (!isUint8Array(bytes)) {
    throw new TypeError(`Cannot ${action}: ${name} is not a Uint8Array`);
  }
  const buffer = BUFFER_OF.call(bytes) as ArrayBuffer | SharedArrayBuffer;
  if (buffer instanceof ArrayBuffer) {
    if (buffer.resizable) {
      throw new TypeError(`Cannot ${action}: ${name} views a resizable buffer`);
    }
    // A view of detached memory has no length: looked at first, since that costs less.
    if (lengthOf(bytes) === 0 && buffer.detached) {
      throw new TypeError(`Cannot ${action}: ${name} views a detached buffer`);
    }
  } else if (buffer.growable) {
    throw new TypeError(`Cannot ${action}: ${name} views a growable buffer`);
  }
}

/** The error of memory that the caller has transferred away while a call waited. */
export function detached(action: string, name: string): TypeError {
  return new TypeError(`Cannot ${action}: ${name} was detached while waiting`);
}

/** Whether these are bytes that any call takes as they are: not empty, not shared, not resizable. */
export function isPlain(bytes: unknown): bytes is Uint8Array<ArrayBuffer> {
  if (!isUint8Array(bytes) || lengthOf(bytes) === 0) return false;
  const buffer = BUFFER_OF.call(bytes);
  return buffer instanceof ArrayBuffer && !buffer.resizable;
}

/** Whether the engine may hand this memory to Deno's own calls: shared memory must be copied. */
export function isShared(bytes: Uint8Array): boolean {
  return !(BUFFER_OF.call(bytes) instanceof ArrayBuffer);
}

/** The bytes of a text, or the bytes themselves. */
export function toBytes(data: Uint8Array | string): Uint8Array {
  return typeof data === "string" ? ENCODER.encode(data) : data;
}
