/**
 * Queueing disciplines added, replaced and deleted: what `tc qdisc add`, `replace` and `delete` do.
 *
 * @module
 */
import { checkLinkName, checkText, checkWords, newFlags, verbOf } from "./_change_words.ts";
import { RTM_DELQDISC, RTM_NEWQDISC } from "./abi/rtnetlink.ts";
import { TC_H_CLSACT, TC_H_INGRESS, TC_H_ROOT, TCA_OPTIONS } from "./abi/traffic.ts";
import { writeAttribute } from "./attributes.ts";
import type { ByteSink } from "./_bytes.ts";
import type { ChangeContext, ChangeRequest } from "./_change_request.ts";
import { parseHandle, TCA, TCMSG } from "./qdisc.ts";
import { optionWriter } from "./_qdisc_kinds.ts";

/** A change of a link's queueing disciplines. */
export interface QdiscChange {
  /** What to do. */
  do: "add qdisc" | "replace qdisc" | "set qdisc" | "delete qdisc";
  /** The link, by name. */
  dev: string;
  /** The kind: `"netem"`, `"tbf"`, `"fq"`, `"fq_codel"`, `"htb"`, `"pfifo"`, `"clsact"`, … */
  kind?: string;
  /** What it belongs to: `"root"` (the default) or the handle of a class. */
  parent?: string;
  /** Its handle, `"1:"`. Default: the kernel chooses. */
  handle?: string;
  /**
   * The values of its kind by `tc`'s words, as numbers: rates in bytes a second, sizes in bytes, shares
   * from 0 to 1. Netem's times are in seconds, tbf's `lat` in microseconds.
   */
  options?: Readonly<Record<string, number | boolean>>;
}

const SHAPE = { headerBytes: TCMSG.size, attributes: TCA };

/** Writes a change of a queueing discipline. */
export function encodeQdisc(change: QdiscChange, context: ChangeContext): ChangeRequest {
  const verb = verbOf(change);
  const { kind, options = {} } = change;
  const action = `${change.do} ${kind ?? ""}`.trim();
  checkWords(
    change,
    ["dev", "kind", "parent", "handle", "options"],
    ["add", "replace", "set", "delete"],
    action,
  );
  checkLinkName(change.dev, action, "dev");
  if (verb !== "delete") checkText(kind, action, "kind");
  const special = kind === "clsact" ? TC_H_CLSACT : kind === "ingress" ? TC_H_INGRESS : undefined;
  const parent = special ??
    (change.parent === undefined ? TC_H_ROOT : parseHandle(change.parent, action, "parent"));
  const handle = special !== undefined
    ? 0xffff0000
    : change.handle === undefined
    ? 0
    : parseHandle(change.handle, action, "handle");
  const write = kind === undefined ? undefined : optionWriter(kind, options, action);
  const index = context.index(change.dev);
  return {
    type: verb === "delete" ? RTM_DELQDISC : RTM_NEWQDISC,
    flags: newFlags(verb),
    payload(sink) {
      TCMSG.encode(sink, { tcm_ifindex: index, tcm_parent: parent, tcm_handle: handle });
      TCA.encode(sink, { kind });
      if (write !== undefined && special === undefined && verb !== "delete") {
        const codec = { decode: () => undefined, encode: (inner: ByteSink) => write(inner) };
        writeAttribute(sink, TCA_OPTIONS, codec, undefined, "options");
      }
    },
    action,
    shape: SHAPE,
  };
}
