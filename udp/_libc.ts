import type { AddressInput, IpAddress } from "../core/address.ts";
import { checkInteger, checkKeys } from "../core/arguments.ts";
import type { OptionSetting } from "../core/engine_choice.ts";
import { AddrInfoError, closedError, isSocketError } from "../core/errors.ts";
import { firstThatWorks } from "../core/first_address.ts";
import { hostPort } from "../core/ip_arguments.ts";
import { isIpv4 } from "../core/ip/text.ts";
import type { OutgoingMessage } from "../core/message.ts";
import type { SocketOption } from "../core/option.ts";
import type { Wait } from "../core/wait.ts";
import { IPPROTO_UDP, IPPROTO_UDPLITE } from "../ffi/abi/ip_constants.ts";
import { LibcMessage } from "../ffi/endpoints/message.ts";
import { bind, connect } from "../ffi/engine.ts";
import { NameGrant, Peer } from "../ffi/guard/peer.ts";
import { resolveHost } from "../ffi/resolver/host.ts";
import {
  IP_ADD_MEMBERSHIP,
  IP_ADD_SOURCE_MEMBERSHIP,
  IP_DROP_MEMBERSHIP,
  IP_DROP_SOURCE_MEMBERSHIP,
  IPV6_ADD_MEMBERSHIP,
  IPV6_DROP_MEMBERSHIP,
} from "../ffi/options/multicast.ts";
import {
  IPV6_MCAST_JOIN_SOURCE_GROUP,
  IPV6_MCAST_LEAVE_SOURCE_GROUP,
  MCAST_JOIN_SOURCE_GROUP,
  MCAST_LEAVE_SOURCE_GROUP,
} from "../ffi/options/multicast_group.ts";
import { SO_BROADCAST } from "../ffi/options/socket.ts";
import { resolve } from "../ffi/resolver/resolver.ts";
import { ADDRESS_KEYS } from "./_address.ts";
import { type BindRequest, checkMembership, type ConnectRequest } from "./_arguments.ts";
import type { MulticastOptions, UdpEndpoint } from "./types.ts";

/** Names that lookups were made for are kept by each socket: a peer is mostly sent to again. */
const MOST_NAMES = 64;

/** A UDP socket over libc. Unlike the kernel it takes names, and IPv4 addresses on IPv6 sockets. */
export class LibcUdp extends LibcMessage<IpAddress> implements UdpEndpoint {
  /** By name and port, as they were asked for. */
  readonly #names = new Map<string, IpAddress>();
  /** The IPv4 address that an IPv4 socket sent to last: mostly the next message goes there too. */
  #lastIpv4 = "";

