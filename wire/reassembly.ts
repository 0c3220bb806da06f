/**
 * Reassembly of IPv4 (RFC 791, RFC 815) and IPv6 fragments (RFC 8200, section 4.5), in bounded memory.
 *
 * Overlapping fragments serve only to deceive (RFC 1858, RFC 5722): what is done about them is a
 * policy, since whoever looks on must put together what the receiver would.
 *
 * @module
 */

import { checkInteger, checkKeys } from "../core/arguments.ts";
import {
  type FragmentQueue,
  LinuxQueue,
  OVERHEAD,
  type Piece,
  StrictQueue,
} from "./_fragment_queue.ts";
import { bad, setU16, u16 } from "./_bytes.ts";
import { checksum } from "./checksum.ts";
import { Ipv4View } from "./ipv4.ts";
import { Ipv6View } from "./ipv6.ts";
import { Ipv6FragmentView } from "./ipv6_fragment.ts";
import { extensionEnd } from "./_ipv6_option_list.ts";
import { IPPROTO_DSTOPTS, IPPROTO_FRAGMENT, IPPROTO_HOPOPTS, IPPROTO_ROUTING } from "./numbers.ts";

/** Policy and bounds of a {@linkcode Reassembler}. */
export interface ReassemblyOptions {
  /**
   * What becomes of fragments that overlap, or are odd in other ways; default `"linux"`.
   *
   * - `"linux"`: as Linux 6.18 does. A fragment inside what came in a row is a duplicate, whatever its
   *   bytes; any other overlap, a fragment beyond the end, another end or an empty fragment gives the
   *   packet up, and what comes later begins anew. Of an IPv4 fragment whose length is no multiple of 8
   *   the rest is cut off; an IPv6 one is dropped. Mixed ECN fields are joined, or give the packet up
   *   (RFC 3168, section 5.3).
   * - `"strict"`: only the same fragment once more, byte for byte, is a duplicate; any overlap gives the
   *   packet up, and later fragments of it are dropped until its time is over. Fragments of odd lengths,
   *   and tiny ones of TCP (RFC 1858), are dropped.
   */
  policy?: "linux" | "strict";
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
  /**
   * How many fragments of other packets from the same sender may come between two of one packet, which
   * else begins anew with the second: numbers of packets come round, and its rest would be another
   * packet's. 0 is no limit; default 64, as Linux has it (`net.ipv4.ipfrag_max_dist`). Of IPv4 by the
   * policy `"linux"` alone.
   */
  maxDistance?: number;
}

/** What a {@linkcode Reassembler} gave up, by the reason. */
export interface ReassemblyDrops {
  /** Packets that stayed incomplete for too long. */
  timedOut: number;
  /** Packets that were given up for want of memory. */
  evicted: number;
  /** Packets with fragments that overlap or contradict each other. */
  overlapping: number;
  /** Packets that began anew because too many fragments of others came in between. */
  distant: number;
  /** Fragments that no sound packet has: too long, too short (RFC 1858), or not in units of eight. */
  malformed: number;
}

/** The fragments of one sender, counted while packets of it are incomplete. */
interface Sender {
  fragments: number;
  packets: number;
}

interface Pending {
  /** Of IPv4 by the policy "linux". */
  sender: Sender | undefined;
  /** The sender's count at the last fragment. */
  lastFragment: number;
  deadlineMs: number;
  queue: FragmentQueue;
  /** Given up: later fragments must not bring it back. */
  dead: boolean;
}

const ACTION = "create reassembler";
/** The key of an IPv4 packet begins with the version and the sender's address. */
const SENDER_END = 5;

/** Puts fragments together. */
export class Reassembler {
  readonly #policy: "linux" | "strict";
  readonly #timeoutMs: number;
  readonly #maxBytes: number;
  readonly #maxDistance: number;
  readonly #senders = new Map<string, Sender>();
  /** In the order of their deadlines, since every packet gets the same time. */
  readonly #pending = new Map<string, Pending>();
  #bytes = 0;
  readonly #drops = { timedOut: 0, evicted: 0, overlapping: 0, distant: 0, malformed: 0 };

