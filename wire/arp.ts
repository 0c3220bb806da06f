/**
 * ARP (RFC 826) and RARP (RFC 903).
 *
 * @module
 */

import { formatIpv4, isIpv4, parseIpv4 } from "../core/ip/text.ts";
import { bad, checkSpan, fit, setU16, u16, unfit } from "./_bytes.ts";
import { encodeLayer } from "./_codec.ts";
import { ETH_P_ARP, ETH_P_IP, ETH_P_RARP } from "./numbers.ts";
import { type LayerRow, layerRow } from "./layer_row.ts";
import { VALUES } from "./_value_table.ts";
import { HeaderView } from "./view.ts";

const WHAT = "ARP packet";

/** <linux/if_arp.h> struct arphdr. */
const AT = {
  HARDWARE_TYPE: 0,
  PROTOCOL_TYPE: 2,
  HARDWARE_LENGTH: 4,
  PROTOCOL_LENGTH: 5,
  OPERATION: 6,
  ADDRESSES: 8,
};

/** <linux/if_arp.h>: Ethernet. */
const ARPHRD_ETHER = 1;

/**
 * What an ARP packet means. Addresses are text: of four bytes as IPv4, of any other length as pairs of
 * hexadecimal digits joined by colons.
 */
export interface Arp {
  /** Tells the values of a stack apart. */
  kind: "arp";
  /** 1: request, 2: reply, 3 and 4: those of RARP. */
  operation: number;
  /** Kind of network, 0 to 0xffff; default 1 (Ethernet). */
  hardwareType?: number;
  /** EtherType of the protocol addresses, 0 to 0xffff; default 0x0800 (IPv4). */
  protocolType?: number;
  /** Hardware address of the sender. */
  senderHardware: string;
  /** Protocol address of the sender. */
  senderAddress: string;
  /** Hardware address of the target; in a request it is not known yet: zeros. */
  targetHardware: string;
  /** Protocol address of the target. */
  targetAddress: string;
}

/** An ARP packet laid over bytes. */
export class ArpView extends HeaderView {
  /** Tells the layers of a frame apart. */
  get kind(): "arp" {
    return "arp";
  }

  /**
   * Lays a view over the ARP packet that begins at `start`.
   *
   * @param bytes The bytes; they are not copied, and changes to them show.
   * @param start Index of the first byte of the packet; default 0.
   * @param end Index after the last byte at hand; default `bytes.length`.
   * @returns The view; what follows the addresses (the padding of a frame) is not part of it.
   * @throws {RangeError} If the packet is cut off: it names the field.
   */
  static parse(bytes: Uint8Array, start = 0, end: number = bytes?.length): ArpView {
    checkSpan(WHAT, bytes, start, end, AT.ADDRESSES);
    const hardware = bytes[start + AT.HARDWARE_LENGTH];
    const protocol = bytes[start + AT.PROTOCOL_LENGTH];
    const length = AT.ADDRESSES + 2 * (hardware + protocol);
    if (length > end - start) {
      throw bad(
        WHAT,
        `address lengths of ${hardware} and ${protocol} need ${length} bytes, above the ${
          end - start
        } at hand`,
      );
    }
    return new ArpView(bytes, start, start + length, start + length);
  }

  /** 1: request, 2: reply, 3 and 4: those of RARP. */
  get operation(): number {
    return u16(this.bytes, this.start + AT.OPERATION);
  }
  /** Kind of network; 1 is Ethernet. */
  get hardwareType(): number {
    return u16(this.bytes, this.start + AT.HARDWARE_TYPE);
  }
  /** EtherType of the protocol addresses. */
  get protocolType(): number {
    return u16(this.bytes, this.start + AT.PROTOCOL_TYPE);
  }
  /** Length of a hardware address, in bytes. */
  get hardwareLength(): number {
    return this.bytes[this.start + AT.HARDWARE_LENGTH];
  }
  /** Length of a protocol address, in bytes. */
  get protocolLength(): number {
    return this.bytes[this.start + AT.PROTOCOL_LENGTH];
  }
  /** Hardware address of the sender. */
  get senderHardware(): string {
    return hexText(this.bytes, this.start + AT.ADDRESSES, this.hardwareLength);
  }
  /** Protocol address of the sender. */
  get senderAddress(): string {
    const at = this.start + AT.ADDRESSES + this.hardwareLength;
    return addressText(this.bytes, at, this.protocolLength);
  }
  /** Hardware address of the target. */
  get targetHardware(): string {
    const at = this.start + AT.ADDRESSES + this.hardwareLength + this.protocolLength;
    return hexText(this.bytes, at, this.hardwareLength);
  }
  /** Protocol address of the target. */
  get targetAddress(): string {
    const at = this.start + AT.ADDRESSES + 2 * this.hardwareLength + this.protocolLength;
    return addressText(this.bytes, at, this.protocolLength);
  }

  /**
   * The value of the packet.
   *
   * @returns The value, for {@linkcode encodeArp}.
   */
  toValue(): Arp {
    return {
      kind: "arp",
      operation: this.operation,
      hardwareType: this.hardwareType,
      protocolType: this.protocolType,
      senderHardware: this.senderHardware,
      senderAddress: this.senderAddress,
      targetHardware: this.targetHardware,
      targetAddress: this.targetAddress,
    };
  }
}

