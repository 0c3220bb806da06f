/**
 * Data elements of the Service Discovery Protocol (Bluetooth Core 5.4, volume 3, part B, section 3).
 *
 * @module
 */
import { list, object, oneOf, type Parameter, variant } from "../core/arguments.ts";
import { checkBytes, partOf } from "../core/bytes.ts";
import { bigint, boolean, bytes, string } from "../core/value_kinds.ts";
import type { SdpElement } from "./types.ts";

/** What 16 and 32 bits of a UUID stand in (part B, section 2.5.1). */
const BASE_UUID = "-0000-1000-8000-00805f9b34fb";
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Sequences within sequences: records have four or so, an answer made to harm has any number. */
const MAX_DEPTH = 32;
/** Types by their number (section 3.2). */
const TYPES = [
  ...["nil", "uint", "int", "uuid", "text", "boolean", "sequence", "alternative", "url"] as const,
];
const DECODER = new TextDecoder();
const ENCODER = new TextEncoder();

/**
 * A UUID as text of 36 characters.
 *
 * @param uuid 16 or 32 bits as a number or hexadecimal digits, or the whole as text.
 * @returns The whole, in lower case.
 */
export function uuidText(uuid: number | string, action: string, name: string): string {
  if (typeof uuid === "number") {
    if (Number.isInteger(uuid) && uuid >= 0 && uuid <= 0xffffffff) {
      return `${uuid.toString(16).padStart(8, "0")}${BASE_UUID}`;
    }
    throw new RangeError(`Cannot ${action}: ${name} is not in 0 to 2 ** 32 - 1`);
  }
  if (typeof uuid !== "string") {
    throw new TypeError(`Cannot ${action}: ${name} is neither a number nor a string`);
  }
  const text = uuid.toLowerCase();
  if (/^(?:0x)?(?:[0-9a-f]{4}|[0-9a-f]{8})$/.test(text)) {
    return `${text.replace(/^0x/, "").padStart(8, "0")}${BASE_UUID}`;
  }
  if (UUID.test(text)) return text;
  throw new TypeError(`Cannot ${action}: ${name} ${JSON.stringify(uuid)} is no UUID`);
}

function fail(what: string): never {
  throw new RangeError(`Cannot decode an SDP element: ${what}`);
}

/** Bytes that are read from the front, never beyond their end. */
class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  take(size: number): Uint8Array {
    const end = this.#at + size;
    if (end > this.#bytes.length) fail(`${size} bytes are wanted at ${this.#at}`);
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  number(size: 1 | 2 | 4): number {
    const at = this.#at;
    this.take(size);
    if (size === 1) return this.#view.getUint8(at);
    return size === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at);
  }
}

/** The size that a descriptor's lower bits stand for (section 3.3). */
function sizeOf(index: number, type: string, reader: Reader): number {
  if (index < 5) return type === "nil" ? 0 : 1 << index;
  return reader.number(index === 5 ? 1 : index === 6 ? 2 : 4);
}

