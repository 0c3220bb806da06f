/**
 * Routes added, replaced and deleted: what `ip route add`, `replace`, `append` and `delete` do.
 *
 * @module
 */
import { checkInteger } from "../core/arguments.ts";
import { AF_INET } from "../ffi/abi/socket_constants.ts";
import { checkLinkName, checkWords, newFlags, verbOf } from "./_change_words.ts";
import { RTM_DELROUTE, RTM_NEWROUTE, RTNH_F_ONLINK } from "./abi/rtnetlink.ts";
import type { ChangeContext, ChangeRequest } from "./_change_request.ts";
import { familyOf, parsePrefix } from "./_families.ts";
import { metricValues } from "./_route_metrics.ts";
import { preferenceNumber, type RawNextHop, RTA, RTMSG, type Via } from "./route.ts";
import { PROTOCOLS, ROUTE_TYPES, SCOPES, TABLES } from "./_words.ts";

/** One of several ways of a new route. */
export interface RouteNextHopSettings {
  /** The router's address. */
  gateway?: string;
  /** The router's address, of another family. */
  via?: Via;
  /** The link, by name. */
  dev?: string;
  /** Its share, 1 to 256. Default: 1. */
  weight?: number;
  /** `["onlink"]`: the router is there though no route says so. */
  flags?: readonly string[];
}

/** A change of a route, in the words of the table of routes. */
export interface RouteChange {
  /** What to do. */
  do: "add route" | "replace route" | "append route" | "set route" | "delete route";
  /** The prefix, `"10.0.0.0/8"`, a host, or `"default"`. */
  dst: string;
  /** Of `"default"` without an address: the family. Default: the router's, else IPv4. */
  family?: "inet" | "inet6";
  /** The prefix of senders that it is for (IPv6). */
  from?: string;
  /** `"unicast"`, `"blackhole"`, `"unreachable"`, `"prohibit"`, `"throw"`, … Default: unicast. */
  type?: string | number;
  /** The type of service, 0 to 255. Default: 0. */
  tos?: number;
  /** The router's address. */
  gateway?: string;
  /** The router's address, of another family. */
  via?: Via;
  /** The link, by name. */
  dev?: string;
  /** The table, by name or number. Default: main. */
  table?: string | number;
  /** Who made it. Default: `"boot"`, as of `ip`. */
  protocol?: string | number;
  /** `"global"`, `"link"`, `"host"`. Default: what fits. */
  scope?: string | number;
  /** The address to send from. */
  prefsrc?: string;
  /** The priority, 0 to 2^32 - 1. */
  metric?: number;
  /** `["onlink"]`: the router is there though no route says so. */
  flags?: readonly string[];
  /** Limits and times of connections along it: `[{ mtu: 1400 }]`. */
  metrics?: readonly Readonly<Record<string, number | string | boolean>>[];
  /** Seconds that it will last (IPv6). */
  expires?: number;
  /** IPv6: `"low"`, `"medium"` or `"high"`. */
  pref?: string;
  /** Several ways. */
  nexthops?: readonly RouteNextHopSettings[];
  /** The next hop object, by id. */
  nhid?: number;
}

const KEYS = [
  "dst",
  "family",
  "from",
  "type",
  "tos",
  "gateway",
  "via",
  "dev",
  "table",
  "protocol",
  "scope",
  "prefsrc",
  "metric",
  "flags",
  "metrics",
  "expires",
  "pref",
  "nexthops",
  "nhid",
];
/** linux/rtnetlink.h: RT_TABLE_COMPAT, where the number does not fit the header. */
const RT_TABLE_COMPAT = 252;
const RT_SCOPE_UNIVERSE = 0;
const RT_SCOPE_LINK = 253;
const RT_SCOPE_HOST = 254;
const RT_SCOPE_NOWHERE = 255;
const SHAPE = { headerBytes: RTMSG.size, attributes: RTA };

