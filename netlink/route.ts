/**
 * Routes: what `ip route` lists.
 *
 * @module
 */
import { AF_INET, AF_INET6 } from "../ffi/abi/socket_constants.ts";
import { readEncap, type RouteEncap } from "./_route_encap.ts";
import { metricWords, RTAX } from "./_route_metrics.ts";
import { type LinkNames, readLinkNames } from "./_link_names.ts";
import { checkQuery, dumpOnce, NETLINK_KEYS, type NetlinkOptions } from "./_session.ts";
import { NETLINK_ROUTE } from "./abi/netlink.ts";
import * as rt from "./abi/rtnetlink.ts";
import {
  type AttributeCodec,
  AttributeError,
  attributes,
  type UnknownAttribute,
} from "./attributes.ts";
import type { ByteSource } from "./_bytes.ts";
import { binary, bitNames, decodeIp, ip, s32, u16, u32, u8 } from "./_codecs.ts";
import { struct } from "./_struct.ts";
import type { Dump } from "./dump.ts";
import { addressBits, FAMILIES, familyNumber } from "./_families.ts";
import { PROTOCOLS, ROUTE_FLAGS, ROUTE_TYPES, SCOPES, TABLES } from "./_words.ts";

/** A gateway of another family than the route's. */
export interface Via {
  /** `"inet"` or `"inet6"`. */
  family: string;
  /** Its address. */
  host: string;
}

/** One of a route's ways. */
export interface RouteNextHop {
  /** The router's address. */
  gateway?: string;
  /** The router's address, of another family. */
  via?: Via;
  /** The link, by name. */
  dev?: string;
  /** Its share, 1 to 256. */
  weight: number;
  /** `"onlink"`, `"dead"`, `"linkdown"`, … */
  flags: string[];
  /** How packets are wrapped. */
  encap?: RouteEncap;
}

/** A route, in the words of `ip -j -d route`. */
export interface Route {
  /** `"unicast"`, `"local"`, `"broadcast"`, `"blackhole"`, `"unreachable"`, … */
  type: string;
  /** The prefix, `"10.0.0.0/8"`; a host without length; `"default"` for all. */
  dst: string;
  /** The prefix of senders that it is for. */
  from?: string;
  /** The type of service, 0 to 255. */
  tos?: number;
  /** The next hop object, by id. */
  nhid?: number;
  /** How packets are wrapped. */
  encap?: RouteEncap;
  /** The router's address. */
  gateway?: string;
  /** The router's address, of another family. */
  via?: Via;
  /** The link, by name. */
  dev?: string;
  /** `"main"`, `"local"`, `"default"` or a number. */
  table: string;
  /** Who made it: `"kernel"`, `"boot"`, `"static"`, `"bgp"`, … */
  protocol: string;
  /** `"global"`, `"link"`, `"host"`, … */
  scope: string;
  /** The address to send from. */
  prefsrc?: string;
  /** The priority: of routes to one prefix the least one is used. */
  metric?: number;
  /** `"onlink"`, `"dead"`, `"linkdown"`, `"offload"`, … */
  flags: string[];
  /** Limits and times of connections along it, by `ip`'s names. */
  metrics?: Record<string, number | string | true>[];
  /** Seconds that it will last. */
  expires?: number;
  /** The error that it answers with, as a negative errno. */
  error?: number;
  /** IPv6: `"low"`, `"medium"` or `"high"`. */
  pref?: string;
  /** Several ways. */
  nexthops?: RouteNextHop[];
  /** Attributes that have no name here. */
  unknown?: UnknownAttribute[];
}

/** struct rtmsg (linux/rtnetlink.h). */
export const RTMSG = struct({
  rtm_family: "u8",
  rtm_dst_len: "u8",
  rtm_src_len: "u8",
  rtm_tos: "u8",
  rtm_table: "u8",
  rtm_protocol: "u8",
  rtm_scope: "u8",
  rtm_type: "u8",
  rtm_flags: "u32",
});

