/**
 * Tunnels.
 *
 * @module
 */
import * as l from "./abi/link.ts";
import { type AttributeRows, attributes, type AttributeTable } from "./attributes.ts";
import { be16, be32, bool8, flag, ip, names, u32, u8 } from "./_codecs.ts";
import { struct } from "./_struct.ts";
import { dropZero, type LinkKind } from "./_link_kind.ts";

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

/** `vxlan`. */
export const VXLAN: LinkKind = {
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

/** `geneve`. */
export const GENEVE: LinkKind = {
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

/** `gre` and its like. */
export const GRE: LinkKind = {
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

/** `ipip`, `sit` and `ip6tnl`. */
export const IPTUN: LinkKind = {
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
