/**
 * What each kind of filter matches and does, in the words of `tc -j filter`.
 *
 * @module
 */
import {
  boolean,
  type Checked,
  integer,
  list,
  object,
  optional,
  type Parameter,
  type Shape,
} from "../core/arguments.ts";
import { type ActionWords, HEX } from "./_action_kinds.ts";
import type { ChangeContext } from "./_change_request.ts";
import { ACTIONS, actions } from "./_filter_actions.ts";
import { FLOWER_KEYS, FLOWER_ROWS, readFlowerKeys, writeFlowerKeys } from "./_flower_keys.ts";
import { handleText, parseHandle } from "./_handles.ts";
import type { LinkNames } from "./_link_names.ts";
import * as c from "./abi/classifiers.ts";
import {
  type AttributeCodec,
  type AttributeLookup,
  type AttributeRows,
  attributes,
  type AttributeTable,
  eachAttribute,
} from "./attributes.ts";
import { type ByteSink, ByteSource } from "./_bytes.ts";
import { binary, u32 } from "./_codecs.ts";
import { struct } from "./_struct.ts";

/** Options of a filter as words. */
export type FilterOptions = Record<string, unknown>;

/** How the options of a kind are read and written. */
interface FilterKind {
  readonly table: AttributeTable<AttributeRows>;
  readonly read: (values: FilterOptions) => FilterOptions;
  /** Checks what a caller gives; the attributes that it becomes. */
  readonly check: (options: unknown, protocol: number, action: string) => FilterOptions;
}

/** linux/pkt_cls.h, TCA_CLS_FLAGS_*. */
const FLAGS: readonly (readonly [number, string])[] = [
  [c.TCA_CLS_FLAGS_SKIP_HW, "skip_hw"],
  [c.TCA_CLS_FLAGS_SKIP_SW, "skip_sw"],
  [c.TCA_CLS_FLAGS_IN_HW, "in_hw"],
  [c.TCA_CLS_FLAGS_NOT_IN_HW, "not_in_hw"],
];

const classid: AttributeCodec<string> = {
  decode: (source, at, length) => handleText(u32.decode(source, at, length)),
  encode: (sink, value) => u32.encode(sink, parseHandle(value, "change a filter", "classid")),
};

/** struct tc_u32_sel and struct tc_u32_key (linux/pkt_cls.h). */
const SELECTOR = struct({
  flags: "u8",
  offshift: "u8",
  nkeys: "u8",
  pad: "u8",
  offmask: "be16",
  off: "u16",
  offoff: "u16",
  hoff: "u16",
  hmask: "be32",
});
const KEY = struct({ mask: "be32", value: "be32", off: "s32", offmask: "s32" });
/** linux/pkt_cls.h */
const TC_U32_TERMINAL = 1;
const MOST_KEYS = 128;

/** The table that a filter of u32 is in: the upper bits of its handle, hexadecimal. */
const table: AttributeCodec<string> = {
  decode: (source, at, length) => (u32.decode(source, at, length) >>> 20).toString(16),
  encode: (sink, value) => u32.encode(sink, parseInt(value, 16) << 20 >>> 0),
};

/** One word of the packet that must be as it is said. */
interface U32Match {
  /** The value, hexadecimal as `tc` has it. */
  value: string;
  /** The bits that count, hexadecimal. */
  mask: string;
  /** Where in the packet, in bytes from the network header on. */
  off: number;
}

const selector: AttributeCodec<U32Match[]> = {
  decode(source, at, length) {
    const { nkeys } = SELECTOR.decode(source, at, length);
    const found: U32Match[] = [];
    for (let i = 0; i < nkeys; i++) {
      const start = SELECTOR.size + i * KEY.size;
      if (start + KEY.size > length) break;
      const { mask, value, off } = KEY.decode(source, at + start, KEY.size);
      found.push({ value: value.toString(16), mask: mask.toString(16), off });
    }
    return found;
  },
  encode(sink, matches) {
    SELECTOR.encode(sink, { flags: TC_U32_TERMINAL, nkeys: matches.length });
    for (const { value, mask, off } of matches) {
      KEY.encode(sink, { value: parseInt(value, 16), mask: parseInt(mask, 16), off });
    }
  },
};

