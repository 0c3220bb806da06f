import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { EchoTemplate } from "../../raw/_echo.ts";
import { Peer } from "../../ffi/guard/peer.ts";
import { ProbeSocket } from "../../raw/_probe_socket.ts";
import * as raw from "../../raw/mod.ts";
import * as wire from "../../wire/mod.ts";
import { assertFds, openFds, testWith } from "../_tools.ts";
import type { Netns } from "./_netns.ts";
import { pair, routed } from "./_topology.ts";

const NETNS = { netns: true, tools: ["ip", "nft"] };

/** What a ping tells, from inside a namespace. */
async function events(
  netns: Netns,
  host: string,
  options: raw.PingOptions,
): Promise<raw.PingEvent[]> {
  using _ = netns.enter();
  return await Array.fromAsync(raw.ping(host, options));
}

function reply(event: raw.PingEvent): raw.PingReply {
  assert(event.type === "reply", JSON.stringify(event));
  return event;
}

testWith(
  NETNS,
  "the kernel of another namespace answers every ping, whatever its size",
  async () => {
    await using ends = await pair();
    const { here } = ends;
    for (const host of ["192.0.2.2", "2001:db8::2"]) {
      for (const sizeBytes of [0, 1, 7, 8, 9, 56, 1472, 1473, 8000, 65507]) {
        const all = await events(here, host, { count: 2, flood: true, sizeBytes });
        assertEquals(all.map((event) => event.sequence), [1, 2]);
        for (const event of all) {
          const { address, lengthBytes, ttl, rttMicros, duplicate, late } = reply(event);
          assertEquals(
            { address, lengthBytes, ttl, duplicate, late },
            { address: host, lengthBytes: sizeBytes + 8, ttl: 64, duplicate: false, late: false },
          );
          assert(rttMicros > 0 && rttMicros < 1e6, `${rttMicros} us`);
        }
      }
    }
  },
);

testWith(NETNS, "routers that refuse are named, with what they say", async () => {
  await using ends = await routed();
  const { here, there: router } = ends;
  await router.ip("route add unreachable 203.0.113.1");
  await router.ip("route add prohibit 203.0.113.2");
  await router.ip("route add blackhole 203.0.113.3");
  await router.ip("-6 route add unreachable 2001:db8:f::1");
  await router.ip("-6 route add prohibit 2001:db8:f::2");
  const told = async (host: string, options: raw.PingOptions = {}) => {
    const [event, ...rest] = await events(here, host, { count: 1, timeoutMs: 300, ...options });
    assertEquals(rest, []);
    assertEquals(event.sequence, 1);
    return event.type === "sendError" || event.type === "reply" || event.type === "timeout"
      ? [event.type, event.address]
      : [event.type, event.address, event.icmpType, event.icmpCode, event.code];
  };
  assertEquals(await told("203.0.113.1"), ["unreachable", "192.0.2.2", 3, 1, "EHOSTUNREACH"]);
  assertEquals(await told("203.0.113.2"), ["unreachable", "192.0.2.2", 3, 13, "EHOSTUNREACH"]);
  assertEquals(await told("203.0.113.3"), ["timeout", "203.0.113.3"]);
  assertEquals(await told("2001:db8:f::1"), ["unreachable", "2001:db8::2", 1, 0, "ENETUNREACH"]);
  assertEquals(await told("2001:db8:f::2"), ["unreachable", "2001:db8::2", 1, 1, "EACCES"]);
  assertEquals(
    await told("198.51.100.2", { ttl: 1 }),
    ["timeExceeded", "192.0.2.2", 11, 0, "EHOSTUNREACH"],
  );
  assertEquals(
    await told("2001:db8:1::2", { ttl: 1 }),
    ["timeExceeded", "2001:db8::2", 3, 0, "EHOSTUNREACH"],
  );
  assertEquals(await told("198.51.100.2", { ttl: 2 }), ["reply", "198.51.100.2"]);
});

testWith(
  NETNS,
  "a request over the path MTU is told with the MTU, by the router and then at once",
  async () => {
    await using ends = await routed();
    const { here } = ends;
    for (
      const [host, router] of [["198.51.100.2", "192.0.2.2"], ["2001:db8:1::2", "2001:db8::2"]]
    ) {
      const options = { count: 2, intervalMs: 50, sizeBytes: 1420, dontFragment: true };
      const [first, second] = await events(here, host, options);
      assert(first.type === "packetTooBig", JSON.stringify(first));
      assertEquals([first.address, first.code, first.mtuBytes], [router, "EMSGSIZE", 1400]);
      assert(second.type === "sendError", JSON.stringify(second));
      assertEquals([second.error.code, second.mtuBytes], ["EMSGSIZE", 1400]);
      const fitting = await events(here, host, { ...options, sizeBytes: 1352, count: 1 });
      assertEquals(fitting[0].type, "reply", JSON.stringify(fitting));
    }
  },
);

