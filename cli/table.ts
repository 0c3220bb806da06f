/**
 * Aligned columns.
 *
 * @module
 */
import { paint, plain } from "./style.ts";

/** The columns of the terminal; 80 where standard output is none. */
export function terminalColumns(): number {
  return Deno.stdout.isTerminal() ? Math.max(20, consoleColumns() ?? 80) : 80;
}

/** The columns of the console, where they are known: a terminal may say that it has none. */
export function consoleColumns(): number | undefined {
  try {
    const { columns } = Deno.consoleSize();
    return columns > 0 ? columns : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Lays out a table with a head for a person: columns of less worth are left out where the terminal is
 * too narrow for all. In a pipe, it has all of them.
 *
 * @param head The names of the columns.
 * @param rows The cells, line by line; a row may be shorter than the head.
 * @param right Which columns stand right, by name.
 * @param dispensable Names of columns, the first to go first.
 * @returns The lines, the head among them.
 */
export function headedTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly string[] = [],
  dispensable: readonly string[] = [],
): string[] {
  const width = Deno.stdout.isTerminal() ? terminalColumns() : Infinity;
  for (let dropped = 0;; dropped++) {
    const gone = dispensable.slice(0, dropped);
    const kept = head.flatMap((name, i) => gone.includes(name) ? [] : [i]);
    const pick = (row: readonly string[]) => kept.flatMap((i) => i < row.length ? [row[i]] : []);
    const numbers = kept.flatMap((i, at) => right.includes(head[i]) ? [at] : []);
    const [first, ...lines] = alignColumns([pick(head), ...rows.map(pick)], numbers);
    const widest = Math.max(...[first, ...lines].map(charactersOf));
    if (widest <= width || dropped === dispensable.length) {
      return [paint(first, "bold", "stdout"), ...lines];
    }
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
