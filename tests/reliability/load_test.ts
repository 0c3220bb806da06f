/** Many connections and messages; `task soak` has ten times as many, again and again. */
import { testWith } from "../_tools.ts";
import { Random } from "./_random.ts";
import { loads } from "./_rows.ts";

for (const { on, what, missing, run } of loads(1)) {
  testWith(
    { other: missing },
    `${on}: ${what}`,
    async () => {
      await run(new Random(0));
    },
    { sanitizeOps: false }, // the libc engine's one waiter outlives an endpoint
  );
}
