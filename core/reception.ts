/**
 * What the receives of a stream make of the bytes that come, apart from how they come: an engine asks
 * for room, says what it has put there, and hands out the result.
 *
 * @module
 */
import { ByteQueue, indexOf } from "./_byte_queue.ts";
import { detached, lengthOf, partOf } from "./bytes.ts";
import { decodePrefix, type FrameShape } from "./framing.ts";

/** From here on, bytes are received straight into memory of their own instead of being copied there. */
const DIRECT_BYTES = 65536;
/** Chunks up to this size are copied out of shared memory: that costs less than to allocate too much. */
const COPIED_BYTES = 8192;
const MOST_CHUNK_BYTES = 65536;
const LEAST_CHUNK_BYTES = 2048;

/** What a stream keeps between receives. */
export class Inbox {
  /** Bytes to hand out before new ones are received; absent while there never were any. */
  kept: ByteQueue | undefined;
  /** How much a receive may bring: grows and shrinks with what arrives. */
  expectedBytes = LEAST_CHUNK_BYTES;

  /** Bytes that are kept. */
  get length(): number {
    return this.kept === undefined ? 0 : this.kept.length;
  }

  /** The queue of kept bytes, made when first needed. */
  get queue(): ByteQueue {
    return this.kept ??= new ByteQueue();
  }
}

/** One receive under way. */
export abstract class Reception<T> {
  /** What it comes to, once {@linkcode Reception.begin} or {@linkcode Reception.took} said true. */
  result!: T;
  /** How much of the room is to be used. */
  roomBytes = 0;
  /** Whether the room is the caller's memory, who may transfer it away meanwhile. */
  readonly callers: boolean = false;

  /** Whether what is kept is enough. Asked once, first. */
  abstract begin(): boolean;
  /**
   * Where the next bytes go; never empty. `shared` is memory whose bytes are looked at before anybody
   * else uses it: absent where receiving takes its time.
   */
  abstract room(shared?: Uint8Array<ArrayBuffer>): Uint8Array;
  /** So many bytes are in the room, 0 at the end of the stream. Whether it is complete. */
  abstract took(room: Uint8Array, count: number): boolean;
  /** It ends without a result: what it holds is kept. */
  abandon(): void {}
}

/** `recvInto`. */
export class IntoReception extends Reception<number> {
  override readonly callers = true;
  readonly #inbox: Inbox;
  readonly #buffer: Uint8Array;

  constructor(inbox: Inbox, buffer: Uint8Array) {
    super();
    this.#inbox = inbox;
    this.#buffer = buffer;
  }

