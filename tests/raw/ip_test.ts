import { assert, assertEquals, assertRejects } from "@std/assert";
import * as raw from "../../raw/mod.ts";
import * as wire from "../../wire/mod.ts";
import { isSocketError } from "../../core/errors.ts";
import { libc } from "../../ffi/abi/library.ts";
import { IP_RECVTTL, IPV6_RECVHOPLIMIT } from "../../ffi/options/mod.ts";
import { assertFds, openFds, testWith } from "../_tools.ts";
import { example, Netns } from "./_netns.ts";
import { pair } from "./_topology.ts";

const ROOT = { root: true };
const NETNS = { netns: true, tools: ["ip"] };
/** Protocol numbers for experiments (RFC 3692). */
const EXPERIMENT = 253;
const text = (words: string) => new TextEncoder().encode(words);

libc();

testWith(ROOT, "openIp() carries a protocol of its own, with the header on receipt", async () => {
  using receiver = await raw.openIp({ protocol: EXPERIMENT, hostname: "127.0.0.9" });
  using sender = await raw.openIp({ protocol: EXPERIMENT, hostname: "127.0.0.8" });
  assertEquals([sender.family, sender.type, sender.protocol], ["inet", "raw", EXPERIMENT]);
  assertEquals(await sender.sendTo(text("hello"), { hostname: "127.0.0.9", port: 0 }), 5);
  const { data, from } = await receiver.recvFrom();
  const packet = wire.decodePacket(data);
  const header = packet.layer("ipv4")!;
  assertEquals(
    [header.source, header.destination, header.protocol, packet.payload],
    ["127.0.0.8", "127.0.0.9", EXPERIMENT, text("hello")],
  );
  assertEquals(from, { family: "inet", hostname: "127.0.0.8", port: 0 });
});

testWith(ROOT, "openIp() over IPv6 gives payloads, and connects", async () => {
  using receiver = await raw.openIp({ family: "inet6", protocol: EXPERIMENT, hostname: "::1" });
  using sender = await raw.openIp({ family: "inet6", protocol: EXPERIMENT });
  await sender.connect({ hostname: "::1", port: 0 });
  await sender.sendMany(["a", "b", "c"].map((word) => ({ data: text(word) })));
  const got: Uint8Array[] = [];
  while (got.length < 3) for (const { data } of await receiver.recvMany()) got.push(data);
  assertEquals(got, ["a", "b", "c"].map(text));
});

testWith(ROOT, "protocols go by name, too", async () => {
  for (const [name, number] of [["icmp", 1], ["ospf", 89], ["gre", 47], ["udplite", 136]]) {
    using socket = await raw.openIp({ protocol: name });
    assertEquals(socket.protocol, number);
  }
  await assertRejects(() => raw.openIp({ protocol: "no-such" }), TypeError, "no-such");
});

testWith(ROOT, "includeHeader sends the packet as given, IPv4 and IPv6", async () => {
  using receiver = await raw.openIp({ protocol: EXPERIMENT, hostname: "127.0.0.9" });
  using sender = await raw.openIp({ protocol: 255, includeHeader: true });
  const header = { kind: "ipv4", source: "127.0.0.77", destination: "127.0.0.9" } as const;
  const packet = wire.encode(
    { ...header, protocol: EXPERIMENT, ttl: 3, tos: 0xb8, identification: 0x1234 },
    text("mine"),
  );
  await sender.sendTo(packet, { hostname: "127.0.0.9", port: 0 });
  assertEquals(await receiver.recv(), packet);

  using receiver6 = await raw.openIp({
    family: "inet6",
    protocol: EXPERIMENT,
    options: [[IPV6_RECVHOPLIMIT, true]],
  });
  using sender6 = await raw.openIp({ family: "inet6", protocol: 255, includeHeader: true });
  const packet6 = wire.encode(
    { kind: "ipv6", source: "::1", destination: "::1", nextHeader: EXPERIMENT, hopLimit: 9 },
    text("mine"),
  );
  await sender6.sendTo(packet6, { hostname: "::1", port: 0 });
  const { data, control } = await receiver6.recvFrom();
  assertEquals([data, control?.get("hoplimit")?.hopLimit], [text("mine"), 9]);
});

testWith(ROOT, "icmpTypes lets only those through", async () => {
  using replies = await raw.openIp({ protocol: "icmp", icmpTypes: [0], hostname: "127.0.0.1" });
  using requests = await raw.openIp({ protocol: "icmp", icmpTypes: [8], hostname: "127.0.0.1" });
  using requests6 = await raw.openIp({ family: "inet6", protocol: "ipv6-icmp", icmpTypes: [128] });
  for (const host of ["127.0.0.1", "::1"]) {
    await Array.fromAsync(raw.ping(host, { count: 3, flood: true }));
  }
  const types = async (socket: raw.IpEndpoint, at: number) =>
    (await socket.recvMany()).map(({ data }) => data[at]);
  assert((await types(replies, 20)).every((type) => type === 0));
  assert((await types(requests, 20)).every((type) => type === 8));
  assert((await types(requests6, 0)).every((type) => type === 128));
});