testWith(NETNS, "a request that cannot be sent is told, and the next one is sent", async () => {
  await using ends = await pair();
  const { here } = ends;
  const [first, second] = await events(here, "203.0.113.1", { count: 2, intervalMs: 1 });
  assert(first.type === "sendError" && second.type === "sendError");
  assertEquals([first.error.code, first.sequence, second.sequence], ["ENETUNREACH", 1, 2]);
  assert(first.error instanceof Deno.errors.NetworkUnreachable);
});

testWith(
  NETNS,
  "requests without an answer time out, each once, while others are sent",
  async () => {
    await using ends = await pair();
    const { here, there } = ends;
    there.sysctl({ "ipv4.icmp_echo_ignore_all": 1 });
    const all = await events(here, "192.0.2.2", { count: 5, intervalMs: 2, timeoutMs: 100 });
    assertEquals(
      all,
      [1, 2, 3, 4, 5].map((sequence) => ({ type: "timeout", sequence, address: "192.0.2.2" })),
    );
  },
);

testWith(NETNS, "a reply after its time-out is late, a second one a duplicate", async () => {
  await using ends = await pair();
  const { here, there } = ends;
  there.sysctl({ "ipv4.icmp_echo_ignore_all": 1 });
  using responder = await (async () => {
    using _ = there.enter();
    return await raw.openIp({ protocol: "icmp", icmpTypes: [8] });
  })();
  const answering = (async () => {
    const first = await responder.recvFrom();
    const second = await responder.recvFrom();
    for (const { data, from } of [first, second, second]) {
      const packet = wire.decodePacket(data);
      const echo = packet.layer("icmpv4")?.toValue() as wire.Icmpv4Echo;
      const reply = { ...echo, message: "echoReply", checksum: undefined } as const;
      await responder.sendTo(wire.encode(reply, packet.payload), from);
    }
  })();
  const all = await events(here, "192.0.2.2", { count: 2, intervalMs: 100, timeoutMs: 50 });
  await answering;
  const told = all.map((event) =>
    event.type === "reply"
      ? [event.type, event.sequence, event.late, event.duplicate]
      : [event.type, event.sequence]
  );
  assertEquals(told.slice(0, 3), [
    ["timeout", 1],
    ["reply", 1, true, false],
    ["reply", 2, false, false],
  ]);
});

testWith(NETNS, "a broadcast ping gets the answers of all, the second as a duplicate", async () => {
  await using ends = await pair();
  const { here, there } = ends;
  for (const netns of [here, there]) netns.sysctl({ "ipv4.icmp_echo_ignore_broadcasts": 0 });
  using _in = here.enter();
  const seen = new Map<string, boolean>();
  for await (const event of raw.ping("192.0.2.255", { count: 2, intervalMs: 300 })) {
    if (event.sequence === 1) seen.set(reply(event).address, reply(event).duplicate);
  }
  assertEquals([...seen.keys()].sort(), ["192.0.2.1", "192.0.2.2"]);
  assertEquals([...seen.values()], [false, true]);
});

testWith(
  NETNS,
  "a firewall's refusal costs one request, and its successors keep their times",
  async () => {
    await using ends = await pair();
    const { here } = ends;
    await here.run("nft", "add table ip t");
    await here.run("nft", "add chain ip t c { type filter hook output priority 0; }");
    await here.run("nft", "add rule ip t c icmp sequence 2 drop");
    const all = await events(here, "192.0.2.2", { count: 4, intervalMs: 5 });
    assertEquals(all.map((event) => event.type), ["reply", "sendError", "reply", "reply"]);
    assertEquals(all.map((event) => event.sequence), [1, 2, 3, 4]);
    assert(all[1].type === "sendError" && all[1].error.code === "EPERM");
  },
);

