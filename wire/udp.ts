/**
 * UDP headers (RFC 768; length 0 for jumbograms, RFC 2675).
 *
 * @module
 */

import { bad, checkSpan, fit, setU16, u16 } from "./_bytes.ts";
import { encodeLayer } from "./_codec.ts";
import { isTransportChecksumOk, writeTransportChecksum } from "./_transport.ts";
import { IPPROTO_UDP } from "./numbers.ts";
import { type LayerRow, layerRow, type Surroundings } from "./layer_row.ts";
import { isFollowed, portsText } from "./_text.ts";
import { VALUES } from "./_value_table.ts";
import { HeaderView } from "./view.ts";

const WHAT = "UDP header";

/** RFC 768; <netinet/udp.h> struct udphdr. */
const AT = { SOURCE_PORT: 0, DESTINATION_PORT: 2, LENGTH: 4, CHECKSUM: 6, PAYLOAD: 8 };

/** What a UDP header means. Only the ports must be given. */
export interface Udp {
  /** Tells the values of a stack apart. */
  kind: "udp";
  /** Port of the sender, 0 to 65535; 0 where no answer is wanted. */
  sourcePort: number;
  /** Port of the receiver, 0 to 65535. */
  destinationPort: number;
  /** Length of header and payload in bytes; default: what it is, or 0 above 65535. */
  length?: number;
  /**
   * Checksum; default: the right one, which is never 0, or 0 where no addresses are known. 0 says
   * that the sender made none.
   */
  checksum?: number;
}

/** A UDP header laid over bytes. */
export class UdpView extends HeaderView {
  /** Tells the layers of a frame apart. */
  get kind(): "udp" {
    return "udp";
  }

  /**
   * Lays a view over the UDP datagram that begins at `start`.
   *
   * @param bytes The bytes; they are not copied, and changes to them show.
   * @param start Index of the first byte of the header; default 0.
   * @param end Index after the last byte at hand; default `bytes.length`. More bytes than the length
   * tells are not part of the datagram.
   * @returns The view.
   * @throws {RangeError} If the header is cut off or its length lies.
   */
  static parse(bytes: Uint8Array, start = 0, end: number = bytes?.length): UdpView {
    const view = UdpView.parsePartial(bytes, start, end);
    const length = view.length;
    if (length > end - start) {
      throw bad(WHAT, `length of ${length} is above the ${end - start} bytes at hand`);
    }
    return view;
  }

  /**
   * Like {@linkcode UdpView.parse}, but the payload may be cut off, as it is in the quote of an ICMP
   * error or in the first of several fragments.
   *
   * @param bytes The bytes.
   * @param start Index of the first byte of the header; default 0.
   * @param end Index after the last byte at hand; default `bytes.length`.
   * @returns The view; its payload is what there is of it.
   * @throws {RangeError} If the header itself is cut off or its length is below 8.
   */
  static parsePartial(bytes: Uint8Array, start = 0, end: number = bytes?.length): UdpView {
    checkSpan(WHAT, bytes, start, end, AT.PAYLOAD);
    const length = u16(bytes, start + AT.LENGTH);
    // RFC 2675, section 4: a jumbogram has a length of 0.
    if (length < AT.PAYLOAD && !(length === 0 && end - start > 0xffff)) {
      throw bad(WHAT, `length of ${length} is below ${AT.PAYLOAD}`);
    }
    const last = length === 0 ? end : Math.min(end, start + length);
    return new UdpView(bytes, start, start + AT.PAYLOAD, last);
  }

  /** Port of the sender. */
  get sourcePort(): number {
    return u16(this.bytes, this.start + AT.SOURCE_PORT);
  }
  /** Port of the receiver. */
  get destinationPort(): number {
    return u16(this.bytes, this.start + AT.DESTINATION_PORT);
  }
  /** Length of header and payload in bytes, as the header has it; 0 for a jumbogram. */
  get length(): number {
    return u16(this.bytes, this.start + AT.LENGTH);
  }
  /** Whether fewer bytes are at hand than the length tells. */
  get truncated(): boolean {
    return this.length > this.end - this.start;
  }
  /** Checksum as it stands; 0: the sender made none. */
  get checksum(): number {
    return u16(this.bytes, this.start + AT.CHECKSUM);
  }

