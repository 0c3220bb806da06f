/** Forwarding tables, VLANs and multicast groups of bridges, by `bridge -j`. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { netlink } from "../../mod.ts";
import { testWith } from "../_tools.ts";
import { json, type Words } from "./_ip.ts";
import { lacks } from "./_kernel.ts";
import type { Netns } from "./_netns.ts";
import { twins } from "./_twins.ts";

type Row = readonly [bridge: string, change: netlink.Change];

const FDB: Row[] = [
  ["fdb add 02:00:00:00:00:09 dev v1 master static", {
    do: "add fdb",
    mac: "02:00:00:00:00:09",
    dev: "v1",
    flags: ["master"],
    state: "static",
  }],
  ["fdb add 02:00:00:00:00:0a dev v1 self", {
    do: "add fdb",
    mac: "02:00:00:00:00:0a",
    dev: "v1",
  }],
  ["fdb add 02:00:00:00:00:0c dev v1 master", {
    do: "add fdb",
    mac: "02:00:00:00:00:0c",
    dev: "v1",
    flags: ["master"],
  }],
  ["fdb add 02:00:00:00:00:0d dev v1 master static sticky", {
    do: "add fdb",
    mac: "02:00:00:00:00:0d",
    dev: "v1",
    flags: ["master", "sticky"],
    state: "static",
  }],
  ["fdb del 02:00:00:00:00:0c dev v1 master", {
    do: "delete fdb",
    mac: "02:00:00:00:00:0c",
    dev: "v1",
    flags: ["master"],
  }],
  ["fdb append 00:00:00:00:00:00 dev vx dst 10.0.0.7 port 77 vni 8", {
    do: "append fdb",
    mac: "00:00:00:00:00:00",
    dev: "vx",
    dst: "10.0.0.7",
    port: 77,
    vni: 8,
  }],
  ["fdb append 00:00:00:00:00:00 dev vx dst 10.0.0.9 via v0", {
    do: "append fdb",
    mac: "00:00:00:00:00:00",
    dev: "vx",
    dst: "10.0.0.9",
    viaIf: "v0",
  }],
];
const VLANS: Row[] = [
  ["vlan add dev v1 vid 10-12 untagged", {
    do: "add vlan",
    dev: "v1",
    vlan: 10,
    vlanEnd: 12,
    untagged: true,
  }],
  ["vlan add dev v1 vid 30 pvid", { do: "add vlan", dev: "v1", vlan: 30, pvid: true }],
  ["vlan add dev br0 vid 5 self", { do: "add vlan", dev: "br0", vlan: 5, self: true }],
  ["vlan del dev v1 vid 11", { do: "delete vlan", dev: "v1", vlan: 11 }],
];
const MDB: Row[] = [
  ["mdb add dev br0 port v1 grp 239.1.1.1 permanent vid 10", {
    do: "add mdb",
    dev: "br0",
    port: "v1",
    grp: "239.1.1.1",
    state: "permanent",
    vid: 10,
  }],
  ["mdb add dev br0 port v1 grp ff05::7 temp vid 12", {
    do: "add mdb",
    dev: "br0",
    port: "v1",
    grp: "ff05::7",
    vid: 12,
  }],
  ["mdb add dev br0 port v1 grp 01:02:03:04:05:06 permanent vid 30", {
    do: "add mdb",
    dev: "br0",
    port: "v1",
    grp: "01:02:03:04:05:06",
    state: "permanent",
    vid: 30,
  }],
  ["mdb add dev br0 port v1 grp 239.1.1.9 permanent vid 10", {
    do: "add mdb",
    dev: "br0",
    port: "v1",
    grp: "239.1.1.9",
    state: "permanent",
    vid: 10,
  }],
  ["mdb del dev br0 port v1 grp 239.1.1.9 vid 10", {
    do: "delete mdb",
    dev: "br0",
    port: "v1",
    grp: "239.1.1.9",
    vid: 10,
  }],
];

async function make(
  { ours, theirs }: { ours: Netns; theirs: Netns },
  bridge: string,
  rows: Row[],
): Promise<void> {
  for (const netns of [ours, theirs]) {
    // Without IPv6 nobody joins groups meanwhile.
    netns.sysctl({ "ipv6.conf.default.disable_ipv6": 1 });
    await netns.ip(`link add br0 address 02:00:00:00:00:01 type bridge ${bridge}`.trim());
    await netns.ip("link add v0 type veth peer name v1");
    await netns.ip("link set v1 address 02:00:00:00:00:02");
    await netns.ip("link set v1 master br0");
    await netns.ip("link add vx address 02:00:00:00:00:03 type vxlan id 5 dstport 4789");
    for (const dev of ["br0", "v0", "v1"]) await netns.ip(`link set ${dev} up`);
  }
  for (const [words] of rows) await theirs.run("bridge", ...words.split(" "));
  const failures = await netlink.changeAll(rows.map(([, change]) => change), { netns: ours.name });
  assertEquals(failures.map(({ change, error }) => [change, (error as Error).message]), []);
}

const byText = (rows: unknown[]) => rows.map((row) => JSON.stringify(row)).toSorted();

/** Entries as `bridge` has them: times that go on are left out, and so is what comes of traffic. */
function settled(rows: readonly object[], ...leave: string[]): unknown[] {
  const words = ["used", "updated", "ifindex", "timer", "index", ...leave];
  return (rows as Words[])
    .filter(({ state, grp }) => state !== "" || grp !== undefined)
    .map((row) =>
      Object.fromEntries(
        Object.entries(row).filter(([key]) => !words.includes(key))
          .map(([key, value]) => [key, Array.isArray(value) ? value.toSorted() : value])
          .toSorted(),
      )
    );
}

