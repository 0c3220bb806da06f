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
}
