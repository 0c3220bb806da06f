import type { IpAddress } from "../core/address.ts";
import type { OptionSetting } from "../core/engine_choice.ts";
import { hostPort } from "../core/ip_arguments.ts";
import { isLoopback } from "../core/ip/registry.ts";
import type { Wait } from "../core/wait.ts";
import { DenoDatagram } from "../deno/datagram.ts";
import type { DatagramCarrier } from "../deno/datagram_carrier.ts";
import { denoConnCanSet, denoListenDatagram, openDenoUdp } from "../deno/datagram_conn.ts";
import { localUdpHost, sameUdpAddress, UdpAddresses } from "./_address.ts";
import { type BindRequest, checkMembership, type ConnectRequest } from "./_arguments.ts";
import { nodeCanSet, openNodeUdp } from "./_node_datagram.ts";
import type { MulticastOptions, UdpEndpoint } from "./types.ts";

/** Where a socket is bound. */
export interface UdpBinding {
  hostname: string;
  /** As it was written: Deno's permissions may be for the name. */
  name?: string;
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

/** Binds over Deno's own networking. */
export async function bindDeno(
  hostname: string,
  { port, reuseAddress, options }: BindRequest,
  wait: Wait | undefined,
): Promise<UdpEndpoint> {
  const resolving = localUdpHost(hostname, "bind");
  const local = await (wait === undefined ? resolving : wait.race(resolving));
  return await openDenoEngine({ ...local, name: hostname, port, reuseAddress, settings: options });
}

/** Binds over Deno's own networking and remembers the peer. */
export async function connectDeno(
  { hostname, port, localAddress, reuseAddress, options }: ConnectRequest,
  wait: Wait | undefined,
): Promise<UdpEndpoint> {
  const resolving = resolveBoth(hostname, localAddress);
  const { peer, local } = await (wait === undefined ? resolving : wait.race(resolving));
  const socket = await openDenoEngine({
    ...local,
    port: localAddress?.port ?? 0,
    reuseAddress,
    settings: options,
  });
  try {
    await socket.connect({ hostname: peer.hostname, port } as IpAddress);
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

interface Host {
  hostname: string;
  family: "inet" | "inet6";
}

/** The peer's address, and the local one to reach it from. */
async function resolveBoth(
  hostname: string,
  localAddress: { hostname: string } | undefined,
): Promise<{ peer: Host; local: Host }> {
  const peer = await localUdpHost(hostname, "connect");
  if (localAddress !== undefined) {
    return { peer, local: await localUdpHost(localAddress.hostname, "connect") };
  }
  const { family } = peer;
  // What the kernel would choose; beyond loopback only its routes know.
  const wildcard = family === "inet" ? "0.0.0.0" : "::";
  const here = family === "inet" ? "127.0.0.1" : "::1";
  const local = isLoopback(peer.hostname) || peer.hostname === wildcard ? here : wildcard;
  return { peer, local: { family, hostname: local } };
}

/** Binds on the object that can do what is asked: `Deno.listenDatagram` if it can, else `node:dgram`. */
export async function openDenoEngine(
  binding: UdpBinding,
  carriers: "any" | "node" = "any",
): Promise<UdpEndpoint> {
  const { hostname, family, port, settings } = binding;
  const last = new Map(settings.map(([option, value]) => [option.name, value]));
  const reuseAddress = last.get("SO_REUSEADDR") as boolean | undefined ?? binding.reuseAddress;
  const byDeno = carriers === "any" && denoListenDatagram() !== undefined &&
    settings.every(([option, value]) =>
      option.name === "SO_REUSEADDR" || denoConnCanSet(option.name, value)
    );
  const carrier = byDeno
    ? openDenoUdp(grantedHost(binding), port, reuseAddress)
    : await openNodeUdp({
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

/** The address, or the name where the permission is for that alone; Deno then looks it up itself. */
function grantedHost({ hostname, name = hostname, port }: UdpBinding): string {
  const granted = (host: string) =>
    Deno.permissions.querySync({ name: "net", host: hostPort(host, port) }).state === "granted";
  return name !== hostname && !granted(hostname) && granted(name) ? name : hostname;
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

  async joinMulticast(group: string, options?: MulticastOptions): Promise<void> {
    await this.join(checkMembership(group, options, this, "join"));
  }

  async leaveMulticast(group: string, options?: MulticastOptions): Promise<void> {
    await this.leave(checkMembership(group, options, this, "leave"));
  }
}
