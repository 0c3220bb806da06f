/** What becomes of changes that fail, of many at once, and of links that move. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { netlink } from "../../mod.ts";
import { assertFds, openFds, testWith } from "../_tools.ts";
import { Netns } from "./_netns.ts";

const NEEDS = { root: true, netns: true, tools: ["ip"] };

testWith(NEEDS, "an error has the kernel's words and names the attribute at fault", async () => {
  await using netns = await Netns.make();
  const options = { netns: netns.name };
  await netlink.change({ do: "set link", ifname: "lo", up: true }, options);
  const cases: [netlink.Change, string, string | undefined, string | undefined][] = [
    [
      { do: "add route", dst: "10.0.0.0/8", gateway: "192.0.2.1" },
      "ENETUNREACH",
      "Nexthop has invalid gateway",
      undefined,
    ],
    [
      { do: "add link", ifname: "x", kind: "no-such-kind" },
      "EOPNOTSUPP",
      "Unknown device type",
      undefined,
    ],
    [{ do: "add address", dev: "lo", local: "127.0.0.1/8" }, "EEXIST", undefined, undefined],
    [{ do: "add address", dev: "nope", local: "127.0.0.1/8" }, "ENODEV", undefined, undefined],
    [
      { do: "add link", ifname: "vx", kind: "vxlan", info_data: { id: 1 << 24 } },
      "ERANGE",
      undefined,
      "IFLA_LINKINFO.IFLA_INFO_DATA.IFLA_VXLAN_ID",
    ],
    [{ do: "set link", ifname: "lo", master: "lo" }, "EOPNOTSUPP", undefined, undefined],
  ];
  for (const [change, code, text, attribute] of cases) {
    const error = await assertRejects(() =>
      netlink.change(change, options)
    ) as netlink.NetlinkError;
    assertEquals(error.code, code, error.message);
    if (text !== undefined) assert(error.kernelMessage?.startsWith(text), error.message);
    if (attribute !== undefined) assertEquals(error.attribute, attribute);
    assert(error.message.startsWith("Cannot "), error.message);
  }
  // By hand: a name that is too long, in a request whose layout is not told.
  using endpoint = netlink.open(options);
  const data = new Uint8Array(16 + 4 + 40).fill(0x61, 20);
  new DataView(data.buffer).setUint32(16, 44 | 3 << 16, true);
  const wrong = await assertRejects(() =>
    endpoint.request({ type: 16, flags: 0x600, data, action: "try a name" })
  ) as netlink.NetlinkError;
  assertEquals([wrong.code, wrong.attribute], ["ERANGE", "3"]);
  assert(wrong.message.startsWith("Cannot try a name: "), wrong.message);
});

testWith(NEEDS, "of many changes those that fail are told, the others made", async () => {
  await using netns = await Netns.make();
  const options = { netns: netns.name };
  await netlink.change({ do: "set link", ifname: "lo", up: true }, options);
  const changes: netlink.Change[] = Array.from({ length: 3000 }, (_, i) => ({
    do: "add route",
    dst: i % 10 === 7 ? "10.0.0.0/24" : `10.${i >> 8}.${i & 255}.0/24`,
    dev: "lo",
  }));
  const failures = await netlink.changeAll(changes, options);
  assertEquals(failures.length, 300);
  assert(
    failures.every(({ index, change, error }) =>
      index % 10 === 7 && change === changes[index] &&
      (error as netlink.NetlinkError).code === "EEXIST"
    ),
  );
  const routes = await netlink.routes({ ...options, table: "main", family: "inet" }).toArray();
  assertEquals(routes.length, 2700);
});

testWith(
  NEEDS,
  "a link moves to another namespace and back, and leaves no descriptor",
  async () => {
    await using a = await Netns.make();
    await using b = await Netns.make();
    const before = openFds();
    await netlink.change(
      { do: "add link", ifname: "m0", kind: "veth", peer: { ifname: "m1", netns: b.name } },
      { netns: a.name },
    );
    const names = async (ns: Netns) =>
      (await netlink.links({ netns: ns.name }).toArray()).map(({ ifname }) => ifname);
    assertEquals(await names(a), ["lo", "m0"]);
    assertEquals(await names(b), ["lo", "m1"]);
    await netlink.change({ do: "set link", ifname: "m0", netns: b.name }, { netns: a.name });
    assertEquals(await names(a), ["lo"]);
    assertEquals((await names(b)).toSorted(), ["lo", "m0", "m1"]);
    await assertFds(before);
  },
);

Deno.test("a change with a wrong word is refused before anything is sent", async () => {
  const wrong: [unknown, string][] = [
    [{ do: "add rout", dst: "10.0.0.0/8" }, "change.do add rout is not"],
    [{ dst: "10.0.0.0/8" }, "do undefined"],
    [{ do: "add route", dst: "10.0.0.0/8", gatway: "1.1.1.1" }, '"gatway"'],
    [{ do: "add route", dst: "10.0.0.0/33" }, '"10.0.0.0/33"'],
    [{ do: "add route", dst: "10.0.0.0/8", gateway: "::1" }, "another family"],
    [{ do: "add route", dst: "10.0.0.0/8", table: "mein" }, '"mein"'],
    [{ do: "add link", ifname: "a-name-of-17-chars", kind: "veth" }, "no link's name"],
    [{ do: "add link", ifname: "x" }, "kind is missing"],
    [{ do: "set link", up: true }, "ifname or ifindex"],
    [{ do: "add address", dev: "lo", local: "10.0.0.1/24", flags: ["no"] }, '"no"'],
    [{ do: "set address", dev: "lo", local: "10.0.0.1/24" }, "change.do set address is not"],
    [{ do: "add neighbor", dev: "lo", dst: "x" }, "no IP address"],
    [{ do: "add qdisc", dev: "lo", kind: "netem", options: { dely: 1 } }, '"dely"'],
  ];
  for (const [change, text] of wrong) {
    await assertRejects(() => netlink.change(change as netlink.Change), Error, text);
  }
});
