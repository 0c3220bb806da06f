/** What udp promises beyond the contract suite. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { AddrInfoError, socketOption } from "../../core/mod.ts";
import * as udp from "../../udp/mod.ts";
import {
  IP_FREEBIND,
  IP_MULTICAST_LOOP,
  IP_MULTICAST_TTL,
  IP_TTL,
  IPV6_V6ONLY,
  SO_BROADCAST,
  SO_RCVBUF,
} from "../../ffi/options/mod.ts";
import { openDenoEngine } from "../../udp/_deno.ts";
import type { UdpBindOptions, UdpEndpoint } from "../../udp/mod.ts";
import { assertFds, openFds, testWith } from "../_tools.ts";
import { assertCode, bytes, loops, text } from "../contract/_helpers.ts";

const HERE = "127.0.0.1";
const OPTIONS = { sanitizeOps: true, sanitizeResources: true };

/** The ways in which the deno engine carries UDP, and libc. */
const CARRIERS: readonly [string, (hostname: string) => Promise<UdpEndpoint>][] = [
  ["Deno.listenDatagram", (hostname) => udp.bind({ hostname, engine: "deno" })],
  ["node:dgram", (hostname) =>
    openDenoEngine({
      hostname,
      family: hostname.includes(":") ? "inet6" : "inet",
      port: 0,
      reuseAddress: false,
      settings: [],
    }, "node")],
  ["libc", (hostname) => udp.bind({ hostname, engine: "libc" })],
];

