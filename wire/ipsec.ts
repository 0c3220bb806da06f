/**
 * The IPsec headers: authentication (RFC 4302), and encapsulating security payload (RFC 4303), whose
 * encrypted rest stays opaque.
 *
 * @module
 */

import { bad, checkSpan, fit, setU16, setU32, u16, u32, unfit } from "./_bytes.ts";
import { encodeLayer } from "./_codec.ts";
import { IPPROTO_AH, IPPROTO_ESP, IPPROTO_NONE } from "./numbers.ts";
import { type LayerRow, layerRow, type Surroundings } from "./layer_row.ts";
import { hex, hexBytes, opaqueText } from "./_text.ts";
import { VALUES } from "./_value_table.ts";
import { HeaderView } from "./view.ts";

const AH = "authentication header";
const ESP = "ESP header";

/** RFC 4302, section 2; <linux/ip.h> struct ip_auth_hdr. */
const AT = { NEXT_HEADER: 0, LENGTH: 1, RESERVED: 2, SPI: 4, SEQUENCE: 8, ICV: 12 };

/** What an authentication header means. */
export interface Authentication {
  /** Tells the values of a stack apart. */
  kind: "authentication";
  /** Number of what follows; default: that of the next layer of the stack, or 59 (none). */
  nextHeader?: number;
  /** Security parameters index. */
  spi: number;
  /** Sequence number. */
  sequence: number;
  /** Integrity check value, a multiple of 4 bytes; default none. */
  icv?: Uint8Array;
  /** The reserved 16 bits; default 0. */
  reserved?: number;
}

/** An authentication header laid over bytes. */
export class AuthenticationView extends HeaderView {
  /** Tells the layers of a frame apart. */
  get kind(): "authentication" {
    return "authentication";
  }

  /**
   * Lays a view over the authentication header that begins at `start`.
   *
   * @param bytes The bytes; they are not copied, and changes to them show.
   * @param start Index of the first byte of the header; default 0.
   * @param end Index after the last byte at hand; default `bytes.length`.
   * @returns The view.
   * @throws {RangeError} If the header lies: it names the field.
   */
  static parse(bytes: Uint8Array, start = 0, end: number = bytes?.length): AuthenticationView {
    checkSpan(AH, bytes, start, end, AT.ICV);
    const length = (bytes[start + AT.LENGTH] + 2) * 4;
    if (length < AT.ICV) throw bad(AH, `length of ${length} is below ${AT.ICV}`);
    if (length > end - start) {
      throw bad(AH, `length of ${length} is above the ${end - start} bytes at hand`);
    }
    return new AuthenticationView(bytes, start, start + length, end);
  }

  /** Number of what follows. */
  get nextHeader(): number {
    return this.bytes[this.start + AT.NEXT_HEADER];
  }
  /** Security parameters index. */
  get spi(): number {
    return u32(this.bytes, this.start + AT.SPI);
  }
  /** Sequence number. */
  get sequence(): number {
    return u32(this.bytes, this.start + AT.SEQUENCE);
  }
  /** Integrity check value: a subarray, not a copy. */
  get icv(): Uint8Array {
    return this.bytes.subarray(this.start + AT.ICV, this.payloadStart);
  }
  /** The reserved 16 bits. */
  get reserved(): number {
    return u16(this.bytes, this.start + AT.RESERVED);
  }

  /**
   * The value of the header.
   *
   * @returns The value, for {@linkcode encodeAuthentication}.
   */
  toValue(): Authentication {
    const { nextHeader, spi, sequence, reserved } = this;
    return {
      kind: "authentication",
      nextHeader,
      spi,
      sequence,
      icv: this.icv.slice(),
      reserved,
    };
  }
}

/** The length of the header of `value`, in bytes. */
function measureAuthentication(value: Authentication): number {
  const length = AT.ICV + (value.icv?.length ?? 0);
  if (length % 4 !== 0) {
    throw unfit(AH, `icv of ${length - AT.ICV} bytes is not a multiple of 4`);
  }
  return length;
}