testWith(NETNS, "departures are numbered anew after a refused request", async () => {
  await using ends = await pair();
  const { here } = ends;
  await here.run("nft", "add table ip t");
  await here.run("nft", "add chain ip t c { type filter hook output priority 0; }");
  await here.run("nft", "add rule ip t c icmp sequence 2 drop");
  using _ = here.enter();
  const socket = new ProbeSocket({ family: "inet", transmitTimes: true });
  try {
    const template = new EchoTemplate("inet", socket.identifier, new Uint8Array(8), 0);
    const to = Peer.ask({ family: "inet", hostname: "192.0.2.2", port: 0 }, "ping");
    const left: number[] = [];
    const replies: number[] = [];
    const hear = async () => {
      while (replies.length === 0) {
        socket.drain({
          reply: (echo) => replies.push(echo.sequence),
          error: () => {},
          left: (index) => left.push(index),
        });
        if (replies.length === 0) await socket.core.waitReadable();
      }
      return [left.splice(0), replies.splice(0)];
    };
    assert(socket.send(template.set(1, 1), to));
    assertEquals(await hear(), [[0], [1]]);
    assertThrows(() => socket.send(template.set(2, 2), to), Deno.errors.PermissionDenied);
    socket.recount();
    assert(socket.send(template.set(3, 3), to));
    assertEquals(await hear(), [[0], [3]]);
  } finally {
    socket.core.close();
  }
});

testWith({}, "leaving the loop early closes the socket", async () => {
  await Array.fromAsync(raw.ping("127.0.0.1", { count: 1 }));
  const before = openFds();
  for await (const event of raw.ping("127.0.0.1", { intervalMs: 1 })) {
    if (event.sequence === 3) break;
  }
  await assertFds(before);
  await assertRejects(
    async () => {
      for await (const _ of raw.ping("127.0.0.1", { intervalMs: 1 })) throw new Error("mine");
    },
    Error,
    "mine",
  );
  await assertFds(before);
});

testWith(
  {},
  "an abort ends the iteration with the signal's reason and closes the socket",
  async () => {
    await Array.fromAsync(raw.ping("127.0.0.1", { count: 1 }));
    const before = openFds();
    const controller = new AbortController();
    const seen: number[] = [];
    const pinging = async () => {
      const options = { intervalMs: 3_600_000, signal: controller.signal };
      for await (const event of raw.ping("127.0.0.1", options)) {
        seen.push(event.sequence);
        controller.abort("enough");
      }
    };
    assertEquals(await pinging().catch((reason) => reason), "enough");
    assertEquals(seen, [1]);
    await assertFds(before);
    const aborted = raw.ping("127.0.0.1", { signal: AbortSignal.abort("before") });
    assertEquals(await aborted.next().catch((reason) => reason), "before");
  },
);

testWith({}, "a flood sends as fast as answers come, and counts on beyond 65535", async () => {
  let last = 0;
  for await (const event of raw.ping("127.0.0.1", { count: 70_000, flood: true, sizeBytes: 8 })) {
    assertEquals(reply(event).sequence, ++last);
    assert(!reply(event).duplicate);
  }
  assertEquals(last, 70_000);
});

testWith({}, "round trips are told apart from those of another ping at the same time", async () => {
  const options = { count: 200, intervalMs: 1 };
  const both = await Promise.all([
    Array.fromAsync(raw.ping("127.0.0.1", options)),
    Array.fromAsync(raw.ping("127.0.0.1", options)),
    Array.fromAsync(raw.ping("::1", options)),
    Array.fromAsync(raw.ping("::1", options)),
  ]);
  for (const all of both) {
    assertEquals(all.length, 200);
    assert(all.every((event) => event.type === "reply" && !event.duplicate));
  }
});

Deno.test("bad arguments are refused by name before anything is opened", () => {
  const bad: [raw.PingOptions, ErrorConstructor, string][] = [
    [{ count: 0 }, RangeError, "count"],
    [{ intervalMs: -1 }, RangeError, "intervalMs"],
    [{ timeoutMs: 0 }, RangeError, "timeoutMs"],
    [{ sizeBytes: 65508 }, RangeError, "sizeBytes"],
    [{ ttl: 256 }, RangeError, "ttl"],
    [{ tos: -1 }, RangeError, "tos"],
    [{ pattern: "ff" as unknown as Uint8Array }, TypeError, "pattern"],
    [{ flood: 1 as unknown as boolean }, TypeError, "flood"],
    [{ signal: {} as AbortSignal }, TypeError, "signal"],
    [{ intervall: 5 } as raw.PingOptions, TypeError, "intervall"],
  ];
  for (const [options, kind, word] of bad) {
    assertThrows(() => raw.ping("127.0.0.1", options), kind, word);
  }
});
