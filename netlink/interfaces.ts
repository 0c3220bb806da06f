/**
 * The links with their addresses, in one go and without waiting: what `addrinfo.interfaces()` tells.
 *
 * @module
 */
import {
  IFF_ALLMULTI,
  IFF_AUTOMEDIA,
  IFF_BROADCAST,
  IFF_DEBUG,
  IFF_DYNAMIC,
  IFF_LOOPBACK,
  IFF_MASTER,
  IFF_MULTICAST,
  IFF_NOARP,
  IFF_NOTRAILERS,
  IFF_POINTOPOINT,
  IFF_PORTSEL,
  IFF_PROMISC,
  IFF_RUNNING,
  IFF_SLAVE,
  IFF_UP,
} from "../ffi/abi/resolver_constants.ts";
import { AF_INET, AF_INET6 } from "../ffi/abi/socket_constants.ts";
import { IFINFOMSG, LINK_QUERY, RTEXT_FILTER_SKIP_STATS } from "./_link_names.ts";
import { openTransport } from "./_session.ts";
import { NETLINK_ROUTE } from "./abi/netlink.ts";
import { RTM_GETADDR, RTM_GETLINK } from "./abi/rtnetlink.ts";
import { IFA, IFADDRMSG } from "./address.ts";
import type { ByteSource } from "./_bytes.ts";
import { dumpNow, type DumpRequest } from "./dump.ts";
import { IFLA } from "./_link_entry.ts";

/** What an interface is and does (netdevice(7), IFF_*). */
export type InterfaceFlag =
  | "up"
  | "broadcast"
  | "debug"
  | "loopback"
  | "pointToPoint"
  | "noTrailers"
  | "running"
  | "noArp"
  | "promiscuous"
  | "allMulticast"
  | "master"
  | "slave"
  | "multicast"
  | "portSelect"
  | "autoMedia"
  | "dynamic";

/** An address of an interface. */
export interface InterfaceAddress {
  /** The family. */
  family: "inet" | "inet6";
  /** The address in text. */
  hostname: string;
  /** How many of its leading bits are the network's: 0 to 32, or to 128. */
  prefixLength: number;
  /** The broadcast address of the network, where there is one. */
  broadcast?: string;
  /** The other end of a point-to-point link. */
  destination?: string;
  /** The interface's index, for link-local addresses of IPv6. */
  scopeId?: number;
  /** The label, where it is not the interface's name (`"eth0:1"`). */
  label?: string;
}

/** A network interface. */
export interface NetworkInterface {
  /** The index, 1 or more. */
  index: number;
  /** The name. */
  name: string;
  /** What it is and does. */
  flags: InterfaceFlag[];
  /** The largest packet it takes, in bytes. */
  mtu: number;
  /** The type of its hardware, ARPHRD_* (linux/if_arp.h): 1 is Ethernet, 772 the loopback. */
  hardwareType: number;
  /** The hardware address, where there is one. */
  hardwareAddress?: string;
  /** Its addresses, in the kernel's order. */
  addresses: InterfaceAddress[];
}

const FLAGS: readonly (readonly [number, InterfaceFlag])[] = [
  [IFF_UP, "up"],
  [IFF_BROADCAST, "broadcast"],
  [IFF_DEBUG, "debug"],
  [IFF_LOOPBACK, "loopback"],
  [IFF_POINTOPOINT, "pointToPoint"],
  [IFF_NOTRAILERS, "noTrailers"],
  [IFF_RUNNING, "running"],
  [IFF_NOARP, "noArp"],
  [IFF_PROMISC, "promiscuous"],
  [IFF_ALLMULTI, "allMulticast"],
  [IFF_MASTER, "master"],
  [IFF_SLAVE, "slave"],
  [IFF_MULTICAST, "multicast"],
  [IFF_PORTSEL, "portSelect"],
  [IFF_AUTOMEDIA, "autoMedia"],
  [IFF_DYNAMIC, "dynamic"],
];

/** Hardware addresses of Ethernet and what is like it; tunnels have IP addresses there. */
const LEAST_HARDWARE_BYTES = 6;

/** See `interfaces` of addrinfo. Links that come and go meanwhile are there with all or not at all. */
export function listInterfaces(): NetworkInterface[] {
  const transport = openTransport(NETLINK_ROUTE, undefined, "tables", "list the interfaces");
  try {
    const links = dumpNow(transport, LINKS);
    const byIndex = new Map(links.map((link) => [link.index, link]));
    for (const { index, address } of dumpNow(transport, addressesOf(byIndex))) {
      byIndex.get(index)!.addresses.push(address);
    }
    return links;
  } finally {
    transport.close();
  }
}

const LINKS: DumpRequest<NetworkInterface> = {
  type: RTM_GETLINK,
  payload(sink) {
    IFINFOMSG.encode(sink, {});
    LINK_QUERY.encode(sink, { ext_mask: RTEXT_FILTER_SKIP_STATS });
  },
  read: readInterface,
  action: "list the interfaces",
};

function readInterface(source: ByteSource, at: number, end: number): NetworkInterface {
  const header = IFINFOMSG.decode(source, at, end - at);
  const raw = IFLA.decode(source, at + IFINFOMSG.size, end - at - IFINFOMSG.size);
  const link: NetworkInterface = {
    index: header.ifi_index,
    name: raw.ifname ?? "",
    flags: FLAGS.filter(([bit]) => (header.ifi_flags & bit) !== 0).map(([, name]) => name),
    mtu: raw.mtu ?? 0,
    hardwareType: header.ifi_type,
    addresses: [],
  };
  const hardware = raw.address;
  // The loopback has six zeros, and a tunnel of IPv4 its own address.
  if (hardware !== undefined && hardware.length >= LEAST_HARDWARE_BYTES && hardware.some(Boolean)) {
    link.hardwareAddress = Array.from(hardware, (byte) => byte.toString(16).padStart(2, "0"))
      .join(":");
  }
  return link;
}

function addressesOf(
  links: ReadonlyMap<number, NetworkInterface>,
): DumpRequest<{ index: number; address: InterfaceAddress }> {
  return {
    type: RTM_GETADDR,
    payload: (sink) => IFADDRMSG.encode(sink, {}),
    read(source, at, end) {
      const header = IFADDRMSG.decode(source, at, end - at);
      const { ifa_family: family, ifa_index: index } = header;
      const link = links.get(index);
      if (link === undefined || family !== AF_INET && family !== AF_INET6) return undefined;
      const raw = IFA.decode(source, at + IFADDRMSG.size, end - at - IFADDRMSG.size);
      const hostname = raw.local ?? raw.address ?? "";
      const address: InterfaceAddress = {
        family: family === AF_INET ? "inet" : "inet6",
        hostname,
        prefixLength: header.ifa_prefixlen,
      };
      if (link.flags.includes("pointToPoint")) {
        if (raw.local !== undefined && raw.address !== undefined) {
          address.destination = raw.address;
        }
      } else if (raw.broadcast !== undefined) address.broadcast = raw.broadcast;
      if (family === AF_INET6 && /^fe[89ab]/.test(hostname)) address.scopeId = index;
      if (raw.label !== undefined && raw.label !== link.name) address.label = raw.label;
      return { index, address };
    },
    action: "list the interfaces",
  };
}
