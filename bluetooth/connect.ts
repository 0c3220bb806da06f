import type { BluetoothAddress } from "../core/address.ts";
import { object, optional } from "../core/arguments.ts";
import { openOn } from "../core/engine_choice.ts";
import { connect as connectLibc, makeMessage, makeStream } from "../ffi/engine.ts";
import { DEVICE, NEEDS_LIBC, ownAddress, PROTOCOLS, serviceAddress, SHAPE } from "./_request.ts";
import type { BluetoothConnectOptions, BluetoothMessages, BluetoothStream } from "./types.ts";

const ACTION = "connect";
const REQUEST = object({ ...SHAPE, address: DEVICE, localAddress: optional(DEVICE) });

/**
 * Connects to a Bluetooth device: to a serial port (RFCOMM), a channel of messages (L2CAP, classic and
 * Low Energy), for sound (SCO), isochronously (ISO).
 *
 * Needs `--allow-ffi` and the whole of `--allow-net`.
 *
 * @example A serial port
 * ```ts ignore
 * import { bluetooth } from "@berkeley/sockets";
 *
 * const printer = { kind: "rfcomm", address: "00:11:22:33:44:55", channel: 1 } as const;
 * using connection = await bluetooth.connect({ ...printer, timeoutMs: 10_000 });
 * await connection.sendAll(new TextEncoder().encode("hello\n"));
 * ```
 *
 * @param options Whom to reach, and how.
 * @returns The connection.
 * @throws {TypeError} If an option is unknown, of the wrong type, or missing for its kind.
 * @throws {RangeError} If a number is out of range.
 * @throws {SocketError} `EHOSTDOWN`: no such device in reach; `ECONNREFUSED`: no such service.
 * @throws {Deno.errors.NotSupported} Code `EAFNOSUPPORT`: the kernel lacks the module bluetooth.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export function connect(
  options: BluetoothConnectOptions & { kind: "rfcomm" },
): Promise<BluetoothStream>;
/** As above, for messages. */
export function connect(
  options: BluetoothConnectOptions & { kind: "l2cap" | "sco" | "iso" },
): Promise<BluetoothMessages>;
/** As above, for any. */
export function connect(
  options: BluetoothConnectOptions,
): Promise<BluetoothStream | BluetoothMessages>;
export async function connect(
  options: BluetoothConnectOptions,
): Promise<BluetoothStream | BluetoothMessages> {
  const request = REQUEST(options, ACTION, "options");
  const { kind, localAddress, options: settings } = request;
  const address = serviceAddress(request, request.address, ACTION);
  const local = localAddress === undefined ? undefined : ownAddress(request, localAddress);
  return await openOn<BluetoothStream | BluetoothMessages>(request, {
    action: ACTION,
    where: `to ${request.address}`,
    needsLibc: NEEDS_LIBC,
    libc: (wait) => {
      const libc = { address, local, protocol: PROTOCOLS[kind], options: settings, wait };
      return kind === "rfcomm"
        ? connectLibc(libc, "stream", makeStream<BluetoothAddress>)
        : connectLibc(libc, "seqpacket", makeMessage<BluetoothAddress>);
    },
  });
}
