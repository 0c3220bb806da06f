/** What the report is made of: sections of cells, each measured for several contenders in turn. */

/** One contender in one cell. */
export interface Result {
  readonly name: string;
  /** Median over the rounds, in the section's unit. */
  readonly value: number;
  /** Median over the rounds of the ratio to the first contender in the same round; above 1 is better. */
  readonly share: number;
  /** Microseconds of CPU an operation, median. */
  readonly cpuMicros?: number;
  /** Percentiles of the round trip in microseconds, medians. */
  readonly p50Micros?: number;
  readonly p99Micros?: number;
  readonly p999Micros?: number;
}

/** One column of a section: so many connections, so many bytes. */
export interface Cell {
  readonly name: string;
  readonly results: readonly Result[];
}

/** What belongs on one chart. */
export interface Section {
  /** Names its files. */
  readonly id: string;
  readonly title: string;
  /** Of the values: `"echoes/s"`. */
  readonly unit: string;
  /** What a reader has to know: what counts and what does not. */
  readonly note: string;
  readonly cells: readonly Cell[];
}

/** How thoroughly. */
export interface Plan {
  readonly quick: boolean;
  readonly rounds: number;
  /** How long one measurement takes. */
  readonly ms: number;
  /** Whether a section is asked for. */
  wants(id: string): boolean;
}

/** One measurement. */
export interface Sample {
  readonly value: number;
  readonly cpuMicros?: number;
  readonly p50Micros?: number;
  readonly p99Micros?: number;
  readonly p999Micros?: number;
}

/** A contender of a cell. */
export interface Contender {
  readonly name: string;
  measure(): Promise<Sample>;
}

/** The middle of some numbers. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

/**
 * Measures the contenders of a cell in turn, as often as the plan says, and once before to warm up. What
 * else the machine does changes from one moment to the next: shares are of the same round.
 */
export async function measureCell(
  name: string,
  contenders: readonly Contender[],
  { rounds }: Plan,
  lessIsBetter = false,
): Promise<Cell> {
  const samples = contenders.map((): Sample[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (let i = 0; i < contenders.length; i++) {
      // Each begins as often as any other.
      const at = (i + round) % contenders.length;
      const sample = await contenders[at].measure();
      if (round > 0) samples[at].push(sample);
    }
  }
  const share = (i: number) =>
    median(samples[i].map(({ value }, round) => {
      const base = samples[0][round].value;
      return lessIsBetter ? base / value : value / base;
    }));
  const results = contenders.map(({ name }, i): Result => ({
    name,
    value: rounded(median(samples[i].map(({ value }) => value))),
    share: rounded(share(i)),
    ...medians(samples[i]),
  }));
  const shown = results.map(({ name, share }) => `${name} ${share.toFixed(2)}`).join(", ");
  console.log(`  ${name}: ${shown}   (1.00 = ${results[0].value})`);
  return { name, results };
}

function medians(samples: readonly Sample[]): Partial<Result> {
  const keys = ["cpuMicros", "p50Micros", "p99Micros", "p999Micros"] as const;
  return Object.fromEntries(
    keys.filter((key) => samples.every((sample) => sample[key] !== undefined))
      .map((key) => [key, rounded(median(samples.map((sample) => sample[key]!)))]),
  );
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

/** Microseconds of CPU that a process has taken, all its threads together (`man 5 proc`, schedstat). */
export function cpuMicros(pid: number): number {
  let nanos = 0;
  try {
    for (const { name } of Deno.readDirSync(`/proc/${pid}/task`)) {
      nanos += Number(Deno.readTextFileSync(`/proc/${pid}/task/${name}/schedstat`).split(" ")[0]);
    }
  } catch {
    // A thread ended between the two calls.
  }
  return nanos / 1000;
}
