/** Kinds of links and queueing disciplines that many kernels lack: made by us and by `ip`, read by both. */
import { assert, assertEquals } from "@std/assert";
import { netlink } from "../../mod.ts";
import { testWith } from "../_tools.ts";
import { json, plain, type Words } from "./_ip.ts";
import { lacks } from "./_kernel.ts";
import { Netns } from "./_netns.ts";

const LINKS: readonly [string, netlink.Change][] = [
  ["dummy", { do: "add link", ifname: "k0", kind: "dummy" }],
  ["link base type vlan id 5 reorder_hdr off gvrp on", {
    do: "add link",
    ifname: "k1",
    link: "base",
    kind: "vlan",
    info_data: { id: 5, flags: ["GVRP"] },
  }],
  ["link base type vlan id 6 protocol 802.1ad ingress-qos-map 1:2 egress-qos-map 3:4", {
    do: "add link",
    ifname: "k2",
    link: "base",
    kind: "vlan",
    info_data: {
      id: 6,
      protocol: "802.1ad",
      ingress_qos: [{ from: 1, to: 2 }],
      egress_qos: [{ from: 3, to: 4 }],
    },
  }],
  ["bond mode active-backup miimon 100 arp_validate none num_grat_arp 3", {
    do: "add link",
    ifname: "k3",
    kind: "bond",
    info_data: { mode: "active-backup", miimon: 100, num_peer_notif: 3 },
  }],
  ["vrf table 100", {
    do: "add link",
    ifname: "k4",
    kind: "vrf",
    info_data: { table: 100 },
  }],
  ["link base type ipvlan mode l2 private", {
    do: "add link",
    ifname: "k5",
    link: "base",
    kind: "ipvlan",
    info_data: { mode: "l2", flags: "private" },
  }],
  ["geneve id 7 remote 10.0.0.9 ttl 5 dstport 6082", {
    do: "add link",
    ifname: "k6",
    kind: "geneve",
    info_data: { id: 7, remote: "10.0.0.9", ttl: 5, port: 6082 },
  }],
  ["gre remote 10.0.0.9 local 10.0.0.1 ttl 9", {
    do: "add link",
    ifname: "k7",
    kind: "gre",
    info_data: { remote: "10.0.0.9", local: "10.0.0.1", ttl: 9, pmtudisc: true },
  }],
  ["ipip remote 10.0.0.8 local 10.0.0.1 ttl 8", {
    do: "add link",
    ifname: "k8",
    kind: "ipip",
    info_data: { remote: "10.0.0.8", local: "10.0.0.1", ttl: 8, pmtudisc: true, proto: 0 },
  }],
  ["wireguard", { do: "add link", ifname: "k9", kind: "wireguard" }],
  ["vxlan id 8 dstport 4789 remote 10.0.0.9 dev base ttl 3 nolearning", {
    do: "add link",
    ifname: "k10",
    kind: "vxlan",
    info_data: { id: 8, port: 4789, remote: "10.0.0.9", link: "base", ttl: 3, learning: false },
  }],
  ["link k0 type macvlan mode bridge", {
    do: "add link",
    ifname: "k11",
    link: "k0",
    kind: "macvlan",
    info_data: { mode: "bridge" },
  }],
  ["bond mode 802.3ad miimon 50 lacp_rate fast xmit_hash_policy layer3+4 ad_select bandwidth", {
    do: "add link",
    ifname: "k12",
    kind: "bond",
    info_data: {
      mode: "802.3ad",
      miimon: 50,
      ad_lacp_rate: "fast",
      xmit_hash_policy: "layer3+4",
      ad_select: "bandwidth",
    },
  }],
];

/** What `ip` and we say of a link, but for what is its own. */
function comparable(links: unknown): Words[] {
  return (plain(links, [
    "address",
    "permaddr",
    "group_fwd_mask_str",
    "group_fwd_mask",
    "bridge_id",
    "root_id",
  ]) as Words[]).filter(({ ifname }) => /^k\d/.test(`${ifname}`));
}

