import type { IpAddress } from "../core/address.ts";
import type { DatagramCarrier, Membership } from "../deno/datagram_carrier.ts";
import { checkInteger } from "../core/bytes.ts";
import { DenoDatagram } from "../deno/datagram.ts";
import { denoConnCanSet, denoListenDatagram, openDenoUdp } from "../deno/datagram_conn.ts";
import type { OptionSetting } from "../core/engine_choice.ts";
import { isIpv4, isIpv6 } from "../core/ip/text.ts";
import { isMulticast } from "../core/ip/registry.ts";
import { checkIpFamily, hostPort } from "../core/ip_arguments.ts";
import { nodeCanSet, openNodeUdp } from "./_node_datagram.ts";
import { sameUdpAddress, UdpAddresses } from "./_address.ts";
import type { MulticastOptions, UdpEndpoint, UdpOpenOptions } from "./types.ts";

/** Where a socket is bound. */
export interface UdpBinding {
  hostname: string;
  family: "inet" | "inet6";
  port: number;
  reuseAddress: boolean;
  settings: readonly OptionSetting[];
}

const PROTOCOL_UDP = 17;
/** Options that only mean something before bind(2). */
const BIND_OPTIONS = ["SO_REUSEADDR", "IPV6_V6ONLY"];

/** Whether the deno engine can set an option of a UDP socket, of either family. */
export function denoUdpCanSet(name: string): boolean {
  return BIND_OPTIONS.includes(name) || nodeCanSet(name, "inet") || nodeCanSet(name, "inet6");
}

/** What of the options only libc can do. */
export function udpLibcReason(
  options: UdpOpenOptions & { scopeId?: number; flowInfo?: number },
  hostname: string,
  action: string,
): string | undefined {
  const { protocol = "udp", reuseAddress, reusePort, family } = options as
    & UdpOpenOptions
    & { family?: unknown };
  if (protocol !== "udp" && protocol !== "udplite") {
    throw new TypeError(`Cannot ${action}: protocol ${protocol} is not "udp" or "udplite"`);
  }
  for (const [name, value] of Object.entries({ reuseAddress, reusePort })) {
    if (value !== undefined && typeof value !== "boolean") {
      throw new TypeError(`Cannot ${action}: ${name} is not a boolean`);
    }
  }
  const restricted = checkIpFamily(family, hostname, action);
  if (protocol === "udplite") return 'protocol "udplite"';
  if (reusePort) return "reusePort";
  if (hostname.includes("%")) return "a zone";
  if (restricted) return "family of a name";
  for (const name of ["scopeId", "flowInfo"] as const) {
    const value = options[name];
    if (value === undefined) continue;
    checkInteger(value, 0, 0xffffffff, action, name);
    if (value !== 0) return name;
  }
  return undefined;
}

/** Binds on the object that can do what is asked: `Deno.listenDatagram` if it can, else `node:dgram`. */
export async function openDenoEngine(
  binding: UdpBinding,
  carriers: "any" | "node" = "any",
): Promise<UdpEndpoint> {
  const { hostname, family, port, settings } = binding;
  const last = new Map(settings.map(([option, value]) => [option.name, value]));
  for (const [option, value] of settings) option.codec.encode(value);
  const reuseAddress = last.get("SO_REUSEADDR") as boolean | undefined ?? binding.reuseAddress;
  const byDeno = carriers === "any" && denoListenDatagram() !== undefined &&
    settings.every(([option, value]) =>
      option.name === "SO_REUSEADDR" || denoConnCanSet(option.name, value)
    );
  const carrier = byDeno ? openDenoUdp(hostname, port, reuseAddress) : await openNodeUdp({
    hostname,
    family,
    port,
    reuseAddress,
    ipv6Only: last.get("IPV6_V6ONLY") === true,
  });
  try {
    for (const [option, value] of settings) {
      if (!BIND_OPTIONS.includes(option.name)) carrier.setOption(option, value);
    }
  } catch (error) {
    carrier.close();
    throw error;
  }
  return new DenoUdp(carrier);
}

class DenoUdp extends DenoDatagram<IpAddress> implements UdpEndpoint {
  constructor(carrier: DatagramCarrier<IpAddress>) {
    const { family } = carrier.localAddr;
    const addresses = new UdpAddresses(family);
    super({
      carrier,
      family,
      protocol: PROTOCOL_UDP,
      resolve: (to, action) => addresses.resolve(to, action),
      same: sameUdpAddress,
      text: ({ hostname, port }) => hostPort(hostname, port),
    });
  }

  override async joinMulticast(group: string, options: MulticastOptions = {}): Promise<void> {
    await super.joinMulticast(group, checkMembership(group, options, this.localAddr, "join"));
  }

  override async leaveMulticast(group: string, options: MulticastOptions = {}): Promise<void> {
    await super.leaveMulticast(group, checkMembership(group, options, this.localAddr, "leave"));
  }
}

/** Refuses what is no group of the socket's family, no interface or no source. */
export function checkMembership(
  group: string,
  options: MulticastOptions,
  { family }: IpAddress,
  action: string,
): Omit<Membership, "group"> {
  const isOwn = family === "inet" ? isIpv4 : isIpv6;
  if (typeof group !== "string" || !isOwn(group) || !isMulticast(group)) {
    throw new TypeError(`Cannot ${action} a group: ${group} is no multicast address of ${family}`);
  }
  if (options === null || typeof options !== "object") {
    throw new TypeError(`Cannot ${action} a group: options is not an object`);
  }
  const { interface: nic, source } = options;
  if (typeof nic === "number") checkInteger(nic, 1, 0x7fffffff, `${action} a group`, "interface");
  else if (nic !== undefined && (typeof nic !== "string" || !/^[^/\0\s]{1,46}$/.test(nic))) {
    throw new TypeError(`Cannot ${action} a group: interface is no name, index or address`);
  }
  if (source !== undefined && (typeof source !== "string" || !isOwn(source))) {
    throw new TypeError(`Cannot ${action} a group: source ${source} is no ${family} address`);
  }
  return { interface: nic, source };
}
