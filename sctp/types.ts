import type { AddressInput, IpAddress } from "../core/address.ts";
import type { ListenerEndpoint, MessageEndpoint } from "../core/endpoint.ts";
import type { OpenOptions } from "../core/engine_choice.ts";
import type { AcceptErrorHandler } from "../core/listener.ts";
import type { RecvOptions } from "../core/message.ts";
import type { WaitOptions } from "../core/wait.ts";
import type { SctpNotification } from "./notification.ts";

/** The kinds of notifications that a socket can be told. */
export type SctpEvent = Exclude<SctpNotification["type"], "other">;

/** How a message is sent. */
export interface SctpSendOptions extends WaitOptions {
  /** Whom to, where the socket has many associations; opens one if there is none. */
  to?: AddressInput<IpAddress>;
  /** Which association, where the socket has many. */
  associationId?: number;
  /** The stream, 0 to 65534. Default 0. */
  stream?: number;
  /** The payload protocol identifier, 0 to 2^32 - 1. Default 0. */
  ppid?: number;
  /** Whether it may overtake what was sent before. Default false. */
  unordered?: boolean;
  /** What a failure of it is told with, 0 to 2^32 - 1. Default 0. */
  context?: number;
  /** Given up when it was not delivered within so many milliseconds, 1 to 2^32 - 1 (RFC 3758). */
  lifetimeMs?: number;
  /** Given up after so many retransmissions, 0 to 2^32 - 1 (RFC 7496). */
  maxRetransmissions?: number;
  /** Given up first when room is needed, the higher the sooner, 0 to 2^32 - 1 (RFC 7496). */
  priority?: number;
  /** Asks the peer to acknowledge at once (RFC 7053). Default false. */
  sackImmediately?: boolean;
  /** The key it is authenticated with, where it is (RFC 4895), 0 to 65535. Default: the active one. */
  keyNumber?: number;
}

/** A message with what SCTP says about it. */
export interface SctpMessage {
  /** Always `"message"`. */
  type: "message";
  /** The payload. */
  data: Uint8Array;
  /** The sender. */
  from: IpAddress;
  /** Whether it was longer than the room that was given. */
  truncated: boolean;
  /** The stream. */
  stream: number;
  /** Its number in the stream; 0 if it was unordered. */
  streamSequence: number;
  /** The payload protocol identifier. */
  ppid: number;
  /** Whether it was sent unordered. */
  unordered: boolean;
  /** The transmission sequence number. */
  tsn: number;
  /** Which association. */
  associationId: number;
}

/** A path to the peer (`struct sctp_paddrinfo`). */
export interface SctpPath {
  /** The peer's address. */
  address: IpAddress;
  /** How it is. */
  state: "inactive" | "potentiallyFailed" | "active" | "unconfirmed" | "unknown";
  /** The congestion window, in bytes. */
  congestionWindowBytes: number;
  /** The smoothed round-trip time, in milliseconds. */
  rttMs: number;
  /** The retransmission time-out, in milliseconds. */
  retransmissionMs: number;
  /** The path's MTU, in bytes. */
  mtuBytes: number;
}

/** How an association is (`struct sctp_status`). */
export interface SctpStatus {
  /** Its number. */
  associationId: number;
  /** SCTP's own name of the state: `"ESTABLISHED"`, `"SHUTDOWN-SENT"` and so on. */
  state: string;
  /** The peer's window, in bytes. */
  receiveWindowBytes: number;
  /** Chunks that are not acknowledged yet. */
  unacknowledged: number;
  /** Chunks that wait to be received. */
  pending: number;
  /** Streams that come in, and that go out. */
  inStreams: number;
  /** Streams that go out. */
  outStreams: number;
  /** The most bytes of a chunk. */
  fragmentationBytes: number;
  /** The path that is used. */
  primary: SctpPath;
}

