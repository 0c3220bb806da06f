/**
 * Addresses: how each family names a peer.
 *
 * @module
 */
import type { BorrowingFamily, RareAddressTypes } from "./rare_addresses.ts";

/** The socket types (`man 2 socket`). `raw` sees headers, `seqpacket` keeps message boundaries in order. */
export type SocketType = "stream" | "dgram" | "raw" | "rdm" | "seqpacket" | "dccp";

/** An IPv4 address and port (`man 7 ip`). */
export interface InetAddress {
  /** Always `"inet"`. */
  family: "inet";
  /** Dotted quad, `"127.0.0.1"`. */
  hostname: string;
  /** 0 to 65535; for raw sockets, 0. */
  port: number;
}

/** An IPv6 address and port (`man 7 ipv6`). */
export interface Inet6Address {
  /** Always `"inet6"`. */
  family: "inet6";
  /** RFC 5952 text without zone or brackets, `"::1"`. */
  hostname: string;
  /** 0 to 65535; for raw sockets, 0. */
  port: number;
  /** Interface index of a link-local address; absent when 0. */
  scopeId?: number;
  /** Flow label and traffic class, 0 to 2^32 - 1; absent when 0. */
  flowInfo?: number;
}

/** An IPv4 or IPv6 address and port. */
export type IpAddress = InetAddress | Inet6Address;

/** A Unix domain address (`man 7 unix`). */
export interface UnixAddress {
  /** Always `"unix"`. */
  family: "unix";
  /** The path; empty for an unnamed socket; a leading NUL marks the abstract namespace. */
  path: string;
  /** The path as bytes: canonical, since paths need not be UTF-8. */
  pathBytes: Uint8Array;
}

/** A link-layer address (`man 7 packet`). */
export interface PacketAddress {
  /** Always `"packet"`. */
  family: "packet";
  /** Interface name, `"eth0"`. */
  interface: string;
  /** Interface index; filled in on receipt, looked up from the name when absent. */
  interfaceIndex?: number;
  /** EtherType, 0 to 65535. */
  etherType: number;
  /** How the frame came: set on receipt. */
  packetType?: "host" | "broadcast" | "multicast" | "otherhost" | "outgoing" | "loopback" | "other";
  /** Link-layer address as text, `"02:00:00:00:00:01"`. */
  hardwareAddress?: string;
  /** ARPHRD_* type of the interface: set on receipt. */
  hardwareType?: number;
}

/** An address of messages to and from the kernel (`man 7 netlink`). */
export interface NetlinkAddress {
  /** Always `"netlink"`. */
  family: "netlink";
  /** The port: 0 is the kernel, and lets the kernel choose at bind. 0 to 2^32 - 1. */
  portId: number;
  /** The multicast groups, a bit each: 0 to 2^32 - 1. */
  groups: number;
}

/** An address of a virtual machine or its hypervisor (`man 7 vsock`). */
export interface VsockAddress {
  /** Always `"vsock"`. */
  family: "vsock";
  /** The context: 0 the hypervisor, 1 this machine, 2 the host, 2^32 - 1 any. */
  cid: number;
  /** 0 to 2^32 - 1; 2^32 - 1 lets the kernel choose at bind. */
  port: number;
}

/** An algorithm of the kernel's crypto (Documentation/crypto/userspace-if.rst). */
export interface AlgAddress {
  /** Always `"alg"`. */
  family: "alg";
  /** What kind of algorithm: `"hash"`, `"skcipher"`, `"aead"`, `"rng"`. */
  type: string;
  /** Its name as /proc/crypto has it, up to 63 characters: `"hmac(sha256)"`, `"cbc(aes)"`. */
  name: string;
  /** Features asked for, 0 to 2^32 - 1. Default 0. */
  feature?: number;
  /** Which bits of `feature` count, 0 to 2^32 - 1. Default 0. */
  mask?: number;
}

/** What a TIPC address may say beside what it names. */
export interface TipcScope {
  /** How far the name is known: in the cluster, or on this node alone. In what is looked up it is left out. */
  scope?: "cluster" | "node";
}

/** One instance of a TIPC service (`man 8 tipc`): whoever is bound to it is reached in turn. */
export interface TipcServiceAddress extends TipcScope {
  /** Always `"tipc"`. */
  family: "tipc";
  /** Always `"service"`. */
  kind: "service";
  /** The service type, 64 to 2^32 - 1 for one's own. */
  service: number;
  /** The instance, 0 to 2^32 - 1. */
  instance: number;
  /** The node it is looked for on, 0 to 2^32 - 1. Default 0: the whole cluster. */
  domain?: number;
}

/** A range of instances: to bind to, or to reach all that are bound within it. */
export interface TipcRangeAddress extends TipcScope {
  /** Always `"tipc"`. */
  family: "tipc";
  /** Always `"range"`. */
  kind: "range";
  /** The service type, 64 to 2^32 - 1 for one's own. */
  service: number;
  /** The first instance, 0 to 2^32 - 1. */
  lower: number;
  /** The last instance, `lower` to 2^32 - 1. */
  upper: number;
}

/** A single TIPC socket. */
export interface TipcSocketAddress {
  /** Always `"tipc"`. */
  family: "tipc";
  /** Always `"socket"`. */
  kind: "socket";
  /** The socket's number on its node. */
  ref: number;
  /** The node's address; 0 for this one where it has none yet. */
  node: number;
}

