/**
 * Datagrams over `node:dgram`, which stable Deno has; it pushes what comes, so a bounded queue
 * stands between.
 *
 * @module
 */
import type { Socket } from "node:dgram";
import type { IpAddress } from "../core/address.ts";
import {
  type DatagramCarrier,
  interfaceIndex,
  interfaceIpv4,
  type Membership,
  type ReceivedDatagram,
} from "../deno/datagram_carrier.ts";
import { unsupported } from "../deno/options.ts";
import { closedError, notCapable, socketError } from "../core/errors.ts";
import { isIpv4 } from "../core/ip/text.ts";
import { hostPort } from "../core/ip_arguments.ts";
import { fromNodeError } from "./_node_errors.ts";
import { isMulticast, isUnspecified } from "../core/ip/registry.ts";
import type { SocketOption } from "../core/option.ts";

/** What waits for a receive; more is dropped and counted, as the kernel does with a full buffer. */
const MAX_QUEUED_BYTES = 4 * 1024 * 1024;
/** What each datagram counts for beside its payload, so that empty ones are bounded too. */
const OVERHEAD_BYTES = 256;
/** Peers that sending was allowed to, remembered so that each is asked about once. */
const MAX_ALLOWED = 1024;

/** How a UDP socket is bound. */
export interface NodeUdpBinding {
  hostname: string;
  port: number;
  family: "inet" | "inet6";
  reuseAddress: boolean;
  /** IPV6_V6ONLY. */
  ipv6Only: boolean;
}

interface NodeOption {
  family?: "inet" | "inet6";
  get(socket: Socket, set: unknown): unknown;
  set(socket: Socket, value: never): unknown;
}

/** What the kernel starts with is what is read until something is set (`man 7 ip`, `man 7 ipv6`). */
const OPTIONS: Readonly<Record<string, NodeOption>> = {
  SO_BROADCAST: {
    get: (_socket, set) => set ?? true,
    set: (socket, on: boolean) => socket.setBroadcast(on),
  },
  SO_RCVBUF: {
    get: (socket) => socket.getRecvBufferSize(),
    set: (socket, bytes: number) => socket.setRecvBufferSize(bytes),
  },
  SO_SNDBUF: {
    get: (socket) => socket.getSendBufferSize(),
    set: (socket, bytes: number) => socket.setSendBufferSize(bytes),
  },
  IP_TTL: {
    family: "inet",
    get: (_socket, set) => set,
    set: (socket, ttl: number) => socket.setTTL(ttl),
  },
  IP_MULTICAST_TTL: {
    family: "inet",
    get: (_socket, set) => set ?? 1,
    set: (socket, ttl: number) => socket.setMulticastTTL(ttl),
  },
  IP_MULTICAST_LOOP: {
    family: "inet",
    get: (_socket, set) => set ?? true,
    set: (socket, on: boolean) => socket.setMulticastLoopback(on),
  },
  IPV6_MULTICAST_LOOP: {
    family: "inet6",
    get: (_socket, set) => set ?? true,
    set: (socket, on: boolean) => socket.setMulticastLoopback(on),
  },
};

/** Whether this carrier can set an option on a bound UDP socket of a family. */
export function nodeCanSet(name: string, family: "inet" | "inet6"): boolean {
  if (!Object.hasOwn(OPTIONS, name)) return false;
  const row = OPTIONS[name];
  return row.family === undefined || row.family === family;
}

/** Binds a UDP socket. */
export async function openNodeUdp(binding: NodeUdpBinding): Promise<DatagramCarrier<IpAddress>> {
  const { hostname, port, family, reuseAddress, ipv6Only } = binding;
  // node:dgram throws a missing permission where nobody can catch it.
  requireNet(hostname, port, "bind");
  const { createSocket } = await import("node:dgram");
  const socket = createSocket({
    type: family === "inet" ? "udp4" : "udp6",
    reuseAddr: reuseAddress,
    ipv6Only,
  });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind({ address: hostname, port }, () => {
        socket.off("error", reject);
        socket.setBroadcast(true); // as Deno's own
        resolve();
      });
    });
  } catch (error) {
    socket.close();
    throw fromNodeError(error, { syscall: "bind", address: hostPort(hostname, port) });
  }
  return new NodeCarrier(socket, family, ipv6Only);
}

