// Looks a name up COUNT times, IN_FLIGHT at once, by node:dns for each line on stdin, in Node, Bun or Deno;
// prints a line of JSON. A "%d" in the name is replaced by the number of the lookup, and then a file is
// read all the while.
import { lookup } from "node:dns/promises";
import process from "node:process";
import { run } from "./_run.mjs";

const host = process.argv[2];
await run(async (i) => {
  await lookup(host.replace("%d", i), { all: true });
});
