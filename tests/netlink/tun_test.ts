/** Tun and tap links, by `ip tuntap` and `ip -d link`. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { netlink } from "../../mod.ts";
import { assertFds, openFds, testWith } from "../_tools.ts";
import { json, plain, type Words } from "./_ip.ts";
import { Netns } from "./_netns.ts";

/** Whether the kernel has the device. */
function lacking(): string | undefined {
  try {
    Deno.openSync("/dev/net/tun", { read: true, write: true }).close();
    return undefined;
  } catch {
    return "the kernel lacks tun";
  }
}
const NEEDS = { root: true, netns: true, tools: ["ip"], kernel: lacking };

const LINKS: readonly [string, Record<string, unknown>][] = [
  ["mode tun", { type: "tun" }],
  ["mode tap", { type: "tap" }],
  ["mode tun pi user 7", { type: "tun", pi: true, user: 7 }],
  ["mode tap multi_queue group 9", { type: "tap", multi_queue: true, group: 9 }],
  ["mode tap vnet_hdr user 0", { type: "tap", vnet_hdr: true, user: 0 }],
];

testWith(NEEDS, "tun and tap links are those that ip makes, and read so", async () => {
  await using ours = await Netns.make();
  await using theirs = await Netns.make();
  const before = openFds();
  const options = { netns: ours.name };
  for (const [i, [words, info_data]] of LINKS.entries()) {
    await theirs.run("ip", ..."tuntap add dev".split(" "), `t${i}`, ...words.split(" "));
    await netlink.change({ do: "add link", ifname: `t${i}`, kind: "tun", info_data }, options);
  }
  const leave = ["address", "inet6_addr_gen_mode"];
  const made = await json(ours, "ip -j -d link");
  assertEquals(made.length, 1 + LINKS.length);
  assertEquals(plain(made, leave), plain(await json(theirs, "ip -j -d link"), leave));
  assertEquals(await json(ours, "ip -j tuntap"), await json(theirs, "ip -j tuntap"));
  const read = await netlink.links(options).toArray();
  for (const link of read.filter(({ linkinfo }) => linkinfo?.info_kind === "tun")) {
    const told = made.find(({ ifname }) => ifname === link.ifname)!.linkinfo as Words;
    const shared = Object.fromEntries(
      Object.entries(link.linkinfo!.info_data as Words)
        .filter(([word]) => Object.hasOwn(told.info_data as Words, word)),
    );
    // `ip` has names for users where it finds some.
    const own = ["user", "group", "numdisabled"];
    assertEquals(plain(shared, own), plain(told.info_data, own), link.ifname);
    const [, asked] = LINKS[+link.ifname.slice(1)];
    assertEquals({ ...link.linkinfo!.info_data as Words, ...asked }, link.linkinfo!.info_data);
  }
  const failures = await netlink.changeAll(
    LINKS.map((_, i) => ({ do: "delete link", ifname: `t${i}` } as const)),
    options,
  );
  assertEquals(failures, []);
  assertEquals((await json(ours, "ip -j link")).length, 1);
  await assertFds(before);
});

testWith(NEEDS, "the rest of a tap's settings is set with it, or it is not made", async () => {
  await using netns = await Netns.make();
  const before = openFds();
  const options = { netns: netns.name };
  const tap = { do: "add link", kind: "tun", info_data: { type: "tap" } } as const;
  const failures = await netlink.changeAll([
    { do: "add link", ifname: "br0", kind: "bridge" },
    { ...tap, ifname: "a", master: "br0", mtu: 1300, up: true, address: "02:00:00:00:00:07" },
    { ...tap, ifname: "a" },
    { ...tap, ifname: "b", master: "a" },
    { ...tap, ifname: "c" },
  ], options);
  assertEquals(
    failures.map(({ index, error }) => [index, (error as { code?: string }).code]),
    [[2, "EBUSY"], [3, "EOPNOTSUPP"]],
  );
  const [a] = await json(netns, "ip -j link show a");
  assertEquals([a.master, a.mtu, a.address], ["br0", 1300, "02:00:00:00:00:07"]);
  assert((a.flags as string[]).includes("UP"));
  const names = (await netlink.links(options).toArray()).map(({ ifname }) => ifname);
  assertEquals(names.toSorted(), ["a", "br0", "c", "lo"]);
  await assertRejects(
    () => netlink.change({ ...tap, ifname: "d", address: "no address" }, options),
    TypeError,
  );
  assertEquals((await netlink.links(options).toArray()).length, names.length);

  // On a socket that is open, in its namespace.
  using endpoint = netlink.open(options);
  await netlink.change({ ...tap, ifname: "e" }, { on: endpoint });
  assert((await json(netns, "ip -j link show e")).length === 1);
  endpoint.close();
  await assertFds(before);
});

testWith({}, "a tun that cannot be meant is refused before its device is opened", async () => {
  const wrong: [Record<string, unknown>, string][] = [
    [{ ifname: "t0" }, "info_data is not an object"],
    [{ ifname: "t0", info_data: {} }, "info_data.type"],
    [{ ifname: "t0", info_data: { type: "tup" } }, '"tun" or "tap"'],
    [{ ifname: "t0", info_data: { type: "tun", persist: true } }, '"persist"'],
    [{ ifname: "t0", info_data: { type: "tun", user: -1 } }, "info_data.user"],
    [{ info_data: { type: "tun" } }, "ifname is missing"],
    [{ ifname: "t0", ifindex: 7, info_data: { type: "tun" } }, "index of a tun"],
  ];
  for (const [words, text] of wrong) {
    const change = { do: "add link", kind: "tun", ...words } as netlink.Change;
    await assertRejects(() => netlink.change(change), Error, text);
  }
});
