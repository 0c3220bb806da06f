/** What we read of a namespace full of odd things is what `ip -j -d` prints. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { netlink } from "../../mod.ts";
import { testWith } from "../_tools.ts";
import { json, plain, type Words } from "./_ip.ts";
import { Netns } from "./_netns.ts";

const NEEDS = { root: true, netns: true, tools: ["ip"] };

/** Runs commands of `ip`, one a line. */
async function set(netns: Netns, commands: string): Promise<void> {
  for (const line of commands.trim().split("\n")) await netns.ip(line.trim());
}

/** Two links with addresses, as the other tables need. */
const LINKS = `
  link add v0 type veth peer name v1
  link set v0 up
  link set v1 up
  address add 10.0.0.1/24 dev v0
  address add 10.0.0.2/24 dev v0
  address add 10.0.0.3/24 dev v0 broadcast 10.0.0.255 label v0:odd metric 77
  -6 address add 2001:db8::1/64 dev v0 nodad
  -6 address add 2001:db8::2/64 dev v0 valid_lft 1000 preferred_lft 0 noprefixroute
  -6 address add 2001:db8::3/64 dev v0 home mngtmpaddr
  tuntap add dev tun0 mode tun
  address add 10.1.1.1 peer 10.1.1.2/32 dev tun0 scope link
  -6 address add 2001:db8:1::1 peer 2001:db8:1::2/128 dev tun0
`;

testWith(NEEDS, "links are what ip -j -d -s link prints", async () => {
  await using netns = await Netns.make();
  await set(
    netns,
    `
    link add br0 type bridge stp_state 1 mcast_querier 1 ageing_time 1234
    link add v0 type veth peer name v1
    link set v0 master br0
    link set v0 up
    link set br0 up
    link add vx type vxlan id 5 dstport 4789 remote 10.0.0.9 dev v1 srcport 1000 2000
    link add vx6 type vxlan id 6 dstport 4790 local 2001:db8::1 group ff02::5 dev v1 ttl 7 tos 3 proxy nolearning
    link add vx7 type vxlan external dstport 4791
    link add mv link v1 type macvlan mode private
    link add ifb0 type ifb
    tuntap add dev tap0 mode tap vnet_hdr multi_queue
    tuntap add dev tun0 mode tun user 4711
    link set v1 alias odd
    link set v1 group 7
    link set vx7 txqueuelen 5 mtu 1400
    link property add dev v1 altname another-name-which-is-rather-long-indeed
  `.replaceAll("bridge link set dev v0 guard on hairpin on cost 7\n", "\n").replace(
      /\n\s*\n/g,
      "\n",
    ),
  );
  await netns.run("bridge", ..."link set dev v0 guard on hairpin on cost 7".split(" "));
  await using other = await Netns.make();
  await netns.ip(`link add far0 type veth peer name far1 netns ${other.name}`);
  const ours = await netlink.links({ netns: netns.name, stats: true }).toArray();
  const theirs = await json(netns, "ip -j -d -s -s link");
  // What `ip` of Linux 6.1 does not know, and what it says twice.
  const leave = ["mst_enabled", "group_fwd_mask_str", "group_fwd_mask", "gc_timer", "hello_timer"];
  assertEquals(ours.length, 12);
  assertEquals(plain(ours, leave), plain(theirs, leave));
  const far = ours.find(({ ifname }) => ifname === "far0")!;
  assert(far.link_netnsid !== undefined && far.link === undefined);
  const only = await netlink.links({ netns: netns.name, kind: "vxlan" }).toArray();
  assertEquals(only.map(({ ifname }) => ifname), ["vx", "vx6", "vx7"]);
  const bridge = ours.find(({ ifname }) => ifname === "br0")!.ifindex;
  const ports = await netlink.links({ netns: netns.name, master: bridge }).toArray();
  assertEquals(ports.map(({ ifname }) => ifname), ["v0"]);
});

