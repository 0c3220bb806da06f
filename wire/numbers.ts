/**
 * EtherTypes and IP protocol numbers, by the kernel's names, with the names that people read.
 *
 * @module
 */

import { checkNumber } from "./_bytes.ts";

// <linux/if_ether.h>: EtherTypes.
/** IPv4. */
export const ETH_P_IP = 0x0800;
/** ARP. */
export const ETH_P_ARP = 0x0806;
/** Trans Ether Bridging: an Ethernet frame inside GRE. */
export const ETH_P_TEB = 0x6558;
/** Reverse ARP. */
export const ETH_P_RARP = 0x8035;
/** 802.1Q VLAN tag. */
export const ETH_P_8021Q = 0x8100;
/** IPv6. */
export const ETH_P_IPV6 = 0x86dd;
/** Slow protocols: LACP and its like. */
export const ETH_P_SLOW = 0x8809;
/** MPLS, unicast. */
export const ETH_P_MPLS_UC = 0x8847;
/** MPLS, multicast. */
export const ETH_P_MPLS_MC = 0x8848;
/** PPPoE discovery. */
export const ETH_P_PPP_DISC = 0x8863;
/** PPPoE session. */
export const ETH_P_PPP_SES = 0x8864;
/** 802.1X. */
export const ETH_P_PAE = 0x888e;
/** 802.1ad service tag (QinQ). */
export const ETH_P_8021AD = 0x88a8;
/** LLDP. */
export const ETH_P_LLDP = 0x88cc;
/** MACsec. */
export const ETH_P_MACSEC = 0x88e5;
/** Loopback, the configuration testing protocol. */
export const ETH_P_LOOPBACK = 0x9000;
/** The QinQ tag that was common before 802.1ad. */
export const ETH_P_QINQ1 = 0x9100;
/** Every protocol: for a packet socket. */
export const ETH_P_ALL = 0x0003;

/** The least value of a frame's type field that is an EtherType; below it is a length (802.3). */
export const ETH_P_802_3_MIN = 0x0600;

// <linux/in.h>, <linux/in6.h> and the IANA registry: IP protocol numbers.
/** IPv6 hop-by-hop options. */
export const IPPROTO_HOPOPTS = 0;
/** ICMP for IPv4. */
export const IPPROTO_ICMP = 1;
/** IGMP. */
export const IPPROTO_IGMP = 2;
/** IPv4 inside IP. */
export const IPPROTO_IPIP = 4;
/** TCP. */
export const IPPROTO_TCP = 6;
/** UDP. */
export const IPPROTO_UDP = 17;
/** DCCP. */
export const IPPROTO_DCCP = 33;
/** IPv6 inside IP. */
export const IPPROTO_IPV6 = 41;
/** IPv6 routing header. */
export const IPPROTO_ROUTING = 43;
/** IPv6 fragment header. */
export const IPPROTO_FRAGMENT = 44;
/** RSVP. */
export const IPPROTO_RSVP = 46;
/** GRE. */
export const IPPROTO_GRE = 47;
/** IPsec encapsulating security payload. */
export const IPPROTO_ESP = 50;
/** IPsec authentication header. */
export const IPPROTO_AH = 51;
/** ICMP for IPv6. */
export const IPPROTO_ICMPV6 = 58;
/** IPv6: no next header. */
export const IPPROTO_NONE = 59;
/** IPv6 destination options. */
export const IPPROTO_DSTOPTS = 60;
/** OSPF. */
export const IPPROTO_OSPF = 89;
/** PIM. */
export const IPPROTO_PIM = 103;
/** IP payload compression. */
export const IPPROTO_COMP = 108;
/** VRRP. */
export const IPPROTO_VRRP = 112;
/** SCTP. */
export const IPPROTO_SCTP = 132;
/** IPv6 mobility header. */
export const IPPROTO_MH = 135;
/** UDP-Lite. */
export const IPPROTO_UDPLITE = 136;
/** MPLS inside IP. */
export const IPPROTO_MPLS = 137;
/** Host identity protocol. */
export const IPPROTO_HIP = 139;
/** Shim6. */
export const IPPROTO_SHIM6 = 140;
/** Ethernet inside IP (and after a segment routing header). */
export const IPPROTO_ETHERNET = 143;

