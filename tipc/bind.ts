import type { TipcAddress } from "../core/address.ts";
import { object, oneOf, optional, orElse } from "../core/arguments.ts";
import { openOn } from "../core/engine_choice.ts";
import { bind as bindLibc, unbound } from "../ffi/engine.ts";
import { LibcMessage } from "../ffi/endpoints/message.ts";
import { BOUND_SHAPE, boundAddress, NEEDS_LIBC, SERVICE } from "./_request.ts";
import type { TipcBindOptions, TipcMessageEndpoint } from "./types.ts";

const ACTION = "bind";
const REQUEST = object({
  ...BOUND_SHAPE,
  service: optional(SERVICE),
  type: orElse(oneOf("rdm", "dgram"), "rdm"),
});

/**
 * Binds to a service of the cluster, for messages without a connection (`man 8 tipc`). What is sent to
 * an instance reaches one of those bound to it, in turn; what is sent to a range reaches all.
 *
 * Needs `--allow-ffi` and the whole of `--allow-net`.
 *
 * @example Where the kernel has the module tipc
 * ```ts
 * import { tipc } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * try {
 *   using server = await tipc.bind({ service: 18888, lower: 0, upper: 99 });
 *   using client = await tipc.bind({});
 *   await client.sendTo(Uint8Array.of(1), { kind: "service", service: 18888, instance: 17 });
 *   assertEquals(await server.recv(), Uint8Array.of(1));
 * } catch (error) {
 *   if (!(error instanceof Deno.errors.NotSupported)) throw error;
 * }
 * ```
 *
 * @param options What to be reached by, and how.
 * @returns The endpoint.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If a number is out of range.
 * @throws {Deno.errors.NotSupported} Code `EAFNOSUPPORT`: the kernel lacks the module tipc.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export async function bind(options: TipcBindOptions = {}): Promise<TipcMessageEndpoint> {
  const request = REQUEST(options, ACTION, "options");
  const { service, type, options: settings } = request;
  const make = (core: ConstructorParameters<typeof LibcMessage>[0]) =>
    new LibcMessage<TipcAddress>(core);
  if (service === undefined && (request.instance ?? request.lower ?? request.upper) !== undefined) {
    throw new TypeError("Cannot bind: an instance without its service");
  }
  const address = service === undefined ? undefined : boundAddress({ ...request, service }, ACTION);
  return await openOn<TipcMessageEndpoint>(request, {
    action: ACTION,
    needsLibc: NEEDS_LIBC,
    libc: () =>
      address === undefined
        ? unbound("tipc", { options: settings }, type, make)
        : bindLibc({ address, options: settings }, type, make),
  });
}
