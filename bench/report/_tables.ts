/** Sections as tables in Markdown. */
import type { Cell, Result, Section } from "./results.ts";

/** Names in the order of the first cell that has each. */
export function namesOf(cells: readonly Cell[]): string[] {
  return [...new Set(cells.flatMap(({ results }) => results.map(({ name }) => name)))];
}

/** A number as people read it: three digits that count. */
export function readable(value: number): string {
  if (value >= 1e9) return `${readable(value / 1e9)} G`;
  if (value >= 1e6) return `${readable(value / 1e6)} M`;
  if (value >= 1e4) return `${readable(value / 1e3)} k`;
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function micros(value: number): string {
  return value >= 1e4 ? `${readable(value / 1000)} ms` : `${readable(value)} µs`;
}

function cellText({ share, cpuMicros, p50Micros, p99Micros, p999Micros }: Result): string {
  const cpu = cpuMicros === undefined ? "" : `, ${micros(cpuMicros)}`;
  const percentiles = p999Micros === undefined
    ? ""
    : ` (${[p50Micros!, p99Micros!, p999Micros].map(micros).join(" / ")})`;
  return `${share.toFixed(2)}${cpu}${percentiles}`;
}

/** A table of rows of cells. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (columns: readonly string[]) => `| ${columns.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** A section: shares, CPU where it was measured, percentiles below saturation. */
export function markdown({ title, note, unit, cells }: Section): string {
  const names = namesOf(cells);
  const rows = names.map((name) => [
    name,
    ...cells.map(({ results, failed }) => {
      const found = results.find((result) => result.name === name);
      if (failed?.includes(name)) return "failed";
      return found === undefined ? "" : cellText(found);
    }),
  ]);
  const head = [
    "",
    ...cells.map(({ name, results }) => `${name} (1.00 = ${readable(results[0].value)} ${unit})`),
  ];
  return [`## ${title}`, "", note, "", table(head, rows), ""].join("\n");
}
