/**
 * For every layer what tshark calls it, and fields that must be what ours say.
 */

import fc from "fast-check";
import type * as wire from "../../wire/mod.ts";
import * as any from "./_arbitrary.ts";
import * as icmp from "./_icmp_arbitrary.ts";
import * as tunnel from "./_tunnel_arbitrary.ts";
import * as upper from "./_upper_arbitrary.ts";

/** A layer as tshark sees it. */
export interface TsharkCase<W = unknown> {
  /** Its name in `frame.protocols`. */
  protocol: string;
  /** What stands before it. */
  before: wire.LayerValue[];
  value: fc.Arbitrary<wire.LayerValue>;
  /** Nothing follows it: it goes to the end of the packet. */
  isLast?: boolean;
  /** Numbers, by tshark's names. */
  fields: Record<string, (view: W) => number>;
}

const LINK: wire.Ethernet = {
  kind: "ethernet",
  source: "02:00:00:00:00:01",
  destination: "02:00:00:00:00:02",
};
const IPV4: wire.Ipv4 = { kind: "ipv4", source: "192.0.2.1", destination: "192.0.2.2" };
const IPV6: wire.Ipv6 = { kind: "ipv6", source: "2001:db8::1", destination: "2001:db8::2" };
const OVER4: wire.LayerValue[] = [LINK, IPV4];
const OVER6: wire.LayerValue[] = [LINK, IPV6];

function udpTo(destinationPort: number): wire.LayerValue[] {
  return [...OVER4, { kind: "udp", sourcePort: 50000, destinationPort }];
}

/** What follows is nothing that tshark would dissect. */
const nextHeader = 253;

function tsharkCase<K extends wire.LayerKind>(
  _kind: K,
  one: TsharkCase<wire.LayerOf<K>>,
): TsharkCase {
  return one as TsharkCase;
}