/** Writes the header of `value` at `start`. */
function writeAuthentication(
  value: Authentication,
  bytes: Uint8Array,
  start: number,
  _end: number,
  around: Surroundings,
): void {
  const next = value.nextHeader ?? around.next ?? IPPROTO_NONE;
  bytes[start + AT.NEXT_HEADER] = fit(AH, "nextHeader", next, 0xff);
  bytes[start + AT.LENGTH] = fit(AH, "icv words", measureAuthentication(value) / 4 - 2, 0xff);
  setU16(bytes, start + AT.RESERVED, fit(AH, "reserved", value.reserved ?? 0, 0xffff));
  setU32(bytes, start + AT.SPI, fit(AH, "spi", value.spi, 0xffffffff));
  setU32(bytes, start + AT.SEQUENCE, fit(AH, "sequence", value.sequence, 0xffffffff));
  if (value.icv !== undefined) bytes.set(value.icv, start + AT.ICV);
}

/**
 * Encodes an authentication header.
 *
 * @param value The header.
 * @param payload What follows; default nothing.
 * @returns Header and payload in new bytes.
 * @throws {RangeError} If a field does not fit its bits: it names the field.
 */
export function encodeAuthentication(value: Authentication, payload?: Uint8Array): Uint8Array {
  return encodeLayer(authenticationLayer, value, payload);
}

/** What an ESP header means; its payload is encrypted, and ends with the trailer. */
export interface Esp {
  /** Tells the values of a stack apart. */
  kind: "esp";
  /** Security parameters index. */
  spi: number;
  /** Sequence number. */
  sequence: number;
}

/** An ESP header laid over bytes. */
export class EspView extends HeaderView {
  /** Tells the layers of a frame apart. */
  get kind(): "esp" {
    return "esp";
  }

  /**
   * Lays a view over the ESP header that begins at `start`.
   *
   * @param bytes The bytes; they are not copied, and changes to them show.
   * @param start Index of the first byte of the header; default 0.
   * @param end Index after the last byte at hand; default `bytes.length`.
   * @returns The view.
   * @throws {RangeError} If the header is cut off.
   */
  static parse(bytes: Uint8Array, start = 0, end: number = bytes?.length): EspView {
    checkSpan(ESP, bytes, start, end, 8);
    return new EspView(bytes, start, start + 8, end);
  }

  /** Security parameters index. */
  get spi(): number {
    return u32(this.bytes, this.start);
  }
  /** Sequence number. */
  get sequence(): number {
    return u32(this.bytes, this.start + 4);
  }

  /**
   * The value of the header.
   *
   * @returns The value, for {@linkcode encodeEsp}.
   */
  toValue(): Esp {
    return { kind: "esp", spi: this.spi, sequence: this.sequence };
  }
}

/** The length of the header, in bytes. */
function measureEsp(_value: Esp): number {
  return 8;
}

/** Writes the header of `value` at `start`. */
function writeEsp(value: Esp, bytes: Uint8Array, start: number): void {
  setU32(bytes, start, fit(ESP, "spi", value.spi, 0xffffffff));
  setU32(bytes, start + 4, fit(ESP, "sequence", value.sequence, 0xffffffff));
}

/**
 * Encodes an ESP header.
 *
 * @param value The header.
 * @param payload The encrypted rest; default nothing.
 * @returns Header and payload in new bytes.
 * @throws {RangeError} If a field does not fit its bits: it names the field.
 */
export function encodeEsp(value: Esp, payload?: Uint8Array): Uint8Array {
  return encodeLayer(espLayer, value, payload);
}

/** The row of the authentication header. */
export const authenticationLayer: LayerRow<Authentication, AuthenticationView> = layerRow<
  Authentication,
  AuthenticationView
>({
  kind: "authentication",
  check: VALUES.authentication,
  protocols: [IPPROTO_AH],
  names: "protocol",
  parse(bytes, start, end, walk) {
    const view = AuthenticationView.parse(bytes, start, end);
    walk.followProtocol(view.nextHeader);
    return view;
  },
  measure: measureAuthentication,
  write: writeAuthentication,
  describe(view, place) {
    const words = `spi=0x${hex(view.spi, 8)},seq=0x${view.sequence.toString(16)}`;
    return `AH(${words},icv=0x${hexBytes(view.icv)}): ${opaqueText(view.nextHeader, place)}`;
  },
});

/** The row of the encapsulating security payload. */
export const espLayer: LayerRow<Esp, EspView> = layerRow<Esp, EspView>({
  kind: "esp",
  check: VALUES.esp,
  protocols: [IPPROTO_ESP],
  parse: (bytes, start, end) => EspView.parse(bytes, start, end),
  measure: measureEsp,
  write: writeEsp,
  describe(view) {
    const words = `spi=0x${hex(view.spi, 8)},seq=0x${view.sequence.toString(16)}`;
    return `ESP(${words}), length ${view.end - view.start}`;
  },
});
