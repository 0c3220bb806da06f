/**
 * What each kind of link has beside the common: attributes by kind, in the words of `ip -j -d link`.
 *
 * @module
 */
import * as l from "./abi/link.ts";
import {
  type AttributeCodec,
  AttributeError,
  type AttributeRows,
  attributes,
  type AttributeTable,
  writeAttribute,
} from "./attributes.ts";
import {
  be16,
  be32,
  bitNames,
  bitsOf,
  bool8,
  decodeHex,
  flag,
  hardware,
  ip,
  list,
  names,
  parseHex,
  s32,
  struct,
  u16,
  u32,
  u64n,
  u8,
} from "./_codecs.ts";

/** A kind's attributes, and how its words differ from them. */
export interface LinkKind {
  /** The attributes, by words of `ip` where there is one for one. */
  readonly table: AttributeTable<AttributeRows>;
  /** Attributes that hold the index of a link, told by its name. */
  readonly links?: readonly string[];
  /** Words that are there only if true. */
  readonly onlyTrue?: readonly string[];
  /** What `ip` tells in one word and the kernel in several attributes. */
  readonly toWords?: (data: Record<string, unknown>) => void;
  /** The other way, on a copy. */
  readonly fromWords?: (data: Record<string, unknown>) => void;
}

/** EtherTypes of VLAN tags (linux/if_ether.h, ETH_P_8021Q and ETH_P_8021AD). */
const vlanProtocol: AttributeCodec<string> = {
  decode(source, at, length) {
    const value = be16.decode(source, at, length);
    return VLAN_PROTOCOLS.find(([number]) => number === value)?.[1] ?? `0x${value.toString(16)}`;
  },
  encode(sink, value) {
    const row = VLAN_PROTOCOLS.find(([, name]) => name.toLowerCase() === value.toLowerCase());
    if (row === undefined) throw new TypeError(`Cannot encode VLAN protocol: "${value}"`);
    be16.encode(sink, row[0]);
  },
};
const VLAN_PROTOCOLS: readonly (readonly [number, string])[] = [
  [0x8100, "802.1Q"],
  [0x88a8, "802.1ad"],
];

/** Timers in ticks of a hundredth of a second, told in seconds. */
const seconds: AttributeCodec<number> = {
  decode: (source, at, length) => u64n.decode(source, at, length) / 100,
  encode: (sink, value) => u64n.encode(sink, Math.round(value * 100)),
};

/** struct ifla_bridge_id (linux/if_link.h): two bytes of priority, six of address. */
const bridgeId: AttributeCodec<string> = {
  decode(source, at, length) {
    if (length < 8) throw new AttributeError(`${length} bytes, 8 are needed`);
    return `${decodeHex(source, at, 2, "")}.${decodeHex(source, at + 2, 6)}`;
  },
  encode() {
    throw new TypeError("Cannot encode netlink attribute: a bridge's id can only be read");
  },
};

/** struct br_boolopt_multi (linux/if_bridge.h), and its bits. */
const BOOLOPT = struct({ optval: "u32", optmask: "u32" });
const BOOLOPT_BITS = ["no_linklocal_learn", "mcast_vlan_snooping", "mst_enabled"] as const;

