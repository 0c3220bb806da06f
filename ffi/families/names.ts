/**
 * Families and types by number and by name.
 *
 * @module
 */
import type { Family, SocketType } from "../../core/address.ts";
import {
  AF_ALG,
  AF_BLUETOOTH,
  AF_CAN,
  AF_INET,
  AF_INET6,
  AF_NETLINK,
  AF_PACKET,
  AF_TIPC,
  AF_UNIX,
  AF_UNSPEC,
  AF_VSOCK,
  SOCK_DCCP,
  SOCK_DGRAM,
  SOCK_RAW,
  SOCK_RDM,
  SOCK_SEQPACKET,
  SOCK_STREAM,
} from "../abi/socket_constants.ts";

const FAMILIES = new Map<number, Family>([
  [AF_UNSPEC, "unspec"],
  [AF_UNIX, "unix"],
  [AF_INET, "inet"],
  [AF_INET6, "inet6"],
  [AF_PACKET, "packet"],
  [AF_NETLINK, "netlink"],
  [AF_VSOCK, "vsock"],
  [AF_BLUETOOTH, "bluetooth"],
  [AF_CAN, "can"],
  [AF_TIPC, "tipc"],
  [AF_ALG, "alg"],
]);

const TYPES = new Map<number, SocketType>([
  [SOCK_STREAM, "stream"],
  [SOCK_DGRAM, "dgram"],
  [SOCK_RAW, "raw"],
  [SOCK_RDM, "rdm"],
  [SOCK_SEQPACKET, "seqpacket"],
  [SOCK_DCCP, "dccp"],
]);

/** The name of AF_*. */
export function familyName(familyNumber: number): Family {
  return FAMILIES.get(familyNumber) ?? "other";
}

/** The name of SOCK_*, flags aside. */
export function typeName(typeNumber: number): SocketType {
  return TYPES.get(typeNumber & 0xf) ?? "raw";
}
