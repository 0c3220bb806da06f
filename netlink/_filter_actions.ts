/**
 * What a filter does with what it matches: `tc`'s actions, of which `gact` can be given.
 *
 * @module
 */
import { integer, list, object, oneOf, optional } from "../core/arguments.ts";
import * as c from "./abi/classifiers.ts";
import { type AttributeCodec, attributes } from "./attributes.ts";
import { binary, list as listCodec, text } from "./_codecs.ts";
import { struct } from "./_struct.ts";

/** An action of a filter, in the words of `tc -j`. */
export interface FilterAction {
  /** Its kind: `"gact"`, `"mirred"`, `"police"`, … Only `"gact"` can be given. */
  kind: string;
  /** Of `gact`: what becomes of the packet. */
  control_action?: { type: ControlAction };
  /** Its place among the actions, from 1. */
  order?: number;
}

/** What becomes of a packet. */
export type ControlAction =
  | "continue"
  | "pass"
  | "reclassify"
  | "drop"
  | "pipe"
  | "stolen"
  | "trap";

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

/** struct tc_gact, tc_gen (linux/pkt_cls.h, linux/tc_act/tc_gact.h). */
const GACT_PARMS = struct({
  index: "u32",
  capab: "u32",
  action: "s32",
  refcnt: "s32",
  bindcnt: "s32",
});
const GACT = attributes("TCA_GACT_", { parms: [c.TCA_GACT_PARMS, GACT_PARMS] });
const ACTION = attributes("TCA_ACT_", {
  kind: [c.TCA_ACT_KIND, text],
  options: [c.TCA_ACT_OPTIONS, binary],
});
const NEW_ACTION = attributes("TCA_ACT_", {
  kind: [c.TCA_ACT_KIND, text],
  options: [c.TCA_ACT_OPTIONS, GACT],
});
const READ = listCodec(ACTION);
const WRITE = listCodec(NEW_ACTION);

/** A filter's actions. */
export const actions: AttributeCodec<FilterAction[]> = {
  within: WRITE.within,
  decode(source, at, length) {
    return READ.decode(source, at, length).map(({ kind = "", options }, i) => {
      const action: FilterAction = { order: i + 1, kind };
      if (kind === "gact" && options !== undefined) {
        const view = new DataView(options.buffer, options.byteOffset, options.byteLength);
        const { parms } = GACT.decode({ bytes: options, view }, 0, options.length);
        const control = CONTROLS.find(([number]) => number === parms?.action)?.[1];
        if (control !== undefined) action.control_action = { type: control };
      }
      return action;
    });
  },
  encode(sink, value) {
    WRITE.encode(
      sink,
      value.map(({ kind, control_action }) => {
        const [action] = CONTROLS.find(([, name]) => name === control_action?.type)!;
        const parms = { index: 0, capab: 0, action, refcnt: 0, bindcnt: 0 };
        return { kind, options: { parms } };
      }),
    );
  },
};

/** The actions that a caller gives. */
export const ACTIONS = list(object({
  kind: oneOf("gact"),
  control_action: object({ type: oneOf(...CONTROLS.map(([, name]) => name)) }),
  order: optional(integer(1, 32)),
}));