class NodeCarrier implements DatagramCarrier<IpAddress> {
  readonly localAddr: IpAddress;
  dropped = 0;
  readonly #socket: Socket;
  readonly #family: "inet" | "inet6";
  readonly #ipv6Only: boolean;
  readonly #set = new Map<string, unknown>();
  readonly #allowed = new Set<string>();
  #queue: ReceivedDatagram<IpAddress>[] = [];
  #head = 0;
  #queuedBytes = 0;
  #waiter: PromiseWithResolvers<ReceivedDatagram<IpAddress>> | undefined;
  #failure: unknown;
  #referenced = true;
  readonly #nudges = new Set<string>();
  readonly #joined = new Set<string>();

  constructor(socket: Socket, family: "inet" | "inet6", ipv6Only: boolean) {
    this.#socket = socket;
    this.#family = family;
    this.#ipv6Only = ipv6Only;
    const { address, port } = socket.address();
    this.localAddr = { family, hostname: address, port };
    socket.on("message", (data, from) => {
      if (this.#nudges.size > 0 && this.#nudges.delete(data.toString("latin1"))) return;
      this.#push({
        // Each lies in a buffer of 64 KiB of its own, too much to keep queued.
        data: new Uint8Array(data),
        from: { family, hostname: from.address, port: from.port },
        truncated: false,
      });
    });
    socket.on("error", (error) => this.#fail(fromNodeError(error, { syscall: "recvfrom" })));
  }

