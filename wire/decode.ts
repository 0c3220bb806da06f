/**
 * The decoding of a frame or packet by the layers that this module knows.
 *
 * @module
 */

import type { Frame } from "./layer.ts";
import { defaultLayers } from "./layer_registry.ts";

/**
 * Decodes an Ethernet frame, layer by layer as they are asked for. It never throws for what the bytes
 * say: a header that lies ends the walk with a `"payload"` layer, and {@linkcode Frame.error} names
 * the field. The walk does not enter what an ICMP error quotes (use {@linkcode decodePacket}), nor
 * any fragment but the first.
 *
 * @param bytes The frame without its check sequence.
 * @returns The layers.
 * @throws {TypeError} If `bytes` is not a `Uint8Array`.
 *
 * @example The ports of a frame
 * ```ts
 * import { decodeFrame, encode } from "@berkeley/sockets/wire";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encode(
 *   { kind: "ethernet", source: "02:00:00:00:00:01", destination: "02:00:00:00:00:02" },
 *   { kind: "ipv4", source: "192.0.2.1", destination: "192.0.2.2" },
 *   { kind: "udp", sourcePort: 5000, destinationPort: 6000 },
 *   new TextEncoder().encode("hi"),
 * );
 * const frame = decodeFrame(bytes);
 * assertEquals(frame.layer("udp")?.destinationPort, 6000);
 * assertEquals(frame.layers.map((layer) => layer.kind), ["ethernet", "ipv4", "udp", "payload"]);
 * ```
 */
export function decodeFrame(bytes: Uint8Array): Frame {
  return defaultLayers.decodeFrame(bytes);
}

/**
 * Decodes an IPv4 or IPv6 packet, layer by layer as they are asked for, as {@linkcode decodeFrame}
 * does. A packet that is cut off, as in the quote of an ICMP error, is walked as far as it goes.
 *
 * @param bytes The packet.
 * @returns The layers.
 * @throws {TypeError} If `bytes` is not a `Uint8Array`.
 */
export function decodePacket(bytes: Uint8Array): Frame {
  return defaultLayers.decodePacket(bytes);
}
