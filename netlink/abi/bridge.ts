/**
 * Bridges: forwarding, VLANs of ports and multicast groups.
 *
 * @module
 */

// linux/rtnetlink.h
export const RTM_SETLINK = 19;
export const RTM_NEWMDB = 84;
export const RTM_DELMDB = 85;
export const RTM_GETMDB = 86;
export const RTEXT_FILTER_BRVLAN = 2;

// linux/if_bridge.h
export const BRIDGE_FLAGS_SELF = 2;
export const IFLA_BRIDGE_FLAGS = 0;
export const IFLA_BRIDGE_VLAN_INFO = 2;
export const BRIDGE_VLAN_INFO_PVID = 2;
export const BRIDGE_VLAN_INFO_UNTAGGED = 4;
export const BRIDGE_VLAN_INFO_RANGE_BEGIN = 8;
export const BRIDGE_VLAN_INFO_RANGE_END = 16;
export const MDBA_MDB = 1;
export const MDBA_ROUTER = 2;
export const MDBA_MDB_ENTRY = 1;
export const MDBA_MDB_ENTRY_INFO = 1;
export const MDBA_MDB_EATTR_TIMER = 1;
export const MDBA_MDB_EATTR_GROUP_MODE = 3;
export const MDBA_MDB_EATTR_SOURCE = 4;
export const MDBA_MDB_EATTR_RTPROT = 5;
export const MDBA_SET_ENTRY = 1;
export const MDB_PERMANENT = 1;
export const MDB_FLAGS_OFFLOAD = 1;
export const MDB_FLAGS_FAST_LEAVE = 2;
