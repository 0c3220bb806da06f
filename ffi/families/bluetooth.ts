/**
 * Bluetooth: `struct sockaddr_l2`, `sockaddr_rc`, `sockaddr_sco`, `sockaddr_iso`, `sockaddr_hci`
 * (bluetooth/*.h of BlueZ; linux/include/net/bluetooth). The protocol tells which it is.
 *
 * @module
 */
import type { BluetoothAddress } from "../../core/address.ts";
import { checkInteger } from "../../core/arguments.ts";
import { AF_BLUETOOTH } from "../abi/socket_constants.ts";
import { putFamily } from "./bytes.ts";
import { type FamilyRow, type Fields, refuse, WHOLE_NET } from "./row.ts";

/** BTPROTO_* (bluetooth/bluetooth.h). */
export const BLUETOOTH_PROTOCOLS = {
  BTPROTO_L2CAP: 0,
  BTPROTO_HCI: 1,
  BTPROTO_SCO: 2,
  BTPROTO_RFCOMM: 3,
  BTPROTO_ISO: 8,
} as const;
const P = BLUETOOTH_PROTOCOLS;

/** struct sockaddr_l2 (bluetooth/l2cap.h), little-endian. */
export const SOCKADDR_L2 = {
  size: 14,
  l2_family: 0,
  l2_psm: 2,
  l2_bdaddr: 4,
  l2_cid: 10,
  l2_bdaddr_type: 12,
} as const;
/** struct sockaddr_rc (bluetooth/rfcomm.h); sockaddr_iso has the type of the address there. */
export const SOCKADDR_RC = { size: 10, rc_family: 0, rc_bdaddr: 2, rc_channel: 8 } as const;
/** struct sockaddr_sco (bluetooth/sco.h). */
export const SOCKADDR_SCO = { size: 8, sco_family: 0, sco_bdaddr: 2 } as const;
/** struct sockaddr_hci (bluetooth/hci.h). */
export const SOCKADDR_HCI = { size: 6, hci_family: 0, hci_dev: 2, hci_channel: 4 } as const;

/** Types of addresses (bluetooth/bluetooth.h, BDADDR_BREDR …). */
const ADDRESS_TYPES = ["bredr", "lePublic", "leRandom"] as const;
const BDADDR_BYTES = 6;
const TEXT = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i;

/** The six bytes of an address, the last first, as the air has them. */
export function putBdaddr(target: Uint8Array, offset: number, text: unknown, action: string): void {
  if (typeof text !== "string" || !TEXT.test(text)) {
    refuse(action, "address.address is not six hexadecimal bytes with colons between them");
  }
  const bytes = text.split(":");
  for (let i = 0; i < BDADDR_BYTES; i++) target[offset + i] = parseInt(bytes[5 - i], 16);
}

/** An address as text. */
export function bdaddrText(bytes: Uint8Array, offset: number): string {
  const parts: string[] = [];
  for (let i = BDADDR_BYTES - 1; i >= 0; i--) {
    parts.push(bytes[offset + i].toString(16).toUpperCase().padStart(2, "0"));
  }
  return parts.join(":");
}

function putAddressType(target: Uint8Array, offset: number, type: unknown, action: string): void {
  const number = type === undefined ? 0 : ADDRESS_TYPES.indexOf(type as "bredr");
  if (number < 0) refuse(action, `address.addressType is not ${ADDRESS_TYPES.join(", ")}`);
  target[offset] = number;
}

function putU16(target: Uint8Array, offset: number, value: number): void {
  target[offset] = value;
  target[offset + 1] = value >> 8;
}

function u16(bytes: Uint8Array, offset: number): number {
  return bytes[offset] | bytes[offset + 1] << 8;
}

/** What each kind of address has, beside the address itself. */
const KEYS: Readonly<Record<BluetoothAddress["kind"], readonly string[]>> = {
  l2cap: ["address", "psm", "cid", "addressType"],
  rfcomm: ["address", "channel"],
  sco: ["address"],
  iso: ["address", "addressType"],
  hci: ["device", "channel"],
};

function kindOf(fields: Fields, action: string): BluetoothAddress["kind"] {
  const { kind } = fields;
  if (typeof kind !== "string" || !Object.hasOwn(KEYS, kind)) {
    refuse(action, `address.kind is not ${Object.keys(KEYS).join(", ")}`);
  }
  const known = KEYS[kind as "l2cap"];
  for (const key in fields) {
    if (key === "family" || key === "kind" || fields[key] === undefined) continue;
    if (!known.includes(key)) refuse(action, `address.${key} is none of a ${kind} address`);
  }
  return kind as "l2cap";
}

const ENCODE: Readonly<
  Record<
    BluetoothAddress["kind"],
    (target: Uint8Array, offset: number, fields: Fields, action: string) => number
  >
