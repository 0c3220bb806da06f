/** What we change is what `ip` and `tc` would have changed: two namespaces, one made by each. */
import { assert, assertEquals } from "@std/assert";
import { netlink } from "../../mod.ts";
import { testWith } from "../_tools.ts";
import { both, bothPrint } from "./_both.ts";
import { json, plain } from "./_ip.ts";
import type { Netns } from "./_netns.ts";
import { twins } from "./_twins.ts";

const NEEDS = { root: true, netns: true, tools: ["ip"] };

testWith(NEEDS, "links that we make and change are those that ip makes and changes", async () => {
  await using pair = await twins();
  await both(
    pair,
    `
    ip link add br0 type bridge stp_state 1 ageing_time 1234 mcast_vlan_snooping 0
    ip link add v0 type veth peer name v1
    ip link set v0 master br0
    ip link set v0 up
    ip link set br0 up
    ip link add vx type vxlan id 5 dstport 4789 remote 10.0.0.9 dev v1 srcport 1000 2000
    ip link add vx6 type vxlan id 6 dstport 4790 local 2001:db8::1 group ff02::5 dev v1 ttl 7 nolearning
    ip link add mv link v1 mtu 1300 type macvlan mode private
    ip link add ifb0 numtxqueues 2 type ifb
    ip link set v1 alias odd group 7 promisc on
    ip link set ifb0 txqueuelen 5 name ifb9
    ip link add gone type ifb
    ip link delete gone
    bridge link set dev v0 guard on cost 7
  `,
    [
      {
        do: "add link",
        ifname: "br0",
        kind: "bridge",
        info_data: { stp_state: 1, ageing_time: 1234, mcast_vlan_snooping: 0 },
      },
      { do: "add link", ifname: "v0", kind: "veth", peer: { ifname: "v1" } },
      { do: "set link", ifname: "v0", master: "br0" },
      { do: "set link", ifname: "v0", up: true },
      { do: "set link", ifname: "br0", up: true },
      {
        do: "add link",
        ifname: "vx",
        kind: "vxlan",
        info_data: {
          id: 5,
          port: 4789,
          remote: "10.0.0.9",
          link: "v1",
          port_range: { low: 1000, high: 2000 },
          learning: true,
        },
      },
      {
        do: "add link",
        ifname: "vx6",
        kind: "vxlan",
        info_data: {
          id: 6,
          port: 4790,
          local: "2001:db8::1",
          group6: "ff02::5",
          link: "v1",
          ttl: 7,
          learning: false,
        },
      },
      {
        do: "add link",
        ifname: "mv",
        link: "v1",
        mtu: 1300,
        kind: "macvlan",
        info_data: { mode: "private" },
      },
      { do: "add link", ifname: "ifb0", kind: "ifb", num_tx_queues: 2 },
      { do: "set link", ifname: "v1", ifalias: "odd", group: 7, promisc: true },
      { do: "set link", ifname: "ifb0", txqlen: 5, newName: "ifb9" },
      { do: "add link", ifname: "gone", kind: "ifb" },
      { do: "delete link", ifname: "gone" },
      {
        do: "set link",
        ifname: "v0",
        slave_kind: "bridge",
        info_slave_data: { guard: true, cost: 7 },
      },
    ],
  );
  await bothPrint(pair.ours, pair.theirs, ["ip -j -d link"]);
});

const BASE: netlink.Change[] = [
  { do: "add link", ifname: "v0", kind: "veth", peer: { ifname: "v1" } },
  { do: "set link", ifname: "v0", up: true },
  { do: "set link", ifname: "v1", up: true },
  { do: "add address", dev: "v0", local: "10.0.0.1/24", broadcast: "10.0.0.255", label: "v0:x" },
  { do: "add address", dev: "v0", local: "10.0.0.2", prefixlen: 24, metric: 77 },
  { do: "add address", dev: "v1", local: "10.1.1.1", address: "10.1.1.2", scope: "link" },
  { do: "add address", dev: "v0", local: "2001:db8::1/64", flags: ["nodad"] },
  {
    do: "add address",
    dev: "v0",
    local: "2001:db8::2/64",
    valid_life_time: 1000,
    preferred_life_time: 0,
    flags: ["noprefixroute", "nodad"],
  },
  { do: "add address", dev: "v0", local: "2001:db8::3/64", flags: ["home", "mngtmpaddr"] },
  { do: "add address", dev: "v0", local: "10.0.0.4/24" },
  { do: "delete address", dev: "v0", local: "10.0.0.4/24" },
];
const BASE_COMMANDS = `
  ip link add v0 type veth peer name v1
  ip link set v0 up
  ip link set v1 up
  ip address add 10.0.0.1/24 dev v0 broadcast 10.0.0.255 label v0:x
  ip address add 10.0.0.2/24 dev v0 metric 77
  ip address add 10.1.1.1 peer 10.1.1.2/32 dev v1 scope link
  ip address add 2001:db8::1/64 dev v0 nodad
  ip address add 2001:db8::2/64 dev v0 valid_lft 1000 preferred_lft 0 noprefixroute nodad
  ip address add 2001:db8::3/64 dev v0 home mngtmpaddr
`;