function bigOf(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${bytes.toHex()}`);
}

function uuidOf(bytes: Uint8Array): string {
  const hex = bytes.toHex();
  if (bytes.length <= 4) return `${hex.padStart(8, "0")}${BASE_UUID}`;
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Which size indexes a type may have (section 3.2, table 3.1). */
const INDEXES: Readonly<Record<typeof TYPES[number], readonly number[]>> = {
  nil: [0],
  uint: [0, 1, 2, 3, 4],
  int: [0, 1, 2, 3, 4],
  uuid: [1, 2, 4],
  text: [5, 6, 7],
  boolean: [0],
  sequence: [5, 6, 7],
  alternative: [5, 6, 7],
  url: [5, 6, 7],
};

function read(reader: Reader, depth: number): SdpElement {
  if (depth > MAX_DEPTH) fail(`sequences are nested more than ${MAX_DEPTH} deep`);
  const descriptor = reader.number(1);
  const type = TYPES[descriptor >> 3];
  const index = descriptor & 7;
  if (type === undefined || !INDEXES[type].includes(index)) {
    fail(`there is no descriptor 0x${descriptor.toString(16).padStart(2, "0")}`);
  }
  const data = reader.take(sizeOf(index, type, reader));
  switch (type) {
    case "nil":
      return { type };
    case "uint":
      return { type, value: bigOf(data), sizeBytes: data.length };
    case "int":
      return { type, value: BigInt.asIntN(8 * data.length, bigOf(data)), sizeBytes: data.length };
    case "uuid":
      return { type, value: uuidOf(data) };
    case "text":
      return { type, value: data.slice() };
    case "boolean":
      return { type, value: data[0] !== 0 };
    case "url":
      return { type, value: DECODER.decode(data) };
    default:
      return { type, value: readAll(data, depth + 1) };
  }
}

function readAll(bytes: Uint8Array, depth: number): SdpElement[] {
  const reader = new Reader(bytes);
  const elements: SdpElement[] = [];
  while (!reader.isAtEnd) elements.push(read(reader, depth));
  return elements;
}

/**
 * Reads a data element of SDP.
 *
 * @example
 * ```ts
 * import { bluetooth } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = Uint8Array.of(0x35, 0x05, 0x19, 0x11, 0x01, 0x08, 0x07);
 * const element = bluetooth.decodeSdpElement(bytes);
 * assertEquals(element, {
 *   type: "sequence",
 *   value: [
 *     { type: "uuid", value: "00001101-0000-1000-8000-00805f9b34fb" },
 *     { type: "uint", value: 7n, sizeBytes: 1 },
 *   ],
 * });
 * assertEquals(bluetooth.encodeSdpElement(element), bytes);
 * ```
 *
 * @param bytes One element, and nothing behind it.
 * @returns The element; its memory is its own.
 * @throws {RangeError} If the bytes are none: cut off, too many, nested too deep.
 */
export function decodeSdpElement(bytes: Uint8Array): SdpElement {
  checkBytes(bytes, "decode an SDP element", "bytes");
  const reader = new Reader(partOf(bytes, 0));
  const element = read(reader, 0);
  if (!reader.isAtEnd) fail("there are bytes behind it");
  return element;
}

const ACTION = "encode an SDP element";
const type = oneOf(...TYPES);
/** What stands in a sequence is checked when its turn comes: a sequence may hold itself. */
const unchecked: Parameter<unknown> = (value) => value;
const ELEMENT = variant("type", [
  [["nil"], object({ type })],
  [["uint", "int"], object({ type, value: bigint, sizeBytes: oneOf(1, 2, 4, 8, 16) })],
  [["uuid", "url"], object({ type, value: string })],
  [["text"], object({ type, value: bytes })],
  [["boolean"], object({ type, value: boolean })],
  [["sequence", "alternative"], object({ type, value: list(unchecked) })],
] as never) as Parameter<SdpElement>;

function described(type: typeof TYPES[number], data: Uint8Array, index?: number): Uint8Array {
  const number = TYPES.indexOf(type) << 3;
  if (index !== undefined) return concat([Uint8Array.of(number | index), data]);
  const size = data.length;
  if (size < 0x100) return concat([Uint8Array.of(number | 5, size), data]);
  if (size < 0x10000) return concat([Uint8Array.of(number | 6, size >> 8, size), data]);
  const head = Uint8Array.of(number | 7, size >>> 24, size >> 16, size >> 8, size);
  return concat([head, data]);
}

/** Pieces in a row. */
export function concat(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    result.set(piece, at);
    at += piece.length;
  }
  return result;
}

function integerBytes(type: "uint" | "int", value: bigint, sizeBytes: number): Uint8Array {
  const index = Math.log2(sizeBytes);
  const bits = 8 * sizeBytes;
  const fits = type === "uint" ? BigInt.asUintN(bits, value) : BigInt.asIntN(bits, value);
  if (fits !== value) {
    throw new RangeError(`Cannot ${ACTION}: ${value} is no ${type} of ${sizeBytes} bytes`);
  }
  const hex = BigInt.asUintN(bits, value).toString(16).padStart(2 * sizeBytes, "0");
  return described(type, Uint8Array.fromHex(hex), index);
}

function uuidBytes(uuid: string): Uint8Array {
  const text = uuidText(uuid, ACTION, "value");
  if (!text.endsWith(BASE_UUID)) {
    return described("uuid", Uint8Array.fromHex(text.replaceAll("-", "")), 4);
  }
  const short = text.slice(0, 8);
  return short.startsWith("0000")
    ? described("uuid", Uint8Array.fromHex(short.slice(4)), 1)
    : described("uuid", Uint8Array.fromHex(short), 2);
}

/**
 * Writes a data element of SDP. A UUID takes as few bytes as it can.
 *
 * @example A number of one byte
 * ```ts
 * import { bluetooth } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = bluetooth.encodeSdpElement({ type: "uint", value: 5n, sizeBytes: 1 });
 * assertEquals(bytes, Uint8Array.of(0x08, 5));
 * ```
 *
 * @param element The element.
 * @returns Its bytes.
 * @throws {TypeError} If a value is of the wrong type.
 * @throws {RangeError} If a number does not fit, or sequences are nested too deep.
 */
export function encodeSdpElement(element: SdpElement): Uint8Array<ArrayBuffer> {
  return concat([encode(element, 0)]);
}

function encode(given: SdpElement, depth: number): Uint8Array {
  if (depth > MAX_DEPTH) {
    throw new RangeError(`Cannot ${ACTION}: sequences are nested more than ${MAX_DEPTH} deep`);
  }
  const element = ELEMENT(given, ACTION, "element");
  switch (element.type) {
    case "nil":
      return described("nil", new Uint8Array(0), 0);
    case "uint":
    case "int":
      return integerBytes(element.type, element.value, element.sizeBytes);
    case "uuid":
      return uuidBytes(element.value);
    case "boolean":
      return described("boolean", Uint8Array.of(element.value ? 1 : 0), 0);
    case "text":
      return described("text", element.value);
    case "url":
      return described("url", ENCODER.encode(element.value));
    default:
      return described(element.type, concat(element.value.map((one) => encode(one, depth + 1))));
  }
}
