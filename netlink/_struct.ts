/**
 * C structs as codecs: fields in order, with their natural alignment.
 *
 * @module
 */
import type { AttributeCodec } from "./attributes.ts";
import type { ByteSink, ByteSource } from "./_bytes.ts";
import { be16, be32, s32, u16, u32, u64, u8 } from "./_codecs.ts";

/** Fields of a struct, in order: the kernel's name, and the kind of each. */
export type FieldKind =
  | "u8"
  | "u16"
  | "u32"
  | "s32"
  | "u64"
  | "be16"
  | "be32"
  | { readonly bytes: number };

/** A C struct with natural alignment. */
export interface Struct<F extends Readonly<Record<string, FieldKind>>> extends
  AttributeCodec<
    { [K in keyof F]: StructValue<F[K]> }
  > {
  /** The size in bytes. */
  readonly size: number;
  /** Appends the struct; fields that are left out are zero. */
  encode(sink: ByteSink, value: { [K in keyof F]?: StructValue<F[K]> }): void;
  /** Where each field begins. */
  readonly offsets: Readonly<Record<keyof F, number>>;
}

/** What a field is in JS. */
export type StructValue<K extends FieldKind> = K extends "u64" ? bigint
  : K extends { readonly bytes: number } ? Uint8Array<ArrayBuffer>
  : number;

/** Sizes of the kinds of fields. */
const SIZES = { u8: 1, u16: 2, u32: 4, s32: 4, u64: 8, be16: 2, be32: 4 } as const;

function kindSize(kind: FieldKind): number {
  return typeof kind === "string" ? SIZES[kind] : kind.bytes;
}

/** Where the fields of a struct are. */
interface Layout {
  readonly rows: readonly (readonly [name: string, kind: FieldKind])[];
  readonly offsets: Readonly<Record<string, number>>;
  readonly size: number;
}

function layoutOf(fields: Readonly<Record<string, FieldKind>>, most: number): Layout {
  const rows = Object.entries(fields);
  const offsets: Record<string, number> = {};
  let size = 0;
  let widest = 1;
  for (const [name, kind] of rows) {
    const width = typeof kind === "string" ? Math.min(most, SIZES[kind]) : 1;
    widest = Math.max(widest, width);
    size = Math.ceil(size / width) * width;
    offsets[name] = size;
    size += kindSize(kind);
  }
  return { rows, offsets, size: Math.ceil(size / widest) * widest };
}

/**
 * Declares a struct. Where its fields are is worked out when that is first asked for.
 *
 * @param fields The fields in order; bytes are aligned as bytes.
 * @param most The widest alignment of a field, in bytes: 4 for structs in which 64 bits are packed so.
 * @returns Its codec. A payload may be shorter than the struct: what is missing reads as zero.
 */
export function struct<const F extends Readonly<Record<string, FieldKind>>>(
  fields: F,
  most: number = 8,
): Struct<F> {
  let made: Layout | undefined;
  const layout = () => made ??= layoutOf(fields, most);
  return {
    get size() {
      return layout().size;
    },
    get offsets() {
      return layout().offsets as Readonly<Record<keyof F, number>>;
    },
    decode(source, at, length) {
      const { rows, offsets } = layout();
      const value: Record<string, unknown> = {};
      for (const [name, kind] of rows) {
        const offset = offsets[name];
        value[name] = offset + kindSize(kind) <= length
          ? readField(source, at + offset, kind)
          : kind === "u64"
          ? 0n
          : typeof kind === "string"
          ? 0
          : new Uint8Array(kind.bytes);
      }
      return value as { [K in keyof F]: StructValue<F[K]> };
    },
    encode(sink, value) {
      const { rows, offsets, size } = layout();
      const start = sink.length;
      const given = value as Readonly<Record<string, unknown>>;
      for (const [name, kind] of rows) {
        sink.reserve(start + offsets[name] - sink.length);
        const field = given[name];
        if (typeof kind !== "string") {
          const at = sink.length;
          if (field instanceof Uint8Array) sink.append(field.subarray(0, kind.bytes));
          sink.reserve(at + kind.bytes - sink.length);
        } else if (kind === "u64") u64.encode(sink, (field ?? 0n) as bigint);
        else FIELDS[kind].encode(sink, (field ?? 0) as number);
      }
      sink.reserve(start + size - sink.length);
    },
  };
}

const FIELDS = { u8, u16, u32, s32, be16, be32 } as const;

function readField(source: ByteSource, at: number, kind: FieldKind): unknown {
  if (typeof kind !== "string") return source.bytes.slice(at, at + kind.bytes);
  const { view } = source;
  switch (kind) {
    case "u8":
      return source.bytes[at];
    case "u16":
      return view.getUint16(at, true);
    case "u32":
      return view.getUint32(at, true);
    case "s32":
      return view.getInt32(at, true);
    case "u64":
      return view.getBigUint64(at, true);
    case "be16":
      return view.getUint16(at, false);
    case "be32":
      return view.getUint32(at, false);
  }
}
