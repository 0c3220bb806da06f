import type { BluetoothAddress } from "../core/address.ts";
import { integer, object, oneOf, orElse } from "../core/arguments.ts";
import { OPEN_SHAPE, openOn } from "../core/engine_choice.ts";
import { bind as bindLibc } from "../ffi/engine.ts";
import { LibcMessage } from "../ffi/endpoints/message.ts";
import { BLUETOOTH_PROTOCOLS } from "../ffi/families/bluetooth.ts";
import { encodeSockaddr } from "../ffi/families/sockaddr.ts";
import { NUMBERS } from "./_constants.ts";
import { NEEDS_LIBC } from "./_request.ts";
import type { BluetoothMessages, HciOptions } from "./types.ts";

const ACTION = "open a controller's socket";
const REQUEST = object({
  ...OPEN_SHAPE,
  device: integer(0, 0xffff),
  channel: orElse(oneOf("raw", "user", "monitor", "control", "logging"), "raw"),
});
const CHANNELS = {
  raw: NUMBERS.HCI_CHANNEL_RAW,
  user: NUMBERS.HCI_CHANNEL_USER,
  monitor: NUMBERS.HCI_CHANNEL_MONITOR,
  control: NUMBERS.HCI_CHANNEL_CONTROL,
  logging: NUMBERS.HCI_CHANNEL_LOGGING,
} as const;

/**
 * Opens a socket of a controller itself: the packets of HCI (`"raw"`, `"user"` for oneself alone), what
 * all controllers do (`"monitor"`, with device 0xffff), the management interface (`"control"`, see
 * {@linkcode openManagement}).
 *
 * Needs `--allow-ffi`, the whole of `--allow-net`, and the capability CAP_NET_ADMIN or CAP_NET_RAW.
 *
 * @example What all controllers do
 * ```ts ignore
 * import { bluetooth } from "@berkeley/sockets";
 *
 * using monitor = await bluetooth.openHci({ device: 0xffff, channel: "monitor" });
 * for await (const { data } of monitor) console.log(data.toHex());
 * ```
 *
 * @param options Which controller, and what of it.
 * @returns The socket: a message endpoint, each message a packet.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If a number is out of range.
 * @throws {SocketError} `ENODEV`: no such controller; `EPERM` without the capability.
 * @throws {Deno.errors.NotSupported} Code `EAFNOSUPPORT`: the kernel lacks the module bluetooth.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export async function openHci(options: HciOptions): Promise<BluetoothMessages> {
  const request = REQUEST(options, ACTION, "options");
  const { device, channel, options: settings } = request;
  const address: BluetoothAddress = {
    ...{ family: "bluetooth", kind: "hci" },
    device,
    channel: CHANNELS[channel],
  };
  return await openOn<BluetoothMessages>(request, {
    action: ACTION,
    needsLibc: NEEDS_LIBC,
    libc: () =>
      bindLibc<BluetoothAddress, BluetoothMessages>(
        { address, protocol: BLUETOOTH_PROTOCOLS.BTPROTO_HCI, options: settings },
        "raw",
        // The kernel tells it only of a controller (hci_sock_getname).
        (core) =>
          new LibcMessage<BluetoothAddress>(core, { local: encodeSockaddr(address, ACTION) }),
      ),
  });
}