const BRIDGE: LinkKind = {
  table: attributes("IFLA_BR_", {
    forward_delay: [l.IFLA_BR_FORWARD_DELAY, u32],
    hello_time: [l.IFLA_BR_HELLO_TIME, u32],
    max_age: [l.IFLA_BR_MAX_AGE, u32],
    ageing_time: [l.IFLA_BR_AGEING_TIME, u32],
    stp_state: [l.IFLA_BR_STP_STATE, u32],
    priority: [l.IFLA_BR_PRIORITY, u16],
    vlan_filtering: [l.IFLA_BR_VLAN_FILTERING, u8],
    vlan_protocol: [l.IFLA_BR_VLAN_PROTOCOL, vlanProtocol],
    bridge_id: [l.IFLA_BR_BRIDGE_ID, bridgeId],
    root_id: [l.IFLA_BR_ROOT_ID, bridgeId],
    root_port: [l.IFLA_BR_ROOT_PORT, u16],
    root_path_cost: [l.IFLA_BR_ROOT_PATH_COST, u32],
    topology_change: [l.IFLA_BR_TOPOLOGY_CHANGE, u8],
    topology_change_detected: [l.IFLA_BR_TOPOLOGY_CHANGE_DETECTED, u8],
    hello_timer: [l.IFLA_BR_HELLO_TIMER, seconds],
    tcn_timer: [l.IFLA_BR_TCN_TIMER, seconds],
    topology_change_timer: [l.IFLA_BR_TOPOLOGY_CHANGE_TIMER, seconds],
    gc_timer: [l.IFLA_BR_GC_TIMER, seconds],
    vlan_default_pvid: [l.IFLA_BR_VLAN_DEFAULT_PVID, u16],
    vlan_stats_enabled: [l.IFLA_BR_VLAN_STATS_ENABLED, u8],
    vlan_stats_per_port: [l.IFLA_BR_VLAN_STATS_PER_PORT, u8],
    group_fwd_mask: [l.IFLA_BR_GROUP_FWD_MASK, u16],
    group_addr: [l.IFLA_BR_GROUP_ADDR, hardware],
    mcast_snooping: [l.IFLA_BR_MCAST_SNOOPING, u8],
    options: [l.IFLA_BR_MULTI_BOOLOPT, BOOLOPT, "MULTI_BOOLOPT"],
    mcast_router: [l.IFLA_BR_MCAST_ROUTER, u8],
    mcast_query_use_ifaddr: [l.IFLA_BR_MCAST_QUERY_USE_IFADDR, u8],
    mcast_querier: [l.IFLA_BR_MCAST_QUERIER, u8],
    mcast_hash_elasticity: [l.IFLA_BR_MCAST_HASH_ELASTICITY, u32],
    mcast_hash_max: [l.IFLA_BR_MCAST_HASH_MAX, u32],
    mcast_last_member_cnt: [l.IFLA_BR_MCAST_LAST_MEMBER_CNT, u32],
    mcast_startup_query_cnt: [l.IFLA_BR_MCAST_STARTUP_QUERY_CNT, u32],
    mcast_last_member_intvl: [l.IFLA_BR_MCAST_LAST_MEMBER_INTVL, u64n],
    mcast_membership_intvl: [l.IFLA_BR_MCAST_MEMBERSHIP_INTVL, u64n],
    mcast_querier_intvl: [l.IFLA_BR_MCAST_QUERIER_INTVL, u64n],
    mcast_query_intvl: [l.IFLA_BR_MCAST_QUERY_INTVL, u64n],
    mcast_query_response_intvl: [l.IFLA_BR_MCAST_QUERY_RESPONSE_INTVL, u64n],
    mcast_startup_query_intvl: [l.IFLA_BR_MCAST_STARTUP_QUERY_INTVL, u64n],
    mcast_stats_enabled: [l.IFLA_BR_MCAST_STATS_ENABLED, u8],
    mcast_igmp_version: [l.IFLA_BR_MCAST_IGMP_VERSION, u8],
    mcast_mld_version: [l.IFLA_BR_MCAST_MLD_VERSION, u8],
    nf_call_iptables: [l.IFLA_BR_NF_CALL_IPTABLES, u8],
    nf_call_ip6tables: [l.IFLA_BR_NF_CALL_IP6TABLES, u8],
    nf_call_arptables: [l.IFLA_BR_NF_CALL_ARPTABLES, u8],
  }) as unknown as AttributeTable<AttributeRows>,
  toWords(data) {
    const options = data.options as { optval: number; optmask: number } | undefined;
    delete data.options;
    BOOLOPT_BITS.forEach((name, bit) => {
      // Bits that this kernel does not know are not in the mask.
      if (options !== undefined && (options.optmask >> bit & 1) === 1) {
        data[name] = options.optval >> bit & 1;
      }
    });
  },
  fromWords(data) {
    let [optval, optmask] = [0, 0];
    BOOLOPT_BITS.forEach((name, bit) => {
      if (data[name] === undefined) return;
      optmask |= 1 << bit;
      if (Number(data[name]) !== 0) optval |= 1 << bit;
      delete data[name];
    });
    if (optmask !== 0) data.options = { optval, optmask };
  },
};

