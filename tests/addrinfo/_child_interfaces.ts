/** As _child_call.ts, with what ip(8) told before beside it. */
import { interfaceIndex, interfaceName, interfaces } from "../../addrinfo/mod.ts";

console.log(JSON.stringify([
  [interfaces(), interfaceIndex("va0"), interfaceName(1)],
  JSON.parse(await Deno.readTextFile("/etc/ip.json")),
]));
