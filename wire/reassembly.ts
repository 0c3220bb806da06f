/**
 * Reassembly of IPv4 (RFC 791, RFC 815) and IPv6 fragments (RFC 8200, section 4.5), in bounded memory.
 *
 * Overlapping fragments serve only to deceive (RFC 1858, RFC 5722), so a packet with any is given up as
 * a whole, in both families, as Linux does; an exact duplicate is ignored.
 *
 * @module
 */

import { setU16, u16 } from "./_bytes.ts";
import { checksum } from "./checksum.ts";
import { Ipv4View } from "./ipv4.ts";
import { Ipv6View } from "./ipv6.ts";
import { Ipv6FragmentView } from "./ipv6_fragment.ts";
import { extensionEnd } from "./_ipv6_option_list.ts";
import {
  IPPROTO_DSTOPTS,
  IPPROTO_FRAGMENT,
  IPPROTO_HOPOPTS,
  IPPROTO_ROUTING,
  IPPROTO_TCP,
} from "./numbers.ts";

/** Bounds of a {@linkcode Reassembler}. */
export interface ReassemblyOptions {
  /**
   * How long a packet may stay incomplete after its first fragment came, in milliseconds; default
   * 30000, as Linux has it (`net.ipv4.ipfrag_time`).
   */
  timeoutMs?: number;
  /**
   * How much memory incomplete packets may take, in bytes, 64 more counted for each fragment; above
   * it the oldest packets are given up; default 4 MiB, as Linux has it (`net.ipv4.ipfrag_high_thresh`).
   */
  maxBytes?: number;
}

/** What a {@linkcode Reassembler} gave up, by the reason. */
export interface ReassemblyDrops {
  /** Packets that stayed incomplete for too long. */
  timedOut: number;
  /** Packets that were given up for want of memory. */
  evicted: number;
  /** Packets with fragments that overlap or contradict each other. */
  overlapping: number;
  /** Fragments that no sound packet has: too long, too short (RFC 1858), or not in units of eight. */
  malformed: number;
}

/** What one fragment says, whichever the family. */
interface Piece {
  key: string;
  offset: number;
  more: boolean;
  data: Uint8Array;
  /** The headers before the fragment's payload, for the whole packet; of the first fragment only. */
  head: Uint8Array;
  /** Index in `head` of the byte that names what follows. */
  nextAt: number;
  next: number;
}

interface Pending {
  deadlineMs: number;
  bytes: number;
  /** Sorted by offset, without overlaps. */
  pieces: Piece[];
  received: number;
  /** Length of the whole payload, once its last fragment is here. */
  total: number | undefined;
  /** Given up: later fragments must not bring it back. */
  dead: boolean;
}

/** Memory that a fragment takes besides its bytes, roughly. */
const OVERHEAD = 64;
/** RFC 1858, section 3.2.1: a first fragment must reach as far as the flags of a TCP header. */
const TCP_LEAST = 16;

/** Puts fragments together. */
export class Reassembler {
  readonly #timeoutMs: number;
  readonly #maxBytes: number;
  /** In the order of their deadlines, since every packet gets the same time. */
  readonly #pending = new Map<string, Pending>();
  #bytes = 0;
  readonly #drops = { timedOut: 0, evicted: 0, overlapping: 0, malformed: 0 };

  /**
   * Makes a reassembler that holds nothing yet.
   *
   * @param options Bounds of time and memory.
   * @throws {RangeError} If a bound is not positive.
   *
   * @example Two halves of a packet
   * ```ts
   * import { encodeIpv4, Ipv4View, Reassembler } from "@berkeley/sockets/wire";
   * import { assertEquals } from "@std/assert";
   *
   * const header = { kind: "ipv4" as const, source: "192.0.2.1", destination: "192.0.2.2", protocol: 17 };
   * const data = new Uint8Array(16);
   * const first = encodeIpv4({ ...header, moreFragments: true }, data);
   * const second = encodeIpv4({ ...header, fragmentOffset: 16 }, data);
   * const reassembler = new Reassembler();
   * assertEquals(reassembler.add(second, 0), undefined);
   * const whole = reassembler.add(first, 1);
   * assertEquals(whole && Ipv4View.parse(whole).payload.length, 32);
   * ```
   */
  constructor(options: ReassemblyOptions = {}) {
    this.#timeoutMs = positive("timeoutMs", options.timeoutMs ?? 30_000);
    this.#maxBytes = positive("maxBytes", options.maxBytes ?? 4 * 1024 * 1024);
  }

