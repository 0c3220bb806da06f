/**
 * Traffic control: queueing disciplines, classes and filters, what `tc` lists.
 *
 * @module
 */
import { text as someText } from "../core/arguments.ts";
import { filterHandleText, filterParent, handleText } from "./_handles.ts";
import { type LinkNames, readLinkNames } from "./_link_names.ts";
import { checkQuery, dumpOnce, NETLINK_KEYS, type NetlinkOptions } from "./_session.ts";
import { NETLINK_ROUTE } from "./abi/netlink.ts";
import { RTM_GETQDISC, RTM_GETTCLASS, RTM_GETTFILTER } from "./abi/rtnetlink.ts";
import * as t from "./abi/traffic.ts";
import { attributes, type UnknownAttribute } from "./attributes.ts";
import type { ByteSource } from "./_bytes.ts";
import { binary, text, u32, u64, u8 } from "./_codecs.ts";
import { struct } from "./_struct.ts";
import type { Dump } from "./dump.ts";
import { readFilterOptions } from "./_filter_kinds.ts";
import { readOptions } from "./_qdisc_kinds.ts";

/** What queueing disciplines, classes and filters have in common, in the words of `tc -j -s`. */
export interface Traffic {
  /** The kind, `"fq_codel"`, `"htb"`, `"u32"`, … */
  kind: string;
  /** The link, by name. */
  dev: string;
  /** The index of the link. */
  ifindex: number;
  /** The handle, two hexadecimal numbers: `"1:10"`; the second is left out if it is 0. */
  handle: string;
  /** The handle of what it belongs to. */
  parent?: string;
  /** It belongs to the link itself. */
  root?: true;
  /** The values of the kind, by `tc`'s words; the bytes of a kind that is not known. */
  options?: Record<string, unknown> | Uint8Array<ArrayBuffer>;
  /** Bytes that went through. */
  bytes?: bigint;
  /** Packets that went through. */
  packets?: bigint;
  /** Packets that were dropped. */
  drops?: number;
  /** How often it was over its limit. */
  overlimits?: number;
  /** How often a packet went back into the queue. */
  requeues?: number;
  /** Bytes in the queue. */
  backlog?: number;
  /** Packets in the queue. */
  qlen?: number;
  /** Attributes that have no name here. */
  unknown?: UnknownAttribute[];
}

/** A queueing discipline. */
export interface Qdisc extends Traffic {
  /** How many hold it. */
  refcnt?: number;
}

/** A class of a queueing discipline. */
export interface TrafficClass extends Traffic {
  /** The queueing discipline within it. */
  leaf?: string;
}

/** A filter. Its `handle` is as `tc` has it: `"800::800"` of a u32, else hexadecimal. */
export interface TrafficFilter extends Traffic {
  /** The EtherType that it looks at; 3 is all (ETH_P_ALL). */
  protocol: number;
  /** Filters are tried from the least on. */
  pref: number;
  /** The chain, 0 unless there are several. */
  chain?: number;
}

/** struct tcmsg (linux/rtnetlink.h). */
export const TCMSG = struct({
  tcm_family: "u8",
  tcm_pad1: "u8",
  tcm_pad2: "u16",
  tcm_ifindex: "s32",
  tcm_handle: "u32",
  tcm_parent: "u32",
  tcm_info: "u32",
});

/** struct gnet_stats_basic and struct gnet_stats_queue (linux/gen_stats.h). */
const BASIC = struct({ bytes: "u64", packets: "u32" });
const QUEUE = struct({
  qlen: "u32",
  backlog: "u32",
  drops: "u32",
  requeues: "u32",
  overlimits: "u32",
});
const STATS2 = attributes("TCA_STATS_", {
  basic: [t.TCA_STATS_BASIC, BASIC],
  rate_est: [t.TCA_STATS_RATE_EST, binary],
  queue: [t.TCA_STATS_QUEUE, QUEUE],
  app: [t.TCA_STATS_APP, binary],
  rate_est64: [t.TCA_STATS_RATE_EST64, binary],
  basic_hw: [t.TCA_STATS_BASIC_HW, binary],
  pkt64: [t.TCA_STATS_PKT64, u64],
});

