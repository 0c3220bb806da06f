/**
 * Numbers of linux/tipc.h.
 *
 * @module
 */

/** By the header's names. */
export const NUMBERS = {
  TIPC_TOP_SRV: 1,
  TIPC_RESERVED_TYPES: 64,
  TIPC_MAX_USER_MSG_SIZE: 66000,
  TIPC_SUB_PORTS: 1,
  TIPC_SUB_SERVICE: 2,
  TIPC_SUB_CANCEL: 4,
  TIPC_WAIT_FOREVER: 0xffffffff,
  TIPC_PUBLISHED: 1,
  TIPC_WITHDRAWN: 2,
  TIPC_SUBSCR_TIMEOUT: 3,
  TIPC_ERRINFO: 1,
  TIPC_RETDATA: 2,
  TIPC_DESTNAME: 3,
  TIPC_IMPORTANCE: 127,
  TIPC_SRC_DROPPABLE: 128,
  TIPC_DEST_DROPPABLE: 129,
  TIPC_CONN_TIMEOUT: 130,
  TIPC_NODE_RECVQ_DEPTH: 131,
  TIPC_SOCK_RECVQ_DEPTH: 132,
  TIPC_MCAST_BROADCAST: 133,
  TIPC_MCAST_REPLICAST: 134,
  TIPC_GROUP_JOIN: 135,
  TIPC_GROUP_LEAVE: 136,
  TIPC_SOCK_RECVQ_USED: 137,
  TIPC_NODELAY: 138,
  TIPC_GROUP_LOOPBACK: 1,
  TIPC_GROUP_MEMBER_EVTS: 2,
} as const;

/** struct tipc_subscr (linux/tipc.h). */
export const TIPC_SUBSCR = { size: 28, seq: 0, timeout: 12, filter: 16, usr_handle: 20 } as const;
/** struct tipc_event (linux/tipc.h). */
export const TIPC_EVENT = {
  size: 48,
  event: 0,
  found_lower: 4,
  found_upper: 8,
  port: 12,
  s: 20,
} as const;
