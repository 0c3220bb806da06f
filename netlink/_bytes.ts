/**
 * Memory that netlink messages are read from, and memory that they are written to.
 *
 * Numbers are in the host's order unless an attribute says otherwise; every platform of the ABI
 * tables is little-endian.
 *
 * @module
 */

/** Bytes with a view of them: what codecs read. */
export class ByteSource {
  /** The bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same memory, for numbers. */
  readonly view: DataView;

  /** Reads `bytes`. */
  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
}

/** What nlmsg and nla align to (linux/netlink.h, NLMSG_ALIGNTO and NLA_ALIGNTO). */
export function align4(length: number): number {
  return (length + 3) & ~3;
}

/** Bytes that grow: what codecs write. */
export class ByteSink {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #length = 0;

  /** Begins empty, with room for `room` bytes. */
  constructor(room: number = 256) {
    this.#bytes = new Uint8Array(room);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** How many bytes were written. */
  get length(): number {
    return this.#length;
  }

  /** Room for `count` more bytes, zeroed; returns where it begins. */
  reserve(count: number): number {
    const at = this.#length;
    const needed = at + count;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
      grown.set(this.#bytes);
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    this.#length = needed;
    return at;
  }

  /** A byte. */
  u8(value: number): void {
    const at = this.reserve(1);
    this.#bytes[at] = value;
  }

  /** 16 bits. */
  u16(value: number, littleEndian = true): void {
    const at = this.reserve(2);
    this.#view.setUint16(at, value, littleEndian);
  }

  /** 32 bits. */
  u32(value: number, littleEndian = true): void {
    const at = this.reserve(4);
    this.#view.setUint32(at, value, littleEndian);
  }

  /** 64 bits. */
  u64(value: bigint, littleEndian = true): void {
    const at = this.reserve(8);
    this.#view.setBigUint64(at, value, littleEndian);
  }

  /** Bytes as they are. */
  append(bytes: Uint8Array): void {
    const at = this.reserve(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** Zeros up to the next multiple of four. */
  pad(): void {
    this.reserve(align4(this.#length) - this.#length);
  }

  /** Writes 16 bits over what is at `at`. */
  setU16(at: number, value: number): void {
    this.#view.setUint16(at, value, true);
  }

  /** Writes 32 bits over what is at `at`. */
  setU32(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  /** Forgets what was written from `length` on. */
  truncate(length: number): void {
    this.#bytes.fill(0, length, this.#length);
    this.#length = length;
  }

  /** What was written, until more is written or it is forgotten. */
  written(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  /** What was written, in memory of its own. */
  take(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }
}
