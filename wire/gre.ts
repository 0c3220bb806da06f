/**
 * GRE: generic routing encapsulation (RFC 2784, RFC 2890), and the version that PPTP uses (RFC 2637).
 *
 * @module
 */

import { bad, checkSpan, fit, setU16, setU32, u16, u32, unfit } from "./_bytes.ts";
import { encodeLayer } from "./_codec.ts";
import { checksum, writtenChecksum } from "./checksum.ts";
import { type LayerRow, layerRow, type Surroundings } from "./layer_row.ts";
import { etherTypeName, IPPROTO_GRE } from "./numbers.ts";
import { hex } from "./_text.ts";
import { VALUES } from "./_value_table.ts";
import { HeaderView } from "./view.ts";

const WHAT = "GRE header";

/** RFC 2784, section 2; <linux/if_tunnel.h> GRE_CSUM and so on. */
const FLAG = { CHECKSUM: 0x8000, ROUTING: 0x4000, KEY: 0x2000, SEQUENCE: 0x1000, ACK: 0x80 };
/** The bits that are neither a flag read here nor the version. */
const RESERVED_0 = 0x0f78;
const RESERVED_1 = 0x0ff8 & ~FLAG.ACK;

/** What a GRE header means. */
export interface Gre {
  /** Tells the values of a stack apart. */
  kind: "gre";
  /** EtherType of the payload; default: that of the next layer of the stack, or 0. */
  protocol?: number;
  /** 0, or 1 for PPTP; default 0. */
  version?: number;
  /** Whether there is a checksum over header and payload; default `false`. */
  hasChecksum?: boolean;
  /** The checksum, if there is one; default: the right one. */
  checksum?: number;
  /** Key, of PPTP payload length and call identifier, 0 to 0xffffffff; default none. */
  key?: number;
  /** Sequence number, 0 to 0xffffffff; default none. */
  sequence?: number;
  /** Acknowledgment number of PPTP, 0 to 0xffffffff; default none. */
  acknowledgment?: number;
  /** The reserved bits, as they stand in the first 16 bits; default 0. */
  reserved?: number;
  /** The 16 bits after the checksum; default 0. */
  reserved1?: number;
}

/** A GRE header laid over bytes. */
export class GreView extends HeaderView {
  /** Tells the layers of a frame apart. */
  get kind(): "gre" {
    return "gre";
  }

  /**
   * Lays a view over the GRE header that begins at `start`.
   *
   * @param bytes The bytes; they are not copied, and changes to them show.
   * @param start Index of the first byte of the header; default 0.
   * @param end Index after the last byte at hand; default `bytes.length`.
   * @returns The view.
   * @throws {RangeError} If the header is cut off, of another version, or has the source routes that
   * RFC 2784 took away: it names the field.
   */
  static parse(bytes: Uint8Array, start = 0, end: number = bytes?.length): GreView {
    checkSpan(WHAT, bytes, start, end, 4);
    const flags = u16(bytes, start);
    if ((flags & 7) > 1) throw bad(WHAT, `version of ${flags & 7} is not 0 or 1`);
    if ((flags & FLAG.ROUTING) !== 0) throw bad(WHAT, "the routing flag is set");
    const length = greLength(flags);
    if (length > end - start) {
      throw bad(WHAT, `flags need ${length} bytes, above the ${end - start} at hand`);
    }
    return new GreView(bytes, start, start + length, end);
  }

  /** Flags, reserved bits and version as one number. */
  get flags(): number {
    return u16(this.bytes, this.start);
  }
  /** 0, or 1 for PPTP. */
  get version(): number {
    return this.flags & 7;
  }
  /** EtherType of the payload. */
  get protocol(): number {
    return u16(this.bytes, this.start + 2);
  }
  /** Whether there is a checksum. */
  get hasChecksum(): boolean {
    return (this.flags & FLAG.CHECKSUM) !== 0;
  }
  /** The checksum as it stands, if there is one. */
  get checksum(): number | undefined {
    return this.hasChecksum ? u16(this.bytes, this.start + 4) : undefined;
  }
  /** Whether the checksum is right; without one it is. */
  checksumOk(): boolean {
    return !this.hasChecksum || checksum(this.bytes, this.start, this.end) === 0;
  }
  /** Key, if there is one. */
  get key(): number | undefined {
    if ((this.flags & FLAG.KEY) === 0) return undefined;
    return u32(this.bytes, this.start + (this.hasChecksum ? 8 : 4));
  }
  /** Sequence number, if there is one. */
  get sequence(): number | undefined {
    if ((this.flags & FLAG.SEQUENCE) === 0) return undefined;
    return u32(this.bytes, this.payloadStart - (hasAck(this.flags) ? 8 : 4));
  }
  /** Acknowledgment number of PPTP, if there is one. */
  get acknowledgment(): number | undefined {
    return hasAck(this.flags) ? u32(this.bytes, this.payloadStart - 4) : undefined;
  }