/** Writes a change of a route. */
export function encodeRoute(change: RouteChange, context: ChangeContext): ChangeRequest {
  const verb = verbOf(change);
  const action = `${change.do} ${change.dst}`;
  checkWords(change, KEYS, ["add", "replace", "append", "set", "delete"], action);
  const { gateway, via, dev, prefsrc, metric, tos = 0, nhid, expires } = change;
  const target = destination(change, action);
  const { family } = target;
  const source = change.from === undefined ? undefined : parsePrefix(change.from, action, "from");
  if (source !== undefined && source.family !== family) {
    throw new TypeError(`Cannot ${action}: from is of another family than dst`);
  }
  for (const word of ["gateway", "prefsrc"] as const) {
    if (change[word] !== undefined && familyOf(change[word], action, word) !== family) {
      throw new TypeError(`Cannot ${action}: ${word} is of another family than dst`);
    }
  }
  if (via !== undefined) familyOf(via.host, action, "via.host");
  checkInteger(tos, 0, 0xff, action, "tos");
  for (const word of ["metric", "nhid", "expires"] as const) {
    if (change[word] !== undefined) checkInteger(change[word], 0, 0xffffffff, action, word);
  }
  const type = ROUTE_TYPES.number(change.type ?? "unicast", 0xff, action, "type");
  const table = TABLES.number(change.table ?? "main", 0xffffffff, action, "table");
  const protocol = change.protocol === undefined
    ? verb === "delete" ? 0 : 3
    : PROTOCOLS.number(change.protocol, 0xff, action, "protocol");
  const scope = change.scope === undefined
    ? defaultScope(change, verb === "delete", type, family)
    : SCOPES.number(change.scope, 0xff, action, "scope");
  const flags = hopFlags(change.flags, action);
  if (dev !== undefined) checkLinkName(dev, action, "dev");
  const oif = dev === undefined ? undefined : context.index(dev);
  const multipath = change.nexthops?.map((hop) => rawHop(hop, context, action));
  const pref = change.pref === undefined ? undefined : preferenceNumber(change.pref);
  const metrics = change.metrics === undefined
    ? undefined
    : metricValues(Object.assign({}, ...change.metrics));
  return {
    type: verb === "delete" ? RTM_DELROUTE : RTM_NEWROUTE,
    flags: newFlags(verb),
    payload(sink) {
      RTMSG.encode(sink, {
        rtm_family: family,
        rtm_dst_len: target.prefixLength,
        rtm_src_len: source?.prefixLength ?? 0,
        rtm_tos: tos,
        rtm_table: table < 256 ? table : RT_TABLE_COMPAT,
        rtm_protocol: protocol,
        rtm_scope: scope,
        rtm_type: verb === "delete" && change.type === undefined ? 0 : type,
        rtm_flags: flags,
      });
      RTA.encode(sink, {
        dst: target.address,
        src: source?.address,
        oif,
        gateway,
        priority: metric,
        prefsrc,
        metrics,
        multipath,
        table: table < 256 ? undefined : table,
        via,
        pref,
        expires,
        nh_id: nhid,
      });
    },
    action,
    shape: SHAPE,
  };
}

function destination(
  change: RouteChange,
  action: string,
): { address?: string; prefixLength: number; family: number } {
  const { dst, family, gateway, nexthops } = change;
  if (dst !== "default") {
    const prefix = parsePrefix(dst, action, "dst");
    return { ...prefix, address: prefix.prefixLength === 0 ? undefined : prefix.address };
  }
  const router = gateway ?? nexthops?.[0]?.gateway;
  const named = family === undefined ? undefined : family === "inet" ? AF_INET : 10;
  if (family !== undefined && family !== "inet" && family !== "inet6") {
    throw new TypeError(`Cannot ${action}: family "${family}" is not "inet" or "inet6"`);
  }
  return {
    prefixLength: 0,
    family: named ?? (router === undefined ? AF_INET : familyOf(router, action, "gateway")),
  };
}

/** As `ip` has it: what has a router reaches everywhere, what has none the link, what is ours the host. */
function defaultScope(
  change: RouteChange,
  deleting: boolean,
  type: number,
  family: number,
): number {
  if (deleting && change.gateway === undefined && change.nexthops === undefined) {
    return RT_SCOPE_NOWHERE;
  }
  if (family !== AF_INET) return RT_SCOPE_UNIVERSE;
  if (type === 2 || type === 10) return RT_SCOPE_HOST;
  if (type === 1 || type === 3 || type === 5) {
    const routed = change.gateway !== undefined || change.via !== undefined ||
      change.nexthops !== undefined || change.nhid !== undefined;
    return routed ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
  }
  return RT_SCOPE_UNIVERSE;
}

function hopFlags(flags: readonly string[] | undefined, action: string): number {
  for (const name of flags ?? []) {
    if (name !== "onlink") throw new TypeError(`Cannot ${action}: flag "${name}" cannot be set`);
  }
  return flags !== undefined && flags.length > 0 ? RTNH_F_ONLINK : 0;
}

function rawHop(hop: RouteNextHopSettings, context: ChangeContext, action: string): RawNextHop {
  const { gateway, via, dev, weight = 1, flags } = hop;
  checkInteger(weight, 1, 256, action, "weight");
  if (gateway !== undefined) familyOf(gateway, action, "gateway");
  if (via !== undefined) familyOf(via.host, action, "via.host");
  if (dev !== undefined) checkLinkName(dev, action, "dev");
  return {
    flags: hopFlags(flags, action),
    hops: weight - 1,
    index: dev === undefined ? 0 : context.index(dev),
    gateway,
    via,
  };
}