/** struct rta_cacheinfo (linux/rtnetlink.h). */
const CACHEINFO = struct({
  rta_clntref: "u32",
  rta_lastuse: "u32",
  rta_expires: "s32",
  rta_error: "u32",
  rta_used: "u32",
  rta_id: "u32",
  rta_ts: "u32",
  rta_tsage: "u32",
});
/** USER_HZ (asm-generic/param.h): ticks of a second in what the kernel tells. */
const USER_HZ = 100;

/** struct rtvia (linux/rtnetlink.h): a family and an address of its length. */
const viaCodec: AttributeCodec<Via> = {
  decode(source, at, length) {
    if (length < 2) throw new AttributeError(`${length} bytes, 2 are needed`);
    return {
      family: FAMILIES.name(source.view.getUint16(at, true)),
      host: decodeIp(source, at + 2, length - 2),
    };
  },
  encode(sink, { host }) {
    sink.u16(host.includes(":") ? AF_INET6 : AF_INET);
    ip.encode(sink, host);
  },
};

/** struct rtnexthop (linux/rtnetlink.h), with its attributes behind it. */
const RTNEXTHOP = struct({
  rtnh_len: "u16",
  rtnh_flags: "u8",
  rtnh_hops: "u8",
  rtnh_ifindex: "s32",
});

/** One way as it is in the message. */
export interface RawNextHop {
  /** RTNH_F_*. */
  flags: number;
  /** The weight, less one. */
  hops: number;
  /** The link. */
  index: number;
  /** The router. */
  gateway?: string;
  /** The router, of another family. */
  via?: Via;
  /** How packets are wrapped. */
  encap?: RouteEncap;
}

const HOP_ATTRIBUTES = attributes("RTA_", {
  gateway: [rt.RTA_GATEWAY, ip],
  via: [rt.RTA_VIA, viaCodec],
  flow: [rt.RTA_FLOW, u32],
  encap_type: [rt.RTA_ENCAP_TYPE, u16],
  encap: [rt.RTA_ENCAP, binary],
});

const multipath: AttributeCodec<RawNextHop[]> = {
  decode(source, at, length) {
    const hops: RawNextHop[] = [];
    const end = at + length;
    while (end - at >= RTNEXTHOP.size) {
      const header = RTNEXTHOP.decode(source, at, RTNEXTHOP.size);
      const size = header.rtnh_len;
      if (size < RTNEXTHOP.size || size > end - at) {
        throw new AttributeError(`a next hop's length ${size} is not in 8 to ${end - at}`);
      }
      const { gateway, via, encap_type, encap } = HOP_ATTRIBUTES.decode(
        source,
        at + RTNEXTHOP.size,
        size - RTNEXTHOP.size,
      );
      hops.push({
        flags: header.rtnh_flags,
        hops: header.rtnh_hops,
        index: header.rtnh_ifindex,
        gateway,
        via,
        encap: encap_type === undefined ? undefined : readEncap(encap_type, encap),
      });
      at += (size + 3) & ~3;
    }
    return hops;
  },
  encode(sink, hops) {
    for (const { flags, hops: count, index, gateway, via } of hops) {
      const at = sink.length;
      RTNEXTHOP.encode(sink, { rtnh_flags: flags, rtnh_hops: count, rtnh_ifindex: index });
      HOP_ATTRIBUTES.encode(sink, { gateway, via });
      sink.setU16(at, sink.length - at);
      sink.pad();
    }
  },
};