/** Attributes of all. */
export const TCA = attributes("TCA_", {
  kind: [t.TCA_KIND, text],
  options: [t.TCA_OPTIONS, binary],
  stats: [t.TCA_STATS, binary],
  xstats: [t.TCA_XSTATS, binary],
  rate: [t.TCA_RATE, binary],
  fcnt: [t.TCA_FCNT, u32],
  stats2: [t.TCA_STATS2, STATS2],
  stab: [t.TCA_STAB, binary],
  chain: [t.TCA_CHAIN, u32],
  hw_offload: [t.TCA_HW_OFFLOAD, u8],
  ingress_block: [t.TCA_INGRESS_BLOCK, u32],
  egress_block: [t.TCA_EGRESS_BLOCK, u32],
});

/** Reads what a message of queueing disciplines, classes and filters has in common. */
function readTraffic(
  source: ByteSource,
  at: number,
  end: number,
  linkNames: LinkNames,
  read: typeof readOptions = readOptions,
): { traffic: Traffic; info: number; handle: number; chain: number | undefined } {
  const header = TCMSG.decode(source, at, end - at);
  const raw = TCA.decode(source, at + TCMSG.size, end - at - TCMSG.size);
  const kind = raw.kind ?? "";
  const traffic: Traffic = {
    kind,
    dev: linkNames.name(header.tcm_ifindex),
    ifindex: header.tcm_ifindex,
    handle: handleText(header.tcm_handle),
  };
  if (header.tcm_parent === t.TC_H_ROOT) traffic.root = true;
  else if (header.tcm_parent !== 0) traffic.parent = handleText(header.tcm_parent);
  traffic.options = raw.options === undefined ? {} : read(kind, raw.options);
  const { basic, queue, pkt64 } = raw.stats2 ?? {};
  if (basic !== undefined) {
    traffic.bytes = basic.bytes;
    traffic.packets = pkt64 ?? BigInt(basic.packets);
  }
  if (queue !== undefined) Object.assign(traffic, queue);
  if (raw.unknown !== undefined) traffic.unknown = raw.unknown;
  return { traffic, info: header.tcm_info, handle: header.tcm_handle, chain: raw.chain };
}

/** Reads the payload of an RTM_NEWQDISC or RTM_DELQDISC. */
export function readQdisc(
  source: ByteSource,
  at: number,
  end: number,
  linkNames: LinkNames,
): Qdisc {
  const { traffic, info } = readTraffic(source, at, end, linkNames);
  const qdisc: Qdisc = traffic;
  if (info !== 1) qdisc.refcnt = info;
  return qdisc;
}

/** Options of {@linkcode qdiscs}. */
export interface QdiscsOptions extends NetlinkOptions {
  /** Only those of this link, by name. */
  dev?: string;
}

/** Options of {@linkcode classes}. */
export interface ClassesOptions extends NetlinkOptions {
  /** The link, by name. */
  dev: string;
}

/** Options of {@linkcode filters}. */
export interface FiltersOptions extends ClassesOptions {
  /** What they belong to: a handle, `"root"` (the default), `"ingress"` or `"egress"` of a clsact. */
  parent?: string;
}

/**
 * The queueing disciplines of all links, with their counters: what `tc -s qdisc` lists.
 *
 * Linux. Needs `--allow-ffi` and `--allow-sys=networkInterfaces`; another namespace needs the whole of
 * `--allow-net`.
 *
 * @example What has dropped
 * ```ts
 * import { qdiscs } from "@berkeley/sockets/netlink";
 *
 * for await (const { dev, kind, drops } of qdiscs()) if (drops! > 0) console.log(dev, kind, drops);
 * ```
 *
 * @param options Filter, and where to look.
 * @returns The queueing disciplines, as a table to iterate over or to take whole.
 * @throws {TypeError} If an option is unknown or of the wrong kind.
 */
