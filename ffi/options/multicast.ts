/**
 * Multicast options of both IP versions: man 7 ip, man 7 ipv6, RFC 3678.
 *
 * Any-source membership is IP_ADD_MEMBERSHIP and the like, source-specific membership the options
 * with SOURCE in their names. The MCAST_* options are in `multicast_group.ts`.
 *
 * @module
 */

import type { SocketOption } from "../../core/option.ts";
import { formatIpv4, parseIpv4, parseIpv6 } from "../../core/ip/text.ts";
import * as c from "../abi/constants.ts";
import { STRUCTS } from "../abi/layout.ts";
import {
  bool,
  checkObject,
  type CodecFor,
  int,
  row,
  struct,
  viewOf,
  writeOnly,
  wrongType,
} from "./codecs.ts";
import { address } from "./_address_codecs.ts";
import { interfaceIndex, ipv4Interface, ipv4InterfaceAddress } from "./interface.ts";

const {
  ip_mreqn: MREQN,
  ip_mreq_source: MREQ_SOURCE,
  ipv6_mreq: MREQ6,
} = STRUCTS;
const V4 = c.IPPROTO_IP;
const V6 = c.IPPROTO_IPV6;

/** The keys of a membership. */
export const GROUP_KEYS: readonly string[] = ["group", "interface"];
/** The keys of a membership of one source. */
export const GROUP_SOURCE_KEYS: readonly string[] = [...GROUP_KEYS, "source"];

/** A group and the interface to join it on: by index, by (IPv4) address, or the kernel's choice. */
export interface Ipv4Membership {
  /** The group's address. */
  readonly group: string;
  /** The interface's name, its index, or an address of it. Default: the route to the group decides. */
  readonly interface?: string | number;
}

/** A group, a source in it, and the interface by an address of its own. */
export interface Ipv4SourceMembership {
  /** The group's address. */
  readonly group: string;
  /** The sender's address. */
  readonly source: string;
  /** The interface's name, its index, or an address of it. Default: the route to the group decides. */
  readonly interface?: string | number;
}

/** A group and the interface to join it on. */
export interface GroupMembership {
  /** The group's address. */
  readonly group: string;
  /** The interface's name or index. Default: the route to the group decides. */
  readonly interface?: string | number;
}

/** `struct ip_mreqn`. */
const ipMembership = writeOnly<Ipv4Membership>((value, name) => {
  checkObject(name, value, "an object with a group", GROUP_KEYS);
  const { bytes, view } = struct(MREQN.size);
  bytes.set(address(name, "group", value.group, parseIpv4), MREQN.imr_multiaddr);
  const chosen = ipv4Interface(`${name}.interface`, value.interface);
  bytes.set(chosen.address, MREQN.imr_address);
  view.setInt32(MREQN.imr_ifindex, chosen.index, true);
  return bytes;
});

/** `struct ip_mreq_source`. */
const ipSource = writeOnly<Ipv4SourceMembership>((value, name) => {
  checkObject(name, value, "an object with a group and a source", GROUP_SOURCE_KEYS);
  const { bytes } = struct(MREQ_SOURCE.size);
  bytes.set(address(name, "group", value.group, parseIpv4), MREQ_SOURCE.imr_multiaddr);
  bytes.set(
    ipv4InterfaceAddress(`${name}.interface`, value.interface),
    MREQ_SOURCE.imr_interface,
  );
  bytes.set(address(name, "source", value.source, parseIpv4), MREQ_SOURCE.imr_sourceaddr);
  return bytes;
});

/** `struct ipv6_mreq`. */
const ipv6Membership = writeOnly<GroupMembership>((value, name) => {
  checkObject(name, value, "an object with a group", GROUP_KEYS);
  const { bytes, view } = struct(MREQ6.size);
  bytes.set(address(name, "group", value.group, parseIpv6), MREQ6.ipv6mr_multiaddr);
  view.setInt32(
    MREQ6.ipv6mr_ifindex,
    interfaceIndex(`${name}.interface`, value.interface),
    true,
  );
  return bytes;
});

/** An interface by name, index (set as `struct ip_mreqn`) or address; read as an address. */
const ipMulticastInterface: CodecFor<string | number> = (name) => ({
  size: 4,
  encode(value) {
    const { bytes, view } = struct(MREQN.size);
    if (value === undefined) throw wrongType(name, value, "an interface's name, index or address");
    const chosen = ipv4Interface(name, value);
    bytes.set(chosen.address, MREQN.imr_address);
    view.setInt32(MREQN.imr_ifindex, chosen.index, true);
    return bytes;
  },
  decode: (bytes) => formatIpv4(bytes),
});

/** An interface by name or index; read as its index. */
const ipv6MulticastInterface: CodecFor<string | number> = (name) => ({
  size: 4,
  encode(value) {
    if (value === undefined) throw wrongType(name, value, "an interface's name or index");
    const { bytes, view } = struct(4);
    view.setInt32(0, interfaceIndex(name, value), true);
    return bytes;
  },
  decode: (bytes) => viewOf(name, bytes, 4).getInt32(0, true),
});

/**
 * Joins a group for whatever source; EADDRINUSE if already joined. At most
 * net.ipv4.igmp_max_memberships. Set only.
 */
