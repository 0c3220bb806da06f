/**
 * What changes have in common: their verbs, and checks of their words.
 *
 * @module
 */
import { NLM_F_APPEND, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from "./abi/netlink.ts";

/** What is to happen. */
export type Verb = "add" | "set" | "replace" | "append" | "delete";

/** The verbs of what was done before: there are few. */
const VERBS: Map<string, Verb> = new Map();

/** The verb of a change. */
export function verbOf(change: { do: string }): Verb {
  let verb = VERBS.get(change.do);
  if (verb === undefined) {
    verb = change.do.slice(0, change.do.indexOf(" ")) as Verb;
    VERBS.set(change.do, verb);
  }
  return verb;
}

/** The flags of a new thing, by verb (linux/netlink.h). */
export function newFlags(verb: Verb): number {
  switch (verb) {
    case "add":
      return NLM_F_CREATE | NLM_F_EXCL;
    case "replace":
      return NLM_F_CREATE | NLM_F_REPLACE;
    case "append":
      return NLM_F_CREATE | NLM_F_APPEND;
    case "set":
      return NLM_F_REPLACE;
    case "delete":
      return 0;
  }
}

/** Refuses words that mean nothing, and verbs that the object does not have. */
export function checkWords(
  change: object,
  known: readonly string[],
  verbs: readonly Verb[],
  action: string,
): void {
  const verb = verbOf(change as { do: string });
  if (!verbs.includes(verb)) {
    throw new TypeError(`Cannot ${action}: only ${verbs.join(", ")} can be done`);
  }
  for (const key of Object.keys(change)) {
    if (key !== "do" && !known.includes(key)) {
      throw new TypeError(`Cannot ${action}: unknown word "${key}"`);
    }
  }
}

/** Refuses what is no text, or empty. */
export function checkText(value: unknown, action: string, what: string): asserts value is string {
  if (typeof value !== "string" || value === "") {
    throw new TypeError(`Cannot ${action}: ${what} is not a string`);
  }
}

/** IFNAMSIZ (linux/if.h) without its NUL. */
const MOST_NAME_BYTES = 15;

/** What most links are called: not worth a second look. */
const PLAIN_NAME = /^[a-z0-9][a-z0-9_.-]{0,14}$/i;

/** Refuses what no link can be called. */
export function checkLinkName(
  value: unknown,
  action: string,
  what: string,
): asserts value is string {
  checkText(value, action, what);
  if (PLAIN_NAME.test(value)) return;
  if (new TextEncoder().encode(value).length > MOST_NAME_BYTES || /[\0/\s]|^\.\.?$/.test(value)) {
    throw new TypeError(`Cannot ${action}: ${what} ${JSON.stringify(value)} is no link's name`);
  }
}
