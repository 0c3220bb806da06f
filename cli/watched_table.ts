/**
 * Tables of the kernel as a command shows them: once, or on and on with every change.
 *
 * @module
 */
import type { EventRow } from "./event_rows.ts";
import type { Session } from "./command.ts";
import { printEvent, printLine } from "./json.ts";
import { paint } from "./style.ts";
import { headedTable } from "./table.ts";
import type { TableKind, TableTypes } from "../netlink/mod.ts";
import { monitor } from "../netlink/monitor.ts";

/** How the entries of a table are shown. */
export interface Shown<K extends TableKind> {
  /** The table. */
  readonly kind: K;
  /** The event of `--json`, and the name of its field. */
  readonly event: string;
  /** The columns. */
  readonly head: readonly string[];
  /** Which stand right. */
  readonly right?: readonly string[];
  /** Which go first where the terminal is narrow. */
  readonly dispensable?: readonly string[];
  /** The cells of an entry. */
  readonly cells: (entry: TableTypes[K]) => string[];
}

/** The event that a command of this table prints. */
export function tableEvent(event: string, help: string): EventRow {
  return {
    event,
    on: "stdout",
    help,
    fields: { change: "string?", [event]: "object" },
  };
}

/** A value as JSON has it: numbers of 64 bits are numbers where those are exact, else text. */
export function jsonValue(value: unknown): unknown {
  if (typeof value === "bigint") {
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : `${value}`;
  }
  if (value instanceof Uint8Array) {
    return Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
  if (Array.isArray(value)) return value.map(jsonValue);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).filter(([name]) => name !== "unknown")
      .map(([name, entry]) => [name, jsonValue(entry)]),
  );
}

/** Prints all entries. */
export async function showTable<K extends TableKind>(
  shown: Shown<K>,
  entries: readonly TableTypes[K][],
  json: boolean,
): Promise<void> {
  if (json) {
    for (const entry of entries) await printEvent(shown.event, { [shown.event]: jsonValue(entry) });
    return;
  }
  const lines = headedTable(
    shown.head,
    entries.map((entry) => shown.cells(entry)),
    shown.right ?? [],
    shown.dispensable ?? [],
  );
  for (const line of lines) await printLine(line);
}

const MARKS = { add: "+", change: "~", remove: "-" } as const;
const COLOURS = { add: "green", change: "yellow", remove: "red" } as const;

/** Prints all entries that `wanted` lets pass, then every change of them until the user stops it. */
export async function watchTable<K extends TableKind>(
  shown: Shown<K>,
  wanted: (entry: TableTypes[K]) => boolean,
  json: boolean,
  session: Session,
): Promise<void> {
  const first: TableTypes[K][] = [];
  let synced = false;
  for await (const event of monitor({ groups: [shown.kind], signal: session.signal })) {
    if (event.table === undefined) {
      if (event.change === "synced" && !synced) {
        synced = true;
        await showTable(shown, first, json);
      }
      continue;
    }
    const entry = event.value as TableTypes[K];
    if (!wanted(entry)) continue;
    if (!synced) first.push(entry);
    else if (json) {
      await printEvent(shown.event, { change: event.change, [shown.event]: jsonValue(entry) });
    } else {
      const line = `${MARKS[event.change]} ${shown.cells(entry).filter(Boolean).join("  ")}`;
      await printLine(paint(line, COLOURS[event.change], "stdout"));
    }
  }
}