testWith(NEEDS, "addresses are what ip -j -d address prints", async () => {
  await using netns = await Netns.make();
  await set(netns, LINKS);
  const theirs = (await json(netns, "ip -j -d address")).flatMap((link) =>
    (link.addr_info as Words[]).map((info) => ({
      dev: link.ifname,
      ifindex: link.ifindex,
      ...info,
    }))
  );
  const ours = await netlink.addresses({ netns: netns.name }).toArray();
  assert(theirs.length >= 12);
  const order = (list: unknown) => (list as Words[]).toSorted((a, b) => key(a) < key(b) ? -1 : 1);
  const key = (a: Words) => `${a.dev} ${a.family} ${a.local} ${a.address}`;
  // Seconds may pass in between; `ip` of Linux 6.1 does not know who made an address.
  const leave = ["protocol", "valid_life_time", "preferred_life_time"];
  assertEquals(order(plain(ours, leave)), order(plain(theirs, leave)));
  assertEquals(ours.find(({ local }) => local === "::1")?.protocol, "kernel_lo");
  const limited = ours.find(({ local }) => local === "2001:db8::2")!;
  assert(limited.valid_life_time! <= 1000 && limited.valid_life_time! > 900);
  const some = await netlink.addresses({ netns: netns.name, dev: "tun0", family: "inet" })
    .toArray();
  assertEquals(some.map(({ local, address }) => [local, address]), [["10.1.1.1", "10.1.1.2"]]);
});

/** Routes of every kind that this kernel has. */
const ROUTES = `
  link set tun0 up
  nexthop add id 1 via 10.0.0.9 dev v0
  nexthop add id 2 via 10.0.0.10 dev v0 onlink
  nexthop add id 3 group 1/2,5
  nexthop add id 4 blackhole
  nexthop add id 6 group 1/2 type resilient buckets 32
  nexthop add id 7 via 2001:db8::9 dev v0 protocol bgp
  route add 20.0.0.0/8 nhid 3
  route add 21.0.0.0/8 nexthop via 10.0.0.9 dev v0 weight 3 nexthop via 10.0.0.10 dev v0 onlink
  route add 22.0.0.0/8 via 10.0.0.9 mtu 1400 advmss lock 1000 rtt 100ms window 5 hoplimit 9 initcwnd 3 congctl reno features ecn quickack 1
  route add blackhole 23.0.0.0/8 metric 5
  route add unreachable 24.0.0.0/8
  route add 25.0.0.0/8 via inet6 2001:db8::5 dev v0
  route add default via 10.0.0.9 tos 0x10 proto bgp
  route add 26.0.0.0/8 table 1000 nexthop via inet6 2001:db8::7 dev v0 nexthop dev tun0
  route add throw 28.0.0.0/8 table 77
  route add 29.0.0.1 dev v0 scope link src 10.0.0.2
  -6 route add 2001:db9::/32 nexthop via 2001:db8::22 dev v0 nexthop via 2001:db8::33 dev v0 weight 2
  -6 route add 2001:dba::/32 from 2001:db8::/64 via 2001:db8::9 dev v0 pref high
  -6 route add prohibit 2001:dbb::/32
  -6 route add default via 2001:db8::9 dev v0 metric 5 expires 1000 proto ra
  -6 route add 2001:dbc::/32 nhid 7
`;

testWith(NEEDS, "routes are what ip -j -d route prints", async () => {
  await using netns = await Netns.make();
  await set(netns, LINKS);
  await set(netns, ROUTES);
  // nh_info is what `ip nexthop` prints.
  const leave = ["nh_info", "expires"];
  for (const [family, option] of [["inet", "-4"], ["inet6", "-6"]] as const) {
    const theirs = await json(netns, `ip ${option} -j -d route show table all`);
    const ours = await netlink.routes({ netns: netns.name, family }).toArray();
    assert(ours.length > 12);
    assertEquals(plain(ours, leave), plain(theirs, leave));
  }
  const all = await netlink.routes({ netns: netns.name }).toArray();
  const expiring = all.find(({ expires }) => expires !== undefined)!;
  assert(expiring.expires! <= 1000 && expiring.expires! > 900);
  const some = await netlink.routes({ netns: netns.name, table: 77 }).toArray();
  assertEquals(some.map(({ type, dst }) => [type, dst]), [["throw", "28.0.0.0/8"]]);
  const bgp = await netlink.routes({ netns: netns.name, protocol: "bgp" }).toArray();
  assertEquals(bgp.map(({ dst, tos }) => [dst, tos]), [["default", 16]]);
  await assertRejects(
    () => netlink.routes({ netns: netns.name, family: "inet", table: 4242 }).toArray(),
    Deno.errors.NotFound,
  );
});

