import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as raw from "../../raw/mod.ts";
import { assertFds, openFds, testWith } from "../_tools.ts";
import { libc } from "../../ffi/abi/library.ts";
import type { Netns } from "./_netns.ts";
import { pair, routed } from "./_topology.ts";

const NETNS = { netns: true, tools: ["ip", "nft"] };
/** As fast as it goes. */
const FAST = { ratePerSecond: Infinity };

libc();

/** What a sweep finds, from inside a namespace. */
async function found(
  netns: Netns,
  targets: raw.SweepTargets,
  options: raw.SweepOptions = FAST,
): Promise<raw.SweepResult[]> {
  using _ = netns.enter();
  return await Array.fromAsync(raw.sweep(targets, options));
}

/** Makes 198.18.0.0/24 a network of hosts that never answer: their frames go to nobody's address. */
async function silence({ here }: { here: Netns }): Promise<void> {
  await here.ip("route add 198.18.0.0/24 via 192.0.2.9");
  await here.ip("neighbour add 192.0.2.9 lladdr 02:00:00:00:00:99 dev v0 nud permanent");
}

testWith({}, "every host of a block is found alive, once", async () => {
  for (const options of [{}, { window: 64 }, { sizeBytes: 8 }, { sizeBytes: 1472 }]) {
    const seen = new Uint8Array(65536);
    for await (const host of raw.sweep("127.0.0.0/16", { ...FAST, ...options })) {
      const { address, alive, rttMicros, attempts, code } = host;
      assert(alive && rttMicros! >= 0 && rttMicros! < 1e6, JSON.stringify(host));
      assertEquals([attempts, code], [1, undefined]);
      const [, , high, low] = address.split(".").map(Number);
      seen[high << 8 | low]++;
    }
    assertEquals([seen[0], seen[65535]], [0, 0]);
    assert(seen.subarray(1, 65535).every((count) => count === 1));
  }
});

testWith(
  { root: true },
  "small requests are atomic datagrams: DF set, no identification",
  async () => {
    using watcher = await raw.openIp({ protocol: "icmp", hostname: "127.0.0.77" });
    for (const [sizeBytes, atomic] of [[56, true], [548, true], [549, false]] as const) {
      for await (const host of raw.sweep("127.0.0.77", { ...FAST, sizeBytes })) assert(host.alive);
      const { data } = await watcher.recvFrom();
      const [identification, flags] = [data[4] << 8 | data[5], data[6] >> 5];
      assertEquals([data.length, flags], [28 + sizeBytes, 2]);
      if (atomic) assertEquals(identification, 0);
    }
  },
);

testWith({}, "a million hosts take no more memory than a quarter of them", async () => {
  let alive = 0;
  let quarter = 0;
  for await (const host of raw.sweep("127.0.0.0/12", FAST)) {
    if (host.alive && ++alive === 1 << 18) quarter = Deno.memoryUsage().rss;
  }
  assertEquals(alive, (1 << 20) - 2);
  const grown = Deno.memoryUsage().rss - quarter;
  // A hundred bytes kept for each host would be 75 MB.
  assert(grown < 50e6, `${grown} bytes more`);
});

testWith(NETNS, "silent hosts are asked again, given up and reported once", async () => {
  await using ends = await pair();
  await silence(ends);
  for (const options of [{ retries: 2, window: 64 }, { retries: 0 }, { retries: 1 }]) {
    const hosts = await found(ends.here, "198.18.0.0/24", { ...FAST, timeoutMs: 30, ...options });
    assertEquals(hosts.length, 254);
    assertEquals(new Set(hosts.map((host) => host.address)).size, 254);
    for (const { alive, attempts, code } of hosts) {
      assertEquals([alive, attempts, code], [false, options.retries + 1, undefined]);
    }
  }
});

testWith(NETNS, "one silent host at the end is asked again too, at any rate", async () => {
  await using ends = await pair();
  await silence(ends);
  for (const ratePerSecond of [20, 10000, Infinity]) {
    assertEquals(await found(ends.here, "198.18.0.7", { ratePerSecond, timeoutMs: 20 }), [
      { address: "198.18.0.7", alive: false, attempts: 2 },
    ]);
  }
});

