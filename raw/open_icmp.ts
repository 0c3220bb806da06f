import { OPEN_ICMP } from "./_arguments.ts";
import type { IpAddress } from "../core/address.ts";
import type { MessageEndpoint } from "../core/endpoint.ts";
import type { OptionSetting } from "../core/engine_choice.ts";
import { isSocketError } from "../core/errors.ts";
import { beginWait, type WaitOptions } from "../core/wait.ts";
import { AF_INET, AF_INET6, SOCK_DGRAM, SOCK_RAW } from "../ffi/abi/socket_constants.ts";
import { LibcMessage } from "../ffi/endpoints/message.ts";
import { checkNetWhole } from "../ffi/guard/permissions.ts";
import type { Descriptor } from "../ffi/descriptor/descriptor.ts";
import { IPPROTO_ICMP, IPPROTO_ICMPV6 } from "../wire/numbers.ts";
import { openRawCore } from "./_socket.ts";

/**
 * An ICMP socket. `type` says which kind it got: `"dgram"` carries echo messages only, the kernel
 * fills in identifier and checksum and gives each socket its own replies; `"raw"` carries all, and
 * what it receives over IPv4 begins with the IP header.
 */
export type IcmpEndpoint = MessageEndpoint<IpAddress>;

/** Options of {@linkcode openIcmp}. */
export interface OpenIcmpOptions extends WaitOptions {
  /** `"inet"` (default) for ICMP, `"inet6"` for ICMPv6. */
  family?: "inet" | "inet6";
  /** Insist on one kind. Default: `"dgram"` where allowed, else `"raw"`. */
  type?: "dgram" | "raw";
  /** The local address to bind to. Default: all. */
  hostname?: string;
  /** The interface to use (SO_BINDTODEVICE). Default: all. */
  interface?: string;
  /** Socket options, set in order before bind. */
  options?: readonly OptionSetting[];
}

const ACTION = "open an ICMP socket";

/**
 * Opens an ICMP socket (`man 7 icmp`): the unprivileged datagram kind first, the raw kind second.
 *
 * Needs `--allow-ffi`, `--allow-net` (unrestricted), and a group within
 * `net.ipv4.ping_group_range` or the capability CAP_NET_RAW. Linux.
 *
 * @example An echo
 * ```ts
 * import { raw, wire } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * using socket = await raw.openIcmp({ type: "raw", hostname: "127.0.0.1" });
 * const echo = { kind: "icmpv4", message: "echoRequest", identifier: 7, sequence: 1 } as const;
 * await socket.sendTo(wire.encode(echo), { hostname: "127.0.0.1", port: 0 });
 * for await (const { data } of socket) {
 *   const icmp = wire.decodePacket(data).layer("icmpv4")?.toValue();
 *   if (icmp?.message !== "echoReply" || icmp.identifier !== 7) continue;
 *   assertEquals(icmp.sequence, 1);
 *   break;
 * }
 * ```
 *
 * @param options How to open it.
 * @returns The endpoint; its `type` says which kind it is.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {SocketError} `EPERM` when neither kind is allowed; names both ways.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export async function openIcmp(options: OpenIcmpOptions = {}): Promise<IcmpEndpoint> {
  const request = OPEN_ICMP(options, ACTION, "options");
  const { family, type, hostname } = request;
  beginWait(request, ACTION)?.end(); // opening does not wait, but an aborted signal stops it
  checkNetWhole(ACTION);
  return new LibcMessage<IpAddress>(
    openIcmpCore(family, type, {
      settings: request.options,
      interface: request.interface,
      address: hostname === undefined ? undefined : { family, hostname, port: 0 },
    }),
    {},
  );
}

/** Opens the socket beneath: one kind, or the unprivileged one first. */
export function openIcmpCore(
  family: "inet" | "inet6",
  type: "dgram" | "raw" | undefined,
  rest: { settings: readonly OptionSetting[]; interface?: string; address?: IpAddress },
): Descriptor {
  const request = {
    family: family === "inet" ? AF_INET : AF_INET6,
    protocol: family === "inet" ? IPPROTO_ICMP : IPPROTO_ICMPV6,
    ...rest,
  };
  if (type === "raw") return openRawCore({ ...request, type: SOCK_RAW });
  try {
    return openRawCore({ ...request, type: SOCK_DGRAM });
  } catch (error) {
    if (type === "dgram" || !isSocketError(error, "EPERM")) throw error;
    try {
      return openRawCore({ ...request, type: SOCK_RAW });
    } catch (second) {
      // The first refusal names both ways to be allowed.
      throw isSocketError(second, "EPERM") ? error : second;
    }
  }
}
