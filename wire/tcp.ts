/**
 * TCP headers (RFC 9293).
 *
 * @module
 */

import { bad, checkSpan, fit, setU16, setU32, u16, u32, unfit } from "./_bytes.ts";
import { encodeLayer } from "./_codec.ts";
import { isTransportChecksumOk, writeTransportChecksum } from "./_transport.ts";
import { IPPROTO_TCP } from "./numbers.ts";
import {
  measureTcpOptions,
  readTcpOptions,
  type TcpOption,
  tcpOptionsError,
  writeTcpOptions,
} from "./tcp_options.ts";
import { type LayerRow, layerRow, type Surroundings } from "./layer_row.ts";
import { optionText } from "./_tcp_option_text.ts";
import { portsText } from "./_text.ts";
import { VALUES } from "./_value_table.ts";
import { HeaderView } from "./view.ts";

const WHAT = "TCP header";

/** RFC 9293, section 3.1; <netinet/tcp.h> struct tcphdr. */
const AT = {
  SOURCE_PORT: 0,
  DESTINATION_PORT: 2,
  SEQUENCE: 4,
  ACKNOWLEDGMENT: 8,
  OFFSET_FLAGS: 12,
  WINDOW: 14,
  CHECKSUM: 16,
  URGENT_POINTER: 18,
  OPTIONS: 20,
};

// <netinet/tcp.h>
/** No more data from the sender. */
export const TH_FIN = 0x01;
/** Synchronize sequence numbers. */
export const TH_SYN = 0x02;
/** Reset the connection. */
export const TH_RST = 0x04;
/** Push the data to the application. */
export const TH_PUSH = 0x08;
/** The acknowledgment number counts. */
export const TH_ACK = 0x10;
/** The urgent pointer counts. */
export const TH_URG = 0x20;
/** ECN echo (RFC 3168). */
export const TH_ECE = 0x40;
/** Congestion window reduced (RFC 3168). */
export const TH_CWR = 0x80;
/** Accurate ECN (RFC 9768), once the nonce sum (RFC 3540). */
export const TH_AE = 0x100;

/** What a TCP header means. Only the ports must be given. */
export interface Tcp {
  /** Tells the values of a stack apart. */
  kind: "tcp";
  /** Port of the sender, 0 to 65535. */
  sourcePort: number;
  /** Port of the receiver, 0 to 65535. */
  destinationPort: number;
  /** Sequence number of the first byte (of the SYN, if there is one), 32 bits; default 0. */
  sequence?: number;
  /** The next sequence number expected, 32 bits; default 0. */
  acknowledgment?: number;
  /** {@linkcode TH_SYN} and so on, or-ed; the three reserved bits are 0xe00; default 0. */
  flags?: number;
  /** Receive window, not scaled, 0 to 65535; default 65535. */
  window?: number;
  /** Offset after the sequence number where urgent data ends, 0 to 65535; default 0. */
  urgentPointer?: number;
  /** Options, padded to a multiple of four bytes; at most 40 bytes; default none. */
  options?: TcpOption[];
  /** Length of the header in words of four bytes; default: what it is. */
  dataOffset?: number;
  /** Checksum; default: the right one, or 0 where no addresses are known. */
  checksum?: number;
}

/** A TCP header laid over bytes. */
export class TcpView extends HeaderView {
  /** Tells the layers of a frame apart. */
  get kind(): "tcp" {
    return "tcp";
  }

  /**
   * Lays a view over the TCP segment that begins at `start`.
   *
   * @param bytes The bytes; they are not copied, and changes to them show.
   * @param start Index of the first byte of the header; default 0.
   * @param end Index after the last byte of the segment; default `bytes.length`.
   * @returns The view.
   * @throws {RangeError} If the header is cut off or lies, or its chain of options does: it names
   * the field.
   */
  static parse(bytes: Uint8Array, start = 0, end: number = bytes?.length): TcpView {
    checkSpan(WHAT, bytes, start, end, AT.OPTIONS);
    const view = TcpView.parsePartial(bytes, start, end);
    const { dataOffset: words, optionsError } = view;
    if (words * 4 > end - start) {
      throw bad(WHAT, `data offset of ${words} is above the ${end - start} bytes at hand`);
    }
    if (optionsError !== undefined) throw optionsError;
    return view;
  }