  protected override async associate(
    to: AddressInput<IpAddress>,
    wait: Wait | undefined,
  ): Promise<void> {
    const known = this.#known(to, "connect");
    await super.associate(known ?? await this.#lookUp(to, "connect", wait), wait);
  }

  /** Dissolving the association gives a port back that the system chose (`man 7 ip`): it is taken again. */
  override disconnect(): void {
    const { port } = this.localAddr;
    super.disconnect();
    const name = this.core.localName();
    if (name[2] !== 0 || name[3] !== 0) return;
    name[2] = port >> 8; // sin_port and sin6_port lie at the same offset
    name[3] = port & 0xff;
    this.core.bind(Peer.own(name));
  }

  protected override reached(
    to: AddressInput<IpAddress>,
    wait: Wait | undefined,
  ): AddressInput<IpAddress> | Promise<AddressInput<IpAddress>> {
    return this.#known(to, "send") ?? this.#lookUp(to, "send", wait);
  }

  protected override async transmitMany(
    messages: Iterable<OutgoingMessage<IpAddress>>,
    wait: Wait | undefined,
  ): Promise<number> {
    if (!Array.isArray(messages)) return await this.#transmitEach(messages, wait);
    let all: OutgoingMessage<IpAddress>[] = messages;
    for (let i = 0; i < all.length; i++) {
      const to = all[i]?.to;
      const known = to && (this.#known(to, "send") ?? await this.#lookUp(to, "send", wait));
      if (known === to) continue;
      if (all === messages) all = all.slice(); // the caller's stays as it is
      all[i] = { ...all[i], to: known };
    }
    return await super.transmitMany(all, wait);
  }

  /** Sends what an iterator gives, one at a time: it may fill the same memory again for each. */
  async #transmitEach(
    messages: Iterable<OutgoingMessage<IpAddress>>,
    wait: Wait | undefined,
  ): Promise<number> {
    const iterator = messages[Symbol.iterator]();
    let next = iterator.next();
    let taken = 0;
    /** Up to the first name that was not looked up yet. */
    const known = function* (this: LibcUdp): Generator<OutgoingMessage<IpAddress>> {
      for (; !next.done; next = iterator.next()) {
        const message = next.value;
        const to = message?.to && this.#known(message.to, "send");
        if (message?.to && to === undefined) return;
        taken++;
        yield to === message?.to ? message : { ...message, to };
      }
    };
    let sent = 0;
    try {
      for (;;) {
        sent += await super.transmitMany(known.call(this), wait);
        if (next.done || sent < taken) return sent;
        await this.#lookUp(next.value.to!, "send", wait);
      }
    } catch (error) {
      // Only the first message's failure is told as such.
      const told = isSocketError(error) || error instanceof AddrInfoError;
      if (told && sent > 0 && !this.closed && !wait?.endedBy(error)) return sent;
      throw error;
    } finally {
      if (!next.done) iterator.return?.();
    }
  }

  // deno-lint-ignore require-await -- a bad argument rejects, as on the other engine
  async joinMulticast(group: string, options?: MulticastOptions): Promise<void> {
    this.#changeMembership(group, options, "join");
  }

  // deno-lint-ignore require-await -- see above
  async leaveMulticast(group: string, options?: MulticastOptions): Promise<void> {
    this.#changeMembership(group, options, "leave");
  }

  /** The address as the socket's family has it; `undefined` for a name that was not looked up yet. */
  #known(to: AddressInput<IpAddress>, action: string): AddressInput<IpAddress> | undefined {
    const { hostname, port } = to;
    checkInteger(port, 1, 65535, action, "port");
    // What else is malformed is refused where addresses are encoded.
    if (typeof hostname !== "string" || hostname === "") return to;
    if (hostname === this.#lastIpv4) return to;
    if (isIpv4(hostname)) {
      if (this.family === "inet") {
        this.#lastIpv4 = hostname;
        return to;
      }
      if (to.family === "inet6") return to;
      checkKeys(to, ADDRESS_KEYS, action, "to");
      return { family: "inet6", hostname: `::ffff:${hostname}`, port };
    }
    if (hostname.includes(":")) return to;
    checkKeys(to, ADDRESS_KEYS, action, "to");
    return this.#names.get(hostPort(hostname, port));
  }

  async #lookUp(
    to: AddressInput<IpAddress>,
    action: string,
    wait: Wait | undefined,
  ): Promise<IpAddress> {
    const { hostname, port } = to;
    const grant = NameGrant.ask(hostname, port, action);
    const looking = resolve(hostname, port, {
      type: "dgram",
      family: this.family as "inet",
      v4Mapped: this.family === "inet6",
    });
    const [{ address }] = await (wait === undefined ? looking : wait.race(looking));
    if (this.closed) throw closedError(action);
    if (this.#names.size === MOST_NAMES) this.#names.clear();
    const admitted = grant.admit(address, action);
    this.#names.set(hostPort(hostname, port), admitted);
    return admitted;
  }

  #changeMembership(
    group: string,
    options: MulticastOptions | undefined,
    action: "join" | "leave",
  ): void {
    if (this.closed) throw closedError("setsockopt");
    const { interface: nic, source } = checkMembership(group, options, this, action);
    const join = action === "join";
    const inet = this.family === "inet";
    if (typeof nic === "string" && isIpv4(nic)) {
      // By an address only the older options know it.
      if (source === undefined) {
        this.setOption(join ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP, { group, interface: nic });
      } else {
        const row = join ? IP_ADD_SOURCE_MEMBERSHIP : IP_DROP_SOURCE_MEMBERSHIP;
        this.setOption(row, { group, source, interface: nic });
      }
    } else if (source === undefined) {
      this.setOption(membershipRow(inet, join), { group, interface: nic });
    } else {
      this.setOption(sourceRow(inet, join), { group, source, interface: nic });
    }
  }
}

