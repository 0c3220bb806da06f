/**
 * What a trace found out, hop by hop, as lines and as a table.
 *
 * @module
 */
import { RttStatistics } from "../raw/statistics.ts";
import type { TraceAnswer, TraceEvent } from "../raw/mod.ts";
import { formatMillis } from "./histogram.ts";
import { headedTable } from "./table.ts";

/** An answer that carries an ICMP error other than "time exceeded": traceroute's marks. */
const MARKS: Readonly<Record<"inet" | "inet6", Readonly<Record<number, string>>>> = {
  inet: { 0: "!N", 1: "!H", 2: "!P", 3: "", 4: "!F", 5: "!S", 9: "!X", 10: "!X", 13: "!X" },
  inet6: { 0: "!N", 1: "!X", 2: "!S", 3: "!H", 4: "" },
};

/** What an answer of TCP says of the port. */
const TCP_ANSWERS: Readonly<Record<string, string>> = { synAck: " [open]", reset: " [closed]" };

/** Everything about one hop. */
export class Hop {
  /** Probes that have come to an end. */
  sent = 0;
  /** Those that were answered. */
  received = 0;
  /** The last round trip in microseconds; NaN before the first. */
  lastMicros: number = NaN;
  readonly rtt: RttStatistics = new RttStatistics();
  /** Who answered, in the order of appearance. */
  readonly addresses: Set<string> = new Set();
  /** Labels of the last answer that had any. */
  mpls: NonNullable<TraceAnswer["mpls"]> = [];

  /** Counts what came of a probe. */
  add(event: TraceEvent): void {
    if (goesOn(event)) return;
    this.sent++;
    if (event.type === "timeout" || event.type === "sendError") return;
    this.received++;
    this.lastMicros = event.rttMicros;
    this.rtt.add(event.rttMicros);
    this.addresses.add(event.address);
    if (event.mpls !== undefined && event.mpls.length > 0) this.mpls = event.mpls;
  }

  /** Probes without an answer, in percent. */
  get lossPercent(): number {
    return this.sent === 0 ? 0 : 100 * (1 - this.received / this.sent);
  }
}

/** Whether the probe is still to come to its end: it was too big, and is sent again, smaller. */
export function goesOn(event: TraceEvent): boolean {
  return "again" in event && event.again === true;
}

/** Shows an address, with its name where that is known. */
export type NameOf = (address: string) => string | Promise<string>;

/**
 * One hop as traceroute shows it.
 *
 * @param number The hop.
 * @param events What came of its probes.
 * @param family For the meaning of ICMP codes.
 * @param nameOf How addresses are shown.
 * @returns The line, and one for each MPLS label.
 */
export async function hopLines(
  number: number,
  events: readonly TraceEvent[],
  family: "inet" | "inet6",
  nameOf: NameOf,
): Promise<string[]> {
  let line = String(number).padStart(2);
  let shown: string | undefined;
  let labels: NonNullable<TraceAnswer["mpls"]> = [];
  for (const event of events) {
    if (event.type === "timeout") {
      line += "  *";
    } else if (event.type === "sendError") {
      line += `  (not sent: ${event.error.code})`;
    } else {
      if (event.address !== shown) {
        line += `  ${await nameOf(event.address)}`;
        shown = event.address;
      }
      line += `  ${formatMillis(event.rttMicros)} ms${markOf(event, family)}`;
      labels = event.mpls ?? labels;
    }
  }
  return [line, ...labels.map((label) => `      ${mplsText(label)}`)];
}

function markOf(event: TraceAnswer, family: "inet" | "inet6"): string {
  const { type, icmpCode = 0, mtuBytes } = event;
  const mtu = mtuBytes === undefined ? "" : ` mtu=${mtuBytes}`;
  switch (type) {
    case "packetTooBig":
      return ` !F${mtu}`;
    case "unreachable": {
      const mark = MARKS[family][icmpCode] ?? `!<${icmpCode}>`;
      return (mark === "" ? "" : ` ${mark}`) + mtu;
    }
    case "parameterProblem":
      return " !<parameter problem>";
    case "icmpError":
      return ` !<${event.icmpType}-${icmpCode}>`;
    case "reply":
      // TCP tells more than that somebody is there.
      return (TCP_ANSWERS[event.reply ?? "echo"] ?? "") + mtu;
    default:
      return mtu;
  }
}

/** As `traceroute -e` has it. */
function mplsText(
  { label, trafficClass, bottom, ttl }: NonNullable<TraceAnswer["mpls"]>[number],
): string {
  return `<MPLS:L=${label},E=${trafficClass},S=${bottom ? 1 : 0},T=${ttl}>`;
}

/**
 * All hops as mtr shows them.
 *
 * @param hops The hops by number.
 * @param last The last to show.
 * @param nameOf How addresses are shown.
 * @returns The lines, a head among them.
 */
export async function hopTable(
  hops: ReadonlyMap<number, Hop>,
  last: number,
  nameOf: NameOf,
): Promise<string[]> {
  const head = ["HOP", "HOST", "LOSS", "SENT", "LAST", "MIN", "AVG", "P50", "P99", "MAX", "MDEV"];
  const rows: string[][] = [];
  for (const [number, hop] of hops) {
    if (number > last) continue;
    const { rtt } = hop;
    const [first = "???", ...others] = await Promise.all(Array.from(hop.addresses, nameOf));
    rows.push([
      String(number),
      first,
      `${hop.lossPercent.toFixed(1)}%`,
      String(hop.sent),
      ...[
        hop.lastMicros,
        rtt.minMicros,
        rtt.avgMicros,
        rtt.percentileMicros(0.5),
        rtt.percentileMicros(0.99),
        rtt.maxMicros,
        rtt.mdevMicros,
      ].map(formatMillis),
    ]);
    for (const other of others) rows.push(["", other]);
    for (const label of hop.mpls) rows.push(["", mplsText(label)]);
  }
  const numbers = head.filter((name) => name !== "HOST");
  return headedTable(head, rows, numbers, ["MDEV", "P99", "P50", "MIN", "MAX", "LAST", "SENT"]);
}
