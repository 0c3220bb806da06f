/**
 * What SCTP tells beside messages (RFC 6458 section 6, linux/sctp.h).
 *
 * @module
 */
import type { IpAddress } from "../core/address.ts";
import { checkBytes, partOf } from "../core/bytes.ts";
import { errnoName } from "../core/errno.ts";
import { decodeSockaddr, SOCKADDR_STORAGE_BYTES } from "../ffi/families/sockaddr.ts";
import { EVENTS, OLD_SEND_FAILED, SNDINFO, SNDRCVINFO } from "./_constants.ts";

/** A notification. Discriminated by `type`. */
export type SctpNotification =
  /** An association has begun, ended, or begun anew. */
  | {
    type: "association";
    state: "up" | "lost" | "restarted" | "ended" | "refused";
    error: number;
    outStreams: number;
    inStreams: number;
    associationId: number;
  }
  /** A path to the peer has changed. */
  | {
    type: "peerAddress";
    address: IpAddress;
    state:
      | "available"
      | "unreachable"
      | "removed"
      | "added"
      | "madePrimary"
      | "confirmed"
      | "potentiallyFailed";
    error: number;
    associationId: number;
  }
  /** The peer has told an error: its cause (RFC 9260 section 3.3.10) and what came with it. */
  | { type: "remoteError"; cause: number; data: Uint8Array; associationId: number }
  /** The peer sends no more. */
  | { type: "shutdown"; associationId: number }
  /** A message that had begun to come will not be finished. */
  | { type: "partialDelivery"; stream: number; streamSequence: number; associationId: number }
  /** What the peer says of its adaptation layer. */
  | { type: "adaptation"; indication: number; associationId: number }
  /** A key has changed. */
  | {
    type: "authentication";
    event: "newKey" | "freeKey" | "noAuthentication";
    keyNumber: number;
    associationId: number;
  }
  /** Everything that was sent is acknowledged. */
  | { type: "senderDry"; associationId: number }
  /** Streams were begun anew, or were not. */
  | {
    type: "streamReset";
    direction: "in" | "out" | "both";
    outcome: "done" | "denied" | "failed";
    streams: number[];
    associationId: number;
  }
  /** All numbers of the association were begun anew, or were not. */
  | {
    type: "associationReset";
    outcome: "done" | "denied" | "failed";
    localTsn: number;
    remoteTsn: number;
    associationId: number;
  }
  /** There are more streams, or there are not. */
  | {
    type: "streamChange";
    outcome: "done" | "denied" | "failed";
    inStreams: number;
    outStreams: number;
    associationId: number;
  }
  /** A message was not delivered: what it was, and why. */
  | {
    type: "sendFailed";
    sent: boolean;
    code: string;
    stream: number;
    ppid: number;
    context: number;
    data: Uint8Array;
    associationId: number;
  }
  /** One that is not known here. */
  | { type: "other"; number: number; data: Uint8Array };

const ASSOCIATION = ["up", "lost", "restarted", "ended", "refused"] as const;
const ADDRESS = [
  ...["available", "unreachable", "removed", "added"] as const,
  ...["madePrimary", "confirmed", "potentiallyFailed"] as const,
];
const KEY = ["newKey", "freeKey", "noAuthentication"] as const;
const DENIED = 4;
const FAILED = 8;

function outcome(flags: number): "done" | "denied" | "failed" {
  return (flags & DENIED) !== 0 ? "denied" : (flags & FAILED) !== 0 ? "failed" : "done";
}

/**
 * Reads a notification as the kernel wrote it.
 *
 * @example In short
 * ```ts
 * import { sctp } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * // struct sctp_shutdown_event (linux/sctp.h): type, flags, length, association.
 * const bytes = new Uint8Array(12);
 * const view = new DataView(bytes.buffer);
 * view.setUint16(0, 0x8005, true);
 * view.setUint32(4, 12, true);
 * view.setInt32(8, 3, true);
 * assertEquals(sctp.decodeNotification(bytes).type, "shutdown");
 * ```
 *
 * @param notification All of it.
 * @returns The notification; type `"other"` for what is not known, or shorter than its kind.
 */
