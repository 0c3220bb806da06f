/**
 * Filters of traffic control and their actions: attributes.
 *
 * @module
 */

// linux/pkt_cls.h
export const TCA_U32_CLASSID = 1;
export const TCA_U32_DIVISOR = 4;
export const TCA_U32_SEL = 5;
export const TCA_U32_ACT = 7;
export const TCA_U32_PCNT = 9;
export const TCA_U32_FLAGS = 11;
export const TCA_U32_HASH = 2;
export const TCA_FW_CLASSID = 1;
export const TCA_FW_ACT = 4;
export const TCA_FW_MASK = 5;
export const TCA_BASIC_CLASSID = 1;
export const TCA_BASIC_ACT = 3;
export const TCA_BASIC_PCNT = 5;
export const TCA_MATCHALL_CLASSID = 1;
export const TCA_MATCHALL_ACT = 2;
export const TCA_MATCHALL_FLAGS = 3;
export const TCA_MATCHALL_PCNT = 4;
export const TCA_FLOWER_CLASSID = 1;
export const TCA_FLOWER_INDEV = 2;
export const TCA_FLOWER_ACT = 3;
export const TCA_FLOWER_KEY_ETH_DST = 4;
export const TCA_FLOWER_KEY_ETH_DST_MASK = 5;
export const TCA_FLOWER_KEY_ETH_SRC = 6;
export const TCA_FLOWER_KEY_ETH_SRC_MASK = 7;
export const TCA_FLOWER_KEY_ETH_TYPE = 8;
export const TCA_FLOWER_KEY_IP_PROTO = 9;
export const TCA_FLOWER_KEY_IPV4_SRC = 10;
export const TCA_FLOWER_KEY_IPV4_SRC_MASK = 11;
export const TCA_FLOWER_KEY_IPV4_DST = 12;
export const TCA_FLOWER_KEY_IPV4_DST_MASK = 13;
export const TCA_FLOWER_KEY_IPV6_SRC = 14;
export const TCA_FLOWER_KEY_IPV6_SRC_MASK = 15;
export const TCA_FLOWER_KEY_IPV6_DST = 16;
export const TCA_FLOWER_KEY_IPV6_DST_MASK = 17;
export const TCA_FLOWER_KEY_TCP_SRC = 18;
export const TCA_FLOWER_KEY_TCP_SRC_MASK = 35;
export const TCA_FLOWER_KEY_TCP_DST = 19;
export const TCA_FLOWER_KEY_TCP_DST_MASK = 36;
export const TCA_FLOWER_KEY_UDP_SRC = 20;
export const TCA_FLOWER_KEY_UDP_SRC_MASK = 37;
export const TCA_FLOWER_KEY_UDP_DST = 21;
export const TCA_FLOWER_KEY_UDP_DST_MASK = 38;
export const TCA_FLOWER_KEY_SCTP_SRC = 41;
export const TCA_FLOWER_KEY_SCTP_SRC_MASK = 39;
export const TCA_FLOWER_KEY_SCTP_DST = 42;
export const TCA_FLOWER_KEY_SCTP_DST_MASK = 40;
export const TCA_FLOWER_FLAGS = 22;
export const TCA_FLOWER_KEY_VLAN_ID = 23;
export const TCA_FLOWER_KEY_VLAN_PRIO = 24;
export const TCA_ACT_KIND = 1;
export const TCA_ACT_OPTIONS = 2;
export const TCA_GACT_PARMS = 2;
export const TCA_CLS_FLAGS_SKIP_HW = 1;
export const TCA_CLS_FLAGS_SKIP_SW = 2;
export const TCA_CLS_FLAGS_IN_HW = 4;
export const TCA_CLS_FLAGS_NOT_IN_HW = 8;
export const TCA_FLOWER_IN_HW_COUNT = 86;
export const TCA_BASIC_EMATCHES = 2;

// linux/tc_act/tc_mirred.h
export const TCA_MIRRED_PARMS = 2;
export const TCA_EGRESS_REDIR = 1;
export const TCA_EGRESS_MIRROR = 2;
export const TCA_INGRESS_REDIR = 3;
export const TCA_INGRESS_MIRROR = 4;
// linux/tc_act/tc_vlan.h
export const TCA_VLAN_PARMS = 2;
export const TCA_VLAN_PUSH_VLAN_ID = 3;
export const TCA_VLAN_PUSH_VLAN_PROTOCOL = 4;
export const TCA_VLAN_PUSH_VLAN_PRIORITY = 6;
export const TCA_VLAN_ACT_POP = 1;
export const TCA_VLAN_ACT_PUSH = 2;
export const TCA_VLAN_ACT_MODIFY = 3;
// linux/tc_act/tc_skbedit.h
export const TCA_SKBEDIT_PARMS = 2;
export const TCA_SKBEDIT_PRIORITY = 3;
export const TCA_SKBEDIT_QUEUE_MAPPING = 4;
export const TCA_SKBEDIT_MARK = 5;
export const TCA_SKBEDIT_PTYPE = 7;
export const TCA_SKBEDIT_MASK = 8;
// linux/pkt_cls.h
export const TCA_POLICE_TBF = 1;
export const TCA_POLICE_RATE = 2;
export const TCA_POLICE_RESULT = 5;
export const TCA_POLICE_RATE64 = 8;
