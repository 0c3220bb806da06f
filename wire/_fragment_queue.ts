/**
 * The fragments of one packet, by two policies: what is kept, ignored, or gives the packet up.
 *
 * @module
 */

import {
  IPPROTO_AH,
  IPPROTO_DSTOPTS,
  IPPROTO_HOPOPTS,
  IPPROTO_ICMPV6,
  IPPROTO_ROUTING,
  IPPROTO_TCP,
  IPPROTO_UDP,
} from "./numbers.ts";

/** What one fragment says, whichever the family. */
export interface Piece {
  family: 4 | 6;
  /** What the fragments of a packet share. */
  key: string;
  offset: number;
  more: boolean;
  data: Uint8Array;
  /** The headers before the fragment's payload, for the whole packet; of the first fragment only. */
  head: Uint8Array;
  /** Index in `head` of the byte that names what follows. */
  nextAt: number;
  next: number;
  /** Explicit congestion notification, 0 to 3. */
  ecn: number;
  dontFragment: boolean;
}

/**
 * What became of a fragment: `"kept"`, `"complete"` with it, `"ignored"` (a duplicate), `"malformed"` (it
 * alone is dropped), or the whole packet is to be given up for `"contradiction"`.
 */
export type Verdict = "kept" | "complete" | "ignored" | "malformed" | "contradiction";

/** Memory that a fragment takes besides its bytes, roughly. */
export const OVERHEAD = 64;

/** The fragments of one packet. */
export interface FragmentQueue {
  /** Memory that it takes. */
  readonly bytes: number;
  /** The fragments that are kept, in any order. */
  readonly pieces: readonly Piece[];
  /** Length of the payload, once the queue is complete. */
  readonly total: number;
  /** Whether later fragments must not bring the packet back after a contradiction. */
  readonly staysDead: boolean;
  /** Takes a fragment; its bytes are copied if it is kept. */
  add(piece: Piece): Verdict;
}

/** A copy of what a piece points to, of its payload the first `length` bytes. */
function kept(piece: Piece, length: number): Piece {
  return { ...piece, data: piece.data.slice(0, length), head: piece.head.slice() };
}

/** Fragments that follow one another, as they came: the kernel takes what lies in one as a duplicate. */
interface Run {
  start: number;
  end: number;
}

/**
 * As Linux 6.18 does: net/ipv4/ip_fragment.c ip_frag_queue(), net/ipv6/reassembly.c ip6_frag_queue()
 * and net/ipv4/inet_fragment.c inet_frag_queue_insert().
 */
export class LinuxQueue implements FragmentQueue {
  bytes: number = OVERHEAD;
  readonly pieces: Piece[] = [];
  total = 0;
  readonly staysDead = false;
  #received = 0;
  #hasFirst = false;
  #hasLast = false;
  /** Sorted; two runs that touch stay two. */
  readonly #runs: Run[] = [];

