/**
 * `sock routes`: where packets go.
 *
 * @module
 */
import { type Route, routes } from "../../netlink/route.ts";
import type { Arguments, Command, Session } from "../command.ts";
import { DEVICE_OPTION, FAMILY_OPTION, readFamilyOption, TABLE_OPTIONS } from "../table_options.ts";
import { type Shown, showTable, tableEvent, watchTable } from "../watched_table.ts";

const SHOWN: Shown<"routes"> = {
  kind: "routes",
  event: "route",
  head: ["DESTINATION", "GATEWAY", "DEVICE", "SOURCE", "METRIC", "PROTOCOL", "TABLE", "TYPE"],
  right: ["METRIC"],
  dispensable: ["TYPE", "PROTOCOL", "SOURCE", "METRIC"],
  cells: (route: Route) => [
    route.dst,
    route.nexthops?.map(gatewayOf).join(" ") ?? gatewayOf(route),
    route.nexthops?.map(({ dev }) => dev).join(" ") ?? route.dev ?? "",
    route.prefsrc ?? "",
    route.metric === undefined ? "" : `${route.metric}`,
    route.protocol,
    route.table,
    route.type,
  ],
};

function gatewayOf({ gateway, via }: Pick<Route, "gateway" | "via">): string {
  return gateway ?? via?.host ?? "";
}

/** The command. */
export const routesCommand: Command = {
  usage: "[OPTIONS]",
  operands: [0, 0],
  description: [
    "Lists the routes of the table main, or of another: destination, gateway, interface, the " +
    "address to send from. --json has everything that ip -j -d route has, by the same names.",
  ],
  options: [
    FAMILY_OPTION,
    DEVICE_OPTION,
    {
      name: "table",
      short: "T",
      value: "TABLE",
      help: "main (the default), local, default, a number, or all",
    },
    ...TABLE_OPTIONS,
  ],
  events: [tableEvent("route", "a route; change is add, change or remove (--watch)")],
  examples: [
    ["sock routes", "The ways out."],
    ["sock routes --table all --family inet6", "All of IPv6, the local ones too."],
    ["sock routes --watch --json", "Every change, for a program."],
  ],
  async run(args: Arguments, session: Session): Promise<number> {
    const family = readFamilyOption(args);
    const dev = args.value("device");
    const table = args.value("table") ?? "main";
    const json = args.has("json");
    if (args.has("watch")) {
      await watchTable(
        SHOWN,
        (route) =>
          (table === "all" || route.table === table) &&
          (dev === undefined || route.dev === dev) &&
          (family === undefined || (family === "inet6") === (route.pref !== undefined)),
        json,
        session,
      );
      return 0;
    }
    const options = { family, dev, signal: session.signal };
    const found = await routes(table === "all" ? options : { ...options, table }).toArray();
    await showTable(SHOWN, found, json);
    return found.length === 0 ? 1 : 0;
  },
};
