/**
 * Round-trip times of a probe, summed up as ping does and drawn.
 *
 * @module
 */
import type { RttStatistics } from "../raw/mod.ts";
import { drawHistogram, formatMillis } from "./histogram.ts";

/** Fewer round trips make no picture. */
const ENOUGH = 5;
const BARS = 12;

/**
 * The summary's last lines.
 *
 * @param statistics The round trips.
 * @param columns The width of the terminal; 0 for no histogram.
 * @returns The line of numbers and the histogram; nothing without round trips.
 */
export function rttLines(statistics: RttStatistics, columns: number): string[] {
  if (statistics.count === 0) return [];
  const numbers = rttNumbers(statistics).map(([, micros]) => formatMillis(micros)).join("/");
  const names = rttNumbers(statistics).map(([name]) => name).join("/");
  const lines = [`rtt ${names} = ${numbers} ms`];
  if (columns > 0 && statistics.count >= ENOUGH) {
    lines.push(...drawHistogram(statistics.histogram(BARS), columns));
  }
  return lines;
}

/** The numbers as cells of a table, in milliseconds. */
export function rttCells(statistics: RttStatistics): string[] {
  return rttNumbers(statistics).map(([, micros]) => formatMillis(micros));
}

/** The numbers as fields of an event, in microseconds. */
export function rttFields(statistics: RttStatistics): Record<string, number> {
  if (statistics.count === 0) return {};
  return Object.fromEntries(
    rttNumbers(statistics).map(([name, micros]) => [`${name}Micros`, Math.round(micros * 10) / 10]),
  );
}

function rttNumbers(statistics: RttStatistics): (readonly [string, number])[] {
  return [
    ["min", statistics.minMicros],
    ["avg", statistics.avgMicros],
    ["p50", statistics.percentileMicros(0.5)],
    ["p99", statistics.percentileMicros(0.99)],
    ["max", statistics.maxMicros],
    ["mdev", statistics.mdevMicros],
  ];
}
