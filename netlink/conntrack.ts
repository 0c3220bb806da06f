/**
 * Connections that the packet filter tracks: what `conntrack -L` lists and `conntrack -E` tells.
 *
 * @module
 */
import { type ConntrackEntry, CTA, NFGENMSG, readEntry } from "./_conntrack_attributes.ts";
import { eventsOf } from "./_event_queue.ts";
import type { ReplyReader } from "./_exchange.ts";
import { checkAccess } from "./_permissions.ts";
import {
  checkQuery,
  dumpOnce,
  NETLINK_KEYS,
  type NetlinkOptions,
  openTransport,
} from "./_session.ts";
import * as c from "./abi/conntrack.ts";
import { NETLINK_NETFILTER, NLM_F_CREATE } from "./abi/netlink.ts";
import type { Dump } from "./dump.ts";
import { familyNumber } from "./_families.ts";
import type { Namespace } from "./namespace.ts";

export type { ConntrackEntry, ConntrackTuple } from "./_conntrack_attributes.ts";

/** Options of {@linkcode conntrack}. */
export interface ConntrackOptions extends NetlinkOptions {
  /** Only connections of this family. */
  family?: "inet" | "inet6";
}

/**
 * The connections that the packet filter of this network namespace tracks, or another's: what
 * `conntrack -L` lists.
 *
 * Linux. Needs `--allow-ffi` and the whole of `--allow-net`, and CAP_NET_ADMIN.
 *
 * @example Who talks to whom through this machine
 * ```ts ignore
 * import { conntrack } from "@berkeley/sockets/netlink";
 *
 * for await (const { protocol, original, state } of conntrack()) {
 *   console.log(protocol, original.src, original.dst, state);
 * }
 * ```
 *
 * @param options Filter, and where to look.
 * @returns The connections, as a table to iterate over or to take whole.
 * @throws {TypeError} If an option is unknown or of the wrong kind.
 * @throws {NetlinkError} `EPERM` without CAP_NET_ADMIN.
 */
export function conntrack(options: ConntrackOptions = {}): Dump<ConntrackEntry> {
  const action = "list tracked connections";
  checkQuery(options, [...NETLINK_KEYS, "family"], action);
  const family = familyNumber(options.family, action);
  return dumpOnce(NETLINK_NETFILTER, options, "everything", action, () => [{
    type: c.NFNL_SUBSYS_CTNETLINK << 8 | c.IPCTNL_MSG_CT_GET,
    payload: (sink) =>
      NFGENMSG.encode(sink, { nfgen_family: family, version: c.NFNETLINK_V0, res_id: 0 }),
    read: readEntry,
    action,
    shape: { headerBytes: NFGENMSG.size, attributes: CTA },
  }]);
}

/** A change of a tracked connection. */
export interface ConntrackEvent {
  /** It is new, has changed, or is forgotten. */
  change: "new" | "update" | "destroy";
  /** What the kernel tells of it: of one that changed, what changed and which it is. */
  entry: ConntrackEntry;
}

/** Options of {@linkcode conntrackEvents}. */
export interface ConntrackEventsOptions {
  /** Another network namespace. Needs CAP_SYS_ADMIN. */
  netns?: Namespace;
  /** Ends it: the iteration rejects with its reason. */
  signal?: AbortSignal;
}

const GROUPS = [c.NFNLGRP_CONNTRACK_NEW, c.NFNLGRP_CONNTRACK_UPDATE, c.NFNLGRP_CONNTRACK_DESTROY];

function readEvent(...[source, at, end, type, flags]: Parameters<ReplyReader<ConntrackEvent>>) {
  if (type >> 8 !== c.NFNL_SUBSYS_CTNETLINK) return undefined;
  const entry = readEntry(source, at, end);
  const change = (type & 0xff) === c.IPCTNL_MSG_CT_DELETE
    ? "destroy"
    : (flags & NLM_F_CREATE) !== 0
    ? "new"
    : "update";
  return { change, entry } as const;
}

/**
 * Tells of connections as they begin, change and are forgotten, from the first that is asked for on:
 * what `conntrack -E` prints. Events that the kernel had to drop end it with `ENOBUFS`.
 *
 * Linux. Needs `--allow-ffi` and the whole of `--allow-net`, and CAP_NET_ADMIN.
 *
 * @example Who begins what
 * ```ts ignore
 * import { conntrackEvents } from "@berkeley/sockets/netlink";
 *
 * for await (const { change, entry } of conntrackEvents()) {
 *   if (change === "new") console.log(entry.protocol, entry.original.dst, entry.original.dport);
 * }
 * ```
 *
 * @param options Where, and until when.
 * @returns The events. Leaving the loop ends it.
 * @throws {TypeError} If an option is unknown or of the wrong kind.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export function conntrackEvents(
  options: ConntrackEventsOptions = {},
): AsyncGenerator<ConntrackEvent, void, void> {
  const action = "listen to tracked connections";
  checkQuery(options, ["netns", "signal"], action);
  checkAccess("everything", action);
  const { netns, signal } = options;
  const open = () => openTransport(NETLINK_NETFILTER, netns, "everything", action);
  return eventsOf(open, GROUPS, readEvent, signal, action);
}
