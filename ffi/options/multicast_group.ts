/**
 * The multicast options that IPv4 and IPv6 have alike: RFC 3678 section 5.
 *
 * The MCAST_* options name the interface itself, not an address of it, and exist for both versions; those of IPv6 are
 * the rows with the prefix `IPV6_`.
 *
 * @module
 */

import type { SocketOption } from "../../core/option.ts";
import * as c from "../abi/constants.ts";
import { STRUCTS } from "../abi/layout.ts";
import { putSockaddr } from "./_address_codecs.ts";
import { checkObject, type CodecFor, row, struct, writeOnly } from "./codecs.ts";
import { interfaceIndex } from "./interface.ts";
import { GROUP_KEYS, GROUP_SOURCE_KEYS, type GroupMembership } from "./multicast.ts";

const { group_req: GROUP_REQ, group_source_req: GROUP_SOURCE_REQ } = STRUCTS;
const V4 = c.IPPROTO_IP;
const V6 = c.IPPROTO_IPV6;

/** A group, a source in it and the interface. */
export interface GroupSourceMembership extends GroupMembership {
  /** The sender's address. */
  readonly source: string;
}

/** `struct group_req`. */
function groupReq(level: number): CodecFor<GroupMembership> {
  return writeOnly((value, name) => {
    checkObject(name, value, "an object with a group", GROUP_KEYS);
    const { bytes, view } = struct(GROUP_REQ.size);
    view.setUint32(
      GROUP_REQ.gr_interface,
      interfaceIndex(`${name}.interface`, value.interface),
      true,
    );
    putSockaddr(bytes, GROUP_REQ.gr_group, level, name, "group", value.group);
    return bytes;
  });
}

/** `struct group_source_req`. */
function groupSourceReq(level: number): CodecFor<GroupSourceMembership> {
  return writeOnly((value, name) => {
    checkObject(name, value, "an object with a group and a source", GROUP_SOURCE_KEYS);
    const { bytes, view } = struct(GROUP_SOURCE_REQ.size);
    view.setUint32(
      GROUP_SOURCE_REQ.gsr_interface,
      interfaceIndex(`${name}.interface`, value.interface),
      true,
    );
    putSockaddr(bytes, GROUP_SOURCE_REQ.gsr_group, level, name, "group", value.group);
    putSockaddr(bytes, GROUP_SOURCE_REQ.gsr_source, level, name, "source", value.source);
    return bytes;
  });
}

/** Joins an IPv4 group for whatever source, by interface. Set only. */
export const MCAST_JOIN_GROUP: SocketOption<GroupMembership> = row(
  "MCAST_JOIN_GROUP",
  V4,
  c.MCAST_JOIN_GROUP,
  "wo",
  groupReq(V4),
);

/** Leaves an IPv4 group. Set only. */
export const MCAST_LEAVE_GROUP: SocketOption<GroupMembership> = row(
  "MCAST_LEAVE_GROUP",
  V4,
  c.MCAST_LEAVE_GROUP,
  "wo",
  groupReq(V4),
);

/** Joins an IPv4 group for one source; once more for each further one. Set only. */
export const MCAST_JOIN_SOURCE_GROUP: SocketOption<GroupSourceMembership> = row(
  "MCAST_JOIN_SOURCE_GROUP",
  V4,
  c.MCAST_JOIN_SOURCE_GROUP,
  "wo",
  groupSourceReq(V4),
);

/** Leaves one source of an IPv4 group, and the group with the last one. Set only. */
export const MCAST_LEAVE_SOURCE_GROUP: SocketOption<GroupSourceMembership> = row(
  "MCAST_LEAVE_SOURCE_GROUP",
  V4,
  c.MCAST_LEAVE_SOURCE_GROUP,
  "wo",
  groupSourceReq(V4),
);

/** Stops taking one source of an IPv4 group that was joined for any. Set only. */
export const MCAST_BLOCK_SOURCE: SocketOption<GroupSourceMembership> = row(
  "MCAST_BLOCK_SOURCE",
  V4,
  c.MCAST_BLOCK_SOURCE,
  "wo",
  groupSourceReq(V4),
);

/** Takes a blocked source of an IPv4 group again. Set only. */
export const MCAST_UNBLOCK_SOURCE: SocketOption<GroupSourceMembership> = row(
  "MCAST_UNBLOCK_SOURCE",
  V4,
  c.MCAST_UNBLOCK_SOURCE,
  "wo",
  groupSourceReq(V4),
);

/** As {@linkcode MCAST_JOIN_GROUP} for IPv6. */
export const IPV6_MCAST_JOIN_GROUP: SocketOption<GroupMembership> = row(
  "IPV6_MCAST_JOIN_GROUP",
  V6,
  c.MCAST_JOIN_GROUP,
  "wo",
  groupReq(V6),
);

/** As {@linkcode MCAST_LEAVE_GROUP} for IPv6. */
export const IPV6_MCAST_LEAVE_GROUP: SocketOption<GroupMembership> = row(
  "IPV6_MCAST_LEAVE_GROUP",
  V6,
  c.MCAST_LEAVE_GROUP,
  "wo",
  groupReq(V6),
);

/** As {@linkcode MCAST_JOIN_SOURCE_GROUP} for IPv6. */
export const IPV6_MCAST_JOIN_SOURCE_GROUP: SocketOption<GroupSourceMembership> = row(
  "IPV6_MCAST_JOIN_SOURCE_GROUP",
  V6,
  c.MCAST_JOIN_SOURCE_GROUP,
  "wo",
  groupSourceReq(V6),
);

/** As {@linkcode MCAST_LEAVE_SOURCE_GROUP} for IPv6. */
export const IPV6_MCAST_LEAVE_SOURCE_GROUP: SocketOption<GroupSourceMembership> = row(
  "IPV6_MCAST_LEAVE_SOURCE_GROUP",
  V6,
  c.MCAST_LEAVE_SOURCE_GROUP,
  "wo",
  groupSourceReq(V6),
);

/** As {@linkcode MCAST_BLOCK_SOURCE} for IPv6. */
export const IPV6_MCAST_BLOCK_SOURCE: SocketOption<GroupSourceMembership> = row(
  "IPV6_MCAST_BLOCK_SOURCE",
  V6,
  c.MCAST_BLOCK_SOURCE,
  "wo",
  groupSourceReq(V6),
);

/** As {@linkcode MCAST_UNBLOCK_SOURCE} for IPv6. */
export const IPV6_MCAST_UNBLOCK_SOURCE: SocketOption<GroupSourceMembership> = row(
  "IPV6_MCAST_UNBLOCK_SOURCE",
  V6,
  c.MCAST_UNBLOCK_SOURCE,
  "wo",
  groupSourceReq(V6),
);
