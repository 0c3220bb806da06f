/**
 * Neighbours: what `ip neigh` lists.
 *
 * @module
 */
import { AF_INET, AF_INET6 } from "../ffi/abi/socket_constants.ts";
import { type LinkNames, readLinkNames } from "./_link_names.ts";
import { checkQuery, dumpOnce, NETLINK_KEYS, type NetlinkOptions } from "./_session.ts";
import { NETLINK_ROUTE } from "./abi/netlink.ts";
import * as rt from "./abi/rtnetlink.ts";
import { attributes, type UnknownAttribute } from "./attributes.ts";
import type { ByteSource } from "./_bytes.ts";
import { be16, binary, bitNames, hardware, ip, s32, u16, u32, u8 } from "./_codecs.ts";
import { struct } from "./_struct.ts";
import type { Dump } from "./dump.ts";
import { familyNumber } from "./_families.ts";
import { PROTOCOLS } from "./_words.ts";

/** A neighbour, in the words of `ip -j -s neigh`. */
export interface Neighbor {
  /** `"inet"` or `"inet6"`. */
  family: string;
  /** Its IP address. */
  dst: string;
  /** The index of the link that it is on. */
  ifindex: number;
  /** The link that it is on, by name; absent of what is on all links. */
  dev?: string;
  /** Its hardware address, where it is known. */
  lladdr?: string;
  /** It is a router. */
  router?: true;
  /** We answer for it. */
  proxy?: true;
  /** Somebody else than the kernel has found it. */
  extern_learn?: true;
  /** The hardware knows it too. */
  offload?: true;
  /** The kernel keeps it fresh for whoever asked so. */
  managed?: true;
  /** How many hold it. */
  refcnt?: number;
  /** Seconds since it was used. */
  used?: number;
  /** Seconds since it was known to be there. */
  confirmed?: number;
  /** Seconds since it changed. */
  updated?: number;
  /** Probes since then. */
  probes?: number;
  /** `["REACHABLE"]`, `["STALE"]`, `["PERMANENT"]`, … */
  state?: string[];
  /** Who made it. */
  protocol?: string;
  /** Attributes that have no name here. */
  unknown?: UnknownAttribute[];
}

/** struct ndmsg (linux/neighbour.h). */
export const NDMSG = struct({
  ndm_family: "u8",
  ndm_pad1: "u8",
  ndm_pad2: "u16",
  ndm_ifindex: "s32",
  ndm_state: "u16",
  ndm_flags: "u8",
  ndm_type: "u8",
});

/** struct nda_cacheinfo (linux/neighbour.h), times in ticks. */
const CACHEINFO = struct({
  ndm_confirmed: "u32",
  ndm_used: "u32",
  ndm_updated: "u32",
  ndm_refcnt: "u32",
});
const USER_HZ = 100;

/** Attributes of neighbours. */
export const NDA = attributes("NDA_", {
  dst: [rt.NDA_DST, ip],
  lladdr: [rt.NDA_LLADDR, hardware],
  cacheinfo: [rt.NDA_CACHEINFO, CACHEINFO],
  probes: [rt.NDA_PROBES, u32],
  vlan: [rt.NDA_VLAN, u16],
  port: [rt.NDA_PORT, be16],
  vni: [rt.NDA_VNI, u32],
  ifindex: [rt.NDA_IFINDEX, u32],
  master: [rt.NDA_MASTER, u32],
  link_netnsid: [rt.NDA_LINK_NETNSID, s32],
  src_vni: [rt.NDA_SRC_VNI, u32],
  protocol: [rt.NDA_PROTOCOL, u8],
  nh_id: [rt.NDA_NH_ID, u32],
  fdb_ext_attrs: [rt.NDA_FDB_EXT_ATTRS, binary],
  flags_ext: [rt.NDA_FLAGS_EXT, u32],
});

/** linux/neighbour.h, NUD_*. */
export const NEIGHBOR_STATES: readonly (readonly [number, string])[] = [
  [rt.NUD_INCOMPLETE, "INCOMPLETE"],
  [rt.NUD_REACHABLE, "REACHABLE"],
  [rt.NUD_STALE, "STALE"],
  [rt.NUD_DELAY, "DELAY"],
  [rt.NUD_PROBE, "PROBE"],
  [rt.NUD_FAILED, "FAILED"],
  [rt.NUD_NOARP, "NOARP"],
  [rt.NUD_PERMANENT, "PERMANENT"],
];

