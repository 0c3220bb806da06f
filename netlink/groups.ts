/**
 * Protocols and multicast groups by name.
 *
 * @module
 */
import { show } from "../core/arguments.ts";
import * as nl from "./abi/netlink.ts";

/** The name of a netlink protocol. */
export type NetlinkProtocol =
  | "route"
  | "usersock"
  | "sock_diag"
  | "nflog"
  | "xfrm"
  | "selinux"
  | "iscsi"
  | "audit"
  | "fib_lookup"
  | "connector"
  | "netfilter"
  | "kobject_uevent"
  | "generic"
  | "scsitransport"
  | "rdma"
  | "crypto";

/** The netlink protocols by name (linux/netlink.h, NETLINK_*). */
const PROTOCOLS: Readonly<Record<NetlinkProtocol, number>> = {
  route: nl.NETLINK_ROUTE,
  usersock: nl.NETLINK_USERSOCK,
  sock_diag: nl.NETLINK_SOCK_DIAG,
  nflog: nl.NETLINK_NFLOG,
  xfrm: nl.NETLINK_XFRM,
  selinux: nl.NETLINK_SELINUX,
  iscsi: nl.NETLINK_ISCSI,
  audit: nl.NETLINK_AUDIT,
  fib_lookup: nl.NETLINK_FIB_LOOKUP,
  connector: nl.NETLINK_CONNECTOR,
  netfilter: nl.NETLINK_NETFILTER,
  kobject_uevent: nl.NETLINK_KOBJECT_UEVENT,
  generic: nl.NETLINK_GENERIC,
  scsitransport: nl.NETLINK_SCSITRANSPORT,
  rdma: nl.NETLINK_RDMA,
  crypto: nl.NETLINK_CRYPTO,
};

/** Groups of each protocol, by number: the first is 1. */
const GROUPS: Readonly<Record<number, readonly string[]>> = {
  // linux/rtnetlink.h, enum rtnetlink_groups
  [nl.NETLINK_ROUTE]: [
    "link",
    "notify",
    "neigh",
    "tc",
    "ipv4-ifaddr",
    "ipv4-mroute",
    "ipv4-route",
    "ipv4-rule",
    "ipv6-ifaddr",
    "ipv6-mroute",
    "ipv6-route",
    "ipv6-ifinfo",
    "decnet-ifaddr",
    "",
    "decnet-route",
    "decnet-rule",
    "",
    "ipv6-prefix",
    "ipv6-rule",
    "nd-useropt",
    "phonet-ifaddr",
    "phonet-route",
    "dcb",
    "ipv4-netconf",
    "ipv6-netconf",
    "mdb",
    "mpls-route",
    "nsid",
    "mpls-netconf",
    "ipv4-mroute-r",
    "ipv6-mroute-r",
    "nexthop",
    "brvlan",
    "mctp-ifaddr",
    "tunnel",
    "stats",
  ],
  // linux/netfilter/nfnetlink.h, enum nfnetlink_groups
  [nl.NETLINK_NETFILTER]: [
    "conntrack-new",
    "conntrack-update",
    "conntrack-destroy",
    "conntrack-exp-new",
    "conntrack-exp-update",
    "conntrack-exp-destroy",
    "nftables",
    "acct-quota",
    "nftrace",
  ],
  // lib/kobject_uevent.c: the kernel's own; udev's daemon sends to the second.
  [nl.NETLINK_KOBJECT_UEVENT]: ["kernel", "udev"],
  // linux/sock_diag.h, enum sknetlink_groups
  [nl.NETLINK_SOCK_DIAG]: [
    "inet-tcp-destroy",
    "inet-udp-destroy",
    "inet6-tcp-destroy",
    "inet6-udp-destroy",
  ],
  // linux/audit.h, enum audit_nlgrps
  [nl.NETLINK_AUDIT]: ["readlog"],
  // linux/cn_proc.h, CN_IDX_PROC
  [nl.NETLINK_CONNECTOR]: ["proc"],
};

/** The number of a protocol given by name or number. */
export function protocolNumber(protocol: NetlinkProtocol | number, action: string): number {
  if (typeof protocol === "number") {
    if (!Number.isInteger(protocol) || protocol < 0 || protocol > 31) {
      throw new RangeError(`Cannot ${action}: protocol ${protocol} is not in 0 to 31`);
    }
    return protocol;
  }
  if (typeof protocol !== "string" || !Object.hasOwn(PROTOCOLS, protocol)) {
    throw new TypeError(`Cannot ${action}: no netlink protocol is called "${show(protocol)}"`);
  }
  return PROTOCOLS[protocol];
}

/** The number of a group given by name or number. */
export function groupNumber(protocol: number, group: string | number, action: string): number {
  if (typeof group === "number") {
    if (!Number.isInteger(group) || group < 1 || group > 0x7fffffff) {
      throw new RangeError(`Cannot ${action}: group ${group} is not in 1 to 2147483647`);
    }
    return group;
  }
  const index = typeof group === "string" && group !== ""
    ? GROUPS[protocol]?.indexOf(group) ?? -1
    : -1;
  if (index < 0) throw new TypeError(`Cannot ${action}: no group is called "${show(group)}"`);
  return index + 1;
}
