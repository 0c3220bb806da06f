/**
 * Every wait cancelled at random, on both engines, against a model: nothing is lost or doubled.
 * `SEED=N` repeats a run; `task soak` runs them for long.
 */
import { assert } from "@std/assert";
import { openFds, testWith } from "../_tools.ts";
import { descriptorsBack } from "./_load.ts";
import { firstSeed, seeded } from "./_random.ts";
import { CANCELLATION } from "./_rows.ts";

const seed = firstSeed();

for (const { on, what, missing, kernel, run } of CANCELLATION) {
  testWith(
    { other: missing, ...(kernel && { kernel }) },
    `${on}: ${what}`,
    async () => {
      const before = openFds().size;
      const { calls, cancelled } = await seeded(seed, run);
      assert(cancelled > 0, `SEED=${seed}: none of ${calls} calls was cancelled`);
      await descriptorsBack(before);
    },
    { sanitizeOps: false }, // the libc engine's one waiter outlives an endpoint
  );
}
