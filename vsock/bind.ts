import { object } from "../core/arguments.ts";
import type { VsockAddress } from "../core/address.ts";
import { openOn } from "../core/engine_choice.ts";
import { isSocketError } from "../core/errors.ts";
import { LibcMessage } from "../ffi/endpoints/message.ts";
import { bind as bindLibc } from "../ffi/engine.ts";
import { BIND_SHAPE, vsockAddress, vsockText } from "./_request.ts";
import type { VsockBindOptions, VsockMessageEndpoint } from "./types.ts";

const ACTION = "bind";
const REQUEST = object(BIND_SHAPE);

/**
 * Binds a datagram socket (`man 7 vsock`). Of Linux's transports VMware's alone (vmw_vsock_vmci) has
 * datagrams.
 *
 * Needs `--allow-ffi` and `--allow-net=vsock:CID:PORT`, or the whole of `--allow-net`.
 *
 * @example Where there is no such transport
 * ```ts
 * import { vsock } from "@berkeley/sockets";
 *
 * try {
 *   using socket = await vsock.bind();
 *   console.log(socket.localAddr);
 * } catch (error) {
 *   console.log(error); // ENODEV, or EAFNOSUPPORT without the module vsock
 * }
 * ```
 *
 * @param options Where to be reached.
 * @returns The endpoint.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If a number is out of range.
 * @throws {SocketError} `ENODEV`: no transport here has datagrams.
 * @throws {Deno.errors.NotSupported} Code `EAFNOSUPPORT`: the kernel lacks the module vsock.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export async function bind(options: VsockBindOptions = {}): Promise<VsockMessageEndpoint> {
  const request = REQUEST(options, ACTION, "options");
  const address = vsockAddress(request);
  const libc = { address, options: request.options };
  return await openOn(request, {
    action: ACTION,
    where: `on ${vsockText(address)}`,
    needsLibc: "binding a datagram socket",
    libc: () => {
      try {
        return bindLibc(libc, "dgram", (core) => new LibcMessage<VsockAddress>(core));
      } catch (error) {
        if (isSocketError(error, "ENODEV")) {
          error.message =
            "Cannot bind: no transport of this kernel has datagrams, as VMware's alone " +
            "has: load the module vmw_vsock_vmci_transport (ENODEV)";
        }
        throw error;
      }
    },
  });
}
