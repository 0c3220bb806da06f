/**
 * What the hardware of a link can do and does: the netlink part of `ethtool`.
 *
 * @module
 */
import { isSocketError, socketError } from "../core/errors.ts";
import { list, oneOf } from "../core/arguments.ts";
import { checkLinkName } from "./_change_words.ts";
import { bitset, QUERY } from "./_ethtool_attributes.ts";
import { readCounters } from "./_ethtool_counters.ts";
import {
  ETHTOOL_GROUPS,
  type EthtoolCounters,
  type EthtoolGroup,
  GROUPS_QUERY,
  GROUPS_REPLY,
  groupWords,
} from "./_ethtool_groups.ts";
import { genericRequest } from "./_generic_call.ts";
import { requestOn } from "./_request.ts";
import { checkQuery, NETLINK_KEYS, type NetlinkOptions, withSession } from "./_session.ts";
import type { Transport } from "./_transport.ts";
import * as e from "./abi/ethtool.ts";
import { NETLINK_GENERIC } from "./abi/netlink.ts";
import {
  type AttributeRows,
  attributes,
  type AttributeTable,
  type AttributeValues,
} from "./attributes.ts";
import { bool8, names, u32, u8 } from "./_codecs.ts";
import { findFamily } from "./generic.ts";

/** What a link's hardware can do and does. What the driver does not tell is absent. */
export interface EthtoolInfo {
  /** Whether there is a carrier. */
  link?: boolean;
  /** How it is plugged: `"Twisted Pair"`, `"FIBRE"`, … */
  port?: string;
  /** Megabits per second. */
  speed?: number;
  /** `"half"` or `"full"`. */
  duplex?: string;
  /** Whether speed and duplex are negotiated. */
  autoneg?: boolean;
  /** The modes that it has, and those that it offers. */
  modes?: { supported: string[]; advertised: string[] };
  /** The modes that the other end offers. */
  peer?: string[];
  /** Slots of the receive and transmit rings: now and at most. */
  rings?: {
    /** Slots to receive. */
    rx?: number;
    /** Slots to receive small packets. */
    rx_mini?: number;
    /** Slots to receive large packets. */
    rx_jumbo?: number;
    /** Slots to send. */
    tx?: number;
    /** The most slots to receive. */
    rx_max?: number;
    /** The most slots to receive small packets. */
    rx_mini_max?: number;
    /** The most slots to receive large packets. */
    rx_jumbo_max?: number;
    /** The most slots to send. */
    tx_max?: number;
  };
  /** Queues: now and at most. */
  channels?: {
    /** Queues that receive. */
    rx_count?: number;
    /** Queues that send. */
    tx_count?: number;
    /** Queues for something else. */
    other_count?: number;
    /** Queues that do both. */
    combined_count?: number;
    /** The most queues that receive. */
    rx_max?: number;
    /** The most queues that send. */
    tx_max?: number;
    /** The most queues for something else. */
    other_max?: number;
    /** The most queues that do both. */
    combined_max?: number;
  };
  /** Offloads by name: all that the kernel has, those that are on, and those that could be changed. */
  features?: { known: string[]; active: string[]; changeable: string[] };
  /** The counters of the driver by its names, if they were asked for: `ethtool -S`. */
  statistics?: Record<string, bigint>;
  /**
   * The counters of standards, by their names, if they were asked for: `ethtool -S --groups`. A group that
   * the driver does not keep is empty.
   */
  groups?: Partial<Record<EthtoolGroup, EthtoolCounters>>;
}

/** Options of {@linkcode ethtool}. */
export interface EthtoolOptions extends NetlinkOptions {
  /** Tell the driver's counters too (`statistics`). Default: false. */
  stats?: boolean;
  /** Tell the counters of these standards too (`groups`). Default: none. Since Linux 5.13. */
  groups?: readonly EthtoolGroup[];
}

/** linux/ethtool.h, PORT_* and DUPLEX_*. */
const PORTS: (string | undefined)[] = ["Twisted Pair", "AUI", "MII", "FIBRE", "BNC"];
PORTS[0x05] = "Direct Attach Copper";
PORTS[0xef] = "None";
PORTS[0xff] = "Other";
const DUPLEXES = ["half", "full"];
/** linux/ethtool.h: SPEED_UNKNOWN. */
const SPEED_UNKNOWN = 0xffffffff;
const DUPLEX_UNKNOWN = "255";

