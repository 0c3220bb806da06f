/**
 * The layers that a frame can have.
 *
 * @module
 */

import type { ArpView } from "./arp.ts";
import type { DnsView } from "./dns.ts";
import type { EthernetView } from "./ethernet.ts";
import type { GreView } from "./gre.ts";
import type { HipView } from "./hip.ts";
import type { Icmpv4View } from "./icmpv4.ts";
import type { Icmpv6View } from "./icmpv6.ts";
import type { IgmpView } from "./igmp.ts";
import type { AuthenticationView, EspView } from "./ipsec.ts";
import type { Ipv4View } from "./ipv4.ts";
import type { Ipv6View } from "./ipv6.ts";
import type { Ipv6FragmentView } from "./ipv6_fragment.ts";
import type { DestinationOptionsView, HopByHopView } from "./ipv6_options.ts";
import type { Ipv6RoutingView } from "./ipv6_routing.ts";
import type { LlcView, SnapView } from "./llc.ts";
import type { MobilityView } from "./mobility.ts";
import type { PayloadView } from "./payload.ts";
import type { SctpView } from "./sctp.ts";
import type { Shim6View } from "./shim6.ts";
import type { TcpView } from "./tcp.ts";
import type { UdpView } from "./udp.ts";
import type { UdpLiteView } from "./udplite.ts";
import type { VlanView } from "./vlan.ts";

/** Any layer of a frame; `kind` tells which. */
export type Layer =
  | ArpView
  | AuthenticationView
  | DestinationOptionsView
  | DnsView
  | EspView
  | EthernetView
  | GreView
  | HipView
  | HopByHopView
  | Icmpv4View
  | Icmpv6View
  | IgmpView
  | Ipv4View
  | Ipv6FragmentView
  | Ipv6RoutingView
  | Ipv6View
  | LlcView
  | MobilityView
  | PayloadView
  | SctpView
  | Shim6View
  | SnapView
  | TcpView
  | UdpLiteView
  | UdpView
  | VlanView;

/** The names of the layers. */
export type LayerKind = Layer["kind"];

/** The view that belongs to a name. */
export type LayerOf<K extends LayerKind> = Extract<Layer, { kind: K }>;