  begin(): boolean {
    const kept = this.#inbox.length;
    if (kept === 0 && lengthOf(this.#buffer) > 0) return false;
    this.result = kept === 0 ? 0 : this.#inbox.queue.takeInto(partOf(this.#buffer, 0));
    return true;
  }

  room(): Uint8Array {
    this.roomBytes = lengthOf(this.#buffer);
    if (this.roomBytes === 0) throw detached("receive", "buffer");
    return this.#buffer;
  }

  took(_room: Uint8Array, count: number): boolean {
    this.result = count;
    return true;
  }
}

/** `recv`: what is there, at most `size` bytes, in memory that the caller may keep. */
export class ChunkReception extends Reception<Uint8Array<ArrayBuffer>> {
  readonly #inbox: Inbox;
  readonly #size: number;
  #own: Uint8Array<ArrayBuffer> | undefined;

  constructor(inbox: Inbox, size: number) {
    super();
    this.#inbox = inbox;
    this.#size = size;
  }

  begin(): boolean {
    if (this.#inbox.length === 0) return false;
    this.result = this.#inbox.queue.take(this.#size);
    return true;
  }

  room(shared?: Uint8Array<ArrayBuffer>): Uint8Array {
    const { expectedBytes } = this.#inbox;
    if (shared !== undefined && expectedBytes <= COPIED_BYTES) {
      this.roomBytes = Math.min(this.#size, shared.length);
      return shared;
    }
    this.roomBytes = Math.min(this.#size, expectedBytes);
    return this.#own = new Uint8Array(this.roomBytes);
  }

  took(room: Uint8Array, count: number): boolean {
    this.#learn(count);
    const own = this.#own;
    if (own === undefined) {
      this.result = copyOf(room, 0, count);
    } else {
      this.result = count > own.length / 2 ? own.subarray(0, count) : own.slice(0, count);
    }
    return true;
  }

  #learn(count: number): void {
    const inbox = this.#inbox;
    if (count >= inbox.expectedBytes) {
      inbox.expectedBytes = Math.min(Math.max(count, inbox.expectedBytes * 4), MOST_CHUNK_BYTES);
    } else if (count < inbox.expectedBytes / 4 && inbox.expectedBytes > LEAST_CHUNK_BYTES) {
      inbox.expectedBytes = Math.max(inbox.expectedBytes >>> 2, LEAST_CHUNK_BYTES);
    }
  }
}

/** As `slice`, which asks for a constructor and so costs more. */
function copyOf(bytes: Uint8Array, start: number, end: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(end - start);
  copy.set(new Uint8Array(bytes.buffer, bytes.byteOffset + start, copy.length));
  return copy;
}

/** What is gathered until there is enough of it. What comes beyond is kept. */
abstract class GatheringReception<T> extends Reception<T> {
  readonly #inbox: Inbox;
  /** Bytes that are lacking at least. */
  protected lackingBytes = 1;

  constructor(inbox: Inbox) {
    super();
    this.#inbox = inbox;
  }

  /**
   * Makes the result of the first bytes held, or says what is lacking.
   *
   * @returns How many bytes it is made of; -1 if there are too few.
   */
  protected abstract parse(held: Uint8Array<ArrayBuffer>): number;
  /** The stream has ended: makes a result of what is held, or throws. Returns how many it is made of. */
  protected abstract ended(held: Uint8Array<ArrayBuffer>): number;

  begin(): boolean {
    return this.#complete();
  }

  room(shared?: Uint8Array<ArrayBuffer>): Uint8Array {
    const room = shared !== undefined && this.lackingBytes < DIRECT_BYTES
      ? shared
      : this.#inbox.queue.room(this.lackingBytes);
    this.roomBytes = room.length;
    return room;
  }

  took(room: Uint8Array, count: number): boolean {
    const inbox = this.#inbox;
    if (count === 0) {
      inbox.kept?.drop(this.ended(inbox.kept.peek()));
      if (inbox.kept === undefined) this.ended(NOTHING);
      return true;
    }
    const { kept } = inbox;
    if (kept?.isRoom(room)) kept.commit(count);
    else {
      const came = new Uint8Array(room.buffer as ArrayBuffer, room.byteOffset, count);
      if (inbox.length === 0) return this.#tookAll(came);
      kept!.push(came);
    }
    return this.#complete();
  }

  /** As a rule what comes at once is all there is: then nothing need be kept. */
  #tookAll(held: Uint8Array<ArrayBuffer>): boolean {
    let used = -1;
    try {
      used = this.parse(held);
    } finally {
      if (used < held.length) this.#inbox.queue.push(used <= 0 ? held : held.subarray(used));
    }
    return used >= 0;
  }

  #complete(): boolean {
    const { kept } = this.#inbox;
    if (kept === undefined || kept.length === 0) return this.parse(NOTHING) >= 0;
    const used = this.parse(kept.peek());
    if (used < 0) return false;
    kept.drop(used);
    return true;
  }
}

const NOTHING = new Uint8Array(0);

function unexpectedEof(): Error {
  return new Deno.errors.UnexpectedEof("Cannot receive: the stream ended before all bytes came");
}

/** `recvExact` of few bytes. */
export class ExactReception extends GatheringReception<Uint8Array> {
  readonly #size: number;

  constructor(inbox: Inbox, size: number) {
    super(inbox);
    this.#size = size;
  }

  protected parse(held: Uint8Array<ArrayBuffer>): number {
    this.lackingBytes = this.#size - held.length;
    if (this.lackingBytes > 0) return -1;
    this.result = copyOf(held, 0, this.#size);
    return this.#size;
  }

  protected ended(): never {
    throw unexpectedEof();
  }
}

/** `recvExact` of many bytes. */
export class DirectReception extends Reception<Uint8Array> {
  readonly #inbox: Inbox;
  #got = 0;

  constructor(inbox: Inbox, size: number) {
    super();
    this.#inbox = inbox;
    this.result = new Uint8Array(size);
  }

  begin(): boolean {
    if (this.#inbox.length > 0) this.#got = this.#inbox.queue.takeInto(this.result);
    return this.#got === this.result.length;
  }

  room(): Uint8Array {
    const room = this.result.subarray(this.#got);
    this.roomBytes = room.length;
    return room;
  }

  took(_room: Uint8Array, count: number): boolean {
    if (count === 0) throw unexpectedEof();
    this.#got += count;
    return this.#got === this.result.length;
  }

  override abandon(): void {
    if (this.#got > 0) this.#inbox.queue.unshift(this.result.subarray(0, this.#got));
  }
}

/** The receive of `size` bytes. */
export function exactReception(inbox: Inbox, size: number): Reception<Uint8Array> {
  return size < DIRECT_BYTES ? new ExactReception(inbox, size) : new DirectReception(inbox, size);
}

/** `recvUntil`: up to a needle and with it; the rest at the end, and then nothing. */
export class UntilReception extends GatheringReception<Uint8Array | undefined> {
  readonly #needle: Uint8Array;
  readonly #maxBytes: number;
  #from = 0;

  constructor(inbox: Inbox, needle: Uint8Array, maxBytes: number) {
    super(inbox);
    this.#needle = needle;
    this.#maxBytes = maxBytes;
  }

  protected parse(held: Uint8Array<ArrayBuffer>): number {
    const needle = this.#needle;
    const at = indexOf(held, needle, this.#from);
    const end = at < 0 ? held.length : at + needle.length;
    if (end > this.#maxBytes || (at < 0 && end === this.#maxBytes)) {
      throw new RangeError(`Cannot receive: needle not found within maxBytes ${this.#maxBytes}`);
    }
    if (at < 0) {
      this.#from = Math.max(0, held.length - needle.length + 1);
      return -1;
    }
    this.result = copyOf(held, 0, end);
    return end;
  }

  protected ended(held: Uint8Array<ArrayBuffer>): number {
    this.result = held.length === 0 ? undefined : held.slice();
    return held.length;
  }
}

/** `recvFrame`: what follows a prefix that tells its length; nothing at the end. */
export class FrameReception extends GatheringReception<Uint8Array | undefined> {
  readonly #shape: FrameShape;

  constructor(inbox: Inbox, shape: FrameShape) {
    super(inbox);
    this.#shape = shape;
  }

  protected parse(held: Uint8Array<ArrayBuffer>): number {
    const { prefixBytes } = this.#shape;
    this.lackingBytes = prefixBytes - held.length;
    if (this.lackingBytes > 0) return -1;
    const end = prefixBytes + decodePrefix(held, this.#shape);
    this.lackingBytes = end - held.length;
    if (this.lackingBytes > 0) return -1;
    this.result = copyOf(held, prefixBytes, end);
    return end;
  }

  protected ended(held: Uint8Array<ArrayBuffer>): number {
    if (held.length > 0) throw unexpectedEof();
    this.result = undefined;
    return 0;
  }
}
