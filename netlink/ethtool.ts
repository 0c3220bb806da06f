/**
 * What the hardware of a link can do and does: the netlink part of `ethtool`.
 *
 * @module
 */
import { isSocketError } from "../core/errors.ts";
import { checkLinkName } from "./_change_words.ts";
import { requestOn } from "./_request.ts";
import { checkQuery, NETLINK_KEYS, type NetlinkOptions, withSession } from "./_session.ts";
import * as e from "./abi/ethtool.ts";
import { NETLINK_GENERIC } from "./abi/netlink.ts";
import {
  type AttributeCodec,
  type AttributeRows,
  attributes,
  type AttributeTable,
  writeAttribute,
} from "./attributes.ts";
import { bool8, flag, list, names, text, u32, u8 } from "./codecs.ts";
import { findFamily, GENLMSGHDR } from "./generic.ts";

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
  rings?: { rx?: number; tx?: number; rx_max?: number; tx_max?: number };
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
  /** Offloads that are on, by name, and those that could be changed. */
  features?: { active: string[]; changeable: string[] };
}

const HEADER = attributes("ETHTOOL_A_HEADER_", {
  dev_index: [e.ETHTOOL_A_HEADER_DEV_INDEX, u32],
  dev_name: [e.ETHTOOL_A_HEADER_DEV_NAME, text],
  flags: [e.ETHTOOL_A_HEADER_FLAGS, u32],
});

/** A set of bits with their names (Documentation/networking/ethtool-netlink.rst, "Bit sets"). */
interface BitSet {
  /** Names of the bits that are there at all: the mask. */
  known: string[];
  /** Names of those that are set. */
  set: string[];
}
const BIT = attributes("ETHTOOL_A_BITSET_BIT_", {
  index: [e.ETHTOOL_A_BITSET_BIT_INDEX, u32],
  name: [e.ETHTOOL_A_BITSET_BIT_NAME, text],
  value: [e.ETHTOOL_A_BITSET_BIT_VALUE, flag],
});
const RAW_BITSET = attributes("ETHTOOL_A_BITSET_", {
  nomask: [e.ETHTOOL_A_BITSET_NOMASK, flag],
  size: [e.ETHTOOL_A_BITSET_SIZE, u32],
  bits: [e.ETHTOOL_A_BITSET_BITS, list(BIT)],
});
const bitset: AttributeCodec<BitSet> = {
  within: RAW_BITSET,
  decode(source, at, length) {
    const { bits = [], nomask } = RAW_BITSET.decode(source, at, length);
    const nameOf = ({ name, index }: { name?: string; index?: number }) => name ?? `${index}`;
    return {
      known: bits.map(nameOf),
      set: bits.filter(({ value }) => nomask || value).map(nameOf),
    };
  },
  encode() {
    throw new TypeError("Cannot encode netlink attribute: a bit set can only be read");
  },
};

/** linux/ethtool.h, PORT_* and DUPLEX_*. */
const PORTS = ["Twisted Pair", "AUI", "MII", "FIBRE", "BNC", "Direct Attach Copper"];
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
  tx_max: [e.ETHTOOL_A_RINGS_TX_MAX, u32],
  rx: [e.ETHTOOL_A_RINGS_RX, u32],
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
 * What the hardware of a link can do and does: what `ethtool`, `ethtool -g`, `-l` and `-k` show.
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
export async function ethtool(dev: string, options: NetlinkOptions = {}): Promise<EthtoolInfo> {
  checkLinkName(dev, "ask ethtool", "dev");
  const action = `ask ethtool about ${dev}`;
  checkQuery(options, NETLINK_KEYS, action);
  return await withSession(NETLINK_GENERIC, options, "tables", action, async (transport, wait) => {
    const family = await findFamily(transport, "ethtool", wait);
    /** A message of this link; what its driver has not is left out. */
    async function ask<R extends AttributeRows>(command: number, table: AttributeTable<R>) {
      try {
        const [reply] = await requestOn(transport, {
          type: family.id,
          payload(sink) {
            GENLMSGHDR.encode(sink, { cmd: command, version: e.ETHTOOL_GENL_VERSION });
            // The header is attribute 1 of every message.
            writeAttribute(
              sink,
              e.ETHTOOL_A_LINKINFO_HEADER,
              HEADER,
              { dev_name: dev },
              "header",
            );
          },
          read: (source, at, end) =>
            table.decode(source, at + GENLMSGHDR.size, end - at - GENLMSGHDR.size),
          action,
          shape: { headerBytes: GENLMSGHDR.size, attributes: table },
        }, wait);
        return reply;
      } catch (error) {
        if (isSocketError(error, "EOPNOTSUPP")) return undefined;
        throw error;
      }
    }
    const state = await ask(e.ETHTOOL_MSG_LINKSTATE_GET, LINKSTATE);
    const kind = await ask(e.ETHTOOL_MSG_LINKINFO_GET, LINKINFO);
    const modes = await ask(e.ETHTOOL_MSG_LINKMODES_GET, LINKMODES);
    const rings = await ask(e.ETHTOOL_MSG_RINGS_GET, RINGS);
    const channels = await ask(e.ETHTOOL_MSG_CHANNELS_GET, CHANNELS);
    const features = await ask(e.ETHTOOL_MSG_FEATURES_GET, FEATURES);
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
      info.features = { active: features.active.set, changeable: features.hw?.set ?? [] };
    }
    return info;
  });
}

/** Without what a newer kernel says beside. */
function plain<T extends { unknown?: unknown }>(values: T): Omit<T, "unknown"> {
  const { unknown: _, ...rest } = values;
  return rest;
}
