/**
 * Tries option cases against the kernel.
 */

import { assertEquals } from "@std/assert";
import * as c from "../../ffi/abi/constants.ts";
import * as o from "../../ffi/options/mod.ts";
import { closeFd, libc } from "../../ffi/abi/library.ts";
import { type Socket, socket, socketPair } from "../../ffi/mod.ts";
import type { OptionCase, SocketKind } from "./_option_case.ts";

// The library stays open for good: the first test to use it shall not be blamed.
if (Deno.build.os === "linux") libc();

/** Kinds that an ordinary user may not open. */
export const PRIVILEGED: readonly SocketKind[] = [
  "raw",
  "raw6",
  "raw6 all",
  "raw icmp",
  "raw icmp6",
  "packet",
  "tcp repair",
];

/** A listener on loopback. */
function listener(family: number): Socket {
  const server = socket(family, c.SOCK_STREAM);
  server.bind({ hostname: family === c.AF_INET ? "127.0.0.1" : "::1", port: 0 });
  server.listen();
  return server;
}

/** A TCP connection's two ends; what the listener had set is inherited. */
async function connection(family: number, prepare?: (server: Socket) => void): Promise<Socket[]> {
  const server = listener(family);
  prepare?.(server);
  const client = socket(family, c.SOCK_STREAM);
  const [[accepted]] = await Promise.all([server.accept(), client.connect(server.localAddr)]);
  server.close();
  return [client, accepted];
}

/** A datagram socket connected to one of its kind. */
async function connectedUdp(family: number): Promise<Socket[]> {
  const peer = socket(family, c.SOCK_DGRAM);
  peer.bind({ hostname: family === c.AF_INET ? "127.0.0.1" : "::1", port: 0 });
  const own = socket(family, c.SOCK_DGRAM);
  await own.connect(peer.localAddr);
  return [own, peer];
}

/** Opens a kind; the first socket is the one to try. */
async function open(kind: SocketKind): Promise<Socket[]> {
  switch (kind) {
    case "tcp":
      return [socket(c.AF_INET, c.SOCK_STREAM)];
    case "tcp6":
      return [socket(c.AF_INET6, c.SOCK_STREAM)];
    case "tcp listener":
      return [listener(c.AF_INET)];
    case "tcp connected":
      return await connection(c.AF_INET);
    case "tcp6 connected":
      return await connection(c.AF_INET6);
    case "tcp accepted":
      return (await connection(c.AF_INET, (server) => server.setOption(o.TCP_SAVE_SYN, 1)))
        .reverse();
    case "tcp repair": {
      const own = socket(c.AF_INET, c.SOCK_STREAM);
      try {
        own.setOption(o.TCP_REPAIR, 1);
      } catch (error) {
        own.close();
        throw error;
      }
      return [own];
    }
    case "udp":
      return [socket(c.AF_INET, c.SOCK_DGRAM)];
    case "udp6":
      return [socket(c.AF_INET6, c.SOCK_DGRAM)];
    case "udp connected":
      return await connectedUdp(c.AF_INET);
    case "udp6 connected":
      return await connectedUdp(c.AF_INET6);
    case "udplite":
      return [socket(c.AF_INET, c.SOCK_DGRAM, c.IPPROTO_UDPLITE)];
    case "unix pair":
      return socketPair();
    case "raw":
      // 253 and 254 are for experiments (RFC 3692).
      return [socket(c.AF_INET, c.SOCK_RAW, 254)];
    case "raw6":
      return [socket(c.AF_INET6, c.SOCK_RAW, 254)];
    case "raw6 all":
      return [socket(c.AF_INET6, c.SOCK_RAW, c.IPPROTO_RAW)];
    case "raw icmp":
      return [socket(c.AF_INET, c.SOCK_RAW, c.IPPROTO_ICMP)];
    case "raw icmp6":
      return [socket(c.AF_INET6, c.SOCK_RAW, c.IPPROTO_ICMPV6)];
    case "packet":
      return [socket(c.AF_PACKET, c.SOCK_RAW, 0)];
  }
}

/** The running kernel's version. */
const [MAJOR, MINOR] = Deno.osRelease().split(".").map(Number);

/** Whether this process has CAP_NET_ADMIN (bit 12). */
export function isNetAdmin(): boolean {
  const status = Deno.readTextFileSync("/proc/self/status");
  return (BigInt("0x" + /^CapEff:\s*([0-9a-f]+)/m.exec(status)![1]) >> 12n & 1n) === 1n;
}

/** The code of an error, or its text. */
function codeOf(error: unknown): string {
  const code = (error as { code?: unknown }).code;
  return typeof code === "string" ? code : String(error);
}

/** Which error codes are due; `"none"` stands for success. */
function dueCodes(tried: OptionCase, admin: boolean): readonly string[] {
  if (tried.since !== undefined) {
    const [major, minor] = tried.since;
    if (MAJOR < major || (MAJOR === major && MINOR < minor)) {
      return ["ENOPROTOOPT", "EOPNOTSUPP", "EINVAL"];
    }
  }
  const due = tried.error === undefined ? ["none"] : [tried.error].flat();
  // Some of them ask for another capability alone, which we may have.
  return tried.admin && !admin ? ["EPERM", "EACCES", ...due] : due;
}

/** Sets and gets one option; what is wrong, or undefined. */
function tryOn(own: Socket, tried: OptionCase, due: readonly string[]): string | undefined {
  let back: unknown;
  try {
    for (const [option, value] of tried.first ?? []) own.setOption(option, value);
    if (tried.option.access !== "ro") own.setOption(tried.option, tried.set);
    if (tried.option.access !== "wo") back = own.getOption(tried.option);
    // A descriptor that came as a value is ours to close.
    if (tried.option.name === "SO_PEERPIDFD") closeFd(back as number);
  } catch (error) {
    const code = codeOf(error);
    return due.includes(code) ? undefined : `failed with ${code}, due ${due.join(" or ")}`;
  }
  if (!due.includes("none")) return `succeeded, due ${due.join(" or ")}`;
  if (tried.option.access === "wo") return undefined;
  const wanted = "back" in tried ? tried.back : tried.set;
  const right = typeof wanted === "function" ? wanted(back) : isEqual(back, wanted);
  return right ? undefined : `read back as ${Deno.inspect(back)}`;
}

function isEqual(a: unknown, b: unknown): boolean {
  try {
    assertEquals(a, b);
    return true;
  } catch {
    return false;
  }
}

/** Tries a case on a socket of its kind; what is wrong, or undefined. */
export async function tryCase(tried: OptionCase, admin: boolean): Promise<string | undefined> {
  const due = dueCodes(tried, admin);
  let sockets: Socket[];
  try {
    sockets = await open(tried.on);
  } catch (error) {
    if (tried.admin && due.includes(codeOf(error))) return undefined;
    throw error;
  }
  try {
    return tryOn(sockets[0], tried, due);
  } finally {
    for (const each of sockets) {
      // Without it close(2) runs on a thread, which the test would have to wait for.
      if (tried.option === o.SO_LINGER) each.setOption(o.SO_LINGER, null);
      each.close();
    }
  }
}
