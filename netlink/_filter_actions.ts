/**
 * What a filter does with what it matches: `tc`'s actions, in the order in which they are taken.
 *
 * @module
 */
import { list, type Parameter } from "../core/arguments.ts";
import { ACTION, actionKindOf, type ActionWords } from "./_action_kinds.ts";
import * as c from "./abi/classifiers.ts";
import {
  type AttributeCodec,
  attributes,
  type AttributeTable,
  writeAttribute,
} from "./attributes.ts";
import { ByteSource } from "./_bytes.ts";
import { binary, list as listCodec, text } from "./_codecs.ts";

/** An action whose options are read by its kind. */
const RAW_ACTION = attributes("TCA_ACT_", {
  kind: [c.TCA_ACT_KIND, text],
  options: [c.TCA_ACT_OPTIONS, binary],
});

function readAction({ kind = "", options }: ReturnType<typeof RAW_ACTION.decode>): ActionWords {
  const row = actionKindOf(kind);
  if (row === undefined || options === undefined) return { kind };
  const words = row.read(row.table.decode(new ByteSource(options), 0, options.length));
  const told = Object.entries(words).filter(([, value]) => value !== undefined);
  return { kind, ...Object.fromEntries(told) };
}

const action: AttributeCodec<ActionWords> = {
  // What is within the options depends on the kind.
  within: RAW_ACTION,
  decode: (source, at, length) => readAction(RAW_ACTION.decode(source, at, length)),
  encode(sink, words) {
    const { table, write } = actionKindOf(words.kind)!;
    writeAttribute(sink, c.TCA_ACT_KIND, text, words.kind, "kind");
    writeAttribute(
      sink,
      c.TCA_ACT_OPTIONS,
      table as AttributeTable<never>,
      write(words) as never,
      "options",
    );
  },
};

/** A filter's actions. */
export const actions: AttributeCodec<ActionWords[]> = listCodec(action);

/** The actions that a caller gives. */
export const ACTIONS: Parameter<readonly ActionWords[]> = list(ACTION);