  /**
   * Like {@linkcode TcpView.parse}, but the header may be cut off anywhere after the ports, as in the
   * quote of an ICMP error or in a capture with a snapshot length, and an option may lie: the options
   * end before it, and {@linkcode TcpView.optionsError} tells why.
   *
   * @param bytes The bytes.
   * @param start Index of the first byte of the header; default 0.
   * @param end Index after the last byte at hand; default `bytes.length`.
   * @returns The view; what is cut off reads as 0.
   * @throws {RangeError} If the ports are cut off or the data offset is below 5.
   */
  static parsePartial(bytes: Uint8Array, start = 0, end: number = bytes?.length): TcpView {
    checkSpan(WHAT, bytes, start, end, AT.SEQUENCE);
    if (end - start < AT.OPTIONS) return new TcpView(bytes, start, end, end);
    const words = bytes[start + AT.OFFSET_FLAGS] >>> 4;
    if (words * 4 < AT.OPTIONS) throw bad(WHAT, `data offset of ${words} is below 5`);
    return new TcpView(bytes, start, Math.min(end, start + words * 4), end);
  }

  /** Whether a part of the header is cut off: it reads as 0. */
  get truncated(): boolean {
    return this.headerLength < AT.OPTIONS || this.headerLength < this.dataOffset * 4;
  }
  /** What is wrong with the options, which end before it; `undefined`: nothing. */
  get optionsError(): RangeError | undefined {
    return this.headerLength <= AT.OPTIONS
      ? undefined
      : tcpOptionsError(this.bytes, this.start + AT.OPTIONS, this.payloadStart);
  }

  /** Port of the sender. */
  get sourcePort(): number {
    return u16(this.bytes, this.start + AT.SOURCE_PORT);
  }
  /** Port of the receiver. */
  get destinationPort(): number {
    return u16(this.bytes, this.start + AT.DESTINATION_PORT);
  }
  /** Sequence number. */
  get sequence(): number {
    return isAtHand(this, AT.SEQUENCE + 4) ? u32(this.bytes, this.start + AT.SEQUENCE) : 0;
  }
  /** Acknowledgment number. */
  get acknowledgment(): number {
    return isAtHand(this, AT.ACKNOWLEDGMENT + 4)
      ? u32(this.bytes, this.start + AT.ACKNOWLEDGMENT)
      : 0;
  }
  /** Length of the header in words of four bytes, 5 to 15. */
  get dataOffset(): number {
    return isAtHand(this, AT.OFFSET_FLAGS + 1) ? this.bytes[this.start + AT.OFFSET_FLAGS] >>> 4 : 0;
  }
  /** The nine flags and the three reserved bits above them. */
  get flags(): number {
    return isAtHand(this, AT.WINDOW) ? u16(this.bytes, this.start + AT.OFFSET_FLAGS) & 0xfff : 0;
  }
  /** Whether FIN is set. */
  get fin(): boolean {
    return (this.flags & TH_FIN) !== 0;
  }
  /** Whether SYN is set. */
  get syn(): boolean {
    return (this.flags & TH_SYN) !== 0;
  }
  /** Whether RST is set. */
  get rst(): boolean {
    return (this.flags & TH_RST) !== 0;
  }
  /** Whether PSH is set. */
  get psh(): boolean {
    return (this.flags & TH_PUSH) !== 0;
  }
  /** Whether ACK is set. */
  get ack(): boolean {
    return (this.flags & TH_ACK) !== 0;
  }
  /** Whether URG is set. */
  get urg(): boolean {
    return (this.flags & TH_URG) !== 0;
  }
  /** Receive window, not scaled. */
  get window(): number {
    return isAtHand(this, AT.WINDOW + 2) ? u16(this.bytes, this.start + AT.WINDOW) : 0;
  }
  /** Checksum as it stands. */
  get checksum(): number {
    return isAtHand(this, AT.CHECKSUM + 2) ? u16(this.bytes, this.start + AT.CHECKSUM) : 0;
  }
  /** Offset after the sequence number where urgent data ends. */
  get urgentPointer(): number {
    return isAtHand(this, AT.URGENT_POINTER + 2)
      ? u16(this.bytes, this.start + AT.URGENT_POINTER)
      : 0;
  }
  /** Whether nothing of the header is cut off and no option lies. */
  get isSound(): boolean {
    const { bytes, start, payloadStart } = this;
    const length = payloadStart - start;
    if (length < AT.OPTIONS || length !== (bytes[start + AT.OFFSET_FLAGS] >>> 4) * 4) return false;
    return length === AT.OPTIONS ||
      tcpOptionsError(bytes, start + AT.OPTIONS, payloadStart) === undefined;
  }
  /** The options, decoded. */
  get options(): TcpOption[] {
    return readTcpOptions(this.bytes, this.start + AT.OPTIONS, this.payloadStart);
  }

