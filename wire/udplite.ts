/**
 * UDP-Lite headers (RFC 3828): UDP with a checksum over a part of the datagram.
 *
 * @module
 */

import { bad, checkSpan, fit, setU16, u16, unfit } from "./_bytes.ts";
import { encodeLayer } from "./_codec.ts";
import { writeTransportChecksum } from "./_transport.ts";
import { checksum, withPseudoTail } from "./checksum.ts";
import { IPPROTO_UDPLITE } from "./numbers.ts";
import { type LayerRow, layerRow, type Surroundings } from "./layer_row.ts";
import { portsText } from "./_text.ts";
import { VALUES } from "./_value_table.ts";
import { HeaderView } from "./view.ts";

const WHAT = "UDP-Lite header";

/** RFC 3828, section 3.1. */
const AT = { SOURCE_PORT: 0, DESTINATION_PORT: 2, COVERAGE: 4, CHECKSUM: 6, PAYLOAD: 8 };

/** What a UDP-Lite header means. Only the ports must be given. */
export interface UdpLite {
  /** Tells the values of a stack apart. */
  kind: "udplite";
  /** Port of the sender, 0 to 65535. */
  sourcePort: number;
  /** Port of the receiver, 0 to 65535. */
  destinationPort: number;
  /**
   * How many bytes, counted from the start of the header, the checksum covers: 0 for all (the
   * default), else at least 8.
   */
  coverage?: number;
  /** Checksum; default: the right one, or 0 where no addresses are known. */
  checksum?: number;
}

/** A UDP-Lite header laid over bytes. */
export class UdpLiteView extends HeaderView {
  /** Tells the layers of a frame apart. */
  get kind(): "udplite" {
    return "udplite";
  }

  /**
   * Lays a view over the UDP-Lite datagram that begins at `start`.
   *
   * @param bytes The bytes; they are not copied, and changes to them show.
   * @param start Index of the first byte of the header; default 0.
   * @param end Index after the last byte of the datagram; default `bytes.length`.
   * @returns The view.
   * @throws {RangeError} If the header is cut off or its coverage lies.
   */
  static parse(bytes: Uint8Array, start = 0, end: number = bytes?.length): UdpLiteView {
    const view = UdpLiteView.parsePartial(bytes, start, end);
    if (view.coverage > end - start) {
      throw bad(WHAT, `coverage of ${view.coverage} is above the ${end - start} bytes at hand`);
    }
    return view;
  }

  /**
   * Like {@linkcode UdpLiteView.parse}, but the payload may be cut off.
   *
   * @param bytes The bytes.
   * @param start Index of the first byte of the header; default 0.
   * @param end Index after the last byte at hand; default `bytes.length`.
   * @returns The view.
   * @throws {RangeError} If the header itself is cut off or its coverage is 1 to 7.
   */
  static parsePartial(bytes: Uint8Array, start = 0, end: number = bytes?.length): UdpLiteView {
    checkSpan(WHAT, bytes, start, end, AT.PAYLOAD);
    const coverage = u16(bytes, start + AT.COVERAGE);
    if (coverage !== 0 && coverage < AT.PAYLOAD) {
      throw bad(WHAT, `coverage of ${coverage} is neither 0 nor at least ${AT.PAYLOAD}`);
    }
    return new UdpLiteView(bytes, start, start + AT.PAYLOAD, end);
  }

  /** Port of the sender. */
  get sourcePort(): number {
    return u16(this.bytes, this.start + AT.SOURCE_PORT);
  }
  /** Port of the receiver. */
  get destinationPort(): number {
    return u16(this.bytes, this.start + AT.DESTINATION_PORT);
  }
  /** How many bytes the checksum covers; 0 for all. */
  get coverage(): number {
    return u16(this.bytes, this.start + AT.COVERAGE);
  }
  /** Checksum as it stands. */
  get checksum(): number {
    return u16(this.bytes, this.start + AT.CHECKSUM);
  }

