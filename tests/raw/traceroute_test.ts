import { assert, assertEquals, assertRejects } from "@std/assert";
import { isSocketError } from "../../core/errors.ts";
import * as raw from "../../raw/mod.ts";
import * as udp from "../../udp/mod.ts";
import { assertFds, openFds, testWith } from "../_tools.ts";
import { silence } from "./_fake_router.ts";
import { type Chain, chain } from "./_trace_net.ts";

const NEEDS = { netns: true, tools: ["ip"] };
const METHODS = ["udp", "icmp", "tcp"] as const;
const FAMILIES = ["inet", "inet6"] as const;
/** Long enough to come from anywhere here, short enough to wait for. */
const SHORT_MS = 300;

/** What a trace tells, from inside the client. */
async function events(
  net: Chain,
  host: string,
  options: raw.TracerouteOptions = {},
): Promise<raw.TraceEvent[]> {
  using _ = net.client.enter();
  return await Array.fromAsync(raw.traceroute(host, options));
}

/** The probes that were answered. */
function answers(all: readonly raw.TraceEvent[]): raw.TraceAnswer[] {
  return all.filter((event): event is raw.TraceAnswer => "address" in event);
}

/** Hop by hop, what each probe came to, in the order of the probes: an address, `*`, … */
function table(all: readonly raw.TraceEvent[]): string[][] {
  const rows: string[][] = [];
  for (const event of all) {
    (rows[event.hop - 1] ??= [])[event.probe - 1] = "address" in event
      ? `${event.address} ${event.type}${event.reached ? " reached" : ""}`
      : event.type;
  }
  return rows;
}

/** The addresses in the output of `traceroute -n -q 1`, hop by hop. */
function printed(text: string): string[] {
  return text.trim().split("\n").slice(1).map((line) => line.trim().split(/\s+/)[1]);
}

testWith(
  { ...NEEDS, tools: ["ip", "traceroute"] },
  "every method finds the five routers that traceroute prints, over IPv4 and IPv6",
  async () => {
    await using net = await chain(5);
    const flags = { udp: "-U", icmp: "-I", tcp: "-T" };
    for (const family of FAMILIES) {
      for (const method of METHODS) {
        const host = net.hosts[family];
        const theirs = printed(
          await net.client.run("traceroute", "-n", "-q", "1", flags[method], host),
        );
        assertEquals(theirs, net.hops[family]);
        const all = await events(net, host, { method });
        const end = method === "udp" ? "unreachable reached" : "reply reached";
        assertEquals(
          table(all),
          theirs.map((address, i) => {
            return Array(3).fill(`${address} ${i === 5 ? end : "timeExceeded"}`);
          }),
          `${method} ${family}`,
        );
        for (const event of all) {
          assert("address" in event);
          assertEquals(event.ttl, 65 - event.hop);
          assert(event.rttMicros > 0 && event.rttMicros < 1e6, `${event.rttMicros} us`);
        }
      }
    }
  },
);

testWith(NEEDS, "TCP tells an open port from a closed one by every probe", async () => {
  await using net = await chain(1);
  using listener = net.target.inside(() => Deno.listen({ hostname: "::", port: 0 }));
  const { port } = listener.addr as Deno.NetAddr;
  for (const host of Object.values(net.hosts)) {
    const told = async (options: raw.TracerouteOptions) =>
      (await events(net, host, { method: "tcp", firstHop: 2, probesPerHop: 8, ...options }))
        .map((event) => event.type === "reply" ? event.reply : event.type);
    // Each SYN after the first may meet what the first has begun.
    for (const answer of await told({ port })) assert(answer === "synAck" || answer === "reset");
    assert((await told({ port })).includes("synAck"));
    assertEquals(await told({ port, window: 1 }), Array(8).fill("synAck"));
    assertEquals(await told({ port: 1 }), Array(8).fill("reset"));
    assertEquals(await told({ port: 1, sizeBytes: 100 }), Array(8).fill("reset"));
  }
});