  /**
   * The value of the header, without the checksum.
   *
   * @returns The value, for {@linkcode encodeGre}.
   */
  toValue(): Gre {
    const { flags, key, sequence, acknowledgment, hasChecksum, version } = this;
    const value: Gre = {
      kind: "gre",
      protocol: this.protocol,
      version,
      hasChecksum,
      reserved: flags & (version === 0 ? RESERVED_0 | FLAG.ACK : RESERVED_1),
    };
    if (hasChecksum) value.reserved1 = u16(this.bytes, this.start + 6);
    if (key !== undefined) value.key = key;
    if (sequence !== undefined) value.sequence = sequence;
    if (acknowledgment !== undefined) value.acknowledgment = acknowledgment;
    return value;
  }
}

function hasAck(flags: number): boolean {
  return (flags & 7) === 1 && (flags & FLAG.ACK) !== 0;
}

function greLength(flags: number): number {
  return 4 + ((flags & FLAG.CHECKSUM) !== 0 ? 4 : 0) + ((flags & FLAG.KEY) !== 0 ? 4 : 0) +
    ((flags & FLAG.SEQUENCE) !== 0 ? 4 : 0) + (hasAck(flags) ? 4 : 0);
}

function flagsOf(value: Gre): number {
  const version = value.version ?? 0;
  if (version !== 0 && version !== 1) throw unfit(WHAT, `version of ${version} is not 0 or 1`);
  if (value.acknowledgment !== undefined && version !== 1) {
    throw unfit(WHAT, "acknowledgment needs version 1");
  }
  const reserved = value.reserved ?? 0;
  const allowed = version === 0 ? RESERVED_0 | FLAG.ACK : RESERVED_1;
  if ((reserved & ~allowed) !== 0) {
    throw unfit(WHAT, `reserved of ${reserved} is outside the reserved bits`);
  }
  return version | reserved | (value.hasChecksum ? FLAG.CHECKSUM : 0) |
    (value.key !== undefined ? FLAG.KEY : 0) | (value.sequence !== undefined ? FLAG.SEQUENCE : 0) |
    (value.acknowledgment !== undefined ? FLAG.ACK : 0);
}

/** The length of the header of `value`, in bytes. */
function measureGre(value: Gre): number {
  return greLength(flagsOf(value));
}

/** Writes the header of `value` at `start`, before its payload up to `end`. */
function writeGre(
  value: Gre,
  bytes: Uint8Array,
  start: number,
  end: number,
  around: Surroundings,
): void {
  setU16(bytes, start, flagsOf(value));
  setU16(bytes, start + 2, fit(WHAT, "protocol", value.protocol ?? around.next ?? 0, 0xffff));
  let at = start + 4;
  if (value.hasChecksum) {
    setU16(bytes, at, 0);
    setU16(bytes, at + 2, fit(WHAT, "reserved1", value.reserved1 ?? 0, 0xffff));
    at += 4;
  }
  for (const field of ["key", "sequence", "acknowledgment"] as const) {
    const number = value[field];
    if (number === undefined) continue;
    setU32(bytes, at, fit(WHAT, field, number, 0xffffffff));
    at += 4;
  }
  if (value.hasChecksum) {
    const sum = value.checksum ?? writtenChecksum(bytes, start, end);
    setU16(bytes, start + 4, fit(WHAT, "checksum", sum, 0xffff));
  }
}

/**
 * Encodes a GRE header.
 *
 * @param value The header; a checksum is filled in unless the value has it.
 * @param payload What follows; default nothing.
 * @returns Header and payload in new bytes.
 * @throws {RangeError} If a field does not fit its bits: it names the field.
 *
 * @example A header with a key
 * ```ts
 * import { encodeGre, GreView } from "@berkeley/sockets/wire";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeGre({ kind: "gre", protocol: 0x0800, key: 7 });
 * assertEquals(GreView.parse(bytes).key, 7);
 * ```
 */
export function encodeGre(value: Gre, payload?: Uint8Array): Uint8Array {
  return encodeLayer(greLayer, value, payload);
}

function greText(view: GreView, bare: boolean): string {
  const parts = [`GREv${view.version}`];
  // RFC 1701 had an offset beside the checksum.
  if (view.hasChecksum) parts.push(`off 0x${u16(view.bytes, view.start + 6).toString(16)}`);
  if (view.key !== undefined) parts.push(`key=0x${view.key.toString(16)}`);
  if (view.sequence !== undefined) parts.push(`seq ${view.sequence}`);
  if (view.acknowledgment !== undefined) parts.push(`ack ${view.acknowledgment}`);
  const protocol = etherTypeName(view.protocol);
  if (!bare) parts.push(`proto ${protocol} (0x${hex(view.protocol, 4)})`);
  parts.push(`length ${view.end - view.start}`);
  return `${parts.join(", ")}: `;
}

/** The row of GRE. */
export const greLayer: LayerRow<Gre, GreView> = layerRow<Gre, GreView>({
  kind: "gre",
  check: VALUES.gre,
  protocols: [IPPROTO_GRE],
  names: "etherType",
  parse(bytes, start, end, walk) {
    const view = GreView.parse(bytes, start, end);
    // Version 1 carries PPP.
    if (view.version === 0) walk.followEtherType(view.protocol);
    return view;
  },
  measure: measureGre,
  write: writeGre,
  describe: (view, { bare }) => greText(view, bare),
  verify: (view) => view.checksumOk(),
});
