/**
 * What the openers take, and the addresses it becomes.
 *
 * @module
 */
import type { BluetoothAddress } from "../core/address.ts";
import { type Checked, integer, oneOf, optional, text } from "../core/arguments.ts";
import { OPEN_SHAPE } from "../core/engine_choice.ts";
import { BLUETOOTH_PROTOCOLS } from "../ffi/families/bluetooth.ts";

/** Why no other engine will do. */
export const NEEDS_LIBC = "Bluetooth";
/** Any of this machine's own (BDADDR_ANY). */
export const ANY = "00:00:00:00:00:00";
const ADDRESS = text();
const TYPE = oneOf("bredr", "lePublic", "leRandom");

/** What all openers take. */
export const SHAPE = {
  ...OPEN_SHAPE,
  family: optional(oneOf("bluetooth")),
  kind: oneOf("rfcomm", "l2cap", "sco", "iso"),
  channel: optional(integer(0, 30)),
  psm: optional(integer(1, 0xffff)),
  cid: optional(integer(1, 0xffff)),
  addressType: optional(TYPE),
} as const;
/** An address of a device. */
export const DEVICE = ADDRESS;

/** The protocol's number. */
export const PROTOCOLS = {
  rfcomm: BLUETOOTH_PROTOCOLS.BTPROTO_RFCOMM,
  l2cap: BLUETOOTH_PROTOCOLS.BTPROTO_L2CAP,
  sco: BLUETOOTH_PROTOCOLS.BTPROTO_SCO,
  iso: BLUETOOTH_PROTOCOLS.BTPROTO_ISO,
} as const;

/** The address of a service; the row refuses what its kind has not. */
export function serviceAddress(
  request: Checked<typeof SHAPE>,
  address: string,
  action: string,
): BluetoothAddress {
  const { kind, channel, psm, cid, addressType } = request;
  if (kind === "rfcomm" && channel === undefined) {
    throw new TypeError(`Cannot ${action}: channel is missing`);
  }
  if (kind === "l2cap" && psm === undefined && cid === undefined) {
    throw new TypeError(`Cannot ${action}: neither psm nor cid is given`);
  }
  const given = { channel, psm, cid, addressType };
  const known = Object.entries(given).filter(([, value]) => value !== undefined);
  return { family: "bluetooth", kind, address, ...Object.fromEntries(known) } as BluetoothAddress;
}

/** One's own address, for a connection: without what names the peer's service. */
export function ownAddress(
  { kind, addressType }: Checked<typeof SHAPE>,
  address: string,
): BluetoothAddress {
  const base = { family: "bluetooth", address } as const;
  if (kind === "rfcomm") return { ...base, kind, channel: 0 };
  if (kind === "sco") return { ...base, kind };
  return { ...base, kind, ...(addressType && { addressType }) };
}