for (const [name, open] of CARRIERS) {
  const options = name === "libc" ? { sanitizeOps: false, sanitizeResources: false } : OPTIONS;

  testWith({}, `${name}: multicast over IPv4 arrives between join and leave`, async () => {
    using receiver = await open("0.0.0.0");
    using sender = await open("0.0.0.0");
    const group = "239.77.1.2";
    const to = { hostname: group, port: receiver.localAddr.port };
    const nic = { interface: "127.0.0.1" };
    await receiver.joinMulticast(group, nic);
    await sender.joinMulticast(group, nic); // chooses the interface to send by
    await assertCode(() => receiver.joinMulticast(group, nic), "EADDRINUSE");
    await sender.sendTo(bytes("to all"), to).catch(() => {});
    // A machine without a multicast route sends by none: then by the loopback address.
    using local = await open(HERE);
    await local.sendTo(bytes("to all"), to);
    assertEquals(text(await receiver.recv({ timeoutMs: 10_000 })), "to all");
    await receiver.leaveMulticast(group, nic);
    await assertCode(() => receiver.leaveMulticast(group, nic), "EADDRNOTAVAIL");
  }, options);

  testWith({}, `${name}: multicast over IPv6 joins by name and by index, and leaves`, async () => {
    using receiver = await open("::");
    for (const nic of ["lo", 1]) {
      await receiver.joinMulticast("ff02::4:77", { interface: nic });
      await receiver.leaveMulticast("ff02::4:77", { interface: nic });
    }
    await assertCode(
      () => receiver.joinMulticast("ff02::4:77", { interface: "no-such-nic" }),
      ["ENODEV", "EADDRNOTAVAIL", "EINVAL"],
    );
  }, options);

  testWith({}, `${name}: what is no group is refused`, async () => {
    using endpoint = await open(HERE);
    for (const group of ["127.0.0.1", "ff02::1", "all", "", 5]) {
      await assertRejects(() => endpoint.joinMulticast(group as string), TypeError, "group");
    }
    for (const nic of ["", "a/b", 0, -1, 1.5, {}]) {
      await assertRejects(
        () => endpoint.joinMulticast("239.1.1.1", { interface: nic as string }),
        Error,
        "interface",
      );
    }
    await assertRejects(
      () => endpoint.joinMulticast("239.1.1.1", { source: "::1" }),
      TypeError,
      "source",
    );
  }, options);

  testWith({}, `${name}: a wildcard socket hears both families on ::, and answers`, async () => {
    using server = await open("::");
    for (const hostname of [HERE, "::1"]) {
      using client = await open(hostname);
      await client.sendTo(bytes(hostname), { hostname, port: server.localAddr.port });
      const { data, from } = await server.recvFrom();
      assertEquals(text(data), hostname);
      assertEquals(from.family, "inet6");
      assertEquals(from.hostname, hostname === HERE ? "::ffff:127.0.0.1" : "::1");
      await server.sendTo(data, from);
      await server.sendTo(data, { hostname, port: from.port });
      for (let i = 0; i < 2; i++) assertEquals(text(await client.recv()), hostname);
    }
  }, options);

  testWith({}, `${name}: a peer is the same however it is written`, async () => {
    using server = await open("::");
    using client = await open("::1");
    await client.connect({ hostname: "0:0:0:0:0:0:0:1", port: server.localAddr.port });
    assertEquals(client.remoteAddr?.hostname, "::1");
    await client.send(bytes("x"));
    const { from } = await server.recvFrom();
    await server.sendTo(bytes("y"), from);
    assertEquals(text(await client.recv()), "y");
    using v4 = await open(HERE);
    await server.connect({ hostname: HERE, port: v4.localAddr.port });
    assertEquals(server.remoteAddr?.hostname, "::ffff:127.0.0.1");
    await v4.sendTo(bytes("z"), { hostname: HERE, port: server.localAddr.port });
    assertEquals(text(await server.recv()), "z");
  }, options);

  testWith({}, `${name}: names are looked up`, async () => {
    using server = await open(HERE);
    using client = await open(HERE);
    const { port } = server.localAddr;
    await client.sendTo(bytes("by name"), { hostname: "localhost", port });
    assertEquals(text(await server.recv()), "by name");
    const data = new Uint8Array(1);
    function* messages() {
      for (const hostname of [HERE, "localhost", HERE, "localhost", "no such name", HERE]) {
        data[0]++;
        yield { data, to: { hostname, port } };
      }
    }
    assertEquals(await client.sendMany(messages()), 4);
    for (let i = 1; i <= 4; i++) assertEquals(await server.recv(), Uint8Array.of(i));
    const rest = messages();
    for (let i = 0; i < 4; i++) rest.next();
    await assertRejects(() => client.sendMany(rest), AddrInfoError);
    await client.connect({ hostname: "localhost", port });
    assertEquals(client.remoteAddr, server.localAddr);
    for (
      const call of [
        () => client.sendTo(bytes("x"), { hostname: "no such name", port }),
        () => client.connect({ hostname: "no such name", port }),
      ]
    ) {
      const error = await assertRejects(call, AddrInfoError);
      assertEquals([error.syscall, error.address], ["getaddrinfo", "no such name"]);
      assert(["EAI_NONAME", "EAI_AGAIN"].includes(error.code), error.code);
    }
  }, options);

  testWith({}, `${name}: options that it cannot reach say which engine can`, async () => {
    using endpoint = await open(HERE);
    if (name === "libc") return;
    const row = socketOption<number>(1, 12, {
      size: 4,
      encode: (value) => new Uint8Array(new Int32Array([value]).buffer),
      decode: () => 0,
    });
    for (const call of [() => endpoint.getOption(row), () => endpoint.setOption(row, 1)]) {
      await assertRejects(async () => await call(), Deno.errors.NotSupported, 'engine: "libc"');
    }
  }, options);
}

testWith({}, "broadcast reaches the sockets of the port", async () => {
  using receiver = await udp.bind({ hostname: "0.0.0.0" });
  for (const engine of ["deno", "libc"] as const) {
    using sender = await udp.bind({ hostname: HERE, engine, options: [[SO_BROADCAST, true]] });
    assertEquals(sender.getOption(SO_BROADCAST), true);
    await sender.sendTo(bytes(engine), {
      hostname: "127.255.255.255",
      port: receiver.localAddr.port,
    });
    assertEquals(text(await receiver.recv()), engine);
  }
}, { sanitizeOps: false, sanitizeResources: false });

