/**
 * Shows a ping as it goes, and what came of it.
 *
 * @module
 */
import type { AddrInfoError } from "../core/errors.ts";
import type { PingEvent } from "../raw/mod.ts";
import { RttStatistics } from "../raw/statistics.ts";
import type { Arguments } from "./command.ts";
import { Reporter } from "./events.ts";
import { errorLine } from "./exit.ts";
import { formatMillis } from "./histogram.ts";
import { icmpErrorText } from "./_icmp_text.ts";
import { printEvent, printLine } from "./json.ts";
import { histogramColumns } from "./probe_options.ts";
import { rttCells, rttFields, rttLines } from "./rtt_summary.ts";
import { paint } from "./style.ts";
import { headedTable } from "./table.ts";

/** A host that is asked. */
export interface PingTarget {
  /** As the user has it. */
  readonly host: string;
  /** What the library is given. */
  readonly target: string;
  readonly address: string;
  readonly family: "inet" | "inet6";
  readonly count: PingCount;
}

/** What has come of the requests so far. */
export class PingCount {
  transmitted = 0;
  received = 0;
  duplicates = 0;
  errors = 0;
  readonly rtt: RttStatistics = new RttStatistics();

  /** Counts one event. */
  add(event: PingEvent): void {
    this.transmitted = Math.max(this.transmitted, event.sequence);
    if (event.type === "reply") {
      if (event.duplicate) {
        this.duplicates++;
        return;
      }
      this.received++;
      this.rtt.add(event.rttMicros);
    } else if (event.type !== "timeout") {
      this.errors++;
    }
  }

  /** Requests without a reply, in percent. */
  get lossPercent(): number {
    return this.transmitted === 0 ? 0 : 100 * (1 - this.received / this.transmitted);
  }
}

/** Shows a ping as it goes. */
export class PingView {
  readonly #args: Arguments;
  readonly #several: boolean;
  readonly #json: boolean;
  readonly #lines: boolean;
  readonly #report: Reporter;
  /** Whether the counts of a flood are told. */
  readonly #showStatus: boolean;
  #statusAtMs = 0;

  /** `several`: each line tells its host, and the summary is a table. */
  constructor(args: Arguments, several: boolean) {
    this.#args = args;
    this.#several = several;
    this.#json = args.has("json");
    const quiet = args.has("quiet");
    const flood = args.has("flood");
    this.#lines = !quiet && !flood;
    this.#showStatus = flood && !quiet && !this.#json && Deno.stderr.isTerminal();
    this.#report = new Reporter({ json: false, quiet: false, verbose: false });
  }

  /** Tells that a target is asked. */
  async head({ host, address }: PingTarget, sizeBytes: number): Promise<void> {
    if (!this.#json) await printLine(`PING ${host} (${address}) ${sizeBytes} data bytes`);
  }

  /** Tells that a target has no address. */
  async unresolved(target: string, error: AddrInfoError): Promise<void> {
    const message = errorLine(error);
    if (this.#json) await printEvent("unresolved", { target, code: error.code, message });
    else this.#report.line(`sock: ${message}`);
  }

  /** Tells what came of a request. */
  async event(event: PingEvent, target: PingTarget): Promise<void> {
    if (this.#showStatus) this.#tellStatus(target);
    if (!this.#lines) return;
    const { host, family } = target;
    if (!this.#json) {
      const line = eventLine(event, family);
      return await printLine(this.#several ? `${host}: ${line}` : line);
    }
    const { type, ...fields } = event;
    await printEvent(type, {
      host,
      ...fields,
      ...(event.type === "reply" && { rttMicros: Number(event.rttMicros.toFixed(3)) }),
      ...(event.type === "sendError" && { error: errorLine(event.error) }),
    });
  }

  #tellStatus({ host, count: { transmitted, received, rtt } }: PingTarget): void {
    const now = performance.now();
    if (now - this.#statusAtMs < 100) return;
    this.#statusAtMs = now;
    const who = this.#several ? `${host}: ` : "";
    const last = rtt.count === 0 ? "" : `  avg ${formatMillis(rtt.avgMicros)} ms`;
    this.#report.status(`${who}${transmitted} transmitted, ${received} received${last}`);
  }

  /** Takes the status line away. */
  endStatus(): void {
    if (this.#showStatus) this.#report.status("");
  }

  /** Tells what came of all. */
  async summary(targets: readonly PingTarget[], durationMs: number): Promise<void> {
    if (this.#json) {
      for (const target of targets) await printEvent("summary", summaryFields(target, durationMs));
    } else if (this.#several) {
      if (targets.length === 0) return;
      await printLine("");
      for (const line of summaryTable(targets)) await printLine(line);
    } else {
      for (const { host, count } of targets) {
        await printLine(`\n--- ${host} ping statistics ---`);
        await printLine(countsLine(count, durationMs));
        const columns = histogramColumns(this.#args);
        for (const line of rttLines(count.rtt, columns)) await printLine(line);
      }
    }
  }
}

function eventLine(event: PingEvent, family: "inet" | "inet6"): string {
  const sequence = `icmp_seq=${event.sequence}`;
  switch (event.type) {
    case "reply": {
      const ttl = event.ttl === undefined ? "" : ` ttl=${event.ttl}`;
      const marks = (event.duplicate ? " (DUP!)" : "") + (event.late ? " (late)" : "") +
        (event.payloadChanged ? " (payload differs)" : "");
      return `${event.lengthBytes} bytes from ${event.address}: ${sequence}${ttl} time=${
        formatMillis(event.rttMicros)
      } ms${marks}`;
    }
    case "timeout":
      return paint(`no reply to ${sequence}`, "yellow", "stdout");
    case "sendError":
      return `${sequence} not sent: ${errorLine(event.error)}`;
    default:
      return `From ${event.address} ${sequence} ${icmpErrorText(event, family)}`;
  }
}

function summaryFields(
  { host, address, count }: PingTarget,
  durationMs: number,
): Record<string, unknown> {
  const { transmitted, received, duplicates, errors, lossPercent, rtt } = count;
  return {
    host,
    address,
    transmitted,
    received,
    duplicates,
    errors,
    lossPercent: Number(lossPercent.toFixed(3)),
    durationMs: Math.round(durationMs),
    ...rttFields(rtt),
  };
}

function countsLine(count: PingCount, durationMs: number): string {
  const { transmitted, received, duplicates, errors } = count;
  const parts = [`${transmitted} packets transmitted`, `${received} received`];
  if (duplicates > 0) parts.push(`+${duplicates} duplicates`);
  if (errors > 0) parts.push(`+${errors} errors`);
  parts.push(`${lossText(count)} packet loss`);
  parts.push(`time ${Math.round(durationMs)}ms`);
  return parts.join(", ");
}

function summaryTable(targets: readonly PingTarget[]): string[] {
  const head = ["HOST", "SENT", "RECEIVED", "LOSS", "MIN", "AVG", "P50", "P99", "MAX", "MDEV"];
  const rows = targets.map(({ host, count }) => [
    host,
    String(count.transmitted),
    String(count.received),
    lossText(count),
    ...rttCells(count.rtt),
  ]);
  return headedTable(head, rows, head.slice(1), ["MDEV", "P99", "P50", "RECEIVED", "MIN", "MAX"]);
}

function lossText({ lossPercent }: PingCount): string {
  return `${Number(lossPercent.toPrecision(4))}%`;
}