testWith(NETNS, "a host that is slow to wake up is found by the second request", async () => {
  await using ends = await pair();
  const { here, there } = ends;
  await there.run("nft", "add table ip t");
  await there.run("nft", "add chain ip t c { type filter hook input priority 0; }");
  // The first request of all is lost.
  await there.run("nft", "add rule ip t c icmp sequence 0 drop");
  const [host] = await found(here, "192.0.2.2", { timeoutMs: 100, retries: 1 });
  assertEquals([host.alive, host.attempts], [true, 2]);
});

testWith(NETNS, "what routers refuse is reported with their reason", async () => {
  await using ends = await routed();
  const { here, there: router } = ends;
  await router.ip("route add unreachable 203.0.113.1");
  await router.ip("route add prohibit 203.0.113.2");
  await router.ip("-6 route add unreachable 2001:db8:f::1");
  await router.ip("-6 route add prohibit 2001:db8:f::2");
  const told = async (targets: string[], options: raw.SweepOptions = {}) =>
    (await found(here, targets, { ...options, timeoutMs: 2000 }))
      .map(({ address, alive, code, icmpError }) => [address, alive, code, icmpError])
      .sort();
  assertEquals(await told(["203.0.113.1-2", "2001:db8:f::1-2001:db8:f::2", "198.51.100.2"]), [
    ["198.51.100.2", true, undefined, undefined],
    ["2001:db8:f::1", false, "ENETUNREACH", "unreachable"],
    ["2001:db8:f::2", false, "EACCES", "unreachable"],
    ["203.0.113.1", false, "EHOSTUNREACH", "unreachable"],
    ["203.0.113.2", false, "EHOSTUNREACH", "unreachable"],
  ]);
  assertEquals(await told(["198.51.100.2", "2001:db8:1::2"], { ttl: 1 }), [
    ["198.51.100.2", false, "EHOSTUNREACH", "timeExceeded"],
    ["2001:db8:1::2", false, "EHOSTUNREACH", "timeExceeded"],
  ]);
});

testWith(NETNS, "what this machine refuses is a result, and the rest goes on", async () => {
  await using ends = await pair();
  const targets = ["192.0.2.255", "192.0.2.2", "203.0.113.1", "192.0.2.1", "2001:db8:f::1"];
  const hosts = await found(ends.here, targets, { timeoutMs: 2000 });
  const told = hosts.map(({ address, alive, code }) => [address, alive, code]).sort();
  assertEquals(told, [
    ["192.0.2.1", true, undefined],
    ["192.0.2.2", true, undefined],
    ["192.0.2.255", false, "EACCES"], // a broadcast address
    ["2001:db8:f::1", false, "ENETUNREACH"],
    ["203.0.113.1", false, "ENETUNREACH"],
  ]);
});

testWith(NETNS, "IPv6 blocks and ranges are swept like those of IPv4", async () => {
  await using ends = await pair();
  await ends.there.ip("route add local 2001:db8:a::/64 dev lo");
  await ends.here.ip("route add 2001:db8:a::/64 via 2001:db8::2");
  const targets = ["2001:db8:a::/116", "2001:db8:a::ffff-2001:db8:a::1:1"];
  const hosts = await found(ends.here, targets, { ...FAST, window: 256 });
  assert(hosts.every((host) => host.alive));
  const addresses = new Set(hosts.map((host) => host.address));
  assertEquals(addresses.size, hosts.length);
  for (const expected of ["2001:db8:a::ffff", "2001:db8:a::1:0", "2001:db8:a::1:1"]) {
    assert(addresses.has(expected), expected);
  }
  assert(hosts.length >= 4094 + 3, `${hosts.length}`);
});

testWith({}, "names are looked up, and one without an address is a result", async () => {
  const hosts = await Array.fromAsync(raw.sweep(["localhost", "no name", "127.0.0.1-2"]));
  const told = hosts.map(({ address, host, alive, code }) => [address, host, alive, code]);
  assert(told.some(([, host, alive]) => host === "localhost" && alive), JSON.stringify(told));
  const unresolved = hosts.find((host) => host.host === "no name")!;
  assert(/^EAI_(NONAME|AGAIN)$/.test(unresolved.code!), JSON.stringify(unresolved));
  assertEquals([unresolved.alive, unresolved.attempts], [false, 0]);
  const rest = hosts.filter((host) => host.host === undefined).map((host) => host.address);
  assertEquals(rest.sort(), ["127.0.0.1", "127.0.0.2"]);
});

