/**
 * `sock ping`: ICMP echo, as ping.
 *
 * @module
 */
import * as raw from "../../raw/mod.ts";
import type { Arguments, Command, Session } from "../command.ts";
import { Reporter } from "../events.ts";
import { errorLine, Stopped, UsageError } from "../exit.ts";
import { formatMillis } from "../histogram.ts";
import { icmpErrorText } from "../icmp_text.ts";
import { printEvent, printLine } from "../json.ts";
import {
  findTarget,
  HISTOGRAM_OPTION,
  histogramColumns,
  PROBE_EXIT,
  PROBE_EXIT_HELP,
  PROBE_OPTIONS,
  PROBE_RIGHTS,
  readFamily,
  readInterface,
} from "../probe_options.ts";
import { rttFields, rttLines } from "../rtt_summary.ts";
import { readDuration, readInteger } from "../settings.ts";

/** The command. */
export const pingCommand: Command = {
  usage: "[OPTIONS] HOST",
  operands: [1, 1],
  description: [
    "Sends an ICMP echo request every second until interrupted, or --count times, and ends with " +
    "a summary and the distribution of the round trips. They are timed by the kernel.",
    PROBE_RIGHTS,
  ],
  options: [
    { name: "count", short: "c", value: "N", help: "stop after N requests" },
    {
      name: "interval",
      short: "i",
      value: "TIME",
      help: "from one request to the next (default 1)",
    },
    { name: "timeout", short: "W", value: "TIME", help: "wait so long for each reply (default 1)" },
    { name: "deadline", short: "w", value: "TIME", help: "stop after TIME, whatever came" },
    { name: "size", short: "s", value: "BYTES", help: "payload of a request (default 56)" },
    { name: "ttl", short: "t", value: "N", help: "time to live, or hop limit" },
    { name: "tos", short: "Q", value: "N", help: "type of service, or traffic class" },
    { name: "pattern", short: "p", value: "HEX", help: "fill the payload with these bytes" },
    { name: "dont-fragment", short: "D", help: "forbid fragmentation" },
    { name: "flood", short: "f", help: "send as fast as replies come, and show only counts" },
    { name: "quiet", short: "q", help: "show only the summary" },
    HISTOGRAM_OPTION,
    ...PROBE_OPTIONS,
  ],
  examples: [
    ["sock ping example.com", "Until Ctrl-C, which gives the summary."],
    ["sock ping -c 100 -i 10ms -q 10.0.0.1", "A second's worth of round trips, as a histogram."],
    ["sock ping -D -s 1472 10.0.0.1", "Does a full Ethernet frame get through?"],
    ["sock ping --json -c 5 ::1 | jq .rttMicros", "For scripts."],
  ],
  exitCodes: PROBE_EXIT_HELP,
  errorExit: PROBE_EXIT.error,
  async run(args: Arguments, session: Session): Promise<number> {
    const options = readPingOptions(args);
    const deadlineMs = readDuration(args, "deadline");
    const host = args.operands[0];
    const target = await findTarget(host, options.family, session.signal);
    const count = new PingCount();
    const show = new PingView(args, host, target);
    await show.head(options.sizeBytes ?? 56);
    const startMs = performance.now();
    const signal = deadlineMs === undefined
      ? session.signal
      : AbortSignal.any([session.signal, AbortSignal.timeout(deadlineMs)]);
    try {
      for await (const event of raw.ping(target.host, { ...options, signal })) {
        count.add(event);
        await show.event(event, count);
      }
    } catch (error) {
      const late = deadlineMs !== undefined && error instanceof DOMException &&
        error.name === "TimeoutError";
      if (!late && !(error instanceof Stopped)) throw error;
    } finally {
      show.endStatus();
    }
    await show.summary(count, performance.now() - startMs);
    return count.received > 0 ? PROBE_EXIT.replied : PROBE_EXIT.silent;
  },
};