> = {
  l2cap(target, offset, { address, psm = 0, cid = 0, addressType }, action) {
    checkInteger(psm, 0, 0xffff, action, "address.psm");
    checkInteger(cid, 0, 0xffff, action, "address.cid");
    putU16(target, offset + SOCKADDR_L2.l2_psm, psm);
    putBdaddr(target, offset + SOCKADDR_L2.l2_bdaddr, address, action);
    putU16(target, offset + SOCKADDR_L2.l2_cid, cid);
    putAddressType(target, offset + SOCKADDR_L2.l2_bdaddr_type, addressType, action);
    return SOCKADDR_L2.size;
  },
  rfcomm(target, offset, { address, channel = 0 }, action) {
    checkInteger(channel, 0, 30, action, "address.channel");
    putBdaddr(target, offset + SOCKADDR_RC.rc_bdaddr, address, action);
    target[offset + SOCKADDR_RC.rc_channel] = channel;
    return SOCKADDR_RC.size;
  },
  sco(target, offset, { address }, action) {
    putBdaddr(target, offset + SOCKADDR_SCO.sco_bdaddr, address, action);
    return SOCKADDR_SCO.size;
  },
  iso(target, offset, { address, addressType = "lePublic" }, action) {
    putBdaddr(target, offset + SOCKADDR_RC.rc_bdaddr, address, action);
    putAddressType(target, offset + SOCKADDR_RC.rc_channel, addressType, action);
    return SOCKADDR_RC.size;
  },
  hci(target, offset, { device, channel = 0 }, action) {
    checkInteger(device, 0, 0xffff, action, "address.device");
    checkInteger(channel, 0, 0xffff, action, "address.channel");
    putU16(target, offset + SOCKADDR_HCI.hci_dev, device);
    putU16(target, offset + SOCKADDR_HCI.hci_channel, channel);
    return SOCKADDR_HCI.size;
  },
};

/** Bluetooth. */
export const BLUETOOTH: FamilyRow<BluetoothAddress> = {
  number: AF_BLUETOOTH,
  name: "bluetooth",
  module: "bluetooth",
  protocols: {
    [P.BTPROTO_L2CAP]: { name: "l2cap", module: "bluetooth" },
    [P.BTPROTO_HCI]: { name: "hci", module: "bluetooth" },
    [P.BTPROTO_SCO]: { name: "sco", module: "bluetooth" },
    [P.BTPROTO_RFCOMM]: { name: "rfcomm", module: "rfcomm" },
    [P.BTPROTO_ISO]: { name: "iso", module: "bluetooth" },
  },
  keys: ["kind", ...new Set(Object.values(KEYS).flat())],
  grants: ["net"],
  recognises: () => false,
  encode(target, offset, fields, action) {
    const kind = kindOf(fields, action);
    target.fill(0, offset, offset + SOCKADDR_L2.size);
    putFamily(target, offset, AF_BLUETOOTH);
    return ENCODE[kind](target, offset, fields, action);
  },
  decode(bytes, offset, size, _lookup, protocol) {
    // One of ISO may be longer: the groups of a broadcast follow it.
    if (size >= SOCKADDR_L2.l2_bdaddr_type + 1 && protocol !== P.BTPROTO_ISO) {
      return {
        ...{ family: "bluetooth", kind: "l2cap" },
        address: bdaddrText(bytes, offset + SOCKADDR_L2.l2_bdaddr),
        psm: u16(bytes, offset + SOCKADDR_L2.l2_psm),
        cid: u16(bytes, offset + SOCKADDR_L2.l2_cid),
        addressType: ADDRESS_TYPES[bytes[offset + SOCKADDR_L2.l2_bdaddr_type]] ?? "bredr",
      };
    }
    if (size >= SOCKADDR_RC.rc_channel + 1) {
      const address = bdaddrText(bytes, offset + SOCKADDR_RC.rc_bdaddr);
      const last = bytes[offset + SOCKADDR_RC.rc_channel];
      return protocol === P.BTPROTO_ISO
        ? { family: "bluetooth", kind: "iso", address, addressType: ADDRESS_TYPES[last] ?? "bredr" }
        : { family: "bluetooth", kind: "rfcomm", address, channel: last };
    }
    if (size >= SOCKADDR_SCO.size) {
      const address = bdaddrText(bytes, offset + SOCKADDR_SCO.sco_bdaddr);
      return { family: "bluetooth", kind: "sco", address };
    }
    if (size < SOCKADDR_HCI.size) return undefined;
    return {
      ...{ family: "bluetooth", kind: "hci" },
      device: u16(bytes, offset + SOCKADDR_HCI.hci_dev),
      channel: u16(bytes, offset + SOCKADDR_HCI.hci_channel),
    };
  },
  text(address) {
    switch (address.kind) {
      case "l2cap":
        return `l2cap:${address.address}:${address.cid || address.psm || 0}`;
      case "rfcomm":
        return `rfcomm:${address.address}:${address.channel}`;
      case "hci":
        return `hci${address.device}`;
      default:
        return `${address.kind}:${address.address}`;
    }
  },
  permissions: () => WHOLE_NET,
};
