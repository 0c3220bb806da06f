import { assert, assertEquals } from "@std/assert";
import type { SocketOption } from "../../core/option.ts";
import * as c from "../../ffi/abi/constants.ts";
import { libc } from "../../ffi/abi/library.ts";
import * as o from "../../ffi/options/mod.ts";
import { socket } from "../../ffi/mod.ts";
import { testWith } from "../_tools.ts";
import { bytes, LO, next, portOf, receiver, sender } from "./_datagrams.ts";

const linux = { other: () => Deno.build.os === "linux" ? undefined : "needs Linux" };
// The library stays open for good: the first test to use it shall not be blamed.
if (Deno.build.os === "linux") libc();

testWith(linux, "a source-specific group takes its source and no other", async () => {
  using own = receiver(c.AF_INET);
  using first = sender(c.AF_INET, "127.0.0.1", LO);
  using second = sender(c.AF_INET, "127.0.0.2", LO);
  const to = { hostname: "232.1.2.3", port: portOf(own) };
  own.setOption(o.IP_MULTICAST_ALL, false);
  own.setOption(o.MCAST_JOIN_SOURCE_GROUP, {
    group: to.hostname,
    source: "127.0.0.2",
    interface: LO,
  });
  await first.sendTo(bytes("from elsewhere"), to);
  await second.sendTo(bytes("from the source"), to);
  assertEquals(await next(own), "from the source");
  assertEquals(own.getOption(o.sourceFilterOf(to.hostname, LO)).sources, ["127.0.0.2"]);
});

testWith(
  linux,
  "IP_BLOCK_SOURCE silences one source of a group until it is unblocked",
  async () => {
    using own = receiver(c.AF_INET);
    using first = sender(c.AF_INET, "127.0.0.1", LO);
    using second = sender(c.AF_INET, "127.0.0.2", LO);
    const to = { hostname: "239.1.2.4", port: portOf(own) };
    const blocked = { group: to.hostname, source: "127.0.0.1", interface: "127.0.0.1" };
    own.setOption(o.IP_MULTICAST_ALL, false);
    own.setOption(o.IP_ADD_MEMBERSHIP, { group: to.hostname, interface: "127.0.0.1" });
    await first.sendTo(bytes("1"), to);
    assertEquals(await next(own), "1");
    own.setOption(o.IP_BLOCK_SOURCE, blocked);
    await first.sendTo(bytes("2"), to);
    await second.sendTo(bytes("3"), to);
    assertEquals(await next(own), "3");
    own.setOption(o.IP_UNBLOCK_SOURCE, blocked);
    await first.sendTo(bytes("4"), to);
    assertEquals(await next(own), "4");
  },
);

testWith(
  { tools: ["ip"], netns: true },
  "an IPv6 group is joined, blocked, unblocked and left by interface",
  async () => {
    // Loopback does not take IPv6 groups: one end of a virtual cable, in a namespace of its own, does.
    const script = new URL("_ipv6_multicast.ts", import.meta.url).href;
    const { success, stderr } = await new Deno.Command("unshare", {
      args: [
        ...["-n", "sh", "-ec"],
        "ip link set lo up; ip link add v0 index 77 type veth peer name v1; ip link set v1 up; " +
        'ip link set v0 up; ip address add fd00::1/64 dev v0 nodad; exec "$@"',
        ...["sh", Deno.execPath(), "run", "-A", "--no-prompt", script],
      ],
      stdout: "null",
      stderr: "piped",
    }).output();
    assert(success, new TextDecoder().decode(stderr));
  },
);

