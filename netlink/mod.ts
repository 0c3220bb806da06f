/**
 * The kernel's tables of links, addresses, routes, neighbours and sockets, live, by netlink
 * (`man 7 netlink`, `man 7 rtnetlink`).
 *
 * @module
 */
export { type NetlinkEvent, type NetlinkRequest, open, type OpenOptions } from "./endpoint.ts";
export type { NetlinkEndpoint } from "./endpoint.ts";
export type { Dump } from "./dump.ts";
export type { NetlinkProtocol } from "./groups.ts";
export type { AttributeLookup } from "./attributes.ts";
export type { NetlinkError, NetlinkMessage, RequestShape } from "./message.ts";
export type { Namespace } from "./namespace.ts";
export { type Link, type LinkCounters, type LinkInfo, links, type LinksOptions } from "./link.ts";
export { addresses, type AddressesOptions, type LinkAddress } from "./address.ts";
export { type Neighbor, neighbors, type NeighborsOptions } from "./neighbor.ts";
export { type NextHop, nexthops } from "./nexthop.ts";
export { type Route, type RouteNextHop, routes, type RoutesOptions, type Via } from "./route.ts";
export { type Rule, rules, type RulesOptions } from "./rule.ts";
export type { NetlinkOptions } from "./_session.ts";
export type { UnknownAttribute } from "./attributes.ts";
