/**
 * Echo requests built in place, and what answers them.
 *
 * @module
 */
import { checksum, foldSum, sumWords } from "../wire/checksum.ts";
import { ICMPV4_TYPE } from "../wire/icmpv4_message.ts";
import { ICMPV6_TYPE } from "../wire/icmpv6_message.ts";

/** Bytes of an ICMP echo header (RFC 792, RFC 4443 section 4.1). */
export const ECHO_HEADER_BYTES = 8;
/** Where the token and the cookie stand: the first 8 bytes of the payload. */
const TOKEN_AT = 8;
const COOKIE_AT = 12;
const MARK_BYTES = 8;
/** The least of an echo message with both. */
export const MARKED_ECHO_BYTES: number = ECHO_HEADER_BYTES + MARK_BYTES;

/** The numbers of echo messages by family. */
export const ECHO_TYPES = {
  inet: { request: ICMPV4_TYPE.echoRequest, reply: ICMPV4_TYPE.echoReply },
  inet6: { request: ICMPV6_TYPE.echoRequest, reply: ICMPV6_TYPE.echoReply },
} as const;

/** An echo request of which only the sequence and the cookie change. */
export class EchoTemplate {
  /** The message; valid until the next {@linkcode EchoTemplate.set}. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #sum: number;
  readonly #marked: boolean;

  /**
   * @param family Whose echo.
   * @param identifier 0 to 65535; a datagram socket puts its own.
   * @param payload What follows the header; its first 8 bytes are overwritten if it has as many.
   * @param token 32 bits that tell this sender's messages from others'.
   */
  constructor(
    family: "inet" | "inet6",
    identifier: number,
    payload: Uint8Array,
    token: number,
  ) {
    const bytes = this.bytes = new Uint8Array(ECHO_HEADER_BYTES + payload.length);
    const view = new DataView(bytes.buffer);
    bytes[0] = ECHO_TYPES[family].request;
    view.setUint16(4, identifier);
    bytes.set(payload, ECHO_HEADER_BYTES);
    this.#marked = payload.length >= MARK_BYTES;
    if (this.#marked) {
      view.setUint32(TOKEN_AT, token);
      view.setUint32(COOKIE_AT, 0);
    }
    this.#sum = sumWords(bytes);
  }

  /** Sets sequence (16 bits) and cookie (32 bits), and ICMPv4's checksum; ICMPv6's is the kernel's. */
  set(sequence: number, cookie: number): Uint8Array<ArrayBuffer> {
    const { bytes } = this;
    bytes[6] = sequence >>> 8;
    bytes[7] = sequence;
    let sum = this.#sum + (sequence & 0xffff);
    if (this.#marked) {
      bytes[COOKIE_AT] = cookie >>> 24;
      bytes[COOKIE_AT + 1] = cookie >>> 16;
      bytes[COOKIE_AT + 2] = cookie >>> 8;
      bytes[COOKIE_AT + 3] = cookie;
      sum += (cookie >>> 16) + (cookie & 0xffff);
    }
    const check = ~foldSum(sum) & 0xffff;
    bytes[2] = check >>> 8;
    bytes[3] = check;
    return bytes;
  }
}

/** An echo message as it came back. */
export interface Echo {
  identifier: number;
  sequence: number;
  /** Undefined when the payload is too short to carry marks. */
  token: number | undefined;
  cookie: number | undefined;
  /** Bytes of the ICMP message, its header included. */
  lengthBytes: number;
  /** TTL of the IP header, where there is one. */
  ttl: number | undefined;
}

/**
 * Reads an echo message.
 *
 * @param bytes What came: over a raw IPv4 socket it begins with the IP header.
 * @param type The echo type expected.
 * @param hasIpHeader Whether the IP header is there.
 * @returns The message; `undefined` if it is something else, cut off, or (ICMPv4) damaged.
 */
export function readEcho(bytes: Uint8Array, type: number, hasIpHeader: boolean): Echo | undefined {
  const at = hasIpHeader ? (bytes[0] & 0x0f) * 4 : 0;
  if (bytes.length < at + ECHO_HEADER_BYTES || bytes[at] !== type) return undefined;
  if (hasIpHeader && checksum(bytes, at) !== 0) return undefined;
  const marked = bytes.length >= at + MARKED_ECHO_BYTES;
  return {
    identifier: word(bytes, at + 4),
    sequence: word(bytes, at + 6),
    token: marked ? tokenOf(bytes, at) : undefined,
    cookie: marked ? cookieOf(bytes, at) : undefined,
    lengthBytes: bytes.length - at,
    ttl: hasIpHeader ? bytes[8] : undefined,
  };
}

/** The token of an echo message that has marks. */
export function tokenOf(bytes: Uint8Array, at: number): number {
  return long(bytes, at + TOKEN_AT);
}

/** The cookie of an echo message that has marks. */
export function cookieOf(bytes: Uint8Array, at: number): number {
  return long(bytes, at + COOKIE_AT);
}

function word(bytes: Uint8Array, at: number): number {
  return bytes[at] << 8 | bytes[at + 1];
}

function long(bytes: Uint8Array, at: number): number {
  return (word(bytes, at) << 16 | word(bytes, at + 2)) >>> 0;
}
