/**
 * Rows by a number of 16 bits, read once or twice a packet.
 *
 * @module
 */

import type { LayerRow } from "./layer_row.ts";

/** A hash table without collisions: a read is one comparison, where a `Map` costs a call. */
export class NumberTable {
  /** How many numbers it has. */
  readonly size: number;
  readonly #mask: number;
  readonly #keys: Int32Array;
  readonly #rows: (LayerRow | undefined)[];

  /** Of two rows with the same number the later one has it. */
  constructor(entries: Iterable<readonly [number, LayerRow]>) {
    const map = new Map(entries);
    let mask = 15;
    // With as many slots as numbers there are no collisions at the latest.
    while (!isFree([...map.keys()], mask)) mask = mask * 2 + 1;
    this.size = map.size;
    this.#mask = mask;
    this.#keys = new Int32Array(mask + 1).fill(-1);
    this.#rows = new Array(mask + 1).fill(undefined);
    for (const [number, row] of map) {
      const slot = slotOf(number, mask);
      this.#keys[slot] = number;
      this.#rows[slot] = row;
    }
  }

  /** The row of a number, or `undefined`. */
  get(number: number): LayerRow | undefined {
    const slot = slotOf(number, this.#mask);
    return this.#keys[slot] === number ? this.#rows[slot] : undefined;
  }
}

/** Numbers differ in their low bits (ports), or in their high ones (EtherTypes). */
function slotOf(number: number, mask: number): number {
  return (number ^ (number >>> 6)) & mask;
}

function isFree(numbers: readonly number[], mask: number): boolean {
  return new Set(numbers.map((number) => slotOf(number, mask))).size === numbers.length;
}
