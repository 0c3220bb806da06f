/**
 * Ethtool over generic netlink: messages and attributes.
 *
 * @module
 */

// linux/ethtool.h, linux/sockios.h: the counters of a driver
export const ETH_SS_STATS = 1;
export const ETHTOOL_GSTATS = 29;
export const SIOCETHTOOL = 35142;

// linux/ethtool_netlink.h
export const ETHTOOL_GENL_VERSION = 1;
export const ETHTOOL_MSG_STRSET_GET = 1;
export const ETHTOOL_MSG_LINKINFO_GET = 2;
export const ETHTOOL_MSG_LINKMODES_GET = 4;
export const ETHTOOL_MSG_LINKSTATE_GET = 6;
export const ETHTOOL_MSG_FEATURES_GET = 11;
export const ETHTOOL_MSG_RINGS_GET = 15;
export const ETHTOOL_MSG_CHANNELS_GET = 17;
export const ETHTOOL_A_HEADER_DEV_INDEX = 1;
export const ETHTOOL_A_HEADER_DEV_NAME = 2;
export const ETHTOOL_A_HEADER_FLAGS = 3;
export const ETHTOOL_A_BITSET_NOMASK = 1;
export const ETHTOOL_A_BITSET_SIZE = 2;
export const ETHTOOL_A_BITSET_BITS = 3;
export const ETHTOOL_A_BITSET_BIT_INDEX = 1;
export const ETHTOOL_A_BITSET_BIT_NAME = 2;
export const ETHTOOL_A_BITSET_BIT_VALUE = 3;
export const ETHTOOL_A_BITSET_VALUE = 4;
export const ETHTOOL_A_BITSET_MASK = 5;
export const ETHTOOL_A_STRSET_HEADER = 1;
export const ETHTOOL_A_STRSET_STRINGSETS = 2;
export const ETHTOOL_A_STRINGSETS_STRINGSET = 1;
export const ETHTOOL_A_STRINGSET_ID = 1;
export const ETHTOOL_A_STRINGSET_COUNT = 2;
export const ETHTOOL_A_STRINGSET_STRINGS = 3;
export const ETHTOOL_A_STRINGS_STRING = 1;
export const ETHTOOL_A_STRING_INDEX = 1;
export const ETHTOOL_A_STRING_VALUE = 2;
export const ETHTOOL_A_LINKINFO_HEADER = 1;
export const ETHTOOL_A_LINKINFO_PORT = 2;
export const ETHTOOL_A_LINKINFO_PHYADDR = 3;
export const ETHTOOL_A_LINKINFO_TP_MDIX = 4;
export const ETHTOOL_A_LINKINFO_TP_MDIX_CTRL = 5;
export const ETHTOOL_A_LINKINFO_TRANSCEIVER = 6;
export const ETHTOOL_A_LINKMODES_HEADER = 1;
export const ETHTOOL_A_LINKMODES_AUTONEG = 2;
export const ETHTOOL_A_LINKMODES_OURS = 3;
export const ETHTOOL_A_LINKMODES_PEER = 4;
export const ETHTOOL_A_LINKMODES_SPEED = 5;
export const ETHTOOL_A_LINKMODES_DUPLEX = 6;
export const ETHTOOL_A_LINKMODES_LANES = 9;
export const ETHTOOL_A_LINKSTATE_HEADER = 1;
export const ETHTOOL_A_LINKSTATE_LINK = 2;
export const ETHTOOL_A_FEATURES_HEADER = 1;
export const ETHTOOL_A_FEATURES_HW = 2;
export const ETHTOOL_A_FEATURES_WANTED = 3;
export const ETHTOOL_A_FEATURES_ACTIVE = 4;
export const ETHTOOL_A_FEATURES_NOCHANGE = 5;
export const ETHTOOL_A_RINGS_HEADER = 1;
export const ETHTOOL_A_RINGS_RX_MAX = 2;
export const ETHTOOL_A_RINGS_RX_MINI_MAX = 3;
export const ETHTOOL_A_RINGS_RX_JUMBO_MAX = 4;
export const ETHTOOL_A_RINGS_TX_MAX = 5;
export const ETHTOOL_A_RINGS_RX = 6;
export const ETHTOOL_A_RINGS_RX_MINI = 7;
export const ETHTOOL_A_RINGS_RX_JUMBO = 8;
export const ETHTOOL_A_RINGS_TX = 9;
export const ETHTOOL_A_CHANNELS_HEADER = 1;
export const ETHTOOL_A_CHANNELS_RX_MAX = 2;
export const ETHTOOL_A_CHANNELS_TX_MAX = 3;
export const ETHTOOL_A_CHANNELS_OTHER_MAX = 4;
export const ETHTOOL_A_CHANNELS_COMBINED_MAX = 5;
export const ETHTOOL_A_CHANNELS_RX_COUNT = 6;
export const ETHTOOL_A_CHANNELS_TX_COUNT = 7;
export const ETHTOOL_A_CHANNELS_OTHER_COUNT = 8;
export const ETHTOOL_A_CHANNELS_COMBINED_COUNT = 9;
export const ETHTOOL_MSG_STATS_GET = 32;
export const ETHTOOL_A_STATS_HEADER = 2;
export const ETHTOOL_A_STATS_GROUPS = 3;
export const ETHTOOL_A_STATS_GRP = 4;
export const ETHTOOL_A_STATS_GRP_SS_ID = 3;
export const ETHTOOL_A_STATS_GRP_STAT = 4;
export const ETHTOOL_A_STATS_GRP_HIST_RX = 5;
export const ETHTOOL_A_STATS_GRP_HIST_TX = 6;
export const ETHTOOL_A_STATS_GRP_HIST_BKT_LOW = 7;
export const ETHTOOL_A_STATS_GRP_HIST_BKT_HI = 8;
export const ETHTOOL_A_STATS_GRP_HIST_VAL = 9;
