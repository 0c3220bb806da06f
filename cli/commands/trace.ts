/**
 * `sock trace`: the way to a host, as traceroute and mtr.
 *
 * @module
 */
import { getNameInfo } from "../../addrinfo/get_name_info.ts";
import type { TraceEvent, TracerouteOptions } from "../../raw/mod.ts";
import { traceroute } from "../../raw/traceroute.ts";
import type { Arguments, Command, Session } from "../command.ts";
import type { EventRow, Fields } from "../event_rows.ts";
import { errorLine, Stopped, UsageError } from "../exit.ts";
import { printEvent, printLine } from "../json.ts";
import {
  findTarget,
  PROBE_EXIT,
  PROBE_EXIT_HELP,
  PROBE_OPTIONS,
  readFamily,
  readInterface,
} from "../probe_options.ts";
import { rttFields, rttLines } from "../rtt_summary.ts";
import { readDuration, readInteger } from "../settings.ts";
import { writeOutput } from "../stdio.ts";
import { visible } from "../style.ts";
import { goesOn, Hop, hopLines, hopTable, type NameOf } from "../trace_hops.ts";

const METHODS = ["udp", "icmp", "tcp"] as const;
const ROUND_MS = 1000;
/** A name that takes longer is not waited for: the address does. */
const NAME_MS = 1000;

const PROBE: Fields = {
  hop: "integer",
  probe: "integer",
  lengthBytes: "integer",
  reached: "boolean",
};
const ANSWER: Fields = {
  ...PROBE,
  address: "string",
  rttMicros: "number",
  ttl: "integer?",
  reply: "string?",
  icmpType: "integer?",
  icmpCode: "integer?",
  code: "string?",
  mtuBytes: "integer?",
  again: "boolean?",
  mpls: "objects?",
  extensions: "objects?",
};
const ANSWER_HELP: Readonly<Record<string, string>> = {
  reply: "the host itself answered a probe",
  timeExceeded: "a router on the way answered",
  unreachable: "somebody said that the host cannot be reached",
  packetTooBig: "somebody said that the probe is too big; mtuBytes is what fits",
  parameterProblem: "somebody did not like the probe's header",
  icmpError: "another ICMP error",
};

/** The command. */
export const traceCommand: Command = {
  usage: "[OPTIONS] HOST",
  operands: [1, 1],
  description: [
    "Sends probes that expire after one hop, two hops, and so on, and shows who says so. All look " +
    "alike to routers that share load, so they take one way (Paris traceroute).",
    "With --cycles it goes on, a round a second, and sums up each hop in a table as mtr does; on a " +
    "terminal the table is live.",
    "Needs --allow-ffi and --allow-net for the host; ICMP and TCP need the right to send them: see " +
    "ping, and CAP_NET_RAW for TCP.",
  ],
  options: [
    {
      name: "method",
      short: "M",
      value: "METHOD",
      choices: METHODS,
      help: "udp (default), icmp or tcp (SYN)",
    },
    { name: "port", short: "p", value: "PORT", help: "port for udp (33434) or tcp (80)" },
    { name: "queries", short: "q", value: "N", help: "probes a hop (default 3)" },
    {
      name: "cycles",
      short: "c",
      value: "N",
      help: "N rounds of one probe a hop; 0: until Ctrl-C",
    },
    { name: "interval", short: "i", value: "TIME", help: "from round to round (default 1)" },
    { name: "first", short: "f", value: "N", help: "the first hop to ask (default 1)" },
    { name: "max-hops", short: "m", value: "N", help: "the last hop to ask (default 30)" },
    {
      name: "timeout",
      short: "w",
      value: "TIME",
      help: "wait so long for an answer (default 3.5)",
    },
    { name: "size", short: "s", value: "BYTES", help: "payload of a probe" },
    { name: "mtu", help: "find the path MTU: large probes that must not be fragmented" },
    { name: "numeric", short: "n", help: "show addresses, not names" },
    ...PROBE_OPTIONS,
  ],
  events: [
    ...["reply", "timeExceeded", "unreachable", "packetTooBig", "parameterProblem", "icmpError"]
      .map(
        (event): EventRow => ({ event, on: "stdout", help: ANSWER_HELP[event], fields: ANSWER }),
      ),
    { event: "timeout", on: "stdout", help: "a probe had no answer", fields: PROBE },
    {
      event: "sendError",
      on: "stdout",
      help: "a probe was not sent",
      fields: { ...PROBE, error: "string", mtuBytes: "integer?" },
    },
    {
      event: "summary",
      on: "stdout",
      help: "what came of all; hops are objects with hop, addresses, sent, received and times",
      fields: {
        host: "string",
        address: "string",
        reached: "boolean",
        pathMtuBytes: "integer?",
        hops: "objects",
      },
    },
  ],
  examples: [
    ["sock trace example.com", "The way, with names."],
    ["sock trace -n --method tcp --port 443 example.com", "The way that web traffic takes."],
    ["sock trace --cycles 0 example.com", "Watch loss and delay of each hop until Ctrl-C."],
    ["sock trace --mtu --json 2001:db8::1", "Where do packets get too big? For scripts."],
  ],
  exitCodes: [["0", "the host was reached"], ["1", "it was not"], PROBE_EXIT_HELP[2]],
  errorExit: PROBE_EXIT.error,
  async run(args: Arguments, session: Session): Promise<number> {
    const options = readTraceOptions(args);
    const cycles = readInteger(args, "cycles", 0, Number.MAX_SAFE_INTEGER);
    const intervalMs = readDuration(args, "interval");
    if (cycles === undefined && intervalMs !== undefined) {
      throw new UsageError("--interval goes with --cycles");
    }
    if (cycles !== undefined && options.probesPerHop !== undefined) {
      throw new UsageError("--queries and --cycles exclude each other");
    }
    const { signal } = session;
    const target = await findTarget(args.operands[0], options.family, signal);
    const trace = new Trace(args, target, { ...options, signal });
    await trace.head();
    try {
      if (cycles === undefined) {
        await trace.once();
      } else {
        await trace.rounds(cycles === 0 ? Infinity : cycles, intervalMs ?? ROUND_MS, signal);
      }
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    }
    await trace.summary(cycles !== undefined);
    return trace.reachedHop === undefined ? PROBE_EXIT.silent : PROBE_EXIT.replied;
  },
};

