/** The names of sockets: paths, abstract names, zones, mapped addresses. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { UnixAddress } from "../../core/address.ts";
import { AF_INET, AF_INET6, AF_UNIX, SOCK_DGRAM, SOCK_STREAM, socket } from "../../ffi/mod.ts";
import { IPV6_V6ONLY, SO_REUSEADDR, SO_REUSEPORT } from "../../ffi/options/mod.ts";
import * as tcp from "../../tcp/mod.ts";
import * as unix from "../../unix/mod.ts";
import { inNamespace, runJson } from "./_program.ts";
import { Python } from "./_python.ts";
import {
  bytes,
  claim,
  freshAbstract,
  listening,
  LOOPBACK,
  portOf,
  rejectsWith,
  text,
  throwsWith,
} from "./_tools.ts";

const PYTHON = { tools: ["python3"] };

claim("abstract names with NULs in them are the same for CPython", async () => {
  await using python = new Python();
  for (const name of [`${freshAbstract()}\0\0tail`, `${freshAbstract()}\0`, "\0".repeat(5)]) {
    using server = socket(AF_UNIX, SOCK_STREAM);
    server.bind({ path: name });
    server.listen();
    assertEquals((server.localAddr as UnixAddress).path, name);
    await python.exec(`s = socket.socket(socket.AF_UNIX); s.connect(${JSON.stringify(name)})`);
    const [accepted, from] = await server.accept();
    assertEquals((from as UnixAddress).path, "");
    assertEquals((accepted.localAddr as UnixAddress).path, name);
    assertEquals(await python.eval("s.getpeername()"), name);
    accepted.close();
  }
}, PYTHON);

claim("a path that is no UTF-8 is the same file for CPython, both ways", async () => {
  await using python = new Python();
  const dir = await Deno.makeTempDir();
  try {
    const raw = (name: number) => new Uint8Array([...bytes(`${dir}/`), 0xff, name, 0xc3]);
    const quoted = (name: number) => `b"${dir}/\\xff\\x${name.toString(16)}\\xc3"`;
    using own = socket(AF_UNIX, SOCK_DGRAM);
    own.bind({ family: "unix", pathBytes: raw(0x80) });
    await python.exec(`
p = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
p.bind(${quoted(0x81)})
p.sendto(b"hello", ${quoted(0x80)})`);
    const [data, from] = await own.recvFrom();
    assertEquals([text(data), (from as UnixAddress).pathBytes], ["hello", raw(0x81)]);
    await own.sendTo(bytes("answer"), from);
    assertEquals(await python.eval("p.recvfrom(100)[0]"), "answer");
    using listener = await unix.listen({ pathBytes: raw(0x82) });
    assertEquals(listener.engine, "libc");
    await python.exec(`s = socket.socket(socket.AF_UNIX); s.connect(${quoted(0x82)})`);
    using accepted = await listener.accept();
    assertEquals(accepted.localAddr.pathBytes, raw(0x82));
  } finally {
    await new Deno.Command("rm", { args: ["-r", dir] }).output();
  }
}, PYTHON);

claim(
  "paths of 107 bytes and abstract names of 107 beside the NUL fit, one more does not",
  async () => {
    const dir = await Deno.makeTempDir();
    try {
      const path = `${dir}/`.padEnd(107, "x");
      for (const name of [path, freshAbstract().padEnd(108, "y")]) {
        using own = socket(AF_UNIX, SOCK_DGRAM);
        own.bind({ path: name });
        assertEquals((own.localAddr as UnixAddress).path, name);
        using sender = socket(AF_UNIX, SOCK_DGRAM);
        await sender.sendTo(bytes("x"), { path: name });
        assertEquals((await own.recv()).length, 1);
        assertThrows(() => sender.bind({ path: name + "z" }), RangeError, "bytes long");
        await assertRejects(() => sender.sendTo(bytes("x"), { path: name + "z" }), RangeError);
      }
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
);

claim(
  "bind to the empty path lets the kernel choose an abstract name that others reach",
  async () => {
    await using python = new Python();
    using own = socket(AF_UNIX, SOCK_DGRAM);
    assertEquals((own.localAddr as UnixAddress).path, "");
    own.bind({ path: "" });
    const { path } = own.localAddr as UnixAddress;
    assert(/^\0[0-9a-f]{5}$/.test(path));
    await python.exec(`
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.sendto(b"found", ${JSON.stringify(path)})`);
    assertEquals(text(await own.recv()), "found");
  },
  PYTHON,
);

claim("accept tells the peer in the shape of each family", async () => {
  await using python = new Python();
  for (
    const [family, host, name] of [
      [AF_INET, "127.0.0.1", "inet"],
      [AF_INET6, "::1", "inet6"],
    ] as const
  ) {
    using listener = listening(family);
    const port = await python.eval(
      `[s := socket.create_connection(("${host}", ${portOf(listener)})), s.getsockname()[1]][1]`,
    );
    const [accepted, from] = await listener.accept();
    assertEquals(from, { family: name, hostname: host, port } as typeof from);
    assertEquals(accepted.remoteAddr, from);
    assertEquals([accepted.family, accepted.type, accepted.protocol], [name, "stream", 6]);
    accepted.close();
  }
  const path = freshAbstract();
  using listener = socket(AF_UNIX, SOCK_STREAM);
  listener.bind({ path });
  listener.listen();
  await python.exec(`
u = socket.socket(socket.AF_UNIX); u.bind(${JSON.stringify(path + "c")})
u.connect(${JSON.stringify(path)})`);
  const [accepted, from] = await listener.accept();
  assertEquals((from as UnixAddress).path, path + "c");
  assertEquals((accepted.remoteAddr as UnixAddress).path, path + "c");
  accepted.close();
}, PYTHON);

claim("an address is 0 before bind, and a peer undefined before connect", async () => {
  using own = socket(AF_INET, SOCK_STREAM);
  assertEquals(own.localAddr, { family: "inet", hostname: "0.0.0.0", port: 0 });
  assertEquals(own.remoteAddr, undefined);
  using listener = listening();
  await own.connect(listener.localAddr);
  assertEquals(own.remoteAddr, listener.localAddr);
  assert(portOf(own) > 0);
  using six = socket(AF_INET6, SOCK_DGRAM);
  assertEquals(six.localAddr, { family: "inet6", hostname: "::", port: 0 });
  own.close();
  throwsWith(() => own.localAddr, "EBADF");
  throwsWith(() => own.remoteAddr, "EBADF");
});

claim("one IPv6 socket serves both families, unless it is told not to", async () => {
  await using python = new Python();
  using both = socket(AF_INET6, SOCK_STREAM);
  both.setOption(IPV6_V6ONLY, false);
  both.bind({ hostname: "::", port: 0 });
  both.listen();
  for (const [host, shown] of [["127.0.0.1", "::ffff:127.0.0.1"], ["::1", "::1"]]) {
    await python.exec(`s = socket.create_connection(("${host}", ${portOf(both)}))`);
    const [accepted, from] = await both.accept();
    assertEquals(from.family === "inet6" && from.hostname, shown);
    accepted.close();
  }
  using six = socket(AF_INET6, SOCK_STREAM);
  six.setOption(IPV6_V6ONLY, true);
  six.bind({ hostname: "::", port: 0 });
  six.listen();
  using client = socket(AF_INET, SOCK_STREAM);
  await rejectsWith(
    client.connect({ hostname: "127.0.0.1", port: portOf(six) }),
    "ECONNREFUSED",
  );
}, PYTHON);

claim("create_server of both engines and CPython's clients of both families", async () => {
  await using python = new Python();
  for (const engine of ["deno", "libc"] as const) {
    using server = await tcp.createServer({ port: 0, dualStack: true, engine });
    for (const host of ["127.0.0.1", "::1"]) {
      await python.exec(`s = socket.create_connection(("${host}", ${server.localAddr.port}))`);
      using peer = await server.accept();
      assertEquals(peer.remoteAddr?.port, await python.eval("s.getsockname()[1]"));
      assert(peer.remoteAddr!.hostname.endsWith(host), peer.remoteAddr!.hostname);
    }
  }
}, PYTHON);

claim("IPv4 is reached from an IPv6 socket by its mapped address", async () => {
  using four = socket(AF_INET, SOCK_DGRAM);
  four.bind(LOOPBACK);
  using six = socket(AF_INET6, SOCK_DGRAM);
  await six.sendTo(bytes("x"), { hostname: "::ffff:127.0.0.1", port: portOf(four) });
  const [, from] = await four.recvFrom();
  assertEquals(from, { family: "inet", hostname: "127.0.0.1", port: portOf(six) });
  await four.sendTo(bytes("y"), from);
  const [, back] = await six.recvFrom();
  assertEquals(back, { family: "inet6", hostname: "::ffff:127.0.0.1", port: portOf(four) });
});

claim("a bound port is in use for others, except by both's SO_REUSEPORT", async () => {
  using first = socket(AF_INET, SOCK_DGRAM);
  first.bind(LOOPBACK);
  using second = socket(AF_INET, SOCK_DGRAM);
  const error = throwsWith(() => second.bind(first.localAddr), "EADDRINUSE");
  assert(error instanceof Deno.errors.AddrInUse);
  second.setOption(SO_REUSEPORT, true);
  throwsWith(() => second.bind(first.localAddr), "EADDRINUSE");
  using third = socket(AF_INET, SOCK_DGRAM);
  third.setOption(SO_REUSEPORT, true);
  third.bind(LOOPBACK);
  second.bind(third.localAddr);
  assertEquals(second.localAddr, third.localAddr);
  throwsWith(() => second.bind(LOOPBACK), "EINVAL");
  using nowhere = socket(AF_INET, SOCK_STREAM);
  throwsWith(() => nowhere.bind({ hostname: "192.0.2.1", port: 0 }), "EADDRNOTAVAIL");
  await Promise.resolve();
});

claim("a port in TIME_WAIT is free with SO_REUSEADDR only", async () => {
  const listener = socket(AF_INET, SOCK_STREAM);
  listener.setOption(SO_REUSEADDR, true);
  listener.bind(LOOPBACK);
  listener.listen();
  const address = listener.localAddr;
  using client = socket(AF_INET, SOCK_STREAM);
  await client.connect(address);
  const [server] = await listener.accept();
  // Who closes first is left in TIME_WAIT.
  server.close();
  assertEquals((await client.recv()).length, 0);
  client.close();
  listener.close();
  using again = socket(AF_INET, SOCK_STREAM);
  throwsWith(() => again.bind(address), "EADDRINUSE");
  again.setOption(SO_REUSEADDR, true);
  again.bind(address);
  again.listen();
});

const VETH = `ip link set lo up
ip link add v0 type veth peer name v1
ip link set v0 addrgenmode none
ip link set v1 addrgenmode none
ip link set v0 up
ip link set v1 up
ip addr add fe80::1/64 dev v0 nodad
ip addr add fe80::2/64 dev v1 nodad`;

claim("link-local zones: by name and by index, bare and by endpoint", async () => {
  const got = await runJson<Record<string, unknown>>(
    `
    import { AF_INET6, SOCK_DGRAM, SOCK_STREAM, socket } from "$/ffi/mod.ts";
    import { interfaceIndex } from "$/addrinfo/mod.ts";
    import * as tcp from "$/tcp/mod.ts";
    import * as udp from "$/udp/mod.ts";
    const index = interfaceIndex("v0");
    const hostname = "fe80::1";
    const code = (error) => error.code;
    const got = {};
    const listener = socket(AF_INET6, SOCK_STREAM);
    listener.bind({ hostname: "fe80::1%v0", port: 0 });
    listener.listen();
    const { port, scopeId } = listener.localAddr;
    got.bound = [listener.localAddr.hostname, scopeId === index];
    for (const to of [
      { hostname: "fe80::1%v0", port },
      { hostname: "fe80::1%" + index, port },
      { hostname, port, scopeId: index, flowInfo: 0 },
    ]) {
      const client = socket(AF_INET6, SOCK_STREAM);
      await client.connect(to, { timeoutMs: 10000 });
      const [accepted, from] = await listener.accept();
      (got.peers ??= []).push([from.hostname, from.scopeId === index]);
      accepted.close();
      client.close();
    }
    const bare = socket(AF_INET6, SOCK_STREAM);
    got.withoutZone = await bare.connect({ hostname, port }).catch(code);
    got.contradiction = await bare.connect({ hostname: "fe80::1%v0", port, scopeId: index + 1 })
      .catch((error) => error.name);
    got.noInterface = await bare.connect({ hostname: "fe80::1%nope", port }).catch(code);
    bare.close();
    listener.close();

    using server = await tcp.listen({ hostname: "fe80::1%v0", port: 0, engine: "libc" });
    using client = await tcp.connect({
      hostname: "fe80::1%v0", port: server.localAddr.port, engine: "libc",
    });
    using peer = await server.accept();
    got.tcp = [client.remoteAddr.scopeId === index, peer.remoteAddr.scopeId === index];

    const a = await udp.bind({ hostname: "fe80::1%v0", engine: "libc" });
    const b = await udp.bind({ hostname: "fe80::1%v0", engine: "libc" });
    await b.connect({ hostname: "fe80::1%v0", port: a.localAddr.port });
    await b.send(new Uint8Array(3));
    const { from } = await a.recvFrom({ timeoutMs: 10000 });
    await a.sendTo(new Uint8Array(4), { hostname: "fe80::1%v0", port: b.localAddr.port });
    got.udp = [from.scopeId === index, (await b.recv({ timeoutMs: 10000 })).length];

    const flow = socket(AF_INET6, SOCK_DGRAM);
    await flow.connect({ hostname: "fe80::1", port: 9, scopeId: index, flowInfo: 0x12345 });
    got.flow = flow.remoteAddr.scopeId === index;
    console.log(JSON.stringify(got));
    Deno.exit(0);
    `,
    { prefix: inNamespace(VETH) },
  );
  assertEquals(got, {
    bound: ["fe80::1", true],
    peers: [["fe80::1", true], ["fe80::1", true], ["fe80::1", true]],
    withoutZone: "EINVAL",
    contradiction: "TypeError",
    noInterface: "ENODEV",
    tcp: [true, true],
    udp: [true, 4],
    flow: true,
  });
}, { netns: true, tools: ["ip"] });
