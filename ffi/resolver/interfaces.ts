/**
 * The network interfaces of this machine, or of its network namespace: getifaddrs(3), netdevice(7).
 *
 * @module
 */
import { socketError } from "../../core/errors.ts";
import { parseIp } from "../../core/ip/text.ts";
import { layoutOf } from "../abi/layout.ts";
import { detectPlatform } from "../abi/platform.ts";
import { SIOCGIFMTU } from "../abi/event_constants.ts";
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
} from "../abi/resolver_constants.ts";
import { AF_INET, AF_INET6, AF_PACKET, SOCK_CLOEXEC, SOCK_DGRAM } from "../abi/socket_constants.ts";
import { attempt, closeFd, failure, libc, must } from "../abi/library.ts";
import { demandSys } from "../guard/permissions.ts";
import { allocate, readCString, readMemory } from "../abi/memory.ts";
import { SOCKADDR_IN_BYTES } from "../families/inet.ts";
import { SOCKADDR_IN6_BYTES } from "../families/inet6.ts";
import { decodeSockaddr } from "../families/sockaddr.ts";

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

/** errno.h */
const EPERM = 1;

const DECODER = new TextDecoder();
/** sockaddr_ll with the longest hardware address, InfiniBand's of 20 bytes. */
const SOCKADDR_LL_MOST_BYTES = 12 + 20;

/** One node of the list. */
interface Node {
  readonly label: string;
  readonly flags: number;
  readonly family: number;
  readonly address: bigint;
  readonly netmask: bigint;
  readonly other: bigint;
}

/** See `interfaces` of addrinfo. */
export function listInterfaces(): NetworkInterface[] {
  // The built-in `Deno.networkInterfaces` asks for the same.
  demandSys("networkInterfaces", "list the interfaces");
  const head = new BigUint64Array(allocate(8).buffer);
  must("getifaddrs", (lib) => lib.getifaddrs(head));
  const found = new Map<string, NetworkInterface>();
  try {
    const nodes = readNodes(head[0]);
    for (const node of nodes) {
      if (node.family === AF_PACKET) found.set(node.label, linkOf(node));
    }
    for (const node of nodes) {
      if (node.family === AF_INET || node.family === AF_INET6) addAddress(found, node);
    }
  } finally {
    libc().freeifaddrs(head[0]);
  }
  return setMtus([...found.values()]);
}

function readNodes(head: bigint): Node[] {
  const { ifaddrs } = layoutOf(detectPlatform());
  const nodes: Node[] = [];
  for (let at = head; at !== 0n;) {
    const view = new DataView(readMemory(at, ifaddrs.size).buffer);
    const address = view.getBigUint64(ifaddrs.ifa_addr, true);
    nodes.push({
      label: DECODER.decode(readCString(view.getBigUint64(ifaddrs.ifa_name, true), 256)),
      flags: view.getUint32(ifaddrs.ifa_flags, true),
      family: address === 0n ? -1 : familyAt(address),
      address,
      netmask: view.getBigUint64(ifaddrs.ifa_netmask, true),
      other: view.getBigUint64(ifaddrs.ifa_ifu, true),
    });
    at = view.getBigUint64(ifaddrs.ifa_next, true);
  }
  return nodes;
}

function familyAt(address: bigint): number {
  const bytes = readMemory(address, 2);
  return bytes[0] | bytes[1] << 8;
}

