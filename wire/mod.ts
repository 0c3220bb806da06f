/**
 * Header codecs from Ethernet to TCP, checksums, reassembly, pcap and pcapng: pure bytes, no input or
 * output.
 *
 * Every protocol has a view (`Ipv4View.parse(bytes)`: checked once, then no accessor fails or
 * copies), a value (`Ipv4`: the plain object that the header means) and an encoder (`encodeIpv4`).
 *
 * ```ts
 * import { decodePacket, describe, encode } from "@berkeley/sockets/wire";
 *
 * const packet = encode(
 *   { kind: "ipv4", source: "192.0.2.1", destination: "192.0.2.2" },
 *   { kind: "udp", sourcePort: 53, destinationPort: 1024 },
 *   new TextEncoder().encode("answer"),
 * );
 * console.log(describe(decodePacket(packet)));
 * ```
 *
 * @module
 */

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
export { decodeFrame, decodePacket } from "./decode.ts";
export { describe, type DescribeOptions } from "./describe.ts";
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
export { encode } from "./encode.ts";
export {
  groupCodeValue,
  type GroupQuery,
  type GroupRecord,
  type GroupRecordType,
  mldResponseDelayMs,
} from "./_group_records.ts";
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
export type { Ipv4Option, Ipv4RouteOption } from "./ipv4_options.ts";
export type { Ipv6Option } from "./_ipv6_option_list.ts";
export type {
  Frame,
  KnownRow,
  Layer,
  LayerKind,
  LayerOf,
  LayerValue,
  ValueOf,
  ViewOf,
} from "./layer.ts";
export { defaultLayers, LayerRegistry } from "./layer_registry.ts";
export {
  type LayerPlace,
  type LayerRow,
  layerRow,
  type LayerRowOptions,
  type LayerView,
  type LayerWalk,
  type PseudoHeader,
  type StackPlace,
  type StackValue,
  type Surroundings,
} from "./layer_row.ts";
export * from "./layers.ts";
export type { MldMessage, MldQueryV2, MldReportV2, MldV1 } from "./mld.ts";
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
export { encodePcap, encodePcapHeader, encodePcapPacket, type PcapOptions } from "./pcap.ts";
export { encodePcapng, type PcapngOptions, PcapngWriter } from "./pcapng.ts";
export { Reassembler, type ReassemblyDrops, type ReassemblyOptions } from "./reassembly.ts";
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
export { verifyChecksums } from "./verify.ts";
export { HeaderView } from "./view.ts";
export type { WithReserved } from "./_reserved.ts";
