/**
 * Netlink attributes, declared as data: a table names each attribute, its number and its codec, and
 * reads and writes them all (`man 7 netlink`, linux/netlink.h `struct nlattr`).
 *
 * @module
 */
import type { ByteSink, ByteSource } from "./_bytes.ts";

/** nla_len and nla_type (linux/netlink.h, NLA_HDRLEN). */
export const NLA_HEADER_BYTES = 4;
/** linux/netlink.h */
const NLA_F_NESTED = 1 << 15;
/** What of nla_type is the number: without NLA_F_NESTED and NLA_F_NET_BYTEORDER. */
const NLA_TYPE_MASK = 0x3fff;

/** How the payload of an attribute is read and written. */
export interface AttributeCodec<T> {
  /** Reads `length` bytes from `at` on; what is too short or malformed throws a TypeError. */
  decode(source: ByteSource, at: number, length: number): T;
  /** Appends the bytes of `value`; what cannot be written throws a TypeError or RangeError. */
  encode(sink: ByteSink, value: T): void;
  /** The attributes within, if it holds any. */
  readonly within?: AttributeLookup;
}

/** Finds what is known of an attribute number. */
export interface AttributeLookup {
  /** The kernel's name of attribute `type`, and what is within it. */
  find(type: number): KnownAttribute | undefined;
}

/** What is known of an attribute. */
export interface KnownAttribute {
  /** The kernel's name. */
  name: string;
  /** The attributes that it holds. */
  within?: AttributeLookup;
  /** Bytes before those: a header of fixed length. Default: 0. */
  headerBytes?: number;
}

/** As `lookup`, but attribute `type`, whose contents depend on others, holds those of `inner`. */
export function holding(
  lookup: AttributeLookup,
  type: number,
  inner: Omit<KnownAttribute, "name">,
): AttributeLookup {
  return {
    find(asked) {
      const found = lookup.find(asked);
      return asked !== type || found === undefined ? found : { ...found, ...inner };
    },
  };
}

/** An attribute that no table knows: kept as it came. */
export interface UnknownAttribute {
  /** The number, without flags. */
  type: number;
  /** The payload. */
  data: Uint8Array<ArrayBuffer>;
}

/**
 * Attributes by name: number and codec of each, and the kernel's name where it is not ours in capitals.
 */
export type AttributeRows = Readonly<
  Record<string, readonly [type: number, codec: AttributeCodec<unknown>, kernelName?: string]>
>;

/** What a table's attributes are as an object. */
export type AttributeValues<R extends AttributeRows> =
  & {
    [K in keyof R]?: R[K][1] extends
      { decode(source: ByteSource, at: number, length: number): infer T } ? T : never;
  }
  & {
    /** Attributes that the table does not know. */
    unknown?: UnknownAttribute[];
  };

/** What went wrong in an attribute; the tables around it add where it was. */
export class AttributeError extends TypeError {
  /** The reason alone. */
  readonly reason: string;
  /** The attributes down to it. */
  readonly path: readonly string[];

  /** Made by codecs, and anew by each table on the way out. */
  constructor(reason: string, path: readonly string[] = []) {
    super(`Cannot decode netlink attribute ${path.join(".") || "?"}: ${reason}`);
    this.reason = reason;
    this.path = path;
  }
}

/** The rows of a table as they are looked up. */
interface Index {
  /** By number. */
  readonly names: readonly (string | undefined)[];
  readonly codecs: readonly (AttributeCodec<unknown> | undefined)[];
  /** In the order they are written. */
  readonly order: readonly {
    readonly name: string;
    readonly type: number;
    readonly codec: AttributeCodec<unknown>;
  }[];
}

function indexOf(rows: AttributeRows): Index {
  const names: (string | undefined)[] = [];
  const codecs: (AttributeCodec<unknown> | undefined)[] = [];
  const order = Object.entries(rows).map(([name, [type, codec]]) => {
    names[type] = name;
    codecs[type] = codec;
    return { name, type, codec };
  });
  return { names, codecs, order };
}

