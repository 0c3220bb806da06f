import type { TipcAddress } from "../core/address.ts";
import { boolean, object, oneOf, optional } from "../core/arguments.ts";
import { OPEN_SHAPE, openOn } from "../core/engine_choice.ts";
import { unbound } from "../ffi/engine.ts";
import { LibcMessage } from "../ffi/endpoints/message.ts";
import { NEEDS_LIBC, SERVICE, UINT32 } from "./_request.ts";
import { TIPC_GROUP_JOIN } from "./options.ts";
import type { TipcGroupOptions, TipcMessageEndpoint } from "./types.ts";

const ACTION = "join a group";
const REQUEST = object({
  ...OPEN_SHAPE,
  service: SERVICE,
  instance: UINT32,
  scope: optional(oneOf("cluster", "node")),
  loopback: optional(boolean),
  memberEvents: optional(boolean),
});

/**
 * Joins a group (`man 7 tipc`, TIPC_GROUP_JOIN): what `send` sends reaches all other members, in order
 * and without loss; `sendTo` an instance of the group reaches one of them, a range all of those.
 *
 * With `memberEvents` an empty message with MSG_OOB in its `flags` tells that `from` has joined, with
 * MSG_EOR beside it that it has left.
 *
 * Needs `--allow-ffi` and the whole of `--allow-net`.
 *
 * @example Where the kernel has the module tipc
 * ```ts
 * import { tipc } from "@berkeley/sockets";
 *
 * try {
 *   using member = await tipc.joinGroup({ service: 4711, instance: 1 });
 *   console.log(member.localAddr);
 * } catch (error) {
 *   if (!(error instanceof Deno.errors.NotSupported)) throw error;
 * }
 * ```
 *
 * @param options The group, and who this member is in it.
 * @returns The member's endpoint.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If a number is out of range.
 * @throws {Deno.errors.NotSupported} Code `EAFNOSUPPORT`: the kernel lacks the module tipc.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export async function joinGroup(options: TipcGroupOptions): Promise<TipcMessageEndpoint> {
  const request = REQUEST(options, ACTION, "options");
  const { service, instance, scope, loopback, memberEvents, options: settings } = request;
  const group = { service, instance, scope, loopback, memberEvents };
  return await openOn<TipcMessageEndpoint>(request, {
    action: ACTION,
    needsLibc: NEEDS_LIBC,
    libc: () =>
      unbound(
        "tipc",
        { options: [...settings, [TIPC_GROUP_JOIN, group]] },
        "rdm",
        (core) => new LibcMessage<TipcAddress>(core),
      ),
  });
}
