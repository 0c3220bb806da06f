/**
 * What was meant: the word of a list that is next to what was written.
 *
 * @module
 */

/**
 * Finds what was probably meant.
 *
 * @param word What was written.
 * @param candidates What could have been meant.
 * @returns The nearest by slips of typing, if it is near enough; `undefined` otherwise.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const lower = word.toLowerCase();
  let best: string | undefined;
  // One slip in three letters is a slip; more is another word.
  let bestSlips = Math.floor(Math.max(lower.length, 3) / 3) + 1;
  for (const candidate of candidates) {
    const slips = slipsBetween(lower, candidate.toLowerCase());
    if (slips < bestSlips) [best, bestSlips] = [candidate, slips];
  }
  return best ?? candidates.find((one) => lower.length >= 2 && one.startsWith(lower));
}

/** Letters added, lost, changed, or exchanged with their neighbour (optimal string alignment). */
function slipsBetween(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, changed);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        next[j] = Math.min(next[j], before[j - 2] + 1);
      }
    }
    [before, row] = [row, next];
  }
  return row[b.length];
}
