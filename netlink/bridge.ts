/**
 * What bridges know: whom they forward to, the VLANs of their ports and multicast groups; what
 * `bridge fdb`, `bridge vlan` and `bridge mdb` show.
 *
 * @module
 */
import {
  AF_BRIDGE,
  BR_PORT_MSG,
  FDB_FLAGS,
  FDB_STATES,
  groupText,
  MDB,
  MDB_ATTRIBUTES,
  MDB_ENTRY,
  VLAN_INFO,
} from "./_bridge_attributes.ts";
import { IFINFOMSG, LINK_QUERY, type LinkNames, readLinkNames } from "./_link_names.ts";
import { checkQuery, dumpOnce, NETLINK_KEYS, type NetlinkOptions } from "./_session.ts";
import * as b from "./abi/bridge.ts";
import { IFLA_AF_SPEC, IFLA_IFNAME } from "./abi/link.ts";
import { NETLINK_ROUTE } from "./abi/netlink.ts";
import { RTM_GETLINK, RTM_GETNEIGH } from "./abi/rtnetlink.ts";
import { eachAttribute } from "./attributes.ts";
import { ByteSource } from "./_bytes.ts";
import { bitNames } from "./_codecs.ts";
import type { Dump } from "./dump.ts";
import { NDA, NDMSG } from "./neighbor.ts";
import { PROTOCOLS } from "./_words.ts";

/** An entry of a forwarding table, in the words of `bridge -j -s fdb`. */
export interface FdbEntry {
  /** The hardware address. */
  mac: string;
  /** The link that leads there. */
  ifname: string;
  /** The index of the link. */
  ifindex: number;
  /** The VLAN that it is in. */
  vlan?: number;
  /** Of a tunnel: the other end's address. */
  dst?: string;
  /** Of a tunnel: the other end's port. */
  port?: number;
  /** Of a tunnel: the network's number there. */
  vni?: number;
  /** Of a tunnel: the network's number here. */
  src_vni?: number;
  /** Of a tunnel: the link that it goes by. */
  viaIf?: string;
  /** Of a tunnel: the next hop, by id. */
  nhid?: number;
  /** Seconds since it was used. */
  used?: number;
  /** Seconds since it changed. */
  updated?: number;
  /** `"self"`: of the link's own table; `"extern_learn"`, `"offload"`, `"router"`, `"sticky"`. */
  flags: string[];
  /** The bridge whose table it is in. */
  master?: string;
  /** `"permanent"`, `"static"`, `"stale"`; empty if it was learnt. */
  state: string;
}

/** The VLANs of a port, in the words of `bridge -j vlan`. */
export interface PortVlans {
  /** The port, or the bridge itself. */
  ifname: string;
  /** Its VLANs. */
  vlans: PortVlan[];
}

/** A VLAN of a port. */
export interface PortVlan {
  /** Its number. */
  vlan: number;
  /** `"PVID"`: frames without a tag are in it; `"Egress Untagged"`: they leave without one. */
  flags?: string[];
}

/** A multicast group that a bridge forwards, in the words of `bridge -j -s mdb`. */
export interface MdbEntry {
  /** The index of the bridge. */
  index: number;
  /** The bridge. */
  dev: string;
  /** The port that wants it. */
  port: string;
  /** The group: an IP address, or a hardware address. */
  grp: string;
  /** The only sender that is wanted. */
  src?: string;
  /** `"include"` or `"exclude"`: what is done with senders. */
  filter_mode?: string;
  /** `"permanent"`, or `"temp"` if it goes unless it is asked for again. */
  state: "permanent" | "temp";
  /** Who made it. */
  protocol?: string;
  /** `"offload"`, `"fast_leave"`, `"added_by_star_ex"`, `"blocked"`. */
  flags: string[];
  /** The VLAN. */
  vid?: number;
  /** Seconds until it goes. */
  timer?: number;
}

/** Seconds are told in ticks of a hundredth. */
const USER_HZ = 100;

