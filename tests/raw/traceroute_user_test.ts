import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as raw from "../../raw/mod.ts";
import { testWith } from "../_tools.ts";
import { run } from "./_netns.ts";
import { nobody } from "./_nobody.ts";
import { fakeRouter, silence } from "./_fake_router.ts";
import { chain } from "./_trace_net.ts";

const CHILD = "tests/raw/_child_trace.ts";
const NEEDS = { netns: true, tools: ["ip", "setpriv", "unshare"] };

testWith(
  NEEDS,
  "an ordinary user traces by UDP, and by ICMP within ping_group_range; TCP names CAP_NET_RAW",
  async () => {
    await using net = await chain(5);
    await using user = await nobody();
    const { inet, inet6 } = net.hosts;
    const way = {
      [inet]: net.hops.inet.flatMap((hop) => [hop, hop, hop]).join(" "),
      [inet6]: net.hops.inet6.flatMap((hop) => [hop, hop, hop]).join(" "),
    };
    for (const [range, mayPing] of [["65534 65534", true], ["1 0", false]] as const) {
      net.client.sysctl({ "ipv4.ping_group_range": range });
      const text = await net.client.run(
        "setpriv",
        ...[...user.args, user.deno, "run", "-A", user.root + CHILD, inet, inet6],
      );
      const told = JSON.parse(text);
      for (const host of [inet, inet6]) {
        assertEquals(told[`udp ${host}`], way[host]);
        if (mayPing) assertEquals(told[`icmp ${host}`], way[host]);
        else assert(/ping_group_range.*CAP_NET_RAW.*EPERM/.test(told[`icmp ${host}`]));
        assert(/CAP_NET_RAW.*EPERM/.test(told[`tcp ${host}`]), told[`tcp ${host}`]);
      }
    }
  },
);

testWith(
  { ...NEEDS, tools: [...NEEDS.tools, "nft"] },
  "an ordinary user's probes are matched where little is quoted, and MPLS labels are told",
  async () => {
    await using net = await chain(4);
    await using user = await nobody();
    net.client.sysctl({ "ipv4.ping_group_range": "65534 65534" });
    const traced = async () => {
      const hosts = Object.values(net.hosts);
      const child = [user.deno, "run", "-A", user.root + CHILD, ...hosts];
      return JSON.parse(await net.client.run("setpriv", ...user.args, ...child));
    };
    const check = (told: Record<string, string>, labels: string) => {
      for (const family of ["inet", "inet6"] as const) {
        const [one, , , four, five] = net.hops[family];
        const fake = `${family === "inet" ? "192.0.2.99" : "2001:db8:99::1"}${labels}`;
        const want = [one, "timeout", fake, four, five].flatMap((hop) => [hop, hop, hop]).join(" ");
        assertEquals(told[`icmp ${net.hosts[family]}`], want);
        assertEquals(told[`udp ${net.hosts[family]}`], want);
      }
    };
    await silence(net.nodes[2]);
    await silence(net.nodes[3]);
    const link = { interface: "left", ttl: 64 };
    {
      await using _router = await fakeRouter(net.nodes[3], { ...link, quotedBytes: 8 });
      check(await traced(), "");
    }
    const mpls = { label: 17, trafficClass: 0, bottom: true, ttl: 1 };
    for (const statesLength of [true, false]) {
      const options = { ...link, quotedBytes: 100, labels: [mpls], statesLength };
      await using _router = await fakeRouter(net.nodes[3], options);
      check(await traced(), "[17]");
    }
  },
);

testWith(NEEDS, "an ordinary user's own namespace (unshare -rn) allows every method", async () => {
  await using user = await nobody();
  const script = 'ip link set lo up && exec "$@"';
  const text = await run(
    "setpriv",
    ...[...user.args, "unshare", "-rn", "sh", "-c", script, "sh"],
    ...[user.deno, "run", "-A", user.root + CHILD, "127.0.0.1", "::1"],
  );
  assertEquals(
    JSON.parse(text),
    Object.fromEntries(
      ["127.0.0.1", "::1"].flatMap((host) =>
        ["udp", "icmp", "tcp"].map((method) => [`${method} ${host}`, `${host} ${host} ${host}`])
      ),
    ),
  );
});

Deno.test("traceroute() refuses bad options at once", () => {
  const bad: [raw.TracerouteOptions | Record<string, unknown>, RegExp][] = [
    [{ methd: "udp" }, /methd/],
    [{ method: "sctp" }, /method sctp/],
    [{ method: "toString" }, /method toString/],
    [{ method: "icmp", port: 7 }, /port/],
    [{ family: "unix" }, /family unix/],
    [{ mtuDiscovery: 1 }, /mtuDiscovery/],
    [{ dontFragment: "yes" }, /dontFragment/],
    [{ mtuDiscovery: true, sizeBytes: 100 }, /sizeBytes/],
    [{ interface: 3 }, /interface/],
    [{ localAddress: "here" }, /localAddress/],
    [{ signal: {} }, /signal/],
    [{ window: "16" }, /window/],
  ];
  const type = (options: unknown) =>
    assertThrows(() => raw.traceroute("127.0.0.1", options as raw.TracerouteOptions), TypeError);
  for (const [options, text] of bad) assert(text.test(type(options).message));
  const outside: [raw.TracerouteOptions, RegExp][] = [
    [{ firstHop: 0 }, /firstHop 0/],
    [{ firstHop: 256 }, /firstHop 256/],
    [{ firstHop: 9, maxHops: 8 }, /maxHops 8 is not in 9/],
    [{ maxHops: 256 }, /maxHops 256/],
    [{ probesPerHop: 0 }, /probesPerHop/],
    [{ window: 0 }, /window/],
    [{ timeoutMs: 0 }, /timeoutMs/],
    [{ timeoutMs: NaN }, /timeoutMs/],
    [{ port: 0 }, /port 0/],
    [{ port: 65536 }, /port 65536/],
    [{ method: "icmp", sizeBytes: 7 }, /sizeBytes 7/],
    [{ sizeBytes: 3 }, /sizeBytes 3/],
    [{ sizeBytes: 65508 }, /sizeBytes 65508/],
    [{ tos: 256 }, /tos 256/],
  ];
  for (const [options, text] of outside) {
    const error = assertThrows(() => raw.traceroute("127.0.0.1", options), RangeError);
    assert(text.test(error.message), error.message);
    assert(error.message.startsWith("Cannot trace a route: "), error.message);
  }
});

Deno.test("traceroute() rejects a name that is none, and an aborted signal, while iterating", async () => {
  await assertRejects(() => Array.fromAsync(raw.traceroute("")), TypeError, "host");
  await assertRejects(
    () => Array.fromAsync(raw.traceroute("a\0b")),
    TypeError,
    "Cannot trace a route",
  );
  const reason = new Error("no more");
  const error = await assertRejects(() =>
    Array.fromAsync(raw.traceroute("127.0.0.1", { signal: AbortSignal.abort(reason) }))
  );
  assertEquals(error, reason);
});
