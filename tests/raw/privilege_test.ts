import { assert, assertEquals } from "@std/assert";
import { testWith } from "../_tools.ts";
import { Netns, run } from "./_netns.ts";
import { type Nobody, nobody } from "./_nobody.ts";

const NEEDS = { netns: true, tools: ["ip", "setpriv", "unshare"] };

/** The command line of the probes, as an ordinary user. */
function probes({ args, deno, root }: Nobody, ...before: string[]): [string, ...string[]] {
  const child = `${root}tests/raw/_child_probes.ts`;
  return ["setpriv", ...args, ...before, deno, "run", "-A", child];
}

testWith(
  NEEDS,
  "an ordinary user within ping_group_range pings and sweeps, and no more",
  async () => {
    await using netns = await Netns.make();
    netns.sysctl({ "ipv4.ping_group_range": "65534 65534" });
    await using user = await nobody();
    const text = await netns.run(...probes(user));
    const { ping, ping6, sweep, icmp, icmpRaw, ip, packet } = JSON.parse(text);
    assertEquals([ping, ping6, sweep, icmp], [
      "reply reply reply",
      "reply reply reply",
      "254 of 254",
      "dgram",
    ]);
    for (const refused of [icmpRaw, ip, packet]) {
      assert(refused.startsWith("EPERM: "), refused);
      assert(refused.includes("CAP_NET_RAW"), refused);
    }
  },
);

testWith(
  NEEDS,
  "an ordinary user outside ping_group_range is told both ways to be allowed",
  async () => {
    await using netns = await Netns.make();
    netns.sysctl({ "ipv4.ping_group_range": "1 0" });
    await using user = await nobody();
    const text = await netns.run(...probes(user));
    const { ping, ping6, sweep, icmp, icmpRaw, ip, packet } = JSON.parse(text);
    for (const refused of [ping, ping6, sweep, icmp]) {
      assert(refused.startsWith("EPERM: "), refused);
      assert(refused.includes("CAP_NET_RAW") && refused.includes("ping_group_range"), refused);
    }
    for (const refused of [icmpRaw, ip, packet]) {
      assert(refused.startsWith("EPERM: ") && refused.includes("CAP_NET_RAW"), refused);
    }
  },
);

testWith(NEEDS, "an ordinary user's own namespace (unshare -rn) allows everything", async () => {
  await using user = await nobody();
  const script = 'ip link set lo up && exec "$@"';
  const text = await run(
    ...probes(user, "unshare", "-rn", "sh", "-c", script, "sh"),
  );
  assertEquals(JSON.parse(text), {
    ping: "reply reply reply",
    ping6: "reply reply reply",
    sweep: "254 of 254",
    // Nobody is in the ping_group_range of a new namespace.
    icmp: "raw",
    icmpRaw: "raw",
    ip: "raw",
    packet: "lo",
  });
});
