/**
 * What the tests of message calls share.
 */
import { assertEquals } from "@std/assert";
import type { Address, InetAddress, IpAddress } from "../../core/address.ts";
import type { Message } from "../../core/message.ts";
import { type Socket, socket, socketPair } from "../../ffi/mod.ts";
import { AF_INET, AF_INET6, AF_UNIX, SOCK_DGRAM } from "../../ffi/abi/socket_constants.ts";
import { socketOption } from "../../core/option.ts";
import { libc } from "../../ffi/abi/library.ts";
import { openFds, testWith } from "../_tools.ts";

// Opened before any test, or the sanitizer takes it for a leak of the first.
libc();

/** A test with both sanitizers on. */
export function test(name: string, fn: () => Promise<void> | void): void {
  testWith({}, name, fn);
}

export const text = (data: Uint8Array): string => new TextDecoder().decode(data);
export const bytes = (data: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(data);

/** A UDP socket on the loopback. */
export function udp4(): Socket {
  const udp = socket(AF_INET, SOCK_DGRAM);
  udp.bind({ hostname: "127.0.0.1", port: 0 });
  return udp;
}

/** The same over IPv6. */
export function udp6(): Socket {
  const udp = socket(AF_INET6, SOCK_DGRAM);
  udp.bind({ hostname: "::1", port: 0 });
  return udp;
}

export function addressOf(udp: Socket): IpAddress {
  return udp.localAddr as IpAddress;
}

/** A loopback address that nobody listens on: its port was just released. */
export function nobody(): InetAddress {
  using udp = udp4();
  return udp.localAddr as InetAddress;
}

/** Sets an option of type int by its numbers. */
export function setInt(on: Socket, level: number, option: number, value: number): void {
  on.setOption(
    socketOption<number>(level, option, {
      size: 4,
      encode: (n) => new Uint8Array(new Int32Array([n]).buffer),
      decode: (b) => new DataView(b.buffer, b.byteOffset).getInt32(0, true),
    }),
    value,
  );
}

/** A pair of unix sockets, closed after `run`; afterwards no descriptor may be left. */
export async function withPair(
  type: number,
  run: (a: Socket, b: Socket) => Promise<void>,
): Promise<void> {
  await leavesNoFd(async () => {
    const [a, b] = socketPair(AF_UNIX, type);
    try {
      await run(a, b);
    } finally {
      a.close();
      b.close();
    }
  });
}

let warm: Promise<void> | undefined;

/** The poller keeps descriptors of its own once anything has waited: let them be there before counting. */
function warmUp(): Promise<void> {
  return warm ??= (async () => {
    const [a, b] = socketPair();
    const pending = a.recv(1);
    await new Promise((resolve) => setTimeout(resolve, 0));
    await b.send(new Uint8Array(1));
    await pending;
    a.close();
    b.close();
  })();
}

/** Runs `run` and fails if a descriptor is open afterwards that was not before. */
export async function leavesNoFd(run: () => Promise<void>): Promise<void> {
  await warmUp();
  const before = openFds();
  await run();
  assertEquals([...openFds()].filter((fd) => !before.has(fd)), []);
}

/** Whether `fd` is open, and close-on-exec. */
export function isCloexec(fd: number): boolean {
  const flags = Deno.readTextFileSync(`/proc/self/fdinfo/${fd}`).match(/^flags:\s*([0-7]+)$/m)![1];
  return (parseInt(flags, 8) & 0o2000000) !== 0;
}

/** Receives until `count` have come. */
export async function receiveAll(
  from: Socket,
  count: number,
  max = 64,
): Promise<Message<Address>[]> {
  const all: Message<Address>[] = [];
  while (all.length < count) all.push(...await from.recvMany(max));
  return all;
}
