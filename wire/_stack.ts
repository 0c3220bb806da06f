/**
 * From a stack of values to the bytes of a packet.
 *
 * @module
 */

import type { LayerTables } from "./_layer_tables.ts";
import { show } from "../core/arguments.ts";
import { checkValue } from "./_checked_row.ts";
import { addressSum } from "./checksum.ts";
import type { LayerRow, PseudoHeader, StackValue, Surroundings } from "./layer_row.ts";
import type { Payload } from "./payload.ts";

/** What the layers of a stack are called in errors: put together once. */
const NAMES = Array.from({ length: 16 }, (_, i) => `layers[${i}]`);

/** The body of `encode()`. */
export function encodeStack(
  tables: LayerTables,
  layers: readonly (StackValue | Uint8Array)[],
): Uint8Array {
  const rows: LayerRow[] = [];
  const values: StackValue[] = [];
  for (let i = 0; i < layers.length; i++) {
    const layer = layers[i];
    const value = layer instanceof Uint8Array ? raw(layer) : layer;
    const row = rowOf(tables, value, i);
    rows.push(row);
    values.push(checkValue(row, value, NAMES[i] ?? `layers[${i}]`));
  }
  const starts: number[] = [];
  const sums: (number | undefined)[] = [];
  const pseudo: PseudoHeader = { source: undefined, destination: undefined };
  let length = 0;
  for (let i = 0; i < values.length; i++) {
    starts.push(length);
    length += rows[i].measure(values[i]);
    rows[i].addresses?.(values[i], pseudo);
    sums.push(rows[i].usesAddresses ? pseudoSum(pseudo) : undefined);
  }
  const bytes = new Uint8Array(length);
  for (let i = values.length - 1; i >= 0; i--) {
    const around: Surroundings = {
      next: numberOfNext(values, rows, i, length - (starts[i + 1] ?? length)),
      addressSum: sums[i],
    };
    rows[i].write(values[i], bytes, starts[i], length, around);
  }
  return bytes;
}

/** The sum of the addresses of a pseudo-header, if they are known. */
export function pseudoSum({ source, destination }: PseudoHeader): number | undefined {
  return source === undefined || destination === undefined
    ? undefined
    : addressSum(source, destination);
}

function raw(data: Uint8Array): Payload {
  return { kind: "payload", data };
}

function rowOf(tables: LayerTables, value: StackValue, i: number): LayerRow {
  const kind = value?.kind;
  const row = tables.kind(kind);
  if (row === undefined) {
    throw new TypeError(
      `Cannot encode layers[${i}]: kind of ${
        typeof kind === "string" ? JSON.stringify(kind) : show(kind)
      } is unknown`,
    );
  }
  return row;
}

function numberOfNext(
  values: readonly StackValue[],
  rows: readonly LayerRow[],
  i: number,
  length: number,
): number | undefined {
  const after = values[i + 1];
  const { names } = rows[i];
  if (after === undefined || names === undefined) return undefined;
  const row = rows[i + 1];
  if (names === "protocol") return row.protocols[0];
  return row.etherTypeOf === undefined
    ? row.etherTypes[0]
    : row.etherTypeOf(after, { before: values[i], after: values[i + 2], length });
}
