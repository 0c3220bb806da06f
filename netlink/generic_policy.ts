/**
 * What the kernel takes as attributes of a generic family's messages: what `genl ctrl policy` prints.
 *
 * @module
 */
import { checkText } from "./_change_words.ts";
import { genericRequest } from "./_generic_call.ts";
import { checkQuery, dumpOnce, NETLINK_KEYS, type NetlinkOptions } from "./_session.ts";
import * as g from "./abi/generic.ts";
import { NETLINK_GENERIC } from "./abi/netlink.ts";
import { type AttributeCodec, attributes, eachAttribute } from "./attributes.ts";
import { names, s64, text, u16, u32, u64 } from "./_codecs.ts";

/** What the kernel takes of a family. */
export interface GenericPolicy {
  /** The policies of each command: their numbers in `policies`. */
  ops: GenericOpPolicy[];
  /** By its number the attributes that a message, or an attribute that holds others, may have. */
  policies: AttributePolicy[][];
}

/** The policies of a command. */
export interface GenericOpPolicy {
  /** The command. */
  id: number;
  /** The policy of a request. */
  do?: number;
  /** The policy of a dump. */
  dump?: number;
}

/** What an attribute may be. */
export interface AttributePolicy {
  /** Its number. */
  attribute: number;
  /** `"U32"`, `"NUL_STRING"`, `"NESTED"`, … as linux/netlink.h has them after NL_ATTR_TYPE_. */
  type: string;
  /** The least value. */
  min?: bigint;
  /** The greatest value. */
  max?: bigint;
  /** The fewest bytes. */
  minLengthBytes?: number;
  /** The most bytes. */
  maxLengthBytes?: number;
  /** The policy of the attributes within. */
  policy?: number;
  /** The highest attribute within. */
  maxType?: number;
  /** The bits that may be set. */
  mask?: bigint;
}

/** linux/netlink.h, enum netlink_attribute_type. */
const TYPES = [
  "INVALID",
  "FLAG",
  "U8",
  "U16",
  "U32",
  "U64",
  "S8",
  "S16",
  "S32",
  "S64",
  "BINARY",
  "STRING",
  "NUL_STRING",
  "NESTED",
  "NESTED_ARRAY",
  "BITFIELD32",
  "SINT",
  "UINT",
];

const POLICY = attributes("NL_POLICY_TYPE_ATTR_", {
  type: [g.NL_POLICY_TYPE_ATTR_TYPE, names(u32, TYPES)],
  min_value_s: [g.NL_POLICY_TYPE_ATTR_MIN_VALUE_S, s64],
  max_value_s: [g.NL_POLICY_TYPE_ATTR_MAX_VALUE_S, s64],
  min_value_u: [g.NL_POLICY_TYPE_ATTR_MIN_VALUE_U, u64],
  max_value_u: [g.NL_POLICY_TYPE_ATTR_MAX_VALUE_U, u64],
  min_length: [g.NL_POLICY_TYPE_ATTR_MIN_LENGTH, u32],
  max_length: [g.NL_POLICY_TYPE_ATTR_MAX_LENGTH, u32],
  policy_idx: [g.NL_POLICY_TYPE_ATTR_POLICY_IDX, u32],
  policy_maxtype: [g.NL_POLICY_TYPE_ATTR_POLICY_MAXTYPE, u32],
  bitfield32_mask: [g.NL_POLICY_TYPE_ATTR_BITFIELD32_MASK, u32],
  mask: [g.NL_POLICY_TYPE_ATTR_MASK, u64],
});
const OP = attributes("CTRL_ATTR_POLICY_", {
  do: [g.CTRL_ATTR_POLICY_DO, u32],
  dump: [g.CTRL_ATTR_POLICY_DUMP, u32],
});

/** Attributes of one kind, each with its number. */
function numbered<T>(codec: AttributeCodec<T>): AttributeCodec<[number, T][]> {
  return {
    decode(source, at, length) {
      const found: [number, T][] = [];
      eachAttribute(source, at, at + length, (type, start, size) => {
        found.push([type, codec.decode(source, start, size)]);
      });
      return found;
    },
    encode() {
      throw new TypeError("Cannot encode netlink attribute: a policy can only be read");
    },
  };
}

