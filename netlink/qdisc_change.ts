/**
 * Queueing disciplines and classes added, replaced and deleted: what `tc qdisc` and `tc class` do.
 *
 * @module
 */
import type { ChangeContext, ChangeRequest } from "./_change_request.ts";
import { checkLinkName, checkText, checkWords, verbOf } from "./_change_words.ts";
import { parseHandle } from "./_handles.ts";
import { trafficRequest } from "./_traffic_request.ts";
import { RTM_DELQDISC, RTM_DELTCLASS, RTM_NEWQDISC, RTM_NEWTCLASS } from "./abi/rtnetlink.ts";
import { TC_H_CLSACT, TC_H_INGRESS, TC_H_ROOT } from "./abi/traffic.ts";
import { optionWriter, type TrafficOptions } from "./_qdisc_kinds.ts";

/** A change of a link's queueing disciplines. */
export interface QdiscChange {
  /** What to do. */
  do: "add qdisc" | "replace qdisc" | "set qdisc" | "delete qdisc";
  /** The link, by name. */
  dev: string;
  /** The kind: `"netem"`, `"tbf"`, `"fq"`, `"fq_codel"`, `"sfq"`, `"prio"`, `"htb"`, `"pfifo"`, `"clsact"`, … */
  kind?: string;
  /** What it belongs to: `"root"` (the default) or the handle of a class. */
  parent?: string;
  /** Its handle, `"1:"`. Default: the kernel chooses. */
  handle?: string;
  /**
   * The values of its kind by `tc`'s words, as numbers: rates in bytes a second, sizes in bytes, shares
   * from 0 to 1. Netem's times are in seconds, tbf's `lat` in microseconds, sfq's `perturb` in seconds;
   * prio's `priomap` is a list of 16 bands.
   */
  options?: TrafficOptions;
}

/** A change of the classes of a queueing discipline. */
export interface ClassChange {
  /** What to do. */
  do: "add class" | "replace class" | "set class" | "delete class";
  /** The link, by name. */
  dev: string;
  /** The kind, that of the queueing discipline: `"htb"`. To delete it may be left out. */
  kind?: string;
  /** What it belongs to: the handle of the queueing discipline, `"1:"`, or of another class. */
  parent?: string;
  /** Its own handle: `"1:10"`. */
  handle: string;
  /**
   * The values of its kind by `tc`'s words: of htb `rate` and `ceil` in bytes a second, `burst` and
   * `cburst` in bytes, `quantum`, `prio`.
   */
  options?: TrafficOptions;
}

const VERBS = ["add", "replace", "set", "delete"] as const;
const KEYS = ["dev", "kind", "parent", "handle", "options"];

/** Writes a change of a queueing discipline. */
export function encodeQdisc(change: QdiscChange, context: ChangeContext): ChangeRequest {
  const verb = verbOf(change);
  const { kind, options = {} } = change;
  const action = `${change.do} ${kind ?? ""}`.trim();
  checkWords(change, KEYS, VERBS, action);
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
  const writer = kind === undefined ? undefined : optionWriter(kind, "qdisc", options, action);
  const index = context.index(change.dev);
  return trafficRequest({
    types: [RTM_NEWQDISC, RTM_DELQDISC],
    verb,
    header: { tcm_ifindex: index, tcm_parent: parent, tcm_handle: handle },
    kind,
    write: special === undefined ? writer?.write : undefined,
    shape: writer?.shape,
    action,
  });
}

/** Writes a change of a class. */
export function encodeClass(change: ClassChange, context: ChangeContext): ChangeRequest {
  const verb = verbOf(change);
  const { kind, options = {} } = change;
  const action = `${change.do} ${change.handle}`;
  checkWords(change, KEYS, VERBS, action);
  checkLinkName(change.dev, action, "dev");
  if (verb !== "delete") checkText(kind, action, "kind");
  const handle = parseHandle(change.handle, action, "handle");
  const parent = change.parent === undefined ? 0 : parseHandle(change.parent, action, "parent");
  const writer = kind === undefined ? undefined : optionWriter(kind, "class", options, action);
  const index = context.index(change.dev);
  return trafficRequest({
    types: [RTM_NEWTCLASS, RTM_DELTCLASS],
    verb,
    header: { tcm_ifindex: index, tcm_parent: parent, tcm_handle: handle },
    kind,
    write: writer?.write,
    shape: writer?.shape,
    action,
  });
}
