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
