/** Tries each lookup given as JSON; prints "found", or the error's class and message. */
import { getAddrInfo, getNameInfo, hostname, interfaces } from "../../addrinfo/mod.ts";

const cases: [string, string | null, number | null][] = JSON.parse(Deno.args[0]);
const results: string[] = [];
for (const [what, host, port] of cases) {
  try {
    if (what === "addr") await getAddrInfo(host, port, { family: "inet" });
    else if (what === "name") await getNameInfo({ hostname: host!, port: port! });
    else if (what === "numeric") {
      const options = { numericHost: true, numericService: true };
      await getNameInfo({ hostname: host!, port: port! }, options);
    } else if (what === "interfaces") interfaces();
    else hostname();
    results.push("found");
  } catch (error) {
    results.push(error instanceof Error ? `${error.constructor.name}: ${error.message}` : "?");
  }
}
console.log(JSON.stringify(results));
