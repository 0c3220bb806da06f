/**
 * The tables that can be watched: how each is dumped, which messages tell of its changes, and what
 * makes two entries the same.
 *
 * @module
 */
import type { Keys } from "./_entries.ts";
import type { LinkNames } from "./_link_names.ts";
import type { NetlinkOptions } from "./_session.ts";
import { NLM_F_REPLACE } from "./abi/netlink.ts";
import * as rt from "./abi/rtnetlink.ts";
import { IFLA_WIRELESS } from "./abi/link.ts";
import { addresses, type LinkAddress, readAddress } from "./address.ts";
import { eachAttribute } from "./attributes.ts";
import type { ByteSource } from "./_bytes.ts";
import type { Dump } from "./dump.ts";
import { readLink } from "./_link_entry.ts";
import { type Link, links } from "./link.ts";
import { type Neighbor, neighbors, readNeighbor } from "./neighbor.ts";
import { type NextHop, nexthops, readNextHop } from "./nexthop.ts";
import { type Qdisc, qdiscs, readQdisc } from "./qdisc.ts";
import { readRoute, type Route, routes } from "./route.ts";
import { readRule, type Rule, rules } from "./rule.ts";

/** What the tables hold, by name. */
export interface TableTypes {
  /** Links. */
  links: Link;
  /** Addresses of links. */
  addresses: LinkAddress;
  /** Routes. */
  routes: Route;
  /** Neighbours. */
  neighbors: Neighbor;
  /** Rules. */
  rules: Rule;
  /** Next hop objects. */
  nexthops: NextHop;
  /** Queueing disciplines. */
  qdiscs: Qdisc;
}

/** The name of a table that can be watched. */
export type TableKind = keyof TableTypes;

/** A table that can be watched. */
export interface Watched<T> extends Keys<T> {
  /** Multicast groups, by name. */
  readonly groups: readonly string[];
  /** The message types of new and changed entries, and of those that are gone. */
  readonly messages: readonly [add: number, remove: number];
  /** The table as it is now. */
  readonly dump: (options: NetlinkOptions) => Dump<T>;
  /** Reads a message; `undefined` if it is not about this table. */
  readonly read: (
    source: ByteSource,
    at: number,
    end: number,
    linkNames: LinkNames,
  ) => T | undefined;
  /** Whether links that go, go down or lose addresses take entries along that no message tells of. */
  readonly fallsWithLinks: boolean;
}

/** linux/socket.h */
const AF_UNSPEC = 0;

/** A message about a link itself, not about what a bridge or a driver has to say of it. */
function isLinkItself(source: ByteSource, at: number, end: number): boolean {
  if (end - at < 16 || source.bytes[at] !== AF_UNSPEC) return false;
  let itself = true;
  eachAttribute(source, at + 16, end, (type) => {
    if (type === IFLA_WIRELESS) itself = false;
  });
  return itself;
}

/** Text that equal values have in common; bigints and bytes included. */
function textOf(value: unknown): string {
  return JSON.stringify(
    value,
    (_, entry) =>
      typeof entry === "bigint"
        ? `${entry}n`
        : entry instanceof Uint8Array
        ? Array.from(entry)
        : entry,
  );
}

function routePlace(route: Route): string {
  const { table, dst, from, tos, metric, pref } = route;
  return textOf([table, dst, from, tos, metric, pref !== undefined]);
}

