/**
 * Random sequences of calls with hostile views and arguments against a model. `SEED=N` repeats a run;
 * `task soak` runs them for long.
 */
import { assert } from "@std/assert";
import { openFds, testWith } from "../_tools.ts";
import { descriptorsBack } from "./_load.ts";
import { firstSeed, seeded } from "./_random.ts";
import { FUZZ } from "./_rows.ts";

const seed = firstSeed();

for (const { on, what, missing, kernel, run } of FUZZ) {
  testWith(
    { other: missing, ...(kernel && { kernel }) },
    `${on}: ${what}`,
    async () => {
      const before = openFds().size;
      const { cancelled } = await seeded(seed, run);
      assert(cancelled > 0, `SEED=${seed}: nothing was refused`);
      await descriptorsBack(before);
    },
    { sanitizeOps: false }, // the libc engine's one waiter outlives an endpoint
  );
}
