/**
 * `deno task soak -- --minutes 30` tries what may lose something again and again, each time with
 * other random choices, and ends with a table: what was tried, how often, what was lost. `--only TEXT`
 * takes the rows whose line has the text, `--seed N` begins with a seed that a failure has told.
 * `--faults` instead has every fault once, `--load` connections and messages by the million,
 * `--grow SECONDS` looks for inputs that reach more of each codec, and keeps them.
 */
import { parseArgs } from "@std/cli";
import { firstSeed, Random, seeded } from "../tests/reliability/_random.ts";
import {
  CANCELLATION,
  CODEC_FUZZ,
  FAULTS,
  FUZZ,
  loads,
  OUTSIDE_FAULTS,
  type Row,
} from "../tests/reliability/_rows.ts";
import { wholeMatrix } from "./soak_faults.ts";
import { growCorpora } from "./soak_grow.ts";
import { wholeLoad } from "./soak_load.ts";
import { textTable } from "./text_table.ts";

const HANG_MS = 120_000;
/** Ten times the load of the tests: 20,000 connections and 100,000 messages a run and kind. */
const LOAD = 10;

interface Result {
  what: string;
  runs: number;
  calls: number;
  cancelled: number;
  lost: number;
}

/** A run that neither ends nor fails hangs. */
async function within<T>(promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hangs = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it hangs for ${HANG_MS} ms`)), HANG_MS);
  });
  try {
    return await Promise.race([promise, hangs]);
  } finally {
    clearTimeout(timer);
  }
}

async function runOnce(row: Row, seed: number, result: Result): Promise<void> {
  result.runs++;
  try {
    const { calls, cancelled } = await seeded(seed, (random) => within(row.run(random)));
    result.calls += calls;
    result.cancelled += cancelled;
  } catch (error) {
    result.lost++;
    console.error(`${row.on}: ${row.what}: ${(error as Error).message}`);
  }
}

function table(results: readonly Result[]): string {
  const head = ["what was tried", "runs", "calls", "ended early", "lost"];
  const lines = results.map(({ what, runs, calls, cancelled, lost }) => [
    what,
    ...[runs, calls, cancelled, lost].map(String),
  ]);
  const total = results.reduce((sum, { lost }) => sum + lost, 0);
  return `${textTable([head, ...lines])}\nlost in all: ${total}`;
}

const { minutes, only, seed, faults, load, scale, grow } = parseArgs(
  Deno.args.filter((argument) => argument !== "--"),
  {
    string: ["minutes", "only", "seed", "scale", "grow"],
    boolean: ["faults", "load"],
    default: { minutes: "10", only: "", scale: "1" },
  },
);
if (faults) Deno.exit(await wholeMatrix(only) ? 0 : 1);
if (grow !== undefined) Deno.exit(await growCorpora(Number(grow), only));
if (load) Deno.exit(await wholeLoad(Number(scale)) ? 0 : 1);
const limitMs = Number(minutes) * 60_000;
if (!(limitMs > 0)) throw new RangeError("Cannot soak: minutes is not above 0");
const rows = [...CANCELLATION, ...FUZZ, ...CODEC_FUZZ, FAULTS, ...OUTSIDE_FAULTS, ...loads(LOAD)]
  .filter((row) => `${row.on}: ${row.what}`.includes(only))
  .filter((row) => {
    const why = row.missing?.() ?? row.kernel?.();
    if (why !== undefined) console.log(`left out: ${row.on}: ${row.what}: ${why}`);
    return why === undefined;
  });
if (rows.length === 0) throw new RangeError("Cannot soak: there is nothing to try");
const results = new Map<string, Result>();
for (const { what } of rows) results.set(what, { what, runs: 0, calls: 0, cancelled: 0, lost: 0 });
const seeds = new Random(seed === undefined ? firstSeed() : Number(seed));
console.log(`first seed: ${seeds.seed}`);
const began = performance.now();
for (
  let run = seeds.seed;
  performance.now() - began < limitMs;
  run = seeds.integer(0, 2 ** 32 - 1)
) {
  for (const row of rows) {
    if (performance.now() - began >= limitMs) break;
    await runOnce(row, run, results.get(row.what)!);
  }
}
console.log(table([...results.values()]));
Deno.exit([...results.values()].some(({ lost }) => lost > 0) ? 1 : 0);
