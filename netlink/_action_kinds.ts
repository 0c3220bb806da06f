/**
 * The kinds of actions that filters can be given, each with its words in `tc -j` and its attributes.
 *
 * @module
 */
import {
  type Checked,
  integer,
  object,
  oneOf,
  optional,
  type Parameter,
  type Shape,
  text as someText,
  variant,
} from "../core/arguments.ts";
import type { ControlAction, FilterAction } from "./filter_action.ts";
import { handleText, parseHandle } from "./_handles.ts";
import { RATESPEC, rateSpec, ticks } from "./_qdisc_rates.ts";
import { TICK_NANOS } from "./_qdisc_kind.ts";
import * as c from "./abi/classifiers.ts";
import { type AttributeRows, attributes, type AttributeTable } from "./attributes.ts";
import { ByteSource } from "./_bytes.ts";
import { be16, binary, u16, u32, u64, u8 } from "./_codecs.ts";
import { struct } from "./_struct.ts";

/** What a filter does with what it matches, as `FilterAction` has it, its links by index. */
export type ActionWords = Omit<FilterAction, "order"> & { readonly to_ifindex?: number };

/** A kind of action. */
interface ActionKind {
  readonly table: AttributeTable<AttributeRows>;
  /** What a caller can say, beside the kind. */
  readonly shape: Shape;
  /** The words of what was decoded. */
  readonly read: (values: Values) => Partial<ActionWords>;
  /** The attributes of words that were checked. */
  readonly write: (words: ActionWords) => Values;
  /** Refuses words that do not go together. */
  readonly check?: (words: ActionWords, action: string, name: string) => void;
}

// deno-lint-ignore no-explicit-any
type Values = Record<string, any>;

/** linux/pkt_cls.h, TC_ACT_*, as `tc` names them. */
const CONTROLS: readonly (readonly [number, ControlAction])[] = [
  [-1, "continue"],
  [0, "pass"],
  [1, "reclassify"],
  [2, "drop"],
  [3, "pipe"],
  [4, "stolen"],
  [8, "trap"],
];

const CONTROL = object({ type: oneOf(...CONTROLS.map(([, name]) => name)) });

function controlOf(number: number | undefined): { type: ControlAction } | undefined {
  const found = CONTROLS.find(([one]) => one === number);
  return found && { type: found[1] };
}

function numberOf(control: { type: ControlAction } | undefined, other: ControlAction): number {
  const { type = other } = control ?? {};
  return CONTROLS.find(([, name]) => name === type)![0];
}

/** tc_gen (linux/pkt_cls.h): what the parameters of every action begin with. */
const GENERAL = {
  index: "u32",
  capab: "u32",
  action: "s32",
  refcnt: "s32",
  bindcnt: "s32",
} as const;

function general(action: number): { index: 0; capab: 0; action: number; refcnt: 0; bindcnt: 0 } {
  return { index: 0, capab: 0, action, refcnt: 0, bindcnt: 0 };
}

/** The row of a kind; its table is of whatever attributes. */
function actionKind(row: Omit<ActionKind, "table"> & { readonly table: unknown }): ActionKind {
  return row as ActionKind;
}

const GACT = actionKind({
  table: attributes("TCA_GACT_", { parms: [c.TCA_GACT_PARMS, struct(GENERAL)] }),
  shape: { control_action: CONTROL },
  read: ({ parms }) => ({ control_action: controlOf(parms?.action) }),
  write: ({ control_action }) => ({ parms: general(numberOf(control_action, "pass")) }),
});

/** linux/tc_act/tc_mirred.h, `eaction`. */
const MIRRORS = [
  [c.TCA_EGRESS_REDIR, "redirect", "egress"],
  [c.TCA_EGRESS_MIRROR, "mirror", "egress"],
  [c.TCA_INGRESS_REDIR, "redirect", "ingress"],
  [c.TCA_INGRESS_MIRROR, "mirror", "ingress"],
] as const;

const MIRRED = actionKind({
  table: attributes("TCA_MIRRED_", {
    parms: [c.TCA_MIRRED_PARMS, struct({ ...GENERAL, eaction: "s32", ifindex: "u32" })],
  }),
  shape: {
    mirred_action: oneOf("redirect", "mirror"),
    direction: oneOf("egress", "ingress"),
    to_dev: someText(),
    control_action: optional(CONTROL),
  },
  read({ parms }) {
    const [, mirred_action, direction] = MIRRORS.find(([one]) => one === parms?.eaction) ?? [];
    const control_action = controlOf(parms?.action);
    return { mirred_action, direction, to_ifindex: parms?.ifindex, control_action };
  },
  write({ mirred_action, direction, to_ifindex = 0, control_action }) {
    const [eaction] = MIRRORS.find(([, what, where]) =>
      what === mirred_action && where === direction
    )!;
    const action = numberOf(control_action, mirred_action === "mirror" ? "pipe" : "stolen");
    return { parms: { ...general(action), eaction, ifindex: to_ifindex } };
  },
});