export const IP_ADD_MEMBERSHIP: SocketOption<Ipv4Membership> = row(
  "IP_ADD_MEMBERSHIP",
  V4,
  c.IP_ADD_MEMBERSHIP,
  "wo",
  ipMembership,
);

/** Leaves a group. Set only. */
export const IP_DROP_MEMBERSHIP: SocketOption<Ipv4Membership> = row(
  "IP_DROP_MEMBERSHIP",
  V4,
  c.IP_DROP_MEMBERSHIP,
  "wo",
  ipMembership,
);

/** Joins a group for one source; once more for each further one. Set only. */
export const IP_ADD_SOURCE_MEMBERSHIP: SocketOption<Ipv4SourceMembership> = row(
  "IP_ADD_SOURCE_MEMBERSHIP",
  V4,
  c.IP_ADD_SOURCE_MEMBERSHIP,
  "wo",
  ipSource,
);

/** Leaves one source of a group, and the group with the last one. Set only. */
export const IP_DROP_SOURCE_MEMBERSHIP: SocketOption<Ipv4SourceMembership> = row(
  "IP_DROP_SOURCE_MEMBERSHIP",
  V4,
  c.IP_DROP_SOURCE_MEMBERSHIP,
  "wo",
  ipSource,
);

/** Stops taking one source of a group that was joined for any. Set only. */
export const IP_BLOCK_SOURCE: SocketOption<Ipv4SourceMembership> = row(
  "IP_BLOCK_SOURCE",
  V4,
  c.IP_BLOCK_SOURCE,
  "wo",
  ipSource,
);

/** Takes a blocked source of a group again. Set only. */
export const IP_UNBLOCK_SOURCE: SocketOption<Ipv4SourceMembership> = row(
  "IP_UNBLOCK_SOURCE",
  V4,
  c.IP_UNBLOCK_SOURCE,
  "wo",
  ipSource,
);

/**
 * Whether messages of every group that anyone on the host joined are taken. Default true. Since
 * Linux 2.6.31.
 */
export const IP_MULTICAST_ALL: SocketOption<boolean> = row(
  "IP_MULTICAST_ALL",
  V4,
  c.IP_MULTICAST_ALL,
  "rw",
  bool,
);

/**
 * The interface that multicast leaves by: set by name, index or an address of it, read as the address
 * (`"0.0.0.0"`, the default, if there is none).
 */
export const IP_MULTICAST_IF: SocketOption<string | number> = row(
  "IP_MULTICAST_IF",
  V4,
  c.IP_MULTICAST_IF,
  "rw",
  ipMulticastInterface,
);

/** Whether multicast that is sent also arrives on this host. Default true. */
export const IP_MULTICAST_LOOP: SocketOption<boolean> = row(
  "IP_MULTICAST_LOOP",
  V4,
  c.IP_MULTICAST_LOOP,
  "rw",
  bool,
);

/** The TTL of outgoing multicast, 0 to 255, or -1 for the default of 1. */
export const IP_MULTICAST_TTL: SocketOption<number> = row(
  "IP_MULTICAST_TTL",
  V4,
  c.IP_MULTICAST_TTL,
  "rw",
  int(-1, 255),
);

/** Joins a group for whatever source; EADDRINUSE if already joined. Set only. */
export const IPV6_ADD_MEMBERSHIP: SocketOption<GroupMembership> = row(
  "IPV6_ADD_MEMBERSHIP",
  V6,
  c.IPV6_ADD_MEMBERSHIP,
  "wo",
  ipv6Membership,
);

/** Leaves a group. Set only. */
export const IPV6_DROP_MEMBERSHIP: SocketOption<GroupMembership> = row(
  "IPV6_DROP_MEMBERSHIP",
  V6,
  c.IPV6_DROP_MEMBERSHIP,
  "wo",
  ipv6Membership,
);

/**
 * Whether messages of every group that anyone on the host joined are taken. Default true. Since
 * Linux 4.20.
 */
export const IPV6_MULTICAST_ALL: SocketOption<boolean> = row(
  "IPV6_MULTICAST_ALL",
  V6,
  c.IPV6_MULTICAST_ALL,
  "rw",
  bool,
);

/** The hop limit of outgoing multicast, 0 to 255, or -1 for the default of 1. */
export const IPV6_MULTICAST_HOPS: SocketOption<number> = row(
  "IPV6_MULTICAST_HOPS",
  V6,
  c.IPV6_MULTICAST_HOPS,
  "rw",
  int(-1, 255),
);

/** The interface that multicast leaves by: set by name or index, read as the index; 0 (the default) for the route's. */
export const IPV6_MULTICAST_IF: SocketOption<number | string> = row(
  "IPV6_MULTICAST_IF",
  V6,
  c.IPV6_MULTICAST_IF,
  "rw",
  ipv6MulticastInterface,
);

/** Whether multicast that is sent also arrives on this host. Default true. */
export const IPV6_MULTICAST_LOOP: SocketOption<boolean> = row(
  "IPV6_MULTICAST_LOOP",
  V6,
  c.IPV6_MULTICAST_LOOP,
  "rw",
  bool,
);
