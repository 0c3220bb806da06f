/**
 * The payloads of attributes: numbers, text, addresses, structs, lists.
 *
 * @module
 */
import { formatIpv4, formatIpv6, parseIp } from "../core/ip/text.ts";
import {
  type AttributeCodec,
  AttributeError,
  type AttributeLookup,
  eachAttribute,
  writeAttribute,
} from "./attributes.ts";
import type { ByteSource } from "./_bytes.ts";

const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });
const ENCODER = new TextEncoder();

/** Refuses a payload that is too short. Longer ones are newer kernels'. */
function need(length: number, bytes: number): void {
  if (length < bytes) throw new AttributeError(`${length} bytes, ${bytes} are needed`);
}

function number(value: unknown, low: number, high: number): number {
  if (typeof value === "boolean") value = Number(value);
  if (typeof value !== "number") {
    throw new TypeError("Cannot encode netlink attribute: the value is not a number");
  }
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new RangeError(
      `Cannot encode netlink attribute: the value ${value} is not in ${low} to ${high}`,
    );
  }
  return value;
}

/** 8 bits. */
export const u8: AttributeCodec<number> = {
  decode(source, at, length) {
    need(length, 1);
    return source.bytes[at];
  },
  encode: (sink, value) => sink.u8(number(value, 0, 0xff)),
};

/** 16 bits. */
export const u16: AttributeCodec<number> = {
  decode(source, at, length) {
    need(length, 2);
    return source.view.getUint16(at, true);
  },
  encode: (sink, value) => sink.u16(number(value, 0, 0xffff)),
};

/** 32 bits. */
export const u32: AttributeCodec<number> = {
  decode(source, at, length) {
    need(length, 4);
    return source.view.getUint32(at, true);
  },
  encode: (sink, value) => sink.u32(number(value, 0, 0xffffffff)),
};

/** 32 bits with a sign. */
export const s32: AttributeCodec<number> = {
  decode(source, at, length) {
    need(length, 4);
    return source.view.getInt32(at, true);
  },
  encode: (sink, value) => sink.u32(number(value, -0x80000000, 0x7fffffff) >>> 0),
};

/** 64 bits. */
export const u64: AttributeCodec<bigint> = {
  decode(source, at, length) {
    need(length, 8);
    return source.view.getBigUint64(at, true);
  },
  encode(sink, value) {
    if (typeof value !== "bigint" || value < 0n || value >= 1n << 64n) {
      throw new RangeError("Cannot encode netlink attribute: no bigint of 64 bits");
    }
    sink.u64(value);
  },
};

/** 64 bits with a sign. */
export const s64: AttributeCodec<bigint> = {
  decode: (source, at, length) => BigInt.asIntN(64, u64.decode(source, at, length)),
  encode: (sink, value) => u64.encode(sink, BigInt.asUintN(64, value)),
};

/** 64 bits that hold no more than a number of JS does: times and sizes. */
export const u64n: AttributeCodec<number> = {
  decode: (source, at, length) => Number(u64.decode(source, at, length)),
  encode: (sink, value) => sink.u64(BigInt(number(value, 0, Number.MAX_SAFE_INTEGER))),
};

/** 16 bits in network order. */
export const be16: AttributeCodec<number> = {
  decode(source, at, length) {
    need(length, 2);
    return source.view.getUint16(at, false);
  },
  encode: (sink, value) => sink.u16(number(value, 0, 0xffff), false),
};

/** 32 bits in network order. */
export const be32: AttributeCodec<number> = {
  decode(source, at, length) {
    need(length, 4);
    return source.view.getUint32(at, false);
  },
  encode: (sink, value) => sink.u32(number(value, 0, 0xffffffff), false),
};

/** 64 bits in network order. */
export const be64: AttributeCodec<bigint> = {
  decode(source, at, length) {
    need(length, 8);
    return source.view.getBigUint64(at, false);
  },
  encode: (sink, value) => sink.u64(BigInt.asUintN(64, value), false),
};

/** A number of 8, 16, 32 or 64 bits, as long as the payload is: NLA_UINT and NLA_SINT. */
export const uint: AttributeCodec<number | bigint> = {
  decode(source, at, length) {
    if (length >= 8) return source.view.getBigUint64(at, true);
    if (length >= 4) return source.view.getUint32(at, true);
    if (length >= 2) return source.view.getUint16(at, true);
    need(length, 1);
    return source.bytes[at];
  },
  encode(sink, value) {
    if (typeof value === "bigint") sink.u64(BigInt.asUintN(64, value));
    else sink.u32(number(value, 0, 0xffffffff));
  },
};

/** Nothing: that it is there says it. */
export const flag: AttributeCodec<boolean> = {
  decode: () => true,
  encode() {},
};

/** A byte that says yes or no. */
export const bool8: AttributeCodec<boolean> = {
  decode: (source, at, length) => u8.decode(source, at, length) !== 0,
  encode: (sink, value) => sink.u8(Number(value)),
};

/** Text that ends with a NUL, or with the payload. */
export const text: AttributeCodec<string> = {
  decode: (source, at, length) => decodeText(source, at, length),
  encode(sink, value) {
    if (typeof value !== "string") {
      throw new TypeError("Cannot encode netlink attribute: the value is not a string");
    }
    if (value.includes("\0")) {
      throw new TypeError("Cannot encode netlink attribute: the text holds a NUL");
    }
    sink.append(ENCODER.encode(value));
    sink.u8(0);
  },
};

