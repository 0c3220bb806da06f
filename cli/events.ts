/**
 * What a command tells on standard error: lines for a person, or one JSON object a line.
 *
 * @module
 */
import { errorCode, errorLine, isGone } from "./exit.ts";
import { hexDump, toHex } from "./_hex.ts";
import { jsonLine } from "./json.ts";
import { paint, visible } from "./style.ts";
import { consoleColumns } from "./table.ts";
import type { ClientTraffic, Traffic } from "./traffic.ts";
import { formatBytes, formatDuration, formatRate } from "./units.ts";

/** How much is told, and how. */
export interface ReportOptions {
  /** JSON events instead of lines. */
  json: boolean;
  /** Nothing but errors. */
  quiet: boolean;
  /** Each connection too. */
  verbose: boolean;
}

const encoder = new TextEncoder();
/** The rate of a shorter time says nothing. */
const RATE_MS = 100;
const CLEAR_LINE = "\r\x1b[K";

/** What is told of a new connection. */
export interface OpenedPeer {
  readonly local: string;
  readonly remote: string;
  readonly engine: string;
  readonly tls?: string;
}

/** Writes events to standard error. */
export class Reporter {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  #status = "";

  /** See {@linkcode ReportOptions}. */
  constructor(options: ReportOptions) {
    this.json = options.json;
    this.quiet = options.quiet;
    this.verbose = options.verbose;
  }

  /** An event with its fields, and the line that a person is told instead. */
  event(name: string, fields: Record<string, unknown>, line?: string): void {
    if (this.json) {
      writeError(jsonLine(name, fields));
    } else if (line !== undefined && !this.quiet) {
      this.line(line);
    }
  }

  /** A line of its own, above the status line. */
  line(whole: string): void {
    const text = visible(whole);
    writeError(this.#status === "" ? `${text}\n` : `${CLEAR_LINE}${text}\n${this.#status}`);
  }

  /** Replaces the status line at the bottom; empty removes it. */
  status(whole: string): void {
    // What is wider than the terminal would go on in a line that nobody takes away.
    const text = visible(whole).slice(0, (consoleColumns() ?? Infinity) - 1);
    if (text === this.#status) return;
    writeError(`${CLEAR_LINE}${text}`);
    this.#status = text;
  }

  /** Where a server listens. */
  listening(address: string, engine: string): void {
    this.event("listening", { address, engine }, `sock: listening on ${address}`);
  }

  /** A client came, or a connection was made. */
  opened(client: number, peer: OpenedPeer): void {
    this.event(
      "open",
      { client, ...peer },
      this.verbose
        ? `sock: #${client} open: ${peer.local} - ${peer.remote}${
          peer.tls === undefined ? "" : `, ${peer.tls}`
        }`
        : undefined,
    );
  }

  /** A peer was turned away. */
  refused(remote: string): void {
    this.event("refused", { remote }, this.verbose ? `sock: ${remote} is not allowed` : undefined);
  }

  /** A client came to nothing before it was served: its TLS handshake failed, say. */
  warned(error: unknown): void {
    this.event("warning", errorFields(error), `sock: ${errorLine(error)}`);
  }

  /** A client is done; `error` says why, if not as it should. */
  closed(traffic: ClientTraffic, remote: string, error?: unknown): void {
    const { client, receivedBytes, sentBytes } = traffic;
    const durationMs = Math.round(performance.now() - traffic.startedMs);
    const counts = { client, remote, receivedBytes, sentBytes, durationMs };
    if (error === undefined) {
      const moved = `received ${formatBytes(receivedBytes)}, sent ${formatBytes(sentBytes)}`;
      this.event("close", counts, this.verbose ? `sock: #${client} done: ${moved}` : undefined);
    } else {
      this.event(
        "close",
        { ...counts, ...errorFields(error) },
        // A client that goes away without a word is everyday business.
        this.verbose || !isGone(error)
          ? `sock: #${client} ${remote}: ${errorLine(error)}`
          : undefined,
      );
    }
  }

  /** Bytes of a dump: `<` came from the client, `>` went to it. */
  data(client: number, direction: "received" | "sent", offset: number, data: Uint8Array): void {
    if (this.json) {
      return this.event("data", { client, direction, offset, hex: toHex(data) });
    }
    const mark = direction === "received"
      ? paint(`#${client} <`, "cyan", "stderr")
      : paint(`#${client} >`, "green", "stderr");
    writeError(data.length === 0 ? `${mark} (empty message)\n` : hexDump(data, offset, mark));
  }

  /** What moved in all. */
  summary(traffic: Traffic): void {
    const fields = totals(traffic);
    this.event("summary", { ...fields }, `sock: ${totalsText(fields)}`);
  }

  /** What ended the command. Told even when quiet. */
  error(error: unknown, exitCode: number): void {
    this.status("");
    if (this.json) this.event("error", { ...errorFields(error), exitCode });
    else this.line(`${paint("sock:", "red", "stderr")} ${errorLine(error)}`);
  }
}

/** The fields of totals. */
export interface Totals {
  readonly clients: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly durationMs: number;
}

/** The totals by now. */
export function totals(traffic: Traffic): Totals {
  const { clients, receivedBytes, sentBytes, startedMs } = traffic;
  const durationMs = startedMs === undefined ? 0 : Math.round(performance.now() - startedMs);
  return { clients, receivedBytes, sentBytes, durationMs };
}

/** Totals as a person reads them. */
export function totalsText({ clients, receivedBytes, sentBytes, durationMs }: Totals): string {
  const way = (verb: string, bytes: number) =>
    bytes === 0 || durationMs < RATE_MS
      ? `${verb} ${formatBytes(bytes)}`
      : `${verb} ${formatBytes(bytes)} (${formatRate(bytes, durationMs)})`;
  const parts = [way("received", receivedBytes), way("sent", sentBytes)];
  if (clients !== 1) parts.push(`${clients} clients`);
  return `${parts.join(", ")}, ${formatDuration(durationMs)}`;
}

function errorFields(error: unknown): Record<string, unknown> {
  const code = errorCode(error) ??
    (error instanceof Error && error.name === "TimeoutError" ? "ETIMEDOUT" : undefined);
  return { ...(code !== undefined && { code }), message: errorLine(error) };
}

/** Writes to standard error; nobody there to read it is no reason to fail. */
export function writeError(text: string): void {
  const bytes = encoder.encode(text);
  try {
    for (let at = 0; at < bytes.length;) at += Deno.stderr.writeSync(bytes.subarray(at));
  } catch {
    // Closed.
  }
}