testWith(NEEDS, "next hops are what ip -j -d nexthop prints", async () => {
  await using netns = await Netns.make();
  await set(netns, LINKS);
  await set(netns, ROUTES);
  await netns.ip("nexthop add id 9 via 10.0.0.9 fdb");
  const theirs = await json(netns, "ip -j -d nexthop");
  const ours = await netlink.nexthops({ netns: netns.name }).toArray();
  assertEquals(ours.length, 7);
  assertEquals(plain(ours, ["unbalanced_time"]), plain(theirs, ["unbalanced_time"]));
});

testWith(NEEDS, "rules are what ip -j -d rule prints", async () => {
  await using netns = await Netns.make();
  await set(
    netns,
    `
    link add v0 type veth peer name v1
    rule add from 10.0.0.0/8 to 1.2.3.4 iif v0 table 100 prio 50
    rule add not fwmark 0x10/0xff tos 0x10 table main prio 60
    rule add from 1.1.1.1 blackhole prio 70
    rule add ipproto tcp sport 10-20 dport 80 uidrange 0-0 table 9 prio 80 protocol static
    rule add from all goto 80 prio 75
    rule add from all goto 800 prio 76
    rule add oif gone lookup 55 suppress_prefixlength 3 prio 77
    rule add l3mdev prio 99
    rule add fwmark 5 nop prio 100
    -6 rule add from 2001:db8::/32 table 7 prio 5
    -6 rule add to 2001:db8::/32 prohibit prio 6
  `,
  );
  for (const [family, option] of [["inet", "-4"], ["inet6", "-6"]] as const) {
    const theirs = await json(netns, `ip ${option} -j -d rule`);
    const ours = await netlink.rules({ netns: netns.name, family }).toArray();
    assert(ours.length >= 4);
    assertEquals(plain(ours, ["family"]), plain(theirs));
  }
});

testWith(NEEDS, "neighbours are what ip -j -s neigh prints", async () => {
  await using netns = await Netns.make();
  await set(netns, LINKS);
  await set(
    netns,
    `
    neigh add 10.0.0.77 lladdr 2:2:2:2:2:2 dev v0 nud permanent
    neigh add proxy 10.0.0.78 dev v0
    neigh add 10.0.0.79 lladdr 2:2:2:2:2:3 dev v0 nud reachable extern_learn
    -6 neigh add 2001:db8::7 lladdr 2:2:2:2:2:4 dev v0 router nud stale protocol bgp
    neigh add 10.0.0.80 lladdr 2:2:2:2:2:5 dev v1 nud noarp
  `,
  );
  const theirs = await json(netns, "ip -j -s neigh show nud all");
  const ours = await netlink.neighbors({ netns: netns.name }).toArray();
  assert(ours.length >= 4);
  const leave = ["used", "confirmed", "updated", "refcnt", "family", "ifindex"];
  assertEquals(plain(ours, leave), plain(theirs, leave));
  const proxied = await netlink.neighbors({ netns: netns.name, proxy: true }).toArray();
  assertEquals(
    plain(proxied, [...leave, "state"]),
    plain(await json(netns, "ip -j neigh show proxy"), leave),
  );
  const [one] = await netlink.neighbors({ netns: netns.name, dev: "v1", family: "inet" }).toArray();
  assertEquals([one.dst, one.state], ["10.0.0.80", ["NOARP"]]);
});