function hexText(bytes: Uint8Array, at: number, length: number): string {
  let text = "";
  // The lengths may have changed since they were checked: never go beyond.
  for (let i = 0; i < length && at + i < bytes.length; i++) {
    const byte = bytes[at + i];
    text += (i === 0 ? "" : ":") + (byte < 16 ? "0" : "") + byte.toString(16);
  }
  return text;
}

function addressText(bytes: Uint8Array, at: number, length: number): string {
  return length === 4 && at + 4 <= bytes.length
    ? formatIpv4(bytes, at)
    : hexText(bytes, at, length);
}

function textBytes(field: string, text: string): Uint8Array {
  if (isIpv4(text)) return parseIpv4(text);
  if (text === "") return new Uint8Array(0);
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2})*$/i.test(text)) {
    throw unfit(WHAT, `${field} is neither an IPv4 address nor hexadecimal bytes`);
  }
  return Uint8Array.from(text.split(":"), (pair) => parseInt(pair, 16));
}

function textLength(text: string): number {
  return isIpv4(text) ? 4 : Math.floor((text.length + 1) / 3);
}

/** The length of the packet of `value`, in bytes. */
function measureArp(value: Arp): number {
  return AT.ADDRESSES + 2 * (textLength(value.senderHardware) + textLength(value.senderAddress));
}

/** Writes the packet of `value` at `start`. */
function writeArp(value: Arp, bytes: Uint8Array, start: number): void {
  const hardware = textBytes("senderHardware", value.senderHardware);
  const address = textBytes("senderAddress", value.senderAddress);
  const targetHardware = textBytes("targetHardware", value.targetHardware);
  const targetAddress = textBytes("targetAddress", value.targetAddress);
  if (targetHardware.length !== hardware.length) {
    throw unfit(WHAT, "targetHardware and senderHardware differ in length");
  }
  if (targetAddress.length !== address.length) {
    throw unfit(WHAT, "targetAddress and senderAddress differ in length");
  }
  const hardwareType = fit(WHAT, "hardwareType", value.hardwareType ?? ARPHRD_ETHER, 0xffff);
  setU16(bytes, start + AT.HARDWARE_TYPE, hardwareType);
  const protocolType = fit(WHAT, "protocolType", value.protocolType ?? ETH_P_IP, 0xffff);
  setU16(bytes, start + AT.PROTOCOL_TYPE, protocolType);
  bytes[start + AT.HARDWARE_LENGTH] = fit(WHAT, "senderHardware length", hardware.length, 0xff);
  bytes[start + AT.PROTOCOL_LENGTH] = fit(WHAT, "senderAddress length", address.length, 0xff);
  setU16(bytes, start + AT.OPERATION, fit(WHAT, "operation", value.operation, 0xffff));
  let at = start + AT.ADDRESSES;
  for (const part of [hardware, address, targetHardware, targetAddress]) {
    bytes.set(part, at);
    at += part.length;
  }
}

/**
 * Encodes an ARP packet.
 *
 * @param value The packet.
 * @param payload What follows; default nothing.
 * @returns Packet and payload in new bytes.
 * @throws {RangeError} If a field does not fit its bits or addresses differ in length: it names the
 * field.
 *
 * @example Who has 192.0.2.1?
 * ```ts
 * import { ArpView, encodeArp } from "@berkeley/sockets/wire";
 * import { assertEquals } from "@std/assert";
 *
 * const request = encodeArp({
 *   kind: "arp",
 *   operation: 1,
 *   senderHardware: "02:00:00:00:00:01",
 *   senderAddress: "192.0.2.9",
 *   targetHardware: "00:00:00:00:00:00",
 *   targetAddress: "192.0.2.1",
 * });
 * assertEquals(request.length, 28);
 * assertEquals(ArpView.parse(request).targetAddress, "192.0.2.1");
 * ```
 */
export function encodeArp(value: Arp, payload?: Uint8Array): Uint8Array {
  return encodeLayer(arpLayer, value, payload);
}

function arpText(arp: ArpView): string {
  const { senderHardware, senderAddress, targetHardware, targetAddress } = arp;
  const length = arp.bytes.length - arp.start;
  const known = /[^0:]/.test(targetHardware) ? ` (${targetHardware})` : "";
  switch (arp.operation) {
    case 1:
      return `Request who-has ${targetAddress}${known} tell ${senderAddress}, length ${length}`;
    case 2:
      return `Reply ${senderAddress} is-at ${senderHardware}, length ${length}`;
    case 3:
      return `Reverse Request who-is ${targetHardware} tell ${senderHardware}, length ${length}`;
    case 4:
      return `Reverse Reply ${targetHardware} at ${targetAddress}, length ${length}`;
    default:
      return `Unknown (${arp.operation}), length ${length}`;
  }
}

/** The row of ARP and RARP. */
export const arpLayer: LayerRow<Arp, ArpView> = layerRow<Arp, ArpView>({
  kind: "arp",
  check: VALUES.arp,
  etherTypes: [ETH_P_ARP, ETH_P_RARP],
  parse(bytes, start, end, walk) {
    walk.stop();
    return ArpView.parse(bytes, start, end);
  },
  measure: measureArp,
  write: writeArp,
  // RFC 903: reverse requests and replies have an EtherType of their own.
  etherTypeOf: ({ operation }) => operation === 3 || operation === 4 ? ETH_P_RARP : ETH_P_ARP,
  describe: (view, { bare }) => (bare ? "ARP, " : "") + arpText(view),
});
