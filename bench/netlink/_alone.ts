/** One listing, as a program of its own. */
import { routes, sockets } from "../../netlink/mod.ts";

const table = Deno.args[0] === "routes"
  ? routes({ family: "inet" })
  : sockets({ kinds: ["tcp"], family: "inet" });
console.log((await table.toArray()).length);
