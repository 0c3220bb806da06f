/**
 * Datagrams over `Deno.listenDatagram`, which exists with `--unstable-net` only.
 *
 * @module
 */
import type { IpAddress, UnixAddress } from "../core/address.ts";
import { fromNetAddr, fromUnixAddr } from "./address.ts";
import { fromDenoError } from "./errors.ts";
import { unsupported } from "./options.ts";
import {
  type DatagramCarrier,
  interfaceIndex,
  interfaceIpv4,
  type Membership,
  type ReceivedDatagram,
} from "./datagram_carrier.ts";
import { socketError } from "../core/errors.ts";
import { isIpv4 } from "../core/ip/text.ts";
import { hostPort } from "../core/ip_arguments.ts";
import type { SocketOption } from "../core/option.ts";
import { unixPathMessage } from "../core/unix_arguments.ts";

interface DenoMembership {
  leave(): Promise<void>;
}

/** `Deno.DatagramConn`, whose type needs an unstable lib. */
export interface DenoDatagramConn {
  readonly addr: Deno.Addr;
  receive(p: Uint8Array): Promise<[Uint8Array, Deno.Addr]>;
  send(p: Uint8Array, addr: Deno.Addr): Promise<number>;
  joinMulticastV4(group: string, nic: string): Promise<DenoMembership>;
  joinMulticastV6(group: string, nic: number): Promise<DenoMembership>;
  close(): void;
  ref(): void;
  unref(): void;
}

type ListenDatagram = (
  options:
    & { reuseAddress?: boolean; loopback?: boolean }
    & ({ transport: "udp"; hostname: string; port: number } | {
      transport: "unixpacket";
      path?: string;
    }),
) => DenoDatagramConn;

/** Any UDP payload fits. */
const UDP_SCRATCH_BYTES = 65536;
/** A sender's default SO_SNDBUF is 208 KiB, and no Unix datagram is longer than that. */
const UNIX_SCRATCH_BYTES = 256 * 1024;

/** `Deno.listenDatagram`, where it exists. */
export function denoListenDatagram(): ListenDatagram | undefined {
  const { listenDatagram } = Deno as unknown as { listenDatagram?: ListenDatagram };
  return typeof listenDatagram === "function" ? listenDatagram : undefined;
}

/** Whether this carrier can set an option of UDP to a value. */
export function denoConnCanSet(name: string, value: unknown): boolean {
  // Deno sets SO_BROADCAST on each of its own.
  return name === "SO_BROADCAST" && value === true;
}

/** Binds a UDP socket. */
export function openDenoUdp(
  hostname: string,
  port: number,
  reuseAddress: boolean,
): DatagramCarrier<IpAddress> {
  let conn: DenoDatagramConn;
  try {
    // Joining sets IP_MULTICAST_LOOP to what is asked for here; the kernel's default is on.
    conn = denoListenDatagram()!({
      transport: "udp",
      hostname,
      port,
      reuseAddress,
      loopback: true,
    });
  } catch (error) {
    throw fromDenoError(error, { syscall: "bind", address: hostPort(hostname, port) });
  }
  return new DenoConnCarrier(conn, UDP_SCRATCH_BYTES, fromNetAddr, ({ hostname, port }) => ({
    transport: "udp",
    hostname,
    port,
  }));
}

/** Binds a Unix datagram socket; unnamed without a path. */
export function openDenoUnixDatagram(path: string | undefined): DatagramCarrier<UnixAddress> {
  let conn: DenoDatagramConn;
  try {
    conn = denoListenDatagram()!({ transport: "unixpacket", path });
  } catch (error) {
    throw fromDenoError(error, {
      syscall: "bind",
      ...(path !== undefined && { address: unixPathMessage(path) }),
    });
  }
  return new DenoConnCarrier(conn, UNIX_SCRATCH_BYTES, fromUnixAddr, ({ path }) => ({
    transport: "unixpacket",
    path,
  }));
}

class DenoConnCarrier<A extends IpAddress | UnixAddress> implements DatagramCarrier<A> {
  readonly localAddr: A;
  readonly dropped = 0;
  readonly #conn: DenoDatagramConn;
  readonly #fromAddr: (addr: Deno.Addr) => A;
  readonly #toAddr: (address: A) => Deno.Addr;
  readonly #memberships = new Map<string, DenoMembership>();
  readonly #scratchBytes: number;
  #scratch: Uint8Array | undefined;

  constructor(
    conn: DenoDatagramConn,
    scratchBytes: number,
    fromAddr: (addr: Deno.Addr) => A,
    toAddr: (address: A) => Deno.Addr,
  ) {
    this.#conn = conn;
    this.#scratchBytes = scratchBytes;
    this.#fromAddr = fromAddr;
    this.#toAddr = toAddr;
    this.localAddr = fromAddr(conn.addr);
  }

  take(): undefined {}

  async receive(size: number): Promise<ReceivedDatagram<A>> {
    const bytes = Math.max(size, this.#scratchBytes);
    if (this.#scratch === undefined || this.#scratch.length < bytes) {
      this.#scratch = new Uint8Array(bytes);
    }
    const scratch = this.#scratch;
    const [data, addr] = await this.#conn.receive(scratch);
    return {
      data: data.slice(),
      from: this.#fromAddr(addr),
      truncated: data.length === scratch.length, // Deno does not tell; there is room to spare
    };
  }

  send(data: Uint8Array, to: A): Promise<number> {
    return this.#conn.send(data, this.#toAddr(to));
  }

  getOption<T>(option: SocketOption<T>): T {
    if (option.name === "SO_BROADCAST" && this.localAddr.family !== "unix") return true as T;
    throw unsupported("get", option);
  }

  setOption<T>(option: SocketOption<T>, value: T): void {
    if (!denoConnCanSet(option.name, value)) throw unsupported("set", option);
  }

  async join(membership: Membership): Promise<void> {
    const { group, source, interface: nic } = membership;
    if (source !== undefined) {
      throw new Deno.errors.NotSupported(
        `Cannot join ${group} from ${source}: Deno.listenDatagram has no call for it, ` +
          `open with engine: "libc"`,
      );
    }
    let joined: DenoMembership;
    try {
      joined = isIpv4(group)
        ? await this.#conn.joinMulticastV4(group, nic === undefined ? "0.0.0.0" : ipv4Of(nic))
        : await this.#conn.joinMulticastV6(group, nic === undefined ? 0 : interfaceIndex(nic));
    } catch (error) {
      throw fromDenoError(error, { syscall: "setsockopt", address: group });
    }
    this.#memberships.set(keyOf(membership), joined);
  }

  async leave(membership: Membership): Promise<void> {
    const joined = this.#memberships.get(keyOf(membership));
    if (joined === undefined) {
      throw socketError("EADDRNOTAVAIL", { syscall: "setsockopt", address: membership.group });
    }
    this.#memberships.delete(keyOf(membership));
    await joined.leave();
  }

  close(): void {
    this.#conn.close();
  }

  ref(): void {
    this.#conn.ref();
  }

  unref(): void {
    this.#conn.unref();
  }
}

function ipv4Of(nic: string | number): string {
  return typeof nic === "string" && isIpv4(nic) ? nic : interfaceIpv4(nic);
}

function keyOf({ group, interface: nic }: Membership): string {
  return `${group} ${nic ?? ""}`;
}
