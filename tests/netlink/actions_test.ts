/** Actions of filters: made as `tc` makes them, read in its words. */
import { assertEquals, assertRejects } from "@std/assert";
import { netlink } from "../../mod.ts";
import { testWith } from "../_tools.ts";
import { lacks } from "./_kernel.ts";
import { make, ON, type Row, same } from "./_traffic.ts";
import { twins } from "./_twins.ts";

/** Actions by the words of `tc`, and ours. */
const ACTIONS: readonly (readonly [tc: string, action: netlink.FilterAction])[] = [
  ["gact pipe", { kind: "gact", control_action: { type: "pipe" } }],
  ["mirred egress redirect dev v1", {
    kind: "mirred",
    mirred_action: "redirect",
    direction: "egress",
    to_dev: "v1",
  }],
  ["mirred egress mirror dev v1", {
    kind: "mirred",
    mirred_action: "mirror",
    direction: "egress",
    to_dev: "v1",
  }],
  ["mirred ingress redirect dev v1", {
    kind: "mirred",
    mirred_action: "redirect",
    direction: "ingress",
    to_dev: "v1",
  }],
  ["vlan push id 7 protocol 802.1ad priority 3", {
    kind: "vlan",
    vlan_action: "push",
    id: 7,
    protocol: "802.1ad",
    priority: 3,
  }],
  ["vlan modify id 9 pass", {
    kind: "vlan",
    vlan_action: "modify",
    id: 9,
    control_action: { type: "pass" },
  }],
  ["vlan pop", { kind: "vlan", vlan_action: "pop" }],
  ["skbedit priority 1:10 mark 7", { kind: "skbedit", priority: "1:10", mark: 7 }],
  ["skbedit ptype host mark 0x10/0xf0", { kind: "skbedit", ptype: "host", mark: 16, mask: "f0" }],
  ["police rate 8mbit burst 20000", { kind: "police", rate: 1e6, burst: 20000 }],
  ["police rate 40gbit burst 160000 mtu 9000 conform-exceed drop/pass", {
    kind: "police",
    rate: 5e9,
    burst: 160000,
    mtu: 9000,
    control_action: { type: "drop" },
    conform_action: { type: "pass" },
  }],
];

/** Numbers that the kernel gives, and what `tc` prints beside the action. */
const BESIDE = [
  "index",
  "ref",
  "bind",
  "prob",
  "overhead",
  "linklayer",
  "not_in_hw",
  "used_hw_stats",
];

testWith(
  {
    root: true,
    netns: true,
    tools: ["ip", "tc"],
    kernel: lacks("actions", "tc", "actions", "add", "action", "vlan", "pop"),
  },
  "actions of filters are those that tc makes, and read so",
  async () => {
    await using pair = await twins();
    const rows = ACTIONS.map(([words, action], i): Row => [
      `filter add dev v0 ingress protocol all prio ${i + 1} matchall action ${words}`,
      {
        do: "add filter",
        ...ON,
        parent: "ingress",
        pref: i + 1,
        kind: "matchall",
        options: { actions: [action] },
      },
    ]);
    await make(pair, [
      ["qdisc add dev v0 clsact", { do: "add qdisc", ...ON, kind: "clsact" }],
      ...rows,
      ["filter add dev v0 egress protocol all prio 1 matchall action vlan pop pipe action drop", {
        do: "add filter",
        ...ON,
        parent: "egress",
        pref: 1,
        kind: "matchall",
        options: {
          actions: [
            { kind: "vlan", vlan_action: "pop" },
            { kind: "gact", control_action: { type: "drop" } },
          ],
        },
      }],
      // On the way in `tc` takes queues for a word to the hardware.
      ["filter add dev v0 egress protocol all prio 2 matchall action skbedit queue_mapping 0", {
        do: "add filter",
        ...ON,
        parent: "egress",
        pref: 2,
        kind: "matchall",
        options: { actions: [{ kind: "skbedit", queue_mapping: 0 }] },
      }],
    ]);
    await same(pair, ["-d filter show dev v0 ingress", "-d filter show dev v0 egress"]);
    const options = { netns: pair.ours.name, dev: "v0" };
    const told = JSON.parse(
      await pair.ours.run("tc", ..."-j -d filter show dev v0 ingress".split(" ")),
    );
    const wanted = told.flatMap((filter: { options?: { actions?: unknown[] } }) =>
      filter.options?.actions ?? []
    );
    const ours = (await netlink.filters({ ...options, parent: "ingress" }).toArray())
      .flatMap(({ options }) => (options as netlink.FilterSettings)?.actions ?? []);
    assertEquals(ours.length, ACTIONS.length);
    for (const [i, action] of ours.entries()) {
      const [words, given] = ACTIONS[i];
      // What was given is told again, and what `tc` tells is told.
      for (const [word, value] of Object.entries(given)) {
        assertEquals(action[word as keyof netlink.FilterAction], value, `${words}: ${word}`);
      }
      if (action.kind === "police") continue;
      const rest = Object.entries(wanted[i]).filter(([word]) => !BESIDE.includes(word));
      assertEquals<unknown>(action, Object.fromEntries(rest), words);
    }
    const both = (await netlink.filters({ ...options, parent: "egress" }).toArray())
      .flatMap(({ options }) => (options as netlink.FilterSettings)?.actions ?? []);
    assertEquals(both.map(({ order, kind, queue_mapping }) => [order, kind, queue_mapping]), [
      [1, "vlan", undefined],
      [2, "gact", undefined],
      [1, "skbedit", 0],
    ]);
  },
);

const WRONG_ACTIONS: readonly (readonly [action: unknown, text: string])[] = [
  [{ kind: "pedit" }, "pedit is not"],
  [{ kind: "mirred" }, "mirred_action undefined"],
  [{ kind: "mirred", mirred_action: "mirror", direction: "egress" }, "to_dev is not a string"],
  [{ kind: "vlan", vlan_action: "push" }, "has no id"],
  [{ kind: "vlan", vlan_action: "pop", id: 7 }, "says of what tag is gone"],
  [{ kind: "vlan", vlan_action: "push", id: 4096 }, "id 4096 is not in 0 to 4095"],
  [{ kind: "skbedit" }, "no queue_mapping, priority, mark or ptype"],
  [{ kind: "skbedit", mask: "1", ptype: "host" }, "a mask without a mark"],
  [{ kind: "skbedit", priority: "x" }, "no handle"],
  [{ kind: "police", rate: 0, burst: 1 }, "rate 0 is not in 1"],
  [{ kind: "police", rate: 1 }, "burst is not a number"],
  [{ kind: "gact", control_action: { type: "drop" }, to_dev: "v1" }, 'unknown key "to_dev"'],
];

testWith({}, "actions that cannot be meant are refused", async () => {
  for (const [action, text] of WRONG_ACTIONS) {
    const change = {
      do: "add filter",
      dev: "lo",
      kind: "matchall",
      options: { actions: [action] },
    };
    await assertRejects(
      () => netlink.change(change as netlink.Change, { netns: { pid: Deno.pid } }),
      Error,
      text,
    );
  }
});
