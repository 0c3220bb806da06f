/**
 * What the lines of `describe()` share.
 *
 * @module
 */

import type { LayerPlace, LayerView } from "./layer_row.ts";
import { ETH_P_802_3_MIN, etherTypeName, IPPROTO_NONE } from "./numbers.ts";

/** A number in so many hexadecimal digits. */
export function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}

/** Bytes as hexadecimal digits. */
export function hexBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => hex(byte, 2)).join("");
}

/** An EtherType as `tcpdump -e` has it. */
export function etherTypeText(etherType: number): string {
  if (etherType < ETH_P_802_3_MIN) return "802.3";
  const name = etherTypeName(etherType);
  return `ethertype ${name.startsWith("0x") ? "Unknown" : name} (0x${hex(etherType, 4)})`;
}

interface WithPorts {
  readonly sourcePort: number;
  readonly destinationPort: number;
}

function hasPorts(layer: LayerView | undefined): layer is LayerView & WithPorts {
  return layer !== undefined && "sourcePort" in layer && "destinationPort" in layer;
}

/** Addresses, with the ports of the layer after them if it has any. */
export function addressesText(source: string, destination: string, place: LayerPlace): string {
  const { after } = place;
  return hasPorts(after)
    ? `${source}.${after.sourcePort} > ${destination}.${after.destinationPort}: `
    : `${source} > ${destination}: `;
}

/** The ports of a layer, where they do not stand at the addresses. */
export function portsText(layer: LayerView & WithPorts, place: LayerPlace): string {
  const before = place.before?.kind;
  if (before === "ipv4" || before === "ipv6") return "";
  return `${layer.sourcePort} > ${layer.destinationPort}: `;
}

/** Whether a layer after this one has words of its own. */
export function isFollowed(place: LayerPlace): boolean {
  return place.after !== undefined && place.after.kind !== "payload";
}

/** What follows an IP header, if it is no layer. */
export function unknownText(protocol: number, length: number): string {
  // "No next header" says that nothing follows.
  return protocol === IPPROTO_NONE ? "no next header" : `ip-proto-${protocol} ${length}`;
}

/** What follows an extension header, if it is no layer. */
export function opaqueText(nextHeader: number, { after }: LayerPlace): string {
  if (after === undefined) return unknownText(nextHeader, 0);
  return after.kind === "payload" ? `ip-proto-${nextHeader} ${after.end - after.start}` : "";
}