testWith(
  {
    root: true,
    netns: true,
    tools: ["ip"],
    kernel: lacks("bond", "ip", "link", "add", "name", "b0", "type", "bond"),
  },
  "vlan, bond, vrf, ipvlan, vxlan, geneve, tunnels and others: made as ip makes them",
  async () => {
    await using ours = await Netns.make();
    await using theirs = await Netns.make();
    for (const netns of [ours, theirs]) {
      await netns.ip("link add base type dummy");
      await netns.ip("address add 10.0.0.1/8 dev base");
      await netns.ip("link set base up");
    }
    for (const [i, [words, change]] of LINKS.entries()) {
      const type = words.startsWith("link ") ? words : `type ${words}`;
      await theirs.ip(`link add k${i} ${type}`);
      await netlink.change(change, { netns: ours.name });
    }
    await theirs.ip("link add slave type dummy");
    await theirs.ip("link set slave master k3");
    await netlink.changeAll([
      { do: "add link", ifname: "slave", kind: "dummy" },
      { do: "set link", ifname: "slave", master: "k3" },
    ], { netns: ours.name });
    const made = comparable(await json(ours, "ip -j -d link"));
    assertEquals(made.length, LINKS.length);
    assertEquals(made, comparable(await json(theirs, "ip -j -d link")));
    const names = (links: Words[]) =>
      links.map(({ ifname, linkinfo }) => {
        const { info_kind, info_data } = linkinfo as Words;
        return [ifname, info_kind, info_data];
      });
    const read = comparable(await netlink.links({ netns: ours.name }).toArray());
    for (const [i, [name, kind, data]] of names(read).entries()) {
      const [, theirKind, theirData] = names(made)[i];
      assertEquals(kind, theirKind);
      // What `ip` says in its own way is compared by the words that both have.
      for (const [word, value] of Object.entries(theirData as Words ?? {})) {
        const mine = (data as Words)[word];
        if (mine !== undefined && typeof mine === typeof value) {
          assertEquals(mine, value, `${name} ${kind} ${word}`);
        }
      }
    }
    const slave = (await netlink.links({ netns: ours.name }).toArray())
      .find(({ ifname }) => ifname === "slave")!;
    assertEquals([slave.master, slave.linkinfo?.info_slave_kind], ["k3", "bond"]);
  },
);

const QDISCS: readonly [string, netlink.QdiscChange][] = [
  ["netem delay 10ms 2ms 25% loss 1% duplicate 2% limit 500 rate 1mbit", {
    do: "add qdisc",
    dev: "q0",
    kind: "netem",
    options: {
      delay: 0.01,
      jitter: 0.002,
      delay_correlation: 0.25,
      loss: 0.01,
      duplicate: 0.02,
      limit: 500,
      rate: 125000,
    },
  }],
  ["fq limit 5000 flow_limit 50 quantum 3000 maxrate 8mbit", {
    do: "add qdisc",
    dev: "q1",
    kind: "fq",
    options: { limit: 5000, flow_limit: 50, quantum: 3000, maxrate: 1000000 },
  }],
  ["fq_codel limit 1000 flows 64 noecn", {
    do: "add qdisc",
    dev: "q2",
    kind: "fq_codel",
    options: { limit: 1000, flows: 64, ecn: false },
  }],
];

testWith(
  {
    root: true,
    netns: true,
    tools: ["ip", "tc"],
    kernel: lacks("netem", "tc", "qdisc", "add", "dev", "lo", "root", "netem", "delay", "1ms"),
  },
  "netem, fq and fq_codel: made as tc makes them, read in its words",
  async () => {
    await using ours = await Netns.make();
    await using theirs = await Netns.make();
    for (const [i, [words, change]] of QDISCS.entries()) {
      for (const netns of [ours, theirs]) await netns.ip(`link add q${i} type dummy`);
      await theirs.run("tc", ...`qdisc add dev q${i} root ${words}`.split(" "));
      await netlink.change(change, { netns: ours.name });
    }
    const leave = ["handle", "seed"];
    const made = plain(await json(ours, "tc -j qdisc"), leave) as Words[];
    assertEquals(made, plain(await json(theirs, "tc -j qdisc"), leave));
    const read = await netlink.qdiscs({ netns: ours.name }).toArray();
    const [netem] = read.filter(({ kind }) => kind === "netem");
    const options = netem.options as Record<string, Record<string, number>>;
    const told = made.find(({ kind }) => kind === "netem")!.options as typeof options;
    const near = (a: number, b: number) => assert(Math.abs(a - b) < 1e-6, `${a} ${b}`);
    for (const word of ["delay", "jitter", "correlation"]) {
      near(options.delay[word], told.delay[word]);
    }
    near(options["loss-random"].loss, told["loss-random"].loss);
    near(options.duplicate.duplicate, told.duplicate.duplicate);
    assertEquals([options.limit, options.rate.rate], [told.limit, told.rate.rate]);
    for (const kind of ["fq", "fq_codel"]) {
      const mine = read.find((qdisc) => qdisc.kind === kind)!.options as Words;
      const tc = made.find((qdisc) => qdisc.kind === kind)!.options as Words;
      for (
        const word of ["limit", "flow_limit", "quantum", "maxrate", "flows", "target", "interval"]
      ) {
        if (tc[word] !== undefined) assertEquals(mine[word], tc[word], `${kind} ${word}`);
      }
    }
  },
);