/** The cases, by kind. */
export const TSHARK_CASES: Partial<Record<wire.LayerKind, TsharkCase>> = {
  arp: tsharkCase("arp", {
    protocol: "arp",
    before: [LINK],
    value: any.arp.map((value) => ({ ...value, hardwareType: 1, protocolType: 0x0800 })),
    isLast: true,
    fields: {
      "arp.opcode": (view) => view.operation,
      "arp.hw.size": (view) => view.hardwareLength,
    },
  }),
  authentication: tsharkCase("authentication", {
    protocol: "ah",
    before: OVER6,
    value: any.authentication.map((value) => ({ ...value, nextHeader })),
    fields: { "ah.spi": (view) => view.spi, "ah.sequence": (view) => view.sequence },
  }),
  destinationOptions: tsharkCase("destinationOptions", {
    protocol: "ipv6.dstopts",
    before: OVER6,
    value: fc.constant({
      kind: "destinationOptions",
      nextHeader,
      options: [{ kind: "homeAddress", address: "2001:db8::9" }],
    }),
    fields: { "ipv6.dstopts.len_oct": (view) => view.headerLength },
  }),
  dns: tsharkCase("dns", {
    protocol: "dns",
    before: udpTo(53),
    value: upper.dns.map((value) => ({ ...value, opcode: 0 })),
    isLast: true,
    fields: { "dns.id": (view) => view.id, "dns.count.queries": (view) => view.questionCount },
  }),
  esp: tsharkCase("esp", {
    protocol: "esp",
    before: OVER4,
    value: any.esp,
    fields: { "esp.spi": (view) => view.spi, "esp.sequence": (view) => view.sequence },
  }),
  ethernet: tsharkCase("ethernet", {
    protocol: "eth",
    before: [],
    value: any.ethernet.map((value) => ({ ...value, etherType: 0x88b5 })),
    fields: { "eth.type": (view) => view.etherType },
  }),
  fragment: tsharkCase("fragment", {
    protocol: "ipv6.fraghdr",
    before: OVER6,
    value: any.fragment.map((value) => ({ ...value, nextHeader })),
    fields: { "ipv6.fraghdr.ident": (view) => view.identification },
  }),
  geneve: tsharkCase("geneve", {
    protocol: "geneve",
    before: udpTo(6081),
    value: tunnel.geneve,
    fields: {
      "geneve.vni": (view) => view.vni,
      "geneve.proto_type": (view) => view.protocol,
    },
  }),
  gre: tsharkCase("gre", {
    protocol: "gre",
    before: OVER4,
    value: any.gre.filter(({ version }) => version === 0),
    fields: { "gre.proto": (view) => view.protocol },
  }),
  hip: tsharkCase("hip", {
    protocol: "hip",
    before: OVER4,
    value: any.hip.map((value) => ({ ...value, nextHeader: 59 })),
    fields: { "hip.packet_type": (view) => view.type, "hip.version": (view) => view.version },
  }),
  hopByHop: tsharkCase("hopByHop", {
    protocol: "ipv6.hopopts",
    before: OVER6,
    value: fc.constant({
      kind: "hopByHop",
      nextHeader,
      options: [{ kind: "routerAlert", value: 0 }],
    }),
    fields: { "ipv6.hopopts.len_oct": (view) => view.headerLength },
  }),
  icmpv4: tsharkCase("icmpv4", {
    protocol: "icmp",
    before: OVER4,
    value: icmp.icmpv4,
    isLast: true,
    fields: { "icmp.type": (view) => view.type, "icmp.checksum": (view) => view.checksum },
  }),
  icmpv6: tsharkCase("icmpv6", {
    protocol: "icmpv6",
    before: OVER6,
    value: icmp.icmpv6,
    isLast: true,
    fields: { "icmpv6.type": (view) => view.type, "icmpv6.checksum": (view) => view.checksum },
  }),
  igmp: tsharkCase("igmp", {
    protocol: "igmp",
    before: OVER4,
    value: icmp.igmp.filter(({ message }) => message !== "other"),
    isLast: true,
    fields: { "igmp.type": (view) => view.type, "igmp.checksum": (view) => view.checksum },
  }),
  ipv4: tsharkCase("ipv4", {
    protocol: "ip",
    before: [LINK],
    value: any.ipv4.map((value) => ({ ...value, protocol: nextHeader })),
    fields: { "ip.ttl": (view) => view.ttl, "ip.len": (view) => view.totalLength },
  }),
  ipv6: tsharkCase("ipv6", {
    protocol: "ipv6",
    before: [LINK],
    value: any.ipv6.map((value) => ({ ...value, nextHeader })),
    fields: { "ipv6.hlim": (view) => view.hopLimit, "ipv6.flow": (view) => view.flowLabel },
  }),
  llc: tsharkCase("llc", {
    protocol: "llc",
    before: [LINK],
    value: fc.constant({ kind: "llc", dsap: 0x42, ssap: 0x44, control: 3 }),
    fields: { "llc.dsap": (view) => view.dsap, "llc.control": (view) => view.control },
  }),
  mobility: tsharkCase("mobility", {
    protocol: "mipv6",
    before: OVER6,
    value: any.mobility.map((value) => ({ ...value, nextHeader: 59 })),
    fields: { "mip6.mhtype": (view) => view.type, "mip6.csum": (view) => view.checksum },
  }),
  routing: tsharkCase("routing", {
    protocol: "ipv6.routing",
    before: OVER6,
    value: any.routing.map((value) => ({ ...value, nextHeader })),
    fields: {
      "ipv6.routing.type": (view) => view.routingType,
      "ipv6.routing.segleft": (view) => view.segmentsLeft,
    },
  }),
  sctp: tsharkCase("sctp", {
    protocol: "sctp",
    before: OVER4,
    value: upper.sctp,
    isLast: true,
    fields: { "sctp.srcport": (view) => view.sourcePort, "sctp.checksum": (view) => view.checksum },
  }),
  shim6: tsharkCase("shim6", {
    protocol: "shim6",
    before: OVER6,
    value: any.shim6.map((value) => ({ ...value, nextHeader: 59 })),
    fields: { "shim6.nxt": (view) => view.nextHeader },
  }),
  snap: tsharkCase("snap", {
    protocol: "llc",
    before: [LINK, { kind: "llc" }],
    value: any.snap.map((value) => ({ ...value, oui: 0, protocol: 0x88b5 })),
    fields: { "llc.type": (view) => view.protocol },
  }),
  tcp: tsharkCase("tcp", {
    protocol: "tcp",
    before: OVER4,
    value: upper.tcp,
    fields: {
      "tcp.srcport": (view) => view.sourcePort,
      "tcp.seq_raw": (view) => view.sequence,
      "tcp.checksum": (view) => view.checksum,
    },
  }),
  udp: tsharkCase("udp", {
    protocol: "udp",
    before: OVER4,
    value: upper.udp,
    fields: { "udp.srcport": (view) => view.sourcePort, "udp.length": (view) => view.length },
  }),
  udplite: tsharkCase("udplite", {
    protocol: "udplite",
    before: OVER4,
    value: upper.udpLite,
    fields: { "udp.srcport": (view) => view.sourcePort },
  }),
  vlan: tsharkCase("vlan", {
    protocol: "vlan",
    before: [LINK],
    value: any.vlan.map((value) => ({ ...value, etherType: 0x88b5 })),
    fields: { "vlan.id": (view) => view.id, "vlan.priority": (view) => view.priority },
  }),
  vxlan: tsharkCase("vxlan", {
    protocol: "vxlan",
    before: udpTo(4789),
    value: tunnel.vxlan,
    fields: {
      "vxlan.vni": (view) => view.vni,
      "vxlan.flags": (view) => (view.flags << 8) | (view.reserved1 >>> 16),
    },
  }),
};