testWith(linux, "a filter drops what it says, until it is taken off", async () => {
  using own = socket(c.AF_INET, c.SOCK_DGRAM);
  own.bind({ hostname: "127.0.0.1", port: 0 });
  using from = socket(c.AF_INET, c.SOCK_DGRAM);
  // Load the first byte after the UDP header; keep the packet if it is "k".
  own.setOption(o.SO_ATTACH_FILTER, [
    { code: c.BPF_LD | c.BPF_B | c.BPF_ABS, jt: 0, jf: 0, k: 8 },
    { code: c.BPF_JMP | c.BPF_JEQ | c.BPF_K, jt: 0, jf: 1, k: "k".charCodeAt(0) },
    { code: c.BPF_RET | c.BPF_K, jt: 0, jf: 0, k: 0xffff },
    { code: c.BPF_RET | c.BPF_K, jt: 0, jf: 0, k: 0 },
  ]);
  assertEquals(own.getOption(o.SO_GET_FILTER).length, 4);
  await from.sendTo(bytes("drop me"), own.localAddr);
  await from.sendTo(bytes("keep me"), own.localAddr);
  assertEquals(await next(own), "keep me");
  own.setOption(o.SO_DETACH_FILTER, true);
  await from.sendTo(bytes("drop me not"), own.localAddr);
  assertEquals(await next(own), "drop me not");
});

testWith(linux, "TCP_INFO counts what a connection carried, and follows its state", async () => {
  using server = socket();
  server.bind({ hostname: "127.0.0.1", port: 0 });
  server.listen();
  using client = socket();
  const [[accepted]] = await Promise.all([server.accept(), client.connect(server.localAddr)]);
  using peer = accepted;
  await client.sendAll(new Uint8Array(10_000));
  for (let got = 0; got < 10_000;) got += (await peer.recv(10_000)).length;
  // An empty receive buffer means that all was acknowledged only once the peer has answered.
  await peer.sendAll(bytes("done"));
  await client.recv();
  const info = client.getOption(o.TCP_INFO);
  assertEquals(info.state, "established");
  assertEquals(info.receivedBytes, 4);
  assertEquals(peer.getOption(o.TCP_INFO).receivedBytes, 10_000);
  assertEquals(info.sentBytes, 10_000);
  assertEquals(info.sndMssBytes, client.getOption(o.TCP_MAXSEG));
  assert(info.rttMicros > 0 && info.rttMicros < 10_000_000);
  client.shutdown("write");
  assertEquals((await peer.recv()).length, 0);
  assertEquals(peer.getOption(o.TCP_INFO).state, "close-wait");
});

testWith(linux, "SO_LINGER of 0 seconds resets the connection on close", async () => {
  using server = socket();
  server.bind({ hostname: "127.0.0.1", port: 0 });
  server.listen();
  const client = socket();
  const [[accepted]] = await Promise.all([server.accept(), client.connect(server.localAddr)]);
  using peer = accepted;
  client.setOption(o.SO_LINGER, 0);
  client.close();
  const error = await peer.recv().then(() => undefined, (error) => error);
  assertEquals(error?.code, "ECONNRESET");
});

testWith(linux, "IPV6_V6ONLY decides whether IPv4 is taken by the same socket", async () => {
  for (const only of [false, true]) {
    using server = socket(c.AF_INET6);
    server.setOption(o.IPV6_V6ONLY, only);
    server.bind({ hostname: "::", port: 0 });
    server.listen();
    using client = socket(c.AF_INET);
    const error = await client.connect({ hostname: "127.0.0.1", port: portOf(server) })
      .then(() => undefined, (error) => error);
    assertEquals(error?.code, only ? "ECONNREFUSED" : undefined);
  }
});

testWith(linux, "the kernel's refusal of an option names call and option", () => {
  using own = socket(c.AF_INET, c.SOCK_DGRAM);
  const refuse = (option: SocketOption<unknown>): { code?: string; syscall?: string } => {
    try {
      own.getOption(option);
    } catch (error) {
      return error as { code?: string; syscall?: string };
    }
    return {};
  };
  const error = refuse(o.TCP_INFO);
  assertEquals([error.code, error.syscall], ["EOPNOTSUPP", "getsockopt"]);
  assert(String(error).includes("TCP_INFO"));
});