  /** How many packets wait for fragments (or to be forgotten, after they were given up). */
  get pendingPackets(): number {
    return this.#pending.size;
  }
  /** How much memory they take, in bytes. */
  get pendingBytes(): number {
    return this.#bytes;
  }
  /** What was given up so far. */
  get drops(): ReassemblyDrops {
    return { ...this.#drops };
  }

  /**
   * Takes one packet.
   *
   * @param packet An IPv4 or IPv6 packet, fragment or not; it is not kept, a fragment is copied.
   * @param nowMs The time on any clock that does not go back, in milliseconds.
   * @returns The whole packet: `packet` itself if it is no fragment, new bytes without a trace of
   * fragmentation if this was the last one missing; `undefined` if others are missing still.
   * @throws {RangeError} If the packet is cut off or its headers lie: it names the field.
   */
  add(packet: Uint8Array, nowMs: number): Uint8Array | undefined {
    if (!Number.isFinite(nowMs)) {
      throw new RangeError(`Cannot reassemble: nowMs of ${nowMs} is not a time`);
    }
    const piece = packet[0] >>> 4 === 6 ? pieceOfIpv6(packet) : pieceOfIpv4(packet);
    if (piece === undefined) return packet;
    this.expire(nowMs);
    // RFC 6946: a fragment that is the whole packet does not mix with others.
    if (piece.offset === 0 && !piece.more) return this.#join([piece], piece.data.length);
    if (isMalformed(piece)) {
      this.#drops.malformed++;
      return undefined;
    }
    let pending = this.#pending.get(piece.key);
    if (pending === undefined) {
      pending = {
        deadlineMs: nowMs + this.#timeoutMs,
        bytes: OVERHEAD,
        pieces: [],
        received: 0,
        total: undefined,
        dead: false,
      };
      this.#bytes += OVERHEAD;
      this.#pending.set(piece.key, pending);
    }
    if (pending.dead) return undefined;
    return this.#insert(pending, piece);
  }

  /**
   * Gives up what has waited for too long; {@linkcode Reassembler.add} does so too.
   *
   * @param nowMs The time on the clock of `add`, in milliseconds.
   * @returns How many packets were given up for their time.
   */
  expire(nowMs: number): number {
    let count = 0;
    for (const [key, pending] of this.#pending) {
      if (pending.deadlineMs > nowMs) break;
      this.#forget(key, pending);
      if (!pending.dead) count++;
    }
    this.#drops.timedOut += count;
    return count;
  }

  #insert(pending: Pending, piece: Piece): Uint8Array | undefined {
    const { pieces } = pending;
    const end = piece.offset + piece.data.length;
    let at = pieces.length;
    while (at > 0 && pieces[at - 1].offset >= piece.offset) at--;
    const before = pieces[at - 1];
    const after = pieces[at];
    if (after !== undefined && isDuplicate(after, piece)) return undefined;
    const last = pieces.at(-1);
    const farthest = last === undefined ? 0 : last.offset + last.data.length;
    const contradicts = piece.more
      ? pending.total !== undefined && end > pending.total
      : pending.total !== undefined || farthest > end;
    if (
      contradicts || (before !== undefined && before.offset + before.data.length > piece.offset) ||
      (after !== undefined && end > after.offset)
    ) {
      this.#kill(pending);
      return undefined;
    }
    const cost = piece.data.length + piece.head.length + OVERHEAD;
    pieces.splice(at, 0, { ...piece, data: piece.data.slice(), head: piece.head.slice() });
    pending.received += piece.data.length;
    pending.bytes += cost;
    this.#bytes += cost;
    if (!piece.more) pending.total = end;
    // Without overlaps the bytes are all here once their number is right.
    if (pending.received === pending.total) {
      this.#forget(piece.key, pending);
      return this.#join(pieces, pending.total);
    }
    this.#evict();
    return undefined;
  }