const ETHER_TYPES: ReadonlyMap<number, string> = new Map([
  [ETH_P_IP, "IPv4"],
  [ETH_P_ARP, "ARP"],
  [ETH_P_TEB, "TEB"],
  [ETH_P_RARP, "RARP"],
  [ETH_P_8021Q, "802.1Q"],
  [ETH_P_IPV6, "IPv6"],
  [ETH_P_SLOW, "Slow Protocols"],
  [ETH_P_MPLS_UC, "MPLS unicast"],
  [ETH_P_MPLS_MC, "MPLS multicast"],
  [ETH_P_PPP_DISC, "PPPoE D"],
  [ETH_P_PPP_SES, "PPPoE S"],
  [ETH_P_PAE, "EAPOL"],
  [ETH_P_8021AD, "802.1Q-QinQ"],
  [ETH_P_LLDP, "LLDP"],
  [ETH_P_MACSEC, "MACsec"],
  [ETH_P_LOOPBACK, "Loopback"],
  [ETH_P_QINQ1, "802.1Q-9100"],
]);

const IP_PROTOCOLS: ReadonlyMap<number, string> = new Map([
  [IPPROTO_HOPOPTS, "HOPOPT"],
  [IPPROTO_ICMP, "ICMP"],
  [IPPROTO_IGMP, "IGMP"],
  [IPPROTO_IPIP, "IPIP"],
  [IPPROTO_TCP, "TCP"],
  [IPPROTO_UDP, "UDP"],
  [IPPROTO_DCCP, "DCCP"],
  [IPPROTO_IPV6, "IPv6"],
  [IPPROTO_ROUTING, "IPv6-Route"],
  [IPPROTO_FRAGMENT, "IPv6-Frag"],
  [IPPROTO_RSVP, "RSVP"],
  [IPPROTO_GRE, "GRE"],
  [IPPROTO_ESP, "ESP"],
  [IPPROTO_AH, "AH"],
  [IPPROTO_ICMPV6, "ICMPv6"],
  [IPPROTO_NONE, "IPv6-NoNxt"],
  [IPPROTO_DSTOPTS, "IPv6-Opts"],
  [IPPROTO_OSPF, "OSPF"],
  [IPPROTO_PIM, "PIM"],
  [IPPROTO_COMP, "IPComp"],
  [IPPROTO_VRRP, "VRRP"],
  [IPPROTO_SCTP, "SCTP"],
  [IPPROTO_MH, "Mobility"],
  [IPPROTO_UDPLITE, "UDPLite"],
  [IPPROTO_MPLS, "MPLS-in-IP"],
  [IPPROTO_HIP, "HIP"],
  [IPPROTO_SHIM6, "Shim6"],
  [IPPROTO_ETHERNET, "Ethernet"],
]);

/**
 * The name of an EtherType as people write it, or its four hexadecimal digits.
 *
 * @param etherType The number, 0 to 0xffff.
 * @returns The name, say `"IPv6"`, or `"0x1234"`.
 * @throws {RangeError} If the number does not fit its bits.
 */
export function etherTypeName(etherType: number): string {
  checkNumber("name", "EtherType", "etherType", etherType, 0xffff);
  return ETHER_TYPES.get(etherType) ?? `0x${etherType.toString(16).padStart(4, "0")}`;
}

/**
 * The name of an IP protocol as IANA writes it, or `"ip-proto-N"` as tcpdump does.
 *
 * @param protocol The number, 0 to 255.
 * @returns The name, say `"TCP"`.
 * @throws {RangeError} If the number does not fit its bits.
 */
export function ipProtocolName(protocol: number): string {
  checkNumber("name", "protocol", "protocol", protocol, 0xff);
  return IP_PROTOCOLS.get(protocol) ?? `ip-proto-${protocol}`;
}
