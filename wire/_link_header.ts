/**
 * What Ethernet and VLAN headers share: a field that is an EtherType or a length.
 *
 * @module
 */

import { unfit } from "./_bytes.ts";
import type { LayerWalk } from "./layer_row.ts";
import { ETH_P_802_3_MIN } from "./numbers.ts";

/** Tells a walk what follows a link header: what its EtherType names, or LLC. */
export function followType(
  view: { readonly etherType: number; readonly end: number },
  end: number,
  walk: LayerWalk,
  strict: { parse(bytes: Uint8Array, start: number, end: number): unknown },
): void {
  const { etherType } = view;
  if (etherType >= ETH_P_802_3_MIN) return walk.followEtherType(etherType);
  walk.follow("llc");
  if (view.end === end) walk.complain(strict);
}

/** The length of an 802.3 payload, for the field that else holds an EtherType. */
export function lengthAsType(what: string, length: number): number {
  if (length <= 1500) return length;
  throw unfit(what, `etherType is missing and a payload of ${length} bytes is above 1500`);
}
