import type { IpAddress } from "../core/address.ts";
import { callback, object, optional } from "../core/arguments.ts";
import { openOn } from "../core/engine_choice.ts";
import { firstThatWorks } from "../core/first_address.ts";
import { hostPort, PORT } from "../core/ip_arguments.ts";
import type { AcceptErrorHandler } from "../core/listener.ts";
import { listen as listenLibc } from "../ffi/engine.ts";
import { bindingOf, bindOthers, BOUND_SHAPE, NEEDS_LIBC } from "./_request.ts";
import { LibcSctp } from "./_socket.ts";
import type { SctpListener, SctpListenOptions } from "./types.ts";

const ACTION = "listen";
const REQUEST = object({
  ...BOUND_SHAPE,
  port: PORT,
  onError: optional(callback<AcceptErrorHandler>()),
});

/**
 * Listens for SCTP associations, one socket each (RFC 6458 section 4). SO_REUSEADDR is set.
 *
 * Needs `--allow-ffi` and `--allow-net` for the addresses.
 *
 * @example Where the kernel has the module sctp
 * ```ts
 * import { sctp } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * try {
 *   using listener = await sctp.listen({ hostname: "127.0.0.1", port: 0 });
 *   using client = await sctp.connect({ hostname: "127.0.0.1", port: listener.localAddr.port });
 *   using server = await listener.accept();
 *   await client.send(Uint8Array.of(1, 2, 3));
 *   assertEquals(await server.recv(), Uint8Array.of(1, 2, 3));
 * } catch (error) {
 *   // ESOCKTNOSUPPORT or EPROTONOSUPPORT: a kernel without it.
 *   if (!(error as { code?: string }).code?.endsWith("NOSUPPORT")) throw error;
 * }
 * ```
 *
 * @param options Where to listen, and how.
 * @returns The listener.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If a number is out of range.
 * @throws {Deno.errors.AddrInUse} Code `EADDRINUSE`.
 * @throws {Deno.errors.NotSupported} Code `EPROTONOSUPPORT` or `ESOCKTNOSUPPORT`: the kernel lacks SCTP.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export async function listen(options: SctpListenOptions): Promise<SctpListener> {
  const request = REQUEST(options, ACTION, "options");
  const hostname = request.hostname || "0.0.0.0";
  const { port, backlog, onError } = request;
  return await openOn<SctpListener>(request, {
    action: ACTION,
    where: `on ${hostPort(hostname, port)}`,
    needsLibc: NEEDS_LIBC,
    libc: async (wait) => {
      const binding = await bindingOf(hostname, request, ACTION, wait);
      const { found, others, tells, ...settings } = binding;
      return await firstThatWorks(found, (address) => {
        const listener = listenLibc<IpAddress, LibcSctp>(
          { address, ...settings, backlog, onError, reuseAddress: true },
          "stream",
          (core, local, remote) => new LibcSctp(core, { connected: true, local, remote, tells }),
        );
        try {
          bindOthers(listener.core, others, listener.localAddr.port, ACTION);
          return listener;
        } catch (error) {
          listener.close();
          throw error;
        }
      });
    },
  });
}
