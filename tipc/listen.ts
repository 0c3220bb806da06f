import type { TipcAddress } from "../core/address.ts";
import { callback, object, oneOf, optional, orElse } from "../core/arguments.ts";
import { openOn } from "../core/engine_choice.ts";
import type { AcceptErrorHandler } from "../core/listener.ts";
import { listen as listenLibc } from "../ffi/engine.ts";
import { makePackets, makeStream } from "./_endpoint.ts";
import { BOUND_SHAPE, boundAddress, NEEDS_LIBC, SERVICE } from "./_request.ts";
import type { TipcListener, TipcListenOptions, TipcMessageListener } from "./types.ts";

const ACTION = "listen";
const REQUEST = object({
  ...BOUND_SHAPE,
  service: SERVICE,
  type: orElse(oneOf("stream", "seqpacket"), "stream"),
  onError: optional(callback<AcceptErrorHandler>()),
});

/**
 * Listens for connections to a service of the cluster (`man 8 tipc`). A connection stands once it is
 * accepted: who connects waits for that.
 *
 * Needs `--allow-ffi` and the whole of `--allow-net`.
 *
 * @example Where the kernel has the module tipc
 * ```ts
 * import { tipc } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * try {
 *   using listener = await tipc.listen({ service: 18888, instance: 1 });
 *   const accepting = listener.accept();
 *   using client = await tipc.connect({ service: 18888, instance: 1 });
 *   using server = await accepting;
 *   await client.sendAll(Uint8Array.of(1, 2));
 *   assertEquals(await server.recvExact(2), Uint8Array.of(1, 2));
 * } catch (error) {
 *   if (!(error instanceof Deno.errors.NotSupported)) throw error;
 * }
 * ```
 *
 * @param options What to be reached by, and how.
 * @returns The listener.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If a number is out of range.
 * @throws {Deno.errors.NotSupported} Code `EAFNOSUPPORT`: the kernel lacks the module tipc.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export function listen(
  options: TipcListenOptions & { type: "seqpacket" },
): Promise<TipcMessageListener>;
/** As above, for streams. */
export function listen(options: TipcListenOptions & { type?: "stream" }): Promise<TipcListener>;
/** As above, for either. */
export function listen(options: TipcListenOptions): Promise<TipcListener | TipcMessageListener>;
export async function listen(
  options: TipcListenOptions,
): Promise<TipcListener | TipcMessageListener> {
  const request = REQUEST(options, ACTION, "options");
  const { type, onError, options: settings } = request;
  const address = boundAddress(request, ACTION);
  return await openOn<TipcListener | TipcMessageListener>(request, {
    action: ACTION,
    needsLibc: NEEDS_LIBC,
    libc: () => {
      // The kernel ignores the backlog.
      const libc = { address, backlog: 0, onError, options: settings };
      return type === "seqpacket"
        ? listenLibc<TipcAddress, TipcMessageListenerElement>(libc, type, makePackets)
        : listenLibc<TipcAddress, TipcListenerElement>(libc, type, makeStream);
    },
  });
}

type TipcMessageListenerElement = ReturnType<typeof makePackets>;
type TipcListenerElement = ReturnType<typeof makeStream>;
