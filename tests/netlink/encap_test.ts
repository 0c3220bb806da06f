/** Routes that wrap packets, by `ip -j route`. */
import { assert, assertEquals } from "@std/assert";
import { netlink } from "../../mod.ts";
import { testWith } from "../_tools.ts";
import { json, plain, type Words } from "./_ip.ts";
import { lacks } from "./_kernel.ts";
import { Netns } from "./_netns.ts";

async function prepared(): Promise<Netns> {
  const netns = await Netns.make();
  for (
    const command of [
      "link add v0 type veth peer name v1",
      "link set v0 up",
      "link set v1 up",
      "address add 10.0.0.1/24 dev v0",
      "address add 2001:db8::1/64 dev v0 nodad",
      "link add vx type vxlan external dstport 4789",
      "link set vx up",
    ]
  ) await netns.ip(command);
  return netns;
}

/** What of a route of `ip` is its encapsulation: it prints those words among the route's own. */
const WORDS = ["id", "src", "dst", "ttl", "tos", "hoplimit", "tc", "mode", "segs"];

async function compare(netns: Netns, family: string, count: number): Promise<void> {
  const told = (await json(netns, `ip -j ${family} route show table main`))
    .filter(({ encap }) => encap !== undefined);
  const options = { netns: netns.name, table: "main" };
  const ours = (await netlink.routes({ ...options, family: family === "-6" ? "inet6" : "inet" })
    .toArray()).filter(({ encap }) => encap !== undefined);
  assertEquals([ours.length, told.length], [count, count]);
  for (const [i, { encap }] of ours.entries()) {
    const words = Object.fromEntries(
      Object.entries(told[i]).filter(([word]) => WORDS.includes(word)),
    );
    if (encap!.dst === undefined) delete words.dst;
    assertEquals(plain(encap), { type: told[i].encap, ...words } as Words);
  }
}

testWith(
  { root: true, netns: true, tools: ["ip"] },
  "tunnels and segments of routes are told in the words of ip",
  async () => {
    await using netns = await prepared();
    for (
      const route of [
        "21.0.0.0/8 encap ip id 7 dst 10.9.0.1 src 10.9.0.2 ttl 5 tos 3 dev vx",
        "2001:dbb::/32 encap ip6 id 9 dst 2001:db8::9 hoplimit 3 dev vx",
        "2001:dba::/32 encap seg6 mode encap segs 2001:db8::5,2001:db8::6 dev v0",
        "2001:dbc::/32 encap seg6 mode inline segs 2001:db8::7 dev v0",
      ]
    ) await netns.ip(`route add ${route}`);
    await compare(netns, "-4", 1);
    await compare(netns, "-6", 3);
    // What has no words keeps its bytes.
    await netns.ip(
      "-6 route add 2001:dbd::/32 encap seg6local action End.X nh6 2001:db8::7 dev v0",
    );
    const local = (await netlink.routes({ netns: netns.name, family: "inet6" }).toArray())
      .find(({ encap }) => encap?.type === "seg6local")!;
    assert(local.encap!.data!.length > 0);
  },
);

testWith(
  {
    root: true,
    netns: true,
    tools: ["ip"],
    kernel: lacks(
      "mpls",
      "sh",
      "-c",
      "ip link set lo up; ip route add 20.0.0.0/8 encap mpls 100 via 127.0.0.2",
    ),
  },
  "labels of routes are told as ip tells them, of each of several ways too",
  async () => {
    await using netns = await prepared();
    for (
      const route of [
        "20.0.0.0/8 encap mpls 100/200 via 10.0.0.2",
        "23.0.0.0/8 encap mpls 16 ttl 9 via 10.0.0.2",
        "22.0.0.0/8 nexthop encap mpls 55 via 10.0.0.2 nexthop encap mpls 56 via 10.0.0.3",
      ]
    ) await netns.ip(`route add ${route}`);
    const text = await netns.ip("route");
    assert(/20.0.0.0\/8\s+encap mpls\s+100\/200/.test(text), text);
    const routes = await netlink.routes({ netns: netns.name, table: "main" }).toArray();
    const encaps = (dst: string) => {
      const { encap, nexthops = [] } = routes.find((route) => route.dst === dst)!;
      return [encap, ...nexthops.map((hop) => hop.encap)].filter((one) => one !== undefined);
    };
    assertEquals(encaps("20.0.0.0/8"), [{ type: "mpls", dst: "100/200" }]);
    assertEquals(encaps("23.0.0.0/8"), [{ type: "mpls", dst: "16", ttl: 9 }]);
    assertEquals(encaps("22.0.0.0/8"), [{ type: "mpls", dst: "55" }, { type: "mpls", dst: "56" }]);
  },
);
