/**
 * `sock top`: the busiest connections, live.
 *
 * @module
 */
import type { SocketEntry } from "../../netlink/mod.ts";
import type { Arguments, Command, Session } from "../command.ts";
import { printEvent, printLine } from "../json.ts";
import { writeOutput } from "../stdio.ts";
import { type Owner, socketOwners } from "../processes.ts";
import { readDuration, readInteger } from "../settings.ts";
import { sleep } from "../sleep.ts";
import {
  addressText,
  FILTER_OPTIONS,
  listSockets,
  ownersText,
  readFilters,
  rttText,
} from "../socket_rows.ts";
import { headedTable } from "../table.ts";
import { formatRate } from "../units.ts";
import { jsonValue } from "../watched_table.ts";

/** A connection and what went through it since the last look. */
interface Busy {
  readonly entry: SocketEntry;
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

const HEAD = ["SENT", "RECEIVED", "LOCAL", "REMOTE", "RTT", "RESENT", "CONTROL", "PROCESS"];
/** Home, and clear what is below (ECMA-48 sections 8.3.21 and 8.3.39). */
const CLEAR = "\x1b[H\x1b[J";

/** The command. */
export const topCommand: Command = {
  usage: "[OPTIONS]",
  operands: [0, 0],
  description: [
    "Shows the TCP connections through which most bytes went since the last look, again and " +
    "again: rates in both directions, round-trip time, segments sent again, congestion control " +
    "and process. In a terminal each look takes the place of the last.",
  ],
  options: [
    ...FILTER_OPTIONS,
    {
      name: "interval",
      short: "i",
      value: "TIME",
      help: "how often to look: 500ms, 2s; default 1s",
    },
    { name: "count", short: "c", value: "N", help: "stop after N looks" },
    { name: "lines", short: "n", value: "N", help: "how many connections to show; default 20" },
    { name: "json", short: "j", help: "print JSON, one object a connection and look" },
  ],
  events: [{
    event: "connection",
    on: "stdout",
    help: "a connection, and how many bytes went through it since the last look",
    fields: {
      look: "integer",
      durationMs: "number",
      sentBytes: "integer",
      receivedBytes: "integer",
      socket: "object",
      processes: "objects",
    },
  }],
  examples: [
    ["sock top", "What uses the network now."],
    ["sock top --remote-port 443 --interval 5s", "HTTPS, every five seconds."],
    ["sock top --count 1 --json", "One look, for a program."],
  ],
  async run(args: Arguments, session: Session): Promise<number> {
    const options = {
      ...readFilters(args),
      kinds: ["tcp"] as const,
      info: true,
      signal: session.signal,
    };
    const intervalMs = readDuration(args, "interval") ?? 1000;
    const looks = readInteger(args, "count", 1, 1e9) ?? Infinity;
    const most = readInteger(args, "lines", 1, 10_000) ?? 20;
    const json = args.has("json");
    let before = byCookie(await listSockets(options));
    let since = performance.now();
    for (let look = 1; look <= looks; look++) {
      await sleep(intervalMs, session.signal);
      const after = byCookie(await listSockets(options));
      const now = performance.now();
      const durationMs = now - since;
      since = now;
      const busiest = busy(before, after).slice(0, most);
      const owners = socketOwners();
      if (json) {
        for (const { entry, sentBytes, receivedBytes } of busiest) {
          await printEvent("connection", {
            look,
            durationMs: Math.round(durationMs),
            sentBytes,
            receivedBytes,
            socket: jsonValue(entry),
            processes: owners.get(entry.inode) ?? [],
          });
        }
      } else await show(busiest, durationMs, owners);
      before = after;
    }
    return 0;
  },
};

async function show(
  busiest: readonly Busy[],
  durationMs: number,
  owners: ReadonlyMap<number, Owner[]>,
): Promise<void> {
  const rows = busiest.map(({ entry, sentBytes, receivedBytes }) => [
    formatRate(sentBytes, durationMs),
    formatRate(receivedBytes, durationMs),
    addressText(entry.local),
    addressText(entry.remote),
    rttText(entry),
    `${entry.tcpInfo?.totalRetransSegments ?? 0}`,
    entry.congestion ?? "",
    ownersText(owners.get(entry.inode)),
  ]);
  const right = ["SENT", "RECEIVED", "RTT", "RESENT"];
  const lines = headedTable(HEAD, rows, right, ["CONTROL", "RESENT", "RTT"]);
  if (Deno.stdout.isTerminal()) await writeOutput(new TextEncoder().encode(CLEAR));
  await printLine(lines.join("\n"));
}

function byCookie(entries: readonly SocketEntry[]): Map<bigint, SocketEntry> {
  return new Map(entries.map((entry) => [entry.cookie, entry]));
}

/** Those through which anything went, the busiest first. */
function busy(
  before: ReadonlyMap<bigint, SocketEntry>,
  after: ReadonlyMap<bigint, SocketEntry>,
): Busy[] {
  const found: Busy[] = [];
  for (const [cookie, entry] of after) {
    const info = entry.tcpInfo;
    if (info === undefined) continue;
    const old = before.get(cookie)?.tcpInfo;
    const sentBytes = (info.ackedBytes ?? 0) - (old?.ackedBytes ?? 0);
    const receivedBytes = (info.receivedBytes ?? 0) - (old?.receivedBytes ?? 0);
    if (sentBytes + receivedBytes > 0) found.push({ entry, sentBytes, receivedBytes });
  }
  return found.sort((a, b) => b.sentBytes + b.receivedBytes - a.sentBytes - a.receivedBytes);
}
