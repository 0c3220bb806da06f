/**
 * Header codecs from Ethernet to TCP, checksums, reassembly, pcap and pcapng: pure bytes, no input or
 * output.
 *
 * Every protocol has a view (`Ipv4View.parse(bytes)`: checked once, then no accessor fails or
 * copies), a value (`Ipv4`: the plain object that the header means) and an encoder (`encodeIpv4`).
 *
 * @module
 */

export { type Arp, ArpView, encodeArp } from "./arp.ts";
export { type CapturedPacket, LINKTYPE_ETHERNET, LINKTYPE_RAW } from "./_capture.ts";
export { decodeCapture, decodeCaptured, decodeCaptureStream } from "./capture.ts";
export {
  addressSum,
  checksum,
  foldSum,
  pseudoHeaderSum,
  sumWords,
  updateChecksum,
} from "./checksum.ts";
export { crc32c } from "./crc32c.ts";
export { decodeFrame, decodePacket, type Frame } from "./decode.ts";
export { describe, type DescribeOptions } from "./describe.ts";
export { type Dns, type DnsQuestion, DnsView, encodeDns, type EncodeDnsOptions } from "./dns.ts";
export type {
  DnsAddressRecord,
  DnsMxRecord,
  DnsNameRecord,
  DnsOptRecord,
  DnsOtherRecord,
  DnsRecord,
  DnsRecordCommon,
  DnsSoaRecord,
  DnsSrvRecord,
  DnsTxtRecord,
  DnsType,
} from "./dns_record_value.ts";
export { encode, type LayerValue } from "./encode.ts";
export { encodeEthernet, type Ethernet, EthernetView } from "./ethernet.ts";
export { encodeGre, type Gre, GreView } from "./gre.ts";
export {
  groupCodeValue,
  type GroupQuery,
  type GroupRecord,
  type GroupRecordType,
  mldResponseDelayMs,
} from "./_group_records.ts";
export { encodeHip, type Hip, HipView } from "./hip.ts";
export type { IcmpExtendedEchoReply, IcmpExtendedEchoRequest, IcmpQuote } from "./_icmp_body.ts";
export {
  decodeIcmpExtensions,
  type IcmpExtensions,
  icmpExtensionsChecksumOk,
  type IcmpMplsObject,
  type IcmpObject,
  type MplsLabel,
} from "./icmp_extensions.ts";
export type { IcmpInterfaceIdentification, IcmpInterfaceObject } from "./icmp_interface.ts";
export { encodeIcmpv4, Icmpv4View } from "./icmpv4.ts";
export type {
  Icmpv4,
  Icmpv4AddressMask,
  Icmpv4Common,
  Icmpv4DestinationUnreachable,
  Icmpv4Echo,
  Icmpv4ExtendedEchoReply,
  Icmpv4ExtendedEchoRequest,
  Icmpv4Message,
  Icmpv4Other,
  Icmpv4ParameterProblem,
  Icmpv4Redirect,
  Icmpv4Router,
  Icmpv4RouterAdvertisement,
  Icmpv4RouterSolicitation,
  Icmpv4SourceQuench,
  Icmpv4TimeExceeded,
  Icmpv4Timestamp,
} from "./icmpv4_message.ts";
export { encodeIcmpv6, Icmpv6View } from "./icmpv6.ts";
export type {
  Icmpv6,
  Icmpv6Common,
  Icmpv6Echo,
  Icmpv6ExtendedEchoReply,
  Icmpv6ExtendedEchoRequest,
  Icmpv6Message,
  Icmpv6MldQueryV2,
  Icmpv6MldReportV2,
  Icmpv6MldV1,
  Icmpv6NeighborAdvertisement,
  Icmpv6NeighborSolicitation,
  Icmpv6Other,
  Icmpv6PacketTooBig,
  Icmpv6ParameterProblem,
  Icmpv6Redirect,
  Icmpv6RouterAdvertisement,
  Icmpv6RouterSolicitation,
  Icmpv6Unreached,
} from "./icmpv6_message.ts";
export type {
  Igmp,
  IgmpCommon,
  IgmpMembership,
  IgmpOther,
  IgmpQuery,
  IgmpQueryV3,
  IgmpReportV3,
} from "./igmp.ts";
export { encodeIgmp, IgmpView } from "./igmp.ts";
export {
  type Authentication,
  AuthenticationView,
  encodeAuthentication,
  encodeEsp,
  type Esp,
  EspView,
} from "./ipsec.ts";
export { encodeIpv4, type Ipv4, Ipv4View } from "./ipv4.ts";
export type { Ipv4Option, Ipv4RouteOption } from "./ipv4_options.ts";
export { encodeIpv6, type Ipv6, Ipv6View } from "./ipv6.ts";
export { encodeIpv6Fragment, type Ipv6Fragment, Ipv6FragmentView } from "./ipv6_fragment.ts";
export type { Ipv6Option } from "./_ipv6_option_list.ts";
export {
  type DestinationOptions,
  DestinationOptionsView,
  encodeDestinationOptions,
  encodeHopByHop,
  type HopByHop,
  HopByHopView,
} from "./ipv6_options.ts";
export {
  encodeIpv6Routing,
  type Ipv6Route,
  type Ipv6Routing,
  Ipv6RoutingView,
} from "./ipv6_routing.ts";
export type { Layer, LayerKind, LayerOf } from "./layer.ts";
export { encodeLlc, encodeSnap, type Llc, LlcView, type Snap, SnapView } from "./llc.ts";
export type { MldMessage, MldQueryV2, MldReportV2, MldV1 } from "./mld.ts";
export { encodeMobility, type Mobility, MobilityView } from "./mobility.ts";
export type {
  NdpMessage,
  NdpNeighborAdvertisement,
  NdpNeighborSolicitation,
  NdpRedirect,
  NdpRouterAdvertisement,
  NdpRouterSolicitation,
} from "./ndp.ts";
export type {
  NdpLinkOption,
  NdpOption,
  NdpPreference,
  NdpPrefixOption,
  NdpRouteOption,
} from "./ndp_options.ts";
export * from "./numbers.ts";
export { type Payload, PayloadView } from "./payload.ts";
export { encodePcap, encodePcapHeader, encodePcapPacket, type PcapOptions } from "./pcap.ts";
export { encodePcapng, type PcapngOptions, PcapngWriter } from "./pcapng.ts";
export { Reassembler, type ReassemblyDrops, type ReassemblyOptions } from "./reassembly.ts";
export { encodeSctp, type Sctp, type SctpChunk, SctpChunkView, SctpView } from "./sctp.ts";
export { encodeShim6, type Shim6, type Shim6Message, Shim6View } from "./shim6.ts";
export {
  encodeTcp,
  type Tcp,
  TcpView,
  TH_ACK,
  TH_AE,
  TH_CWR,
  TH_ECE,
  TH_FIN,
  TH_PUSH,
  TH_RST,
  TH_SYN,
  TH_URG,
} from "./tcp.ts";
export type {
  MptcpSubtype,
  TcpAuthenticationOption,
  TcpFastOpenOption,
  TcpMaximumSegmentSizeOption,
  TcpMd5Option,
  TcpMptcpOption,
  TcpOption,
  TcpSackOption,
  TcpTimestampsOption,
  TcpUserTimeoutOption,
  TcpWindowScaleOption,
} from "./tcp_options.ts";
export { encodeUdp, type Udp, UdpView } from "./udp.ts";
export { encodeUdpLite, type UdpLite, UdpLiteView } from "./udplite.ts";
export { verifyChecksums } from "./verify.ts";
export { HeaderView } from "./view.ts";
export { encodeVlan, type Vlan, VlanView } from "./vlan.ts";