function readTraceOptions(args: Arguments): TracerouteOptions {
  const method = args.value("method");
  const known = METHODS.find((one) => one === method);
  if (method !== undefined && known === undefined) {
    throw new UsageError(`--method is ${METHODS.join(", ")}, not "${method}"`);
  }
  const timeoutMs = readDuration(args, "timeout");
  const given: TracerouteOptions = {
    family: readFamily(args),
    method: known,
    port: readInteger(args, "port", 1, 65535),
    probesPerHop: readInteger(args, "queries", 1, 100),
    firstHop: readInteger(args, "first", 1, 255),
    maxHops: readInteger(args, "max-hops", 1, 255),
    timeoutMs: timeoutMs === undefined ? undefined : Math.max(1, Math.round(timeoutMs)),
    sizeBytes: readInteger(args, "size", 0, 65507),
    ...(args.has("mtu") && { mtuDiscovery: true }),
    ...readInterface(args),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** A trace as it goes on. */
class Trace {
  /** The hop at which the host is; undefined while it was not reached. */
  reachedHop: number | undefined;
  readonly #args: Arguments;
  readonly #target: { host: string; address: string; family: "inet" | "inet6" };
  readonly #options: TracerouteOptions;
  readonly #json: boolean;
  readonly #hops: Map<number, Hop> = new Map();
  /** Names that are looked up, and those that are known. */
  readonly #lookups: Map<string, Promise<string>> = new Map();
  readonly #names: Map<string, string> = new Map();
  #pathMtuBytes: number | undefined;
  #drawn = 0;

  constructor(
    args: Arguments,
    target: { host: string; address: string; family: "inet" | "inet6" },
    options: TracerouteOptions,
  ) {
    this.#args = args;
    this.#target = target;
    this.#options = options;
    this.#json = args.has("json");
  }

  async head(): Promise<void> {
    if (this.#json) return;
    const { maxHops = 30, method = "udp" } = this.#options;
    const { address } = this.#target;
    await printLine(
      `trace to ${this.#args.operands[0]} (${address}) by ${method}, ${maxHops} hops max`,
    );
  }

  /** One trace, a line a hop as soon as it and all before it are known. */
  async once(): Promise<void> {
    const { probesPerHop = 3, firstHop = 1 } = this.#options;
    const waiting = new Map<number, TraceEvent[]>();
    let next = firstHop;
    const show = async () => {
      const events = waiting.get(next)!;
      waiting.delete(next);
      events.sort((a, b) => a.probe - b.probe);
      for (const line of await hopLines(next, events, this.#target.family, this.#nameOf)) {
        await printLine(line);
      }
      next++;
    };
    try {
      for await (const event of traceroute(this.#target.host, this.#options)) {
        await this.#take(event);
        if (this.#json) continue;
        const events = waiting.get(event.hop) ?? [];
        waiting.set(event.hop, events);
        events.push(event);
        const ended = () => waiting.get(next)?.filter((event) => !goesOn(event)).length;
        while (ended() === probesPerHop) await show();
      }
    } finally {
      // Hops beyond the host, and gaps after an interrupt, are not shown.
      while (waiting.has(next) && next <= (this.reachedHop ?? Infinity)) await show();
    }
  }

  /** Round after round, one probe a hop. */
  async rounds(count: number, intervalMs: number, signal: AbortSignal): Promise<void> {
    for (let round = 1; round <= count; round++) {
      const startMs = performance.now();
      const options = { ...this.#options, probesPerHop: 1 };
      if (this.reachedHop !== undefined) options.maxHops = this.reachedHop;
      for await (const event of traceroute(this.#target.host, options)) {
        await this.#take(event);
      }
      await this.#draw();
      if (round < count) await pause(startMs + intervalMs - performance.now(), signal);
    }
  }

  async #take(event: TraceEvent): Promise<void> {
    if (event.reached) {
      this.reachedHop = Math.min(this.reachedHop ?? Infinity, event.hop);
      if ("mtuBytes" in event) this.#pathMtuBytes = event.mtuBytes;
    }
    const hop = this.#hops.get(event.hop) ?? new Hop();
    this.#hops.set(event.hop, hop);
    hop.add(event);
    if ("address" in event) this.#lookUp(event.address);
    if (!this.#json) return;
    const { type, ...fields } = event;
    await printEvent(type, {
      ...fields,
      ...("rttMicros" in event && { rttMicros: Number(event.rttMicros.toFixed(3)) }),
      ...(event.type === "sendError" && { error: errorLine(event.error) }),
    });
  }

  /** The table, over the last one, on a terminal that has room for it. */
  async #draw(): Promise<void> {
    if (this.#json || !Deno.stdout.isTerminal()) return;
    const lines = await this.#table();
    if (lines.length >= Deno.consoleSize().rows) return;
    const over = this.#drawn === 0 ? "" : `\x1b[${this.#drawn}A\x1b[J`;
    this.#drawn = lines.length;
    await writeOutput(new TextEncoder().encode(`${over}${lines.map(visible).join("\n")}\n`));
  }

  async #table(): Promise<string[]> {
    const inOrder = new Map(Array.from(this.#hops).sort(([a], [b]) => a - b));
    // A table that lives does not wait for names.
    const nameOf = (address: string) => this.#names.get(address) ?? address;
    return await hopTable(inOrder, this.reachedHop ?? Infinity, nameOf);
  }

  async summary(cycles: boolean): Promise<void> {
    const host = this.#args.operands[0];
    const at = this.reachedHop;
    const target = at === undefined ? undefined : this.#hops.get(at);
    if (this.#json) {
      const hops = Array.from(this.#hops).filter(([number]) => number <= (at ?? Infinity))
        .sort(([a], [b]) => a - b).map(([number, hop]) => ({
          hop: number,
          addresses: Array.from(hop.addresses),
          sent: hop.sent,
          received: hop.received,
          ...rttFields(hop.rtt),
        }));
      return await printEvent("summary", {
        host,
        address: this.#target.address,
        reached: at !== undefined,
        ...(this.#pathMtuBytes !== undefined && { pathMtuBytes: this.#pathMtuBytes }),
        hops,
      });
    }
    if (cycles && this.#drawn === 0) {
      for (const line of await this.#table()) await printLine(line);
    }
    const mtu = this.#pathMtuBytes === undefined ? "" : `, path MTU ${this.#pathMtuBytes}`;
    await printLine(
      at === undefined
        ? `\n${host} was not reached`
        : `\n${host}: ${at} ${at === 1 ? "hop" : "hops"}${mtu}`,
    );
    if (target !== undefined) { for (const line of rttLines(target.rtt, 0)) await printLine(line); }
  }

  #lookUp(address: string): Promise<string> {
    let lookup = this.#lookups.get(address);
    if (lookup === undefined) {
      lookup = this.#args.has("numeric") || this.#json
        ? Promise.resolve(address)
        : lookUp(address, this.#options.signal);
      this.#lookups.set(address, lookup);
      lookup.then((name) => this.#names.set(address, name));
    }
    return lookup;
  }

  #nameOf: NameOf = (address) => this.#lookUp(address);
}

/** A name is a courtesy: whatever stands in its way, the address does. */
async function lookUp(address: string, signal: AbortSignal | undefined): Promise<string> {
  const host = address.includes(":") ? `[${address}]` : address;
  if (Deno.permissions.querySync({ name: "net", host }).state !== "granted") return address;
  try {
    const { host: name } = await getNameInfo(
      { hostname: address, port: 0 },
      { nameRequired: true, timeoutMs: NAME_MS, signal },
    );
    return `${name} (${address})`;
  } catch {
    return address;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, Math.max(0, ms));
    signal.addEventListener("abort", stop, { once: true });
  });
}