/** An address of a cluster's services (`man 8 tipc`). */
export type TipcAddress = TipcServiceAddress | TipcRangeAddress | TipcSocketAddress;

/** An address on a controller area network (Documentation/networking/can.rst). */
export interface CanAddress {
  /** Always `"can"`. */
  family: "can";
  /** Interface name, `"can0"`; empty for all of them. */
  interface: string;
  /** Interface index; filled in on receipt, looked up from the name when absent. */
  interfaceIndex?: number;
  /** ISO-TP: the identifier that is listened to, 0 to 0x1fffffff. */
  rxId?: number;
  /** ISO-TP: the identifier that is sent by. */
  txId?: number;
  /** ISO-TP: whether the identifiers have 29 bits. Default: those above 0x7ff. */
  extended?: boolean;
  /** J1939: the NAME of a control function, 64 bits. Default 0: none. */
  name?: bigint;
  /** J1939: the parameter group, 0 to 0x3ffff. Default 0x40000: none. */
  pgn?: number;
  /** J1939: the address, 0 to 0xfd; 0xfe none yet, 0xff all. Default 0xff. */
  address?: number;
}

/** The type of a Bluetooth address: of classic Bluetooth, or of Low Energy. */
export type BluetoothAddressType = "bredr" | "lePublic" | "leRandom";

/** A channel of L2CAP (bluetooth/l2cap.h). */
export interface L2capAddress {
  /** Always `"bluetooth"`. */
  family: "bluetooth";
  /** Always `"l2cap"`. */
  kind: "l2cap";
  /** The device, `"00:11:22:33:44:55"`; all zeros for any of one's own. */
  address: string;
  /** The service (PSM), odd from 1 to 0xffff for classic, 1 to 0xff for Low Energy. Default 0. */
  psm?: number;
  /** A fixed channel, 0 to 0xffff. Default 0: by the PSM. */
  cid?: number;
  /** Default `"bredr"`. */
  addressType?: BluetoothAddressType;
}

/** A serial port of RFCOMM (bluetooth/rfcomm.h). */
export interface RfcommAddress {
  /** Always `"bluetooth"`. */
  family: "bluetooth";
  /** Always `"rfcomm"`. */
  kind: "rfcomm";
  /** The device, `"00:11:22:33:44:55"`; all zeros for any of one's own. */
  address: string;
  /** The channel, 1 to 30; 0 lets the kernel choose. */
  channel: number;
}

/** A synchronous link (bluetooth/sco.h). */
export interface ScoAddress {
  /** Always `"bluetooth"`. */
  family: "bluetooth";
  /** Always `"sco"`. */
  kind: "sco";
  /** The device, `"00:11:22:33:44:55"`. */
  address: string;
}

/** An isochronous channel of Low Energy (Linux 6.0). */
export interface IsoAddress {
  /** Always `"bluetooth"`. */
  family: "bluetooth";
  /** Always `"iso"`. */
  kind: "iso";
  /** The device, `"00:11:22:33:44:55"`. */
  address: string;
  /** Default `"lePublic"`. */
  addressType?: BluetoothAddressType;
}

/** A controller itself (bluetooth/hci.h). */
export interface HciAddress {
  /** Always `"bluetooth"`. */
  family: "bluetooth";
  /** Always `"hci"`. */
  kind: "hci";
  /** N of hciN; 0xffff for none. */
  device: number;
  /** 0 raw, 1 user, 2 monitor, 3 control, 4 logging. */
  channel: number;
}

/** A Bluetooth address. */
export type BluetoothAddress =
  | L2capAddress
  | RfcommAddress
  | ScoAddress
  | IsoAddress
  | HciAddress;

/** An address of a family without a codec: its bytes as the kernel gave them, after `sa_family`. */
export interface OpaqueAddress {
  /** Always `"other"`. */
  family: "other";
  /** The kernel's number of the family (AF_*). */
  familyNumber: number;
  /** The bytes of the sockaddr after `sa_family`. */
  data: Uint8Array;
}

/** Every family's addresses, by its name in them. A new family is a line here. */
export interface AddressTypes extends RareAddressTypes {
  /** IPv4. */
  inet: InetAddress;
  /** IPv6. */
  inet6: Inet6Address;
  /** The Unix domain. */
  unix: UnixAddress;
  /** The link layer. */
  packet: PacketAddress;
  /** Messages to and from the kernel. */
  netlink: NetlinkAddress;
  /** Virtual machines. */
  vsock: VsockAddress;
  /** The kernel's crypto. */
  alg: AlgAddress;
  /** Services of a cluster. */
  tipc: TipcAddress;
  /** Controller area networks. */
  can: CanAddress;
  /** Bluetooth. */
  bluetooth: BluetoothAddress;
  /** What has no codec. */
  other: OpaqueAddress;
}

/** The address families, by the names used in addresses (`man 7 address_families`). */
export type Family = "unspec" | keyof AddressTypes | BorrowingFamily;

/** Any address. */
export type Address = AddressTypes[keyof AddressTypes];

/** What may be passed for an address: `family` may be left out where the other fields say it. */
export type AddressInput<A> = A extends UnixAddress
  ? { family?: "unix"; path: string; pathBytes?: Uint8Array } | {
    family?: "unix";
    path?: string;
    pathBytes: Uint8Array;
  }
  : A extends { family: infer F } ? Omit<A, "family"> & { family?: F }
  : A;
