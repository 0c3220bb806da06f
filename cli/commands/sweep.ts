/**
 * `sock sweep`: which hosts of a network answer, as fping -g.
 *
 * @module
 */
import * as ip from "../../core/ip/mod.ts";
import { RttStatistics } from "../../raw/statistics.ts";
import type { SweepOptions, SweepResult } from "../../raw/mod.ts";
import { sweep } from "../../raw/sweep.ts";
import type { Arguments, Command, Session } from "../command.ts";
import { Reporter } from "../events.ts";
import { RTT_FIELDS, UNRESOLVED_EVENT } from "../event_rows.ts";
import { Stopped, UsageError } from "../exit.ts";
import { formatMillis } from "../histogram.ts";
import { jsonLine, printEvent } from "../json.ts";
import {
  HISTOGRAM_OPTION,
  PROBE_EXIT,
  PROBE_EXIT_HELP,
  PROBE_OPTIONS,
  PROBE_RIGHTS,
  readFamily,
  readInterface,
} from "../probe_options.ts";
import { rttFields, rttLines } from "../rtt_summary.ts";
import { readDuration, readInteger } from "../settings.ts";
import { readLines, writeOutput } from "../stdio.ts";
import { paint } from "../style.ts";
import { terminalColumns } from "../table.ts";
import { formatDuration } from "../units.ts";

const STATUS_EVERY_MS = 200;
/** Lines are written in pieces: one write a host would cost more than its probe. */
const PIECE_CHARACTERS = 16 * 1024;
const WIDEST_IPV4 = 15;

/** The command. */
export const sweepCommand: Command = {
  usage: "[OPTIONS] TARGET…",
  operands: [1, Infinity],
  description: [
    "A TARGET is an address, a network (10.0.0.0/24), a range (10.0.0.1-10.0.0.50, or " +
    "10.0.0.1-50), a host name, or - for standard input with one of these a line. Memory does not " +
    "grow with their number.",
    "Prints each host that answers, with its round trip; then, on standard error, a summary. " +
    PROBE_RIGHTS,
  ],
  options: [
    { name: "all", short: "a", help: "list the hosts that do not answer, too, with the reason" },
    {
      name: "rate",
      short: "r",
      value: "N",
      help: "requests a second (default 10000; 0: no limit)",
    },
    { name: "retries", short: "R", value: "N", help: "more requests to who is silent (default 1)" },
    { name: "timeout", short: "t", value: "TIME", help: "wait so long for a reply (default 0.5)" },
    {
      name: "size",
      short: "s",
      value: "BYTES",
      help: "payload of a request, 8 to 1472 (default 56)",
    },
    { name: "ttl", value: "N", help: "time to live, or hop limit" },
    { name: "quiet", short: "q", help: "no progress and no summary" },
    HISTOGRAM_OPTION,
    ...PROBE_OPTIONS,
  ],
  events: [
    {
      event: "host",
      on: "stdout",
      help: "a host that answers, or with --all one that does not, with the reason if there is one",
      fields: {
        address: "string",
        host: "string?",
        alive: "boolean",
        rttMicros: "number?",
        attempts: "integer",
        code: "string?",
        icmpError: "string?",
      },
    },
    UNRESOLVED_EVENT,
    {
      event: "summary",
      on: "stdout",
      help: "what came of all",
      fields: {
        hosts: "integer",
        alive: "integer",
        silent: "integer",
        unresolved: "integer",
        requests: "integer",
        durationMs: "integer",
        ...RTT_FIELDS,
      },
    },
  ],
  examples: [
    ["sock sweep 10.0.0.0/24", "Who is in this network?"],
    ["sock sweep 10.0.0.0/16 --rate 50000 > alive.txt", "A large one, with progress."],
    ["sock sweep - --all < hosts.txt", "Check a list."],
    ["sock sweep 192.168.1.1-20 fe80::1%eth0 --json", "Any mixture, for scripts."],
  ],
  exitCodes: PROBE_EXIT_HELP,
  errorExit: PROBE_EXIT.error,
  async run(args: Arguments, session: Session): Promise<number> {
    const options = readSweepOptions(args);
    const { operands } = args;
    if (operands.length > 1 && operands.includes("-")) {
      throw new UsageError("- for standard input stands alone");
    }
    const fromInput = operands[0] === "-";
    const view = new SweepView(args, fromInput ? undefined : countTargets(operands));
    try {
      const targets = fromInput ? targetLines() : operands;
      for await (const result of sweep(targets, { ...options, signal: session.signal })) {
        const writing = view.result(result);
        if (writing !== undefined) await writing;
      }
    } catch (error) {
      if (!(error instanceof Stopped)) {
        await view.flush();
        throw error;
      }
    }
    await view.end();
    if (view.unresolved > 0) return PROBE_EXIT.error;
    return view.alive > 0 ? PROBE_EXIT.replied : PROBE_EXIT.silent;
  },
};

