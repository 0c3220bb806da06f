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

import { EMPTY } from "./_bytes.ts";
import { checkPayload, checkSum, checkValue, rawRow } from "./_checked_row.ts";
import type { LayerRow, LayerView, StackValue } from "./row_types.ts";

/** The body of every `encodeXxx(value, payload, sum)`: by its row, over what the row's table lets pass. */
export function encodeLayer<V extends StackValue, W extends LayerView>(
  row: LayerRow<V, W>,
  value: V,
  payload?: Uint8Array,
  sum?: number,
): Uint8Array {
  const raw = rawRow(row as unknown as LayerRow);
  const checked = checkValue(raw, value, "value");
  const following = checkPayload(payload, raw.kind) ?? EMPTY;
  const addressSum = checkSum(sum, raw.kind);
  const length = raw.measure(checked);
  const bytes = new Uint8Array(length + following.length);
  bytes.set(following, length);
  raw.write(checked, bytes, 0, bytes.length, { addressSum });
  return bytes;
}
