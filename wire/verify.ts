/**
 * Checksums of a whole frame.
 *
 * @module
 */

import { FrameWalk } from "./_frame_walk.ts";
import { pseudoSum } from "./_stack.ts";
import type { Frame } from "./layer.ts";
import type { LayerView, PseudoHeader, StackValue } from "./layer_row.ts";

/**
 * The layers of a frame whose checksum is wrong. What a fragment or a packet that is cut off carries
 * cannot be checked and does not count, nor does a checksum that the sender left out.
 *
 * @param frame The frame.
 * @returns The kinds of the layers, the outermost first; none if all is well.
 * @throws {TypeError} If `frame` is not a decoded frame.
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
export function verifyChecksums<L extends LayerView, V extends StackValue>(
  frame: Frame<L, V>,
): L["kind"][] {
  const walk: unknown = frame;
  if (!(walk instanceof FrameWalk)) {
    throw new TypeError("Cannot verify checksums: this is not a decoded frame");
  }
  const wrong: string[] = [];
  const pseudo: PseudoHeader = { source: undefined, destination: undefined };
  for (const layer of walk) {
    const row = walk.rowOf(layer);
    row.addresses?.(layer, pseudo);
    const sum = row.usesAddresses ? pseudoSum(pseudo) : undefined;
    if (row.verify?.(layer, sum) === false) wrong.push(layer.kind);
    if (row.isPartial?.(layer)) break;
  }
  return wrong;
}