/** linux/if_bridge.h, BR_STATE_*. */
const PORT_STATES = ["disabled", "listening", "learning", "forwarding", "blocking"];

/** A number as `ip` writes it here: `0x8001`. */
const hexText: AttributeCodec<string> = {
  decode: (source, at, length) => `0x${u16.decode(source, at, length).toString(16)}`,
  encode: (sink, value) => u16.encode(sink, Number(value)),
};

const BRIDGE_PORT: LinkKind = {
  table: attributes("IFLA_BRPORT_", {
    state: [l.IFLA_BRPORT_STATE, names(u8, PORT_STATES)],
    priority: [l.IFLA_BRPORT_PRIORITY, u16],
    cost: [l.IFLA_BRPORT_COST, u32],
    hairpin: [l.IFLA_BRPORT_MODE, bool8, "MODE"],
    guard: [l.IFLA_BRPORT_GUARD, bool8],
    root_block: [l.IFLA_BRPORT_PROTECT, bool8, "PROTECT"],
    fastleave: [l.IFLA_BRPORT_FAST_LEAVE, bool8, "FAST_LEAVE"],
    learning: [l.IFLA_BRPORT_LEARNING, bool8],
    flood: [l.IFLA_BRPORT_UNICAST_FLOOD, bool8, "UNICAST_FLOOD"],
    id: [l.IFLA_BRPORT_ID, hexText],
    no: [l.IFLA_BRPORT_NO, hexText],
    designated_port: [l.IFLA_BRPORT_DESIGNATED_PORT, u16],
    designated_cost: [l.IFLA_BRPORT_DESIGNATED_COST, u16],
    bridge_id: [l.IFLA_BRPORT_BRIDGE_ID, bridgeId],
    root_id: [l.IFLA_BRPORT_ROOT_ID, bridgeId],
    hold_timer: [l.IFLA_BRPORT_HOLD_TIMER, seconds],
    message_age_timer: [l.IFLA_BRPORT_MESSAGE_AGE_TIMER, seconds],
    forward_delay_timer: [l.IFLA_BRPORT_FORWARD_DELAY_TIMER, seconds],
    topology_change_ack: [l.IFLA_BRPORT_TOPOLOGY_CHANGE_ACK, u8],
    config_pending: [l.IFLA_BRPORT_CONFIG_PENDING, u8],
    proxy_arp: [l.IFLA_BRPORT_PROXYARP, bool8, "PROXYARP"],
    proxy_arp_wifi: [l.IFLA_BRPORT_PROXYARP_WIFI, bool8, "PROXYARP_WIFI"],
    multicast_router: [l.IFLA_BRPORT_MULTICAST_ROUTER, u8],
    mcast_flood: [l.IFLA_BRPORT_MCAST_FLOOD, bool8],
    bcast_flood: [l.IFLA_BRPORT_BCAST_FLOOD, bool8],
    mcast_to_unicast: [l.IFLA_BRPORT_MCAST_TO_UCAST, bool8, "MCAST_TO_UCAST"],
    neigh_suppress: [l.IFLA_BRPORT_NEIGH_SUPPRESS, bool8],
    group_fwd_mask: [l.IFLA_BRPORT_GROUP_FWD_MASK, u16],
    vlan_tunnel: [l.IFLA_BRPORT_VLAN_TUNNEL, bool8],
    isolated: [l.IFLA_BRPORT_ISOLATED, bool8],
    locked: [l.IFLA_BRPORT_LOCKED, bool8],
    backup_port: [l.IFLA_BRPORT_BACKUP_PORT, u32],
  }) as unknown as AttributeTable<AttributeRows>,
  links: ["backup_port"],
};

