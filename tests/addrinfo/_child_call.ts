/** Calls functions of the module, given with their arguments as JSON on stdin. */
import * as addrinfo from "../../addrinfo/mod.ts";
import { AddrInfoError, isSocketError } from "../../core/errors.ts";

type Call = [name: keyof typeof addrinfo, ...args: unknown[]];

const calls: Call[] = JSON.parse(await new Response(Deno.stdin.readable).text());
const results = [];
for (const [name, ...args] of calls) {
  try {
    results.push(await (addrinfo[name] as (...args: unknown[]) => unknown)(...args) ?? null);
  } catch (error) {
    if (!(error instanceof AddrInfoError) && !isSocketError(error)) throw error;
    results.push(error.code);
  }
}
console.log(JSON.stringify(results));
