import type { IpAddress } from "../core/address.ts";
import { callback, either, integer, list, object, optional, orElse } from "../core/arguments.ts";
import { openOn } from "../core/engine_choice.ts";
import { firstThatWorks } from "../core/first_address.ts";
import { hostPort, LOCAL_HOSTNAME, PORT } from "../core/ip_arguments.ts";
import { type AcceptErrorHandler, DEFAULT_BACKLOG } from "../core/listener.ts";
import { listen as listenLibc, makeMessage } from "../ffi/engine.ts";
import { resolveHost } from "../ffi/resolver/host.ts";
import { engineRequest, NEEDS_LIBC, SERVICE, SHAPE } from "./_request.ts";
import type { DccpListener, DccpListenOptions } from "./types.ts";

const ACTION = "listen";
const REQUEST = object({
  ...SHAPE,
  hostname: orElse(LOCAL_HOSTNAME, "0.0.0.0"),
  port: PORT,
  service: orElse(either(list(SERVICE), SERVICE), []),
  backlog: orElse(integer(0, 0x7fffffff), DEFAULT_BACKLOG),
  onError: optional(callback<AcceptErrorHandler>()),
});

/**
 * Listens for DCCP connections (RFC 4340). SO_REUSEADDR is set.
 *
 * Needs `--allow-ffi` and `--allow-net` for the host and port.
 *
 * @example Where the kernel has DCCP, which Linux 6.16 has not
 * ```ts
 * import { dccp } from "@berkeley/sockets";
 *
 * try {
 *   using listener = await dccp.listen({ hostname: "127.0.0.1", port: 0, service: ["echo", 42] });
 *   console.log(listener.localAddr);
 * } catch (error) {
 *   // ESOCKTNOSUPPORT or EPROTONOSUPPORT names the module that is missing.
 *   if (!(error as { code?: string }).code?.endsWith("NOSUPPORT")) throw error;
 * }
 * ```
 *
 * @param options Where to listen, and what is served.
 * @returns The listener.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If a number is out of range.
 * @throws {Deno.errors.AddrInUse} Code `EADDRINUSE`.
 * @throws {Deno.errors.NotSupported} Code `EPROTONOSUPPORT` or `ESOCKTNOSUPPORT`: the kernel lacks DCCP.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export async function listen(options: DccpListenOptions): Promise<DccpListener> {
  const request = REQUEST(options, ACTION, "options");
  const { port, family, scopeId, service, backlog, onError } = request;
  const hostname = request.hostname || "0.0.0.0";
  const services = typeof service === "number" ? [service] : service;
  return await openOn<DccpListener>(request, {
    action: ACTION,
    where: `on ${hostPort(hostname, port)}`,
    needsLibc: NEEDS_LIBC,
    libc: async (wait) => {
      const host = { hostname, port, family, scopeId, signal: wait?.signal } as const;
      const addresses = await resolveHost({ ...host, type: "dgram", action: ACTION });
      return await firstThatWorks(addresses, (address) =>
        listenLibc(
          { ...engineRequest(address, services, request), backlog, onError, reuseAddress: true },
          "dccp",
          makeMessage<IpAddress>,
        ));
    },
  });
}
