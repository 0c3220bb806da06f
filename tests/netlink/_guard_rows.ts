/** What each export of netlink takes: rows of the permission table (`tests/guard/_table.ts`). */
import { INTERFACES, type Row, WHOLE_NET } from "../guard/_row.ts";

/** The rows. */
export const rows: Row[] = [];

function add(name: string, what: string, ours: string, oracle: string): void {
  rows.push({ name, what, ours, oracle });
}

for (
  const name of [
    "addresses",
    "links",
    "neighbors",
    "nexthops",
    "routes",
    "rules",
    "qdiscs",
    "classes",
    "filters",
  ]
) {
  add(
    `netlink.${name}`,
    "",
    `await drain(m.netlink.${name}(${
      name === "classes" || name === "filters" ? '{ dev: "lo" }' : ""
    }));`,
    INTERFACES,
  );
}
for (const name of ["fdb", "vlans"]) {
  add(`netlink.${name}`, "", `await drain(m.netlink.${name}());`, INTERFACES);
}
add("netlink.mdb", "", "await m.netlink.mdb();", INTERFACES);
add("netlink.netnsIds", "", "await drain(m.netlink.netnsIds());", INTERFACES);
add("netlink.ethtool", "", 'await m.netlink.ethtool("lo");', INTERFACES);
add("netlink.genericFamilies", "", "await drain(m.netlink.genericFamilies());", INTERFACES);
add("netlink.genericFamily", "", 'await m.netlink.genericFamily("nlctrl");', INTERFACES);
add("netlink.genericPolicy", "", 'await m.netlink.genericPolicy("nlctrl");', INTERFACES);
add("netlink.wirelessInterfaces", "", "await drain(m.netlink.wirelessInterfaces());", INTERFACES);
add(
  "netlink.wirelessNetworks",
  "",
  'await drain(m.netlink.wirelessNetworks("none"));',
  WHOLE_NET,
);
add("netlink.wirelessScan", "", 'await m.netlink.wirelessScan("none");', WHOLE_NET);
add("netlink.wireguard", "", 'await m.netlink.wireguard("none");', WHOLE_NET);
add("netlink.setWireguard", "", 'await m.netlink.setWireguard("none", {});', WHOLE_NET);
add("netlink.conntrack", "", "await drain(m.netlink.conntrack());", WHOLE_NET);
const tracked = `{ family: "inet", protocol: "udp",
  original: { src: "192.0.2.1", dst: "192.0.2.2", sport: 1, dport: 2 } }`;
add("netlink.setConntrack", "", `await m.netlink.setConntrack(${tracked}, {});`, WHOLE_NET);
add("netlink.deleteConntrack", "", `await m.netlink.deleteConntrack(${tracked});`, WHOLE_NET);
add(
  "netlink.conntrackEvents",
  "",
  "for await (const _ of m.netlink.conntrackEvents({ signal: soon() }));",
  WHOLE_NET,
);
add("netlink.sockets", "", "await drain(m.netlink.sockets());", WHOLE_NET);
add("netlink.open", "", "(await m.netlink.open({ protocol: 0 })).close();", WHOLE_NET);
add(
  "netlink.change",
  "",
  'await m.netlink.change({ do: "delete link", ifname: "none" });',
  WHOLE_NET,
);
add(
  "netlink.changeAll",
  "",
  'await m.netlink.changeAll([{ do: "delete link", ifname: "none" }]);',
  WHOLE_NET,
);
add(
  "netlink.monitor",
  "",
  "for await (const _ of m.netlink.monitor({ signal: soon() }));",
  INTERFACES,
);
add(
  "netlink.uevents",
  "",
  "for await (const _ of m.netlink.uevents({ signal: soon() }));",
  WHOLE_NET,
);
add("netlink.table", "", '(await m.netlink.table("links")).close();', INTERFACES);
