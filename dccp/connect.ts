import type { IpAddress } from "../core/address.ts";
import { object, optional } from "../core/arguments.ts";
import { openOn } from "../core/engine_choice.ts";
import { firstThatWorks } from "../core/first_address.ts";
import { HOSTNAME, hostPort, PEER_PORT } from "../core/ip_arguments.ts";
import { connect as connectLibc, makeMessage } from "../ffi/engine.ts";
import { resolveHost } from "../ffi/resolver/host.ts";
import { engineRequest, NEEDS_LIBC, SERVICE, SHAPE } from "./_request.ts";
import type { DccpConnection, DccpConnectOptions } from "./types.ts";

const ACTION = "connect";
const REQUEST = object({
  ...SHAPE,
  hostname: HOSTNAME,
  port: PEER_PORT,
  service: optional(SERVICE),
});

/**
 * Opens a DCCP connection (RFC 4340): datagrams in no order, with congestion control. The addresses of
 * a name are tried one after the other.
 *
 * Needs `--allow-ffi` and `--allow-net` for the host and port.
 *
 * @example Where the kernel has DCCP, which Linux 6.16 has not
 * ```ts ignore
 * import { dccp } from "@berkeley/sockets";
 *
 * using listener = await dccp.listen({ hostname: "127.0.0.1", port: 5001, service: "echo" });
 * using client = await dccp.connect({ hostname: "127.0.0.1", port: 5001, service: "echo" });
 * using server = await listener.accept();
 * await client.send(Uint8Array.of(1, 2, 3));
 * console.log(await server.recv());
 * ```
 *
 * @param options Whom to reach, and what for.
 * @returns The connection: a message endpoint, each message a packet.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If a number is out of range.
 * @throws {Deno.errors.ConnectionRefused} Code `ECONNREFUSED`: nobody listens.
 * @throws {SocketError} `EBADRQC`: who listens serves something else.
 * @throws {Deno.errors.NotSupported} Code `EPROTONOSUPPORT` or `ESOCKTNOSUPPORT`: the kernel lacks DCCP.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export async function connect(options: DccpConnectOptions): Promise<DccpConnection> {
  const request = REQUEST(options, ACTION, "options");
  const { hostname, port, family, scopeId, service } = request;
  return await openOn<DccpConnection>(request, {
    action: ACTION,
    where: `to ${hostPort(hostname, port)}`,
    needsLibc: NEEDS_LIBC,
    libc: async (wait) => {
      const host = { hostname, port, family, scopeId, signal: wait?.signal } as const;
      const addresses = await resolveHost({ ...host, type: "dgram", action: ACTION });
      return await firstThatWorks(addresses, (address) =>
        connectLibc(
          { ...engineRequest(address, service === undefined ? [] : [service], request), wait },
          "dccp",
          makeMessage<IpAddress>,
        ));
    },
  });
}