testWith(
  { ...NEEDS, tools: ["ip", "nft"] },
  "UDP hears a target whose port is open, whatever it says, from behind a silent router",
  async () => {
    await using net = await chain(2);
    await silence(net.nodes[1]);
    const answers = {
      echo: (data: Uint8Array) => data,
      other: () => Uint8Array.of(0x24, 1, 2, 3, 4, 5, 6, 7),
      empty: () => new Uint8Array(),
    };
    for (const family of FAMILIES) {
      const hostname = net.hosts[family];
      for (const [name, answer] of Object.entries(answers)) {
        const service = await (async () => {
          using _ = net.target.enter();
          return await udp.bind({ hostname, port: 0, engine: "libc" });
        })();
        const serving = (async () => {
          for await (const { data, from } of service) await service.sendTo(answer(data), from);
        })().catch((error) => {
          if (!isSocketError(error, "EBADF")) throw error;
        });
        try {
          const { port } = service.localAddr;
          const all = await events(net, hostname, { port, timeoutMs: SHORT_MS });
          assertEquals(
            table(all),
            [
              Array(3).fill("timeout"),
              Array(3).fill(`${net.hops[family][1]} timeExceeded`),
              Array(3).fill(`${hostname} reply reached`),
            ],
            `${name} ${family}`,
          );
        } finally {
          service.close();
          await serving;
        }
      }
    }
  },
);

testWith(NEEDS, "the path MTU is found at each bottleneck, and told at the target", async () => {
  await using net = await chain(4);
  const { nodes } = net;
  await nodes[2].ip("link set right mtu 1400");
  await nodes[3].ip("link set right mtu 1300");
  for (const family of FAMILIES) {
    const hops = net.hops[family];
    for (const method of METHODS) {
      const all = await events(net, net.hosts[family], { method, mtuDiscovery: true });
      const smaller = answers(all).filter((event) => event.type === "packetTooBig");
      assertEquals(
        smaller.map(({ hop, address, mtuBytes, again }) => ({ hop, address, mtuBytes, again })),
        [
          { hop: 3, address: hops[1], mtuBytes: 1400, again: true },
          { hop: 4, address: hops[2], mtuBytes: 1300, again: true },
        ],
        `${method} ${family}`,
      );
      const rest = answers(all).filter((event) => event.type !== "packetTooBig");
      const mtus = [1500, 1500, 1400, 1300, 1300];
      const want = hops.flatMap((address, i) =>
        Array(3).fill({ hop: i + 1, address, mtuBytes: mtus[i], lengthBytes: mtus[i] })
      );
      assertEquals(
        rest.sort((a, b) => a.hop - b.hop || a.probe - b.probe)
          .map(({ hop, address, mtuBytes, lengthBytes }) => ({
            hop,
            address,
            mtuBytes,
            lengthBytes,
          })),
        want,
        `${method} ${family}`,
      );
    }
  }
});

testWith(NEEDS, "a probe too big ends a trace that may neither fragment nor shrink", async () => {
  await using net = await chain(2);
  await net.nodes[1].ip("link set right mtu 1400");
  for (const family of FAMILIES) {
    const [first] = net.hops[family];
    for (const method of METHODS) {
      const options = { method, dontFragment: true, sizeBytes: 1420, probesPerHop: 1 };
      const all = await events(net, net.hosts[family], options);
      assertEquals(table(all), [[`${first} timeExceeded`], [`${first} packetTooBig`]]);
      const [, { mtuBytes, code }] = answers(all);
      assertEquals([mtuBytes, code], [1400, "EMSGSIZE"]);
      const [own, ...rest] = await events(net, net.hosts[family], { ...options, sizeBytes: 1500 });
      assertEquals(rest, []);
      assert(own.type === "sendError" && own.error.code === "EMSGSIZE");
      assertEquals(own.mtuBytes, 1500);
    }
  }
  // Fragments pass.
  const [last] = (await events(net, net.hosts.inet, { sizeBytes: 3000, firstHop: 3 })).slice(-1);
  assert(last.reached);
});

testWith(
  { ...NEEDS, tools: ["ip", "nft"] },
  "a silent router shows as time-outs, and the trace goes on behind it",
  async () => {
    await using net = await chain(3);
    await silence(net.nodes[2]);
    for (const family of FAMILIES) {
      for (const method of METHODS) {
        const all = await events(net, net.hosts[family], {
          method,
          probesPerHop: 2,
          timeoutMs: SHORT_MS,
        });
        const rows = table(all);
        assertEquals(rows[1], ["timeout", "timeout"]);
        assertEquals(rows.map((row) => row[0].split(" ")[0]), [
          net.hops[family][0],
          "timeout",
          ...net.hops[family].slice(2),
        ]);
      }
    }
    // Nothing beyond it at all: up to the last hop asked for.
    await net.nodes[2].ip("route add blackhole 10.99.0.0/16");
    const all = await events(net, "10.99.0.1", { maxHops: 6, timeoutMs: SHORT_MS });
    assertEquals(table(all).map((row) => row.map((cell) => cell.split(" ")[0])), [
      Array(3).fill(net.hops.inet[0]),
      ...Array(5).fill(Array(3).fill("timeout")),
    ]);
  },
);