function membershipRow(
  inet: boolean,
  join: boolean,
): SocketOption<{ group: string; interface?: string | number }> {
  if (inet) return join ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP;
  return join ? IPV6_ADD_MEMBERSHIP : IPV6_DROP_MEMBERSHIP;
}

function sourceRow(
  inet: boolean,
  join: boolean,
): SocketOption<{ group: string; source: string; interface?: string | number }> {
  if (inet) return join ? MCAST_JOIN_SOURCE_GROUP : MCAST_LEAVE_SOURCE_GROUP;
  return join ? IPV6_MCAST_JOIN_SOURCE_GROUP : IPV6_MCAST_LEAVE_SOURCE_GROUP;
}

function protocolNumber(protocol: "udp" | "udplite" | undefined): number {
  return protocol === "udplite" ? IPPROTO_UDPLITE : IPPROTO_UDP;
}

/** Broadcast is on, as on Deno's own sockets: what may be sent does not depend on the engine. */
function broadcasting({ options }: { options: readonly OptionSetting[] }): OptionSetting[] {
  return [[SO_BROADCAST, true], ...options];
}

/** Binds over libc, on the first of the host's addresses that can be bound. */
export async function bindLibc(
  hostname: string,
  request: BindRequest,
  wait: Wait | undefined,
): Promise<UdpEndpoint> {
  const { port, family, scopeId, reuseAddress, reusePort } = request;
  const options = broadcasting(request);
  const host = { hostname, port, family, scopeId, signal: wait?.signal } as const;
  const addresses = await resolveHost({ ...host, type: "dgram", action: "bind" });
  const protocol = protocolNumber(request.protocol);
  return await firstThatWorks(addresses, (address) =>
    bind(
      { address, reuseAddress, reusePort, protocol, options },
      "dgram",
      (core) => new LibcUdp(core),
    ));
}

/** Connects over libc, to the first of the host's addresses that can be reached. */
export async function connectLibc(
  request: ConnectRequest,
  wait: Wait | undefined,
): Promise<UdpEndpoint> {
  const { hostname, port, family, scopeId, flowInfo, localAddress } = request;
  const signal = wait?.signal;
  const host = { hostname, port, family, scopeId, flowInfo, signal } as const;
  const found = await resolveHost({ ...host, type: "dgram", action: "connect" });
  const locals = localAddress && await resolveHost({
    hostname: localAddress.hostname,
    port: localAddress.port,
    type: "dgram",
    action: "bind",
    signal,
  });
  const localFor = ({ family }: IpAddress) => locals?.find((local) => local.family === family);
  const addresses = locals === undefined ? found : found.filter(localFor);
  if (addresses.length === 0) {
    throw new TypeError(`Cannot connect: localAddress is of another family than ${hostname}`);
  }
  const { reuseAddress, reusePort } = request;
  const options = broadcasting(request);
  const protocol = protocolNumber(request.protocol);
  return await firstThatWorks(addresses, (address) =>
    connect<IpAddress, UdpEndpoint>(
      {
        address,
        local: localFor(address),
        reuseAddress,
        reusePort,
        protocol,
        options,
      },
      "dgram",
      (core, local) => new LibcUdp(core, { connected: true, local }),
    ));
}
