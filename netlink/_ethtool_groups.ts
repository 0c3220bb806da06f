/**
 * Counters that are alike for all drivers, by the standard that names them: `ethtool -S --groups`
 * (Documentation/networking/ethtool-netlink.rst, "STATS_GET").
 *
 * @module
 */
import { HEADER, RAW_BITSET } from "./_ethtool_attributes.ts";
import * as e from "./abi/ethtool.ts";
import { type AttributeCodec, AttributeError, attributes, eachAttribute } from "./attributes.ts";
import { u32, u64 } from "./_codecs.ts";

/** A standard that names counters: IEEE 802.3 of the PHY, of the MAC and of its control, and RFC 2819. */
export type EthtoolGroup = "eth-phy" | "eth-mac" | "eth-ctrl" | "rmon";

/** All of them, in the order of `ETHTOOL_STATS_ETH_PHY` and so on (linux/ethtool_netlink.h). */
export const ETHTOOL_GROUPS: readonly EthtoolGroup[] = ["eth-phy", "eth-mac", "eth-ctrl", "rmon"];

/** How many packets were of a size: of the histograms of `rmon`. */
export interface PacketSizes {
  /** The least size, in bytes. */
  low: number;
  /** The largest size, in bytes. */
  high: number;
  /** How many packets. */
  val: bigint;
}

/** The counters of a group, by the names that its standard has for them. */
export type EthtoolCounters = Record<string, bigint | PacketSizes[]>;

/** What asks for groups. */
export const GROUPS_QUERY = attributes("ETHTOOL_A_STATS_", {
  header: [e.ETHTOOL_A_STATS_HEADER, HEADER],
  groups: [e.ETHTOOL_A_STATS_GROUPS, RAW_BITSET],
});

/** A group as it comes. */
interface RawGroup {
  /** The set of strings that has the names of its counters. */
  names: number;
  counters: [index: number, value: bigint][];
  rx: PacketSizes[];
  tx: PacketSizes[];
}

const SIZES = attributes("ETHTOOL_A_STATS_GRP_", {
  low: [e.ETHTOOL_A_STATS_GRP_HIST_BKT_LOW, u32, "HIST_BKT_LOW"],
  high: [e.ETHTOOL_A_STATS_GRP_HIST_BKT_HI, u32, "HIST_BKT_HI"],
  val: [e.ETHTOOL_A_STATS_GRP_HIST_VAL, u64, "HIST_VAL"],
});

/** Counters and sizes come one by one, as attributes of the same number. */
const group: AttributeCodec<RawGroup> = {
  decode(source, at, length) {
    const found: RawGroup = { names: 0, counters: [], rx: [], tx: [] };
    eachAttribute(source, at, at + length, (type, start, size) => {
      if (type === e.ETHTOOL_A_STATS_GRP_SS_ID) found.names = u32.decode(source, start, size);
      else if (type === e.ETHTOOL_A_STATS_GRP_STAT) {
        eachAttribute(source, start, start + size, (index, place, bytes) => {
          found.counters.push([index, u64.decode(source, place, bytes)]);
        });
      } else if (type === e.ETHTOOL_A_STATS_GRP_HIST_RX || type === e.ETHTOOL_A_STATS_GRP_HIST_TX) {
        const { low, high, val } = SIZES.decode(source, start, size);
        if (low === undefined || high === undefined || val === undefined) {
          throw new AttributeError("a bucket without its bounds or its value");
        }
        const sizes = type === e.ETHTOOL_A_STATS_GRP_HIST_RX ? found.rx : found.tx;
        sizes.push({ low, high, val });
      }
    });
    return found;
  },
  encode() {
    throw new TypeError("Cannot encode netlink attribute: counters can only be read");
  },
};

/** What answers: one group, as one is asked for at a time. */
export const GROUPS_REPLY = attributes("ETHTOOL_A_STATS_", {
  group: [e.ETHTOOL_A_STATS_GRP, group, "GRP"],
});

/** A group in words; what has no name is kept by its number. */
export function groupWords(raw: RawGroup, names: readonly string[]): EthtoolCounters {
  const words: EthtoolCounters = {};
  for (const [index, value] of raw.counters) words[names[index] ?? `${index}`] = value;
  if (raw.rx.length > 0) words["rx-pktsNtoM"] = raw.rx;
  if (raw.tx.length > 0) words["tx-pktsNtoM"] = raw.tx;
  return words;
}
