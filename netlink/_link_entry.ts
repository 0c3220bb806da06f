/**
 * A link as it is in messages, and as it is told.
 *
 * @module
 */
import { formatIp } from "../core/ip/text.ts";
import type { LinkKind } from "./_link_kind.ts";
import { IP_LINK_TYPES, KINDS, SLAVE_KINDS } from "./_link_kinds.ts";
import { type LinkCounters, linkCounters } from "./_link_counters.ts";
import { IFINFOMSG, type LinkNames } from "./_link_names.ts";
import * as l from "./abi/link.ts";
import {
  type AttributeCodec,
  type AttributeRows,
  attributes,
  type AttributeTable,
  eachAttribute,
  type UnknownAttribute,
} from "./attributes.ts";
import { ByteSource } from "./_bytes.ts";
import { binary, bitNames, hardware, list, names, s32, text, u32, u8 } from "./_codecs.ts";
import { LINK_TYPES } from "./_words.ts";

/** What a link is, and the values of its kind. */
export interface LinkInfo {
  /** `"bridge"`, `"veth"`, `"vlan"`, … */
  info_kind?: string;
  /** The kind's own values, in the words of `ip -j -d link`; the bytes of a kind that is not known. */
  info_data?: Record<string, unknown> | Uint8Array<ArrayBuffer>;
  /** The kind of the link that this one belongs to. */
  info_slave_kind?: string;
  /** What it is to that link. */
  info_slave_data?: Record<string, unknown> | Uint8Array<ArrayBuffer>;
}

/** A link, in the words of `ip -j -d -s link`. What the kernel does not tell is absent. */
export interface Link {
  /** The index, 1 or more. */
  ifindex: number;
  /** The name. */
  ifname: string;
  /** The link below, or a veth's other end, by name; `null` for none. */
  link?: string | null;
  /** The link below by index, where it is in another namespace. */
  link_index?: number;
  /** The namespace of the link below, by its id here. */
  link_netnsid?: number;
  /** IFF_* without the prefix, `NO-CARRIER` and `M-DOWN` (the link below is down). */
  flags: string[];
  /** The largest packet, in bytes. */
  mtu: number;
  /** The root queueing discipline's kind. */
  qdisc?: string;
  /** The link that this one belongs to, by name. */
  master?: string;
  /** `"UP"`, `"DOWN"`, `"UNKNOWN"`, `"LOWERLAYERDOWN"`, … (RFC 2863). */
  operstate?: string;
  /** `"DEFAULT"` or `"DORMANT"`. */
  linkmode?: string;
  /** The group, `"default"` or a number. */
  group?: string;
  /** Length of the transmit queue, in packets. */
  txqlen?: number;
  /** `"ether"`, `"loopback"`, `"none"`, … */
  link_type: string;
  /** The hardware address; of a tunnel, its IP address. */
  address?: string;
  /** The hardware's broadcast address; of a tunnel, its peer. */
  broadcast?: string;
  /** The hardware address that it came with, where it has another now. */
  permaddr?: string;
  /** Other names. */
  altnames?: string[];
  /** What somebody has written about it. */
  ifalias?: string;
  /** How many have asked for all frames. */
  promiscuity?: number;
  /** How many have asked for all multicast. */
  allmulti?: number;
  /** The least MTU that may be set. */
  min_mtu?: number;
  /** The greatest MTU that may be set; 0 for no limit. */
  max_mtu?: number;
  /** The kind. */
  linkinfo?: LinkInfo;
  /** How IPv6 makes link-local addresses. */
  inet6_addr_gen_mode?: string;
  /** Transmit queues. */
  num_tx_queues?: number;
  /** Receive queues. */
  num_rx_queues?: number;
  /** Bytes of the largest segment that is cut late. */
  gso_max_size?: number;
  /** Most packets such a segment may become. */
  gso_max_segs?: number;
  /** As `gso_max_size`, of the hardware. */
  tso_max_size?: number;
  /** As `gso_max_segs`, of the hardware. */
  tso_max_segs?: number;
  /** Bytes of the largest segment that is put together on receipt. */
  gro_max_size?: number;
  /** The bus that the hardware is on. */
  parentbus?: string;
  /** The hardware on that bus. */
  parentdev?: string;
  /** Counters, where they were asked for. */
  stats64?: { rx: LinkCounters; tx: LinkCounters };
  /** Attributes that have no name here. */
  unknown?: UnknownAttribute[];
}

