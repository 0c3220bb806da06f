/**
 * Messages: a datagram or packet with its sender and what the kernel said about it.
 *
 * @module
 */
import type { AddressInput } from "./address.ts";
import type { Control, OutgoingControl } from "./control.ts";
import type { WaitOptions } from "./wait.ts";

/** A received message. */
export interface Message<A> {
  /** The payload; empty for an empty datagram. */
  data: Uint8Array;
  /** The sender. */
  from: A;
  /** True when the payload was longer than the buffer and its end is lost (MSG_TRUNC). */
  truncated: boolean;
  /**
   * MSG_* flags that say more than truncation and the end of a record, as MSG_OOB or SCTP's
   * MSG_NOTIFICATION; absent where there are none (libc engine).
   */
  flags?: number;
  /** Ancillary data, where options ask the kernel for any (libc engine). */
  control?: Control;
}

/** A message to be sent. */
export interface OutgoingMessage<A> {
  /** The payload. */
  data: Uint8Array;
  /** The recipient; the connected peer when absent. */
  to?: AddressInput<A>;
  /** Ancillary data (libc engine). */
  control?: OutgoingControl;
}

/** Options of sending a message. */
export interface SendOptions extends WaitOptions {
  /** Ancillary data (libc engine). */
  control?: OutgoingControl;
  /** MSG_* flags, or-ed (libc engine). Default 0; MSG_NOSIGNAL is always set. */
  flags?: number;
}

/** Options of receiving a message. */
export interface RecvOptions extends WaitOptions {
  /** Room for the payload in bytes, 1 to 16 MiB. Default: 65536, enough for any UDP datagram. */
  size?: number;
  /** MSG_* flags, or-ed (libc engine). Default 0. */
  flags?: number;
  /**
   * Room for ancillary data in bytes, 0 to 65536 (libc engine). Default: enough for all that options
   * ask the kernel for, on a Unix socket also for 253 descriptors.
   */
  controlBytes?: number;
}

/** Options of `recvBatches`. */
export interface RecvBatchesOptions extends RecvOptions {
  /** The most messages a batch, 1 to 1024. Default 64. */
  max?: number;
}

/**
 * The messages of one receive, on the libc engine where the kernel put them: no copy, and no object until
 * asked for. All of it is overwritten by the next receive.
 */
export interface MessageBatch<A> extends Disposable {
  /** How many messages there are, 1 or more. */
  readonly count: number;
  /** Bytes of payload of message `i`. */
  lengthBytes(i: number): number;
  /** The payload of message `i`, as a view. */
  data(i: number): Uint8Array<ArrayBuffer>;
  /** The sender of message `i`. */
  from(i: number): A;
  /** Whether the end of message `i` was lost for lack of room (MSG_TRUNC). */
  truncated(i: number): boolean;
  /** The flags that the kernel returned for message `i` (`msg_flags`). */
  flags(i: number): number;
  /** The ancillary data of message `i`, if any. Descriptors that nobody asks for are closed. */
  control(i: number): Control | undefined;
  /** The messages as objects that stay. Payloads of up to 2048 bytes share one buffer. */
  toMessages(): Message<A>[];
}