/** linux/tc_act/tc_vlan.h, `v_action`. */
const TAGGING = [
  [c.TCA_VLAN_ACT_POP, "pop"],
  [c.TCA_VLAN_ACT_PUSH, "push"],
  [c.TCA_VLAN_ACT_MODIFY, "modify"],
] as const;
/** linux/if_ether.h, ETH_P_8021Q and ETH_P_8021AD. */
const TAGS = [[0x8100, "802.1Q"], [0x88a8, "802.1ad"]] as const;

const VLAN = actionKind({
  table: attributes("TCA_VLAN_", {
    parms: [c.TCA_VLAN_PARMS, struct({ ...GENERAL, v_action: "s32" })],
    id: [c.TCA_VLAN_PUSH_VLAN_ID, u16, "PUSH_VLAN_ID"],
    protocol: [c.TCA_VLAN_PUSH_VLAN_PROTOCOL, be16, "PUSH_VLAN_PROTOCOL"],
    priority: [c.TCA_VLAN_PUSH_VLAN_PRIORITY, u8, "PUSH_VLAN_PRIORITY"],
  }),
  shape: {
    vlan_action: oneOf(...TAGGING.map(([, name]) => name)),
    id: optional(integer(0, 4095)),
    protocol: optional(oneOf(...TAGS.map(([, name]) => name))),
    priority: optional(integer(0, 7)),
    control_action: optional(CONTROL),
  },
  check({ vlan_action, id, protocol, priority }, action, name) {
    const tag = [id, protocol, priority].some((word) => word !== undefined);
    if (vlan_action === "pop" ? !tag : id !== undefined) return;
    throw new TypeError(
      `Cannot ${action}: ${name} ${tag ? "says of what tag is gone" : "has no id"}`,
    );
  },
  read: ({ parms, id, protocol, priority }) => ({
    vlan_action: TAGGING.find(([one]) => one === parms?.v_action)?.[1],
    id,
    protocol: TAGS.find(([one]) => one === protocol)?.[1],
    priority: priority || undefined,
    control_action: controlOf(parms?.action),
  }),
  write({ vlan_action, id, protocol, priority, control_action }) {
    const [v_action] = TAGGING.find(([, name]) => name === vlan_action)!;
    return {
      parms: { ...general(numberOf(control_action, "pipe")), v_action },
      id,
      protocol: TAGS.find(([, name]) => name === protocol)?.[0],
      priority,
    };
  },
});

/** linux/if_packet.h, PACKET_HOST and on. */
const PACKET_TYPES = ["host", "broadcast", "multicast", "otherhost"] as const;
const HANDLE: Parameter<string> = (value, action, name) => {
  parseHandle(value as string, action, name);
  return value as string;
};

/** Up to 32 bits, as `tc` has masks. */
export const HEX: Parameter<string> = (value, action, name) => {
  if (typeof value === "string" && /^[0-9a-f]{1,8}$/i.test(value)) return value;
  throw new TypeError(`Cannot ${action}: ${name} is no text of 1 to 8 hexadecimal digits`);
};

const SKBEDIT = actionKind({
  table: attributes("TCA_SKBEDIT_", {
    parms: [c.TCA_SKBEDIT_PARMS, struct(GENERAL)],
    priority: [c.TCA_SKBEDIT_PRIORITY, u32],
    queue_mapping: [c.TCA_SKBEDIT_QUEUE_MAPPING, u16],
    mark: [c.TCA_SKBEDIT_MARK, u32],
    ptype: [c.TCA_SKBEDIT_PTYPE, u16],
    mask: [c.TCA_SKBEDIT_MASK, u32],
  }),
  shape: {
    queue_mapping: optional(integer(0, 0xfffe)),
    priority: optional(HANDLE),
    mark: optional(integer(0, 0xffffffff)),
    mask: optional(HEX),
    ptype: optional(oneOf(...PACKET_TYPES)),
    control_action: optional(CONTROL),
  },
  check({ queue_mapping, priority, mark, mask, ptype }, action, name) {
    if ([queue_mapping, priority, mark, ptype].every((word) => word === undefined)) {
      throw new TypeError(
        `Cannot ${action}: ${name} has no queue_mapping, priority, mark or ptype`,
      );
    }
    if (mask !== undefined && mark === undefined) {
      throw new TypeError(`Cannot ${action}: ${name} has a mask without a mark`);
    }
  },
  read: ({ parms, queue_mapping, priority, mark, mask, ptype }) => ({
    queue_mapping,
    priority: priority === undefined ? undefined : handleText(priority),
    mark,
    // The kernel tells the mask of all bits of whoever gave none.
    mask: mark === undefined || mask === 0xffffffff ? undefined : mask?.toString(16),
    ptype: PACKET_TYPES[ptype],
    control_action: controlOf(parms?.action),
  }),
  write: ({ queue_mapping, priority, mark, mask, ptype, control_action }) => ({
    parms: general(numberOf(control_action, "pipe")),
    priority: priority === undefined ? undefined : parseHandle(`${priority}`, "encode", "priority"),
    queue_mapping,
    mark,
    mask: mask === undefined ? undefined : parseInt(mask, 16),
    ptype: ptype === undefined ? undefined : PACKET_TYPES.indexOf(ptype),
  }),
});

