/**
 * Bluetooth by the kernel's own sockets, over libc: serial connections (RFCOMM), channels of messages
 * (L2CAP, classic and Low Energy), sound (SCO), isochronous links (ISO), the controllers (HCI) and
 * their management.
 *
 * ```ts ignore
 * import { bluetooth } from "@berkeley/sockets";
 *
 * // A serial port of a device nearby.
 * const device = { address: "00:11:22:33:44:55", channel: 1 };
 * using port = await bluetooth.connect({ kind: "rfcomm", ...device, timeoutMs: 5000 });
 * for await (const line of port.lines()) console.log(line);
 * ```
 *
 * @module
 */
export { connect } from "./connect.ts";
export { openHci } from "./hci.ts";
export { listen } from "./listen.ts";
export { ManagementError, openManagement } from "./management.ts";
export * from "./options.ts";
export { decodeSdpElement, encodeSdpElement } from "./_sdp_codec.ts";
export { SdpError, searchServices } from "./sdp.ts";
export type {
  BluetoothConnectOptions,
  BluetoothController,
  BluetoothDevice,
  BluetoothListener,
  BluetoothListenOptions,
  BluetoothMessageListener,
  BluetoothMessages,
  BluetoothService,
  BluetoothSetting,
  BluetoothStream,
  DiscoverOptions,
  HciOptions,
  Management,
  SdpElement,
  SdpSearchOptions,
  SdpService,
} from "./types.ts";
