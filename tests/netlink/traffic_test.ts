/** Classes and filters: made as `tc` makes them, read in its words. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { netlink } from "../../mod.ts";
import { testWith } from "../_tools.ts";
import { lacks } from "./_kernel.ts";
import { make, ON, type Row, same } from "./_traffic.ts";
import { twins } from "./_twins.ts";

const ROOT: Row[] = [
  ["qdisc add dev v0 root handle 1: htb default 10", {
    do: "add qdisc",
    ...ON,
    kind: "htb",
    handle: "1:",
    options: { default: 16 },
  }],
  ["class add dev v0 parent 1: classid 1:1 htb rate 8mbit ceil 16mbit burst 20000 cburst 30000", {
    do: "add class",
    ...ON,
    kind: "htb",
    parent: "1:",
    handle: "1:1",
    options: { rate: 1e6, ceil: 2e6, burst: 20000, cburst: 30000 },
  }],
  ["class add dev v0 parent 1:1 classid 1:10 htb rate 8mbit prio 3 quantum 3000", {
    do: "add class",
    ...ON,
    kind: "htb",
    parent: "1:1",
    handle: "1:10",
    options: { rate: 1e6, prio: 3, quantum: 3000 },
  }],
  // 40 Gbit/s are more than 32 bits of bytes: 25 and 50 thousand bytes take whole microseconds.
  [
    "class add dev v0 parent 1:1 classid 1:11 htb rate 40gbit ceil 80gbit burst 25000 cburst 50000",
    {
      do: "add class",
      ...ON,
      kind: "htb",
      parent: "1:1",
      handle: "1:11",
      options: { rate: 5e9, ceil: 10e9, burst: 25000, cburst: 50000, quantum: 60000 },
    },
  ],
  ["class change dev v0 parent 1:1 classid 1:11 htb rate 4mbit quantum 1000", {
    do: "set class",
    ...ON,
    kind: "htb",
    parent: "1:1",
    handle: "1:11",
    options: { rate: 5e5, quantum: 1000 },
  }],
  ["class add dev v0 parent 1:1 classid 1:12 htb rate 8mbit", {
    do: "add class",
    ...ON,
    kind: "htb",
    parent: "1:1",
    handle: "1:12",
    options: { rate: 1e6 },
  }],
  ["class delete dev v0 classid 1:12", { do: "delete class", ...ON, handle: "1:12" }],
];
const U32: Row[] = [
  [
    "filter add dev v0 parent 1: protocol ip prio 5 u32 match ip dst 10.0.0.0/8 " +
    "match ip dport 80 0xffff flowid 1:10",
    {
      do: "add filter",
      ...ON,
      parent: "1:",
      protocol: "ip",
      pref: 5,
      kind: "u32",
      options: {
        classid: "1:10",
        match: [
          { value: "0a000000", mask: "ff000000", off: 16 },
          { value: "00000050", mask: "0000ffff", off: 20 },
        ],
      },
    },
  ],
  [
    "filter add dev v0 parent 1: protocol all prio 6 handle ::7 u32 match u32 0 0 at 0 classid 1:1",
    {
      do: "add filter",
      ...ON,
      parent: "1:",
      pref: 6,
      kind: "u32",
      handle: "::7",
      options: { classid: "1:1", match: [{ value: "0", mask: "0", off: 0 }] },
    },
  ],
];
const OTHERS: Row[] = [
  [
    "filter add dev v0 parent 1: protocol ipv6 prio 7 flower ip_proto tcp dst_ip 2001:db8::/32 " +
    "dst_port 443 classid 1:10",
    {
      do: "add filter",
      ...ON,
      parent: "1:",
      protocol: "ipv6",
      pref: 7,
      kind: "flower",
      options: {
        classid: "1:10",
        keys: { ip_proto: "tcp", dst_ip: "2001:db8::/32", dst_port: 443 },
      },
    },
  ],
  [
    "filter add dev v0 parent 1: protocol ip prio 8 flower skip_hw src_ip 10.1.0.0/16 " +
    "dst_mac 02:00:00:00:00:01 src_mac 02:00:00:00:00:00/ff:00:00:00:00:00 ip_proto udp " +
    "src_port 53 classid 1:1",
    {
      do: "add filter",
      ...ON,
      parent: "1:",
      protocol: "ip",
      pref: 8,
      kind: "flower",
      options: {
        skip_hw: true,
        classid: "1:1",
        keys: {
          src_ip: "10.1.0.0/16",
          dst_mac: "02:00:00:00:00:01",
          src_mac: "02:00:00:00:00:00/8",
          ip_proto: "udp",
          src_port: 53,
        },
      },
    },
  ],
  ["filter add dev v0 parent 1: protocol 802.1Q prio 9 flower vlan_id 7 vlan_prio 3 classid 1:1", {
    do: "add filter",
    ...ON,
    parent: "1:",
    protocol: "802.1Q",
    pref: 9,
    kind: "flower",
    options: { classid: "1:1", keys: { vlan_id: 7, vlan_prio: 3 } },
  }],
  ["filter add dev v0 parent 1: protocol all prio 10 matchall classid 1:1", {
    do: "add filter",
    ...ON,
    parent: "1:",
    pref: 10,
    kind: "matchall",
    options: { classid: "1:1" },
  }],
  ["filter add dev v0 parent 1: protocol ip prio 11 handle 7 fw classid 1:10", {
    do: "add filter",
    ...ON,
    parent: "1:",
    protocol: "ip",
    pref: 11,
    handle: "7",
    kind: "fw",
    options: { classid: "1:10" },
  }],
  ["filter add dev v0 parent 1: protocol all prio 12 basic classid 1:10", {
    do: "add filter",
    ...ON,
    parent: "1:",
    pref: 12,
    kind: "basic",
    options: { classid: "1:10" },
  }],
  ["filter add dev v0 parent 1: protocol all prio 13 matchall classid 1:1", {
    do: "add filter",
    ...ON,
    parent: "1:",
    pref: 13,
    kind: "matchall",
    options: { classid: "1:1" },
  }],
  ["filter delete dev v0 parent 1: prio 13", {
    do: "delete filter",
    ...ON,
    parent: "1:",
    pref: 13,
  }],
  ["qdisc add dev v0 clsact", { do: "add qdisc", ...ON, kind: "clsact" }],
  ["filter add dev v0 ingress protocol ip prio 3 matchall action drop", {
    do: "add filter",
    ...ON,
    parent: "ingress",
    protocol: "ip",
    pref: 3,
    kind: "matchall",
    options: { actions: [{ kind: "gact", control_action: { type: "drop" } }] },
  }],
  ["qdisc add dev v1 root handle 2: prio bands 4 priomap 1 2 2 2 1 2 0 0 1 1 1 1 1 1 3 3", {
    do: "add qdisc",
    dev: "v1",
    kind: "prio",
    handle: "2:",
    options: { bands: 4, priomap: [1, 2, 2, 2, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 3, 3] },
  }],
  ["qdisc add dev v1 parent 2:1 handle 3: sfq perturb 10 quantum 2000 limit 100 divisor 256", {
    do: "add qdisc",
    dev: "v1",
    parent: "2:1",
    handle: "3:",
    kind: "sfq",
    options: { perturb: 10, quantum: 2000, limit: 100, divisor: 256 },
  }],
  ["qdisc add dev v1 parent 2:2 handle 4: sfq headdrop depth 60", {
    do: "add qdisc",
    dev: "v1",
    parent: "2:2",
    handle: "4:",
    kind: "sfq",
    options: { headdrop: true, depth: 60 },
  }],
];

testWith(
  { root: true, netns: true, tools: ["ip", "tc"] },
  "classes of htb and filters of u32 are those that tc makes, and read so",
  async () => {
    await using pair = await twins();
    await make(pair, [...ROOT, ...U32]);
    await same(pair, ["-d qdisc", "-d class show dev v0", "-d filter show dev v0"]);
    const options = { netns: pair.ours.name, dev: "v0" };
    const classes = await netlink.classes(options).toArray();
    assertEquals(classes.map(({ handle }) => handle).toSorted(), ["1:1", "1:10", "1:11"]);
    const big = classes.find(({ handle }) => handle === "1:1")!.options as Record<string, number>;
    assertEquals([big.rate, big.ceil, big.burst, big.cburst], [1e6, 2e6, 20000, 30000]);
    const filters = await netlink.filters({ ...options, parent: "1:" }).toArray();
    const found = filters.find(({ handle }) => handle === "800::800")!;
    assertEquals(found.options, {
      classid: "1:10",
      match: [
        { value: "a000000", mask: "ff000000", off: 16 },
        { value: "50", mask: "ffff", off: 20 },
      ],
      key_ht: "800",
      not_in_hw: true,
    });
    assertEquals([found.kind, found.protocol, found.pref, found.chain], ["u32", 0x800, 5, 0]);
    assert(filters.some(({ handle }) => handle === "801::7"));
  },
);

testWith(
  {
    root: true,
    netns: true,
    tools: ["ip", "tc"],
    kernel: lacks("prio", "tc", "qdisc", "add", "dev", "lo", "root", "prio"),
  },
  "filters of all kinds, prio and sfq are those that tc makes, and read so",
  async () => {
    await using pair = await twins();
    await make(pair, [...ROOT, ...OTHERS]);
    await same(pair, [
      "-d qdisc",
      "-d class show dev v0",
      "-d filter show dev v0",
      "-d filter show dev v0 ingress",
    ]);
    const options = { netns: pair.ours.name };
    // `tc -j` of filters is no JSON where fw is among them.
    await pair.ours.run("tc", ..."filter delete dev v0 parent 1: prio 11".split(" "));
    const told = JSON.parse(await pair.ours.run("tc", ..."-j filter show dev v0".split(" ")));
    const ours = (await netlink.filters({ ...options, dev: "v0", parent: "1:" }).toArray())
      .filter(({ kind }) => kind !== "fw");
    assertEquals(ours.length, told.length);
    let compared = 0;
    for (const [i, { kind, options = {} }] of ours.entries()) {
      assertEquals(kind, told[i].kind);
      const words = told[i].options;
      if (words === undefined) continue;
      compared++;
      const { handle: _, flowid, classid = flowid, rule_hit: _hits, ...rest } = words;
      assertEquals(options, { ...rest, classid }, kind);
    }
    assertEquals(compared, 5);
    const [dropping] = (await netlink.filters({ ...options, dev: "v0", parent: "ingress" })
      .toArray()).filter(({ handle }) => handle !== "0x0");
    assertEquals((dropping.options as Record<string, unknown>).actions, [
      { order: 1, kind: "gact", control_action: { type: "drop" } },
    ]);
    const qdiscs = JSON.parse(await pair.ours.run("tc", "-j", "-d", "qdisc", "show", "dev", "v1"));
    const read = await netlink.qdiscs({ ...options, dev: "v1" }).toArray();
    for (const [i, { kind, options }] of read.entries()) {
      const { multiqueue: _, ...words } = qdiscs[i].options;
      if (kind === "prio") assertEquals(options, words);
      else {for (const [word, value] of Object.entries(options!)) {
          // `tc` tells those of sfq that are not what they are by default.
          if (words[word] !== undefined) assertEquals(value, words[word], `${kind} ${word}`);
        }}
    }
    assertEquals(read.map(({ kind }) => kind), ["prio", "sfq", "sfq"]);
  },
);

testWith({}, "classes and filters that cannot be meant are refused", async () => {
  const filter = { do: "add filter", dev: "lo" };
  const wrong: [unknown, string][] = [
    [{ do: "add class", dev: "lo", handle: "1:1" }, "kind is not a string"],
    [{ do: "add class", dev: "lo", kind: "htb", handle: "1" }, "is no handle"],
    [{ do: "add class", dev: "lo", kind: "htb", handle: "1:1" }, "needs a rate"],
    [{ do: "add class", dev: "lo", kind: "tbf", handle: "1:1", options: { rate: 1 } }, "tbf"],
    [{ ...filter, kind: "magic" }, "magic are not known"],
    [{ ...filter, kind: "u32" }, "match is not an array"],
    [{ ...filter, kind: "u32", options: { match: [] } }, "0 matches"],
    [{ ...filter, kind: "u32", options: { match: [{ value: "g", mask: "0", off: 0 }] } }, "value"],
    [{ ...filter, kind: "u32", options: { match: [{ value: "1", mask: "0", off: 2 }] } }, "off 2"],
    [{ ...filter, kind: "matchall", handle: "x" }, "no filter's handle"],
    [{ ...filter, kind: "matchall", protocol: "ipx" }, '"ipx"'],
    [{ ...filter, kind: "flower", options: { keys: { dst_port: 1 } } }, "ports need ip_proto"],
    [{ ...filter, kind: "flower", options: { keys: { vlan_id: 1 } } }, "802.1Q"],
    [{ ...filter, kind: "flower", options: { keys: { src_mac: "1:2" } } }, "no hardware address"],
    [{ do: "add qdisc", dev: "lo", kind: "prio", options: { priomap: [1] } }, "1 numbers, not 16"],
    [
      { do: "add qdisc", dev: "lo", kind: "prio", options: { bands: "3" } },
      "bands is not a number",
    ],
  ];
  for (const [change, text] of wrong) {
    await assertRejects(
      () => netlink.change(change as netlink.Change, { netns: { pid: Deno.pid } }),
      Error,
      text,
    );
  }
});