/** linux/if.h, IFF_*, in the order of `ip`; IFF_RUNNING is told as NO-CARRIER where it is missing. */
const FLAGS: readonly (readonly [number, string])[] = [
  [0x8, "LOOPBACK"],
  [0x2, "BROADCAST"],
  [0x10, "POINTOPOINT"],
  [0x1000, "MULTICAST"],
  [0x80, "NOARP"],
  [0x200, "ALLMULTI"],
  [0x100, "PROMISC"],
  [0x400, "MASTER"],
  [0x800, "SLAVE"],
  [0x4, "DEBUG"],
  [0x8000, "DYNAMIC"],
  [0x4000, "AUTOMEDIA"],
  [0x2000, "PORTSEL"],
  [0x20, "NOTRAILERS"],
  [0x1, "UP"],
  [0x10000, "LOWER_UP"],
  [0x20000, "DORMANT"],
  [0x40000, "ECHO"],
];
const IFF_UP = 1;
const IFF_RUNNING = 0x40;

/** linux/if.h, IF_OPER_* and IF_LINK_MODE_*; linux/if_link.h, enum in6_addr_gen_mode. */
const OPERSTATES = [
  "UNKNOWN",
  "NOTPRESENT",
  "DOWN",
  "LOWERLAYERDOWN",
  "TESTING",
  "DORMANT",
  "UP",
];
const LINK_MODES = ["DEFAULT", "DORMANT", "TESTING"];
const ADDR_GEN_MODES = ["eui64", "none", "stable_secret", "random"];

/** The kind, and the values whose meaning depends on it. */
export const INFO = attributes("IFLA_INFO_", {
  kind: [l.IFLA_INFO_KIND, text],
  data: [l.IFLA_INFO_DATA, binary],
  slave_kind: [l.IFLA_INFO_SLAVE_KIND, text],
  slave_data: [l.IFLA_INFO_SLAVE_DATA, binary],
  xstats: [l.IFLA_INFO_XSTATS, binary],
});

/** linux/if_link.h: of IFLA_AF_SPEC only what `ip` shows. The rest is per-family configuration. */
const addrGenMode: AttributeCodec<string | undefined> = {
  decode(source, at, length) {
    let mode: string | undefined;
    eachAttribute(source, at, at + length, (family, start, size) => {
      if (family !== 10) return;
      eachAttribute(source, start, start + size, (type, inner, innerSize) => {
        if (type === l.IFLA_INET6_ADDR_GEN_MODE && innerSize > 0) {
          mode = ADDR_GEN_MODES[source.bytes[inner]] ?? `${source.bytes[inner]}`;
        }
      });
    });
    return mode;
  },
  encode() {
    throw new TypeError("Cannot encode netlink attribute: the address mode can only be read");
  },
};

