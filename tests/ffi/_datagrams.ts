/**
 * Datagram sockets that send multicast over loopback.
 */

import type { Address } from "../../core/address.ts";
import * as c from "../../ffi/abi/constants.ts";
import * as o from "../../ffi/options/mod.ts";
import { type Socket, socket } from "../../ffi/mod.ts";

/** The loopback interface has index 1 in every network namespace. */
export const LO = 1;

/** The port of an IP socket. */
export function portOf(own: Socket): number {
  const address = own.localAddr as Address & { port: number };
  return address.port;
}

/** A datagram socket that is bound to a port of its own. */
export function receiver(family: number): Socket {
  const own = socket(family, c.SOCK_DGRAM);
  own.bind({ hostname: family === c.AF_INET ? "0.0.0.0" : "::", port: 0 });
  return own;
}

/** A datagram socket that sends multicast by an interface. */
export function sender(family: number, hostname: string, interfaceIndex: number): Socket {
  const own = socket(family, c.SOCK_DGRAM);
  own.bind({ hostname, port: 0 });
  if (family === c.AF_INET) own.setOption(o.IP_MULTICAST_IF, interfaceIndex);
  else own.setOption(o.IPV6_MULTICAST_IF, interfaceIndex);
  return own;
}

/** Text as bytes. */
export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The next datagram's text. */
export async function next(own: Socket): Promise<string> {
  const [data] = await own.recvFrom(100, { timeoutMs: 5000 });
  return new TextDecoder().decode(data);
}
