/** The README's section on speed: what was measured, on what, the charts, and where ours is behind. */
import type { Report } from "./render.ts";
import type { Cell, Result, Section } from "./results.ts";
import { namesOf, table } from "./_tables.ts";
import { why } from "./_why.ts";

/** What the README shows; the rest is in bench/results/README.md. */
const CHARTS = [
  "echo-connections",
  "echo-bytes",
  "natural-calls",
  "limits",
  "udp-received",
  "udp-sent",
  "start",
];

/** Less than this share of what it is measured by is behind. */
const BEHIND = 0.95;

/** Whether two rows do the same: of whole programs only some do. */
function comparable({ id }: Section, ours: string, other: string): boolean {
  if (id !== "start") return true;
  return [/connection/, /ping/].some((kind) => kind.test(ours) && kind.test(other));
}

/** The best of the others, C left out. */
function bestPeer(section: Section, { results }: Cell, ours: string): Result | undefined {
  return results
    .filter(({ name }) => !/^(ours|C\b|empty)/.test(name) && comparable(section, ours, name))
    .toSorted((a, b) => b.share - a.share)[0];
}

/** Where a row of ours is behind the first, or the best of the others where the first is ours too. */
function cellsBehind(section: Section, row: string): { share: number; peer?: Result }[] {
  return section.cells.flatMap((cell) => {
    const found = cell.results.find(({ name }) => name === row);
    if (found === undefined) return [];
    const peer = bestPeer(section, cell, row);
    const first = cell.results[0];
    const reference = first.name.startsWith("ours") && peer !== undefined ? peer : first;
    return found.share < BEHIND * reference.share ? [{ share: found.share, peer }] : [];
  });
}

function range(shares: readonly number[]): string {
  const [low, high] = [Math.min(...shares), Math.max(...shares)].map((share) => share.toFixed(2));
  return low === high ? low : `${low} – ${high}`;
}

/** Rows of ours that are behind somewhere: those with one reason are one. */
function behind(section: Section): string[][] {
  const byReason = new Map<string, { rows: string[]; cells: { share: number; peer?: Result }[] }>();
  for (const row of namesOf(section.cells).filter((name) => name.startsWith("ours"))) {
    const cells = cellsBehind(section, row);
    if (cells.length === 0) continue;
    const reason = why(section, row);
    const group = byReason.get(reason) ?? { rows: [], cells: [] };
    byReason.set(reason, group);
    group.rows.push(row.replace(/^ours,? ?/, "") || "ours");
    group.cells.push(...cells);
  }
  return [...byReason].map(([reason, { rows, cells }]) => {
    const peer = cells.flatMap(({ peer }) => peer ?? []).toSorted((a, b) => b.share - a.share)[0];
    return [
      section.title,
      rows.join(", "),
      range(cells.map(({ share }) => share)),
      peer === undefined ? "" : `${peer.name} ${peer.share.toFixed(2)}`,
      reason,
    ];
  });
}

/** The section, without its heading. */
export function readmeSection({ date, machine, rounds, sections }: Report): string {
  const charts = CHARTS.flatMap((id) => sections.filter((section) => section.id === id))
    .map(({ id, title }) => `![${title}](bench/results/${id}.svg)`);
  const rows = sections.flatMap(behind);
  return [
    `Measured on ${date} with ${machine.cores} cores (${machine.model}), Linux ${machine.kernel} and ` +
    `Deno ${machine.deno}: shares of the first row in the same round, medians of ${rounds} rounds. All ` +
    "tables, with CPU an operation, percentiles below saturation and the growth by connections, bytes, " +
    "limits and names, are in [bench/results](bench/results/README.md).",
    "",
    ...charts.flatMap((chart) => [chart, ""]),
    `Where ours is behind, by more than ${
      ((1 - BEHIND) * 100).toFixed(0)
    } % of the first row (C; of whole programs an empty Deno program; of limits a wait without one; of ` +
    "memory the best of the others), with its shares there, and the best of the others:",
    "",
    table(["What", "Row", "Share", "Best other", "Why"], rows),
  ].join("\n");
}