  /**
   * Whether the checksum over the covered bytes is right.
   *
   * @param addressSum The sum of the addresses of the IP header (its view's `addressSum`).
   * @returns `false` also for a checksum of 0, which RFC 3828 forbids.
   */
  checksumOk(addressSum: number): boolean {
    if (this.checksum === 0) return false;
    const length = this.end - this.start;
    const covered = Math.min(length, this.coverage || length);
    const initial = withPseudoTail(addressSum, IPPROTO_UDPLITE, length);
    return checksum(this.bytes, this.start, this.start + covered, initial) === 0;
  }

  /**
   * The value of the header, without the checksum.
   *
   * @returns The value, for {@linkcode encodeUdpLite}.
   */
  toValue(): UdpLite {
    const { sourcePort, destinationPort, coverage } = this;
    return { kind: "udplite", sourcePort, destinationPort, coverage };
  }
}

/** The length of the header of a value, in bytes. */
function measureUdpLite(_value: UdpLite): number {
  return AT.PAYLOAD;
}

/** Writes the header of `value` at `start`, before its payload up to `end`. */
function writeUdpLite(
  value: UdpLite,
  bytes: Uint8Array,
  start: number,
  end: number,
  around: Surroundings,
): void {
  const length = end - start;
  const coverage = fit(WHAT, "coverage", value.coverage ?? 0, 0xffff);
  if (coverage !== 0 && (coverage < AT.PAYLOAD || coverage > length)) {
    throw unfit(WHAT, `coverage of ${coverage} is neither 0 nor ${AT.PAYLOAD} to ${length}`);
  }
  setU16(bytes, start + AT.SOURCE_PORT, fit(WHAT, "sourcePort", value.sourcePort, 0xffff));
  setU16(
    bytes,
    start + AT.DESTINATION_PORT,
    fit(WHAT, "destinationPort", value.destinationPort, 0xffff),
  );
  setU16(bytes, start + AT.COVERAGE, coverage);
  const span = {
    at: start + AT.CHECKSUM,
    start,
    coveredEnd: start + (coverage || length),
    end,
    protocol: IPPROTO_UDPLITE,
    zero: 0xffff,
  };
  writeTransportChecksum(WHAT, value.checksum, bytes, span, around);
}

/**
 * Encodes a UDP-Lite datagram.
 *
 * @param value The header; the checksum is filled in unless it has one.
 * @param payload What follows; default nothing.
 * @param sum The sum of the addresses of the IP header, as `addressSum()` gives it; without it the
 * checksum is left at 0.
 * @returns Header and payload in new bytes.
 * @throws {RangeError} If a field does not fit its bits: it names the field.
 *
 * @example A datagram whose header alone is protected
 * ```ts
 * import { addressSum, encodeUdpLite, UdpLiteView } from "@berkeley/sockets/wire";
 * import { assertEquals } from "@std/assert";
 *
 * const sum = addressSum("192.0.2.1", "192.0.2.2");
 * const bytes = encodeUdpLite(
 *   { kind: "udplite", sourcePort: 40000, destinationPort: 5004, coverage: 8 },
 *   Uint8Array.of(1, 2, 3),
 *   sum,
 * );
 * bytes[9] ^= 0xff;
 * assertEquals(UdpLiteView.parse(bytes).checksumOk(sum), true);
 * ```
 */
export function encodeUdpLite(
  value: UdpLite,
  payload?: Uint8Array,
  sum?: number,
): Uint8Array {
  return encodeLayer(udpliteLayer, value, payload, sum);
}

/** The row of UDP-Lite. */
export const udpliteLayer: LayerRow<UdpLite, UdpLiteView> = layerRow<UdpLite, UdpLiteView>({
  kind: "udplite",
  check: VALUES.udplite,
  protocols: [IPPROTO_UDPLITE],
  usesAddresses: true,
  parse(bytes, start, end, walk) {
    const view = UdpLiteView.parsePartial(bytes, start, end);
    walk.complain(UdpLiteView);
    return view;
  },
  measure: measureUdpLite,
  write: writeUdpLite,
  describe(view, place) {
    const length = view.end - view.payloadStart;
    return `${portsText(view, place)}UDP-Lite, coverage ${view.coverage}, length ${length}`;
  },
  verify: (view, sum) => sum === undefined || view.checksumOk(sum),
});