  /**
   * Whether the checksum is right.
   *
   * @param addressSum The sum of the addresses of the IP header (its view's `addressSum`).
   * @returns Whether it is.
   */
  checksumOk(addressSum: number): boolean {
    return isTransportChecksumOk(this.bytes, this.start, this.end, IPPROTO_TCP, addressSum);
  }

  /**
   * The value of the header, without what follows from the rest: data offset and checksum.
   *
   * @returns The value, for {@linkcode encodeTcp}.
   */
  toValue(): Tcp {
    return {
      kind: "tcp",
      sourcePort: this.sourcePort,
      destinationPort: this.destinationPort,
      sequence: this.sequence,
      acknowledgment: this.acknowledgment,
      flags: this.flags,
      window: this.window,
      urgentPointer: this.urgentPointer,
      options: this.options,
    };
  }
}

/** Whether the header is at hand up to this offset. */
function isAtHand(view: TcpView, offset: number): boolean {
  return view.payloadStart - view.start >= offset;
}

/** The length of the header of `value`, in bytes. */
function measureTcp(value: Tcp): number {
  if (value.options === undefined || value.options.length === 0) return AT.OPTIONS;
  const length = AT.OPTIONS + measureTcpOptions(value.options);
  if (length > 60) throw unfit(WHAT, `options of ${length - AT.OPTIONS} bytes are above 40`);
  return length;
}

/** Writes the header of `value` at `start`, before its payload up to `end`. */
function writeTcp(
  value: Tcp,
  bytes: Uint8Array,
  start: number,
  end: number,
  around: Surroundings,
): void {
  setU16(bytes, start + AT.SOURCE_PORT, fit(WHAT, "sourcePort", value.sourcePort, 0xffff));
  setU16(
    bytes,
    start + AT.DESTINATION_PORT,
    fit(WHAT, "destinationPort", value.destinationPort, 0xffff),
  );
  setU32(bytes, start + AT.SEQUENCE, fit(WHAT, "sequence", value.sequence ?? 0, 0xffffffff));
  const acknowledgment = fit(WHAT, "acknowledgment", value.acknowledgment ?? 0, 0xffffffff);
  setU32(bytes, start + AT.ACKNOWLEDGMENT, acknowledgment);
  const words = fit(WHAT, "dataOffset", value.dataOffset ?? measureTcp(value) >>> 2, 15);
  const flags = fit(WHAT, "flags", value.flags ?? 0, 0xfff);
  setU16(bytes, start + AT.OFFSET_FLAGS, (words << 12) | flags);
  setU16(bytes, start + AT.WINDOW, fit(WHAT, "window", value.window ?? 0xffff, 0xffff));
  const urgent = fit(WHAT, "urgentPointer", value.urgentPointer ?? 0, 0xffff);
  setU16(bytes, start + AT.URGENT_POINTER, urgent);
  if (value.options !== undefined) writeTcpOptions(value.options, bytes, start + AT.OPTIONS);
  const span = {
    at: start + AT.CHECKSUM,
    start,
    coveredEnd: end,
    end,
    protocol: IPPROTO_TCP,
    zero: 0,
  };
  writeTransportChecksum(WHAT, value.checksum, bytes, span, around);
}