function readPingOptions(args: Arguments): raw.PingOptions {
  const given: raw.PingOptions = {
    family: readFamily(args),
    count: readInteger(args, "count", 1, Number.MAX_SAFE_INTEGER),
    intervalMs: readDuration(args, "interval"),
    timeoutMs: wholeMs(readDuration(args, "timeout")),
    sizeBytes: readInteger(args, "size", 0, 65507),
    ttl: readInteger(args, "ttl", 1, 255),
    tos: readInteger(args, "tos", 0, 255),
    pattern: readPattern(args.value("pattern")),
    ...(args.has("dont-fragment") && { dontFragment: true }),
    ...(args.has("flood") && { flood: true }),
    ...readInterface(args),
  };
  given.intervalMs = wholeMs(given.intervalMs);
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function wholeMs(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.max(1, Math.round(ms));
}

function readPattern(text: string | undefined): Uint8Array | undefined {
  if (text === undefined) return undefined;
  if (!/^([0-9a-f]{2}){1,16}$/i.test(text)) {
    throw new UsageError(`--pattern is 1 to 16 bytes in hex, as ff00, not "${text}"`);
  }
  return Uint8Array.from(text.match(/../g)!, (pair) => parseInt(pair, 16));
}

/** What has come of the requests so far. */
class PingCount {
  transmitted = 0;
  received = 0;
  duplicates = 0;
  errors = 0;
  readonly rtt: raw.RttStatistics = new raw.RttStatistics();

  add(event: raw.PingEvent): void {
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

  get lossPercent(): number {
    return this.transmitted === 0 ? 0 : 100 * (1 - this.received / this.transmitted);
  }
}

/** Shows a ping as it goes. */
class PingView {
  readonly #args: Arguments;
  readonly #host: string;
  readonly #target: { address: string; family: "inet" | "inet6" };
  readonly #json: boolean;
  readonly #lines: boolean;
  /** Where the counts of a flood are told. */
  readonly #status: Reporter | undefined;
  #statusAtMs = 0;

  constructor(
    args: Arguments,
    host: string,
    target: { address: string; family: "inet" | "inet6" },
  ) {
    this.#args = args;
    this.#host = host;
    this.#target = target;
    this.#json = args.has("json");
    const quiet = args.has("quiet");
    this.#lines = !quiet && !args.has("flood");
    if (args.has("flood") && !quiet && !this.#json && Deno.stderr.isTerminal()) {
      this.#status = new Reporter({ json: false, quiet: false, verbose: false });
    }
  }

  async head(sizeBytes: number): Promise<void> {
    if (this.#json) return;
    const { address } = this.#target;
    await printLine(`PING ${this.#host} (${address}) ${sizeBytes} data bytes`);
  }

  async event(event: raw.PingEvent, count: PingCount): Promise<void> {
    if (this.#status !== undefined) this.#tellStatus(this.#status, count);
    if (!this.#lines) return;
    if (!this.#json) return await printLine(this.#line(event));
    const { type, ...fields } = event;
    await printEvent(type, {
      ...fields,
      ...(event.type === "reply" && { rttMicros: Number(event.rttMicros.toFixed(3)) }),
      ...(event.type === "sendError" && { error: errorLine(event.error) }),
    });
  }

  #line(event: raw.PingEvent): string {
    const sequence = `icmp_seq=${event.sequence}`;
    switch (event.type) {
      case "reply": {
        const ttl = event.ttl === undefined ? "" : ` ttl=${event.ttl}`;
        const marks = (event.duplicate ? " (DUP!)" : "") + (event.late ? " (late)" : "");
        return `${event.lengthBytes} bytes from ${event.address}: ${sequence}${ttl} time=${
          formatMillis(event.rttMicros)
        } ms${marks}`;
      }
      case "timeout":
        return `no reply to ${sequence}`;
      case "sendError":
        return `${sequence} not sent: ${errorLine(event.error)}`;
      default:
        return `From ${event.address} ${sequence} ${icmpErrorText(event, this.#target.family)}`;
    }
  }

  #tellStatus(status: Reporter, { transmitted, received, rtt }: PingCount): void {
    const now = performance.now();
    if (now - this.#statusAtMs < 100) return;
    this.#statusAtMs = now;
    const last = rtt.count === 0 ? "" : `  avg ${formatMillis(rtt.avgMicros)} ms`;
    status.status(`${transmitted} transmitted, ${received} received${last}`);
  }

  endStatus(): void {
    this.#status?.status("");
  }

  async summary(count: PingCount, durationMs: number): Promise<void> {
    const { transmitted, received, duplicates, errors, lossPercent, rtt } = count;
    if (this.#json) {
      return await printEvent("summary", {
        host: this.#host,
        address: this.#target.address,
        transmitted,
        received,
        duplicates,
        errors,
        lossPercent: Number(lossPercent.toFixed(3)),
        durationMs: Math.round(durationMs),
        ...rttFields(rtt),
      });
    }
    const parts = [`${transmitted} packets transmitted`, `${received} received`];
    if (duplicates > 0) parts.push(`+${duplicates} duplicates`);
    if (errors > 0) parts.push(`+${errors} errors`);
    parts.push(`${Number(lossPercent.toPrecision(4))}% packet loss`);
    parts.push(`time ${Math.round(durationMs)}ms`);
    await printLine(`\n--- ${this.#host} ping statistics ---`);
    await printLine(parts.join(", "));
    for (const line of rttLines(rtt, histogramColumns(this.#args))) await printLine(line);
  }
}