const OFFSET: Parameter<number> = (value, action, name) => {
  const at = integer(-65536, 65535)(value, action, name);
  if (at % 4 === 0) return at;
  throw new RangeError(`Cannot ${action}: ${name} ${at} is no multiple of 4`);
};
const HANDLE: Parameter<string> = (value, action, name) => {
  parseHandle(value as string, action, name);
  return value as string;
};
/** What all kinds can be given. */
const COMMON = { classid: optional(HANDLE), actions: optional(ACTIONS) };
const HARDWARE = { skip_hw: optional(boolean), skip_sw: optional(boolean) };

function flagsOf(given: { skip_hw?: boolean; skip_sw?: boolean }): number | undefined {
  const bits = (given.skip_hw ? c.TCA_CLS_FLAGS_SKIP_HW : 0) |
    (given.skip_sw ? c.TCA_CLS_FLAGS_SKIP_SW : 0);
  return bits === 0 ? undefined : bits;
}

function readFlags(values: FilterOptions): FilterOptions {
  const { flags, pcnt: _, ematches, ...rest } = values;
  if (ematches !== undefined) rest.ematches = ematches;
  for (const [bit, name] of FLAGS) if ((Number(flags ?? 0) & bit) !== 0) rest[name] = true;
  return rest;
}

/** A kind whose attributes are its words. */
function plainKind<S extends Shape>(
  table: unknown,
  shape: S,
  attributesOf: (given: Checked<S>) => FilterOptions,
): FilterKind {
  const check = object(shape);
  return {
    table: table as AttributeTable<AttributeRows>,
    read: readFlags,
    check: (options, _protocol, action) => attributesOf(check(options, action, "options")),
  };
}

const U32 = plainKind(
  attributes("TCA_U32_", {
    classid: [c.TCA_U32_CLASSID, classid],
    key_ht: [c.TCA_U32_HASH, table, "HASH"],
    ht_divisor: [c.TCA_U32_DIVISOR, u32, "DIVISOR"],
    match: [c.TCA_U32_SEL, selector, "SEL"],
    actions: [c.TCA_U32_ACT, actions, "ACT"],
    pcnt: [c.TCA_U32_PCNT, binary],
    flags: [c.TCA_U32_FLAGS, u32],
  }),
  {
    ...COMMON,
    ...HARDWARE,
    match: list(object({ value: HEX, mask: HEX, off: OFFSET })),
  },
  ({ skip_hw, skip_sw, match, ...rest }) => {
    if (match.length === 0 || match.length > MOST_KEYS) {
      throw new RangeError(
        `Cannot change a filter: ${match.length} matches, not 1 to ${MOST_KEYS}`,
      );
    }
    return { ...rest, match, flags: flagsOf({ skip_hw, skip_sw }) };
  },
);

const MATCHALL = plainKind(
  attributes("TCA_MATCHALL_", {
    classid: [c.TCA_MATCHALL_CLASSID, classid],
    actions: [c.TCA_MATCHALL_ACT, actions, "ACT"],
    flags: [c.TCA_MATCHALL_FLAGS, u32],
    pcnt: [c.TCA_MATCHALL_PCNT, binary],
  }),
  { ...COMMON, ...HARDWARE },
  ({ skip_hw, skip_sw, ...rest }) => ({ ...rest, flags: flagsOf({ skip_hw, skip_sw }) }),
);

const FW = plainKind(
  attributes("TCA_FW_", {
    classid: [c.TCA_FW_CLASSID, classid],
    actions: [c.TCA_FW_ACT, actions, "ACT"],
    mask: [c.TCA_FW_MASK, u32],
  }),
  { ...COMMON, mask: optional(integer(0, 0xffffffff)) },
  (given) => given,
);

