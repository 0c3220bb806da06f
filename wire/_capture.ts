/**
 * What the two formats of capture files share.
 *
 * @module
 */

import { integer, object, oneOf, optional } from "../core/arguments.ts";
import { bigint, bytes, string } from "../core/value_kinds.ts";

/** One packet of a capture file. */
export interface CapturedPacket {
  /** The bytes that were captured. */
  data: Uint8Array;
  /**
   * When, in nanoseconds since 1970-01-01 00:00 UTC; left out where the file does not tell it, as in a
   * simple packet block of pcapng. A pcap file tells it of every packet.
   */
  timestampNanos?: bigint;
  /** Length of the packet on the wire in bytes, at least that of `data`; default that of `data`. */
  originalLength?: number;
  /** What `data` begins with: 1 (`LINKTYPE_ETHERNET`), 101 (`LINKTYPE_RAW`) …; default 1. */
  linkType?: number;
  /** Name of the interface; pcapng only. */
  interface?: string;
  /** Which way the packet went; pcapng only. */
  direction?: "inbound" | "outbound";
  /** A comment; pcapng only. */
  comment?: string;
}

const PACKET = object({
  data: bytes,
  timestampNanos: optional(bigint),
  originalLength: optional(integer(0, 0xffffffff)),
  linkType: optional(integer(0, 0xffff)),
  interface: optional(string),
  direction: optional(oneOf("inbound", "outbound")),
  comment: optional(string),
});

/** A packet as callers pass it. */
export function checkPacket(value: unknown, action: string): CapturedPacket {
  return PACKET(value, action, "packet");
}

/** Link type: Ethernet, <pcap/dlt.h>. */
export const LINKTYPE_ETHERNET = 1;
/** Link type: IPv4 or IPv6 without a link header. */
export const LINKTYPE_RAW = 101;

/** No record is longer: a length above it is a lie, whatever the file's snapshot length. */
export const MAX_RECORD = 0x1000000;

/** Reads one format piece by piece. */
export interface CaptureParser {
  /** The packet that the last step met, if any. */
  packet: CapturedPacket | undefined;
  /**
   * Reads the next record at `at`.
   *
   * @param bytes What there is.
   * @param at Where the record begins.
   * @returns How many bytes it took; 0: more bytes are needed.
   */
  step(bytes: Uint8Array, at: number): number;
}
