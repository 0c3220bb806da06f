/**
 * Aligned columns.
 *
 * @module
 */
import { plain } from "./style.ts";

/** The columns of the terminal; 80 where standard output is none. */
export function terminalColumns(): number {
  try {
    return Deno.stdout.isTerminal() ? Math.max(40, Deno.consoleSize().columns) : 80;
  } catch {
    return 80;
  }
}

/**
 * Lays rows out in columns two blanks apart.
 *
 * @param rows The cells, line by line.
 * @param right Which columns stand right: those of numbers.
 * @returns The lines, without blanks at their ends.
 */
export function alignColumns(
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => widths[i] = Math.max(widths[i] ?? 0, charactersOf(cell)));
  }
  return rows.map((row) =>
    row.map((cell, i) => {
      const blanks = " ".repeat(widths[i] - charactersOf(cell));
      return right.includes(i) ? blanks + cell : cell + blanks;
    }).join("  ").trimEnd()
  );
}

function charactersOf(text: string): number {
  return Array.from(plain(text)).length;
}