/** Attributes of routes. */
export const RTA = attributes("RTA_", {
  dst: [rt.RTA_DST, ip],
  src: [rt.RTA_SRC, ip],
  iif: [rt.RTA_IIF, s32],
  oif: [rt.RTA_OIF, s32],
  gateway: [rt.RTA_GATEWAY, ip],
  priority: [rt.RTA_PRIORITY, u32],
  prefsrc: [rt.RTA_PREFSRC, ip],
  metrics: [rt.RTA_METRICS, RTAX],
  multipath: [rt.RTA_MULTIPATH, multipath],
  flow: [rt.RTA_FLOW, u32],
  cacheinfo: [rt.RTA_CACHEINFO, CACHEINFO],
  table: [rt.RTA_TABLE, u32],
  mark: [rt.RTA_MARK, u32],
  via: [rt.RTA_VIA, viaCodec],
  newdst: [rt.RTA_NEWDST, binary],
  pref: [rt.RTA_PREF, u8],
  encap_type: [rt.RTA_ENCAP_TYPE, u16],
  encap: [rt.RTA_ENCAP, binary],
  expires: [rt.RTA_EXPIRES, u32],
  uid: [rt.RTA_UID, u32],
  ttl_propagate: [rt.RTA_TTL_PROPAGATE, u8],
  ip_proto: [rt.RTA_IP_PROTO, u8],
  sport: [rt.RTA_SPORT, u16],
  dport: [rt.RTA_DPORT, u16],
  nh_id: [rt.RTA_NH_ID, u32],
});

/** linux/icmpv6.h, ICMPV6_ROUTER_PREF_*. */
const PREFERENCES: Readonly<Record<number, string>> = { 0: "medium", 1: "high", 3: "low" };
/** The number of a preference. */
export function preferenceNumber(name: string): number {
  const found = Object.entries(PREFERENCES).find(([, known]) => known === name);
  if (found === undefined) throw new TypeError(`Cannot encode netlink attribute: pref "${name}"`);
  return Number(found[0]);
}

/** A prefix as `ip` writes it: all bits are a host. */
function prefixText(address: string, length: number, bits: number): string {
  return length === bits ? address : `${address}/${length}`;
}

/** What a default route's prefix is, where the kernel leaves the address out. */
const DEFAULT = "default";

/** Reads the payload of an RTM_NEWROUTE or RTM_DELROUTE. */
export function readRoute(
  source: ByteSource,
  at: number,
  end: number,
  linkNames: LinkNames,
): Route {
  if (end - at < RTMSG.size) throw new AttributeError("the route's header is cut short");
  const { bytes, view } = source;
  const family = bytes[at];
  const dstLength = bytes[at + 1];
  const srcLength = bytes[at + 2];
  const tos = bytes[at + 3];
  const flags = view.getUint32(at + 8, true);
  const raw = RTA.decode(source, at + RTMSG.size, end - at - RTMSG.size);
  const bits = addressBits(family);
  const route: Route = {
    type: ROUTE_TYPES.name(bytes[at + 7]),
    dst: raw.dst !== undefined
      ? prefixText(raw.dst, dstLength, bits)
      : dstLength === 0
      ? DEFAULT
      : `0/${dstLength}`,
    table: TABLES.name(raw.table ?? bytes[at + 4]),
    protocol: PROTOCOLS.name(bytes[at + 5]),
    scope: SCOPES.name(bytes[at + 6]),
    flags: flags === 0 ? [] : bitNames(flags & ~rt.RTM_F_CLONED, ROUTE_FLAGS),
  };
  if (raw.src !== undefined) route.from = prefixText(raw.src, srcLength, bits);
  else if (srcLength !== 0) route.from = `0/${srcLength}`;
  if (tos !== 0) route.tos = tos;
  if (raw.nh_id !== undefined) route.nhid = raw.nh_id;
  if (raw.encap_type !== undefined) {
    route.encap = readEncap(raw.encap_type, raw.encap);
  }
  if (raw.gateway !== undefined) route.gateway = raw.gateway;
  if (raw.via !== undefined) route.via = raw.via;
  if (raw.oif !== undefined) route.dev = linkNames.name(raw.oif);
  if (raw.prefsrc !== undefined) route.prefsrc = raw.prefsrc;
  if (raw.priority !== undefined) route.metric = raw.priority;
  if (raw.metrics !== undefined) route.metrics = [metricWords(raw.metrics)];
  if (raw.cacheinfo !== undefined) {
    if (raw.cacheinfo.rta_expires !== 0) {
      route.expires = Math.trunc(raw.cacheinfo.rta_expires / USER_HZ);
    }
    if (raw.cacheinfo.rta_error !== 0) route.error = raw.cacheinfo.rta_error | 0;
  }
  if (raw.pref !== undefined) route.pref = PREFERENCES[raw.pref] ?? `${raw.pref}`;
  if (raw.multipath !== undefined) {
    route.nexthops = raw.multipath.map((hop) => hopWords(hop, linkNames));
  }
  if (raw.unknown !== undefined) route.unknown = raw.unknown;
  return route;
}

