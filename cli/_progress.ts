/**
 * The progress of a long transfer: a status line on a terminal, events with --json.
 *
 * @module
 */
import { type Reporter, totals } from "./events.ts";
import type { Traffic } from "./traffic.ts";
import { formatBytes, formatDuration, formatRate } from "./units.ts";

/** A transfer is long from here on: only then is it told about. */
export const LONG_MS = 1000;
const LINE_EVERY_MS = 250;
const EVENT_EVERY_MS = 1000;

/**
 * Tells about the traffic until the returned function is called.
 *
 * @param reporter Where to.
 * @param traffic What.
 * @param statusLine Whether a line that rewrites itself fits: only on a terminal that shows nothing else.
 * @returns Ends it.
 */
export function startProgress(
  reporter: Reporter,
  traffic: Traffic,
  statusLine: boolean,
): () => void {
  if (reporter.json ? reporter.quiet : !statusLine || reporter.quiet) return () => {};
  let before = { atMs: performance.now(), received: 0, sent: 0 };
  let idle = false;
  const timer = setInterval(() => {
    const now = performance.now();
    const { receivedBytes, sentBytes, startedMs } = traffic;
    const since = now - before.atMs;
    const moved = receivedBytes - before.received + sentBytes - before.sent;
    const line = [
      `received ${formatBytes(receivedBytes)}`,
      `${formatRate(receivedBytes - before.received, since)}`,
      ` sent ${formatBytes(sentBytes)}`,
      `${formatRate(sentBytes - before.sent, since)}`,
    ].join("  ");
    before = { atMs: now, received: receivedBytes, sent: sentBytes };
    // A line that says "nothing" once says it all: a server in the background leaves the terminal alone.
    const isIdle = moved === 0;
    const wasIdle = idle;
    idle = isIdle;
    if (startedMs === undefined || now - startedMs < LONG_MS) return;
    if (reporter.json) {
      if (moved > 0) reporter.event("progress", { ...totals(traffic) });
    } else if (!isIdle || !wasIdle) {
      const clients = traffic.activeClients > 1 ? `  ${traffic.activeClients} clients` : "";
      reporter.status(`${line}${clients}  ${formatDuration(now - startedMs)}`);
    }
  }, reporter.json ? EVENT_EVERY_MS : LINE_EVERY_MS);
  return () => {
    clearInterval(timer);
    reporter.status("");
  };
}