const LINKINFO = attributes("ETHTOOL_A_LINKINFO_", {
  port: [e.ETHTOOL_A_LINKINFO_PORT, names(u8, PORTS)],
});
const LINKMODES = attributes("ETHTOOL_A_LINKMODES_", {
  autoneg: [e.ETHTOOL_A_LINKMODES_AUTONEG, bool8],
  ours: [e.ETHTOOL_A_LINKMODES_OURS, bitset],
  peer: [e.ETHTOOL_A_LINKMODES_PEER, bitset],
  speed: [e.ETHTOOL_A_LINKMODES_SPEED, u32],
  duplex: [e.ETHTOOL_A_LINKMODES_DUPLEX, names(u8, DUPLEXES)],
});
const LINKSTATE = attributes("ETHTOOL_A_LINKSTATE_", {
  link: [e.ETHTOOL_A_LINKSTATE_LINK, bool8],
});
const RINGS = attributes("ETHTOOL_A_RINGS_", {
  rx_max: [e.ETHTOOL_A_RINGS_RX_MAX, u32],
  rx_mini_max: [e.ETHTOOL_A_RINGS_RX_MINI_MAX, u32],
  rx_jumbo_max: [e.ETHTOOL_A_RINGS_RX_JUMBO_MAX, u32],
  tx_max: [e.ETHTOOL_A_RINGS_TX_MAX, u32],
  rx: [e.ETHTOOL_A_RINGS_RX, u32],
  rx_mini: [e.ETHTOOL_A_RINGS_RX_MINI, u32],
  rx_jumbo: [e.ETHTOOL_A_RINGS_RX_JUMBO, u32],
  tx: [e.ETHTOOL_A_RINGS_TX, u32],
});
const CHANNELS = attributes("ETHTOOL_A_CHANNELS_", {
  rx_max: [e.ETHTOOL_A_CHANNELS_RX_MAX, u32],
  tx_max: [e.ETHTOOL_A_CHANNELS_TX_MAX, u32],
  other_max: [e.ETHTOOL_A_CHANNELS_OTHER_MAX, u32],
  combined_max: [e.ETHTOOL_A_CHANNELS_COMBINED_MAX, u32],
  rx_count: [e.ETHTOOL_A_CHANNELS_RX_COUNT, u32],
  tx_count: [e.ETHTOOL_A_CHANNELS_TX_COUNT, u32],
  other_count: [e.ETHTOOL_A_CHANNELS_OTHER_COUNT, u32],
  combined_count: [e.ETHTOOL_A_CHANNELS_COMBINED_COUNT, u32],
});
const FEATURES = attributes("ETHTOOL_A_FEATURES_", {
  hw: [e.ETHTOOL_A_FEATURES_HW, bitset],
  wanted: [e.ETHTOOL_A_FEATURES_WANTED, bitset],
  active: [e.ETHTOOL_A_FEATURES_ACTIVE, bitset],
  nochange: [e.ETHTOOL_A_FEATURES_NOCHANGE, bitset],
});

/**
 * What the hardware of a link can do and does: what `ethtool`, `ethtool -g`, `-l`, `-k` and `-S` show.
 *
 * Linux 5.6. Needs `--allow-ffi` and `--allow-sys=networkInterfaces`; another namespace needs the whole
 * of `--allow-net`.
 *
 * @example Whether there is a carrier
 * ```ts
 * import { ethtool } from "@berkeley/sockets/netlink";
 * import { assert } from "@std/assert";
 *
 * const { link, features } = await ethtool("lo");
 * assert(typeof link === "boolean" && features!.active.length > 0);
 * ```
 *
 * @param dev The link, by name.
 * @param options Where to look.
 * @returns What the driver tells.
 * @throws {TypeError} If the name or an option is of the wrong kind.
 * @throws {NetlinkError} `ENODEV` if there is no such link, `ENOENT` if the kernel lacks the family.
 */
export async function ethtool(dev: string, options: EthtoolOptions = {}): Promise<EthtoolInfo> {
  checkLinkName(dev, "ask ethtool", "dev");
  const action = `ask ethtool about ${dev}`;
  checkQuery(options, [...NETLINK_KEYS, "stats", "groups"], action);
  const groups = list(oneOf(...ETHTOOL_GROUPS))(options.groups ?? [], action, "groups");
  return await withSession(NETLINK_GENERIC, options, "tables", action, async (transport, wait) => {
    const { id } = await findFamily(transport, "ethtool", wait);
    const ask = async <Q extends AttributeRows, R extends AttributeRows>(
      command: number,
      query: AttributeTable<Q>,
      reply: AttributeTable<R>,
      more: Partial<AttributeValues<Q>> = {},
    ): Promise<AttributeValues<R> | undefined> => {
      try {
        const [found] = await requestOn(
          transport,
          genericRequest({
            family: id,
            command,
            version: e.ETHTOOL_GENL_VERSION,
            query,
            values: { ...more, header: { dev_name: dev } } as AttributeValues<Q>,
            reply,
            read: (values) => values,
            action,
          }),
          wait,
        );
        return found;
      } catch (error) {
        // What its driver has not is left out.
        if (isSocketError(error, "EOPNOTSUPP")) return undefined;
        throw error;
      }
    };
    const info = await readInfo(ask);
    if (options.stats) info.statistics = await readStatistics(ask, transport, dev, action);
    if (options.groups !== undefined) info.groups = await readGroups(ask, groups);
    return info;
  });
}

