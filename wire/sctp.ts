/**
 * SCTP packets (RFC 9260): the common header and the headers of the chunks.
 *
 * @module
 */

import { bad, checkSpan, fit, setU16, setU32, u16, u32 } from "./_bytes.ts";
import { encodeLayer } from "./_codec.ts";
import { crc32c } from "./crc32c.ts";
import { type LayerRow, layerRow } from "./layer_row.ts";
import { IPPROTO_SCTP } from "./numbers.ts";
import { portsText } from "./_text.ts";
import { keepReserved, type WithReserved, writeReserved } from "./_reserved.ts";
import { VALUES } from "./_value_table.ts";
import { HeaderView } from "./view.ts";

const WHAT = "SCTP packet";

/** RFC 9260, sections 3.1 and 3.2. */
const AT = { SOURCE_PORT: 0, DESTINATION_PORT: 2, TAG: 4, CHECKSUM: 8, CHUNKS: 12 };
const CHUNK = { TYPE: 0, FLAGS: 1, LENGTH: 2, VALUE: 4 };

/** RFC 9260, section 3.3.1: a DATA chunk, with its header. */
const DATA = { TSN: 4, STREAM: 8, SEQUENCE: 10, PROTOCOL: 12, PAYLOAD: 16 };

/** The IANA registry of chunk types. */
const CHUNK_TYPES: ReadonlyMap<number, string> = new Map([
  [0, "DATA"],
  [1, "INIT"],
  [2, "INIT ACK"],
  [3, "SACK"],
  [4, "HB REQ"],
  [5, "HB ACK"],
  [6, "ABORT"],
  [7, "SHUTDOWN"],
  [8, "SHUTDOWN ACK"],
  [9, "OP ERR"],
  [10, "COOKIE ECHO"],
  [11, "COOKIE ACK"],
  [12, "ECN ECHO"],
  [13, "CWR"],
  [14, "SHUTDOWN COMPLETE"],
  [15, "AUTH"],
  [64, "I-DATA"],
  [128, "ASCONF-ACK"],
  [130, "RE-CONFIG"],
  [132, "PAD"],
  [192, "FORWARD TSN"],
  [193, "ASCONF"],
  [194, "I-FORWARD TSN"],
]);

/** One chunk of an SCTP packet. */
export interface SctpChunk {
  /** Type: 0 is DATA, 1 is INIT, and so on. */
  type: number;
  /** Flags, by the type; default 0. */
  flags?: number;
  /** What follows the header of the chunk, without padding. */
  value: Uint8Array;
}

/** What an SCTP packet means. */
export interface Sctp extends WithReserved {
  /** Tells the values of a stack apart. */
  kind: "sctp";
  /** Port of the sender, 0 to 65535. */
  sourcePort: number;
  /** Port of the receiver, 0 to 65535. */
  destinationPort: number;
  /** Verification tag, 32 bits; 0 with an INIT. */
  verificationTag: number;
  /** The chunks, each padded to a multiple of four bytes. */
  chunks: SctpChunk[];
  /** CRC32c, its lowest byte first; default: the right one. */
  checksum?: number;
}

/** A chunk laid over bytes; the payload is what follows the header of the chunk, without padding. */
export class SctpChunkView extends HeaderView {
  /**
   * Lays a view over a chunk; {@linkcode SctpView.chunks} does so for each of a packet.
   *
   * @param bytes The bytes; they are not copied, and changes to them show.
   * @param start Index of the first byte of the chunk.
   * @param end Index after its last byte, without padding.
   * @returns The view.
   * @throws {RangeError} If `start` or `end` lies outside the bytes, or the header is cut off.
   */
  static at(bytes: Uint8Array, start: number, end: number): SctpChunkView {
    checkSpan("SCTP chunk", bytes, start, end, CHUNK.VALUE);
    return new SctpChunkView(bytes, start, start + CHUNK.VALUE, end);
  }