/**
 * Encodes a TCP segment.
 *
 * @param value The header; data offset and checksum are filled in unless it has them.
 * @param payload What follows; default nothing.
 * @param sum The sum of the addresses of the IP header, as `addressSum()` gives it; without it the
 * checksum is left at 0.
 * @returns Header and payload in new bytes.
 * @throws {RangeError} If a field does not fit its bits: it names the field.
 *
 * @example A SYN with a maximum segment size
 * ```ts
 * import { addressSum, encodeTcp, TcpView, TH_SYN } from "@berkeley/sockets/wire";
 * import { assertEquals } from "@std/assert";
 *
 * const sum = addressSum("192.0.2.1", "192.0.2.2");
 * const bytes = encodeTcp(
 *   {
 *     kind: "tcp",
 *     sourcePort: 40000,
 *     destinationPort: 80,
 *     flags: TH_SYN,
 *     options: [{ kind: "maximumSegmentSize", size: 1460 }],
 *   },
 *   undefined,
 *   sum,
 * );
 * const view = TcpView.parse(bytes);
 * assertEquals([view.syn, view.dataOffset, view.checksumOk(sum)], [true, 6, true]);
 * ```
 */
export function encodeTcp(
  value: Tcp,
  payload?: Uint8Array,
  sum?: number,
): Uint8Array {
  return encodeLayer(tcpLayer, value, payload, sum);
}

/** <netinet/tcp.h> TH_FIN and on, in tcpdump's letters. */
const FLAG_LETTERS = "FSRP.UEW";

function tcpText(tcp: TcpView): string {
  if (tcp.headerLength < AT.OPTIONS) return "[|tcp]";
  const length = tcp.end - tcp.payloadStart;
  let flags = "";
  for (let bit = 0; bit < FLAG_LETTERS.length; bit++) {
    if ((tcp.flags & (1 << bit)) !== 0) flags += FLAG_LETTERS[bit];
  }
  let text = `Flags [${flags === "" ? "none" : flags}]`;
  const { sequence } = tcp;
  if (length > 0) text += `, seq ${sequence}:${(sequence + length) >>> 0}`;
  else if ((tcp.flags & 0x07) !== 0) text += `, seq ${sequence}`;
  if (tcp.ack) text += `, ack ${tcp.acknowledgment}`;
  text += `, win ${tcp.window}`;
  if (tcp.urg) text += `, urg ${tcp.urgentPointer}`;
  const options = tcp.options.map(optionText);
  if (tcp.truncated) options.push("[|tcp]");
  else if (tcp.optionsError !== undefined) options.push("[bad opt]");
  if (options.length > 0) text += `, options [${options.join(",")}]`;
  return `${text}, length ${length}`;
}

/** The row of TCP. */
export const tcpLayer: LayerRow<Tcp, TcpView> = layerRow<Tcp, TcpView>({
  kind: "tcp",
  check: VALUES.tcp,
  protocols: [IPPROTO_TCP],
  usesAddresses: true,
  parse(bytes, start, end, walk) {
    const view = TcpView.parsePartial(bytes, start, end);
    if (!view.isSound) walk.complain(TcpView);
    walk.followPort("tcp", view);
    return view;
  },
  measure: measureTcp,
  write: writeTcp,
  isPartial: (view) => view.truncated,
  // No value has an option that lies.
  restate: (view) => view.truncated || view.optionsError !== undefined ? undefined : view.toValue(),
  describe: (view, place) => portsText(view, place) + tcpText(view),
  verify: (view, sum) => sum === undefined || view.truncated || view.checksumOk(sum),
});
