/**
 * From the layers of a frame to the values that make it again.
 *
 * @module
 */

import type { Frame } from "./decode.ts";
import type { LayerKind } from "./layer.ts";
import type { LayerValue } from "./encode.ts";
import type { Ipv4View } from "./ipv4.ts";
import type { Ipv6View } from "./ipv6.ts";

const LINK_KINDS: ReadonlySet<LayerKind> = new Set(["ethernet", "vlan", "llc", "snap"]);

/** Whether a layer stands before the network's: what follows its packet there is padding. */
export function isLinkKind(kind: LayerKind): boolean {
  return LINK_KINDS.has(kind);
}

/** The body of `Frame.toValues()`. */
export function frameValues(frame: Frame): LayerValue[] {
  const values: LayerValue[] = [];
  let end = frame.bytes.length;
  let isLink = true;
  for (const layer of frame) {
    const leavesOut = !isLink && layer.end < end;
    // Names in a DNS message can be packed in several ways.
    const isOpaque = layer.kind === "dns" || (layer.kind === "udp" && layer.truncated);
    if (leavesOut || isOpaque) {
      values.push({ kind: "payload", data: frame.bytes.slice(layer.start, end) });
      break;
    }
    isLink &&= isLinkKind(layer.kind);
    end = layer.end;
    const isCut = (layer.kind === "ipv4" || layer.kind === "ipv6") && layer.truncated;
    values.push(isCut ? statedLength(layer) : layer.toValue());
    if (isCut || ("isFragment" in layer && layer.isFragment)) {
      if (end > layer.payloadStart) values.push({ kind: "payload", data: layer.payload.slice() });
      break;
    }
  }
  return values;
}

/** The value of a header whose length reaches beyond the bytes at hand. */
function statedLength(view: Ipv4View | Ipv6View): LayerValue {
  return view.kind === "ipv4"
    ? { ...view.toValue(), totalLength: view.totalLength }
    : { ...view.toValue(), payloadLength: view.payloadLength };
}
