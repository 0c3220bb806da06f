/**
 * The layers that this module knows: a codec is a file, and a line here. Everything that it exports is
 * public; the row among that is found by its shape.
 *
 * @module
 */

export * from "./arp.ts";
export * from "./dns.ts";
export * from "./ethernet.ts";
export * from "./geneve.ts";
export * from "./gre.ts";
export * from "./hip.ts";
export * from "./icmpv4.ts";
export * from "./icmpv6.ts";
export * from "./igmp.ts";
export * from "./ipsec.ts";
export * from "./ipv4.ts";
export * from "./ipv6.ts";
export * from "./ipv6_fragment.ts";
export * from "./ipv6_options.ts";
export * from "./ipv6_routing.ts";
export * from "./llc.ts";
export * from "./mobility.ts";
export * from "./payload.ts";
export * from "./sctp.ts";
export * from "./shim6.ts";
export * from "./tcp.ts";
export * from "./udp.ts";
export * from "./udplite.ts";
export * from "./vlan.ts";
export * from "./vxlan.ts";