  /**
   * Makes a reassembler that holds nothing yet.
   *
   * @param options Policy, and bounds of time and memory.
   * @throws {RangeError} If a bound is not positive, or the distance no count.
   * @throws {TypeError} If the policy or an option is unknown.
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
    checkKeys(options, ["policy", "timeoutMs", "maxBytes", "maxDistance"], ACTION);
    const { policy = "linux", maxDistance = 64 } = options;
    if (policy !== "linux" && policy !== "strict") {
      throw new TypeError(`Cannot create reassembler: policy ${JSON.stringify(policy)} is unknown`);
    }
    this.#policy = policy;
    this.#timeoutMs = positive("timeoutMs", options.timeoutMs ?? 30_000);
    this.#maxBytes = positive("maxBytes", options.maxBytes ?? 4 * 1024 * 1024);
    checkInteger(maxDistance, 0, 0x7fffffff, ACTION, "maxDistance");
    this.#maxDistance = maxDistance;
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
    const pending = this.#pending.get(piece.key) ?? this.#begin(piece, nowMs);
    if (pending.dead) return undefined;
    if (this.#isDistant(pending)) this.#beginAnew(piece.key, pending, nowMs);
    const { queue } = pending;
    const before = queue.bytes;
    const verdict = queue.add(piece);
    this.#bytes += queue.bytes - before;
    if (verdict === "complete") {
      this.#forget(piece.key, pending);
      return this.#join(queue.pieces, queue.total);
    }
    if (verdict === "contradiction") this.#giveUp(piece.key, pending);
    else if (verdict === "malformed") {
      this.#drops.malformed++;
      // It need not begin a packet.
      if (queue.pieces.length === 0) this.#forget(piece.key, pending);
    }
    this.#evict();
    return undefined;
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

  #begin({ key, family }: Piece, nowMs: number): Pending {
    const isLinux = this.#policy === "linux";
    const queue = isLinux ? new LinuxQueue() : new StrictQueue();
    const sender = isLinux && family === 4 ? this.#senderOf(key) : undefined;
    const deadlineMs = nowMs + this.#timeoutMs;
    const pending = { sender, lastFragment: 0, deadlineMs, queue, dead: false };
    this.#bytes += queue.bytes;
    this.#pending.set(key, pending);
    return pending;
  }

  #senderOf(key: string): Sender {
    const address = key.slice(0, SENDER_END);
    let sender = this.#senders.get(address);
    if (sender === undefined) this.#senders.set(address, sender = { fragments: 0, packets: 0 });
    sender.packets++;
    return sender;
  }

  /** The kernel's ip_frag_too_far(): counts the fragment, whatever it is worth. */
  #isDistant(pending: Pending): boolean {
    const { sender, lastFragment, queue } = pending;
    if (sender === undefined || this.#maxDistance === 0) return false;
    pending.lastFragment = ++sender.fragments;
    return queue.pieces.length > 0 && sender.fragments - lastFragment > this.#maxDistance;
  }