/** Attributes of all links. */
export const IFLA = attributes("IFLA_", {
  address: [l.IFLA_ADDRESS, binary],
  broadcast: [l.IFLA_BROADCAST, binary],
  permaddr: [l.IFLA_PERM_ADDRESS, binary, "PERM_ADDRESS"],
  ifname: [l.IFLA_IFNAME, text],
  mtu: [l.IFLA_MTU, u32],
  link: [l.IFLA_LINK, s32],
  qdisc: [l.IFLA_QDISC, text],
  master: [l.IFLA_MASTER, u32],
  txqlen: [l.IFLA_TXQLEN, u32],
  operstate: [l.IFLA_OPERSTATE, names(u8, OPERSTATES)],
  linkmode: [l.IFLA_LINKMODE, names(u8, LINK_MODES)],
  linkinfo: [l.IFLA_LINKINFO, INFO],
  ifalias: [l.IFLA_IFALIAS, text],
  stats64: [l.IFLA_STATS64, binary],
  stats: [l.IFLA_STATS, binary],
  map: [l.IFLA_MAP, binary],
  af_spec: [l.IFLA_AF_SPEC, addrGenMode],
  group: [l.IFLA_GROUP, u32],
  promiscuity: [l.IFLA_PROMISCUITY, u32],
  num_tx_queues: [l.IFLA_NUM_TX_QUEUES, u32],
  num_rx_queues: [l.IFLA_NUM_RX_QUEUES, u32],
  carrier: [l.IFLA_CARRIER, u8],
  carrier_changes: [l.IFLA_CARRIER_CHANGES, u32],
  carrier_up_count: [l.IFLA_CARRIER_UP_COUNT, u32],
  carrier_down_count: [l.IFLA_CARRIER_DOWN_COUNT, u32],
  link_netnsid: [l.IFLA_LINK_NETNSID, s32],
  proto_down: [l.IFLA_PROTO_DOWN, u8],
  gso_max_segs: [l.IFLA_GSO_MAX_SEGS, u32],
  gso_max_size: [l.IFLA_GSO_MAX_SIZE, u32],
  tso_max_size: [l.IFLA_TSO_MAX_SIZE, u32],
  tso_max_segs: [l.IFLA_TSO_MAX_SEGS, u32],
  gro_max_size: [l.IFLA_GRO_MAX_SIZE, u32],
  allmulti: [l.IFLA_ALLMULTI, u32],
  min_mtu: [l.IFLA_MIN_MTU, u32],
  max_mtu: [l.IFLA_MAX_MTU, u32],
  xdp: [l.IFLA_XDP, binary],
  event: [l.IFLA_EVENT, u32],
  wireless: [l.IFLA_WIRELESS, binary],
  protinfo: [l.IFLA_PROTINFO, binary],
  proplist: [l.IFLA_PROP_LIST, list(text, l.IFLA_ALT_IFNAME), "PROP_LIST"],
  parentdev: [l.IFLA_PARENT_DEV_NAME, text, "PARENT_DEV_NAME"],
  parentbus: [l.IFLA_PARENT_DEV_BUS_NAME, text, "PARENT_DEV_BUS_NAME"],
  phys_port_id: [l.IFLA_PHYS_PORT_ID, hardware],
  phys_port_name: [l.IFLA_PHYS_PORT_NAME, text],
  phys_switch_id: [l.IFLA_PHYS_SWITCH_ID, hardware],
  new_netnsid: [l.IFLA_NEW_NETNSID, s32],
  new_ifindex: [l.IFLA_NEW_IFINDEX, s32],
});

/** What of the attributes goes into a link as it is. */
const PLAIN = [
  "mtu",
  "qdisc",
  "operstate",
  "linkmode",
  "txqlen",
  "ifalias",
  "link_netnsid",
  "promiscuity",
  "allmulti",
  "min_mtu",
  "max_mtu",
  "num_tx_queues",
  "num_rx_queues",
  "gso_max_size",
  "gso_max_segs",
  "tso_max_size",
  "tso_max_segs",
  "gro_max_size",
  "parentbus",
  "parentdev",
  "unknown",
] as const;

