/**
 * What a datagram endpoint of the deno engine needs of the object that carries it.
 *
 * @module
 */
import { socketError } from "../core/errors.ts";
import type { SocketOption } from "../core/option.ts";

/** A datagram as it came, whole. */
export interface ReceivedDatagram<A> {
  /** The payload; the memory is the receiver's. */
  data: Uint8Array;
  /** The sender. */
  from: A;
  /** Whether the end of the payload is lost already. */
  truncated: boolean;
}

/** Where a group is joined: see `MulticastOptions` of udp. */
export interface Membership {
  group: string;
  interface?: string | number;
  source?: string;
}

/** One of Deno's two objects that carry datagrams: `Deno.DatagramConn` or node's `dgram.Socket`. */
export interface DatagramCarrier<A> {
  readonly localAddr: A;
  /** Datagrams dropped in this process because receives fell behind. */
  readonly dropped: number;
  /** One that is in memory already. */
  take(): ReceivedDatagram<A> | undefined;
  /** Waits for the next one; called again only after it has settled. Closing rejects it. */
  receive(size: number): Promise<ReceivedDatagram<A>>;
  send(data: Uint8Array, to: A): Promise<number>;
  getOption<T>(option: SocketOption<T>): T;
  setOption<T>(option: SocketOption<T>, value: T): void;
  join(membership: Membership): Promise<void>;
  leave(membership: Membership): Promise<void>;
  close(): void;
  ref(): void;
  unref(): void;
}

/** The index of an interface given by name or number. */
export function interfaceIndex(nic: string | number): number {
  if (typeof nic === "number") return nic;
  try {
    return Number(Deno.readTextFileSync(`/sys/class/net/${nic}/ifindex`));
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw socketError("ENODEV", { syscall: "setsockopt", address: nic, cause });
  }
}

/** The first IPv4 address of an interface given by name or number, or the address itself. */
export function interfaceIpv4(nic: string | number): string {
  const name = typeof nic === "number" ? interfaceName(nic) : nic;
  const found = Deno.networkInterfaces().find((row) => row.name === name && row.family === "IPv4");
  if (found === undefined) throw socketError("ENODEV", { syscall: "setsockopt", address: name });
  return found.address;
}

function interfaceName(index: number): string {
  for (const { name } of Deno.readDirSync("/sys/class/net")) {
    if (interfaceIndex(name) === index) return name;
  }
  throw socketError("ENODEV", { syscall: "setsockopt", address: String(index) });
}
