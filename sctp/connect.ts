import type { IpAddress } from "../core/address.ts";
import { object } from "../core/arguments.ts";
import { openOn } from "../core/engine_choice.ts";
import { isSocketError } from "../core/errors.ts";
import { firstThatWorks } from "../core/first_address.ts";
import { HOSTNAME, hostPort, PEER_PORT } from "../core/ip_arguments.ts";
import type { Wait } from "../core/wait.ts";
import { failure } from "../ffi/abi/library.ts";
import { connect as connectLibc, unbound } from "../ffi/engine.ts";
import { Peer } from "../ffi/guard/peer.ts";
import { INTERFACES } from "../ffi/resolver/interface_names.ts";
import { packed, told } from "./_query.ts";
import { engineOptions, hostAddresses, NEEDS_LIBC, SHAPE } from "./_request.ts";
import { LibcSctp } from "./_socket.ts";
import type { SctpConnectOptions, SctpEndpoint } from "./types.ts";

const ACTION = "connect";
const REQUEST = object({ ...SHAPE, hostname: HOSTNAME, port: PEER_PORT });

/**
 * Opens an SCTP association (RFC 9260). The addresses of a name are tried one after the other; with
 * `addresses` all are told at once, and whichever answers is used.
 *
 * Needs `--allow-ffi` and `--allow-net` for the host and port.
 *
 * @example With streams, and told when it ends
 * ```ts ignore
 * import { sctp } from "@berkeley/sockets";
 *
 * using client = await sctp.connect({
 *   hostname: "127.0.0.1",
 *   port: 5000,
 *   init: { outStreams: 16 },
 *   events: ["association"],
 * });
 * await client.sendMessage(Uint8Array.of(1), { stream: 7, ppid: 46 });
 * for await (const message of client.messages()) console.log(message);
 * ```
 *
 * @param options Whom to reach, and how.
 * @returns The association: a message endpoint.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If a number is out of range.
 * @throws {Deno.errors.ConnectionRefused} Code `ECONNREFUSED`.
 * @throws {Deno.errors.NotSupported} Code `EPROTONOSUPPORT` or `ESOCKTNOSUPPORT`: the kernel lacks SCTP.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export async function connect(options: SctpConnectOptions): Promise<SctpEndpoint> {
  const request = REQUEST(options, ACTION, "options");
  const { hostname, port, addresses: more } = request;
  return await openOn<SctpEndpoint>(request, {
    action: ACTION,
    where: `to ${hostPort(hostname, port)}`,
    needsLibc: NEEDS_LIBC,
    libc: async (wait) => {
      const found = await hostAddresses(hostname, request, ACTION, wait);
      const { tells, ...settings } = engineOptions(request);
      if (more.length === 0) {
        return await firstThatWorks(found, (address) =>
          connectLibc(
            { address, ...settings, wait },
            "stream",
            (core, local, remote) => new LibcSctp(core, { connected: true, local, remote, tells }),
          ));
      }
      const others = await Promise.all(
        more.map((name) => hostAddresses(name, request, ACTION, wait)),
      );
      const all = [found[0], ...others.map(([one]) => one)];
      return await connectToAll(all, settings, wait, tells);
    },
  });
}

/** Connects to a host by all of its addresses (SCTP_SOCKOPT_CONNECTX). */
async function connectToAll(
  addresses: readonly IpAddress[],
  settings: Omit<ReturnType<typeof engineOptions>, "tells">,
  wait: Wait | undefined,
  tells: ReadonlySet<number>,
): Promise<SctpEndpoint> {
  const peers = addresses.map((address) => Peer.ask(address, ACTION, INTERFACES));
  const core = unbound(addresses[0].family, settings, "stream", (core) => core);
  try {
    try {
      core.setOption(told("SCTP_SOCKOPT_CONNECTX"), packed(peers.map(({ bytes }) => bytes)), peers);
    } catch (error) {
      if (!isSocketError(error, "EINPROGRESS")) throw error;
    }
    await core.attempt(
      "writable",
      "connect",
      () => {
        const errno = core.takeError();
        if (errno !== 0) throw failure("connect", errno, peers[0].text);
        return core.remoteName();
      },
      wait,
      () => peers.forEach((peer) => peer.check(ACTION)),
    );
    const names = { local: core.localName(), remote: core.remoteName() };
    return new LibcSctp(core, { connected: true, ...names, tells });
  } catch (error) {
    core.close();
    throw error;
  }
}
