/**
 * What an ICMP error is about, for its text.
 *
 * @module
 */

import { u16 } from "./_bytes.ts";
import { Ipv4View } from "./ipv4.ts";
import { Ipv6View } from "./ipv6.ts";
import type { LayerPlace } from "./layer_row.ts";
import { IPPROTO_TCP, IPPROTO_UDP } from "./numbers.ts";

/** The destination, protocol and port of the packet that an error quotes. */
export function quotedPacket(
  quoted: Uint8Array,
  place: LayerPlace,
): { destination: string; protocol: number; port: string } {
  for (const ip of place.quote(quoted)) {
    if (!(ip instanceof Ipv4View || ip instanceof Ipv6View)) break;
    const protocol = ip instanceof Ipv4View ? ip.protocol : ip.nextHeader;
    const name = protocol === IPPROTO_TCP ? "tcp" : protocol === IPPROTO_UDP ? "udp" : undefined;
    // An old router quotes no more than the ports of a TCP header.
    const at = ip.payloadStart + 2;
    const port = quoted.length >= at + 2 ? u16(quoted, at) : "?";
    return {
      destination: ip.destination,
      protocol,
      port: name === undefined ? "" : `${name} port ${port}`,
    };
  }
  return { destination: "?", protocol: 0, port: "" };
}
