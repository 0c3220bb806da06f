/**
 * One row a layer: everything that decoding, encoding, describing and verifying a frame know of a
 * layer stands in its row, beside its codec; `layers.ts` lists the rows.
 *
 * @module
 */

import { checkedRow, inner } from "./_checked_row.ts";
import type { LayerRow, LayerRowOptions, LayerView, StackValue } from "./row_types.ts";

export type {
  LayerPlace,
  LayerRow,
  LayerRowOptions,
  LayerView,
  LayerWalk,
  PseudoHeader,
  StackPlace,
  StackValue,
  Surroundings,
} from "./row_types.ts";

/**
 * Makes the row of a layer.
 *
 * @param row What is known of the layer.
 * @returns The row, for {@linkcode LayerRegistry.with}.
 * @throws {RangeError} If a number does not fit its field.
 * @throws {TypeError} If what a layer cannot do without is missing.
 *
 * @example VXLAN at the port that Linux took before there was one of its own
 * ```ts
 * import { defaultLayers, layerRow, vxlanLayer } from "@berkeley/sockets/wire";
 * import { assertEquals } from "@std/assert";
 *
 * const layers = defaultLayers.with(layerRow({ ...vxlanLayer, udpPorts: [4789, 8472] }));
 * const packet = layers.encode(
 *   { kind: "ipv4", source: "192.0.2.1", destination: "192.0.2.2" },
 *   { kind: "udp", sourcePort: 50000, destinationPort: 8472 },
 *   { kind: "vxlan", vni: 7 },
 * );
 * assertEquals(layers.decodePacket(packet).layer("vxlan")?.vni, 7);
 * ```
 */
export function layerRow<V extends StackValue, W extends LayerView>(
  row: LayerRowOptions<V, W>,
): LayerRow<V, W> {
  if (row === null || typeof row !== "object") {
    throw new TypeError("Cannot make layer: row is not an object");
  }
  const { kind } = row;
  if (typeof kind !== "string" || kind === "") {
    throw new TypeError("Cannot make layer: kind is not a name");
  }
  for (const name of ["parse", "measure", "write"] as const) {
    if (typeof row[name] !== "function") {
      throw new TypeError(`Cannot make layer ${kind}: ${name} is not a function`);
    }
  }
  const { ipVersion } = row;
  if (ipVersion !== undefined) numbers(kind, "ipVersion", [ipVersion], 15);
  // Every row has the same keys in the same order, so that a walk over all kinds stays fast.
  const made: LayerRow<V, W> = {
    kind,
    etherTypes: numbers(kind, "etherTypes", row.etherTypes, 0xffff),
    protocols: numbers(kind, "protocols", row.protocols, 0xff),
    udpPorts: numbers(kind, "udpPorts", row.udpPorts, 0xffff),
    tcpPorts: numbers(kind, "tcpPorts", row.tcpPorts, 0xffff),
    linkTypes: numbers(kind, "linkTypes", row.linkTypes, 0xffff),
    ipVersion,
    names: row.names,
    isLink: row.isLink === true,
    usesAddresses: row.usesAddresses === true,
    check: inner(row.check),
    parse: inner(row.parse),
    measure: inner(row.measure),
    write: inner(row.write),
    etherTypeOf: inner(row.etherTypeOf),
    addresses: inner(row.addresses),
    isPartial: inner(row.isPartial),
    restate: inner(row.restate),
    describe: inner(row.describe),
    verify: inner(row.verify),
  };
  return checkedRow(made as unknown as LayerRow) as unknown as LayerRow<V, W>;
}

function numbers(
  kind: string,
  field: string,
  list: readonly number[] | undefined,
  max: number,
): readonly number[] {
  for (const number of list ?? []) {
    if (!Number.isInteger(number) || number < 0 || number > max) {
      throw new RangeError(
        `Cannot make layer ${kind}: ${field} of ${number} is outside 0 to ${max}`,
      );
    }
  }
  return Object.freeze([...list ?? []]);
}
