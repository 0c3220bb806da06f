/**
 * Many connections and messages; `task soak` has ten times as many, again and again, and
 * `task soak -- --load` the load of a busy day beside other runtimes.
 */
import { assert } from "@std/assert";
import { openFds, testWith } from "../_tools.ts";
import { datagramFlood, pings } from "./_flood.ts";
import { descriptorsBack } from "./_load.ts";
import { denoServer, FDS_OF_DENO, manyConnections } from "./_many.ts";
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

for (const make of ["libc", "deno"] as const) {
  testWith(
    {},
    `a server by ${make} has many idle connections, as many at once, and ten times as many that come and go`,
    async () => {
      const before = openFds().size;
      const counts = { idle: 300, atOnce: 300, churn: 3000 };
      const result = await manyConnections(denoServer(make), counts);
      const fds = result.after.fds - result.before.fds;
      assert(fds <= FDS_OF_DENO, `${fds} descriptors are left`);
      const left = result.after.heap - result.before.heap;
      assert(left < 1_500_000, `${left} bytes are left on the heap`);
      await descriptorsBack(before);
    },
    { sanitizeOps: false },
  );
}

for (const engine of ["libc", "deno"] as const) {
  testWith(
    {},
    `a hundred thousand datagrams by ${engine} come once and in order`,
    () => datagramFlood(engine, 100_000),
    { sanitizeOps: false },
  );
}

testWith({ root: true }, "a hundred hosts are pinged at once", async () => {
  const before = openFds().size;
  await pings(100);
  await descriptorsBack(before);
}, { sanitizeOps: false });
