/**
 * Header codecs from Ethernet to TCP, checksums, reassembly, pcap and pcapng: pure bytes, no input or
 * output.
 *
 * Every protocol has a view (`Ipv4View.parse(bytes)`: checked once, then no accessor fails or
 * copies), a value (`Ipv4`: the plain object that the header means) and an encoder (`encodeIpv4`).
 *
 * @module
 */

export { HeaderView } from "./view.ts";
export * from "./numbers.ts";
export {
  addressSum,
  checksum,
  foldSum,
  pseudoHeaderSum,
  sumWords,
  updateChecksum,
} from "./checksum.ts";
export { encodeEthernet, type Ethernet, EthernetView } from "./ethernet.ts";
export { encodeIpv4, type Ipv4, Ipv4View } from "./ipv4.ts";
export type { Ipv4Option, Ipv4RouteOption } from "./ipv4_options.ts";
export type { Ipv6Option } from "./_ipv6_option_list.ts";
export { type Arp, ArpView, encodeArp } from "./arp.ts";
export {
  decodeFrame,
  decodePacket,
  type Frame,
  type Layer,
  type LayerKind,
  type LayerOf,
} from "./decode.ts";
export { encode, type LayerValue } from "./encode.ts";
export { encodeGre, type Gre, GreView } from "./gre.ts";
export { encodeHip, type Hip, HipView } from "./hip.ts";
export {
  type Authentication,
  AuthenticationView,
  encodeAuthentication,
  encodeEsp,
  type Esp,
  EspView,
} from "./ipsec.ts";
export { encodeIpv6, type Ipv6, Ipv6View } from "./ipv6.ts";
export { encodeIpv6Fragment, type Ipv6Fragment, Ipv6FragmentView } from "./ipv6_fragment.ts";
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
export { encodeLlc, encodeSnap, type Llc, LlcView, type Snap, SnapView } from "./llc.ts";
export { encodeMobility, type Mobility, MobilityView } from "./mobility.ts";
export { type Payload, PayloadView } from "./payload.ts";
export { encodeShim6, type Shim6, type Shim6Message, Shim6View } from "./shim6.ts";
export { encodeVlan, type Vlan, VlanView } from "./vlan.ts";
export { type CapturedPacket, LINKTYPE_ETHERNET, LINKTYPE_RAW } from "./_capture.ts";
export { decodeCapture, decodeCaptureStream } from "./capture.ts";
export { encodePcap, encodePcapHeader, encodePcapPacket, type PcapOptions } from "./pcap.ts";
export { encodePcapng, type PcapngOptions, PcapngWriter } from "./pcapng.ts";
export { Reassembler, type ReassemblyDrops, type ReassemblyOptions } from "./reassembly.ts";
