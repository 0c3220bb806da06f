/**
 * Next hop objects, which routes share: what `ip nexthop` lists.
 *
 * @module
 */
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
import { binary, bitNames, flag, ip, u16, u32, u64 } from "./_codecs.ts";
import { struct } from "./_struct.ts";
import type { Dump } from "./dump.ts";
import { PROTOCOLS, ROUTE_FLAGS, SCOPES } from "./_words.ts";

/** A next hop or a group of them, in the words of `ip -j -d nexthop`. */
export interface NextHop {
  /** Its id, 1 or more. */
  id: number;
  /** The next hops of a group, with their weights where those are above 1. */
  group?: { id: number; weight?: number }[];
  /** Of a group: `"resilient"`, unless it is the usual kind. */
  type?: string;
  /** How a resilient group behaves: buckets, and seconds. */
  resilient_args?: {
    /** How many buckets flows are spread over. */
    buckets: number;
    /** After how many seconds a bucket is idle. */
    idle_timer: number;
    /** After how many seconds out of balance flows are moved by force. */
    unbalanced_timer: number;
    /** Seconds out of balance so far. */
    unbalanced_time: number;
  };
  /** The router's address. */
  gateway?: string;
  /** The link, by name. */
  dev?: string;
  /** `"link"`, `"global"`, … */
  scope: string;
  /** Packets vanish. */
  blackhole?: true;
  /** It is for a bridge's table. */
  fdb?: true;
  /** Who made it. */
  protocol: string;
  /** `"onlink"`, `"dead"`, … */
  flags: string[];
  /** Attributes that have no name here. */
  unknown?: UnknownAttribute[];
}

/** struct nhmsg (linux/nexthop.h). */
export const NHMSG = struct({
  nh_family: "u8",
  nh_scope: "u8",
  nh_protocol: "u8",
  resvd: "u8",
  nh_flags: "u32",
});

/** struct nexthop_grp (linux/nexthop.h); since 6.12 the weight's upper byte is where a pad was. */
const GROUP_BYTES = 8;
const groupCodec: AttributeCodec<{ id: number; weight: number }[]> = {
  decode(source, at, length) {
    if (length % GROUP_BYTES !== 0) throw new AttributeError(`${length} bytes, no multiple of 8`);
    const found: { id: number; weight: number }[] = [];
    for (let i = at; i < at + length; i += GROUP_BYTES) {
      const weight = (source.bytes[i + 4] | source.bytes[i + 5] << 8) + 1;
      found.push({ id: source.view.getUint32(i, true), weight });
    }
    return found;
  },
  encode(sink, group) {
    for (const { id, weight } of group) {
      sink.u32(id);
      sink.u16(weight - 1);
      sink.u16(0);
    }
  },
};

/** linux/nexthop.h: enum of NHA_RES_GROUP; times in hundredths of a second. */
const RES_GROUP = attributes("NHA_RES_GROUP_", {
  buckets: [rt.NHA_RES_GROUP_BUCKETS, u16],
  idle_timer: [rt.NHA_RES_GROUP_IDLE_TIMER, u32],
  unbalanced_timer: [rt.NHA_RES_GROUP_UNBALANCED_TIMER, u32],
  unbalanced_time: [rt.NHA_RES_GROUP_UNBALANCED_TIME, u64],
});
const USER_HZ = 100;

/** Attributes of next hops. */
export const NHA = attributes("NHA_", {
  id: [rt.NHA_ID, u32],
  group: [rt.NHA_GROUP, groupCodec],
  group_type: [rt.NHA_GROUP_TYPE, u16],
  blackhole: [rt.NHA_BLACKHOLE, flag],
  oif: [rt.NHA_OIF, u32],
  gateway: [rt.NHA_GATEWAY, ip],
  encap_type: [rt.NHA_ENCAP_TYPE, u16],
  encap: [rt.NHA_ENCAP, binary],
  groups: [rt.NHA_GROUPS, flag],
  master: [rt.NHA_MASTER, u32],
  fdb: [rt.NHA_FDB, flag],
  res_group: [rt.NHA_RES_GROUP, RES_GROUP],
});

/** Reads the payload of an RTM_NEWNEXTHOP or RTM_DELNEXTHOP. */
export function readNextHop(
  source: ByteSource,
  at: number,
  end: number,
  linkNames: LinkNames,
): NextHop {
  const header = NHMSG.decode(source, at, end - at);
  const raw = NHA.decode(source, at + NHMSG.size, end - at - NHMSG.size);
  const hop: NextHop = {
    id: raw.id ?? 0,
    scope: SCOPES.name(header.nh_scope),
    protocol: PROTOCOLS.name(header.nh_protocol),
    flags: bitNames(header.nh_flags, ROUTE_FLAGS),
  };
  if (raw.group !== undefined) {
    hop.group = raw.group.map(({ id, weight }) => weight === 1 ? { id } : { id, weight });
    if (raw.group_type === rt.NEXTHOP_GRP_TYPE_RES) hop.type = "resilient";
  }
  if (raw.res_group !== undefined) {
    const { buckets = 0, idle_timer = 0, unbalanced_timer = 0 } = raw.res_group;
    hop.resilient_args = {
      buckets,
      idle_timer: idle_timer / USER_HZ,
      unbalanced_timer: unbalanced_timer / USER_HZ,
      unbalanced_time: Number(raw.res_group.unbalanced_time ?? 0n) / USER_HZ,
    };
  }
  if (raw.gateway !== undefined) hop.gateway = raw.gateway;
  if (raw.oif !== undefined) hop.dev = linkNames.name(raw.oif);
  if (raw.blackhole) hop.blackhole = true;
  if (raw.fdb) hop.fdb = true;
  if (raw.unknown !== undefined) hop.unknown = raw.unknown;
  return hop;
}

/**
 * The next hop objects of this network namespace, or of another: what `ip -d nexthop` lists.
 *
 * Linux 5.3. Needs `--allow-ffi` and `--allow-sys=networkInterfaces`; another namespace needs the whole
 * of `--allow-net`.
 *
 * @example All of them
 * ```ts
 * import { nexthops } from "@berkeley/sockets/netlink";
 *
 * for (const { id, gateway, dev } of await nexthops().toArray()) console.log(id, gateway, dev);
 * ```
 *
 * @param options Where to look.
 * @returns The next hops, as a table to iterate over or to take whole.
 * @throws {TypeError} If an option is unknown or of the wrong kind.
 */
export function nexthops(options: NetlinkOptions = {}): Dump<NextHop> {
  const action = "list next hops";
  checkQuery(options, NETLINK_KEYS, action);
  return dumpOnce(NETLINK_ROUTE, options, "tables", action, async (transport, wait) => {
    const linkNames = await readLinkNames(transport, wait);
    return [{
      type: rt.RTM_GETNEXTHOP,
      payload: (sink) => NHMSG.encode(sink, {}),
      read: (source, at, end) => readNextHop(source, at, end, linkNames),
      action,
      shape: { headerBytes: NHMSG.size, attributes: NHA },
    }];
  });
}
