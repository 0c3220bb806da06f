/**
 * Quantities as a person writes and reads them.
 *
 * @module
 */

const BYTE_UNITS = ["B", "KB", "MB", "GB", "TB", "PB"];

/** Bytes in powers of 1000, three digits: `"1.23 MB"`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // 999.5 would round up to 1000 of the smaller unit.
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)} ${BYTE_UNITS[unit]}`;
}

/** Bytes per second: `"1.23 MB/s"`. */
export function formatRate(bytes: number, durationMs: number): string {
  return `${formatBytes(durationMs <= 0 ? 0 : bytes * 1000 / durationMs)}/s`;
}

/** A duration: `"0.25 s"`, `"12.3 s"`, `"2:05"`, `"1:02:05"`. */
export function formatDuration(ms: number): string {
  if (ms < 9_995) return `${(ms / 1000).toFixed(2)} s`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const two = (n: number) => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(seconds % 60)}`
    : `${minutes}:${two(seconds % 60)}`;
}

const MS_PER_UNIT: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of `"5"` (seconds), `"0.5"`, `"500ms"`, `"5s"`, `"2m"`, `"1h"`; undefined if it is none. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?|\.\d+)(ms|s|m|h)?$/.exec(text);
  if (match === null) return undefined;
  const ms = Number(match[1]) * MS_PER_UNIT[match[2] ?? "s"];
  return Number.isFinite(ms) ? ms : undefined;
}