/** linux/if_vlan.h, enum vlan_flags. */
const VLAN_FLAGS: readonly (readonly [number, string])[] = [
  [1, "REORDER_HDR"],
  [2, "GVRP"],
  [4, "LOOSE_BINDING"],
  [8, "MVRP"],
  [16, "BRIDGE_BINDING"],
];
const VLAN_MASK = VLAN_FLAGS.reduce((mask, [bit]) => mask | bit, 0);
const VLAN_FLAGS_STRUCT = struct({ flags: "u32", mask: "u32" });
const vlanFlags: AttributeCodec<string[]> = {
  decode: (source, at, length) =>
    bitNames(VLAN_FLAGS_STRUCT.decode(source, at, length).flags, VLAN_FLAGS),
  encode(sink, value) {
    const flags = bitsOf(value, VLAN_FLAGS, "encode VLAN flags");
    // Bits that the kernel does not know are refused in the mask too.
    VLAN_FLAGS_STRUCT.encode(sink, { flags, mask: VLAN_MASK });
  },
};
/** struct ifla_vlan_qos_mapping (linux/if_link.h). */
const QOS = list(struct({ from: "u32", to: "u32" }), l.IFLA_VLAN_QOS_MAPPING);

const VLAN: LinkKind = {
  table: attributes("IFLA_VLAN_", {
    protocol: [l.IFLA_VLAN_PROTOCOL, vlanProtocol],
    id: [l.IFLA_VLAN_ID, u16],
    flags: [l.IFLA_VLAN_FLAGS, vlanFlags],
    ingress_qos: [l.IFLA_VLAN_INGRESS_QOS, QOS],
    egress_qos: [l.IFLA_VLAN_EGRESS_QOS, QOS],
  }) as unknown as AttributeTable<AttributeRows>,
};

/** struct ifla_vxlan_port_range (linux/if_link.h). */
const PORT_RANGE = struct({ low: "be16", high: "be16" });
/** linux/if_link.h, enum ifla_vxlan_df and ifla_geneve_df. */
const DF = ["unset", "set", "inherit"];

/** Whether an address is of IPv6. */
function is6(address: unknown): boolean {
  return typeof address === "string" && address.includes(":");
}

function isMulticast(address: string): boolean {
  return address.includes(":") ? /^ff/i.test(address) : +address.split(".")[0] >> 4 === 14;
}

/** Moves one word to another if it is there. */
function move(data: Record<string, unknown>, from: string, to: string): void {
  if (data[from] === undefined) return;
  data[to] = data[from];
  delete data[from];
}

/** Drops words with the value that `ip` does not mention. */
function dropZero(data: Record<string, unknown>, ...words: string[]): void {
  for (const word of words) if (data[word] === 0) delete data[word];
}