/** struct tc_police (linux/pkt_cls.h). */
const POLICE_PARMS = struct({
  index: "u32",
  action: "s32",
  limit: "u32",
  burst: "u32",
  mtu: "u32",
  rate: { bytes: RATESPEC.size },
  peakrate: { bytes: RATESPEC.size },
  refcnt: "s32",
  bindcnt: "s32",
  capab: "u32",
});
/** The table of times that old kernels went by has this size, and slots of 2^3 bytes (linux/rtnetlink.h). */
const TC_RTAB_SIZE = 1024;
const CELL_LOG = 3;

const POLICE = actionKind({
  table: attributes("TCA_POLICE_", {
    tbf: [c.TCA_POLICE_TBF, POLICE_PARMS],
    rate: [c.TCA_POLICE_RATE, binary],
    result: [c.TCA_POLICE_RESULT, u32],
    rate64: [c.TCA_POLICE_RATE64, u64],
  }),
  shape: {
    rate: integer(1, Number.MAX_SAFE_INTEGER),
    burst: integer(1, 0xffffffff),
    mtu: optional(integer(1, 0xffffffff)),
    control_action: optional(CONTROL),
    conform_action: optional(CONTROL),
  },
  read({ tbf, rate64, result }) {
    if (tbf === undefined) return {};
    const spec = RATESPEC.decode(new ByteSource(tbf.rate), 0, RATESPEC.size);
    const rate = rate64 === undefined ? spec.rate : Number(rate64);
    return {
      rate,
      burst: Math.round(rate * tbf.burst * TICK_NANOS / 1e9),
      mtu: tbf.mtu,
      control_action: controlOf(tbf.action),
      // The kernel leaves "pass" out, which is 0.
      conform_action: controlOf((result ?? 0) | 0),
    };
  },
  write({ rate = 1, burst = 1, mtu = 0, control_action, conform_action }) {
    const spec = rateSpec(rate, 0);
    // Without a table whose slots have a size the kernel refuses any rate.
    spec[RATESPEC.offsets.cell_log] = CELL_LOG;
    const table = new Uint32Array(TC_RTAB_SIZE / 4);
    for (let i = 0; i < table.length; i++) table[i] = ticks((i + 1) << CELL_LOG, rate);
    return {
      tbf: {
        index: 0,
        action: numberOf(control_action, "reclassify"),
        limit: 0,
        burst: ticks(burst, rate),
        mtu,
        rate: spec,
        peakrate: new Uint8Array(RATESPEC.size),
        refcnt: 0,
        bindcnt: 0,
        capab: 0,
      },
      rate: new Uint8Array(table.buffer),
      rate64: rate >= 2 ** 32 ? BigInt(rate) : undefined,
      result: conform_action === undefined ? undefined : numberOf(conform_action, "pass") >>> 0,
    };
  },
});

const KINDS: Readonly<Record<string, ActionKind>> = {
  gact: GACT,
  mirred: MIRRED,
  police: POLICE,
  skbedit: SKBEDIT,
  vlan: VLAN,
};

/** The row of a kind, if there is one. */
export function actionKindOf(kind: string): ActionKind | undefined {
  return Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
}

/** An action as a caller gives it. */
export const ACTION: Parameter<ActionWords> = variant(
  "kind",
  Object.entries(KINDS).map(([kind, { shape, check }]) => {
    const words = object({ ...shape, kind: oneOf(kind), order: optional(integer(1, 32)) });
    const parameter: Parameter<ActionWords> = (value, action, name) => {
      const { order: _, ...given } = words(value, action, name) as Checked<Shape>;
      check?.(given as unknown as ActionWords, action, name);
      return given as unknown as ActionWords;
    };
    return [[kind], parameter] as const;
  }),
);