  #kill(pending: Pending): void {
    this.#drops.overlapping++;
    this.#bytes -= pending.bytes - OVERHEAD;
    pending.bytes = OVERHEAD;
    pending.pieces = [];
    pending.dead = true;
  }

  #evict(): void {
    for (const [key, pending] of this.#pending) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#forget(key, pending);
      if (!pending.dead) this.#drops.evicted++;
    }
  }

  #forget(key: string, pending: Pending): void {
    this.#pending.delete(key);
    this.#bytes -= pending.bytes;
  }

  #join(pieces: Piece[], total: number): Uint8Array | undefined {
    const { head, next, nextAt } = pieces[0];
    const length = head.length + total;
    const isIpv4 = head[0] >>> 4 === 4;
    if ((isIpv4 ? length : length - 40) > 0xffff) {
      this.#drops.malformed++;
      return undefined;
    }
    const bytes = new Uint8Array(length);
    bytes.set(head);
    for (const piece of pieces) bytes.set(piece.data, head.length + piece.offset);
    bytes[nextAt] = next;
    if (isIpv4) {
      setU16(bytes, 2, length);
      // More-fragments flag and offset go, the other flags stay.
      setU16(bytes, 6, u16(bytes, 6) & 0xc000);
      setU16(bytes, 10, 0);
      setU16(bytes, 10, checksum(bytes, 0, head.length));
    } else {
      setU16(bytes, 4, length - 40);
    }
    return bytes;
  }
}

function positive(name: string, value: number): number {
  if (value > 0) return value;
  throw new RangeError(`Cannot create reassembler: ${name} of ${value} is not positive`);
}

function isMalformed(piece: Piece): boolean {
  const { data, offset, more, head } = piece;
  if (data.length === 0 || (more && data.length % 8 !== 0)) return true;
  const before = head[0] >>> 4 === 4 ? head.length : head.length - 40;
  if (before + offset + data.length > 0xffff) return true;
  // RFC 1858: the ports and flags of TCP must not come in a second fragment.
  const tiny = offset === 0 ? data.length < TCP_LEAST : offset < TCP_LEAST;
  return piece.next === IPPROTO_TCP && tiny;
}

function isDuplicate(known: Piece, piece: Piece): boolean {
  return known.offset === piece.offset && known.more === piece.more &&
    known.data.length === piece.data.length &&
    known.data.every((byte, index) => byte === piece.data[index]);
}

function pieceOfIpv4(packet: Uint8Array): Piece | undefined {
  const view = Ipv4View.parse(packet);
  if (!view.isFragment) return undefined;
  return {
    // RFC 791: addresses, protocol and identification.
    key: keyOf(4, packet.subarray(12, 20), packet.subarray(4, 6), packet.subarray(9, 10)),
    offset: view.fragmentOffset,
    more: view.moreFragments,
    data: view.payload,
    head: view.header,
    nextAt: 9,
    next: view.protocol,
  };
}

function pieceOfIpv6(packet: Uint8Array): Piece | undefined {
  const ip = Ipv6View.parse(packet);
  let next = ip.nextHeader;
  let nextAt = 6;
  let at = ip.payloadStart;
  // Only these may stand before a fragment header (RFC 8200, section 4.5).
  while (next === IPPROTO_HOPOPTS || next === IPPROTO_ROUTING || next === IPPROTO_DSTOPTS) {
    const end = extensionEnd("IPv6 extension header", packet, at, ip.end);
    next = packet[at];
    nextAt = at;
    at = end;
  }
  if (next !== IPPROTO_FRAGMENT) return undefined;
  const view = Ipv6FragmentView.parse(packet, at, ip.end);
  return {
    // RFC 8200: addresses and identification.
    key: keyOf(6, packet.subarray(8, 40), packet.subarray(at + 4, at + 8)),
    offset: view.fragmentOffset,
    more: view.moreFragments,
    data: view.payload,
    head: packet.subarray(0, at),
    nextAt,
    next: view.nextHeader,
  };
}

function keyOf(version: number, ...parts: Uint8Array[]): string {
  let key = String.fromCharCode(version);
  for (const part of parts) key += String.fromCharCode(...part);
  return key;
}