testWith(
  ROOT,
  "checksumOffset has the kernel fill in and check the checksum over IPv6",
  async () => {
    const options = { family: "inet6", protocol: EXPERIMENT, checksumOffset: 2 } as const;
    using plain = await raw.openIp({ family: "inet6", protocol: EXPERIMENT, hostname: "::1" });
    using checked = await raw.openIp({ ...options, hostname: "::1" });
    const body = new Uint8Array([1, 2, 0, 0, 5, 6]);
    await checked.sendTo(body, { hostname: "::1", port: 0 });
    const filled = await plain.recv();
    const sum = wire.pseudoHeaderSum("::1", "::1", EXPERIMENT, filled.length);
    assertEquals(wire.checksum(filled, 0, filled.length, sum), 0);
    assertEquals(await checked.recv(), filled);
    // A wrong one does not come through where it is checked.
    await plain.sendTo(new Uint8Array([9, 9, 9, 9, 9, 9]), { hostname: "::1", port: 0 });
    await checked.sendTo(body, { hostname: "::1", port: 0 });
    assertEquals(await checked.recv(), filled);
  },
);

testWith(ROOT, "a filter sees each packet from its IP header on", async () => {
  const filter = raw.assembleBpf("ldb [20]\njne #0x79, drop\nret #-1\ndrop: ret #0");
  using receiver = await raw.openIp({ protocol: EXPERIMENT, filter, hostname: "127.0.0.9" });
  using sender = await raw.openIp({ protocol: EXPERIMENT });
  for (const word of ["no", "yes"]) {
    await sender.sendTo(text(word), { hostname: "127.0.0.9", port: 0 });
  }
  assertEquals((await receiver.recv()).subarray(20), text("yes"));
});

testWith(
  NETNS,
  "openIcmp() takes the unprivileged kind where it may, else the raw one",
  async () => {
    await using netns = await Netns.make();
    const opened = async (options: raw.OpenIcmpOptions = {}) => {
      using _ = netns.enter();
      return await raw.openIcmp({ ...options, options: [[IP_RECVTTL, true]] });
    };
    const echo = wire.encode(
      { kind: "icmpv4", message: "echoRequest", identifier: 77, sequence: 5 },
      text("hello"),
    );
    netns.sysctl({ "ipv4.ping_group_range": "1 0" });
    {
      using socket = await opened();
      assertEquals(socket.type, "raw");
      const error = await opened({ type: "dgram" }).catch((error) => error);
      assert(
        isSocketError(error, "EPERM") && error.message.includes("ping_group_range"),
        `${error}`,
      );
    }
    netns.sysctl({ "ipv4.ping_group_range": "0 0" });
    {
      using socket = await opened();
      assertEquals(socket.type, "dgram");
      await socket.sendTo(echo, { hostname: "127.0.0.1", port: 0 });
      const { data, control } = await socket.recvFrom();
      const reply = wire.Icmpv4View.parse(data).toValue();
      // The identifier is the socket's own.
      assert(reply.message === "echoReply" && reply.sequence === 5, JSON.stringify(reply));
      assertEquals([data.subarray(8), control?.get("ttl")?.ttl], [text("hello"), 64]);
    }
    using socket = await opened({ type: "raw" });
    assertEquals(socket.type, "raw");
  },
);

testWith(ROOT, "what cannot be opened is refused by name, and leaves nothing open", async () => {
  const before = openFds();
  const bad: [raw.OpenIpOptions, string][] = [
    [{ protocol: 256 }, "protocol"],
    [{ protocol: -1 }, "protocol"],
    [{ protocol: 1, family: "inet5" as "inet" }, "family"],
    [{ protocol: 17, icmpTypes: [8] }, "icmpTypes"],
    [{ protocol: 17, checksumOffset: 2 }, "checksumOffset"],
    [{ protocol: 17, family: "inet6", checksumOffset: 65535 }, "checksumOffset"],
    [{ protocol: 17, hostname: "::1" }, "hostname"],
    [{ protocol: 1, icmpTypes: [256] }, "256"],
    [{ protocol: 17, header: true } as raw.OpenIpOptions, "header"],
  ];
  for (const [options, word] of bad) {
    const error = await raw.openIp(options).then(() => undefined, (error) => error);
    assert(error instanceof TypeError || error instanceof RangeError, `${word}: ${error}`);
    assert(error.message.includes(word), error.message);
  }
  const code = async (options: raw.OpenIpOptions) =>
    await raw.openIp(options).then(() => "", (error) => error.code);
  assertEquals(await code({ protocol: 17, hostname: "192.0.2.77" }), "EADDRNOTAVAIL");
  assertEquals(await code({ protocol: 17, interface: "nosuch0" }), "ENODEV");
  await assertFds(before);
});

testWith(NETNS, "the IP_HDRINCL example gets its answer, and a router's refusal", async () => {
  await using ends = await pair();
  const answered = await example(ends.here, "raw_icmp.ts", "192.0.2.2").ended();
  assert(
    /sent IP 0\.0\.0\.0 > 192\.0\.2\.2: ICMP echo request.*\nreceived IP 192\.0\.2\.2 > 192\.0\.2\.1: ICMP echo reply/
      .test(answered),
    answered,
  );
  await ends.here.ip("route add default via 192.0.2.2");
  ends.there.sysctl({ "ipv4.ip_forward": 1 });
  await ends.there.ip("route add 203.0.113.0/24 dev v0");
  const expired = await example(ends.here, "raw_icmp.ts", "203.0.113.1", "192.0.2.1", "1").ended();
  assert(/received IP 192\.0\.2\.2 > 192\.0\.2\.1: ICMP time exceeded/.test(expired), expired);
});