testWith(NEEDS, "addresses, routes, next hops, rules and neighbours are ip's", async () => {
  await using pair = await twins();
  await both(pair, BASE_COMMANDS, BASE);
  await both(
    pair,
    `
    ip nexthop add id 1 via 10.0.0.9 dev v0
    ip nexthop add id 2 via 10.0.0.10 dev v0 onlink protocol bgp
    ip nexthop add id 3 group 1/2,5
    ip nexthop add id 4 blackhole
    ip route add 20.0.0.0/8 nhid 3
    ip route add 21.0.0.0/8 nexthop via 10.0.0.9 dev v0 weight 3 nexthop via 10.0.0.10 dev v0 onlink
    ip route add 22.0.0.0/8 via 10.0.0.9 mtu 1400 rtt 100ms initcwnd 3 congctl reno features ecn
    ip route add blackhole 23.0.0.0/8 metric 5
    ip route add unreachable 24.0.0.0/8
    ip route add 25.0.0.0/8 via inet6 2001:db8::5 dev v0
    ip route add default via 10.0.0.9 tos 0x10 proto bgp
    ip route add throw 28.0.0.0/8 table 7777
    ip route add 29.0.0.1 dev v0 scope link src 10.0.0.2
    ip route replace 29.0.0.1 dev v0 src 10.0.0.1
    ip route append 29.0.0.1 dev v1
    ip -6 route add 2001:db9::/32 nexthop via 2001:db8::22 dev v0 nexthop via 2001:db8::33 dev v0 weight 2
    ip -6 route add 2001:dba::/32 from 2001:db8::/64 via 2001:db8::9 dev v0 pref high
    ip -6 route add prohibit 2001:dbb::/32
    ip -6 route add default via 2001:db8::9 dev v0 metric 5
    ip rule add from 10.0.0.0/8 to 1.2.3.4 iif v0 table 100 prio 50
    ip rule add not fwmark 0x10/0xff tos 0x10 table main prio 60
    ip rule add from 1.1.1.1 blackhole prio 70
    ip rule add ipproto tcp sport 10-20 dport 80 uidrange 0-0 table 9 prio 80 protocol static
    ip rule add goto 80 prio 75
    ip rule add oif v1 table 55 suppress_prefixlength 3 prio 77
    ip rule add l3mdev prio 99
    ip -6 rule add from 2001:db8::/32 table 7 prio 5
    ip neigh add 10.0.0.77 lladdr 02:02:02:02:02:02 dev v0
    ip neigh add proxy 10.0.0.78 dev v0
    ip -6 neigh add 2001:db8::7 lladdr 02:02:02:02:02:04 dev v0 router nud stale protocol bgp
  `,
    [
      { do: "add nexthop", id: 1, gateway: "10.0.0.9", dev: "v0" },
      {
        do: "add nexthop",
        id: 2,
        gateway: "10.0.0.10",
        dev: "v0",
        flags: ["onlink"],
        protocol: "bgp",
      },
      { do: "add nexthop", id: 3, group: [{ id: 1 }, { id: 2, weight: 5 }] },
      { do: "add nexthop", id: 4, blackhole: true },
      { do: "add route", dst: "20.0.0.0/8", nhid: 3 },
      {
        do: "add route",
        dst: "21.0.0.0/8",
        nexthops: [{ gateway: "10.0.0.9", dev: "v0", weight: 3 }, {
          gateway: "10.0.0.10",
          dev: "v0",
          flags: ["onlink"],
        }],
      },
      {
        do: "add route",
        dst: "22.0.0.0/8",
        gateway: "10.0.0.9",
        metrics: [{ mtu: 1400, rtt: 100, initcwnd: 3, congestion: "reno", ecn: true }],
      },
      { do: "add route", dst: "23.0.0.0/8", type: "blackhole", metric: 5 },
      { do: "add route", dst: "24.0.0.0/8", type: "unreachable" },
      {
        do: "add route",
        dst: "25.0.0.0/8",
        via: { family: "inet6", host: "2001:db8::5" },
        dev: "v0",
      },
      { do: "add route", dst: "default", gateway: "10.0.0.9", tos: 16, protocol: "bgp" },
      { do: "add route", dst: "28.0.0.0/8", type: "throw", table: 7777 },
      { do: "add route", dst: "29.0.0.1", dev: "v0", scope: "link", prefsrc: "10.0.0.2" },
      { do: "replace route", dst: "29.0.0.1", dev: "v0", prefsrc: "10.0.0.1" },
      { do: "append route", dst: "29.0.0.1", dev: "v1" },
      {
        do: "add route",
        dst: "2001:db9::/32",
        nexthops: [{ gateway: "2001:db8::22", dev: "v0" }, {
          gateway: "2001:db8::33",
          dev: "v0",
          weight: 2,
        }],
      },
      {
        do: "add route",
        dst: "2001:dba::/32",
        from: "2001:db8::/64",
        gateway: "2001:db8::9",
        dev: "v0",
        pref: "high",
      },
      { do: "add route", dst: "2001:dbb::/32", type: "prohibit" },
      { do: "add route", dst: "default", gateway: "2001:db8::9", dev: "v0", metric: 5 },
      {
        do: "add rule",
        src: "10.0.0.0",
        srclen: 8,
        dst: "1.2.3.4",
        iif: "v0",
        table: 100,
        priority: 50,
      },
      {
        do: "add rule",
        not: true,
        fwmark: 16,
        fwmask: 255,
        tos: 16,
        table: "main",
        priority: 60,
      },
      { do: "add rule", src: "1.1.1.1", action: "blackhole", priority: 70 },
      {
        do: "add rule",
        ipproto: "tcp",
        sport_start: 10,
        sport_end: 20,
        dport: 80,
        uid_start: 0,
        uid_end: 0,
        table: 9,
        priority: 80,
        protocol: "static",
      },
      { do: "add rule", goto: 80, priority: 75 },
      { do: "add rule", oif: "v1", table: 55, suppress_prefixlen: 3, priority: 77 },
      { do: "add rule", l3mdev: true, priority: 99 },
      { do: "add rule", src: "2001:db8::", srclen: 32, table: 7, priority: 5 },
      { do: "add neighbor", dst: "10.0.0.77", dev: "v0", lladdr: "02:02:02:02:02:02" },
      { do: "add neighbor", dst: "10.0.0.78", dev: "v0", proxy: true },
      {
        do: "add neighbor",
        dst: "2001:db8::7",
        dev: "v0",
        lladdr: "02:02:02:02:02:04",
        router: true,
        state: ["STALE"],
        protocol: "bgp",
      },
    ],
  );
  const own = ["valid_life_time", "preferred_life_time"];
  const links = (ns: Netns) => netlink.addresses({ netns: ns.name }).toArray();
  const global = async (ns: Netns) =>
    plain((await links(ns)).filter(({ scope, family }) => scope !== "link" || family === "inet"), [
      ...own,
      "tentative",
    ]);
  assertEquals(await global(pair.ours), await global(pair.theirs));
  const commands = [
    "ip -j -d -4 route show table all",
    "ip -j -d nexthop",
    "ip -j -d rule",
    "ip -j -d -6 rule",
    "ip -j neigh show nud permanent",
    "ip -j neigh show nud stale",
    "ip -j neigh show proxy",
  ];
  await bothPrint(pair.ours, pair.theirs, commands, []);
  const static6 = async (ns: Netns) =>
    plain(await json(ns, "ip -j -d -6 route show table main proto boot"), ["expires"]);
  assertEquals(await static6(pair.ours), await static6(pair.theirs));
  // What was read can be given back: all goes away again.
  const routes = await netlink.routes({ netns: pair.ours.name, protocol: "boot" }).toArray();
  assert(routes.length >= 11);
  const failures = await netlink.changeAll(
    routes.map(({ dst, table, type, tos, metric, from }) => ({
      do: "delete route",
      dst,
      table,
      type,
      tos,
      metric,
      from,
      family: dst === "default" && metric === 5 ? "inet6" : undefined,
    })),
    { netns: pair.ours.name },
  );
  assertEquals(failures.map(({ error }) => (error as Error).message), []);
  assertEquals(
    await netlink.routes({ netns: pair.ours.name, protocol: "boot" }).toArray(),
    [],
  );
});
