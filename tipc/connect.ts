import type { TipcAddress } from "../core/address.ts";
import { object, oneOf, optional, orElse } from "../core/arguments.ts";
import { openOn } from "../core/engine_choice.ts";
import { connect as connectLibc } from "../ffi/engine.ts";
import { makePackets, makeStream } from "./_endpoint.ts";
import { NEEDS_LIBC, UINT32 } from "./_request.ts";
import { OPEN_SHAPE } from "../core/engine_choice.ts";
import type { TipcConnectOptions, TipcMessageEndpoint, TipcStream } from "./types.ts";

const ACTION = "connect";
const REQUEST = object({
  ...OPEN_SHAPE,
  family: optional(oneOf("tipc")),
  service: UINT32,
  instance: UINT32,
  domain: orElse(UINT32, 0),
  type: orElse(oneOf("stream", "seqpacket"), "stream"),
});

/**
 * Connects to an instance of a service (`man 8 tipc`). The connection stands once the peer accepts it;
 * the kernel gives up after 8 seconds, or after {@linkcode TIPC_CONN_TIMEOUT}. A connection cannot be
 * closed one way: `closeWrite()` is EINVAL.
 *
 * Needs `--allow-ffi` and the whole of `--allow-net`.
 *
 * @example Where the kernel has the module tipc
 * ```ts
 * import { tipc } from "@berkeley/sockets";
 *
 * const nobody = { service: 19999, instance: 1 };
 * const error = await tipc.connect(nobody).catch((error) => error);
 * console.log(error.code); // "EHOSTUNREACH", or "EAFNOSUPPORT" without the module
 * ```
 *
 * @param options Whom to reach, and how.
 * @returns The connection.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If a number is out of range.
 * @throws {SocketError} `EHOSTUNREACH`: nobody is bound there; `ECONNREFUSED`: who is does not accept.
 * @throws {Deno.errors.NotSupported} Code `EAFNOSUPPORT`: the kernel lacks the module tipc.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export function connect(
  options: TipcConnectOptions & { type: "seqpacket" },
): Promise<TipcMessageEndpoint>;
/** As above, for a stream. */
export function connect(options: TipcConnectOptions & { type?: "stream" }): Promise<TipcStream>;
/** As above, for either. */
export function connect(options: TipcConnectOptions): Promise<TipcStream | TipcMessageEndpoint>;
export async function connect(
  options: TipcConnectOptions,
): Promise<TipcStream | TipcMessageEndpoint> {
  const request = REQUEST(options, ACTION, "options");
  const { service, instance, domain, type, options: settings } = request;
  const address: TipcAddress = { family: "tipc", kind: "service", service, instance, domain };
  return await openOn<TipcStream | TipcMessageEndpoint>(request, {
    action: ACTION,
    where: `to tipc:${service}:${instance}`,
    needsLibc: NEEDS_LIBC,
    libc: (wait) => {
      const libc = { address, options: settings, wait };
      return type === "stream"
        ? connectLibc(libc, type, makeStream)
        : connectLibc(libc, type, makePackets);
    },
  });
}
