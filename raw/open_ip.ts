import { OPEN_IP } from "./_arguments.ts";
import type { IpAddress } from "../core/address.ts";
import type { MessageEndpoint } from "../core/endpoint.ts";
import type { OptionSetting } from "../core/engine_choice.ts";
import { isIpv4 } from "../core/ip/text.ts";
import { beginWait, type WaitOptions } from "../core/wait.ts";
import { AF_INET, AF_INET6, SOCK_RAW } from "../ffi/abi/socket_constants.ts";
import { LibcMessage } from "../ffi/endpoints/message.ts";
import { IP_HDRINCL } from "../ffi/options/ip.ts";
import { IPV6_CHECKSUM, IPV6_HDRINCL } from "../ffi/options/ipv6.ts";
import { ICMP_FILTER, ICMPV6_FILTER } from "../ffi/options/raw.ts";
import { checkNetWhole } from "../ffi/guard/permissions.ts";
import { IPPROTO_ICMP, IPPROTO_ICMPV6 } from "../wire/numbers.ts";
import { openRawCore } from "./_socket.ts";
import type { BpfProgram } from "./bpf.ts";
import { protocolNumber } from "./_protocol.ts";

/** A raw IP socket. */
export type IpEndpoint = MessageEndpoint<IpAddress>;

/** Options of {@linkcode openIp}. */
export interface OpenIpOptions extends WaitOptions {
  /** `"inet"` (default) or `"inet6"`. */
  family?: "inet" | "inet6";
  /** The protocol in the IP header: 0 to 255, or its name (`"icmp"`, `"ospf"`). 255 (IPPROTO_RAW) only sends. */
  protocol: number | string;
  /** Whether what is sent begins with the IP header (IP_HDRINCL, IPV6_HDRINCL). Default false. */
  includeHeader?: boolean;
  /** The local address to bind to. Default: all. */
  hostname?: string;
  /** The interface to use (SO_BINDTODEVICE). Default: all. */
  interface?: string;
  /** For ICMP and ICMPv6: the types to get (ICMP_FILTER, ICMPV6_FILTER), 0 to 255. Default: all. */
  icmpTypes?: readonly number[];
  /** IPv6: where the protocol keeps its checksum, an even offset in bytes; -1 for none. ICMPv6 has its own. */
  checksumOffset?: number;
  /** A classic BPF program that sees each packet from its IP header (IPv4) or payload (IPv6) on. */
  filter?: BpfProgram;
  /** Socket options, set in order before bind. */
  options?: readonly OptionSetting[];
}

const ACTION = "open a raw IP socket";

/**
 * Opens a raw IP socket (`man 7 raw`). Received IPv4 packets begin with their IP header, IPv6 packets
 * with their payload.
 *
 * Needs `--allow-ffi`, `--allow-net` (unrestricted) and the capability CAP_NET_RAW. Linux.
 *
 * @example A packet with a header of one's own
 * ```ts
 * import { raw, wire } from "@berkeley/sockets";
 * import { assertEquals } from "@std/assert";
 *
 * using receiver = await raw.openIp({ protocol: 253, hostname: "127.0.0.9" });
 * using sender = await raw.openIp({ protocol: 253, includeHeader: true });
 * const packet = wire.encode(
 *   { kind: "ipv4", source: "127.0.0.1", destination: "127.0.0.9", protocol: 253, ttl: 7 },
 *   new Uint8Array([1, 2, 3]),
 * );
 * await sender.sendTo(packet, { hostname: "127.0.0.9", port: 0 });
 * assertEquals(wire.decodePacket(await receiver.recv()).layer("ipv4")?.ttl, 7);
 * ```
 *
 * @param options The protocol, and how.
 * @returns The endpoint; ports in its addresses are 0.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If a number is out of range.
 * @throws {SocketError} `EPERM` without CAP_NET_RAW; `EADDRNOTAVAIL`, `ENODEV`.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 */
export async function openIp(options: OpenIpOptions): Promise<IpEndpoint> {
  const request = OPEN_IP(options, ACTION, "options");
  const { family, includeHeader, hostname, icmpTypes, checksumOffset } = request;
  const protocol = await protocolNumber(request.protocol, ACTION);
  const settings: OptionSetting[] = [];
  if (includeHeader) settings.push([family === "inet" ? IP_HDRINCL : IPV6_HDRINCL, true]);
  if (icmpTypes !== undefined) settings.push([icmpFilter(family, protocol), icmpTypes]);
  if (checksumOffset !== undefined) {
    if (family === "inet") {
      throw new TypeError(`Cannot ${ACTION}: checksumOffset is for family "inet6"`);
    }
    settings.push([IPV6_CHECKSUM, checksumOffset]);
  }
  beginWait(request, ACTION)?.end(); // opening does not wait, but an aborted signal stops it
  checkNetWhole(ACTION);
  return new LibcMessage<IpAddress>(
    openRawCore({
      family: family === "inet" ? AF_INET : AF_INET6,
      type: SOCK_RAW,
      protocol,
      settings: [...settings, ...request.options],
      interface: request.interface,
      filter: request.filter,
      address: hostname === undefined ? undefined : localAddress(hostname, family),
    }),
    {},
  );
}

function localAddress(hostname: string, family: "inet" | "inet6"): IpAddress {
  if (isIpv4(hostname) !== (family === "inet")) {
    throw new TypeError(`Cannot ${ACTION}: hostname ${hostname} is no ${family} address`);
  }
  return { family, hostname, port: 0 };
}

function icmpFilter(family: "inet" | "inet6", protocol: number) {
  if (family === "inet" && protocol === IPPROTO_ICMP) return ICMP_FILTER;
  if (family === "inet6" && protocol === IPPROTO_ICMPV6) return ICMPV6_FILTER;
  throw new TypeError(`Cannot ${ACTION}: icmpTypes is for ICMP`);
}
