/** Which of tshark's fields must be what ours say. */

import type { LayerKind, LayerOf } from "../../wire/mod.ts";

/** A field by the kind of layer that has it. */
export interface Field {
  kind: LayerKind;
  /** What ours say. */
  read: (view: never) => string | number | boolean | undefined;
}

function field<K extends LayerKind>(
  kind: K,
  read: (view: LayerOf<K>) => string | number | boolean | undefined,
): Field {
  return { kind, read: read as Field["read"] };
}

/** The fields, by tshark's names. */
export const FIELDS: Readonly<Record<string, Field>> = {
  "eth.dst": field("ethernet", (view) => view.destination),
  "eth.src": field("ethernet", (view) => view.source),
  "vlan.id": field("vlan", (view) => view.id),
  "vlan.priority": field("vlan", (view) => view.priority),
  "arp.opcode": field("arp", (view) => view.operation),
  "arp.hw.size": field("arp", (view) => view.hardwareLength),
  "ip.src": field("ipv4", (view) => view.source),
  "ip.dst": field("ipv4", (view) => view.destination),
  "ip.proto": field("ipv4", (view) => view.protocol),
  "ip.ttl": field("ipv4", (view) => view.ttl),
  "ip.id": field("ipv4", (view) => view.identification),
  "ip.dsfield": field("ipv4", (view) => view.tos),
  "ip.hdr_len": field("ipv4", (view) => view.ihl * 4),
  "ip.checksum": field("ipv4", (view) => view.checksum),
  "ip.flags.mf": field("ipv4", (view) => view.moreFragments),
  "ip.flags.df": field("ipv4", (view) => view.dontFragment),
  "ip.frag_offset": field("ipv4", (view) => view.fragmentOffset / 8),
  "ipv6.src": field("ipv6", (view) => view.source),
  "ipv6.dst": field("ipv6", (view) => view.destination),
  "ipv6.nxt": field("ipv6", (view) => view.nextHeader),
  "ipv6.hlim": field("ipv6", (view) => view.hopLimit),
  "ipv6.plen": field("ipv6", (view) => view.payloadLength),
  "ipv6.flow": field("ipv6", (view) => view.flowLabel),
  "ipv6.fraghdr.ident": field("fragment", (view) => view.identification),
  "ipv6.fraghdr.offset": field("fragment", (view) => view.fragmentOffset / 8),
  "tcp.srcport": field("tcp", (view) => view.sourcePort),
  "tcp.dstport": field("tcp", (view) => view.destinationPort),
  "tcp.seq_raw": field("tcp", (view) => view.sequence),
  "tcp.ack_raw": field("tcp", (view) => view.acknowledgment),
  "tcp.flags": field("tcp", (view) => view.flags),
  "tcp.window_size_value": field("tcp", (view) => view.window),
  "tcp.checksum": field("tcp", (view) => view.checksum),
  "tcp.urgent_pointer": field("tcp", (view) => view.urgentPointer),
  "udp.srcport": field("udp", (view) => view.sourcePort),
  "udp.dstport": field("udp", (view) => view.destinationPort),
  "udp.length": field("udp", (view) => view.length),
  "udp.checksum": field("udp", (view) => view.checksum),
  "icmp.type": field("icmpv4", (view) => view.type),
  "icmp.code": field("icmpv4", (view) => view.code),
  "icmp.checksum": field("icmpv4", (view) => view.checksum),
  "icmpv6.type": field("icmpv6", (view) => view.type),
  "icmpv6.code": field("icmpv6", (view) => view.code),
  "igmp.type": field("igmp", (view) => view.type),
  "sctp.srcport": field("sctp", (view) => view.sourcePort),
  "sctp.checksum": field("sctp", (view) => view.checksum),
  "gre.proto": field("gre", (view) => view.protocol),
  "esp.spi": field("esp", (view) => view.spi),
  "ah.spi": field("authentication", (view) => view.spi),
  "vxlan.vni": field("vxlan", (view) => view.vni),
  "geneve.vni": field("geneve", (view) => view.vni),
  "dns.id": field("dns", (view) => view.id),
  "dns.count.answers": field("dns", (view) => view.answerCount),
};

/** Fields of the capture itself. */
export const FRAME_FIELDS: readonly string[] = ["frame.time_epoch", "frame.cap_len", "frame.len"];