  /** Number of the chunk's type. */
  get type(): number {
    return this.bytes[this.start + CHUNK.TYPE];
  }
  /** Name of the chunk's type, as tcpdump has it, or its number. */
  get name(): string {
    return CHUNK_TYPES.get(this.type) ?? `${this.type}`;
  }
  /** Flags, by the type. */
  get flags(): number {
    return this.bytes[this.start + CHUNK.FLAGS];
  }
  /** Length of the chunk with its header, without padding. */
  get length(): number {
    return u16(this.bytes, this.start + CHUNK.LENGTH);
  }
  /** Whether this is a DATA chunk with all its fields. */
  get isData(): boolean {
    return this.type === 0 && this.end - this.start >= DATA.PAYLOAD;
  }
  /** Of a DATA chunk: the transmission sequence number. */
  get tsn(): number | undefined {
    return this.isData ? u32(this.bytes, this.start + DATA.TSN) : undefined;
  }
  /** Of a DATA chunk: the stream. */
  get stream(): number | undefined {
    return this.isData ? u16(this.bytes, this.start + DATA.STREAM) : undefined;
  }
  /** Of a DATA chunk: the sequence number in the stream. */
  get streamSequence(): number | undefined {
    return this.isData ? u16(this.bytes, this.start + DATA.SEQUENCE) : undefined;
  }
  /** Of a DATA chunk: the payload protocol identifier. */
  get payloadProtocol(): number | undefined {
    return this.isData ? u32(this.bytes, this.start + DATA.PROTOCOL) : undefined;
  }
  /** Of a DATA chunk: the user's data: a subarray, not a copy. */
  get data(): Uint8Array | undefined {
    return this.isData ? this.bytes.subarray(this.start + DATA.PAYLOAD, this.end) : undefined;
  }

  /**
   * The value of the chunk.
   *
   * @returns The value, for {@linkcode encodeSctp}.
   */
  toValue(): SctpChunk {
    return { type: this.type, flags: this.flags, value: this.payload.slice() };
  }
}

/** An SCTP packet laid over bytes. */
export class SctpView extends HeaderView {
  /** Tells the layers of a frame apart. */
  get kind(): "sctp" {
    return "sctp";
  }

  /**
   * Lays a view over the SCTP packet that begins at `start`.
   *
   * @param bytes The bytes; they are not copied, and changes to them show.
   * @param start Index of the first byte of the packet; default 0.
   * @param end Index after its last byte; default `bytes.length`.
   * @returns The view; the chunks are part of it, so that it has no payload.
   * @throws {RangeError} If the header is cut off or the length of a chunk lies.
   */
  static parse(bytes: Uint8Array, start = 0, end: number = bytes?.length): SctpView {
    const view = SctpView.parsePartial(bytes, start, end);
    for (let at = start + AT.CHUNKS; at < end;) {
      const left = end - at;
      if (left < CHUNK.VALUE) throw bad(WHAT, `chunk header of ${left} bytes is below 4`);
      const length = u16(bytes, at + CHUNK.LENGTH);
      if (length < CHUNK.VALUE) throw bad(WHAT, `chunk length of ${length} is below 4`);
      if (length > left) {
        throw bad(WHAT, `chunk length of ${length} is above the ${left} bytes left`);
      }
      at += (length + 3) & ~3;
    }
    return view;
  }

  /**
   * Like {@linkcode SctpView.parse}, but the chunks may be cut off.
   *
   * @param bytes The bytes.
   * @param start Index of the first byte of the packet; default 0.
   * @param end Index after the last byte at hand; default `bytes.length`.
   * @returns The view; its chunks end before the first that is not whole.
   * @throws {RangeError} If the common header is cut off.
   */
  static parsePartial(bytes: Uint8Array, start = 0, end: number = bytes?.length): SctpView {
    checkSpan(WHAT, bytes, start, end, AT.CHUNKS);
    return new SctpView(bytes, start, end, end);
  }

  /** Port of the sender. */
  get sourcePort(): number {
    return u16(this.bytes, this.start + AT.SOURCE_PORT);
  }
  /** Port of the receiver. */
  get destinationPort(): number {
    return u16(this.bytes, this.start + AT.DESTINATION_PORT);
  }
  /** Verification tag. */
  get verificationTag(): number {
    return u32(this.bytes, this.start + AT.TAG);
  }
  /** Checksum as it stands: a CRC32c, its lowest byte first. */
  get checksum(): number {
    return u32(this.bytes, this.start + AT.CHECKSUM);
  }

  /**
   * Whether the CRC32c over the whole packet is right.
   *
   * @returns Whether it is.
   */
  checksumOk(): boolean {
    return this.checksum === packetChecksum(this.bytes, this.start, this.end);
  }

  /**
   * Goes through the chunks, one view at a time.
   *
   * @returns The views of the chunks.
   */
  *chunks(): Generator<SctpChunkView, void, void> {
    for (let at = this.start + AT.CHUNKS; this.end - at >= CHUNK.VALUE;) {
      const length = u16(this.bytes, at + CHUNK.LENGTH);
      if (length < CHUNK.VALUE || length > this.end - at) return;
      yield SctpChunkView.at(this.bytes, at, at + length);
      at += (length + 3) & ~3;
    }
  }

