/**
 * `sock sockets`: who talks to whom.
 *
 * @module
 */
import type { SocketEntry, SocketKind } from "../../netlink/mod.ts";
import { SOCKET_KINDS } from "../../netlink/socket_entry.ts";
import type { Arguments, Command, Session } from "../command.ts";
import { UsageError } from "../exit.ts";
import { printEvent, printLine } from "../json.ts";
import { type Owner, socketOwners } from "../processes.ts";
import { readDuration } from "../settings.ts";
import {
  addressText,
  FILTER_OPTIONS,
  listSockets,
  ownersText,
  readFilters,
  rttText,
} from "../socket_rows.ts";
import { paint } from "../style.ts";
import { headedTable } from "../table.ts";
import { TABLE_OPTIONS } from "../table_options.ts";
import { jsonValue } from "../watched_table.ts";
import { sleep } from "../sleep.ts";

const HEAD = ["KIND", "STATE", "RECV", "SEND", "LOCAL", "REMOTE", "RTT", "CONTROL", "PROCESS"];

function cells(entry: SocketEntry, owners: ReadonlyMap<number, Owner[]>): string[] {
  return [
    entry.kind === "unix" ? `unix ${entry.type}` : entry.kind,
    entry.state,
    `${entry.recv_q ?? ""}`,
    `${entry.send_q ?? ""}`,
    addressText(entry.local),
    addressText(entry.remote),
    rttText(entry),
    entry.congestion ?? "",
    ownersText(owners.get(entry.inode)),
  ];
}

/** The command. */
export const socketsCommand: Command = {
  usage: "[OPTIONS] [KIND]...",
  operands: [0, SOCKET_KINDS.length],
  description: [
    "Lists the sockets of all processes: state, bytes waiting on either side, addresses, and for " +
    "TCP the round-trip time and congestion control. KIND is one or more of " +
    `${
      SOCKET_KINDS.join(", ")
    }; all if none is given. The kernel applies the filters. The processes of ` +
    "other users are shown to root.",
    "What --json has beside: memory, timers and all that TCP_INFO tells.",
  ],
  options: [
    ...FILTER_OPTIONS,
    {
      name: "interval",
      short: "i",
      value: "TIME",
      help: "how often --watch looks: 500ms, 2s; default 1s",
    },
    ...TABLE_OPTIONS,
  ],
  events: [{
    event: "socket",
    on: "stdout",
    help: "a socket; change is add or remove (--watch)",
    fields: { change: "string?", socket: "object", processes: "objects" },
  }],
  examples: [
    ["sock sockets tcp --state listen", "Who listens."],
    ["sock sockets --port 443", "HTTPS at either end."],
    ["sock sockets tcp --remote 10.0.0.0/8 --json", "Connections to a network, with TCP_INFO."],
    ["sock sockets --watch tcp udp", "Who comes and goes."],
  ],
  async run(args: Arguments, session: Session): Promise<number> {
    for (const kind of args.operands) {
      if (!SOCKET_KINDS.includes(kind as SocketKind)) {
        throw new UsageError(`"${kind}" is not one of ${SOCKET_KINDS.join(", ")}`);
      }
    }
    const json = args.has("json");
    const options = {
      ...readFilters(args),
      kinds: args.operands.length === 0 ? undefined : args.operands as SocketKind[],
      info: true,
      memory: json,
    };
    const intervalMs = readDuration(args, "interval") ?? 1000;
    const found = await listSockets({ ...options, signal: session.signal });
    let owners = socketOwners();
    const tell = (entry: SocketEntry, change?: "add" | "remove") =>
      printEvent("socket", {
        ...(change !== undefined && { change }),
        socket: jsonValue(entry),
        processes: owners.get(entry.inode) ?? [],
      });
    if (json) { for (const entry of found) await tell(entry); }
    else {
      const rows = found.map((entry) => cells(entry, owners));
      const lines = headedTable(HEAD, rows, ["RECV", "SEND", "RTT"], ["CONTROL", "RTT"]);
      for (const line of lines) await printLine(line);
    }
    if (!args.has("watch")) return found.length === 0 ? 1 : 0;
    let before = byCookie(found);
    for (;;) {
      await sleep(intervalMs, session.signal);
      const after = byCookie(await listSockets({ ...options, signal: session.signal }));
      const known = owners;
      owners = socketOwners();
      const line = (mark: string, entry: SocketEntry, by: ReadonlyMap<number, Owner[]>) =>
        printLine(
          paint(
            `${mark} ${cells(entry, by).filter(Boolean).join("  ")}`,
            mark === "+" ? "green" : "red",
            "stdout",
          ),
        );
      for (const [key, entry] of before) {
        if (!after.has(key)) await (json ? tell(entry, "remove") : line("-", entry, known));
      }
      for (const [key, entry] of after) {
        if (!before.has(key)) await (json ? tell(entry, "add") : line("+", entry, owners));
      }
      before = after;
    }
  },
};

/** A cookie is never used again; a socket whose state changes is another row. */
function byCookie(entries: readonly SocketEntry[]): Map<string, SocketEntry> {
  return new Map(entries.map((entry) => [`${entry.kind} ${entry.cookie} ${entry.state}`, entry]));
}