/** A table of attributes. It is a codec too: of an attribute that holds these. */
export class AttributeTable<R extends AttributeRows>
  implements AttributeCodec<AttributeValues<R>>, AttributeLookup {
  readonly #prefix: string;
  readonly #rows: R;
  /** Made at the first use: there are many tables, and a program needs few. */
  #index: Index | undefined;

  /** See {@linkcode attributes}. */
  constructor(prefix: string, rows: R) {
    this.#prefix = prefix;
    this.#rows = rows;
  }

  /** This, as what is within an attribute. */
  get within(): AttributeLookup {
    return this;
  }

  /** The attributes in `length` bytes from `at` on. */
  decode(source: ByteSource, at: number, length: number): AttributeValues<R> {
    return this.decodeInto({}, source, at, length);
  }

  /** As {@linkcode AttributeTable.decode}, into an object of the caller's. */
  decodeInto(
    target: AttributeValues<R>,
    source: ByteSource,
    at: number,
    length: number,
  ): AttributeValues<R> {
    const { view } = source;
    const values = target as Record<string, unknown>;
    const end = at + length;
    const { names, codecs } = this.#index ??= indexOf(this.#rows);
    while (end - at >= NLA_HEADER_BYTES) {
      const size = view.getUint16(at, true);
      const type = view.getUint16(at + 2, true) & NLA_TYPE_MASK;
      if (size < NLA_HEADER_BYTES || size > end - at) {
        throw new AttributeError(`its length ${size} is not in 4 to ${end - at}`, [
          this.#label(type),
        ]);
      }
      const codec = codecs[type];
      if (codec === undefined) {
        const data = source.bytes.slice(at + NLA_HEADER_BYTES, at + size);
        ((values.unknown ??= []) as UnknownAttribute[]).push({ type, data });
      } else {
        try {
          values[names[type]!] = codec.decode(
            source,
            at + NLA_HEADER_BYTES,
            size - NLA_HEADER_BYTES,
          );
        } catch (error) {
          if (!(error instanceof AttributeError)) throw error;
          throw new AttributeError(error.reason, [this.#label(type), ...error.path]);
        }
      }
      at += (size + 3) & ~3;
    }
    return target;
  }

  /** Appends the attributes of `values`, in the table's order; `undefined` ones are left out. */
  encode(sink: ByteSink, values: AttributeValues<R>): void {
    const given = values as Readonly<Record<string, unknown>>;
    for (const name in given) {
      if (name !== "unknown" && !Object.hasOwn(this.#rows, name)) {
        throw new TypeError(`Cannot encode netlink attributes: unknown name "${name}"`);
      }
    }
    const { order } = this.#index ??= indexOf(this.#rows);
    for (const { name, type, codec } of order) {
      const value = given[name];
      if (value !== undefined) writeAttribute(sink, type, codec, value, name);
    }
    for (const { type, data } of values.unknown ?? []) {
      writeAttribute(sink, type, RAW, data, `${type}`);
    }
  }

  /** What is known of attribute `type`. */
  find(type: number): KnownAttribute | undefined {
    const codec = (this.#index ??= indexOf(this.#rows)).codecs[type];
    return codec && { name: this.#label(type), within: codec.within };
  }

  #label(type: number): string {
    const name = (this.#index ??= indexOf(this.#rows)).names[type];
    if (name === undefined) return `${this.#prefix}${type}`;
    return `${this.#prefix}${this.#rows[name][2] ?? name.toUpperCase()}`;
  }
}

const RAW: AttributeCodec<Uint8Array> = {
  decode: (source, at, length) => source.bytes.slice(at, at + length),
  encode: (sink, value) => sink.append(value),
};

/** Appends one attribute with its header and padding. */
export function writeAttribute<T>(
  sink: ByteSink,
  type: number,
  codec: AttributeCodec<T>,
  value: T,
  name: string,
): void {
  const at = sink.reserve(NLA_HEADER_BYTES);
  sink.setU16(at + 2, codec.within === undefined ? type : type | NLA_F_NESTED);
  codec.encode(sink, value);
  const length = sink.length - at;
  if (length > 0xffff) {
    throw new RangeError(`Cannot encode netlink attribute ${name}: ${length} bytes, over 65535`);
  }
  sink.setU16(at, length);
  sink.pad();
}

/**
 * Declares a table of attributes.
 *
 * @param prefix What the kernel's names begin with: `"IFLA_"`.
 * @param rows Number and codec of each, by name.
 * @returns The table.
 */
export function attributes<const R extends AttributeRows>(
  prefix: string,
  rows: R,
): AttributeTable<R> {
  return new AttributeTable(prefix, rows);
}

/**
 * Calls `visit` with each attribute in a range of bytes.
 *
 * @param source The memory.
 * @param at Where the first one begins.
 * @param end Where they end.
 * @param visit Gets the number, and where the payload begins and how long it is.
 * @throws {TypeError} If a length is impossible.
 */
export function eachAttribute(
  source: ByteSource,
  at: number,
  end: number,
  visit: (type: number, at: number, length: number) => void,
): void {
  while (end - at >= NLA_HEADER_BYTES) {
    const size = source.view.getUint16(at, true);
    const type = source.view.getUint16(at + 2, true) & NLA_TYPE_MASK;
    if (size < NLA_HEADER_BYTES || size > end - at) {
      throw new AttributeError(`its length ${size} is not in 4 to ${end - at}`, [`${type}`]);
    }
    visit(type, at + NLA_HEADER_BYTES, size - NLA_HEADER_BYTES);
    at += (size + 3) & ~3;
  }
}