async function* targetLines(): AsyncGenerator<string> {
  for await (const line of readLines()) {
    const word = line.replace(/#.*/, "").trim();
    if (word !== "") yield word;
  }
}

function readSweepOptions(args: Arguments): SweepOptions {
  const rate = readInteger(args, "rate", 0, 100_000_000);
  const timeoutMs = readDuration(args, "timeout");
  const given: SweepOptions = {
    family: readFamily(args),
    retries: readInteger(args, "retries", 0, 254),
    sizeBytes: readInteger(args, "size", 8, 1472),
    ttl: readInteger(args, "ttl", 1, 255),
    ratePerSecond: rate === 0 ? Infinity : rate,
    timeoutMs: timeoutMs === undefined ? undefined : Math.max(1, Math.round(timeoutMs)),
    ...readInterface(args),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** How many addresses the targets are; undefined if one is malformed, which the sweep will tell. */
function countTargets(words: readonly string[]): number | undefined {
  let count = 0;
  for (const word of words) {
    try {
      count += Number(targetSize(word));
    } catch {
      return undefined;
    }
  }
  return count;
}

function targetSize(word: string): bigint {
  const { cidrHosts, ipRangeSize, isIpv4, isIpv6, parseCidr, parseIpRange } = ip;
  if (word.includes("/")) return ipRangeSize(cidrHosts(parseCidr(word)));
  const dash = word.indexOf("-");
  const first = word.slice(0, Math.max(0, dash));
  if (!isIpv4(first) && !isIpv6(first)) return 1n;
  const last = word.slice(dash + 1);
  return ipRangeSize(
    parseIpRange(
      /^\d{1,3}$/.test(last) && isIpv4(first)
        ? `${first}-${first.slice(0, first.lastIndexOf(".") + 1)}${last}`
        : word,
    ),
  );
}

/** Shows a sweep as it goes. */
class SweepView {
  alive = 0;
  /** Names that have no address. */
  unresolved = 0;
  #silent = 0;
  #requests = 0;
  readonly #rtt = new RttStatistics();
  readonly #startMs = performance.now();
  readonly #total: number | undefined;
  readonly #args: Arguments;
  readonly #json: boolean;
  readonly #all: boolean;
  readonly #status: Reporter;
  readonly #showStatus: boolean;
  #statusAtMs = 0;
  #pending = "";

  constructor(args: Arguments, total: number | undefined) {
    this.#args = args;
    this.#total = total;
    this.#json = args.has("json");
    this.#all = args.has("all");
    this.#status = new Reporter({ json: false, quiet: false, verbose: false });
    this.#showStatus = !args.has("quiet") && Deno.stderr.isTerminal();
  }

  /** Counts and shows one host; a promise when there is something to wait for. */
  result(result: SweepResult): Promise<void> | undefined {
    this.#requests += result.attempts;
    if (result.alive) {
      this.alive++;
      if (result.rttMicros !== undefined) this.#rtt.add(result.rttMicros);
      this.#pending += this.#line(result);
    } else if (result.code?.startsWith("EAI_")) {
      this.#tellUnresolved(result.address, result.code);
    } else {
      this.#silent++;
      if (this.#all) this.#pending += this.#line(result);
    }
    const now = performance.now();
    const late = now - this.#statusAtMs >= STATUS_EVERY_MS;
    if (!late && this.#pending.length < PIECE_CHARACTERS) return undefined;
    this.#statusAtMs = now;
    return this.#show(now);
  }

  /** A name without an address is told, as it is most likely a mistake. */
  #tellUnresolved(target: string, code: string): void {
    this.unresolved++;
    if (this.#json) this.#pending += jsonLine("unresolved", { target, code });
    else this.#status.line(`sock: Cannot resolve "${target}" (${code})`);
  }

  async #show(now: number): Promise<void> {
    const text = this.#pending;
    this.#pending = "";
    if (text !== "") {
      // On a terminal the hosts stand above the status line.
      if (this.#showStatus && Deno.stdout.isTerminal()) this.#status.status("");
      await writeOutput(new TextEncoder().encode(text));
    }
    if (this.#showStatus) this.#status.status(this.#statusText(now));
  }

  #line(result: SweepResult): string {
    const { address, alive, rttMicros, code, icmpError } = result;
    if (this.#json) {
      const rtt = rttMicros === undefined ? {} : { rttMicros: Number(rttMicros.toFixed(3)) };
      return jsonLine("host", { ...result, ...rtt });
    }
    const told = alive
      ? `${formatMillis(rttMicros ?? NaN)} ms`
      : icmpError !== undefined || code !== undefined
      ? `${icmpError ?? "not sent"}${code === undefined ? "" : ` (${code})`}`
      : paint("no reply", "yellow", "stdout");
    return `${address.padEnd(WIDEST_IPV4)}  ${told}\n`;
  }

  #statusText(now: number): string {
    const done = this.alive + this.#silent + this.unresolved;
    const elapsedMs = now - this.#startMs;
    const rate = Math.round(done / elapsedMs * 1000);
    const parts = [`${rate.toLocaleString("en-US")}/s`, `${this.alive} alive`];
    if (this.#total === undefined) {
      parts.unshift(done.toLocaleString("en-US"));
    } else {
      const share = done / this.#total;
      const leftMs = share > 0 ? elapsedMs * (1 - share) / share : 0;
      parts.unshift(
        `${done.toLocaleString("en-US")} of ${this.#total.toLocaleString("en-US")}`,
        `${Math.floor(share * 100)} %`,
      );
      parts.push(`${formatDuration(leftMs)} left`);
    }
    return parts.join("  ");
  }

  /** Shows the hosts that are not shown yet, and ends the progress. */
  async flush(): Promise<void> {
    await this.#show(performance.now());
    this.#status.status("");
  }

  /** Shows what is left, and the summary. */
  async end(): Promise<void> {
    await this.flush();
    const durationMs = performance.now() - this.#startMs;
    const hosts = this.alive + this.#silent;
    if (this.#json) {
      return await printEvent("summary", {
        hosts,
        alive: this.alive,
        silent: this.#silent,
        unresolved: this.unresolved,
        requests: this.#requests,
        durationMs: Math.round(durationMs),
        ...rttFields(this.#rtt),
      });
    }
    if (this.#args.has("quiet")) return;
    const rate = Math.round(hosts / durationMs * 1000).toLocaleString("en-US");
    const count = (n: number) => n.toLocaleString("en-US");
    this.#status.line(
      `${count(hosts)} hosts, ${count(this.alive)} alive, ${count(this.#silent)} silent, ` +
        (this.unresolved > 0 ? `${count(this.unresolved)} not resolved, ` : "") +
        `${count(this.#requests)} requests, ${formatDuration(durationMs)} (${rate} hosts/s)`,
    );
    const draw = this.#args.has("histogram") || Deno.stderr.isTerminal();
    for (const line of rttLines(this.#rtt, draw ? terminalColumns() : 0)) this.#status.line(line);
  }
}
