/**
 * How a codec file is made. It exports
 * - `XxxView.parse(bytes, start?, end?)`, strict, and `parsePartial` (same arguments) where the
 *   header states a length that a cut capture or an ICMP quote cannot keep; the `kind` of a view and
 *   of its value is the same string;
 * - `toValue()`, which leaves out what `write` fills in (lengths, checksums), so that a changed value
 *   encodes to a right packet;
 * - `encodeXxx(value, payload?)`; a codec whose checksum covers a pseudo-header takes a third argument
 *   `sum?: number` (`addressSum()`, or the view's) and leaves the checksum 0 without it;
 * - a method `checksumOk()` of the view, with `(addressSum: number)` where a pseudo-header counts;
 * - `xxxLayer`, its row: `encode(...layers)` lays the whole packet out in one buffer and lets each row
 *   write its header in place, the innermost first, so that lengths and checksums are those of what
 *   follows.
 *
 * @module
 */

import { boundLength } from "../core/bytes.ts";
import { checkSum, checkValue, encodeAction, rawRow } from "./_checked_row.ts";
import type { LayerRow, LayerView, StackValue } from "./row_types.ts";

/** The row that was encoded by last, as callers see it and as it was written: most encode many alike. */
let lastRow: unknown;
let lastRaw: LayerRow;
let lastAction = "";

/** The body of every `encodeXxx(value, payload, sum)`: by its row, over what the row's table lets pass. */
export function encodeLayer<V extends StackValue, W extends LayerView>(
  row: LayerRow<V, W>,
  value: V,
  payload?: Uint8Array,
  sum?: number,
): Uint8Array {
  if (row !== lastRow) {
    lastRaw = rawRow(row as unknown as LayerRow);
    lastAction = encodeAction(lastRaw.kind);
    lastRow = row;
  }
  const raw = lastRaw;
  const action = lastAction;
  const checked = checkValue(raw, value, "value", action);
  const following = payload === undefined ? 0 : boundLength(payload, action, "payload");
  const addressSum = checkSum(sum, action, "sum");
  const length = raw.measure(checked);
  const bytes = new Uint8Array(length + following);
  // A view whose memory has shrunk away is empty, and `set` refuses it.
  if (following > 0) bytes.set(payload!, length);
  raw.write(checked, bytes, 0, bytes.length, { addressSum });
  return bytes;
}