async function compareFdb({ ours, theirs }: { ours: Netns; theirs: Netns }): Promise<void> {
  const made = settled(await json(ours, "bridge -j -s fdb"));
  assertEquals(byText(made), byText(settled(await json(theirs, "bridge -j -s fdb"))));
  const read = settled(await netlink.fdb({ netns: ours.name }).toArray());
  assertEquals(byText(read), byText(made));
  // Of one link `bridge` does not say which.
  const some = settled(await netlink.fdb({ netns: ours.name, dev: "vx" }).toArray(), "ifname");
  assertEquals(byText(some), byText(settled(await json(ours, "bridge -j -s fdb show dev vx"))));
}

testWith(
  { root: true, netns: true, tools: ["ip", "bridge"] },
  "forwarding tables that we change and read are those of bridge",
  async () => {
    await using pair = await twins();
    await make(pair, "", FDB);
    await compareFdb(pair);
    const [learnt] = await netlink.fdb({ netns: pair.ours.name, dev: "v1" }).toArray();
    assert(learnt.ifindex > 0 && learnt.used! >= 0);
  },
);

testWith(
  {
    root: true,
    netns: true,
    tools: ["ip", "bridge"],
    kernel: lacks("vlan_filtering", ..."ip link add type bridge vlan_filtering 1".split(" ")),
  },
  "VLANs of ports and multicast groups that we change and read are those of bridge",
  async () => {
    await using pair = await twins();
    await make(pair, "vlan_filtering 1 mcast_snooping 1", [...VLANS, ...MDB, ...FDB]);
    const options = { netns: pair.ours.name };
    const told = await json(pair.ours, "bridge -j vlan");
    assertEquals(told, await json(pair.theirs, "bridge -j vlan"));
    assertEquals(await netlink.vlans(options).toArray() as unknown[], told);
    assertEquals(told.map(({ ifname }) => ifname).toSorted(), ["br0", "v1"]);
    await compareFdb(pair);

    const groups = async (netns: Netns) => {
      const [{ mdb }] = await json(netns, "bridge -j -d -s mdb") as [{ mdb: Words[] }];
      return byText(settled(mdb));
    };
    const read = await netlink.mdb(options);
    assertEquals(await groups(pair.ours), await groups(pair.theirs));
    assertEquals(byText(settled(read)), await groups(pair.ours));
    assertEquals(read.length, 3);
    const temporary = read.find(({ state }) => state === "temp")!;
    assert(temporary.timer! > 0 && temporary.timer! <= 260);
  },
);

testWith({}, "changes of bridges that cannot be meant are refused", async () => {
  const mac = "02:00:00:00:00:01";
  const wrong: [unknown, string][] = [
    [{ do: "add fdb", dev: "lo", mac: "zz" }, "no hardware address"],
    [{ do: "add fdb", dev: "lo", mac, state: "forever" }, '"forever"'],
    [{ do: "add fdb", dev: "lo", mac, flags: ["selfish"] }, '"selfish"'],
    [{ do: "add fdb", dev: "lo", mac, vlan: 4095 }, "vlan 4095"],
    [{ do: "add fdb", dev: "lo", mac, dst: "nowhere" }, "no IP address"],
    [{ do: "add vlan", dev: "lo", vlan: 0 }, "vlan 0"],
    [{ do: "add vlan", dev: "lo", vlan: 7, vlanEnd: 6 }, "before it"],
    [{ do: "add vlan", dev: "lo", vlan: 7, vlanEnd: 8, pvid: true }, "only one"],
    [{ do: "add mdb", dev: "lo", port: "lo", grp: "here" }, "no IP or hardware address"],
    [{ do: "add mdb", dev: "lo", grp: "239.0.0.1" }, "port"],
  ];
  for (const [change, text] of wrong) {
    await assertRejects(() => netlink.change(change as netlink.Change), Error, text);
  }
});
