/** Measuring by turns: what disturbs the machine disturbs all alike. */

/** Runs `measure` for each name in turn, `rounds` times after one to warm up; all results. */
export async function byTurns<N extends string>(
  names: readonly N[],
  rounds: number,
  measure: (name: N) => Promise<number>,
): Promise<Map<N, number[]>> {
  const results = new Map<N, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    // Each begins as often as any other.
    for (let i = 0; i < names.length; i++) {
      const name = names[(i + round) % names.length];
      const result = await measure(name);
      if (round > 0) results.get(name)!.push(result);
    }
  }
  return results;
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

/** Prints rates and the median of the rounds' own ratios to `base`. */
export function print<N extends string>(title: string, rates: Map<N, number[]>, base: N): void {
  const of = rates.get(base)!;
  const words = [...rates].map(([name, values]) => {
    const rate = Math.round(median(values)).toLocaleString("en");
    if (name === base) return `${name} ${rate}`;
    return `${name} ${rate} (${median(values.map((v, i) => v / of[i])).toFixed(3)})`;
  });
  console.log(`${title.padEnd(38)} ${words.join(", ")}`);
}
