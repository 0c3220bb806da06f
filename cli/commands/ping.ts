/**
 * `sock ping`: ICMP echo, as ping.
 *
 * @module
 */
import { AddrInfoError } from "../../core/errors.ts";
import type { PingOptions } from "../../raw/mod.ts";
import { ping } from "../../raw/ping.ts";
import type { Arguments, Command, Session } from "../command.ts";
import { type EventRow, type Fields, RTT_FIELDS, UNRESOLVED_EVENT } from "../event_rows.ts";
import { Stopped, UsageError } from "../exit.ts";
import { PingCount, type PingTarget, PingView } from "../ping_view.ts";
import {
  findTarget,
  HISTOGRAM_OPTION,
  PROBE_EXIT,
  PROBE_EXIT_HELP,
  PROBE_OPTIONS,
  PROBE_RIGHTS,
  readFamily,
  readInterface,
} from "../probe_options.ts";
import { readDuration, readInteger } from "../settings.ts";

const REQUEST: Fields = { host: "string", address: "string", sequence: "integer" };

/** The command. */
export const pingCommand: Command = {
  usage: "[OPTIONS] HOST…",
  operands: [1, Infinity],
  description: [
    "Sends an ICMP echo request every second until interrupted, or --count times, and ends with " +
    "a summary and the distribution of the round trips. They are timed by the kernel.",
    "Several hosts are asked side by side, and summed up in a table with a line each.",
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
  events: [
    {
      event: "reply",
      on: "stdout",
      help: "a request was answered",
      fields: {
        ...REQUEST,
        lengthBytes: "integer",
        ttl: "integer?",
        rttMicros: "number",
        duplicate: "boolean",
        late: "boolean",
      },
    },
    { event: "timeout", on: "stdout", help: "a request had no answer in time", fields: REQUEST },
    ...["unreachable", "timeExceeded", "parameterProblem", "packetTooBig", "icmpError"].map(
      (event): EventRow => ({
        event,
        on: "stdout",
        help: "address answered a request by this ICMP error",
        fields: {
          ...REQUEST,
          icmpType: "integer",
          icmpCode: "integer",
          code: "string",
          mtuBytes: "integer?",
        },
      }),
    ),
    {
      event: "sendError",
      on: "stdout",
      help: "a request was not sent",
      fields: { ...REQUEST, error: "string", mtuBytes: "integer?" },
    },
    UNRESOLVED_EVENT,
    {
      event: "summary",
      on: "stdout",
      help: "what came of all requests to one host",
      fields: {
        host: "string",
        address: "string",
        transmitted: "integer",
        received: "integer",
        duplicates: "integer",
        errors: "integer",
        lossPercent: "number",
        durationMs: "integer",
        ...RTT_FIELDS,
      },
    },
  ],
  examples: [
    ["sock ping example.com", "Until Ctrl-C, which gives the summary."],
    ["sock ping -c 100 -i 10ms -q 10.0.0.1", "A second's worth of round trips, as a histogram."],
    ["sock ping -q -c 10 10.0.0.1 10.0.0.2 example.com", "Compare hosts: a line each."],
    ["sock ping -D -s 1472 10.0.0.1", "Does a full Ethernet frame get through?"],
    ["sock ping --json -c 5 ::1 | jq .rttMicros", "For scripts."],
  ],
  exitCodes: PROBE_EXIT_HELP,
  errorExit: PROBE_EXIT.error,
  async run(args: Arguments, session: Session): Promise<number> {
    const options = readPingOptions(args);
    const deadlineMs = readDuration(args, "deadline");
    const hosts = args.operands;
    const several = hosts.length > 1;
    const view = new PingView(args, several);
    const found = await Promise.allSettled(
      hosts.map((host) => findTarget(host, options.family, session.signal)),
    );
    const targets: PingTarget[] = [];
    for (const [i, result] of found.entries()) {
      const host = hosts[i];
      if (result.status === "fulfilled") {
        const { host: target, address, family } = result.value;
        targets.push({ host, target, address, family, count: new PingCount() });
      } else if (several && result.reason instanceof AddrInfoError) {
        await view.unresolved(host, result.reason);
      } else {
        throw result.reason;
      }
    }
    for (const target of targets) await view.head(target, options.sizeBytes ?? 56);
    const startMs = performance.now();
    const failed = new AbortController();
    const ends = [session.signal, failed.signal];
    if (deadlineMs !== undefined) ends.push(AbortSignal.timeout(deadlineMs));
    const signal = AbortSignal.any(ends);
    try {
      await Promise.all(targets.map(async (target) => {
        for await (const event of ping(target.target, { ...options, signal })) {
          target.count.add(event);
          await view.event(event, target);
        }
      }));
    } catch (error) {
      failed.abort(error);
      if (!isEnd(error, deadlineMs)) throw error;
    } finally {
      view.endStatus();
    }
    await view.summary(targets, performance.now() - startMs);
    if (targets.length < hosts.length) return PROBE_EXIT.error;
    const allReplied = targets.every(({ count }) => count.received > 0);
    return allReplied ? PROBE_EXIT.replied : PROBE_EXIT.silent;
  },
};

/** Whether this is how a ping is ended from outside: by a signal, or by --deadline. */
function isEnd(error: unknown, deadlineMs: number | undefined): boolean {
  return error instanceof Stopped ||
    deadlineMs !== undefined && error instanceof DOMException && error.name === "TimeoutError";
}

function readPingOptions(args: Arguments): PingOptions {
  const given: PingOptions = {
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
