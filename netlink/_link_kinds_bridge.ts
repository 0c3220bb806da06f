/**
 * Bridges and their ports.
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
} from "./attributes.ts";
import { bool8, decodeHex, hardware, names, u16, u32, u64n, u8 } from "./_codecs.ts";
import { struct } from "./_struct.ts";
import type { LinkKind } from "./_link_kind.ts";
import { vlanProtocol } from "./_link_kinds_vlan.ts";

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

/** `bridge`. */
export const BRIDGE: LinkKind = {
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

/** A port of a bridge. */
export const BRIDGE_PORT: LinkKind = {
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
