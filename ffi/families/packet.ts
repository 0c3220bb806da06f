/**
 * The link layer: `struct sockaddr_ll` (linux/if_packet.h, `man 7 packet`). The EtherType is in
 * network order, the rest in the host's.
 *
 * @module
 */
import type { PacketAddress } from "../../core/address.ts";
import { checkInteger } from "../../core/arguments.ts";
import { formatMac, parseMac } from "../../core/ip/mac.ts";
import { STRUCTS } from "../abi/layout.ts";
import { AF_PACKET } from "../abi/socket_constants.ts";
import { hostU32At, putFamily, putHostU32, putU16, u16At } from "./bytes.ts";
import { type FamilyRow, refuse, WHOLE_NET } from "./row.ts";

const { sockaddr_ll: SLL } = STRUCTS;
const HARDWARE_BYTES = SLL.size - SLL.sll_addr;

/** sll_pkttype (linux/if_packet.h, PACKET_HOST …). */
const PACKET_TYPES = [
  "host",
  "broadcast",
  "multicast",
  "otherhost",
  "outgoing",
  "loopback",
] as const;

/** One to eight hexadecimal bytes: not every link layer has 48-bit addresses. */
const HARDWARE = /^[0-9a-f]{2}(?::[0-9a-f]{2}){0,7}$/i;

function hardwareBytes(text: unknown, action: string): Uint8Array {
  if (typeof text !== "string") refuse(action, "address.hardwareAddress is not a string");
  if (HARDWARE.test(text)) {
    return Uint8Array.from(text.split(":"), (part) => parseInt(part, 16));
  }
  try {
    return parseMac(text);
  } catch {
    refuse(action, "address.hardwareAddress is not one to eight hexadecimal bytes");
  }
}

/** The link layer. */
export const PACKET: FamilyRow<PacketAddress> = {
  number: AF_PACKET,
  name: "packet",
  module: "af_packet",
  keys: [
    "interface",
    "interfaceIndex",
    "etherType",
    "packetType",
    "hardwareAddress",
    "hardwareType",
  ],
  grants: ["net"],
  recognises: (fields) => fields.interface !== undefined || fields.interfaceIndex !== undefined,
  encode(target, offset, fields, action, lookup) {
    const { interface: name, interfaceIndex, etherType = 0, packetType } = fields;
    checkInteger(etherType, 0, 65535, action, "address.etherType");
    let index = 0;
    if (interfaceIndex !== undefined) {
      checkInteger(interfaceIndex, 0, 0x7fffffff, action, "address.interfaceIndex");
      index = interfaceIndex;
    } else if (typeof name !== "string") {
      refuse(action, "address.interface is not a string");
    } else if (name !== "") {
      if (lookup === undefined) refuse(action, "address.interfaceIndex is missing");
      index = lookup.toIndex(name);
    }
    const hardware = fields.hardwareAddress === undefined
      ? undefined
      : hardwareBytes(fields.hardwareAddress, action);
    target.fill(0, offset, offset + SLL.size);
    putFamily(target, offset, AF_PACKET);
    putU16(target, offset + SLL.sll_protocol, etherType);
    putHostU32(target, offset + SLL.sll_ifindex, index);
    target[offset + SLL.sll_pkttype] = Math.max(0, PACKET_TYPES.indexOf(packetType as "host"));
    if (hardware !== undefined) {
      target[offset + SLL.sll_halen] = hardware.length;
      target.set(hardware, offset + SLL.sll_addr);
    }
    return SLL.size;
  },
  decode(bytes, offset, size, lookup) {
    if (size < SLL.sll_addr) return undefined;
    const interfaceIndex = hostU32At(bytes, offset + SLL.sll_ifindex) | 0;
    const address: PacketAddress = {
      family: "packet",
      interface: interfaceIndex > 0 && lookup !== undefined ? lookup.toName(interfaceIndex) : "",
      interfaceIndex,
      etherType: u16At(bytes, offset + SLL.sll_protocol),
      packetType: PACKET_TYPES[bytes[offset + SLL.sll_pkttype]] ?? "other",
      hardwareType: bytes[offset + SLL.sll_hatype] | bytes[offset + SLL.sll_hatype + 1] << 8,
    };
    const at = offset + SLL.sll_addr;
    const length = Math.min(bytes[offset + SLL.sll_halen], HARDWARE_BYTES, size - SLL.sll_addr);
    if (length === 6) {
      address.hardwareAddress = formatMac(bytes, at);
    } else if (length > 0) {
      address.hardwareAddress = Array.from(
        bytes.subarray(at, at + length),
        (byte) => byte.toString(16).padStart(2, "0"),
      ).join(":");
    }
    return address;
  },
  text: (address) => address.interface,
  permissions: () => WHOLE_NET,
  capability: () => "needs the capability CAP_NET_RAW",
};
