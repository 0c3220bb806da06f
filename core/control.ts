/**
 * Ancillary data: what the kernel says beside a message, and what it can be told (`man 3 cmsg`).
 *
 * @module
 */
import type { IpAddress } from "./address.ts";

/** A file descriptor that arrived with a message. Closed when dropped unless taken. */
export interface PassedFd extends Disposable {
  /** The number. Reading it takes nothing: the owner stays this object. */
  readonly fd: number;
  /** Hands the descriptor over: the caller must close it. */
  take(): number;
  /** Closes it, unless taken. May be called again. */
  close(): void;
  /** What it is (`man 2 statx`). */
  stat(): PassedFdInfo;
  /**
   * What can be read from it: a file from where it stands, a pipe, a terminal. Its end does not close
   * the descriptor. A socket is better taken: `Socket.fromFd(passed.take())`.
   */
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Writes to it. Closing the stream does not close the descriptor. */
  readonly writable: WritableStream<Uint8Array>;
}

/** What a passed descriptor is. */
export interface PassedFdInfo {
  /** The kind of file; `"other"` is an event descriptor and the like. */
  readonly kind:
    | "file"
    | "directory"
    | "socket"
    | "pipe"
    | "characterDevice"
    | "blockDevice"
    | "other";
  /** The size of a file in bytes. */
  readonly sizeBytes: number;
  /** The permission bits, 0o644 say. */
  readonly mode: number;
}

/** A control message as received. Discriminated by `type`. */
export type ControlMessage =
  /** SCM_RIGHTS (`man 7 unix`): descriptors, already close-on-exec. */
  | { type: "rights"; fds: PassedFd[] }
  /** SCM_CREDENTIALS (`man 7 unix`), with SO_PASSCRED set. */
  | { type: "credentials"; pid: number; uid: number; gid: number }
  /** SCM_PIDFD (Linux 6.5), with SO_PASSPIDFD set. */
  | { type: "pidfd"; fd: PassedFd }
  /**
   * IP_PKTINFO or IPV6_PKTINFO: where the datagram arrived, by the interface's index. `localAddress`
   * is IPv4's ipi_spec_dst.
   */
  | { type: "pktinfo"; interface: number; destination: string; localAddress?: string }
  /** IP_TTL: the TTL of the datagram, 0 to 255. */
  | { type: "ttl"; ttl: number }
  /** IPV6_HOPLIMIT, 0 to 255. */
  | { type: "hoplimit"; hopLimit: number }
  /** IP_TOS: DSCP and ECN, 0 to 255. */
  | { type: "tos"; tos: number }
  /** IPV6_TCLASS: DSCP and ECN, 0 to 255. */
  | { type: "tclass"; tclass: number }
  /** SO_TIMESTAMPNS: nanoseconds since the epoch. */
  | { type: "timestamp"; nanos: bigint }
  /** SO_TIMESTAMPING: nanoseconds since the epoch, by who took the time. */
  | { type: "timestamping"; softwareNanos?: bigint; hardwareNanos?: bigint }
  /** IP_RECVERR or IPV6_RECVERR, from the error queue (MSG_ERRQUEUE). */
  | ErrorQueueMessage
  /** UDP_GRO: the segment size in bytes of the datagrams that were joined. */
  | { type: "gro"; segmentBytes: number }
  /** SO_RXQ_OVFL: datagrams dropped since the socket was made. */
  | { type: "dropped"; count: number }
  /** IP_ORIGDSTADDR or IPV6_ORIGDSTADDR: the destination before redirection. */
  | { type: "origdstaddr"; address: IpAddress }
  /** SCM_SECURITY: the sender's security label. */
  | { type: "security"; label: string }
  /** TCP_CM_INQ: bytes left in the receive queue. */
  | { type: "inq"; lengthBytes: number }
  /** Anything else. */
  | { type: "raw"; level: number; number: number; data: Uint8Array };

/** An entry of the error queue (`struct sock_extended_err`, linux/errqueue.h). */
export interface ErrorQueueMessage {
  /** Always `"error"`. */
  type: "error";
  /** POSIX name of the error, `"EHOSTUNREACH"`; `"ENOMSG"` for a timestamp. */
  code: string;
  /** Its number. */
  errno: number;
  /** Who raised it. */
  origin: "none" | "local" | "icmp" | "icmp6" | "timestamping" | "zerocopy" | "other";
  /** ICMP type. */
  icmpType: number;
  /** ICMP code. */
  icmpCode: number;
  /** MTU, pointer, timestamp kind or first zero-copy call. */
  info: number;
  /** Timestamp id, last zero-copy call, or RFC 4884 extension length. */
  data: number;
  /** The node that sent the ICMP error. */
  offender?: IpAddress;
}

/** A control message to be sent. */
export type OutgoingControlMessage =
  /** SCM_RIGHTS: up to 253 descriptors. They stay open here. */
  | { type: "rights"; fds: readonly (number | { readonly fd: number })[] }
  /** SCM_CREDENTIALS. Other values than one's own need privilege. */
  | { type: "credentials"; pid: number; uid: number; gid: number }
  /**
   * IP_PKTINFO or IPV6_PKTINFO: the interface, by its name or index, and the source address to send
   * from.
   */
  | { type: "pktinfo"; interface?: string | number; localAddress?: string }
  /** IP_TTL, 1 to 255. */
  | { type: "ttl"; ttl: number }
  /** IPV6_HOPLIMIT, 0 to 255. */
  | { type: "hoplimit"; hopLimit: number }
  /** IP_TOS, 0 to 255. */
  | { type: "tos"; tos: number }
  /** IPV6_TCLASS, 0 to 255. */
  | { type: "tclass"; tclass: number }
  /** UDP_SEGMENT: the kernel splits the payload into datagrams of this size in bytes, 1 to 65535. */
  | { type: "segment"; segmentBytes: number }
  /** SO_TIMESTAMPING for this message: SOF_TIMESTAMPING_* flags, or-ed. */
  | { type: "timestamping"; flags: number }
  /** SCM_TXTIME: when to send, nanoseconds of the clock that SO_TXTIME names. */
  | { type: "txtime"; nanos: bigint }
  /** Anything else. */
  | { type: "raw"; level: number; number: number; data: Uint8Array };

/** Control messages to be sent with one message. */
export type OutgoingControl = readonly OutgoingControlMessage[];

/** The control messages of one received message, decoded when looked at. */
export interface Control extends Iterable<ControlMessage>, Disposable {
  /** True when the room for control data was too small (MSG_CTRUNC): some of it is lost. */
  readonly truncated: boolean;
  /** The first message of a type, or `undefined`. */
  get<T extends ControlMessage["type"]>(type: T): Extract<ControlMessage, { type: T }> | undefined;
}
