import type { VsockAddress } from "../core/address.ts";
import { callback, integer, object, oneOf, optional, orElse } from "../core/arguments.ts";
import { openOn } from "../core/engine_choice.ts";
import { type AcceptErrorHandler, DEFAULT_BACKLOG } from "../core/listener.ts";
import { listen as listenLibc, makeStream } from "../ffi/engine.ts";
import { listenDeno } from "./_deno.ts";
import { makeMessages } from "./_message.ts";
import { BIND_SHAPE, prefersLibc, vsockAddress, vsockText } from "./_request.ts";
import type { VsockListener, VsockListenOptions, VsockMessageListener } from "./types.ts";

const ACTION = "listen";
const REQUEST = object({
  ...BIND_SHAPE,
  type: orElse(oneOf("stream", "seqpacket"), "stream"),
  backlog: optional(integer(0, 0x7fffffff)),
  onError: optional(callback<AcceptErrorHandler>()),
});

/**
 * Listens for VSOCK connections (`man 7 vsock`).
 *
 * Needs `--allow-ffi` and `--allow-net=vsock:CID:PORT`, or the whole of `--allow-net`; CID and port
 * are 4294967295 where they are any. With `engine: "deno"` it needs Deno's `--unstable-vsock` in
 * place of `--allow-ffi`: without that flag Deno ends the process.
 *
 * @example On any context, at a port that the kernel chooses
 * ```ts
 * import { vsock } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * try {
 *   using listener = await vsock.listen();
 *   assertEquals(listener.localAddr.family, "vsock");
 * } catch (error) {
 *   // A kernel without the module vsock.
 *   if (!(error instanceof Deno.errors.NotSupported)) throw error;
 * }
 * ```
 *
 * @param options Where to listen, and how.
 * @returns The listener.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If a number is out of range.
 * @throws {Deno.errors.AddrInUse} Code `EADDRINUSE`: somebody listens there.
 * @throws {Deno.errors.NotSupported} Code `EAFNOSUPPORT`: the kernel lacks the module vsock.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export function listen(
  options: VsockListenOptions & { type: "seqpacket" },
): Promise<VsockMessageListener>;
/** As above, for streams. */
export function listen(options?: VsockListenOptions & { type?: "stream" }): Promise<VsockListener>;
/** As above, for either. */
export function listen(options: VsockListenOptions): Promise<VsockListener | VsockMessageListener>;
export async function listen(
  options: VsockListenOptions = {},
): Promise<VsockListener | VsockMessageListener> {
  const request = REQUEST(options, ACTION, "options");
  const { type, backlog, onError, options: settings } = request;
  const address = vsockAddress(request);
  return await openOn<VsockListener | VsockMessageListener>(request, {
    action: ACTION,
    where: `on ${vsockText(address)}`,
    needsLibc: type === "seqpacket"
      ? 'type "seqpacket"'
      : backlog === undefined
      ? undefined
      : "backlog",
    prefersLibc,
    deno: () => listenDeno(address, onError),
    libc: () => {
      const libc = { address, backlog: backlog ?? DEFAULT_BACKLOG, onError, options: settings };
      return type === "seqpacket"
        ? listenLibc(libc, type, makeMessages)
        : listenLibc(libc, type, makeStream<VsockAddress>);
    },
  });
}
