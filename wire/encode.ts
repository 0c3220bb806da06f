/**
 * The encoding of a stack by the layers that this module knows.
 *
 * @module
 */

import type { LayerValue } from "./layer.ts";
import { defaultLayers } from "./layer_registry.ts";

/**
 * Encodes a stack of layers, the outermost first. Whatever a value leaves out is filled in: lengths,
 * checksums (with the pseudo-header of the network layer before, and the final destination of a source
 * route) and the number of the next layer. What a value states is written as it is, right or wrong.
 *
 * @param layers Values, and bytes for what has no codec.
 * @returns The packet in new bytes.
 * @throws {RangeError} If a field does not fit its bits: it names the field.
 * @throws {TypeError} If an address is not one, or a layer is of no known kind.
 *
 * @example An echo of an Ethernet frame, from the other side
 * ```ts
 * import { decodeFrame, encode } from "@berkeley/sockets/wire";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encode(
 *   { kind: "ethernet", source: "02:00:00:00:00:01", destination: "02:00:00:00:00:02" },
 *   { kind: "ipv6", source: "2001:db8::1", destination: "2001:db8::2" },
 *   { kind: "udp", sourcePort: 5000, destinationPort: 7 },
 *   new TextEncoder().encode("hi"),
 * );
 * const frame = decodeFrame(bytes);
 * assertEquals(encode(...frame.layers.map((layer) => layer.toValue())), bytes);
 * ```
 */
export function encode(...layers: (LayerValue | Uint8Array)[]): Uint8Array {
  return defaultLayers.encode(...layers);
}