/** A message about the link; `undefined` if its driver has no answer. */
type Ask = <Q extends AttributeRows, R extends AttributeRows>(
  command: number,
  query: AttributeTable<Q>,
  reply: AttributeTable<R>,
  more?: Partial<AttributeValues<Q>>,
) => Promise<AttributeValues<R> | undefined>;

/** The names of a set. */
async function namesOf(ask: Ask, id: number): Promise<string[]> {
  const sets = await ask(e.ETHTOOL_MSG_STRSET_GET, QUERY, QUERY, { stringsets: [{ id }] });
  return (sets?.stringsets?.[0]?.strings ?? []).map(({ value = "" }) => value);
}

/** One group at a time, since several would come under one number. */
async function readGroups(
  ask: Ask,
  groups: readonly EthtoolGroup[],
): Promise<Partial<Record<EthtoolGroup, EthtoolCounters>>> {
  const found: Partial<Record<EthtoolGroup, EthtoolCounters>> = {};
  for (const name of groups) {
    const bits = { groups: { nomask: true, bits: [{ name }] } };
    const reply = await ask(e.ETHTOOL_MSG_STATS_GET, GROUPS_QUERY, GROUPS_REPLY, bits);
    const raw = reply?.group;
    if (raw !== undefined) found[name] = groupWords(raw, await namesOf(ask, raw.names));
  }
  return found;
}

async function readInfo(ask: Ask): Promise<EthtoolInfo> {
  const state = await ask(e.ETHTOOL_MSG_LINKSTATE_GET, QUERY, LINKSTATE);
  const kind = await ask(e.ETHTOOL_MSG_LINKINFO_GET, QUERY, LINKINFO);
  const modes = await ask(e.ETHTOOL_MSG_LINKMODES_GET, QUERY, LINKMODES);
  const rings = await ask(e.ETHTOOL_MSG_RINGS_GET, QUERY, RINGS);
  const channels = await ask(e.ETHTOOL_MSG_CHANNELS_GET, QUERY, CHANNELS);
  const features = await ask(e.ETHTOOL_MSG_FEATURES_GET, QUERY, FEATURES);
  const info: EthtoolInfo = {};
  if (state?.link !== undefined) info.link = state.link;
  if (kind?.port !== undefined) info.port = kind.port;
  if (modes !== undefined) {
    if (modes.speed !== undefined && modes.speed !== SPEED_UNKNOWN) info.speed = modes.speed;
    if (modes.duplex !== undefined && modes.duplex !== DUPLEX_UNKNOWN) info.duplex = modes.duplex;
    if (modes.autoneg !== undefined) info.autoneg = modes.autoneg;
    if (modes.ours !== undefined) {
      info.modes = { supported: modes.ours.known, advertised: modes.ours.set };
    }
    if (modes.peer !== undefined) info.peer = modes.peer.set;
  }
  if (rings !== undefined) info.rings = plain(rings);
  if (channels !== undefined) info.channels = plain(channels);
  if (features?.active !== undefined) {
    const { known = [], set = [] } = features.hw ?? {};
    info.features = { known, active: features.active.set, changeable: set };
  }
  return info;
}

/** How often counters that come and go with queues are asked for. */
const MOST_ATTEMPTS = 5;

async function readStatistics(
  ask: Ask,
  transport: Transport,
  dev: string,
  action: string,
): Promise<Record<string, bigint>> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const names = await namesOf(ask, e.ETH_SS_STATS);
    if (names.length === 0) return {};
    const values = readCounters(transport, dev, names.length);
    if (values !== undefined) {
      return Object.fromEntries(names.map((name, i) => [name.trim(), values[i]]));
    }
  }
  throw socketError("EAGAIN", { syscall: action, message: "the counters come and go" });
}

/** Without what a newer kernel says beside. */
function plain<T extends { unknown?: unknown }>(values: T): Omit<T, "unknown"> {
  const { unknown: _, ...rest } = values;
  return rest;
}