testWith({}, "the rate is a bound on the number of requests", async () => {
  for (const ratePerSecond of [50, 5000]) {
    const begun = performance.now();
    let count = 0;
    for await (const _ of raw.sweep("127.0.0.0/16", { ratePerSecond })) {
      count++;
      const seconds = (performance.now() - begun) / 1000;
      // What may go in the first moment, and what a late timer makes up for.
      assert(count <= 1 + ratePerSecond * (seconds + 0.002), `${count} in ${seconds} s`);
      if (seconds > 0.3) break;
    }
    assert(count > 1);
  }
});

testWith(NETNS, "targets are taken no further ahead than the window", async () => {
  await using ends = await pair();
  await silence(ends);
  let pulled = 0;
  let ended = false;
  function* forever() {
    try {
      for (;;) yield `198.18.0.${++pulled % 250 + 1}`;
    } finally {
      ended = true;
    }
  }
  using _ = ends.here.enter();
  const options = { ...FAST, window: 64, timeoutMs: 20, retries: 0 };
  for await (const host of raw.sweep(forever(), options)) {
    assertEquals(host.address, "198.18.0.2");
    break;
  }
  assert(pulled >= 64 && pulled <= 66, `${pulled}`);
  assert(ended, "the generator was left hanging");
});

testWith(
  {},
  "targets may become known one after another; results do not wait for them",
  async () => {
    const first = Promise.withResolvers<void>();
    async function* targets() {
      yield "127.0.0.1";
      await first.promise;
      yield "127.0.0.2";
    }
    const seen: string[] = [];
    for await (const { address } of raw.sweep(targets())) {
      seen.push(address);
      first.resolve();
    }
    assertEquals(seen, ["127.0.0.1", "127.0.0.2"]);
  },
);

testWith({}, "a sweep that is left or aborted closes its socket and ends its targets", async () => {
  await Array.fromAsync(raw.sweep("127.0.0.1"));
  const before = openFds();
  for await (const _ of raw.sweep("127.0.0.0/8", FAST)) break;
  await assertFds(before);

  const controller = new AbortController();
  async function* never() {
    yield "127.0.0.1";
    await new Promise(() => {});
  }
  const sweeping = async () => {
    for await (const _ of raw.sweep(never(), { signal: controller.signal })) {
      controller.abort("enough");
    }
  };
  assertEquals(await sweeping().catch((reason) => reason), "enough");
  await assertFds(before);
});

testWith({}, "what is wrong with a target is told when its turn comes", async () => {
  for (
    const [target, word] of [["127.0.0.5-300", "127.0.0.300"], ["", "empty"], [
      "10.0.0.0/33",
      "33",
    ]]
  ) {
    const error = await assertRejects(() => Array.fromAsync(raw.sweep(["127.0.0.1", target])));
    assert(error instanceof Error && error.message.includes(word), `${error}`);
  }
  await assertRejects(
    () =>
      Array.fromAsync(raw.sweep((function* () {
        yield "127.0.0.1";
        throw new Error("mine");
      })())),
    Error,
    "mine",
  );
});

Deno.test("bad arguments are refused by name before anything is opened", () => {
  const bad: [raw.SweepOptions, ErrorConstructor, string][] = [
    [{ timeoutMs: 0 }, RangeError, "timeoutMs"],
    [{ retries: 255 }, RangeError, "retries"],
    [{ ratePerSecond: 0 }, RangeError, "ratePerSecond"],
    [{ ratePerSecond: NaN }, RangeError, "ratePerSecond"],
    [{ window: 63 }, RangeError, "window"],
    [{ sizeBytes: 7 }, RangeError, "sizeBytes"],
    [{ ttl: 0 }, RangeError, "ttl"],
    [{ signal: {} as AbortSignal }, TypeError, "signal"],
    [{ rate: 5 } as raw.SweepOptions, TypeError, "rate"],
  ];
  for (const [options, kind, word] of bad) {
    assertThrows(() => raw.sweep("127.0.0.1", options), kind, word);
  }
  assertThrows(() => raw.sweep(5 as unknown as string), TypeError, "targets");
});