/** Reads the payload of an RTM_NEWLINK or RTM_DELLINK. */
export function readLink(
  source: ByteSource,
  at: number,
  end: number,
  linkNames: LinkNames,
  stats: boolean,
): Link {
  const header = IFINFOMSG.decode(source, at, end - at);
  const raw = IFLA.decode(source, at + IFINFOMSG.size, end - at - IFINFOMSG.size);
  const { ifi_index: index, ifi_flags: flags, ifi_type: type } = header;
  const down = raw.link !== undefined && raw.link !== 0 && raw.link_netnsid === undefined &&
    linkNames.isDown(raw.link);
  const link: Link = {
    ifindex: index,
    ifname: raw.ifname ?? "",
    flags: flagNames(flags, down),
    mtu: raw.mtu ?? 0,
    link_type: LINK_TYPES.name(type),
  };
  const target = link as unknown as Record<string, unknown>;
  for (const word of PLAIN) if (raw[word] !== undefined) target[word] = raw[word];
  if (raw.link !== undefined) {
    if (raw.link === 0) link.link = null;
    else if (raw.link_netnsid !== undefined) link.link_index = raw.link;
    else link.link = linkNames.name(raw.link);
  }
  if (raw.master !== undefined && raw.master !== 0) link.master = linkNames.name(raw.master);
  if (raw.group !== undefined) link.group = raw.group === 0 ? "default" : `${raw.group}`;
  if (raw.address !== undefined && raw.address.length > 0) {
    link.address = hardwareText(raw.address, type);
  }
  if (raw.broadcast !== undefined && raw.broadcast.length > 0) {
    link.broadcast = hardwareText(raw.broadcast, type);
  }
  if (raw.permaddr !== undefined) {
    const permaddr = hardwareText(raw.permaddr, type);
    if (permaddr !== link.address) link.permaddr = permaddr;
  }
  if (raw.proplist !== undefined) link.altnames = raw.proplist;
  if (raw.af_spec !== undefined) link.inet6_addr_gen_mode = raw.af_spec;
  if (raw.linkinfo !== undefined) link.linkinfo = infoWords(raw.linkinfo, linkNames);
  if (stats && raw.stats64 !== undefined) {
    link.stats64 = linkCounters(raw.stats64, raw.carrier_changes);
  }
  return link;
}

function flagNames(flags: number, lowerDown: boolean): string[] {
  const found = bitNames(flags & ~IFF_RUNNING, FLAGS);
  if ((flags & IFF_UP) !== 0 && (flags & IFF_RUNNING) === 0) found.unshift("NO-CARRIER");
  if (lowerDown) found.push("M-DOWN");
  return found;
}

/** A hardware address; ARPHRD_TUNNEL and its like have IP addresses. */
function hardwareText(bytes: Uint8Array, type: number): string {
  if (IP_LINK_TYPES.has(type) && (bytes.length === 4 || bytes.length === 16)) {
    return formatIp(bytes);
  }
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":");
}

function infoWords(
  raw: { kind?: string; data?: Uint8Array<ArrayBuffer>; slave_kind?: string } & {
    slave_data?: Uint8Array<ArrayBuffer>;
  },
  linkNames: LinkNames,
): LinkInfo {
  const info: LinkInfo = {};
  if (raw.kind !== undefined) info.info_kind = raw.kind;
  if (raw.data !== undefined) {
    info.info_data = dataWords(KINDS[raw.kind ?? ""], raw.data, linkNames);
  }
  if (raw.slave_kind !== undefined) info.info_slave_kind = raw.slave_kind;
  if (raw.slave_data !== undefined) {
    info.info_slave_data = dataWords(SLAVE_KINDS[raw.slave_kind ?? ""], raw.slave_data, linkNames);
  }
  return info;
}

function dataWords(
  kind: LinkKind | undefined,
  data: Uint8Array<ArrayBuffer>,
  linkNames: LinkNames,
): Record<string, unknown> | Uint8Array<ArrayBuffer> {
  if (kind === undefined) return data;
  const table: AttributeTable<AttributeRows> = kind.table;
  const words: Record<string, unknown> = table.decode(new ByteSource(data), 0, data.length);
  for (const word of kind.links ?? []) {
    const index = words[word];
    if (typeof index !== "number") continue;
    if (index === 0) delete words[word];
    else words[word] = linkNames.name(index);
  }
  for (const word of kind.onlyTrue ?? []) if (words[word] === false) delete words[word];
  kind.toWords?.(words);
  return words;
}
