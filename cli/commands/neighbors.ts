/**
 * `sock neighbors`: who is on the same link.
 *
 * @module
 */
import { type Neighbor, neighbors } from "../../netlink/neighbor.ts";
import type { Arguments, Command, Session } from "../command.ts";
import { DEVICE_OPTION, FAMILY_OPTION, readFamilyOption, TABLE_OPTIONS } from "../table_options.ts";
import { type Shown, showTable, tableEvent, watchTable } from "../watched_table.ts";

const SHOWN: Shown<"neighbors"> = {
  kind: "neighbors",
  event: "neighbor",
  head: ["ADDRESS", "HARDWARE", "DEVICE", "STATE", "FLAGS"],
  dispensable: ["FLAGS"],
  cells: (neighbor: Neighbor) => [
    neighbor.dst,
    neighbor.lladdr ?? "",
    neighbor.dev ?? "",
    neighbor.state?.join(" ").toLowerCase() ?? "",
    (["router", "proxy", "extern_learn"] as const).filter((flag) => neighbor[flag]).join(" "),
  ],
};

/** The command. */
export const neighborsCommand: Command = {
  usage: "[OPTIONS]",
  operands: [0, 0],
  description: [
    "Lists the hosts that the kernel knows on its links (ARP and neighbour discovery): IP address, " +
    "hardware address, interface, and whether they answered lately. Multicast and the loopback " +
    "are left out, unless --all.",
  ],
  options: [
    FAMILY_OPTION,
    DEVICE_OPTION,
    { name: "all", short: "a", help: "those that never have to be looked for, too" },
    ...TABLE_OPTIONS,
  ],
  events: [tableEvent("neighbor", "a neighbour; change is add, change or remove (--watch)")],
  examples: [
    ["sock neighbors", "Who is there."],
    ["sock neighbors --device eth0 --family inet", "ARP of one interface."],
    ["sock neighbors --watch", "Who comes and goes."],
  ],
  async run(args: Arguments, session: Session): Promise<number> {
    const family = readFamilyOption(args);
    const dev = args.value("device");
    const json = args.has("json");
    const all = args.has("all");
    const wanted = (neighbor: Neighbor) =>
      (all || !neighbor.state?.includes("NOARP")) &&
      (family === undefined || neighbor.family === family) &&
      (dev === undefined || neighbor.dev === dev);
    if (args.has("watch")) {
      await watchTable(SHOWN, wanted, json, session);
      return 0;
    }
    const options = { family, dev, signal: session.signal };
    const found = (await neighbors(options).toArray()).filter(wanted);
    await showTable(SHOWN, found, json);
    return found.length === 0 ? 1 : 0;
  },
};
