/**
 * Handles of traffic control: of queueing disciplines and classes, and of filters.
 *
 * @module
 */
import { show } from "../core/arguments.ts";
import * as t from "./abi/traffic.ts";

/** A handle as `tc` writes it. */
export function handleText(handle: number): string {
  const minor = handle & 0xffff;
  return `${(handle >>> 16).toString(16)}:${minor === 0 ? "" : minor.toString(16)}`;
}

/** The number of a handle in text: `"1:"`, `"1:10"`, `"root"`. */
export function parseHandle(handle: string, action: string, what: string): number {
  if (handle === "root") return t.TC_H_ROOT;
  const match = typeof handle === "string"
    ? /^([0-9a-f]{1,4}):([0-9a-f]{0,4})$/i.exec(handle)
    : null;
  if (match === null) {
    throw new TypeError(`Cannot ${action}: ${what} ${show(handle)} is no handle`);
  }
  return (parseInt(match[1], 16) << 16 | parseInt(match[2] || "0", 16)) >>> 0;
}

/** linux/pkt_cls.h, TC_U32_HTID, TC_U32_HASH and TC_U32_NODE: a table, a slot and a filter there. */
const U32_HANDLE = /^([0-9a-f]{0,3}):([0-9a-f]{0,2}):([0-9a-f]{0,3})$/i;

/** The handle of a filter as `tc` writes it: `"800::800"` of a u32, else hexadecimal. */
export function filterHandleText(kind: string, handle: number): string {
  if (kind !== "u32") return `0x${handle.toString(16)}`;
  const part = (value: number) => value === 0 ? "" : value.toString(16);
  const [table, slot, node] = [handle >>> 20, handle >>> 12 & 0xff, handle & 0xfff];
  return node === 0 && slot === 0
    ? `${part(table)}:`
    : `${part(table)}:${part(slot)}:${part(node)}`;
}

/** The number of a filter's handle in text. */
export function parseFilterHandle(handle: string, action: string): number {
  const parts = typeof handle === "string" ? U32_HANDLE.exec(handle) : null;
  if (parts !== null) {
    const [table, slot, node] = parts.slice(1).map((part) => parseInt(part || "0", 16));
    return (table << 20 | slot << 12 | node) >>> 0;
  }
  if (typeof handle === "string" && /^(?:\d{1,10}|0x[0-9a-f]{1,8})$/i.test(handle)) {
    const number = Number(handle);
    if (number <= 0xffffffff) return number;
  }
  throw new TypeError(`Cannot ${action}: handle ${show(handle)} is no filter's handle`);
}

/** linux/pkt_sched.h: TC_H_MIN_INGRESS and TC_H_MIN_EGRESS under TC_H_CLSACT. */
const HOOKS: ReadonlyMap<string, number> = new Map([
  ["root", 0],
  ["ingress", (t.TC_H_CLSACT & 0xffff0000 | 0xfff2) >>> 0],
  ["egress", (t.TC_H_CLSACT & 0xffff0000 | 0xfff3) >>> 0],
]);

/** What filters belong to: `"root"`, `"ingress"`, `"egress"` or a handle. */
export function filterParent(parent: string, action: string): number {
  return HOOKS.get(parent) ?? parseHandle(parent, action, "parent");
}