  /** The kernel's ip_frag_reinit(): without what came before, and with all of its time. */
  #beginAnew(key: string, pending: Pending, nowMs: number): void {
    this.#drops.distant++;
    this.#bytes -= pending.queue.bytes;
    pending.queue = new LinuxQueue();
    this.#bytes += pending.queue.bytes;
    pending.deadlineMs = nowMs + this.#timeoutMs;
    this.#pending.delete(key);
    this.#pending.set(key, pending);
  }

  #giveUp(key: string, pending: Pending): void {
    this.#drops.overlapping++;
    if (!pending.queue.staysDead) return this.#forget(key, pending);
    this.#bytes -= pending.queue.bytes - OVERHEAD;
    pending.queue = new StrictQueue();
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
    this.#bytes -= pending.queue.bytes;
    const { sender } = pending;
    if (sender !== undefined && --sender.packets === 0) {
      this.#senders.delete(key.slice(0, SENDER_END));
    }
  }

  #join(pieces: readonly Piece[], total: number): Uint8Array | undefined {
    const { family, head, next, nextAt } = pieces.find(({ offset }) => offset === 0)!;
    const length = head.length + total;
    if ((family === 4 ? length : length - 40) > 0xffff) {
      this.#drops.malformed++;
      return undefined;
    }
    const ecn = this.#policy === "linux" ? joinedEcn(pieces) : 0;
    if (ecn === undefined) {
      this.#drops.overlapping++;
      return undefined;
    }
    const bytes = new Uint8Array(length);
    bytes.set(head);
    for (const piece of pieces) bytes.set(piece.data, head.length + piece.offset);
    bytes[nextAt] = next;
    if (family === 4) {
      bytes[1] |= ecn;
      setU16(bytes, 2, length);
      // More-fragments flag and offset go.
      const flags = this.#policy === "linux" ? joinedFlags(pieces) : u16(bytes, 6) & 0xc000;
      setU16(bytes, 6, flags);
      setU16(bytes, 10, 0);
      setU16(bytes, 10, checksum(bytes, 0, head.length));
    } else {
      bytes[1] |= ecn << 4;
      setU16(bytes, 4, length - 40);
    }
    return bytes;
  }
}

/** RFC 3168, section 5.3, as the kernel's ip_frag_ecn_table: what is added; `undefined`: give it up. */
function joinedEcn(pieces: readonly Piece[]): number | undefined {
  let seen = 0;
  for (const { ecn } of pieces) seen |= 1 << ecn;
  // Fragments that know no ECN beside others that do.
  if ((seen & 1) !== 0 && seen !== 1) return undefined;
  return (seen & 8) !== 0 && seen !== 8 ? 3 : 0;
}

/** The kernel's ip_frag_reasm(): "don't fragment" stays if the largest fragment had it. */
function joinedFlags(pieces: readonly Piece[]): number {
  const size = ({ head, data }: Piece) => head.length + data.length;
  const largest = Math.max(...pieces.map(size));
  const isKept = pieces.some((piece) => piece.dontFragment && size(piece) === largest);
  return isKept ? 0x4000 : 0;
}

function positive(name: string, value: number): number {
  if (value > 0) return value;
  throw new RangeError(`Cannot create reassembler: ${name} of ${value} is not positive`);
}

function pieceOfIpv4(packet: Uint8Array): Piece | undefined {
  const view = Ipv4View.parse(packet);
  if (!view.isFragment) return undefined;
  // A packet that the card is to cut is not cut yet.
  if (view.segmentationOffload) throw bad("IPv4 header", "total length of a fragment is 0");
  return {
    family: 4,
    // RFC 791: addresses, protocol and identification.
    key: keyOf(4, packet.subarray(12, 20), packet.subarray(4, 6), packet.subarray(9, 10)),
    offset: view.fragmentOffset,
    more: view.moreFragments,
    data: view.payload,
    head: view.header,
    nextAt: 9,
    next: view.protocol,
    ecn: view.ecn,
    dontFragment: view.dontFragment,
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
    family: 6,
    // RFC 8200: addresses and identification.
    key: keyOf(6, packet.subarray(8, 40), packet.subarray(at + 4, at + 8)),
    offset: view.fragmentOffset,
    more: view.moreFragments,
    data: view.payload,
    head: packet.subarray(0, at),
    nextAt,
    next: view.nextHeader,
    ecn: ip.ecn,
    dontFragment: false,
  };
}

function keyOf(version: number, ...parts: Uint8Array[]): string {
  let key = String.fromCharCode(version);
  for (const part of parts) key += String.fromCharCode(...part);
  return key;
}