/** By name. */
export const WATCHED: { readonly [K in TableKind]: Watched<TableTypes[K]> } = {
  links: {
    groups: ["link"],
    messages: [rt.RTM_NEWLINK, rt.RTM_DELLINK],
    dump: links,
    read: (source, at, end, linkNames) =>
      isLinkItself(source, at, end) ? readLink(source, at, end, linkNames, false) : undefined,
    key: ({ ifindex }) => `${ifindex}`,
    fallsWithLinks: false,
  },
  addresses: {
    groups: ["ipv4-ifaddr", "ipv6-ifaddr"],
    messages: [rt.RTM_NEWADDR, rt.RTM_DELADDR],
    dump: addresses,
    read: readAddress,
    key: ({ ifindex, local, prefixlen, address }) => textOf([ifindex, local, prefixlen, address]),
    fallsWithLinks: false,
  },
  routes: {
    groups: ["ipv4-route", "ipv6-route"],
    messages: [rt.RTM_NEWROUTE, rt.RTM_DELROUTE],
    dump: routes,
    read: (source, at, end, linkNames) =>
      end - at >= 12 && (source.view.getUint32(at + 8, true) & rt.RTM_F_CLONED) !== 0
        ? undefined
        : readRoute(source, at, end, linkNames),
    key: ({ flags: _, expires: _expires, nexthops: hops, unknown: _unknown, ...rest }) =>
      textOf([
        Object.entries(rest).toSorted(),
        hops?.map(({ flags: _flags, ...hop }) => Object.entries(hop).toSorted()),
      ]),
    place: routePlace,
    fallsWithLinks: true,
  },
  neighbors: {
    groups: ["neigh"],
    messages: [rt.RTM_NEWNEIGH, rt.RTM_DELNEIGH],
    dump: neighbors,
    read(source, at, end, linkNames) {
      const neighbor = readNeighbor(source, at, end, linkNames);
      // Those that we answer for are in a table of their own.
      return neighbor?.proxy ? undefined : neighbor;
    },
    key: ({ ifindex, dst }) => `${ifindex} ${dst}`,
    fallsWithLinks: true,
  },
  rules: {
    groups: ["ipv4-rule", "ipv6-rule"],
    messages: [rt.RTM_NEWRULE, rt.RTM_DELRULE],
    dump: rules,
    read: readRule,
    key: ({ iif_detached: _iif, oif_detached: _oif, unresolved: _un, ...rest }) =>
      textOf(Object.entries(rest).toSorted()),
    fallsWithLinks: true,
  },
  nexthops: {
    groups: ["nexthop"],
    messages: [rt.RTM_NEWNEXTHOP, rt.RTM_DELNEXTHOP],
    dump: nexthops,
    read: readNextHop,
    key: ({ id }) => `${id}`,
    fallsWithLinks: true,
  },
  qdiscs: {
    groups: ["tc"],
    messages: [rt.RTM_NEWQDISC, rt.RTM_DELQDISC],
    dump: qdiscs,
    read: readQdisc,
    key: ({ ifindex, parent, root, handle }) => textOf([ifindex, parent, root, handle]),
    fallsWithLinks: true,
  },
};

/** Whether a message replaces what was in its place. */
export function replaces(flags: number): boolean {
  return (flags & NLM_F_REPLACE) !== 0;
}

/** What changes by itself, without anybody having changed the entry. */
const VOLATILE: ReadonlySet<string> = new Set([
  "used",
  "confirmed",
  "updated",
  "refcnt",
  "probes",
  "valid_life_time",
  "preferred_life_time",
  "expires",
  "hello_timer",
  "tcn_timer",
  "topology_change_timer",
  "gc_timer",
  "hold_timer",
  "message_age_timer",
  "forward_delay_timer",
  "unbalanced_time",
  "bytes",
  "packets",
  "drops",
  "overlimits",
  "requeues",
  "backlog",
  "qlen",
  "direct_packets_stat",
  "unknown",
]);

/** Whether two entries say the same, but for what changes by itself. */
export function sameEntry(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || a instanceof Uint8Array) {
    const [left, right] = [a as ArrayLike<unknown>, b as ArrayLike<unknown>];
    if (left.length !== right.length) return false;
    for (let i = 0; i < left.length; i++) if (!sameEntry(left[i], right[i])) return false;
    return true;
  }
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  for (const name of new Set([...Object.keys(left), ...Object.keys(right)])) {
    if (!VOLATILE.has(name) && !sameEntry(left[name], right[name])) return false;
  }
  return true;
}