testWith({}, "options choose the carrier that can set them, and read back", async () => {
  const settings: UdpBindOptions["options"] = [
    [SO_BROADCAST, true],
    [SO_RCVBUF, 50_000],
    [IP_TTL, 7],
    [IP_MULTICAST_TTL, 5],
    [IP_MULTICAST_LOOP, false],
  ];
  for (const engine of ["deno", "libc"] as const) {
    using endpoint = await udp.bind({ hostname: HERE, engine, options: settings });
    assertEquals(endpoint.engine, engine);
    assertEquals(endpoint.getOption(SO_BROADCAST), true);
    assertEquals(endpoint.getOption(SO_RCVBUF), 100_000); // the kernel doubles it
    assertEquals(endpoint.getOption(IP_TTL), 7);
    assertEquals(endpoint.getOption(IP_MULTICAST_TTL), 5);
    assertEquals(endpoint.getOption(IP_MULTICAST_LOOP), false);
    endpoint.setOption(IP_MULTICAST_TTL, 9);
    assertEquals(endpoint.getOption(IP_MULTICAST_TTL), 9);
    await assertRejects(
      async () => await endpoint.setOption(SO_BROADCAST, "yes" as unknown as boolean),
      TypeError,
    );
  }
}, { sanitizeOps: false, sanitizeResources: false });

testWith({}, "an option that Deno cannot set takes the libc engine by itself", async () => {
  using endpoint = await udp.bind({ hostname: "203.0.113.9", options: [[IP_FREEBIND, true]] });
  assertEquals(endpoint.engine, "libc");
  await assertRejects(
    () => udp.bind({ hostname: HERE, engine: "deno", options: [[IP_FREEBIND, true]] }),
    Deno.errors.NotSupported,
    "IP_FREEBIND",
  );
  using lite = await udp.bind({ hostname: HERE, protocol: "udplite" });
  assertEquals([lite.engine, lite.protocol], ["libc", 136]);
}, { sanitizeOps: false, sanitizeResources: false });

testWith({}, "an IPv6 socket can be kept from IPv4", async () => {
  for (const engine of ["deno", "libc"] as const) {
    using six = await udp.bind({ hostname: "::", engine, options: [[IPV6_V6ONLY, true]] });
    assertEquals(six.getOption(IPV6_V6ONLY), true);
    using four = await udp.bind({ hostname: "0.0.0.0", port: six.localAddr.port, engine });
    assertEquals(four.localAddr.port, six.localAddr.port);
  }
}, { sanitizeOps: false, sanitizeResources: false });

testWith({}, "reuseAddress lets several bind a port, reusePort takes libc", async () => {
  for (const engine of ["deno", "libc"] as const) {
    using first = await udp.bind({ hostname: HERE, reuseAddress: true, engine });
    const at = { hostname: HERE, port: first.localAddr.port };
    using _second = await udp.bind({ ...at, reuseAddress: true, engine });
    await assertCode(() => udp.bind({ ...at, engine }), "EADDRINUSE");
  }
  using shared = await udp.bind({ hostname: HERE, reusePort: true });
  assertEquals(shared.engine, "libc");
  using _other = await udp.bind({ ...shared.localAddr, reusePort: true });
}, { sanitizeOps: false, sanitizeResources: false });

testWith({}, "connect binds to what reaches the peer", async () => {
  for (const engine of ["deno", "libc"] as const) {
    for (const hostname of [HERE, "::1"]) {
      using server = await udp.bind({ hostname, engine });
      using client = await udp.connect({ ...server.localAddr, engine });
      assertEquals(client.localAddr.hostname, hostname);
      assertEquals(client.remoteAddr, server.localAddr);
      await client.send(bytes("hello"));
      assertEquals((await server.recvFrom()).from, client.localAddr);
      using bound = await udp.connect({
        ...server.localAddr,
        localAddress: { hostname },
        engine,
      });
      await bound.send(bytes("x"));
      assertEquals((await server.recvFrom()).from, bound.localAddr);
    }
  }
}, { sanitizeOps: false, sanitizeResources: false });

testWith(
  {},
  "what the kernel refuses has its code, class, errno, syscall and address",
  async () => {
    for (const engine of ["deno", "libc"] as const) {
      const error = await assertCode(
        () => udp.bind({ hostname: "203.0.113.1", engine }),
        "EADDRNOTAVAIL",
      ) as Error & { errno: number; syscall: string; address: string };
      assert(error instanceof Deno.errors.AddrNotAvailable);
      assertEquals([error.errno, error.syscall, error.address], [99, "bind", "203.0.113.1:0"]);
      await assertRejects(
        () => udp.bind({ hostname: "no such name", engine }),
        AddrInfoError,
      );
      using endpoint = await udp.bind({ hostname: HERE, engine });
      const long = await assertCode(
        () => endpoint.sendTo(new Uint8Array(65508), { hostname: HERE, port: 9 }),
        "EMSGSIZE",
      ) as Error & { address: string };
      assertEquals(long.address, "127.0.0.1:9");
    }
  },
  { sanitizeOps: false, sanitizeResources: false },
);

