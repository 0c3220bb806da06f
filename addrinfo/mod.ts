/**
 * Names and addresses: `getAddrInfo` and its reverse as the C library has them, without blocking the
 * program; services, protocols, this machine's names and interfaces; text of IP and hardware addresses.
 *
 * ```ts
 * import { getAddrInfo } from "@berkeley/sockets/addrinfo";
 * import { assertEquals } from "@std/assert";
 *
 * const [entry] = await getAddrInfo("::1", 443, { type: "stream" });
 * assertEquals(entry.address, { family: "inet6", hostname: "::1", port: 443 });
 * ```
 *
 * @module
 */
export { getAddrInfo, type GetAddrInfoOptions } from "./get_addr_info.ts";
export { getNameInfo } from "./get_name_info.ts";
export { getServiceByName, getServiceByPort } from "./services.ts";
export { getProtocolByName, getProtocolByNumber } from "./protocols.ts";
export { fqdn, hostname, setHostname } from "./host_names.ts";
export { interfaceIndex, interfaceName, interfaces } from "./interfaces.ts";
export type { AddrInfo, AddrInfoHints } from "../ffi/resolver/hints.ts";
export type { NameInfo, NameInfoAddress, NameInfoOptions } from "../ffi/resolver/name_info.ts";
export type { Protocol, Service } from "../ffi/resolver/service_names.ts";
export type { InterfaceAddress, InterfaceFlag, NetworkInterface } from "../netlink/interfaces.ts";
export { AddrInfoError, type SocketError } from "../core/errors.ts";
export type { Inet6Address, InetAddress, IpAddress, SocketType } from "../core/address.ts";
export type { WaitOptions } from "../core/wait.ts";