  /**
   * Whether the checksum is right, or absent.
   *
   * @param addressSum The sum of the addresses of the IP header (its view's `addressSum`).
   * @returns `true` also where the sender made no checksum.
   */
  checksumOk(addressSum: number): boolean {
    if (this.checksum === 0) return true;
    return isTransportChecksumOk(this.bytes, this.start, this.end, IPPROTO_UDP, addressSum);
  }

  /**
   * The value of the header, without what follows from the rest: length, and a checksum that is there.
   *
   * @returns The value, for {@linkcode encodeUdp}.
   */
  toValue(): Udp {
    const { sourcePort, destinationPort } = this;
    return this.checksum === 0
      ? { kind: "udp", sourcePort, destinationPort, checksum: 0 }
      : { kind: "udp", sourcePort, destinationPort };
  }
}

/** The length of the header of a value, in bytes. */
function measureUdp(_value: Udp): number {
  return AT.PAYLOAD;
}

/** Writes the header of `value` at `start`, before its payload up to `end`. */
function writeUdp(
  value: Udp,
  bytes: Uint8Array,
  start: number,
  end: number,
  around: Surroundings,
): void {
  const real = end - start;
  setU16(bytes, start + AT.SOURCE_PORT, fit(WHAT, "sourcePort", value.sourcePort, 0xffff));
  setU16(
    bytes,
    start + AT.DESTINATION_PORT,
    fit(WHAT, "destinationPort", value.destinationPort, 0xffff),
  );
  const length = value.length ?? (real > 0xffff ? 0 : real);
  setU16(bytes, start + AT.LENGTH, fit(WHAT, "length", length, 0xffff));
  const span = {
    at: start + AT.CHECKSUM,
    start,
    coveredEnd: end,
    end,
    protocol: IPPROTO_UDP,
    zero: 0xffff,
  };
  writeTransportChecksum(WHAT, value.checksum, bytes, span, around);
}

/**
 * Encodes a UDP datagram.
 *
 * @param value The header; length and checksum are filled in unless it has them.
 * @param payload What follows; default nothing.
 * @param sum The sum of the addresses of the IP header, as `addressSum()` gives it; without it the
 * checksum is left at 0, "none".
 * @returns Header and payload in new bytes.
 * @throws {RangeError} If a field does not fit its bits: it names the field.
 *
 * @example A datagram with its checksum
 * ```ts
 * import { addressSum, encodeUdp, UdpView } from "@berkeley/sockets/wire";
 * import { assertEquals } from "@std/assert";
 *
 * const sum = addressSum("192.0.2.1", "192.0.2.2");
 * const bytes = encodeUdp(
 *   { kind: "udp", sourcePort: 40000, destinationPort: 53 },
 *   Uint8Array.of(1, 2, 3),
 *   sum,
 * );
 * const view = UdpView.parse(bytes);
 * assertEquals([view.length, view.checksumOk(sum)], [11, true]);
 * ```
 */
export function encodeUdp(
  value: Udp,
  payload?: Uint8Array,
  sum?: number,
): Uint8Array {
  return encodeLayer(udpLayer, value, payload, sum);
}

/** The row of UDP. */
export const udpLayer: LayerRow<Udp, UdpView> = layerRow<Udp, UdpView>({
  kind: "udp",
  check: VALUES.udp,
  protocols: [IPPROTO_UDP],
  usesAddresses: true,
  parse(bytes, start, end, walk) {
    const view = UdpView.parsePartial(bytes, start, end);
    if (view.truncated) walk.complain(UdpView);
    else walk.followPort("udp", view);
    return view;
  },
  measure: measureUdp,
  write: writeUdp,
  restate: (view) => view.truncated ? undefined : view.toValue(),
  describe(view, place) {
    const ports = portsText(view, place);
    return isFollowed(place) ? ports : `${ports}UDP, length ${view.length - AT.PAYLOAD}`;
  },
  verify: (view, sum) => sum === undefined || view.checksumOk(sum),
});