function hopWords(hop: RawNextHop, linkNames: LinkNames): RouteNextHop {
  const words: RouteNextHop = { weight: hop.hops + 1, flags: bitNames(hop.flags, ROUTE_FLAGS) };
  if (hop.gateway !== undefined) words.gateway = hop.gateway;
  if (hop.via !== undefined) words.via = hop.via;
  if (hop.encap !== undefined) words.encap = hop.encap;
  if (hop.index !== 0) words.dev = linkNames.name(hop.index);
  return words;
}

/** Options of {@linkcode routes}. */
export interface RoutesOptions extends NetlinkOptions {
  /** Only routes of this family. */
  family?: "inet" | "inet6";
  /** Only routes of this table, by name or number: `"main"`, 100. Default: of all. */
  table?: string | number;
  /** Only routes by way of this link, by name. */
  dev?: string;
  /** Only routes that this has made: `"static"`, `"kernel"`, a number. */
  protocol?: string | number;
  /** Only routes of this type: `"unicast"`, `"blackhole"`. */
  type?: string;
}

const KEYS = [...NETLINK_KEYS, "family", "table", "dev", "protocol", "type"];

/**
 * The routes of this network namespace, or of another: what `ip -d route show table all` lists.
 *
 * Linux. Needs `--allow-ffi` and `--allow-sys=networkInterfaces`; another namespace needs the whole of
 * `--allow-net`.
 *
 * @example The loopback's network
 * ```ts
 * import { routes } from "@berkeley/sockets/netlink";
 * import { assertEquals } from "@std/assert";
 *
 * const local = await routes({ family: "inet", table: "local", dev: "lo" }).toArray();
 * assertEquals(local.find(({ dst }) => dst === "127.0.0.0/8")?.type, "local");
 * ```
 *
 * @param options Filters that the kernel applies, and where to look.
 * @returns The routes, as a table to iterate over or to take whole.
 * @throws {TypeError} If an option is unknown or of the wrong kind.
 * @throws {SocketError} `ENOENT` if there is no such table.
 */
export function routes(options: RoutesOptions = {}): Dump<Route> {
  const action = "list routes";
  checkQuery(options, KEYS, action);
  const family = familyNumber(options.family, action);
  const { dev } = options;
  const number = (words: typeof TABLES, key: "table" | "protocol" | "type", most: number) =>
    options[key] === undefined ? undefined : words.number(options[key], most, action, key);
  const table = number(TABLES, "table", 0xffffffff);
  const protocol = number(PROTOCOLS, "protocol", 0xff);
  const type = number(ROUTE_TYPES, "type", 0xff);
  return dumpOnce(NETLINK_ROUTE, options, "tables", action, async (transport, wait) => {
    const linkNames = await readLinkNames(transport, wait);
    const oif = dev === undefined ? undefined : linkNames.need(dev, action);
    const families = family !== 0 ? [family] : [AF_INET, AF_INET6];
    return families.map((rtm_family) => ({
      type: rt.RTM_GETROUTE,
      payload(sink) {
        RTMSG.encode(sink, { rtm_family, rtm_protocol: protocol, rtm_type: type });
        RTA.encode(sink, { table, oif });
      },
      read: (source, at, end) => readRoute(source, at, end, linkNames),
      action,
      shape: { headerBytes: RTMSG.size, attributes: RTA },
      emptyIf: family === 0 ? ["ENOENT", "EAFNOSUPPORT", "EOPNOTSUPP"] : undefined,
    }));
  });
}
