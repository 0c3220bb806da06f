/**
 * A frame in one line, as `tcpdump -n -S` prints it.
 *
 * @module
 */

import { boolean, object, optional } from "../core/arguments.ts";
import { FrameWalk, walkIp } from "./_frame_walk.ts";
import { decodeFrame } from "./decode.ts";
import type { Frame } from "./layer.ts";
import type { LayerPlace, LayerView, StackValue } from "./layer_row.ts";

const OPTIONS = object({ link: optional(boolean) });

/** What {@linkcode describe} tells. */
export interface DescribeOptions {
  /** Whether to begin with the link header, as `tcpdump -e` does; default `false`. */
  link?: boolean;
}

/**
 * A frame in one line, in the words of `tcpdump -n -S -t` (numbers for names, absolute sequence
 * numbers, no time). If a header lies or is cut off, the reason stands in brackets at the end. No byte
 * of the frame gets into the text but printable ones.
 *
 * @param frame An Ethernet frame, or what {@linkcode decodeFrame} or `decodePacket` made.
 * @param options What to tell.
 * @returns The line, without a line feed.
 * @throws {TypeError} If `frame` is neither, or an option is unknown.
 *
 * @example A datagram
 * ```ts
 * import { decodePacket, describe, encode } from "@berkeley/sockets/wire";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encode(
 *   { kind: "ipv4", source: "192.0.2.1", destination: "192.0.2.2" },
 *   { kind: "udp", sourcePort: 5000, destinationPort: 6000 },
 *   new Uint8Array(10),
 * );
 * assertEquals(describe(decodePacket(bytes)), "IP 192.0.2.1.5000 > 192.0.2.2.6000: UDP, length 10");
 * ```
 */
export function describe<L extends LayerView, V extends StackValue>(
  frame: Frame<L, V> | Uint8Array,
  options: DescribeOptions = {},
): string {
  const { link } = OPTIONS(options, "describe frame", "options");
  const walk: unknown = frame instanceof Uint8Array ? decodeFrame(frame) : frame;
  if (!(walk instanceof FrameWalk)) {
    throw new TypeError("Cannot describe frame: frame is neither bytes nor a decoded frame");
  }
  const { layers, error } = walk;
  const quote = (bytes: Uint8Array) => walkIp(walk.tables, bytes, 0);
  const bare = link !== true;
  let text = "";
  for (let i = 0; i < layers.length; i++) {
    const place: LayerPlace = { before: layers[i - 1], after: layers[i + 1], bare, quote };
    text += walk.rowOf(layers[i]).describe?.(layers[i], place) ?? `${layers[i].kind} `;
  }
  text = text.trimEnd().replace(/:$/, "");
  if (error === undefined) return text;
  return `${text}${text === "" ? "" : " "}[${error.message}]`;
}