const VXLAN: LinkKind = {
  table: attributes("IFLA_VXLAN_", {
    id: [l.IFLA_VXLAN_ID, u32],
    group: [l.IFLA_VXLAN_GROUP, ip],
    group6: [l.IFLA_VXLAN_GROUP6, ip],
    local: [l.IFLA_VXLAN_LOCAL, ip],
    local6: [l.IFLA_VXLAN_LOCAL6, ip],
    link: [l.IFLA_VXLAN_LINK, u32],
    port_range: [l.IFLA_VXLAN_PORT_RANGE, PORT_RANGE],
    port: [l.IFLA_VXLAN_PORT, be16],
    learning: [l.IFLA_VXLAN_LEARNING, bool8],
    proxy: [l.IFLA_VXLAN_PROXY, bool8],
    rsc: [l.IFLA_VXLAN_RSC, bool8],
    l2miss: [l.IFLA_VXLAN_L2MISS, bool8],
    l3miss: [l.IFLA_VXLAN_L3MISS, bool8],
    tos: [l.IFLA_VXLAN_TOS, u8],
    ttl: [l.IFLA_VXLAN_TTL, u8],
    ttl_inherit: [l.IFLA_VXLAN_TTL_INHERIT, bool8],
    df: [l.IFLA_VXLAN_DF, names(u8, DF)],
    label: [l.IFLA_VXLAN_LABEL, be32],
    ageing: [l.IFLA_VXLAN_AGEING, u32],
    limit: [l.IFLA_VXLAN_LIMIT, u32],
    external: [l.IFLA_VXLAN_COLLECT_METADATA, bool8, "COLLECT_METADATA"],
    vnifilter: [l.IFLA_VXLAN_VNIFILTER, bool8],
    udp_csum: [l.IFLA_VXLAN_UDP_CSUM, bool8],
    udp_zero_csum6_tx: [l.IFLA_VXLAN_UDP_ZERO_CSUM6_TX, bool8],
    udp_zero_csum6_rx: [l.IFLA_VXLAN_UDP_ZERO_CSUM6_RX, bool8],
    remcsum_tx: [l.IFLA_VXLAN_REMCSUM_TX, bool8],
    remcsum_rx: [l.IFLA_VXLAN_REMCSUM_RX, bool8],
    gbp: [l.IFLA_VXLAN_GBP, flag],
    gpe: [l.IFLA_VXLAN_GPE, flag],
  }) as unknown as AttributeTable<AttributeRows>,
  links: ["link"],
  onlyTrue: [
    "proxy",
    "rsc",
    "l2miss",
    "l3miss",
    "external",
    "vnifilter",
    "remcsum_tx",
    "remcsum_rx",
    "ttl_inherit",
  ],
  toWords(data) {
    if (typeof data.group === "string" && !isMulticast(data.group)) move(data, "group", "remote");
    if (typeof data.group6 === "string" && !isMulticast(data.group6)) {
      move(data, "group6", "remote6");
    }
    dropZero(data, "tos", "label", "limit");
  },
  fromWords(data) {
    move(data, "remote", "group");
    move(data, "remote6", "group6");
    if (is6(data.group)) move(data, "group", "group6");
    if (is6(data.local)) move(data, "local", "local6");
  },
};

/** linux/if_link.h, enum macvlan_mode: one bit each. */
const MACVLAN_MODES: readonly (readonly [number, string])[] = [
  [1, "private"],
  [2, "vepa"],
  [4, "bridge"],
  [8, "passthru"],
  [16, "source"],
];
const macvlanMode: AttributeCodec<string> = {
  decode: (source, at, length) => bitNames(u32.decode(source, at, length), MACVLAN_MODES).join(),
  encode: (sink, value) => u32.encode(sink, bitsOf([value], MACVLAN_MODES, "encode macvlan mode")),
};

const MACVLAN: LinkKind = {
  table: attributes("IFLA_MACVLAN_", {
    mode: [l.IFLA_MACVLAN_MODE, macvlanMode],
    flags: [l.IFLA_MACVLAN_FLAGS, u16],
    macaddr_count: [l.IFLA_MACVLAN_MACADDR_COUNT, u32],
    macaddr_data: [
      l.IFLA_MACVLAN_MACADDR_DATA,
      list(hardware, l.IFLA_MACVLAN_MACADDR),
    ],
    bcqueuelen: [l.IFLA_MACVLAN_BC_QUEUE_LEN, u32, "BC_QUEUE_LEN"],
    usedbcqueuelen: [l.IFLA_MACVLAN_BC_QUEUE_LEN_USED, u32, "BC_QUEUE_LEN_USED"],
  }) as unknown as AttributeTable<AttributeRows>,
  toWords(data) {
    dropZero(data, "flags", "macaddr_count");
    if (Array.isArray(data.macaddr_data) && data.macaddr_data.length === 0) {
      delete data.macaddr_data;
    }
  },
};

/** linux/if_bonding.h, BOND_MODE_* and the rest. */
const BOND_MODES = [
  "balance-rr",
  "active-backup",
  "balance-xor",
  "broadcast",
  "802.3ad",
  "balance-tlb",
  "balance-alb",
];
const ARP_VALIDATE = [
  "none",
  "active",
  "backup",
  "all",
  "filter",
  "filter_active",
  "filter_backup",
];
const XMIT_HASH = ["layer2", "layer3+4", "layer2+3", "encap2+3", "encap3+4", "vlan+srcmac"];