export function qdiscs(options: QdiscsOptions = {}): Dump<Qdisc> {
  const action = "list queueing disciplines";
  checkQuery(options, [...NETLINK_KEYS, "dev"], action);
  const { dev } = options;
  return dumpOnce(NETLINK_ROUTE, options, "tables", action, async (transport, wait) => {
    const linkNames = await readLinkNames(transport, wait);
    const index = dev === undefined ? 0 : linkNames.need(dev, action);
    return [{
      type: RTM_GETQDISC,
      payload: (sink) => TCMSG.encode(sink, { tcm_ifindex: index }),
      read(source, at, end) {
        const qdisc = readQdisc(source, at, end, linkNames);
        // The kernel tells those of all links whatever it is asked.
        return index === 0 || qdisc.ifindex === index ? qdisc : undefined;
      },
      action,
      shape: { headerBytes: TCMSG.size, attributes: TCA },
    }];
  });
}

/**
 * The classes of a link's queueing disciplines, with their counters: what `tc -s class` lists.
 *
 * Linux. Needs `--allow-ffi` and `--allow-sys=networkInterfaces`; another namespace needs the whole of
 * `--allow-net`.
 *
 * @example Of the loopback, which has none
 * ```ts
 * import { classes } from "@berkeley/sockets/netlink";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await classes({ dev: "lo" }).toArray(), []);
 * ```
 *
 * @param options The link, and where to look.
 * @returns The classes, as a table to iterate over or to take whole.
 * @throws {TypeError} If an option is unknown or of the wrong kind.
 * @throws {SocketError} `ENODEV` if there is no such link.
 */
export function classes(options: ClassesOptions): Dump<TrafficClass> {
  const action = "list traffic classes";
  checkQuery(options, [...NETLINK_KEYS, "dev"], action);
  someText()(options.dev, action, "dev");
  return dumpOnce(NETLINK_ROUTE, options, "tables", action, async (transport, wait) => {
    const linkNames = await readLinkNames(transport, wait);
    const index = linkNames.need(options.dev, action);
    return [{
      type: RTM_GETTCLASS,
      payload: (sink) => TCMSG.encode(sink, { tcm_ifindex: index }),
      read(source, at, end) {
        const { traffic, info } = readTraffic(source, at, end, linkNames);
        const found: TrafficClass = traffic;
        if (info !== 0) found.leaf = handleText(info);
        return found;
      },
      action,
      shape: { headerBytes: TCMSG.size, attributes: TCA },
    }];
  });
}

/**
 * The filters of a link: what `tc filter show` lists.
 *
 * Linux. Needs `--allow-ffi` and `--allow-sys=networkInterfaces`; another namespace needs the whole of
 * `--allow-net`.
 *
 * @example Of the loopback, which has none
 * ```ts
 * import { filters } from "@berkeley/sockets/netlink";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await filters({ dev: "lo" }).toArray(), []);
 * ```
 *
 * @param options The link and what they belong to, and where to look.
 * @returns The filters, as a table to iterate over or to take whole.
 * @throws {TypeError} If an option is unknown or of the wrong kind.
 * @throws {SocketError} `ENODEV` if there is no such link.
 */
export function filters(options: FiltersOptions): Dump<TrafficFilter> {
  const action = "list traffic filters";
  checkQuery(options, [...NETLINK_KEYS, "dev", "parent"], action);
  someText()(options.dev, action, "dev");
  const { parent = "root" } = options;
  someText()(parent, action, "parent");
  const number = filterParent(parent, action);
  return dumpOnce(NETLINK_ROUTE, options, "tables", action, async (transport, wait) => {
    const linkNames = await readLinkNames(transport, wait);
    const index = linkNames.need(options.dev, action);
    const readOptions = (kind: string, bytes: Uint8Array<ArrayBuffer>) =>
      readFilterOptions(kind, bytes, linkNames);
    return [{
      type: RTM_GETTFILTER,
      payload: (sink) => TCMSG.encode(sink, { tcm_ifindex: index, tcm_parent: number }),
      read(source, at, end) {
        const { traffic, info, handle, chain } = readTraffic(
          source,
          at,
          end,
          linkNames,
          readOptions,
        );
        // TC_H_MAKE(prio << 16, protocol in network order).
        const protocol = (info & 0xff) << 8 | info >> 8 & 0xff;
        const filter: TrafficFilter = { ...traffic, protocol, pref: info >>> 16 };
        filter.handle = filterHandleText(filter.kind, handle);
        if (chain !== undefined) filter.chain = chain;
        return filter;
      },
      action,
      shape: { headerBytes: TCMSG.size, attributes: TCA },
    }];
  });
}
