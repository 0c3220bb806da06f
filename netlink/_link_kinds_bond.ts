/**
 * Bonds and their links.
 *
 * @module
 */
import * as l from "./abi/link.ts";
import { type AttributeRows, attributes, type AttributeTable } from "./attributes.ts";
import { hardware, ip, list, names, s32, u16, u32, u8 } from "./_codecs.ts";
import type { LinkKind } from "./_link_kind.ts";

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

/** `bond`. */
export const BOND: LinkKind = {
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

/** A link of a bond. */
export const BOND_SLAVE: LinkKind = {
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
