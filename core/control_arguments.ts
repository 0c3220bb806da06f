/**
 * Checks of control messages that are to be sent, the same on both engines.
 *
 * @module
 */
import { checkKeys, show } from "./arguments.ts";
import type { OutgoingControlMessage } from "./control.ts";

/** What each kind of message has. */
const KEYS: Readonly<Record<OutgoingControlMessage["type"], readonly string[]>> = {
  rights: ["type", "fds"],
  credentials: ["type", "pid", "uid", "gid"],
  pktinfo: ["type", "interface", "localAddress"],
  ttl: ["type", "ttl"],
  hoplimit: ["type", "hopLimit"],
  tos: ["type", "tos"],
  tclass: ["type", "tclass"],
  segment: ["type", "segmentBytes"],
  timestamping: ["type", "flags"],
  txtime: ["type", "nanos"],
  raw: ["type", "level", "number", "data"],
};

/** Refuses what is no control message of a known kind, or has a key that its kind has not. */
export function checkControlMessage(
  message: unknown,
  name: string,
): asserts message is OutgoingControlMessage {
  if (message === null || typeof message !== "object") {
    throw new TypeError(`Cannot send: ${name} is not an object`);
  }
  const { type } = message as { type?: unknown };
  if (typeof type !== "string" || !Object.hasOwn(KEYS, type)) {
    const given = typeof type === "string" ? JSON.stringify(type) : show(type);
    throw new TypeError(`Cannot send: ${name}.type ${given} is not a kind that can be sent`);
  }
  checkKeys(message, KEYS[type as OutgoingControlMessage["type"]], "send", name);
}

/** As {@linkcode checkControlMessage}, each of a list. */
export function checkControlList(control: unknown): void {
  if (!Array.isArray(control)) throw new TypeError("Cannot send: control is not an array");
  for (let i = 0; i < control.length; i++) checkControlMessage(control[i], `control[${i}]`);
}