  add(piece: Piece): Verdict {
    const { offset } = piece;
    let end = offset + piece.data.length;
    if (piece.family === 6) {
      if (end > 0xffff || (offset === 0 && isHeaderCut(piece))) return "malformed";
    }
    if (!piece.more) {
      if (end < this.total || (this.#hasLast && end !== this.total)) return "contradiction";
      this.#hasLast = true;
      this.total = end;
    } else {
      if (end % 8 !== 0) {
        // IPv6 answers with a parameter problem, IPv4 takes as much as fits.
        if (piece.family === 6) return "malformed";
        end -= end % 8;
      }
      if (end > this.total) {
        if (this.#hasLast) return "contradiction";
        this.total = end;
      }
    }
    if (end === offset) return "contradiction";
    const verdict = this.#insert(offset, end);
    if (verdict !== "kept") return verdict;
    const length = end - offset;
    this.pieces.push(kept(piece, length));
    this.bytes += length + piece.head.length + OVERHEAD;
    this.#received += length;
    if (offset === 0) this.#hasFirst = true;
    const isComplete = this.#hasFirst && this.#hasLast && this.#received === this.total;
    return isComplete ? "complete" : "kept";
  }

  #insert(offset: number, end: number): Verdict {
    const runs = this.#runs;
    const last = runs.at(-1);
    if (last === undefined || last.end < end) {
      if (last !== undefined && offset < last.end) return "contradiction";
      if (last?.end === offset) last.end = end;
      else runs.push({ start: offset, end });
      return "kept";
    }
    let at = 0;
    for (; at < runs.length && runs[at].start < end; at++) {
      const run = runs[at];
      if (offset >= run.end) continue;
      return offset >= run.start && end <= run.end ? "ignored" : "contradiction";
    }
    runs.splice(at, 0, { start: offset, end });
    return "kept";
  }
}

/**
 * No overlap whatever, as RFC 5722 wants of IPv6: only a fragment that came before, byte for byte, is
 * ignored, and a packet that was given up stays so.
 */
export class StrictQueue implements FragmentQueue {
  bytes: number = OVERHEAD;
  /** Sorted by offset, without overlaps. */
  readonly pieces: Piece[] = [];
  total = 0;
  readonly staysDead = true;
  #received = 0;
  #hasLast = false;

  add(piece: Piece): Verdict {
    if (isMalformed(piece)) return "malformed";
    const { pieces } = this;
    const end = piece.offset + piece.data.length;
    let at = pieces.length;
    while (at > 0 && pieces[at - 1].offset >= piece.offset) at--;
    const before = pieces[at - 1];
    const after = pieces[at];
    if (after !== undefined && isDuplicate(after, piece)) return "ignored";
    const last = pieces.at(-1);
    const farthest = last === undefined ? 0 : last.offset + last.data.length;
    const contradicts = piece.more
      ? this.#hasLast && end > this.total
      : this.#hasLast || farthest > end;
    if (
      contradicts || (before !== undefined && before.offset + before.data.length > piece.offset) ||
      (after !== undefined && end > after.offset)
    ) return "contradiction";
    pieces.splice(at, 0, kept(piece, piece.data.length));
    this.bytes += piece.data.length + piece.head.length + OVERHEAD;
    this.#received += piece.data.length;
    if (!piece.more) {
      this.#hasLast = true;
      this.total = end;
    }
    // Without overlaps the bytes are all here once their number is right.
    return this.#hasLast && this.#received === this.total ? "complete" : "kept";
  }
}

/** The least of the headers that must be in a first fragment, by protocol; of any other one byte. */
const UPPER_LEAST: ReadonlyMap<number, number> = new Map([
  [IPPROTO_TCP, 20],
  [IPPROTO_UDP, 8],
  [IPPROTO_ICMPV6, 8],
]);

/** RFC 8200, section 4.5: all headers must be in the first fragment; net/ipv6 ipv6frag_thdr_truncated(). */
function isHeaderCut({ next, data }: Piece): boolean {
  let protocol = next;
  let at = 0;
  while (
    protocol === IPPROTO_HOPOPTS || protocol === IPPROTO_ROUTING || protocol === IPPROTO_DSTOPTS ||
    protocol === IPPROTO_AH
  ) {
    if (at + 2 > data.length) return false;
    const length = protocol === IPPROTO_AH ? (data[at + 1] + 2) * 4 : (data[at + 1] + 1) * 8;
    protocol = data[at];
    at += length;
  }
  return at + (UPPER_LEAST.get(protocol) ?? 1) > data.length;
}

/** RFC 1858, section 3.2.1: a first fragment must reach as far as the flags of a TCP header. */
const TCP_LEAST = 16;

function isMalformed(piece: Piece): boolean {
  const { data, offset, more, head } = piece;
  if (data.length === 0 || (more && data.length % 8 !== 0)) return true;
  const before = piece.family === 4 ? head.length : head.length - 40;
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