/** Text of up to `length` bytes, to its first NUL. Plain short names are put together by hand. */
export function decodeText(source: ByteSource, at: number, length: number): string {
  const { bytes } = source;
  let end = at;
  const limit = at + length;
  let plain = true;
  while (end < limit && bytes[end] !== 0) {
    if (bytes[end] >= 0x80) plain = false;
    end++;
  }
  if (plain && end - at <= 16) {
    let result = "";
    for (let i = at; i < end; i++) result += String.fromCharCode(bytes[i]);
    return result;
  }
  return DECODER.decode(bytes.subarray(at, end));
}

/** Bytes as they are. */
export const binary: AttributeCodec<Uint8Array<ArrayBuffer>> = {
  decode: (source, at, length) => source.bytes.slice(at, at + length),
  encode(sink, value) {
    if (!(value instanceof Uint8Array)) {
      throw new TypeError("Cannot encode netlink attribute: the value is not a Uint8Array");
    }
    sink.append(value);
  },
};

/** The text of an IP address of 4 or 16 bytes; of another length, hexadecimal. */
export function decodeIp(source: ByteSource, at: number, length: number): string {
  if (length === 4) return formatIpv4(source.bytes, at);
  if (length === 16) return formatIpv6(source.bytes, at);
  return decodeHex(source, at, length);
}

/** Hexadecimal bytes with a separator. */
export function decodeHex(
  source: ByteSource,
  at: number,
  length: number,
  separator = ":",
): string {
  let result = "";
  for (let i = at; i < at + length; i++) {
    if (i > at) result += separator;
    result += HEX[source.bytes[i]];
  }
  return result;
}

const HEX: readonly string[] = Array.from(
  { length: 256 },
  (_, byte) => byte.toString(16).padStart(2, "0"),
);

/** The last address written: thousands of routes have one router. */
let lastIp = "";
let lastIpBytes: Uint8Array = new Uint8Array(0);

/** An IP address as text. */
export const ip: AttributeCodec<string> = {
  decode: decodeIp,
  encode(sink, value) {
    if (value !== lastIp || value === "") {
      lastIpBytes = parseIp(value);
      lastIp = value;
    }
    sink.append(lastIpBytes);
  },
};

/** A hardware address of any length, as hexadecimal bytes with colons. */
export const hardware: AttributeCodec<string> = {
  decode: decodeHex,
  encode: (sink, value) => sink.append(parseHex(value)),
};

/** The bytes of a hardware address: `02:00:00:00:00:01`, of 1 to 32 bytes. */
export function parseHex(value: string): Uint8Array<ArrayBuffer> {
  if (typeof value !== "string" || !/^[0-9a-f]{2}(?:[:-][0-9a-f]{2}){0,31}$/i.test(value)) {
    throw new TypeError(
      `Cannot encode netlink attribute: ${JSON.stringify(value)} is no hardware address`,
    );
  }
  return Uint8Array.from(value.split(/[:-]/), (part) => parseInt(part, 16));
}

/** The names of the bits that are set in a number; those without one as `0x…`. */
export function bitNames(value: number, names: readonly (readonly [number, string])[]): string[] {
  const found: string[] = [];
  let rest = value >>> 0;
  for (const [bit, name] of names) {
    if ((rest & bit) !== 0) {
      found.push(name);
      rest = (rest & ~bit) >>> 0;
    }
  }
  if (rest !== 0) found.push(`0x${rest.toString(16)}`);
  return found;
}

/** The number that names of bits stand for. */
export function bitsOf(
  given: readonly string[],
  names: readonly (readonly [number, string])[],
  action: string,
): number {
  let value = 0;
  for (const name of given) {
    const row = names.find(([, known]) => known === name);
    if (row === undefined) throw new TypeError(`Cannot ${action}: no flag is called "${name}"`);
    value |= row[0];
  }
  return value >>> 0;
}

/** Bits that have names. */
export function bits(
  codec: AttributeCodec<number>,
  names: readonly (readonly [number, string])[],
): AttributeCodec<string[]> {
  return {
    decode: (source, at, length) => bitNames(codec.decode(source, at, length), names),
    encode: (sink, value) => codec.encode(sink, bitsOf(value, names, "encode netlink attribute")),
  };
}

/** Numbers that have names, by number; those without one stay numbers in text. */
export function names(
  codec: AttributeCodec<number>,
  list: readonly (string | undefined)[],
): AttributeCodec<string> {
  return {
    decode(source, at, length) {
      const value = codec.decode(source, at, length);
      return list[value] ?? `${value}`;
    },
    encode(sink, value) {
      const index = list.indexOf(value);
      if (index < 0 && !/^\d+$/.test(value)) {
        throw new TypeError(
          `Cannot encode netlink attribute: "${value}" is not one of ${
            list.filter((name) => name !== undefined).join(", ")
          }`,
        );
      }
      codec.encode(sink, index >= 0 ? index : Number(value));
    },
  };
}

/** A list of attributes of equal kind, whatever their numbers; written as 1, 2, 3, or all as `type`. */
export function list<T>(codec: AttributeCodec<T>, type?: number): AttributeCodec<T[]> {
  const within: AttributeLookup = {
    find: () => ({ name: "element", within: codec.within }),
  };
  return {
    within,
    decode(source, at, length) {
      const found: T[] = [];
      eachAttribute(source, at, at + length, (_, start, size) => {
        found.push(codec.decode(source, start, size));
      });
      return found;
    },
    encode(sink, values) {
      values.forEach((value, i) => writeAttribute(sink, type ?? i + 1, codec, value, `${i}`));
    },
  };
}
