/** The table that the demo prints. */
import type { RowResult } from "../demo.ts";

const HEAD = [
  "family",
  "type",
  "what",
  "engine",
  "local",
  "remote",
  "bytes",
  "RTT min",
  "median",
];
/** Columns of numbers stand right. */
const RIGHT = new Set([6, 7, 8]);

/** Prints what ran, then what did not and why, then the count. */
export function printTable(results: readonly RowResult[]): void {
  const ran = results.filter(({ state }) => state === "ok");
  const rows = ran.map(({ row, outcome }) => {
    const { local, remote, bytes, rttsMs, engine, note } = outcome!;
    return [
      row.family,
      row.type,
      note === undefined ? row.what : `${row.what} (${note})`,
      engine ?? row.engine,
      local,
      remote,
      bytes === 0 ? "-" : bytes.toLocaleString("en-US"),
      rttsMs.length === 0 ? "-" : micros(Math.min(...rttsMs)),
      rttsMs.length === 0 ? "-" : micros(median(rttsMs)),
    ];
  });
  const widths = HEAD.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i].length)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => RIGHT.has(i) ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))
      .join("  ").trimEnd();
  console.log(line(HEAD));
  console.log(widths.map((width) => "─".repeat(width)).join("  "));
  for (const row of rows) console.log(line(row));
  for (const state of ["refused", "failed"] as const) {
    const those = results.filter((result) => result.state === state);
    if (those.length === 0) continue;
    console.log(state === "refused" ? "\nRefused:" : "\nFailed:");
    for (const { row, why } of those) {
      console.log(`  ${row.family} ${row.type}, ${row.what}, engine ${row.engine}: ${why}`);
    }
  }
  const count = (state: string) => results.filter((result) => result.state === state).length;
  console.log(`\n${ran.length} ran, ${count("refused")} refused, ${count("failed")} failed`);
}

function micros(ms: number): string {
  const us = ms * 1000;
  return us >= 10_000 ? `${ms.toFixed(1)} ms` : `${us.toFixed(us < 100 ? 1 : 0)} µs`;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
