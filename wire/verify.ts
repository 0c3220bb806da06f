/**
 * Checksums of a whole frame.
 *
 * @module
 */

import { addressSum } from "./checksum.ts";
import type { Frame } from "./decode.ts";
import type { Layer, LayerKind } from "./layer.ts";

/**
 * The layers of a frame whose checksum is wrong. What a fragment or a packet that is cut off carries
 * cannot be checked and does not count, nor does a checksum that the sender left out.
 *
 * @param frame The frame.
 * @returns The kinds of the layers, the outermost first; none if all is well.
 *
 * @example A broken byte
 * ```ts
 * import { decodePacket, encode, verifyChecksums } from "@berkeley/sockets/wire";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encode(
 *   { kind: "ipv4", source: "192.0.2.1", destination: "192.0.2.2" },
 *   { kind: "udp", sourcePort: 1, destinationPort: 2 },
 *   Uint8Array.of(1, 2, 3),
 * );
 * assertEquals(verifyChecksums(decodePacket(bytes)), []);
 * bytes[30] ^= 1;
 * assertEquals(verifyChecksums(decodePacket(bytes)), ["udp"]);
 * ```
 */
export function verifyChecksums(frame: Frame): LayerKind[] {
  const wrong: LayerKind[] = [];
  let sum: number | undefined;
  let source: string | Uint8Array = "";
  let destination: string | Uint8Array = "";
  for (const layer of frame) {
    switch (layer.kind) {
      case "ipv4":
        if (!layer.checksumOk()) wrong.push(layer.kind);
        sum = layer.addressSum;
        for (const option of layer.headerLength > 20 ? layer.options : []) {
          if (option.kind !== "looseSourceRoute" && option.kind !== "strictSourceRoute") continue;
          const final = option.addresses.at(-1);
          if (final !== undefined && option.pointer <= 3 + 4 * option.addresses.length) {
            sum = addressSum(layer.source, final);
          }
          break;
        }
        break;
      case "ipv6":
        sum = layer.addressSum;
        source = layer.bytes.subarray(layer.start + 8, layer.start + 24);
        destination = layer.bytes.subarray(layer.start + 24, layer.start + 40);
        break;
      case "routing": {
        const at = layer.finalDestinationAt;
        if (at !== undefined) {
          destination = layer.bytes.subarray(at, at + 16);
          sum = addressSum(source, destination);
        }
        break;
      }
      case "destinationOptions":
        for (const option of layer.options) {
          if (option.kind !== "homeAddress") continue;
          source = option.address;
          sum = addressSum(source, destination);
          break;
        }
        break;
      default:
        if (!isChecksumOk(layer, sum)) wrong.push(layer.kind);
    }
    if (isIncomplete(layer)) break;
  }
  return wrong;
}

function isChecksumOk(layer: Layer, sum: number | undefined): boolean {
  switch (layer.kind) {
    case "gre":
    case "icmpv4":
    case "igmp":
    case "sctp":
    case "shim6":
      return layer.checksumOk();
    case "hip":
    case "icmpv6":
    case "mobility":
    case "tcp":
    case "udp":
    case "udplite":
      return sum === undefined || layer.checksumOk(sum);
    default:
      return true;
  }
}

/** Whether what follows is not all here. */
function isIncomplete(layer: Layer): boolean {
  if (layer.kind === "ipv4") return layer.truncated || layer.isFragment;
  if (layer.kind === "ipv6") return layer.truncated;
  return layer.kind === "fragment" && layer.isFragment;
}
