import { assert, assertEquals } from "@std/assert";
import { testWith } from "../_tools.ts";
import { Netns, run } from "./_netns.ts";

const CHILD = new URL("./_child_probes.ts", import.meta.url).pathname;
const NOBODY = ["--reuid=65534", "--regid=65534", "--clear-groups"];
const NEEDS = { netns: true, tools: ["ip", "setpriv", "unshare"] };

/** Command and arguments of the child, as nobody, with a cache that nobody can write. */
async function asNobody(): Promise<{ env: string[]; [Symbol.asyncDispose](): Promise<void> }> {
  const cache = await Deno.makeTempDir({ prefix: "bsock-cache-" });
  await Deno.chown(cache, 65534, 65534);
  return {
    env: [`DENO_DIR=${cache}`, `HOME=${cache}`],
    async [Symbol.asyncDispose]() {
      await Deno.remove(cache, { recursive: true });
    },
  };
}

testWith(
  NEEDS,
  "an ordinary user within ping_group_range pings and sweeps, and no more",
  async () => {
    await using netns = await Netns.make();
    netns.sysctl({ "ipv4.ping_group_range": "65534 65534" });
    await using cache = await asNobody();
    const text = await netns.run(
      ...["setpriv", ...NOBODY, "env", ...cache.env] as [string],
      ...[Deno.execPath(), "run", "-A", CHILD],
    );
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
    await using cache = await asNobody();
    const text = await netns.run(
      ...["setpriv", ...NOBODY, "env", ...cache.env] as [string],
      ...[Deno.execPath(), "run", "-A", CHILD],
    );
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
  await using cache = await asNobody();
  const script = 'ip link set lo up && exec "$@"';
  const text = await run(
    ...["setpriv", ...NOBODY, "env", ...cache.env] as [string],
    ...["unshare", "-rn", "sh", "-c", script, "sh", Deno.execPath(), "run", "-A", CHILD],
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
