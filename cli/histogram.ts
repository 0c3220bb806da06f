/**
 * Round-trip times as bars in the terminal.
 *
 * @module
 */
import { alignColumns } from "./table.ts";

/** One bar: the times in a range, and how many they are. */
export interface Bar {
  readonly fromMicros: number;
  readonly toMicros: number;
  readonly count: number;
}

/** A bar's last cell is filled by eighths. */
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
const FULL = "█";
const WIDEST = 60;

/**
 * Draws bars, the longest as long as `columns` allow.
 *
 * @param bars What to draw, from the least to the greatest.
 * @param columns The width of the terminal.
 * @returns The lines: range, bar, count.
 */
export function drawHistogram(bars: readonly Bar[], columns: number): string[] {
  const most = Math.max(...bars.map(({ count }) => count));
  if (!(most > 0)) return [];
  const longest = bars[bars.length - 1].toMicros;
  const [unit, scale] = longest < 1000 ? ["µs", 1] : longest < 1e6 ? ["ms", 1e3] : ["s", 1e6];
  const labels = alignColumns(
    bars.map(({ fromMicros, toMicros }) => [
      threeDigits(fromMicros / scale),
      "-",
      threeDigits(toMicros / scale),
      unit,
    ]),
    [0, 2],
  );
  const room = columns - labels[0].length - String(most).length - 6;
  const width = Math.max(8, Math.min(WIDEST, room));
  return bars.map(({ count }, i) => {
    const eighths = count === 0 ? 0 : Math.max(1, Math.round(count / most * width * 8));
    const bar = FULL.repeat(eighths >> 3) + EIGHTHS[eighths & 7];
    return `  ${labels[i]}  ${bar}${bar === "" ? "" : " "}${count}`;
  });
}

/** Microseconds as milliseconds in three or more digits, as ping shows them: `"0.042"`, `"12.3"`. */
export function formatMillis(micros: number): string {
  const ms = micros / 1000;
  if (!Number.isFinite(ms)) return "-";
  return ms.toFixed(ms < 9.9995 ? 3 : ms < 99.995 ? 2 : ms < 999.95 ? 1 : 0);
}

function threeDigits(value: number): string {
  return value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
}