testWith(NEEDS, "unreachable hosts and networks are told apart, and end the trace", async () => {
  for (const method of METHODS) {
    // A new router each time: a kernel refuses at most five packets at once (route.error_burst).
    await using net = await chain(2);
    const [, router] = net.nodes;
    await router.ip("route add unreachable 203.0.113.1");
    await router.ip("route add prohibit 203.0.113.2");
    await router.ip("-6 route add unreachable 2001:db8:f::1");
    await router.ip("-6 route add prohibit 2001:db8:f::2");
    const told = async (host: string) => {
      const all = await events(net, host, { method, probesPerHop: 2, window: 1 });
      return all.map((event) =>
        "address" in event
          ? [event.hop, event.type, event.address, event.icmpType, event.icmpCode, event.reached]
          : [event.hop, event.type]
      );
    };
    const want = (address: string, icmpType: number, icmpCode: number) =>
      Array(2).fill([1, "unreachable", address, icmpType, icmpCode, false]);
    assertEquals(await told("203.0.113.1"), want("10.77.0.2", 3, 1));
    assertEquals(await told("203.0.113.2"), want("10.77.0.2", 3, 13));
    assertEquals(await told("2001:db8:f::1"), want("fd77:1::2", 1, 0));
    assertEquals(await told("2001:db8:f::2"), want("fd77:1::2", 1, 1));
  }
});

testWith(NEEDS, "no route at all rejects with ENETUNREACH", async () => {
  await using net = await chain(0);
  await net.client.ip("route del default");
  for (const method of METHODS) {
    const error = await assertRejects(() => events(net, "203.0.113.9", { method }));
    assert(isSocketError(error, "ENETUNREACH"), `${error}`);
    assertEquals(error.address, "203.0.113.9");
  }
});

testWith(NEEDS, "firstHop, maxHops and probesPerHop say what is asked", async () => {
  await using net = await chain(4);
  const hops = net.hops.inet;
  const host = net.hosts.inet;
  const asked = async (options: raw.TracerouteOptions) =>
    (await events(net, host, options)).map(({ hop, probe }) => `${hop}.${probe}`).sort();
  assertEquals(await asked({ firstHop: 2, maxHops: 3, probesPerHop: 2 }), [
    "2.1",
    "2.2",
    "3.1",
    "3.2",
  ]);
  assertEquals(await asked({ firstHop: 5, probesPerHop: 1 }), ["5.1"]);
  const one = await events(net, host, { window: 1, probesPerHop: 1 });
  assertEquals(one.map((event) => "address" in event && event.address), [...hops]);
});

testWith(NEEDS, "a busy event loop adds nothing to the round trip", async () => {
  await using net = await chain(1);
  const busyMs = 200;
  for (const method of METHODS) {
    // In the middle of the wait for the first answer.
    setTimeout(() => {
      const end = performance.now() + busyMs;
      while (performance.now() < end);
    }, 0);
    for (const event of await events(net, net.hosts.inet, { method, probesPerHop: 1 })) {
      assert("rttMicros" in event && event.rttMicros < busyMs * 500, JSON.stringify(event));
    }
  }
});

testWith(NEEDS, "an abort ends a trace with its reason, and nothing stays open", async () => {
  await using net = await chain(2);
  await net.nodes[2].ip("route add blackhole 10.99.0.0/16");
  const before = openFds();
  for (const method of METHODS) {
    const abort = new AbortController();
    const reason = new Error("enough");
    const seen: number[] = [];
    const error = await assertRejects(async () => {
      using _ = net.client.enter();
      const options = { method, signal: abort.signal, timeoutMs: 60_000 };
      for await (const event of raw.traceroute("10.99.0.1", options)) {
        seen.push(event.hop);
        if (seen.length === 3) setTimeout(() => abort.abort(reason), 0);
      }
    });
    assertEquals(error, reason);
    assertEquals(seen, [1, 1, 1]);
    using _ = net.client.enter();
    for await (const _event of raw.traceroute("10.99.0.1", { method })) break;
  }
  await assertFds(before);
});
