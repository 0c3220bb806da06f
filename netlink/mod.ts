/**
 * The kernel's tables of links, addresses, routes, neighbours and sockets, live, by netlink
 * (`man 7 netlink`, `man 7 rtnetlink`).
 *
 * ```ts
 * import { netlink } from "@berkeley/sockets";
 *
 * for await (const link of netlink.links()) console.log(link.ifname, link.operstate, link.mtu);
 * const [loopback] = await netlink.addresses({ dev: "lo", family: "inet" }).toArray();
 * console.log(loopback.local); // 127.0.0.1
 * ```
 *
 * @module
 */
export { type NetlinkRequest, open, type OpenOptions } from "./endpoint.ts";
export type { NetlinkEvent } from "./message.ts";
export type { NetlinkEndpoint } from "./endpoint.ts";
export type { Dump } from "./dump.ts";
export type { NetlinkProtocol } from "./groups.ts";
export type { AttributeLookup, KnownAttribute } from "./attributes.ts";
export type { NetlinkError, NetlinkMessage, RequestShape } from "./message.ts";
export type { Namespace } from "./namespace.ts";
export { type Link, type LinkCounters, type LinkInfo, links, type LinksOptions } from "./link.ts";
export { addresses, type AddressesOptions, type LinkAddress } from "./address.ts";
export { type Neighbor, neighbors, type NeighborsOptions } from "./neighbor.ts";
export { type NextHop, nexthops } from "./nexthop.ts";
export type { RouteEncap } from "./_route_encap.ts";
export { type Route, type RouteNextHop, routes, type RoutesOptions, type Via } from "./route.ts";
export { type Rule, rules, type RulesOptions } from "./rule.ts";
export type { NetlinkOptions } from "./_session.ts";
export type { UnknownAttribute } from "./attributes.ts";
export { sockets, type SocketsOptions } from "./sockets.ts";
export type {
  SocketEntry,
  SocketKind,
  SocketMemory,
  SocketState,
  SocketTimer,
} from "./socket_entry.ts";
export type { AddressConditions } from "./socket_filter.ts";
export { type Change, change, changeAll, type ChangeFailure } from "./change.ts";
export type { AddressChange } from "./address_change.ts";
export type { LinkChange, LinkSettings } from "./link_change.ts";
export type { NeighborChange } from "./neighbor_change.ts";
export type { NextHopChange } from "./nexthop_change.ts";
export {
  fdb,
  type FdbEntry,
  type FdbOptions,
  mdb,
  type MdbEntry,
  type PortVlan,
  type PortVlans,
  vlans,
} from "./bridge.ts";
export type { FdbChange, MdbChange, VlanChange } from "./bridge_change.ts";
export type { ClassChange, QdiscChange } from "./qdisc_change.ts";
export type { FilterChange, FilterSettings } from "./filter_change.ts";
export type { ControlAction, FilterAction } from "./filter_action.ts";
export type { FlowerKeys } from "./_flower_keys.ts";
export type { TrafficOptions } from "./_qdisc_kinds.ts";
export type { RouteChange, RouteNextHopSettings } from "./route_change.ts";
export type { RuleChange } from "./rule_change.ts";
export {
  classes,
  type ClassesOptions,
  filters,
  type FiltersOptions,
  type Qdisc,
  qdiscs,
  type QdiscsOptions,
  type Traffic,
  type TrafficClass,
  type TrafficFilter,
} from "./qdisc.ts";
export {
  type LiveTable,
  type LiveTableOptions,
  monitor,
  type MonitorOptions,
  table,
} from "./monitor.ts";
export type { TableKind, TableTypes } from "./_watched.ts";
export type { ChangeSource, EntryChange, MonitorEvent } from "./_watcher.ts";
export {
  conntrack,
  type ConntrackEntry,
  type ConntrackEvent,
  conntrackEvents,
  type ConntrackEventsOptions,
  type ConntrackOptions,
  type ConntrackTuple,
} from "./conntrack.ts";
export {
  type ConntrackKey,
  type ConntrackSettings,
  deleteConntrack,
  setConntrack,
} from "./conntrack_change.ts";
export { ethtool, type EthtoolInfo, type EthtoolOptions } from "./ethtool.ts";
export type { EthtoolCounters, EthtoolGroup, PacketSizes } from "./_ethtool_groups.ts";
export {
  type AttributePolicy,
  type GenericOpPolicy,
  type GenericPolicy,
  genericPolicy,
} from "./generic_policy.ts";
export { genericFamilies, type GenericFamily, genericFamily } from "./generic.ts";
export { wireguard, type WireguardDevice, type WireguardPeer } from "./wireguard.ts";
export {
  setWireguard,
  type WireguardPeerSettings,
  type WireguardSettings,
} from "./wireguard_change.ts";
export {
  type WirelessElement,
  type WirelessInterface,
  wirelessInterfaces,
  type WirelessNetwork,
  wirelessNetworks,
  wirelessScan,
  type WirelessScanOptions,
} from "./wireless.ts";
export { netnsIds } from "./netns_id.ts";
export { type Uevent, uevents, type UeventsOptions } from "./uevents.ts";