const BOND: LinkKind = {
  table: attributes("IFLA_BOND_", {
    mode: [l.IFLA_BOND_MODE, names(u8, BOND_MODES)],
    active_slave: [l.IFLA_BOND_ACTIVE_SLAVE, u32],
    miimon: [l.IFLA_BOND_MIIMON, u32],
    updelay: [l.IFLA_BOND_UPDELAY, u32],
    downdelay: [l.IFLA_BOND_DOWNDELAY, u32],
    peer_notify_delay: [l.IFLA_BOND_PEER_NOTIF_DELAY, u32, "PEER_NOTIF_DELAY"],
    use_carrier: [l.IFLA_BOND_USE_CARRIER, u8],
    arp_interval: [l.IFLA_BOND_ARP_INTERVAL, u32],
    arp_ip_target: [l.IFLA_BOND_ARP_IP_TARGET, list(ip)],
    arp_validate: [l.IFLA_BOND_ARP_VALIDATE, names(u32, ARP_VALIDATE)],
    arp_all_targets: [l.IFLA_BOND_ARP_ALL_TARGETS, names(u32, ["any", "all"])],
    primary: [l.IFLA_BOND_PRIMARY, u32],
    primary_reselect: [
      l.IFLA_BOND_PRIMARY_RESELECT,
      names(u8, ["always", "better", "failure"]),
    ],
    fail_over_mac: [l.IFLA_BOND_FAIL_OVER_MAC, names(u8, ["none", "active", "follow"])],
    xmit_hash_policy: [l.IFLA_BOND_XMIT_HASH_POLICY, names(u8, XMIT_HASH)],
    resend_igmp: [l.IFLA_BOND_RESEND_IGMP, u32],
    num_peer_notif: [l.IFLA_BOND_NUM_PEER_NOTIF, u8],
    all_slaves_active: [l.IFLA_BOND_ALL_SLAVES_ACTIVE, u8],
    min_links: [l.IFLA_BOND_MIN_LINKS, u32],
    lp_interval: [l.IFLA_BOND_LP_INTERVAL, u32],
    packets_per_slave: [l.IFLA_BOND_PACKETS_PER_SLAVE, u32],
    ad_lacp_active: [l.IFLA_BOND_AD_LACP_ACTIVE, names(u8, ["off", "on"])],
    ad_lacp_rate: [l.IFLA_BOND_AD_LACP_RATE, names(u8, ["slow", "fast"])],
    ad_select: [l.IFLA_BOND_AD_SELECT, names(u8, ["stable", "bandwidth", "count"])],
    ad_actor_sys_prio: [l.IFLA_BOND_AD_ACTOR_SYS_PRIO, u16],
    ad_user_port_key: [l.IFLA_BOND_AD_USER_PORT_KEY, u16],
    ad_actor_system: [l.IFLA_BOND_AD_ACTOR_SYSTEM, hardware],
    tlb_dynamic_lb: [l.IFLA_BOND_TLB_DYNAMIC_LB, u8],
  }) as unknown as AttributeTable<AttributeRows>,
  links: ["active_slave", "primary"],
};

const BOND_SLAVE: LinkKind = {
  table: attributes("IFLA_BOND_SLAVE_", {
    state: [l.IFLA_BOND_SLAVE_STATE, names(u8, ["ACTIVE", "BACKUP"])],
    mii_status: [
      l.IFLA_BOND_SLAVE_MII_STATUS,
      names(u8, ["UP", "GOING_DOWN", "DOWN", "GOING_BACK"]),
    ],
    link_failure_count: [l.IFLA_BOND_SLAVE_LINK_FAILURE_COUNT, u32],
    perm_hwaddr: [l.IFLA_BOND_SLAVE_PERM_HWADDR, hardware],
    queue_id: [l.IFLA_BOND_SLAVE_QUEUE_ID, u16],
    prio: [l.IFLA_BOND_SLAVE_PRIO, s32],
    ad_aggregator_id: [l.IFLA_BOND_SLAVE_AD_AGGREGATOR_ID, u16],
    ad_actor_oper_port_state: [l.IFLA_BOND_SLAVE_AD_ACTOR_OPER_PORT_STATE, u8],
    ad_partner_oper_port_state: [l.IFLA_BOND_SLAVE_AD_PARTNER_OPER_PORT_STATE, u16],
  }) as unknown as AttributeTable<AttributeRows>,
};