  take(): ReceivedDatagram<IpAddress> | undefined {
    if (this.#head === this.#queue.length) return undefined;
    const got = this.#queue[this.#head++];
    this.#queuedBytes -= got.data.length + OVERHEAD_BYTES;
    if (this.#head === this.#queue.length) {
      this.#queue = [];
      this.#head = 0;
    } else if (this.#head >= 1024 && this.#head * 2 >= this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    return got;
  }

  receive(): Promise<ReceivedDatagram<IpAddress>> {
    const got = this.take();
    if (got !== undefined) return Promise.resolve(got);
    if (this.#failure !== undefined) {
      const failure = this.#failure;
      this.#failure = undefined;
      return Promise.reject(failure);
    }
    return (this.#waiter = Promise.withResolvers()).promise;
  }

  async send(data: Uint8Array, to: IpAddress): Promise<number> {
    this.#allow(to);
    try {
      return await new Promise<number>((resolve, reject) => {
        this.#socket.send(data, to.port, to.hostname, (error, bytes) => {
          if (error) reject(error);
          else resolve(bytes);
        });
      });
    } catch (error) {
      const context = { syscall: "sendto", address: hostPort(to.hostname, to.port) };
      throw fromNodeError(error, context, to.hostname);
    }
  }

  getOption<T>(option: SocketOption<T>): T {
    if (option.name === "IPV6_V6ONLY" && this.#family === "inet6") return this.#ipv6Only as T;
    if (!nodeCanSet(option.name, this.#family)) throw unsupported("get", option);
    const value = OPTIONS[option.name].get(this.#socket, this.#set.get(option.name));
    if (value === undefined) throw unsupported("get", option);
    return value as T;
  }

  setOption<T>(option: SocketOption<T>, value: T): void {
    if (!nodeCanSet(option.name, this.#family)) throw unsupported("set", option);
    try {
      OPTIONS[option.name].set(this.#socket, value as never);
    } catch (error) {
      throw fromNodeError(error, { syscall: "setsockopt" });
    }
    this.#set.set(option.name, value);
  }

  async join(membership: Membership): Promise<void> {
    const key = JSON.stringify(membership);
    // node:dgram says EINVAL whatever is wrong.
    if (this.#joined.has(key)) {
      throw socketError("EADDRINUSE", { syscall: "setsockopt", address: membership.group });
    }
    this.#member(membership, "addMembership", "addSourceSpecificMembership");
    this.#joined.add(key);
  }

  async leave(membership: Membership): Promise<void> {
    if (!this.#joined.delete(JSON.stringify(membership))) {
      throw socketError("EADDRNOTAVAIL", { syscall: "setsockopt", address: membership.group });
    }
    this.#member(membership, "dropMembership", "dropSourceSpecificMembership");
  }

  close(): void {
    this.#socket.close();
    this.#fail(closedError("recvfrom"));
    this.#queue = [];
    this.#head = 0;
  }

  ref(): void {
    if (this.#referenced) return;
    this.#referenced = true;
    this.#socket.ref();
    this.#nudge();
  }

  unref(): void {
    if (!this.#referenced) return;
    this.#referenced = false;
    this.#socket.unref();
    this.#nudge();
  }

  /**
   * node:dgram always receives, and in Deno (2.9) ref and unref mean its next receive, not the one
   * that is pending. A datagram to itself, known by its content, ends that one.
   */
  #nudge(): void {
    const { hostname, port } = this.localAddr;
    if (isMulticast(hostname) || hostname.endsWith(".255")) return;
    const wildcard = isUnspecified(hostname);
    const to = !wildcard ? hostname : this.#family === "inet" ? "127.0.0.1" : "::1";
    const host = hostPort(to, port);
    if (Deno.permissions.querySync({ name: "net", host }).state !== "granted") return;
    const token = crypto.getRandomValues(new Uint8Array(24));
    this.#nudges.add(String.fromCharCode(...token));
    this.#socket.send(token, port, to, () => {});
  }

  #push(got: ReceivedDatagram<IpAddress>): void {
    const waiter = this.#waiter;
    if (waiter !== undefined) {
      this.#waiter = undefined;
      return waiter.resolve(got);
    }
    const bytes = got.data.length + OVERHEAD_BYTES;
    if (this.#queuedBytes + bytes > MAX_QUEUED_BYTES) {
      this.dropped++;
      return;
    }
    this.#queuedBytes += bytes;
    this.#queue.push(got);
  }

  #fail(error: unknown): void {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    if (waiter !== undefined) waiter.reject(error);
    else this.#failure = error;
  }

  #allow(to: IpAddress): void {
    const key = hostPort(to.hostname, to.port);
    if (this.#allowed.has(key)) return;
    requireNet(to.hostname, to.port, "send");
    if (this.#allowed.size >= MAX_ALLOWED) this.#allowed.clear();
    this.#allowed.add(key);
  }

  #member(
    { group, source, interface: nic }: Membership,
    verb: "addMembership" | "dropMembership",
    sourceVerb: "addSourceSpecificMembership" | "dropSourceSpecificMembership",
  ): void {
    const where = nic === undefined ? undefined : this.#interface(nic);
    try {
      if (source === undefined) this.#socket[verb](group, where);
      else this.#socket[sourceVerb](source, group, where);
    } catch (error) {
      throw fromNodeError(error, { syscall: "setsockopt", address: group });
    }
  }

  /** As node writes interfaces: an IPv4 address of it, or `::%zone`. */
  #interface(nic: string | number): string {
    if (this.#family === "inet") {
      return typeof nic === "string" && isIpv4(nic) ? nic : interfaceIpv4(nic);
    }
    return `::%${interfaceIndex(nic)}`;
  }
}

function requireNet(hostname: string, port: number, action: string): void {
  const host = hostPort(hostname, port);
  if (Deno.permissions.requestSync({ name: "net", host }).state === "granted") return;
  throw notCapable(`${action} ${host}`, `--allow-net=${host}`);
}