/** linux/neighbour.h, NTF_*: those of neighbours. */
export const NEIGHBOR_FLAGS: readonly (readonly [number, string])[] = [
  [rt.NTF_PROXY, "proxy"],
  [rt.NTF_EXT_LEARNED, "extern_learn"],
  [rt.NTF_OFFLOADED, "offload"],
  [rt.NTF_ROUTER, "router"],
];

/** Reads the payload of an RTM_NEWNEIGH or RTM_DELNEIGH; `undefined` if it is no IP neighbour's. */
export function readNeighbor(
  source: ByteSource,
  at: number,
  end: number,
  linkNames: LinkNames,
): Neighbor | undefined {
  const header = NDMSG.decode(source, at, end - at);
  const { ndm_family: family, ndm_ifindex: index, ndm_state: state } = header;
  if (family !== AF_INET && family !== AF_INET6) return undefined;
  const raw = NDA.decode(source, at + NDMSG.size, end - at - NDMSG.size);
  const neighbor: Neighbor = {
    family: family === AF_INET ? "inet" : "inet6",
    dst: raw.dst ?? "",
    ifindex: index,
  };
  if (index !== 0) neighbor.dev = linkNames.name(index);
  if (raw.lladdr !== undefined) neighbor.lladdr = raw.lladdr;
  const target = neighbor as unknown as Record<string, unknown>;
  for (const name of bitNames(header.ndm_flags, NEIGHBOR_FLAGS)) target[name] = true;
  if (((raw.flags_ext ?? 0) & 1) !== 0) neighbor.managed = true;
  if (raw.cacheinfo !== undefined) {
    const { ndm_refcnt, ndm_used, ndm_confirmed, ndm_updated } = raw.cacheinfo;
    if (ndm_refcnt !== 0) neighbor.refcnt = ndm_refcnt;
    neighbor.used = Math.trunc(ndm_used / USER_HZ);
    neighbor.confirmed = Math.trunc(ndm_confirmed / USER_HZ);
    neighbor.updated = Math.trunc(ndm_updated / USER_HZ);
  }
  if (raw.probes !== undefined) neighbor.probes = raw.probes;
  if (state !== 0) neighbor.state = bitNames(state, NEIGHBOR_STATES);
  if (raw.protocol !== undefined) neighbor.protocol = PROTOCOLS.name(raw.protocol);
  if (raw.unknown !== undefined) neighbor.unknown = raw.unknown;
  return neighbor;
}

/** Options of {@linkcode neighbors}. */
export interface NeighborsOptions extends NetlinkOptions {
  /** Only neighbours of this family. */
  family?: "inet" | "inet6";
  /** Only neighbours on this link, by name. */
  dev?: string;
  /** Those that we answer for, instead of those that we know. Default: false. */
  proxy?: boolean;
}

const KEYS = [...NETLINK_KEYS, "family", "dev", "proxy"];

/**
 * The neighbours of this network namespace, or of another: hardware addresses by IP address, what
 * `ip -s neigh show nud all` lists.
 *
 * Linux. Needs `--allow-ffi` and `--allow-sys=networkInterfaces`; another namespace needs the whole of
 * `--allow-net`.
 *
 * @example Those that were seen lately
 * ```ts
 * import { neighbors } from "@berkeley/sockets/netlink";
 *
 * for await (const { dst, lladdr, dev, state } of neighbors({ family: "inet" })) {
 *   if (state?.includes("REACHABLE")) console.log(dst, lladdr, dev);
 * }
 * ```
 *
 * @param options Filters that the kernel applies, and where to look.
 * @returns The neighbours, as a table to iterate over or to take whole.
 * @throws {TypeError} If an option is unknown or of the wrong kind.
 */
export function neighbors(options: NeighborsOptions = {}): Dump<Neighbor> {
  const action = "list neighbors";
  checkQuery(options, KEYS, action);
  const family = familyNumber(options.family, action);
  const { dev, proxy = false } = options;
  return dumpOnce(NETLINK_ROUTE, options, "tables", action, async (transport, wait) => {
    const linkNames = await readLinkNames(transport, wait);
    const ifindex = dev === undefined ? undefined : linkNames.need(dev, action);
    return [{
      type: rt.RTM_GETNEIGH,
      payload(sink) {
        NDMSG.encode(sink, {
          ndm_family: family,
          ndm_flags: proxy ? rt.NTF_PROXY : 0,
          // Of the table of those that we answer for, the strict kernel wants the link here.
          ndm_ifindex: proxy ? ifindex : 0,
        });
        if (!proxy) NDA.encode(sink, { ifindex });
      },
      read: (source, at, end) => readNeighbor(source, at, end, linkNames),
      action,
      shape: { headerBytes: NDMSG.size, attributes: NDA },
    }];
  });
}
