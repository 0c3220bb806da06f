/** Queueing disciplines: made as `tc` makes them, read in its words. */
import { assertEquals } from "@std/assert";
import { netlink } from "../../mod.ts";
import { testWith } from "../_tools.ts";
import { both, bothPrint } from "./_both.ts";
import { json, plain } from "./_ip.ts";
import { twins } from "./_twins.ts";

testWith(
  { root: true, netns: true, tools: ["ip", "tc"] },
  "queueing disciplines are tc's, and read so",
  async () => {
    await using pair = await twins();
    await both(
      pair,
      `
    ip link add v0 type veth peer name v1
    tc qdisc add dev v0 root handle 1: htb default 10 r2q 20
    tc class add dev v0 parent 1: classid 1:10 htb rate 1mbit ceil 2mbit
    tc qdisc add dev v0 parent 1:10 handle 10: tbf rate 1mbit burst 10240 latency 50ms
    tc qdisc add dev v1 root pfifo limit 77
    tc qdisc add dev v1 clsact
  `,
      [
        { do: "add link", ifname: "v0", kind: "veth", peer: { ifname: "v1" } },
        {
          do: "add qdisc",
          dev: "v0",
          kind: "htb",
          handle: "1:",
          options: { default: 16, r2q: 20 },
        },
      ],
    );
    // Classes are `tc`'s to make.
    await pair.ours.run(
      "tc",
      ..."class add dev v0 parent 1: classid 1:10 htb rate 1mbit ceil 2mbit".split(" "),
    );
    const failures = await netlink.changeAll([
      {
        do: "add qdisc",
        dev: "v0",
        parent: "1:10",
        handle: "10:",
        kind: "tbf",
        options: { rate: 125000, burst: 10240, lat: 50000 },
      },
      { do: "add qdisc", dev: "v1", kind: "pfifo", options: { limit: 77 } },
      { do: "add qdisc", dev: "v1", kind: "clsact" },
    ], { netns: pair.ours.name });
    assertEquals(failures, []);
    const leave = ["handle"];
    await bothPrint(pair.ours, pair.theirs, ["tc -j -s -d qdisc"], leave);
    const theirs = await json(pair.ours, "tc -j -s -d qdisc");
    const ours = await netlink.qdiscs({ netns: pair.ours.name }).toArray();
    const words = [...leave, "options", "ifindex"];
    assertEquals(plain(ours, words), plain(theirs, words));
    assertEquals(
      ours.map(({ handle }) => handle.replace(/^0:/, "0:")),
      theirs.map((q) => q.handle),
    );
    const options = (kind: string) => ours.find((q) => q.kind === kind)!.options;
    const tbf = options("tbf") as Record<string, number>;
    assertEquals([tbf.rate, tbf.burst, tbf.lat], [125000, 10240, 50000]);
    assertEquals(options("htb"), {
      r2q: 20,
      default: 16,
      direct_packets_stat: 0,
      ver: "3.17",
      direct_qlen: 1000,
    });
    assertEquals(options("pfifo"), { limit: 77 });
    const [leaf] = await netlink.classes({ netns: pair.ours.name, dev: "v0" }).toArray();
    assertEquals([leaf.kind, leaf.handle, leaf.leaf], ["htb", "1:10", "10:"]);
    assertEquals((leaf.options as Record<string, number>).ceil, 250000);
  },
);
