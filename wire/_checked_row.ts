/**
 * The rows of layers as callers see them: what they pass to a row's functions is checked. Frames are
 * walked and encoded by the functions themselves, over what is sound already.
 *
 * @module
 */

import {
  boolean,
  callback,
  checkKeys,
  integer,
  object,
  optional,
  type Parameter,
  show,
  text as textOf,
} from "../core/arguments.ts";
import { boundBytes } from "../core/bytes.ts";
import { checkSpan } from "./_bytes.ts";
import type {
  LayerPlace,
  LayerRow,
  LayerView,
  LayerWalk,
  PseudoHeader,
  StackValue,
  Surroundings,
} from "./row_types.ts";
import { HeaderView } from "./view.ts";

/** The functions of a row, of any layer. */
type Row = LayerRow<StackValue, LayerView>;

const ROWS = new WeakMap<object, Row>();
/** The function that a checked one calls, for rows that are made from others. */
// deno-lint-ignore no-explicit-any
const INNER = new WeakMap<(...args: any[]) => unknown, (...args: any[]) => unknown>();

/** The row whose functions check nothing: of one that {@linkcode checkedRow} has made. */
export function rawRow(row: Row): Row {
  return ROWS.get(row) ?? row;
}

/** The function of a row as it was written. */
// deno-lint-ignore no-explicit-any
export function inner<F extends ((...args: any[]) => any) | undefined>(method: F): F {
  return (method && INNER.get(method) as F) ?? method;
}

/** The largest sum of addresses, and length of a stack, that anybody could mean. */
const MOST = Number.MAX_SAFE_INTEGER;
const SUM = optional(integer(0, MOST));
const AROUND = object({ next: optional(integer(0, 0xffff)), addressSum: SUM });
const text = textOf();
const WALK = [
  "followEtherType",
  "followProtocol",
  "followPort",
  "follow",
  "stop",
  "complain",
  "cut",
];

const walker: Parameter<LayerWalk> = (value, action, name) => {
  const given = value as Record<string, unknown> | null | undefined;
  if (WALK.every((method) => typeof given?.[method] === "function")) return value as LayerWalk;
  throw new TypeError(`Cannot ${action}: ${name} is not a walk through a frame`);
};

const view: Parameter<LayerView> = (value, action, name) => {
  if (value instanceof HeaderView) return value as LayerView;
  throw new TypeError(`Cannot ${action}: ${name} is not a view of a header`);
};

const stackValue: Parameter<StackValue> = (value, action, name) => {
  if (typeof (value as StackValue | null | undefined)?.kind === "string") {
    return value as StackValue;
  }
  throw new TypeError(`Cannot ${action}: ${name} is not a value of a layer: it has no kind`);
};

const STACK_PLACE = object({
  before: optional(stackValue),
  after: optional(stackValue),
  length: integer(0, MOST),
});

const LAYER_PLACE = object({
  before: optional(view),
  after: optional(view),
  bare: boolean,
  quote: callback<LayerPlace["quote"]>(),
});

const address: Parameter<string | Uint8Array> = (value, action, name) =>
  typeof value === "string" ? value : boundBytes(value, action, name);

/** It is written into: checked as it stands. */
const pseudoHeader: Parameter<PseudoHeader> = (value, action, name) => {
  checkKeys(value, ["source", "destination"], action, name);
  const given = value as PseudoHeader;
  optional(address)(given.source, action, `${name}.source`);
  optional(address)(given.destination, action, `${name}.destination`);
  return given;
};

/** What is done when a value of a kind is encoded, put together once each. */
const ENCODE = new Map<string, string>();

/** What is done when a value of a kind is encoded, for the messages. */
export function encodeAction(kind: string): string {
  let action = ENCODE.get(kind);
  if (action === undefined) ENCODE.set(kind, action = `encode ${kind} layer`);
  return action;
}

/** A value, if its row says what that is. */
export function checkValue(
  row: Row,
  value: unknown,
  name: string,
  action = encodeAction(row.kind),
): StackValue {
  return row.check?.(value, action, name) ?? stackValue(value, action, name);
}

/** The sum of the addresses, as callers pass it. */
export const checkSum: Parameter<number | undefined> = SUM;

/** What callers see of a row. */
export function checkedRow(row: Row): Row {
  const { kind, check, etherTypeOf, addresses, isPartial, restate, describe, verify } = row;
  const act = (verb: string) => `${verb} ${kind} layer`;
  const own: Parameter<LayerView> = (value, action, name) => {
    const given = view(value, action, name);
    if (given.kind === kind) return given;
    throw new TypeError(`Cannot ${action}: ${name} is a view of ${show(given.kind)}`);
  };
  const checked: Row = {
    ...row,
    check: check && ((value, action, name) =>
      check(
        value,
        text(action, act("check"), "action"),
        text(name, act("check"), "name"),
      )),
    parse(bytes, start, end, walk) {
      checkSpan(`${kind} layer`, bytes, start, end, 0);
      return row.parse(bytes, start, end, walker(walk, act("decode"), "walk"));
    },
    measure: (value) => row.measure(checkValue(row, value, "value")),
    write(given, target, start, end, around) {
      const value = checkValue(row, given, "value");
      const bytes = boundBytes(target, act("encode"), "bytes");
      checkSpan(`${kind} layer`, bytes, start, end, row.measure(value), "encode");
      row.write(value, bytes, start, end, AROUND(around, act("encode"), "around") as Surroundings);
    },
    etherTypeOf: etherTypeOf && ((value, place) =>
      etherTypeOf(
        checkValue(row, value, "value"),
        STACK_PLACE(place, act("encode"), "place") as Parameters<typeof etherTypeOf>[1],
      )),
    addresses: addresses && ((header, pseudo) =>
      addresses(
        header instanceof HeaderView
          ? own(header, act("read"), "header")
          : checkValue(row, header, "header"),
        pseudoHeader(pseudo, act("read"), "pseudo"),
      )),
    isPartial: isPartial && ((view) => isPartial(own(view, act("read"), "view"))),
    restate: restate && ((view) => restate(own(view, act("read"), "view"))),
    describe: describe && ((view, place) =>
      describe(
        own(view, act("describe"), "view"),
        LAYER_PLACE(place, act("describe"), "place") as LayerPlace,
      )),
    verify: verify &&
      ((view, sum) =>
        verify(own(view, act("verify"), "view"), SUM(sum, act("verify"), "addressSum"))),
  };
  for (const name of METHODS) {
    const [method, plain] = [checked[name], row[name]];
    if (method !== undefined && plain !== undefined) INNER.set(method, plain);
  }
  ROWS.set(checked, row);
  return checked;
}

/** The functions of a row that are checked for callers. */
const METHODS = [
  "check",
  "parse",
  "measure",
  "write",
  "etherTypeOf",
  "addresses",
  "isPartial",
  "restate",
  "describe",
  "verify",
] as const;