export function decodeNotification(notification: Uint8Array): SctpNotification {
  checkBytes(notification, "decode a notification", "notification");
  const bytes = partOf(notification, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const number = bytes.length < 2 ? 0 : view.getUint16(0, true);
  const other: SctpNotification = { type: "other", number, data: bytes.slice() };
  const reader = READERS[number];
  if (reader === undefined || bytes.length < reader[0]) return other;
  return reader[1](view, bytes) ?? other;
}

type Reader = (view: DataView, bytes: Uint8Array) => SctpNotification | undefined;

/** By type: the least length, and what reads it. The offsets are those of linux/sctp.h's structures. */
const READERS: Readonly<Record<number, readonly [number, Reader]>> = {
  [EVENTS.association]: [20, (view) => {
    const state = ASSOCIATION[view.getUint16(8, true)];
    return state && {
      type: "association",
      state,
      error: view.getUint16(10, true),
      outStreams: view.getUint16(12, true),
      inStreams: view.getUint16(14, true),
      associationId: view.getInt32(16, true),
    };
  }],
  [EVENTS.peerAddress]: [148, (view, bytes) => {
    const address = decodeSockaddr(bytes, SOCKADDR_STORAGE_BYTES, undefined, 8);
    const state = ADDRESS[view.getInt32(136, true)];
    if (state === undefined || (address.family !== "inet" && address.family !== "inet6")) return;
    return {
      ...{ type: "peerAddress", address, state, error: view.getInt32(140, true) },
      associationId: view.getInt32(144, true),
    };
  }],
  [EVENTS.remoteError]: [16, (view, bytes) => ({
    ...{ type: "remoteError", cause: view.getUint16(8), data: bytes.slice(16) },
    associationId: view.getInt32(12, true),
  })],
  [EVENTS.shutdown]: [12, (view) => ({
    ...{ type: "shutdown", associationId: view.getInt32(8, true) },
  })],
  [EVENTS.partialDelivery]: [24, (view) => ({
    ...{ type: "partialDelivery", stream: view.getUint32(16, true) },
    ...{ streamSequence: view.getUint32(20, true), associationId: view.getInt32(12, true) },
  })],
  [EVENTS.adaptation]: [16, (view) => ({
    ...{ type: "adaptation", indication: view.getUint32(8, true) },
    associationId: view.getInt32(12, true),
  })],
  [EVENTS.authentication]: [20, (view) => {
    const event = KEY[view.getUint32(12, true)];
    return event && {
      ...{ type: "authentication", event, keyNumber: view.getUint16(8, true) },
      associationId: view.getInt32(16, true),
    };
  }],
  [EVENTS.senderDry]: [12, (view) => ({
    ...{ type: "senderDry", associationId: view.getInt32(8, true) },
  })],
  [EVENTS.streamReset]: [12, (view, bytes) => {
    const flags = view.getUint16(2, true);
    const count = (bytes.length - 12) >> 1;
    return {
      type: "streamReset",
      direction: (flags & 3) === 3 ? "both" : (flags & 1) !== 0 ? "in" : "out",
      outcome: outcome(flags),
      streams: Array.from({ length: count }, (_, i) => view.getUint16(12 + 2 * i, true)),
      associationId: view.getInt32(8, true),
    };
  }],
  [EVENTS.associationReset]: [20, (view) => ({
    ...{ type: "associationReset", outcome: outcome(view.getUint16(2, true)) },
    ...{ localTsn: view.getUint32(12, true), remoteTsn: view.getUint32(16, true) },
    associationId: view.getInt32(8, true),
  })],
  [EVENTS.streamChange]: [16, (view) => ({
    ...{ type: "streamChange", outcome: outcome(view.getUint16(2, true)) },
    ...{ inStreams: view.getUint16(12, true), outStreams: view.getUint16(14, true) },
    associationId: view.getInt32(8, true),
  })],
  [EVENTS.sendFailed]: [32, (view, bytes) => ({
    ...{ type: "sendFailed", sent: view.getUint16(2, true) === 1 },
    code: errnoName(view.getUint32(8, true)),
    stream: view.getUint16(12 + SNDINFO.snd_sid, true),
    ppid: view.getUint32(12 + SNDINFO.snd_ppid),
    context: view.getUint32(12 + SNDINFO.snd_context, true),
    data: bytes.slice(32),
    associationId: view.getInt32(28, true),
  })],
  [OLD_SEND_FAILED]: [48, (view, bytes) => ({
    ...{ type: "sendFailed", sent: view.getUint16(2, true) === 1 },
    code: errnoName(view.getUint32(8, true)),
    stream: view.getUint16(12 + SNDRCVINFO.sinfo_stream, true),
    ppid: view.getUint32(12 + SNDRCVINFO.sinfo_ppid),
    context: view.getUint32(12 + SNDRCVINFO.sinfo_context, true),
    data: bytes.slice(48),
    associationId: view.getInt32(44, true),
  })],
};
