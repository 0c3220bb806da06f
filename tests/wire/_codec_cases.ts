/**
 * Every codec with values to try it by. `completeness_test.ts` refuses a layer, an encoder or a view
 * that stands in none of these tables.
 */

import type fc from "fast-check";
import * as wire from "../../wire/mod.ts";
import * as any from "./_arbitrary.ts";
import * as icmp from "./_icmp_arbitrary.ts";
import * as tunnel from "./_tunnel_arbitrary.ts";
import * as upper from "./_upper_arbitrary.ts";

/** A view with its value. */
export interface View extends wire.HeaderView {
  toValue(): unknown;
}

type Parse = (bytes: Uint8Array, start?: number, end?: number) => View;

/** A header that any payload may follow. */
export interface HeaderCase {
  /** As in the names of its encoder and view. */
  name: string;
  kind: wire.LayerKind;
  value: fc.Arbitrary<unknown>;
  encode: (value: never, payload?: Uint8Array) => Uint8Array;
  parse: Parse;
  parsePartial?: Parse;
}

/** The headers of links, networks and tunnels. */
export const HEADER_CASES: readonly HeaderCase[] = [
  {
    name: "Arp",
    kind: "arp",
    value: any.arp,
    encode: wire.encodeArp,
    parse: wire.ArpView.parse,
  },
  {
    name: "Authentication",
    kind: "authentication",
    value: any.authentication,
    encode: wire.encodeAuthentication,
    parse: wire.AuthenticationView.parse,
  },
  {
    name: "DestinationOptions",
    kind: "destinationOptions",
    value: any.destinationOptions,
    encode: wire.encodeDestinationOptions,
    parse: wire.DestinationOptionsView.parse,
  },
  {
    name: "Esp",
    kind: "esp",
    value: any.esp,
    encode: wire.encodeEsp,
    parse: wire.EspView.parse,
  },
  {
    name: "Ethernet",
    kind: "ethernet",
    value: any.ethernet,
    encode: wire.encodeEthernet,
    parse: wire.EthernetView.parse,
    parsePartial: wire.EthernetView.parsePartial,
  },
  {
    name: "Geneve",
    kind: "geneve",
    value: tunnel.geneve,
    encode: wire.encodeGeneve,
    parse: wire.GeneveView.parse,
  },
  {
    name: "Gre",
    kind: "gre",
    value: any.gre,
    encode: wire.encodeGre,
    parse: wire.GreView.parse,
  },
  {
    name: "Hip",
    kind: "hip",
    value: any.hip,
    encode: wire.encodeHip,
    parse: wire.HipView.parse,
  },
  {
    name: "HopByHop",
    kind: "hopByHop",
    value: any.hopByHop,
    encode: wire.encodeHopByHop,
    parse: wire.HopByHopView.parse,
  },
  {
    name: "Ipv4",
    kind: "ipv4",
    value: any.ipv4,
    encode: wire.encodeIpv4,
    parse: wire.Ipv4View.parse,
    parsePartial: wire.Ipv4View.parsePartial,
  },
  {
    name: "Ipv6",
    kind: "ipv6",
    value: any.ipv6,
    encode: wire.encodeIpv6,
    parse: wire.Ipv6View.parse,
    parsePartial: wire.Ipv6View.parsePartial,
  },
  {
    name: "Ipv6Fragment",
    kind: "fragment",
    value: any.fragment,
    encode: wire.encodeIpv6Fragment,
    parse: wire.Ipv6FragmentView.parse,
  },
  {
    name: "Ipv6Routing",
    kind: "routing",
    value: any.routing,
    encode: wire.encodeIpv6Routing,
    parse: wire.Ipv6RoutingView.parse,
  },
  {
    name: "Llc",
    kind: "llc",
    value: any.llc,
    encode: wire.encodeLlc,
    parse: wire.LlcView.parse,
  },
  {
    name: "Mobility",
    kind: "mobility",
    value: any.mobility,
    encode: wire.encodeMobility,
    parse: wire.MobilityView.parse,
  },
  {
    name: "Shim6",
    kind: "shim6",
    value: any.shim6,
    encode: wire.encodeShim6,
    parse: wire.Shim6View.parse,
  },
  {
    name: "Snap",
    kind: "snap",
    value: any.snap,
    encode: wire.encodeSnap,
    parse: wire.SnapView.parse,
  },
  {
    name: "Vlan",
    kind: "vlan",
    value: any.vlan,
    encode: wire.encodeVlan,
    parse: wire.VlanView.parse,
    parsePartial: wire.VlanView.parsePartial,
  },
  {
    name: "Vxlan",
    kind: "vxlan",
    value: tunnel.vxlan,
    encode: wire.encodeVxlan,
    parse: wire.VxlanView.parse,
  },
];