/** A tree of matches, kept as it is; one without any is none (struct tcf_ematch_tree_hdr). */
const matches: AttributeCodec<Uint8Array<ArrayBuffer> | undefined> = {
  decode(source, at, length) {
    let count = 0;
    eachAttribute(source, at, at + length, (type, start, size) => {
      if (type === EMATCH_TREE_HEADER && size >= 2) count = source.view.getUint16(start, true);
    });
    return count === 0 ? undefined : source.bytes.slice(at, at + length);
  },
  encode() {
    throw new TypeError("Cannot encode netlink attribute: matches can only be read");
  },
};
/** linux/pkt_cls.h, TCA_EMATCH_TREE_HDR. */
const EMATCH_TREE_HEADER = 1;

const BASIC = plainKind(
  attributes("TCA_BASIC_", {
    classid: [c.TCA_BASIC_CLASSID, classid],
    ematches: [c.TCA_BASIC_EMATCHES, matches],
    actions: [c.TCA_BASIC_ACT, actions, "ACT"],
    pcnt: [c.TCA_BASIC_PCNT, binary],
  }),
  COMMON,
  (given) => given,
);

const FLOWER_OPTIONS = object({ ...COMMON, ...HARDWARE, keys: optional(FLOWER_KEYS) });
const FLOWER: FilterKind = {
  table: attributes("TCA_FLOWER_", {
    classid: [c.TCA_FLOWER_CLASSID, classid],
    actions: [c.TCA_FLOWER_ACT, actions, "ACT"],
    flags: [c.TCA_FLOWER_FLAGS, u32],
    in_hw_count: [c.TCA_FLOWER_IN_HW_COUNT, u32],
    ...FLOWER_ROWS,
  }) as unknown as AttributeTable<AttributeRows>,
  read(values) {
    const { classid, actions, flags, in_hw_count, unknown, ...keys } = values;
    const options: FilterOptions = { keys: readFlowerKeys(keys) };
    if (classid !== undefined) options.classid = classid;
    if (actions !== undefined) options.actions = actions;
    if (in_hw_count !== undefined && in_hw_count !== 0) options.in_hw_count = in_hw_count;
    if (unknown !== undefined) options.unknown = unknown;
    return readFlags({ ...options, flags });
  },
  check(options, protocol, action) {
    const { skip_hw, skip_sw, keys = {}, ...rest } = FLOWER_OPTIONS(options, action, "options");
    const flags = flagsOf({ skip_hw, skip_sw });
    return { ...rest, flags, ...writeFlowerKeys(keys, protocol, action) };
  },
};

const KINDS: Readonly<Record<string, FilterKind>> = {
  u32: U32,
  flower: FLOWER,
  matchall: MATCHALL,
  fw: FW,
  basic: BASIC,
};

function rowOf(kind: string): FilterKind | undefined {
  return Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
}

/** The options of a kind as words, links by name; the bytes of one that is not known. */
export function readFilterOptions(
  kind: string,
  bytes: Uint8Array<ArrayBuffer>,
  links: LinkNames,
): FilterOptions | Uint8Array<ArrayBuffer> {
  const row = rowOf(kind);
  if (row === undefined) return bytes;
  const options = row.read(row.table.decode(new ByteSource(bytes), 0, bytes.length));
  if (options.actions === undefined) return options;
  const actions = (options.actions as ActionWords[]).map(({ to_ifindex, ...words }, i) => ({
    order: i + 1,
    ...words,
    ...(to_ifindex === undefined ? {} : { to_dev: links.name(to_ifindex) }),
  }));
  return { ...options, actions };
}

/** Checks options as words; the result appends them. */
export function filterWriter(
  kind: string,
  options: unknown,
  protocol: number,
  context: Pick<ChangeContext, "index">,
  action: string,
): { write: (sink: ByteSink) => void; within?: AttributeLookup } {
  const row = rowOf(kind);
  if (row === undefined) {
    throw new TypeError(`Cannot ${action}: options of ${kind} are not known here`);
  }
  const values = row.check(options, protocol, action);
  values.actions = (values.actions as ActionWords[] | undefined)?.map(({ to_dev, ...words }) =>
    to_dev === undefined ? words : { ...words, to_ifindex: context.index(to_dev) }
  );
  return { write: (sink) => row.table.encode(sink, values), within: row.table };
}
