/**
 * Faults from outside, on both engines: each is hidden or told, nothing hangs, crashes or comes out
 * wrong. `task soak` has them again and again, `task soak -- --faults` in its table.
 */
import { assert } from "@std/assert";
import { openFds, testWith } from "../_tools.ts";
import { descriptorsBack } from "./_load.ts";
import { BAD } from "./_outcome.ts";
import { OUTSIDE, outsideMissing } from "./_outside.ts";
import { firstSeed, Random } from "./_random.ts";

const seed = firstSeed();

for (const fault of OUTSIDE) {
  testWith(
    { other: () => outsideMissing(fault) },
    `${fault.on}: ${fault.what}`,
    async () => {
      const before = openFds().size;
      const outcome = await fault.run(new Random(seed));
      assert(!BAD.includes(outcome), outcome);
      await descriptorsBack(before);
    },
    { sanitizeOps: false }, // the libc engine's one waiter outlives an endpoint
  );
}
