/**
 * `sock interfaces`: the links of this machine and their addresses.
 *
 * @module
 */
import { addresses, type LinkAddress } from "../../netlink/address.ts";
import { type Link, links } from "../../netlink/link.ts";
import type { Arguments, Command, Session } from "../command.ts";
import { TABLE_OPTIONS } from "../table_options.ts";
import { type Shown, showTable, tableEvent, watchTable } from "../watched_table.ts";

function shown(found: readonly LinkAddress[]): Shown<"links"> {
  return {
    kind: "links",
    event: "interface",
    head: ["NAME", "STATE", "KIND", "MTU", "HARDWARE", "ADDRESSES"],
    right: ["MTU"],
    dispensable: ["MTU", "HARDWARE"],
    cells: (link: Link) => [
      link.ifname,
      stateOf(link),
      link.linkinfo?.info_kind ?? link.link_type,
      `${link.mtu}`,
      link.address ?? "",
      found.filter(({ ifindex }) => ifindex === link.ifindex)
        .map(({ local, prefixlen }) => `${local}/${prefixlen}`).join(" "),
    ],
  };
}

function stateOf(link: Link): string {
  if (!link.flags.includes("UP")) return "down";
  return link.flags.includes("NO-CARRIER") ? "no carrier" : "up";
}

/** The command. */
export const interfacesCommand: Command = {
  usage: "[OPTIONS] [NAME]",
  operands: [0, 1],
  description: [
    "Lists the network interfaces, those that are down too, as the kernel has them: state, kind, " +
    "largest packet, hardware address and IP addresses. --json has everything that ip -j -d link " +
    "has, by the same names, and the addresses.",
  ],
  options: TABLE_OPTIONS,
  events: [tableEvent("interface", "an interface; change is add, change or remove (--watch)")],
  examples: [
    ["sock interfaces", "All of them."],
    ["sock interfaces lo --json", "Everything about one."],
    ["sock interfaces --watch", "Who comes, goes, and loses its carrier."],
  ],
  async run(args: Arguments, session: Session): Promise<number> {
    const [name] = args.operands;
    const wanted = (link: Link) => name === undefined || link.ifname === name;
    const found = await addresses({ signal: session.signal }).toArray();
    const json = args.has("json");
    if (args.has("watch")) {
      await watchTable(shown(found), wanted, json, session);
      return 0;
    }
    const all = await links({ signal: session.signal }).toArray();
    const some = all.filter(wanted);
    const entries = json
      ? some.map((link) => ({
        ...link,
        addr_info: found.filter(({ ifindex }) => ifindex === link.ifindex),
      }))
      : some;
    await showTable(shown(found), entries, json);
    return some.length === 0 ? 1 : 0;
  },
};