const TUN: LinkKind = {
  table: attributes("IFLA_TUN_", {
    type: [l.IFLA_TUN_TYPE, names(u8, [undefined, "tun", "tap"])],
    pi: [l.IFLA_TUN_PI, bool8],
    vnet_hdr: [l.IFLA_TUN_VNET_HDR, bool8],
    multi_queue: [l.IFLA_TUN_MULTI_QUEUE, bool8],
    numqueues: [l.IFLA_TUN_NUM_QUEUES, u32, "NUM_QUEUES"],
    numdisabled: [l.IFLA_TUN_NUM_DISABLED_QUEUES, u32, "NUM_DISABLED_QUEUES"],
    persist: [l.IFLA_TUN_PERSIST, bool8],
    user: [l.IFLA_TUN_OWNER, u32, "OWNER"],
    group: [l.IFLA_TUN_GROUP, u32],
  }) as unknown as AttributeTable<AttributeRows>,
};

const GENEVE: LinkKind = {
  table: attributes("IFLA_GENEVE_", {
    id: [l.IFLA_GENEVE_ID, u32],
    remote: [l.IFLA_GENEVE_REMOTE, ip],
    remote6: [l.IFLA_GENEVE_REMOTE6, ip],
    ttl: [l.IFLA_GENEVE_TTL, u8],
    ttl_inherit: [l.IFLA_GENEVE_TTL_INHERIT, bool8],
    tos: [l.IFLA_GENEVE_TOS, u8],
    df: [l.IFLA_GENEVE_DF, names(u8, DF)],
    label: [l.IFLA_GENEVE_LABEL, be32],
    port: [l.IFLA_GENEVE_PORT, be16],
    external: [l.IFLA_GENEVE_COLLECT_METADATA, flag, "COLLECT_METADATA"],
    udp_csum: [l.IFLA_GENEVE_UDP_CSUM, bool8],
    udp_zero_csum6_tx: [l.IFLA_GENEVE_UDP_ZERO_CSUM6_TX, bool8],
    udp_zero_csum6_rx: [l.IFLA_GENEVE_UDP_ZERO_CSUM6_RX, bool8],
  }) as unknown as AttributeTable<AttributeRows>,
  onlyTrue: ["ttl_inherit"],
  toWords: (data) => dropZero(data, "tos", "label"),
  fromWords(data) {
    if (is6(data.remote)) move(data, "remote", "remote6");
  },
};

const GRE: LinkKind = {
  table: attributes("IFLA_GRE_", {
    link: [l.IFLA_GRE_LINK, u32],
    remote: [l.IFLA_GRE_REMOTE, ip],
    local: [l.IFLA_GRE_LOCAL, ip],
    ttl: [l.IFLA_GRE_TTL, u8],
    tos: [l.IFLA_GRE_TOS, u8],
    pmtudisc: [l.IFLA_GRE_PMTUDISC, bool8],
    iflags: [l.IFLA_GRE_IFLAGS, be16],
    oflags: [l.IFLA_GRE_OFLAGS, be16],
    ikey: [l.IFLA_GRE_IKEY, be32],
    okey: [l.IFLA_GRE_OKEY, be32],
    encap_limit: [l.IFLA_GRE_ENCAP_LIMIT, u8],
    flowinfo: [l.IFLA_GRE_FLOWINFO, be32],
    flags: [l.IFLA_GRE_FLAGS, u32],
    external: [l.IFLA_GRE_COLLECT_METADATA, flag, "COLLECT_METADATA"],
    fwmark: [l.IFLA_GRE_FWMARK, u32],
  }) as unknown as AttributeTable<AttributeRows>,
  links: ["link"],
  toWords: (data) => dropZero(data, "link", "ikey", "okey", "iflags", "oflags", "fwmark"),
};

