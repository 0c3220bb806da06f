import type { BluetoothAddress } from "../core/address.ts";
import { callback, integer, object, optional, orElse } from "../core/arguments.ts";
import { openOn } from "../core/engine_choice.ts";
import { type AcceptErrorHandler, DEFAULT_BACKLOG } from "../core/listener.ts";
import { listen as listenLibc, makeMessage, makeStream } from "../ffi/engine.ts";
import { ANY, DEVICE, NEEDS_LIBC, PROTOCOLS, serviceAddress, SHAPE } from "./_request.ts";
import type {
  BluetoothListener,
  BluetoothListenOptions,
  BluetoothMessageListener,
} from "./types.ts";

const ACTION = "listen";
const REQUEST = object({
  ...SHAPE,
  address: orElse(DEVICE, ANY),
  backlog: orElse(integer(0, 0x7fffffff), DEFAULT_BACKLOG),
  onError: optional(callback<AcceptErrorHandler>()),
});

/**
 * Listens for Bluetooth connections: serial ones (RFCOMM), channels of messages (L2CAP, classic and Low
 * Energy), sound (SCO), isochronous ones (ISO).
 *
 * Needs `--allow-ffi` and the whole of `--allow-net`.
 *
 * @example A serial port
 * ```ts ignore
 * import { bluetooth } from "@berkeley/sockets";
 *
 * using listener = await bluetooth.listen({ kind: "rfcomm", channel: 3 });
 * for await (const connection of listener) connection.readable.pipeTo(connection.writable);
 * ```
 *
 * @param options What to be reached by, and how.
 * @returns The listener.
 * @throws {TypeError} If an option is unknown, of the wrong type, or missing for its kind.
 * @throws {RangeError} If a number is out of range.
 * @throws {Deno.errors.NotSupported} Code `EAFNOSUPPORT`: the kernel lacks the module bluetooth.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export function listen(
  options: BluetoothListenOptions & { kind: "rfcomm" },
): Promise<BluetoothListener>;
/** As above, for messages. */
export function listen(
  options: BluetoothListenOptions & { kind: "l2cap" | "sco" | "iso" },
): Promise<BluetoothMessageListener>;
/** As above, for any. */
export function listen(
  options: BluetoothListenOptions,
): Promise<BluetoothListener | BluetoothMessageListener>;
export async function listen(
  options: BluetoothListenOptions,
): Promise<BluetoothListener | BluetoothMessageListener> {
  const request = REQUEST(options, ACTION, "options");
  const { kind, backlog, onError, options: settings } = request;
  const address = serviceAddress(request, request.address, ACTION);
  return await openOn<BluetoothListener | BluetoothMessageListener>(request, {
    action: ACTION,
    needsLibc: NEEDS_LIBC,
    libc: () => {
      const libc = { address, protocol: PROTOCOLS[kind], backlog, onError, options: settings };
      return kind === "rfcomm"
        ? listenLibc(libc, "stream", makeStream<BluetoothAddress>)
        : listenLibc(libc, "seqpacket", makeMessage<BluetoothAddress>);
    },
  });
}