  /**
   * The value of the packet, without the checksum.
   *
   * @returns The value, for {@linkcode encodeSctp}.
   */
  toValue(): Sctp {
    return keepReserved(this, this.#plain(), measureSctp, writeSctp, AT.CHECKSUM, 4);
  }

  #plain(): Sctp {
    return {
      kind: "sctp",
      sourcePort: this.sourcePort,
      destinationPort: this.destinationPort,
      verificationTag: this.verificationTag,
      chunks: Array.from(this.chunks(), (chunk) => chunk.toValue()),
    };
  }
}

/** RFC 9260, appendix A: the CRC goes out its lowest byte first. */
function littleEndian(word: number): number {
  return ((word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0;
}

const NO_CHECKSUM = new Uint8Array(4);

/** The checksum of a packet, made as if the field were zero. */
function packetChecksum(bytes: Uint8Array, start: number, end: number): number {
  const head = crc32c(bytes, start, start + AT.CHECKSUM);
  return littleEndian(crc32c(bytes, start + AT.CHUNKS, end, crc32c(NO_CHECKSUM, 0, 4, head)));
}

/** The length of the packet of `value`, in bytes. */
function measureSctp(value: Sctp): number {
  return value.chunks.reduce(
    (length, chunk) => length + ((CHUNK.VALUE + chunk.value.length + 3) & ~3),
    AT.CHUNKS,
  );
}

/** Writes the packet of `value` at `start`. */
function writeSctp(value: Sctp, bytes: Uint8Array, start: number, end: number): void {
  setU16(bytes, start + AT.SOURCE_PORT, fit(WHAT, "sourcePort", value.sourcePort, 0xffff));
  setU16(
    bytes,
    start + AT.DESTINATION_PORT,
    fit(WHAT, "destinationPort", value.destinationPort, 0xffff),
  );
  setU32(bytes, start + AT.TAG, fit(WHAT, "verificationTag", value.verificationTag, 0xffffffff));
  let at = start + AT.CHUNKS;
  for (const chunk of value.chunks) {
    const length = CHUNK.VALUE + chunk.value.length;
    bytes[at + CHUNK.TYPE] = fit(WHAT, "chunk.type", chunk.type, 0xff);
    bytes[at + CHUNK.FLAGS] = fit(WHAT, "chunk.flags", chunk.flags ?? 0, 0xff);
    setU16(bytes, at + CHUNK.LENGTH, fit(WHAT, "chunk length", length, 0xffff));
    bytes.set(chunk.value, at + CHUNK.VALUE);
    at += (length + 3) & ~3;
  }
  writeReserved(WHAT, value, bytes, start, measureSctp(value));
  const sum = fit(
    WHAT,
    "checksum",
    value.checksum ?? packetChecksum(bytes, start, end),
    0xffffffff,
  );
  setU32(bytes, start + AT.CHECKSUM, sum);
}

/**
 * Encodes an SCTP packet.
 *
 * @param value The packet; lengths, padding and checksum are filled in.
 * @param payload Bytes after the chunks, such as chunks already encoded; default nothing.
 * @returns The packet in new bytes.
 * @throws {RangeError} If a field does not fit its bits: it names the field.
 *
 * @example A heartbeat
 * ```ts
 * import { encodeSctp, SctpView } from "@berkeley/sockets/wire";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeSctp({
 *   kind: "sctp",
 *   sourcePort: 5000,
 *   destinationPort: 6000,
 *   verificationTag: 1,
 *   chunks: [{ type: 4, value: Uint8Array.of(0, 1, 0, 4) }],
 * });
 * const view = SctpView.parse(bytes);
 * assertEquals([...view.chunks()].map((chunk) => chunk.name), ["HB REQ"]);
 * assertEquals(view.checksumOk(), true);
 * ```
 */
export function encodeSctp(value: Sctp, payload?: Uint8Array): Uint8Array {
  return encodeLayer(sctpLayer, value, payload);
}

/** The row of SCTP. */
export const sctpLayer: LayerRow<Sctp, SctpView> = layerRow<Sctp, SctpView>({
  kind: "sctp",
  check: VALUES.sctp,
  protocols: [IPPROTO_SCTP],
  parse(bytes, start, end, walk) {
    const view = SctpView.parsePartial(bytes, start, end);
    walk.complain(SctpView);
    return view;
  },
  measure: measureSctp,
  write: writeSctp,
  // A chunk that is cut off no value makes again.
  restate(view) {
    const value = view.toValue();
    return measureSctp(value) === view.headerLength ? value : undefined;
  },
  describe(view, place) {
    const chunks = Array.from(view.chunks(), (chunk, n) => `(${n + 1}) [${chunk.name}]`);
    return `${portsText(view, place)}sctp ${chunks.join(" ")}`;
  },
  verify: (view) => view.checksumOk(),
});