const IPTUN: LinkKind = {
  table: attributes("IFLA_IPTUN_", {
    link: [l.IFLA_IPTUN_LINK, u32],
    remote: [l.IFLA_IPTUN_REMOTE, ip],
    local: [l.IFLA_IPTUN_LOCAL, ip],
    ttl: [l.IFLA_IPTUN_TTL, u8],
    tos: [l.IFLA_IPTUN_TOS, u8],
    pmtudisc: [l.IFLA_IPTUN_PMTUDISC, bool8],
    proto: [l.IFLA_IPTUN_PROTO, u8],
    encap_limit: [l.IFLA_IPTUN_ENCAP_LIMIT, u8],
    flowinfo: [l.IFLA_IPTUN_FLOWINFO, be32],
    external: [l.IFLA_IPTUN_COLLECT_METADATA, flag, "COLLECT_METADATA"],
    fwmark: [l.IFLA_IPTUN_FWMARK, u32],
  }) as unknown as AttributeTable<AttributeRows>,
  links: ["link"],
  toWords: (data) => dropZero(data, "link", "fwmark"),
};

/** linux/if_link.h, IPVLAN_F_*. */
const IPVLAN_FLAGS = ["bridge", "private", "vepa"];

const SIMPLE: Readonly<Record<string, LinkKind>> = {
  vrf: {
    table: attributes("IFLA_VRF_", {
      table: [l.IFLA_VRF_TABLE, u32],
    }) as unknown as AttributeTable<AttributeRows>,
  },
  ipvlan: {
    table: attributes("IFLA_IPVLAN_", {
      mode: [l.IFLA_IPVLAN_MODE, names(u16, ["l2", "l3", "l3s"])],
      flags: [l.IFLA_IPVLAN_FLAGS, names(u16, IPVLAN_FLAGS)],
    }) as unknown as AttributeTable<AttributeRows>,
  },
};

/** By `info_kind`. */
export const KINDS: Readonly<Record<string, LinkKind>> = {
  bridge: BRIDGE,
  vlan: VLAN,
  vxlan: VXLAN,
  macvlan: MACVLAN,
  macvtap: MACVLAN,
  bond: BOND,
  tun: TUN,
  geneve: GENEVE,
  gre: GRE,
  gretap: GRE,
  ip6gre: GRE,
  ip6gretap: GRE,
  ipip: IPTUN,
  sit: IPTUN,
  ip6tnl: IPTUN,
  ipvtap: SIMPLE.ipvlan,
  ...SIMPLE,
};

/** By `info_slave_kind`. */
export const SLAVE_KINDS: Readonly<Record<string, LinkKind>> = {
  bridge: BRIDGE_PORT,
  bond: BOND_SLAVE,
  vrf: SIMPLE.vrf,
};

/** Hardware addresses of tunnels are IP addresses: ARPHRD_TUNNEL, _SIT, _IPGRE, _TUNNEL6, _IP6GRE. */
export const IP_LINK_TYPES: ReadonlySet<number> = new Set([768, 776, 778, 769, 823]);

/** Appends a hardware address given as hexadecimal bytes or, of a tunnel, as an IP address. */
export function writeHardware(
  sink: Parameters<typeof writeAttribute>[0],
  type: number,
  value: string,
): void {
  const codec: AttributeCodec<string> = {
    decode: hardware.decode,
    encode: (inner, text) =>
      /^[0-9a-f]{2}([:-][0-9a-f]{2})+$/i.test(text)
        ? inner.append(parseHex(text))
        : ip.encode(inner, text),
  };
  writeAttribute(sink, type, codec, value, "address");
}
