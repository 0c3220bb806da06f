/**
 * `deno task soak -- --faults`: every fault of the matrix once, and a table of how each scenario took
 * them. `--only TEXT` takes the faults whose line has the text.
 */
import { allFaults, injectEach } from "../tests/reliability/_faults.ts";
import { BAD, type Outcome, OUTCOMES } from "../tests/reliability/_outcome.ts";
import { OUTSIDE, outsideMissing } from "../tests/reliability/_outside.ts";
import { Random } from "../tests/reliability/_random.ts";
import { textTable } from "./text_table.ts";

/** Injects them all; whether each came out as it may. */
export async function wholeMatrix(only: string): Promise<boolean> {
  const faults = (await allFaults()).filter((fault) => JSON.stringify(fault).includes(only));
  const rows = new Map<string, number[]>();
  const count = (row: string, outcome: Outcome) => {
    if (!rows.has(row)) rows.set(row, OUTCOMES.map(() => 0));
    rows.get(row)![OUTCOMES.indexOf(outcome)]++;
  };
  const began = performance.now();
  let allGood = true;
  let done = 0;
  await injectEach(faults, ({ scenario }, outcome, bad) => {
    count(scenario, outcome);
    if (bad !== undefined) {
      console.error(bad);
      allGood = false;
    }
    if (++done % 100 === 0) {
      const seconds = Math.round((performance.now() - began) / 1000);
      console.log(`${done} of ${faults.length} in ${seconds} s`);
    }
  });
  for (const fault of OUTSIDE) {
    const line = `${fault.on}: ${fault.what}`;
    if (!line.includes(only)) continue;
    const why = outsideMissing(fault);
    if (why !== undefined) {
      console.log(`left out: ${line}: ${why}`);
      continue;
    }
    const row = `${fault.what} (${fault.on})`;
    try {
      count(row, await fault.run(new Random(0)));
    } catch (error) {
      const { message } = error as Error;
      count(row, BAD.find((outcome) => message.startsWith(outcome)) ?? "untold");
      console.error(`${line}: ${message}`);
      allGood = false;
    }
  }
  const lines = [...rows].map(([row, counts]) => [row, ...counts.map(String)]);
  const sums = OUTCOMES.map((_, i) => [...rows.values()].reduce((sum, row) => sum + row[i], 0));
  const head = ["scenario", ...OUTCOMES];
  console.log(textTable([head, ...lines, ["all", ...sums.map(String)]]));
  return allGood;
}