/** A message of the layers above IP. */
export interface MessageCase<V = unknown> {
  name: string;
  kind: wire.LayerKind;
  values: fc.Arbitrary<V>;
  /** The encoder as it is exported. */
  encoder: (...args: never[]) => Uint8Array;
  encode(value: V, payload?: Uint8Array): Uint8Array;
  parse: Parse;
  parsePartial?: Parse;
  /** Random payloads may follow the header. */
  payload: boolean;
}

/** The sum of some addresses: without it UDP has no checksum. */
const SUM = 0x4321;

/** The messages. */
export const MESSAGE_CASES = [
  <MessageCase<wire.Udp>> {
    name: "UDP",
    kind: "udp",
    values: upper.udp,
    encoder: wire.encodeUdp,
    encode: (value, data) => wire.encodeUdp(value, data, SUM),
    parse: wire.UdpView.parse,
    parsePartial: wire.UdpView.parsePartial,
    payload: true,
  },
  <MessageCase<wire.UdpLite>> {
    name: "UDP-Lite",
    kind: "udplite",
    values: upper.udpLite,
    encoder: wire.encodeUdpLite,
    encode: wire.encodeUdpLite,
    parse: wire.UdpLiteView.parse,
    parsePartial: wire.UdpLiteView.parsePartial,
    payload: true,
  },
  <MessageCase<wire.Tcp>> {
    name: "TCP",
    kind: "tcp",
    values: upper.tcp,
    encoder: wire.encodeTcp,
    encode: wire.encodeTcp,
    parse: wire.TcpView.parse,
    parsePartial: wire.TcpView.parsePartial,
    payload: true,
  },
  <MessageCase<wire.Icmpv4>> {
    name: "ICMP for IPv4",
    kind: "icmpv4",
    values: icmp.icmpv4,
    encoder: wire.encodeIcmpv4,
    encode: wire.encodeIcmpv4,
    parse: wire.Icmpv4View.parse,
    payload: false,
  },
  <MessageCase<wire.Icmpv6>> {
    name: "ICMP for IPv6",
    kind: "icmpv6",
    values: icmp.icmpv6,
    encoder: wire.encodeIcmpv6,
    encode: wire.encodeIcmpv6,
    parse: wire.Icmpv6View.parse,
    payload: false,
  },
  <MessageCase<wire.Igmp>> {
    name: "IGMP",
    kind: "igmp",
    values: icmp.igmp,
    encoder: wire.encodeIgmp,
    encode: wire.encodeIgmp,
    parse: wire.IgmpView.parse,
    payload: false,
  },
  <MessageCase<wire.Sctp>> {
    name: "SCTP",
    kind: "sctp",
    values: upper.sctp,
    encoder: wire.encodeSctp,
    encode: wire.encodeSctp,
    parse: wire.SctpView.parse,
    parsePartial: wire.SctpView.parsePartial,
    payload: false,
  },
  <MessageCase<wire.Dns>> {
    name: "DNS",
    kind: "dns",
    values: upper.dns,
    encoder: wire.encodeDns,
    encode: (value) => wire.encodeDns(value),
    parse: wire.DnsView.parse,
    payload: false,
  },
  <MessageCase<wire.Dns>> {
    name: "DNS without compression",
    kind: "dns",
    values: upper.dns,
    encoder: wire.encodeDns,
    encode: (value) => wire.encodeDns(value, { compress: false }),
    parse: wire.DnsView.parse,
    payload: false,
  },
] as readonly MessageCase[];
