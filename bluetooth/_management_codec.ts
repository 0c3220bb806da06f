/**
 * What the management interface says of controllers and devices, as bytes (doc/mgmt-api.txt of BlueZ).
 *
 * @module
 */
import type { BluetoothAddressType } from "../core/address.ts";
import { object, oneOf, orElse, text } from "../core/arguments.ts";
import { bdaddrText, putBdaddr } from "../ffi/families/bluetooth.ts";
import type { BluetoothController, BluetoothDevice, BluetoothSetting } from "./types.ts";

const TYPES = ["bredr", "lePublic", "leRandom"] as const;
const DEVICE = object({ address: text(), addressType: orElse(oneOf(...TYPES), "bredr") });
const DECODER = new TextDecoder();
/** The size of a controller's description (struct mgmt_rp_read_info). */
const INFO_BYTES = 280;
/** EIR: the shortened and the complete name. */
const EIR_NAMES = [8, 9];
/** What stands for an unknown strength. */
const NO_RSSI = 127;

/** Bits of the settings (MGMT_SETTING_*). */
const SETTINGS: readonly BluetoothSetting[] = [
  ...["powered", "connectable", "fastConnectable", "discoverable", "bondable"] as const,
  ...["linkSecurity", "ssp", "bredr", "hs", "le", "advertising", "secureConnections"] as const,
  ...["debugKeys", "privacy", "configuration", "staticAddress", "phyConfiguration"] as const,
  ...[
    "widebandSpeech",
    "cisCentral",
    "cisPeripheral",
    "isoBroadcaster",
    "isoSyncReceiver",
  ] as const,
];

/** Writes a device as the commands about one take it: its address and what kind that is. */
export function putDevice(
  target: Uint8Array,
  device: { address: string; addressType?: BluetoothAddressType },
  action: string,
): void {
  const { address, addressType } = DEVICE(device, action, "device");
  putBdaddr(target, 0, address, action);
  target[6] = TYPES.indexOf(addressType);
}

/** The settings that are bits of a number. */
export function settings(bits: number): BluetoothSetting[] {
  return SETTINGS.filter((_, i) => (bits & 1 << i) !== 0);
}

/** A controller as it was read. */
export function controllerOf(index: number, data: Uint8Array, action: string): BluetoothController {
  if (data.length < INFO_BYTES) {
    throw new RangeError(`Cannot ${action}: ${data.length} bytes are none`);
  }
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return {
    index,
    address: bdaddrText(data, 0),
    hciVersion: data[6],
    manufacturer: view.getUint16(7, true),
    supported: settings(view.getUint32(9, true)),
    current: settings(view.getUint32(13, true)),
    name: textOf(data.subarray(20, 269)),
    shortName: textOf(data.subarray(269, INFO_BYTES)),
  };
}

function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return DECODER.decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** A device that was found (struct mgmt_ev_device_found). */
export function deviceOf(data: Uint8Array): BluetoothDevice {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (data.length < 14) throw new RangeError(`Cannot read a device: ${data.length} bytes are none`);
  const rssi = view.getInt8(7);
  const eir = data.slice(14, 14 + view.getUint16(12, true));
  const name = nameIn(eir);
  return {
    address: bdaddrText(data, 0),
    addressType: TYPES[data[6]] ?? "bredr",
    ...(rssi !== NO_RSSI && { rssiDbm: rssi }),
    ...(name !== undefined && { name }),
    data: eir,
  };
}

/** The name among what a device tells: each field is its length, its type and its bytes. */
function nameIn(eir: Uint8Array): string | undefined {
  for (let at = 0; at + 1 < eir.length && eir[at] > 0; at += 1 + eir[at]) {
    if (EIR_NAMES.includes(eir[at + 1])) return textOf(eir.subarray(at + 2, at + 1 + eir[at]));
  }
}
