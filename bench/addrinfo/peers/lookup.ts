/**
 * Looks a name up COUNT times, IN_FLIGHT at once, for each line on stdin; prints a line of JSON. A "%d" in
 * the name is replaced by the number of the lookup, and then a file is read all the while. With
 * "distinct", no two lookups are equal, so that none is shared.
 */
import { getAddrInfo } from "../../../addrinfo/mod.ts";
import { run } from "./_run.mjs";

const [host, , , kind] = Deno.args;
const distinct = host.includes("%d");
await run(async (i: number) => {
  const name = distinct ? host.replace("%d", `${i}`) : host;
  await getAddrInfo(name, kind === "distinct" ? i % 65536 : null, { type: "stream" });
});