const CTRL = attributes("CTRL_ATTR_", {
  family_id: [g.CTRL_ATTR_FAMILY_ID, u16],
  family_name: [g.CTRL_ATTR_FAMILY_NAME, text],
  policy: [g.CTRL_ATTR_POLICY, numbered(numbered(POLICY))],
  op_policy: [g.CTRL_ATTR_OP_POLICY, numbered(OP)],
});
/** linux/genetlink.h has no name for the version of the controller's messages. */
const CTRL_VERSION = 2;

/**
 * What the kernel takes as attributes of a generic family's messages: what `genl ctrl policy` prints.
 *
 * Linux 5.10. Needs `--allow-ffi` and `--allow-sys=networkInterfaces`; another namespace needs the whole
 * of `--allow-net`.
 *
 * @example What the controller takes to find a family
 * ```ts
 * import { genericPolicy } from "@berkeley/sockets/netlink";
 * import { assertEquals } from "@std/assert";
 *
 * const { ops, policies } = await genericPolicy("nlctrl");
 * const CTRL_CMD_GETFAMILY = 3;
 * const find = ops.find(({ id }) => id === CTRL_CMD_GETFAMILY)!;
 * assertEquals(policies[find.do!].map(({ type }) => type), ["U16", "NUL_STRING"]);
 * ```
 *
 * @param name The family's name.
 * @param options Where to look.
 * @returns Its policies.
 * @throws {TypeError} If the name or an option is of the wrong kind.
 * @throws {NetlinkError} `ENOENT` if the kernel has no family of this name, `ENODATA` if it tells no
 * policy of it.
 */
export async function genericPolicy(
  name: string,
  options: NetlinkOptions = {},
): Promise<GenericPolicy> {
  checkText(name, "read a generic policy", "name");
  const action = `read the policy of ${name}`;
  checkQuery(options, NETLINK_KEYS, action);
  const parts = await dumpOnce(NETLINK_GENERIC, options, "tables", action, () => [
    genericRequest({
      family: g.GENL_ID_CTRL,
      command: g.CTRL_CMD_GETPOLICY,
      version: CTRL_VERSION,
      query: CTRL,
      values: { family_name: name },
      reply: CTRL,
      read: (values) => values,
      action,
    }),
  ]).toArray();
  const found: GenericPolicy = { ops: [], policies: [] };
  for (const { op_policy = [], policy = [] } of parts) {
    for (const [id, { do: one, dump }] of op_policy) {
      const op: GenericOpPolicy = { id };
      if (one !== undefined) op.do = one;
      if (dump !== undefined) op.dump = dump;
      found.ops.push(op);
    }
    for (const [index, rows] of policy) {
      for (const [attribute, raw] of rows) {
        (found.policies[index] ??= []).push(policyOf(attribute, raw));
      }
    }
  }
  // One without attributes is told by nothing.
  for (let i = 0; i < found.policies.length; i++) found.policies[i] ??= [];
  return found;
}

function policyOf(attribute: number, raw: ReturnType<typeof POLICY.decode>): AttributePolicy {
  const policy: AttributePolicy = { attribute, type: raw.type ?? TYPES[0] };
  const min = raw.min_value_u ?? raw.min_value_s;
  const max = raw.max_value_u ?? raw.max_value_s;
  const mask = raw.mask ?? raw.bitfield32_mask;
  if (min !== undefined) policy.min = min;
  if (max !== undefined) policy.max = max;
  if (raw.min_length !== undefined) policy.minLengthBytes = raw.min_length;
  if (raw.max_length !== undefined) policy.maxLengthBytes = raw.max_length;
  if (raw.policy_idx !== undefined) policy.policy = raw.policy_idx;
  if (raw.policy_maxtype !== undefined) policy.maxType = raw.policy_maxtype;
  if (mask !== undefined) policy.mask = BigInt(mask);
  return policy;
}
