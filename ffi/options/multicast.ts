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
  checkInt,
  checkObject,
  type CodecFor,
  int,
  INT_MAX,
  row,
  struct,
  writeOnly,
  wrongType,
} from "./codecs.ts";
import { address } from "./address_codecs.ts";

const {
  ip_mreqn: MREQN,
  ip_mreq_source: MREQ_SOURCE,
  ipv6_mreq: MREQ6,
} = STRUCTS;
const V4 = c.IPPROTO_IP;
const V6 = c.IPPROTO_IPV6;

/** A group and the interface to join it on: by index, by (IPv4) address, or the kernel's choice. */
export interface Ipv4Membership {
  /** The group's address. */
  readonly group: string;
  /** An address of the interface. Default `"0.0.0.0"`: the route to the group decides. */
  readonly interfaceAddress?: string;
  /** The interface's index, which goes before its address. Default 0. */
  readonly interfaceIndex?: number;
}

/** A group, a source in it, and the interface by an address of its own. */
export interface Ipv4SourceMembership {
  /** The group's address. */
  readonly group: string;
  /** The sender's address. */
  readonly source: string;
  /** An address of the interface. Default `"0.0.0.0"`: the route to the group decides. */
  readonly interfaceAddress?: string;
}

/** A group and the interface to join it on. */
export interface GroupMembership {
  /** The group's address. */
  readonly group: string;
  /** The interface's index. Default 0: the route to the group decides. */
  readonly interfaceIndex?: number;
}

/** `struct ip_mreqn`. */
const ipMembership = writeOnly<Ipv4Membership>((value, name) => {
  checkObject(name, value, "an object with a group");
  const { bytes, view } = struct(MREQN.size);
  bytes.set(address(name, "group", value.group, parseIpv4), MREQN.imr_multiaddr);
  bytes.set(
    address(name, "interfaceAddress", value.interfaceAddress ?? "0.0.0.0", parseIpv4),
    MREQN.imr_address,
  );
  view.setInt32(
    MREQN.imr_ifindex,
    checkInt(`${name}.interfaceIndex`, value.interfaceIndex ?? 0, 0, INT_MAX),
    true,
  );
  return bytes;
});

/** `struct ip_mreq_source`. */
const ipSource = writeOnly<Ipv4SourceMembership>((value, name) => {
  checkObject(name, value, "an object with a group and a source");
  const { bytes } = struct(MREQ_SOURCE.size);
  bytes.set(address(name, "group", value.group, parseIpv4), MREQ_SOURCE.imr_multiaddr);
  bytes.set(
    address(name, "interfaceAddress", value.interfaceAddress ?? "0.0.0.0", parseIpv4),
    MREQ_SOURCE.imr_interface,
  );
  bytes.set(address(name, "source", value.source, parseIpv4), MREQ_SOURCE.imr_sourceaddr);
  return bytes;
});

/** `struct ipv6_mreq`. */
const ipv6Membership = writeOnly<GroupMembership>((value, name) => {
  checkObject(name, value, "an object with a group");
  const { bytes, view } = struct(MREQ6.size);
  bytes.set(address(name, "group", value.group, parseIpv6), MREQ6.ipv6mr_multiaddr);
  view.setInt32(
    MREQ6.ipv6mr_ifindex,
    checkInt(`${name}.interfaceIndex`, value.interfaceIndex ?? 0, 0, INT_MAX),
    true,
  );
  return bytes;
});

/** An interface by its index (set as `struct ip_mreqn`) or by an address; read as an address. */
const ipMulticastInterface: CodecFor<string | number> = (name) => ({
  size: 4,
  encode(value) {
    const { bytes, view } = struct(MREQN.size);
    if (typeof value === "number") {
      view.setInt32(MREQN.imr_ifindex, checkInt(name, value, 0, INT_MAX), true);
    } else if (typeof value === "string") {
      bytes.set(address(name, "", value, parseIpv4), MREQN.imr_address);
    } else throw wrongType(name, value, "an interface index or an IPv4 address");
    return bytes;
  },
  decode: (bytes) => formatIpv4(bytes),
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
 * The interface that multicast leaves by: set by index or by an address of it, read as the address
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

/** The interface that multicast leaves by, as its index; 0 (the default) for the route's. */
export const IPV6_MULTICAST_IF: SocketOption<number> = row(
  "IPV6_MULTICAST_IF",
  V6,
  c.IPV6_MULTICAST_IF,
  "rw",
  int(0),
);

/** Whether multicast that is sent also arrives on this host. Default true. */
export const IPV6_MULTICAST_LOOP: SocketOption<boolean> = row(
  "IPV6_MULTICAST_LOOP",
  V6,
  c.IPV6_MULTICAST_LOOP,
  "rw",
  bool,
);