/** What every SCTP socket has: a message endpoint, and what SCTP has beyond. */
export interface SctpEndpoint extends MessageEndpoint<IpAddress> {
  /** Sends a message on a stream. */
  sendMessage(data: Uint8Array, options?: SctpSendOptions): Promise<number>;
  /** Receives a message or, where the socket asked for any, a notification. */
  recvMessage(options?: RecvOptions): Promise<SctpMessage | SctpNotification>;
  /** The messages and notifications; ends with the association, or when the socket is closed. */
  messages(options?: RecvOptions): AsyncIterableIterator<SctpMessage | SctpNotification>;
  /** Ends one or both directions: SCTP has no half-close, so both ends of the association end. */
  shutdown(how: "read" | "write" | "both"): void;
  /** How an association is; of a socket with many, by its number. */
  status(associationId?: number): SctpStatus;
  /** How a path to the peer is. */
  path(address: IpAddress, associationId?: number): SctpPath;
  /** The peer's addresses. */
  peerAddresses(associationId?: number): IpAddress[];
  /** The addresses of this end. */
  localAddresses(associationId?: number): IpAddress[];
  /**
   * The types of chunks that must come authenticated (RFC 4895): those that this end wants so, and
   * those that the peer does.
   */
  authenticatedChunks(associationId?: number): { local: number[]; peer: number[] };
  /** Binds further addresses, or tells the peer of them (ASCONF) where that is switched on. */
  bindMore(addresses: readonly AddressInput<IpAddress>[]): void;
  /** Gives addresses up. */
  unbind(addresses: readonly AddressInput<IpAddress>[]): void;
  /** Begins streams anew (RFC 6525): numbers from 0. The peer is told; `streamReset` tells the end. */
  resetStreams(
    direction: "in" | "out" | "both",
    streams?: readonly number[],
    associationId?: number,
  ): void;
  /** Asks for more streams (RFC 6525); `streamChange` tells the end. */
  addStreams(more: { in?: number; out?: number }, associationId?: number): void;
  /**
   * Ends an association in order, or at once, of a socket with many. One of a single association ends
   * by `shutdown`, and at once by `close` with SO_LINGER of 0 seconds.
   */
  endAssociation(
    associationId: number,
    how?: "shutdown" | "abort",
    options?: WaitOptions,
  ): Promise<void>;
  /** Makes a socket of its own (`type` `"seqpacket"`) of an association of a socket with many. */
  peelOff(associationId: number): SctpEndpoint;
  /** The numbers of the associations of a socket with many. */
  associations(): number[];
}

/** A listener for associations. */
export type SctpListener = ListenerEndpoint<IpAddress, SctpEndpoint>;

/** How an association begins (SCTP_INITMSG). */
export interface SctpInit {
  /** Streams to send on, 0 to 65535. Default 10. */
  outStreams?: number;
  /** The most streams to receive on, 0 to 65535. Default 65535. */
  maxInStreams?: number;
  /** Attempts to begin, 0 to 65535. Default: the system's. */
  maxAttempts?: number;
  /** The longest time between them, in milliseconds, 0 to 65535. Default: the system's. */
  maxTimeoutMs?: number;
}

/** What all openers take. */
export interface SctpOptions extends OpenOptions {
  /** Only addresses of this family. Default: those of the host. */
  family?: "inet" | "inet6";
  /** The interface index of a link-local address. */
  scopeId?: number;
  /** How associations begin. */
  init?: SctpInit;
  /** The notifications to be told. Default: none. */
  events?: readonly SctpEvent[];
  /** Whether small messages are sent at once (SCTP_NODELAY). Default false. */
  noDelay?: boolean;
}

/** Options of {@linkcode bind}. */
export interface SctpBindOptions extends SctpOptions {
  /** The host to be reached at. Default `"0.0.0.0"`. */
  hostname?: string;
  /** More addresses to be reached at (multihoming). */
  addresses?: readonly string[];
  /** The port; 0, the default, lets the system choose. */
  port?: number;
  /** Associations that may wait, 0 to 2^31 - 1; 0 takes none. Default 1024. */
  backlog?: number;
}

/** Options of {@linkcode listen}. */
export interface SctpListenOptions extends SctpBindOptions {
  /** The port; 0 lets the system choose. */
  port: number;
  /** Hears of errors that accepting survives. */
  onError?: AcceptErrorHandler;
}

/** Options of {@linkcode connect}. */
export interface SctpConnectOptions extends SctpOptions {
  /** The host, by name or address. */
  hostname: string;
  /** The port, 1 to 65535. */
  port: number;
  /** More addresses of the same host: whichever answers is used (SCTP_SOCKOPT_CONNECTX). */
  addresses?: readonly string[];
}
