/**
 * What a kind of link is here.
 *
 * @module
 */
import type { AttributeRows, AttributeTable } from "./attributes.ts";

/** A kind's attributes, and how its words differ from them. */
export interface LinkKind {
  /** The attributes, by words of `ip` where there is one for one. */
  readonly table: AttributeTable<AttributeRows>;
  /** Attributes that hold the index of a link, told by its name. */
  readonly links?: readonly string[];
  /** Words that are there only if true. */
  readonly onlyTrue?: readonly string[];
  /** What `ip` tells in one word and the kernel in several attributes. */
  readonly toWords?: (data: Record<string, unknown>) => void;
  /** The other way, on a copy. */
  readonly fromWords?: (data: Record<string, unknown>) => void;
}

/** Drops words with the value that `ip` does not mention. */
export function dropZero(data: Record<string, unknown>, ...words: string[]): void {
  for (const word of words) if (data[word] === 0) delete data[word];
}
