/**
 * Options of TIPC sockets (linux/tipc.h, `man 7 tipc`).
 *
 * @module
 */
import type { SocketOption } from "../core/option.ts";
import { SOL_TIPC } from "../ffi/abi/socket_constants.ts";
import {
  bool,
  checkInt,
  checkObject,
  int,
  row,
  struct,
  writeOnly,
  wrongType,
} from "../ffi/options/codecs.ts";
import { SCOPES } from "../ffi/families/tipc.ts";
import { NUMBERS } from "./_constants.ts";

function tipcRow<T>(
  name: keyof typeof NUMBERS,
  access: "rw" | "ro" | "wo",
  codec: Parameters<typeof row<T>>[4],
): SocketOption<T> {
  return row(name, SOL_TIPC, NUMBERS[name], access, codec);
}

/** How soon the kernel drops what is sent when a receiver is full: 0 first, to 3 last. Default 0. */
export const TIPC_IMPORTANCE: SocketOption<number> = tipcRow("TIPC_IMPORTANCE", "rw", int(0, 3));
/** Whether what this socket sends may be dropped by a congested link. Default: true for `dgram` only. */
export const TIPC_SRC_DROPPABLE: SocketOption<boolean> = tipcRow("TIPC_SRC_DROPPABLE", "rw", bool);
/** Whether what cannot be delivered is dropped, not returned to the sender. Default: by the type. */
export const TIPC_DEST_DROPPABLE: SocketOption<boolean> = tipcRow(
  "TIPC_DEST_DROPPABLE",
  "rw",
  bool,
);
/** How long the kernel tries to connect, in milliseconds. Default 8000. */
export const TIPC_CONN_TIMEOUT: SocketOption<number> = tipcRow("TIPC_CONN_TIMEOUT", "rw", int(0));
/** Messages that wait on this node. Not supported by newer kernels. */
export const TIPC_NODE_RECVQ_DEPTH: SocketOption<number> = tipcRow(
  "TIPC_NODE_RECVQ_DEPTH",
  "ro",
  int(),
);
/** Messages that wait to be received. */
export const TIPC_SOCK_RECVQ_DEPTH: SocketOption<number> = tipcRow(
  "TIPC_SOCK_RECVQ_DEPTH",
  "ro",
  int(),
);
/** Bytes of memory that waits to be received. */
export const TIPC_SOCK_RECVQ_USED: SocketOption<number> = tipcRow(
  "TIPC_SOCK_RECVQ_USED",
  "ro",
  int(),
);
/** Whether small messages of a stream are sent at once. Default true on newer kernels. */
export const TIPC_NODELAY: SocketOption<boolean> = tipcRow("TIPC_NODELAY", "rw", bool);

/** An option without a value: the kernel refuses any. */
const done = writeOnly<true>((value, name) => {
  if (value !== true) throw wrongType(name, value, "true");
  return new Uint8Array(0);
});
/** What is sent to a range goes out by broadcast. */
export const TIPC_MCAST_BROADCAST: SocketOption<true> = tipcRow("TIPC_MCAST_BROADCAST", "wo", done);
/** What is sent to a range goes out to each node by itself. */
export const TIPC_MCAST_REPLICAST: SocketOption<true> = tipcRow("TIPC_MCAST_REPLICAST", "wo", done);

/** A member of a group (`struct tipc_group_req`). */
export interface TipcGroup {
  /** The group, 64 to 2^32 - 1. */
  service: number;
  /** Who this member is in it, 0 to 2^32 - 1; several may be the same. */
  instance: number;
  /** How far the group reaches. Default `"cluster"`. */
  scope?: "cluster" | "node";
  /** Whether what is sent comes back to the sender where it fits. Default false. */
  loopback?: boolean;
  /** Whether joining and leaving of others is told, by empty messages with MSG_OOB. Default false. */
  memberEvents?: boolean;
}

const MAX_U32 = 0xffffffff;
const GROUP_KEYS = ["service", "instance", "scope", "loopback", "memberEvents"];

/** Makes the socket a member of a group: what it sends to nobody in particular reaches all members. */
export const TIPC_GROUP_JOIN: SocketOption<TipcGroup> = tipcRow(
  "TIPC_GROUP_JOIN",
  "wo",
  writeOnly((value, name) => {
    checkObject(name, value, "a group");
    for (const key of Object.keys(value)) {
      if (!GROUP_KEYS.includes(key)) {
        throw new TypeError(`Cannot set ${name}: the group has an unknown key "${key}"`);
      }
    }
    const { service, instance, scope = "cluster", loopback = false, memberEvents = false } = value;
    if (scope !== "cluster" && scope !== "node") {
      throw new TypeError(`Cannot set ${name}: scope is not "cluster" or "node"`);
    }
    for (const [key, flag] of [["loopback", loopback], ["memberEvents", memberEvents]]) {
      if (typeof flag !== "boolean") {
        throw new TypeError(`Cannot set ${name}: ${key} is not a boolean`);
      }
    }
    const { bytes, view } = struct(16);
    view.setUint32(0, checkInt(name, service, NUMBERS.TIPC_RESERVED_TYPES, MAX_U32), true);
    view.setUint32(4, checkInt(name, instance, 0, MAX_U32), true);
    view.setUint32(
      8,
      scope === "cluster" ? SCOPES.TIPC_CLUSTER_SCOPE : SCOPES.TIPC_NODE_SCOPE,
      true,
    );
    view.setUint32(
      12,
      (loopback ? NUMBERS.TIPC_GROUP_LOOPBACK : 0) |
        (memberEvents ? NUMBERS.TIPC_GROUP_MEMBER_EVTS : 0),
      true,
    );
    return bytes;
  }),
);
/** Ends the membership. */
export const TIPC_GROUP_LEAVE: SocketOption<true> = tipcRow("TIPC_GROUP_LEAVE", "wo", done);
