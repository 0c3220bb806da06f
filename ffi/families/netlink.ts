/**
 * Messages to and from the kernel: `struct sockaddr_nl` (linux/netlink.h, `man 7 netlink`).
 *
 * @module
 */
import type { NetlinkAddress } from "../../core/address.ts";
import { checkInteger } from "../../core/arguments.ts";
import { STRUCTS } from "../abi/layout.ts";
import { AF_NETLINK } from "../abi/socket_constants.ts";
import { hostU32At, putFamily, putHostU32 } from "./bytes.ts";
import { type FamilyRow, WHOLE_NET } from "./row.ts";

const { sockaddr_nl: SNL } = STRUCTS;

/** Netlink. */
export const NETLINK: FamilyRow<NetlinkAddress> = {
  number: AF_NETLINK,
  name: "netlink",
  keys: ["portId", "groups"],
  grants: ["net"],
  recognises: ({ portId }) => portId !== undefined,
  encode(target, offset, { portId = 0, groups = 0 }, action) {
    checkInteger(portId, 0, 0xffffffff, action, "address.portId");
    checkInteger(groups, 0, 0xffffffff, action, "address.groups");
    target.fill(0, offset, offset + SNL.size);
    putFamily(target, offset, AF_NETLINK);
    putHostU32(target, offset + SNL.nl_pid, portId);
    putHostU32(target, offset + SNL.nl_groups, groups);
    return SNL.size;
  },
  decode(bytes, offset, size) {
    if (size < SNL.size) return undefined;
    return {
      family: "netlink",
      portId: hostU32At(bytes, offset + SNL.nl_pid),
      groups: hostU32At(bytes, offset + SNL.nl_groups),
    };
  },
  text: ({ portId, groups }) => groups === 0 ? `netlink:${portId}` : `netlink:${portId}/${groups}`,
  permissions: () => WHOLE_NET,
};