function readFdb(
  source: ByteSource,
  at: number,
  end: number,
  linkNames: LinkNames,
): FdbEntry | undefined {
  const header = NDMSG.decode(source, at, end - at);
  if (header.ndm_family !== AF_BRIDGE) return undefined;
  const raw = NDA.decode(source, at + NDMSG.size, end - at - NDMSG.size);
  const { ndm_ifindex: ifindex, ndm_state: state } = header;
  const entry: FdbEntry = {
    mac: raw.lladdr ?? "",
    ifname: linkNames.name(ifindex),
    ifindex,
    flags: bitNames(header.ndm_flags, FDB_FLAGS),
    state: FDB_STATES.find(([, told]) => (state & told) !== 0)?.[0] ?? `0x${state.toString(16)}`,
  };
  if (raw.vlan !== undefined) entry.vlan = raw.vlan;
  if (raw.dst !== undefined) entry.dst = raw.dst;
  if (raw.port !== undefined) entry.port = raw.port;
  if (raw.vni !== undefined) entry.vni = raw.vni;
  if (raw.src_vni !== undefined) entry.src_vni = raw.src_vni;
  if (raw.ifindex !== undefined) entry.viaIf = linkNames.name(raw.ifindex);
  if (raw.nh_id !== undefined) entry.nhid = raw.nh_id;
  if (raw.master !== undefined) entry.master = linkNames.name(raw.master);
  if (raw.cacheinfo !== undefined) {
    entry.used = Math.trunc(raw.cacheinfo.ndm_used / USER_HZ);
    entry.updated = Math.trunc(raw.cacheinfo.ndm_updated / USER_HZ);
  }
  return entry;
}

/** Options of {@linkcode fdb}. */
export interface FdbOptions extends NetlinkOptions {
  /** Only entries of this link, by name. */
  dev?: string;
}

/**
 * The forwarding tables of bridges and of links that have their own: what `bridge -s fdb` lists.
 *
 * Linux. Needs `--allow-ffi` and `--allow-sys=networkInterfaces`; another namespace needs the whole of
 * `--allow-net`.
 *
 * @example Where a host was seen
 * ```ts
 * import { fdb } from "@berkeley/sockets/netlink";
 *
 * for await (const { mac, ifname, master } of fdb()) {
 *   if (mac === "02:00:00:00:00:01") console.log(ifname, master);
 * }
 * ```
 *
 * @param options Filter, and where to look.
 * @returns The entries, as a table to iterate over or to take whole.
 * @throws {TypeError} If an option is unknown or of the wrong kind.
 */
export function fdb(options: FdbOptions = {}): Dump<FdbEntry> {
  const action = "list forwarding tables";
  checkQuery(options, [...NETLINK_KEYS, "dev"], action);
  const { dev } = options;
  return dumpOnce(NETLINK_ROUTE, options, "tables", action, async (transport, wait) => {
    const linkNames = await readLinkNames(transport, wait);
    const index = dev === undefined ? undefined : linkNames.need(dev, action);
    return [{
      type: RTM_GETNEIGH,
      payload: (sink) => NDMSG.encode(sink, { ndm_family: AF_BRIDGE, ndm_ifindex: index }),
      read: (source, at, end) => readFdb(source, at, end, linkNames),
      action,
      shape: { headerBytes: NDMSG.size, attributes: NDA },
    }];
  });
}

const VLAN_FLAGS: readonly (readonly [number, string])[] = [
  [b.BRIDGE_VLAN_INFO_PVID, "PVID"],
  [b.BRIDGE_VLAN_INFO_UNTAGGED, "Egress Untagged"],
];

/** A port's VLANs; `undefined` of one that has none. */
function readVlans(source: ByteSource, at: number, end: number, linkNames: LinkNames) {
  const { ifi_index } = IFINFOMSG.decode(source, at, end - at);
  const vlans: PortVlan[] = [];
  let ifname = linkNames.name(ifi_index);
  eachAttribute(source, at + IFINFOMSG.size, end, (type, start, length) => {
    if (type === IFLA_IFNAME) {
      linkNames.learn(source, at, end);
      ifname = linkNames.name(ifi_index);
    }
    if (type !== IFLA_AF_SPEC) return;
    eachAttribute(source, start, start + length, (inner, from, size) => {
      if (inner !== b.IFLA_BRIDGE_VLAN_INFO) return;
      const { flags, vid } = VLAN_INFO.decode(source, from, size);
      const names = VLAN_FLAGS.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name);
      vlans.push(names.length === 0 ? { vlan: vid } : { vlan: vid, flags: names });
    });
  });
  return vlans.length === 0 ? undefined : { ifname, vlans };
}

/**
 * The VLANs of bridges' ports, and of bridges themselves: what `bridge vlan` lists.
 *
 * Linux. Needs `--allow-ffi` and `--allow-sys=networkInterfaces`; another namespace needs the whole of
 * `--allow-net`.
 *
 * @example The ports of VLAN 10
 * ```ts
 * import { vlans } from "@berkeley/sockets/netlink";
 *
 * for await (const { ifname, vlans: own } of vlans()) {
 *   if (own.some(({ vlan }) => vlan === 10)) console.log(ifname);
 * }
 * ```
 *
 * @param options Where to look.
 * @returns The ports that have VLANs, as a table to iterate over or to take whole.
 * @throws {TypeError} If an option is unknown or of the wrong kind.
 */