/** libc reserves room for the longest hardware address behind each sockaddr_ll. */
function linkOf(node: Node): NetworkInterface {
  const { sockaddr_ll } = layoutOf(detectPlatform());
  const length = readMemory(node.address + BigInt(sockaddr_ll.sll_halen), 1)[0];
  const size = Math.min(sockaddr_ll.sll_addr + length, SOCKADDR_LL_MOST_BYTES);
  const bytes = readMemory(node.address, Math.max(size, sockaddr_ll.size));
  const view = new DataView(bytes.buffer);
  const hardware = bytes.subarray(sockaddr_ll.sll_addr, size);
  const link: NetworkInterface = {
    index: view.getInt32(sockaddr_ll.sll_ifindex, true),
    name: node.label,
    flags: FLAGS.filter(([bit]) => (node.flags & bit) !== 0).map(([, name]) => name),
    mtu: 0,
    hardwareType: view.getUint16(sockaddr_ll.sll_hatype, true),
    addresses: [],
  };
  // The loopback has six zeros, and a tunnel of IPv4 its own address.
  if (hardware.some((byte) => byte !== 0) && hardware.length >= 6) {
    link.hardwareAddress = Array.from(hardware, (byte) => byte.toString(16).padStart(2, "0"))
      .join(":");
  }
  return link;
}

function addAddress(found: Map<string, NetworkInterface>, node: Node): void {
  const link = found.get(node.label) ?? found.get(node.label.replace(/:.*$/, ""));
  if (link === undefined) return; // made since the links were listed
  const own = ipAt(node.address, node.family);
  const address: InterfaceAddress = {
    family: own.family,
    hostname: own.hostname,
    prefixLength: node.netmask === 0n ? 0 : prefixOf(ipAt(node.netmask, node.family).hostname),
  };
  if (node.other !== 0n && familyAt(node.other) === node.family) {
    const { hostname } = ipAt(node.other, node.family);
    if ((node.flags & IFF_POINTOPOINT) !== 0) address.destination = hostname;
    else if ((node.flags & IFF_BROADCAST) !== 0) address.broadcast = hostname;
  }
  if (own.scopeId !== undefined) address.scopeId = own.scopeId;
  if (node.label !== link.name) address.label = node.label;
  link.addresses.push(address);
}

function ipAt(
  address: bigint,
  family: number,
): { family: "inet" | "inet6"; hostname: string; scopeId?: number } {
  const size = family === AF_INET ? SOCKADDR_IN_BYTES : SOCKADDR_IN6_BYTES;
  const bytes = readMemory(address, size);
  // musl leaves the family of a netmask to be guessed.
  bytes[0] = family;
  const decoded = decodeSockaddr(bytes, size);
  if (decoded.family !== "inet" && decoded.family !== "inet6") {
    throw new TypeError("Cannot list the interfaces: an address is neither IPv4 nor IPv6");
  }
  return decoded;
}

function prefixOf(netmask: string): number {
  let bits = 0;
  for (const byte of parseIp(netmask)) {
    for (let rest = byte; rest !== 0; rest = rest << 1 & 0xff) bits++;
    if (byte !== 0xff) break;
  }
  return bits;
}

/** Fills the MTUs in, and leaves out the interfaces that have gone since. */
function setMtus(links: NetworkInterface[]): NetworkInterface[] {
  const { ifreq } = layoutOf(detectPlatform());
  const fd = must("socket", (lib) => lib.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  try {
    return links.filter((link) => {
      const request = allocate(ifreq.size);
      new TextEncoder().encodeInto(link.name, request.subarray(0, ifreq.ifr_ifru - 1));
      if (attempt((lib) => lib.ioctl(fd, SIOCGIFMTU, request)) < 0) return false;
      link.mtu = new DataView(request.buffer).getInt32(ifreq.ifr_ifru, true);
      return true;
    });
  } finally {
    closeFd(fd);
  }
}

/** See `setHostname` of addrinfo. */
export function changeHostname(name: string): void {
  demandSys("hostname", "set the host name");
  const bytes = new TextEncoder().encode(name);
  const result = attempt((lib) => lib.sethostname(bytes, bytes.length));
  if (result === -EPERM) {
    const message = "Operation not permitted without CAP_SYS_ADMIN";
    throw socketError("EPERM", { syscall: "sethostname", message });
  }
  if (result < 0) throw failure("sethostname", -result, JSON.stringify(name));
}