const BAD: readonly [string, unknown, typeof TypeError | typeof RangeError, string][] = [
  ["a port beyond 65535", { port: 65536 }, RangeError, "port"],
  ["a negative port", { port: -1 }, RangeError, "port"],
  ["a port that is no integer", { port: 1.5 }, RangeError, "port"],
  ["a port that is text", { port: "80" }, TypeError, "port"],
  ["a hostname with a NUL", { hostname: "a\0b" }, TypeError, "hostname"],
  ["a hostname that is no text", { hostname: 5 }, TypeError, "hostname"],
  ["a family that is none", { family: "ipv4" }, TypeError, "family"],
  ["a family that is not the hostname's", { family: "inet6", hostname: HERE }, TypeError, "inet6"],
  ["an unknown option", { hostnam: HERE }, TypeError, "hostnam"],
  ["no object", 5, TypeError, "options"],
  ["an unknown engine", { engine: "node" }, TypeError, "engine"],
  ["an unknown protocol", { protocol: "tcp" }, TypeError, "protocol"],
  ["options that are no array", { options: {} }, TypeError, "options"],
  ["an option that is no pair", { options: [[1]] }, TypeError, "options"],
  ["reuseAddress that is no boolean", { reuseAddress: 1 }, TypeError, "reuseAddress"],
  ["a bad time limit", { timeoutMs: -1 }, RangeError, "timeoutMs"],
  ["a signal that is none", { signal: {} }, TypeError, "signal"],
];

for (const [what, options, Class, word] of BAD) {
  Deno.test({ ...OPTIONS, name: `bind refuses ${what} before anything is opened` }, async () => {
    const before = openFds();
    await assertRejects(() => udp.bind(options as UdpBindOptions), Class, word);
    await assertFds(before);
  });
}

Deno.test({ ...OPTIONS, name: "connect refuses port 0 and a bad local address" }, async () => {
  for (
    const [options, Class] of [
      [{ hostname: HERE, port: 0 }, RangeError],
      [{ hostname: HERE }, TypeError],
      [{ port: 5 }, TypeError],
      [{ hostname: HERE, port: 5, localAddress: { hostname: "" } }, TypeError],
      [{ hostname: HERE, port: 5, localAddress: { hostname: HERE, port: 70000 } }, RangeError],
    ] as const
  ) await assertRejects(() => udp.connect(options as { hostname: string; port: number }), Class);
});

Deno.test({ ...OPTIONS, name: "an aborted bind opens nothing" }, async () => {
  const before = openFds();
  const reason = { why: "not now" };
  const signal = AbortSignal.abort(reason);
  for (
    const open of [
      () => udp.bind({ signal }),
      () => udp.connect({ hostname: HERE, port: 9, signal }),
    ]
  ) {
    assertEquals(await open().then(() => undefined, (error) => error), reason);
  }
  await assertFds(before);
});

Deno.test({
  ...OPTIONS,
  name: "node:dgram: what nobody receives is bounded, counted, and the oldest is kept",
}, async () => {
  using receiver = await CARRIERS[1][1](HERE);
  using sender = await udp.bind({ hostname: HERE });
  const data = new Uint8Array(60_000);
  let sent = 0;
  // 4 MiB are kept at most; the kernel's own buffer may drop before that, uncounted.
  while (receiver.dropped === 0 && sent < 5000) {
    new DataView(data.buffer).setUint32(0, sent++);
    await sender.sendTo(data, receiver.localAddr);
    await loops(1);
  }
  assert(receiver.dropped! > 0);
  const first = await receiver.recv();
  assertEquals(new DataView(first.buffer, first.byteOffset).getUint32(0), 0);
  let kept = 1;
  for (;;) {
    try {
      await receiver.recv({ timeoutMs: 0 });
      kept++;
    } catch {
      break;
    }
  }
  assert(kept * 60_000 <= 4 * 1024 * 1024 && kept > 60, `${kept} were kept`);
});

Deno.test("an empty hostname is any address, as Python's", async () => {
  using socket = await udp.bind({ hostname: "" });
  assertEquals(socket.localAddr.hostname, "0.0.0.0");
});
