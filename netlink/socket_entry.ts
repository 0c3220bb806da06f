/**
 * What is told of a socket.
 *
 * @module
 */
import type { Address } from "../core/address.ts";
import type { TcpInfo } from "../ffi/options/tcp_info.ts";
import type { UnknownAttribute } from "./attributes.ts";

/** The kinds of sockets that can be listed. */
export type SocketKind =
  | "tcp"
  | "udp"
  | "udplite"
  | "raw"
  | "mptcp"
  | "sctp"
  | "dccp"
  | "unix"
  | "packet"
  | "netlink"
  | "vsock";

/** All of them, in the order in which they are listed. */
export const SOCKET_KINDS: readonly SocketKind[] = [
  "tcp",
  "udp",
  "udplite",
  "raw",
  "mptcp",
  "sctp",
  "dccp",
  "unix",
  "packet",
  "netlink",
  "vsock",
];

/** The states, by `TCP_ESTABLISHED` and so on (netinet/tcp.h): those of all kinds. */
export type SocketState =
  | "established"
  | "syn-sent"
  | "syn-recv"
  | "fin-wait-1"
  | "fin-wait-2"
  | "time-wait"
  | "unconnected"
  | "close-wait"
  | "last-ack"
  | "listen"
  | "closing"
  | "unknown";

/** By number. */
export const STATES: readonly SocketState[] = [
  "unknown",
  "established",
  "syn-sent",
  "syn-recv",
  "fin-wait-1",
  "fin-wait-2",
  "time-wait",
  "unconnected",
  "close-wait",
  "last-ack",
  "listen",
  "closing",
  // Requests for a connection that no accept has seen (net/tcp_states.h, TCP_NEW_SYN_RECV).
  "syn-recv",
];

/** A socket's memory in bytes (linux/sock_diag.h, SK_MEMINFO_*). */
export interface SocketMemory {
  /** Received and not taken yet. */
  rmem_alloc: number;
  /** The most that may wait to be taken. */
  rcvbuf: number;
  /** Sent and not acknowledged or gone yet. */
  wmem_alloc: number;
  /** The most that may wait to go. */
  sndbuf: number;
  /** Set aside for more. */
  fwd_alloc: number;
  /** Waiting to go. */
  wmem_queued: number;
  /** For options. */
  optmem: number;
  /** Waiting while the socket is in use. */
  backlog: number;
  /** How many packets were dropped (no bytes). */
  drops: number;
}

/** What a socket's timer is for. */
export interface SocketTimer {
  /** `"on"` is retransmission, `"persist"` the probing of a closed window. */
  name: "on" | "keepalive" | "timewait" | "persist" | "unknown";
  /** Milliseconds until it runs out. */
  expiresMs: number;
  /** How often it has. */
  retransmits: number;
}

/** A socket. What its kind does not have, or the kernel does not tell, is absent. */
export interface SocketEntry {
  /** What it is. */
  kind: SocketKind;
  /** `"stream"`, `"dgram"`, `"seqpacket"`, `"raw"`: of Unix, vsock, packet and netlink sockets. */
  type?: string;
  /** Its state. */
  state: SocketState;
  /** The local address. */
  local: Address;
  /** The peer's address. */
  remote?: Address;
  /** Bytes to be received; of a listener, connections to be accepted. */
  recv_q?: number;
  /** Bytes that were sent and are not acknowledged; of a listener, its backlog. */
  send_q?: number;
  /** The index of the link that it is bound to. */
  ifindex?: number;
  /** The inode, as in the links of /proc/PID/fd; 0 for one that no process has. */
  inode: number;
  /** Who opened it. */
  uid?: number;
  /** The kernel's number of it, never used again (SO_COOKIE). */
  cookie: bigint;
  /** The timer that runs. */
  timer?: SocketTimer;
  /** The inode of the peer, of a connected Unix socket. */
  peerInode?: number;
  /** Which directions are shut down. */
  shutdown?: ("read" | "write")[];
  /** IPv6 only. */
  v6only?: boolean;
  /** Type of service. */
  tos?: number;
  /** Traffic class. */
  tclass?: number;
  /** The mark (SO_MARK); told to CAP_NET_ADMIN. */
  mark?: number;
  /** The control group, by id. */
  cgroup?: bigint;
  /** The protocol, of raw, packet and netlink sockets. */
  protocol?: number;
  /** Memory, where it was asked for. */
  memory?: SocketMemory;
  /** The congestion control algorithm. */
  congestion?: string;
  /** What TCP_INFO tells, where it was asked for. */
  tcpInfo?: TcpInfo;
  /** Multicast groups of a netlink socket, by number. */
  groups?: number[];
  /** Attributes that have no name here. */
  unknown?: UnknownAttribute[];
}
