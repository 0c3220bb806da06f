import type { IpAddress } from "../core/address.ts";
import { object } from "../core/arguments.ts";
import { openOn } from "../core/engine_choice.ts";
import { firstThatWorks } from "../core/first_address.ts";
import { hostPort } from "../core/ip_arguments.ts";
import { bind as bindLibc } from "../ffi/engine.ts";
import { bindingOf, bindOthers, BOUND_SHAPE, NEEDS_LIBC } from "./_request.ts";
import { LibcSctp } from "./_socket.ts";
import type { SctpBindOptions, SctpEndpoint } from "./types.ts";

const ACTION = "bind";
const REQUEST = object(BOUND_SHAPE);

/**
 * Opens a one-to-many SCTP socket (RFC 6458 section 3): any number of associations, whose messages it
 * sends and receives by address or number.
 *
 * Needs `--allow-ffi` and `--allow-net` for the addresses.
 *
 * @example Where the kernel has the module sctp
 * ```ts
 * import { sctp } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * try {
 *   using server = await sctp.bind({ hostname: "127.0.0.1" });
 *   using client = await sctp.bind({ hostname: "127.0.0.1" });
 *   await client.sendMessage(Uint8Array.of(1), { to: server.localAddr, stream: 3, ppid: 42 });
 *   const message = await server.recvMessage();
 *   if (message.type === "message") assertEquals([message.stream, message.ppid], [3, 42]);
 * } catch (error) {
 *   // ESOCKTNOSUPPORT or EPROTONOSUPPORT: a kernel without it.
 *   if (!(error as { code?: string }).code?.endsWith("NOSUPPORT")) throw error;
 * }
 * ```
 *
 * @param options Where to be reached, and how.
 * @returns The endpoint.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If a number is out of range.
 * @throws {Deno.errors.AddrInUse} Code `EADDRINUSE`.
 * @throws {Deno.errors.NotSupported} Code `EPROTONOSUPPORT` or `ESOCKTNOSUPPORT`: the kernel lacks SCTP.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export async function bind(options: SctpBindOptions = {}): Promise<SctpEndpoint> {
  const request = REQUEST(options, ACTION, "options");
  const hostname = request.hostname || "0.0.0.0";
  const { port, backlog } = request;
  return await openOn<SctpEndpoint>(request, {
    action: ACTION,
    where: `on ${hostPort(hostname, port)}`,
    needsLibc: NEEDS_LIBC,
    libc: async (wait) => {
      const binding = await bindingOf(hostname, request, ACTION, wait);
      const { found, others, tells, ...settings } = binding;
      return await firstThatWorks(found, (address) =>
        bindLibc<IpAddress, LibcSctp>(
          { address, ...settings },
          "seqpacket",
          (core) => {
            const { port } = core.localName().length > 0 ? portOf(core.localName()) : address;
            bindOthers(core, others, port, ACTION);
            if (backlog > 0) core.call("listen", (lib, fd) => lib.listen(fd, backlog));
            return new LibcSctp(core, { tells });
          },
        ));
    },
  });
}

/** The port of a sockaddr of either family: the kernel has chosen one where 0 was asked for. */
function portOf(sockaddr: Uint8Array): { port: number } {
  return { port: sockaddr[2] << 8 | sockaddr[3] };
}
