/** What the report is made of: sections of cells, each measured for several contenders in turn. */

import { libc } from "../../ffi/abi/library.ts";

/** One contender in one cell. */
export interface Result {
  readonly name: string;
  /** Median over the rounds, in the section's unit. */
  readonly value: number;
  /** Median over the rounds of the ratio to the first contender in the same round; above 1 is better. */
  readonly share: number;
  /** The quarter of the rounds with the lowest ratios, and that with the highest, end there. */
  readonly shareLow: number;
  readonly shareHigh: number;
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
  /** Those that failed in it. */
  readonly failed?: readonly string[];
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
  /** Whether everything still runs, not how fast it is: few cells, one round, no warm-up. */
  readonly quick: boolean;
  readonly rounds: number;
  /** How long one measurement takes. */
  readonly ms: number;
}

/** A section that can be asked for. */
export interface SectionRow {
  readonly id: string;
  /** The folder that its programs are in. */
  readonly area: string;
  /** Measures it; undefined where this machine cannot, which is told. */
  make(plan: Plan): Promise<Omit<Section, "id"> | undefined>;
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
  return quantile(values, 0.5);
}

/** The value that so large a part of some numbers is below, 0 to 1. */
export function quantile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) =>
    a - b
  )[Math.min(values.length - 1, Math.floor(values.length * part))];
}

/**
 * Measures the contenders of a cell in turn, as often as the plan says, and once before to warm up. What
 * else the machine does changes from one moment to the next: shares are of the same round. One that fails
 * is told and left out, unless it is the first, which the others are compared with.
 */
export async function measureCell(
  name: string,
  contenders: readonly Contender[],
  { rounds, quick }: Plan,
  lessIsBetter = false,
): Promise<Cell> {
  const samples = contenders.map((): Sample[] => []);
  const failed = new Set<Contender>();
  for (let round = quick ? 1 : 0; round <= rounds; round++) {
    for (let i = 0; i < contenders.length; i++) {
      // Each begins as often as any other.
      const at = (i + round) % contenders.length;
      const contender = contenders[at];
      if (failed.has(contender)) continue;
      try {
        const sample = await contender.measure();
        if (round > 0) samples[at].push(sample);
      } catch (error) {
        if (at === 0 || quick) throw error;
        failed.add(contender);
        console.error(`  ${name}: ${contender.name} failed: ${error}`);
      }
    }
  }
  const whole = contenders.filter((contender) => !failed.has(contender));
  const cell: Cell = {
    name,
    results: resultsOf(
      whole.map(({ name }) => name),
      samples.filter((_, at) => !failed.has(contenders[at])),
      lessIsBetter,
    ),
    ...(failed.size > 0 && { failed: [...failed].map(({ name }) => name) }),
  };
  const shown = cell.results.map(({ name, share }) => `${name} ${share.toFixed(2)}`).join(", ");
  console.log(`  ${name}: ${shown}   (1.00 = ${cell.results[0].value})`);
  return cell;
}

/** What samples of some contenders, a list each of the same rounds, come to. */
export function resultsOf(
  names: readonly string[],
  samples: readonly (readonly Sample[])[],
  lessIsBetter = false,
): Result[] {
  return names.map((name, i): Result => {
    const shares = samples[i].map(({ value }, round) => {
      const base = samples[0][round].value;
      return lessIsBetter ? base / value : value / base;
    });
    return {
      name,
      value: rounded(median(samples[i].map(({ value }) => value))),
      share: rounded(median(shares)),
      shareLow: rounded(quantile(shares, 0.25)),
      shareHigh: rounded(quantile(shares, 0.75)),
      ...medians(samples[i]),
    };
  });
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

/**
 * Microseconds of CPU that a process has taken, all its threads together, with those that have ended: by
 * its clock (`man 3 clock_getcpuclockid`, CPUCLOCK_SCHED of linux/kernel/time/posix-cpu-timers.c).
 */
export function cpuMicros(pid: number): number {
  const time = new BigInt64Array(2);
  if (libc().clock_gettime((~pid << 3) | 2, time) !== 0) return NaN;
  return Number(time[0]) * 1e6 + Number(time[1]) / 1e3;
}