export function vlans(options: NetlinkOptions = {}): Dump<PortVlans> {
  const action = "list VLANs of ports";
  checkQuery(options, NETLINK_KEYS, action);
  return dumpOnce(NETLINK_ROUTE, options, "tables", action, async (transport, wait) => {
    const linkNames = await readLinkNames(transport, wait);
    return [{
      type: RTM_GETLINK,
      payload(sink) {
        IFINFOMSG.encode(sink, { ifi_family: AF_BRIDGE });
        LINK_QUERY.encode(sink, { ext_mask: b.RTEXT_FILTER_BRVLAN });
      },
      read: (source, at, end) => readVlans(source, at, end, linkNames),
      action,
      shape: { headerBytes: IFINFOMSG.size, attributes: LINK_QUERY },
    }];
  });
}

/** linux/if_bridge.h, MDB_FLAGS_*, as `bridge` names them. */
const MDB_FLAGS: readonly (readonly [number, string])[] = [
  [b.MDB_FLAGS_OFFLOAD, "offload"],
  [b.MDB_FLAGS_FAST_LEAVE, "fast_leave"],
  [1 << 2, "added_by_star_ex"],
  [1 << 3, "blocked"],
];

function readGroup(
  bytes: Uint8Array<ArrayBuffer>,
  index: number,
  linkNames: LinkNames,
): MdbEntry {
  const source = new ByteSource(bytes);
  const raw = MDB_ENTRY.decode(source, 0, bytes.length);
  const more = bytes.length <= MDB_ENTRY.size
    ? {}
    : MDB_ATTRIBUTES.decode(source, MDB_ENTRY.size, bytes.length - MDB_ENTRY.size);
  const entry: MdbEntry = {
    index,
    dev: linkNames.name(index),
    port: linkNames.name(raw.ifindex),
    grp: groupText(raw),
    state: (raw.state & b.MDB_PERMANENT) !== 0 ? "permanent" : "temp",
    flags: bitNames(raw.flags, MDB_FLAGS),
  };
  if (more.source !== undefined) entry.src = more.source;
  if (more.group_mode !== undefined) {
    // linux/igmp.h, MCAST_EXCLUDE and MCAST_INCLUDE.
    entry.filter_mode = more.group_mode === 0 ? "exclude" : "include";
  }
  if (more.rtprot !== undefined) entry.protocol = PROTOCOLS.name(more.rtprot);
  if (raw.vid !== 0) entry.vid = raw.vid;
  if (more.timer !== undefined) entry.timer = more.timer / USER_HZ;
  return entry;
}

/**
 * The multicast groups that bridges forward: what `bridge -s mdb` lists.
 *
 * Linux. Needs `--allow-ffi` and `--allow-sys=networkInterfaces`; another namespace needs the whole of
 * `--allow-net`.
 *
 * @example Who wants what
 * ```ts
 * import { mdb } from "@berkeley/sockets/netlink";
 *
 * for (const { dev, port, grp } of await mdb()) console.log(dev, port, grp);
 * ```
 *
 * @param options Where to look.
 * @returns The groups, in the kernel's order.
 * @throws {TypeError} If an option is unknown or of the wrong kind.
 * @throws {NetlinkError} What the kernel answers.
 */
export async function mdb(options: NetlinkOptions = {}): Promise<MdbEntry[]> {
  const action = "list multicast groups of bridges";
  checkQuery(options, NETLINK_KEYS, action);
  const perBridge = await dumpOnce(
    NETLINK_ROUTE,
    options,
    "tables",
    action,
    async (transport, wait) => {
      const linkNames = await readLinkNames(transport, wait);
      return [{
        type: b.RTM_GETMDB,
        payload: (sink) => BR_PORT_MSG.encode(sink, { family: AF_BRIDGE }),
        read(source, at, end) {
          const { ifindex } = BR_PORT_MSG.decode(source, at, end - at);
          const start = at + BR_PORT_MSG.size;
          const entries = MDB.decode(source, start, end - start).mdb ?? [];
          return entries.flat().map((bytes) => readGroup(bytes, ifindex, linkNames));
        },
        action,
        // A kernel without multicast snooping has none.
        emptyIf: ["EOPNOTSUPP"],
        shape: { headerBytes: BR_PORT_MSG.size, attributes: MDB },
      }];
    },
  ).toArray();
  return perBridge.flat();
}
