/**
 * Socket types by number and by name (sys/socket.h, `man 2 socket`).
 *
 * @module
 */
import type { SocketType } from "../../core/address.ts";
import {
  SOCK_DCCP,
  SOCK_DGRAM,
  SOCK_RAW,
  SOCK_RDM,
  SOCK_SEQPACKET,
  SOCK_STREAM,
} from "../abi/socket_constants.ts";

/** SOCK_* by name. */
export const TYPE_NUMBERS: Readonly<Record<SocketType, number>> = {
  stream: SOCK_STREAM,
  dgram: SOCK_DGRAM,
  raw: SOCK_RAW,
  rdm: SOCK_RDM,
  seqpacket: SOCK_SEQPACKET,
  dccp: SOCK_DCCP,
};

/** SOCK_TYPE_MASK (linux/net.h): what of a type is no flag. */
export const SOCK_TYPE_MASK = 0xf;

const NAMES = new Map(
  Object.entries(TYPE_NUMBERS).map(([name, number]) => [number, name as SocketType]),
);

/** The name of SOCK_*, flags aside. */
export function typeName(typeNumber: number): SocketType {
  return NAMES.get(typeNumber & SOCK_TYPE_MASK) ?? "raw";
}
