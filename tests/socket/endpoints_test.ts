/** What only the libc engine carries: MPTCP, UDP-Lite, Fast Open, sequenced packets, descriptors. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { SocketOption } from "../../core/option.ts";
import { libc } from "../../ffi/abi/library.ts";
import { Socket } from "../../ffi/mod.ts";
import {
  IP_TTL,
  SO_KEEPALIVE,
  SO_PROTOCOL,
  SO_RCVBUF,
  SO_SNDBUF,
  TCP_MAXSEG,
  TCP_NODELAY,
  UDPLITE_RECV_CSCOV,
  UDPLITE_SEND_CSCOV,
} from "../../ffi/options/mod.ts";
import * as tcp from "../../tcp/mod.ts";
import * as udp from "../../udp/mod.ts";
import * as unix from "../../unix/mod.ts";
import { inNamespace, runJson } from "./_program.ts";
import { Python } from "./_python.ts";
import { bytes, claim, freshAbstract, pending, rejectsWith, text } from "./_tools.ts";

const PYTHON = { tools: ["python3"] };
const hostname = "127.0.0.1";
const HAS_MPTCP = {
  tools: ["ss"],
  other: () => {
    try {
      return Deno.readTextFileSync("/proc/sys/net/mptcp/enabled").trim() === "1"
        ? undefined
        : "MPTCP is switched off";
    } catch {
      return "this kernel lacks MPTCP";
    }
  },
};

claim("Multipath TCP is what the kernel shows, and what protocol says", async () => {
  using listener = await tcp.listen({ hostname, port: 0, protocol: "mptcp" });
  assertEquals([listener.engine, listener.protocol], ["libc", 262]);
  using client = await tcp.connect({ ...listener.localAddr, protocol: "mptcp" });
  using server = await listener.accept();
  assertEquals([client.protocol, server.protocol, client.getOption(SO_PROTOCOL)], [262, 262, 262]);
  await client.sendAll(bytes("paths"));
  assertEquals(text(await server.recvExact(5)), "paths");
  const { stdout } = await new Deno.Command("ss", {
    args: ["-HMnt", `dport = :${listener.localAddr.port}`],
  }).output();
  assert(text(stdout).includes(`:${client.localAddr.port}`), text(stdout));
  await client.shutdown("write");
  assertEquals((await server.recv()).length, 0);
}, HAS_MPTCP);

claim("without Multipath TCP in the kernel it is TCP, and protocol says so", async () => {
  const protocols = await runJson(
    `
    import * as tcp from "$/tcp/mod.ts";
    using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0, protocol: "mptcp" });
    using client = await tcp.connect({ ...listener.localAddr, protocol: "mptcp" });
    using server = await listener.accept();
    await client.sendAll(new Uint8Array(3));
    console.log(JSON.stringify(
      [listener.protocol, client.protocol, server.protocol, (await server.recvExact(3)).length]));
    Deno.exit();
  `,
    {
      prefix: inNamespace(
        "ip link set lo up; mount -t proc proc /proc; echo 0 > /proc/sys/net/mptcp/enabled",
      ).with(1, "-mn"),
    },
  );
  assertEquals(protocols, [6, 6, 6, 3]);
}, { ...HAS_MPTCP, netns: true, tools: ["ip", "unshare"] });

claim("a Multipath TCP server serves a client of plain TCP, and the other way", async () => {
  await using python = new Python();
  using listener = await tcp.listen({ hostname, port: 0, protocol: "mptcp" });
  await python.exec(`
s = socket.create_connection(("${hostname}", ${listener.localAddr.port})); s.sendall(b"plain")
l = socket.create_server(("${hostname}", 0))`);
  using server = await listener.accept();
  assertEquals(text(await server.recvExact(5)), "plain");
  using client = await tcp.connect({
    hostname,
    port: await python.eval("l.getsockname()[1]"),
    protocol: "mptcp",
  });
  await client.sendAll(bytes("paths"));
  assertEquals(await python.eval("l.accept()[0].recv(5)"), "paths");
}, HAS_MPTCP);

claim(
  "UDP-Lite is exchanged with CPython, its coverage set before the first datagram",
  async () => {
    await using python = new Python();
    using own = await udp.bind({
      hostname,
      protocol: "udplite",
      options: [[UDPLITE_SEND_CSCOV, 8], [UDPLITE_RECV_CSCOV, 8]],
    });
    assertEquals([own.engine, own.protocol, own.getOption(UDPLITE_SEND_CSCOV)], ["libc", 136, 8]);
    await python.exec(`
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, 136); s.bind(("${hostname}", 0))
s.sendto(b"lite", ("${hostname}", ${own.localAddr.port}))`);
    const { data, from } = await own.recvFrom();
    assertEquals(text(data), "lite");
    using connected = await udp.connect({ ...from, protocol: "udplite" });
    await connected.send(bytes("back"));
    assertEquals(await python.eval("s.recv(100)"), "back");
  },
  {
    ...PYTHON,
    other: () => Deno.statSync("/proc/net/udplite").isFile ? undefined : "no UDP-Lite",
  },
);

claim("TCP Fast Open carries data in the SYN", async () => {
  const got = await runJson<[boolean, string][]>(
    `
    import * as tcp from "$/tcp/mod.ts";
    import { TCP_FASTOPEN, TCP_FASTOPEN_CONNECT, TCP_INFO } from "$/ffi/options/mod.ts";
    using listener = await tcp.listen(
      { hostname: "127.0.0.1", port: 0, options: [[TCP_FASTOPEN, 16]] });
    const got = [];
    // The first connection only fetches the cookie.
    for (let i = 0; i < 2; i++) {
      using client = await tcp.connect(
        { ...listener.localAddr, options: [[TCP_FASTOPEN_CONNECT, true]] });
      await client.sendAll(new TextEncoder().encode("early"));
      using server = await listener.accept();
      const data = new TextDecoder().decode(await server.recvExact(5));
      await server.sendAll(new Uint8Array(1));
      await client.recvExact(1);
      got.push([client.getOption(TCP_INFO).options.synData, data]);
    }
    console.log(JSON.stringify(got));
    Deno.exit();
  `,
    {
      prefix: inNamespace(
        "ip link set lo up; mount -t proc proc /proc; echo 3 > /proc/sys/net/ipv4/tcp_fastopen",
      ).with(1, "-mn"),
    },
  );
  assertEquals(got, [[false, "early"], [true, "early"]]);
}, { netns: true, tools: ["ip"] });

claim("sequenced packets: an empty message is none, and the end is the end", async () => {
  await using python = new Python();
  const path = freshAbstract();
  using listener = await unix.listen({ path, type: "seqpacket" });
  await python.exec(`
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET); s.connect(${JSON.stringify(path)})
for m in (b"one", b"", b"three"): s.send(m)
s.shutdown(socket.SHUT_WR)`);
  using server = await listener.accept();
  assertEquals([server.role, server.type, server.family], ["message", "seqpacket", "unix"]);
  const got: string[] = [];
  for await (const { data } of server) got.push(text(data));
  assertEquals(got, ["one", "", "three"]);
  await server.send(bytes("answer"));
  await server.send(new Uint8Array(0));
  assertEquals(await python.eval("[s.recv(100), s.recv(100)]"), ["answer", ""]);
}, PYTHON);

claim("a connected Unix datagram socket talks to its peer only", async () => {
  await using python = new Python();
  const path = freshAbstract();
  await python.exec(`
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(${JSON.stringify(path)})`);
  using client = await unix.connect({ path, type: "dgram" });
  assertEquals([client.engine, client.type, client.remoteAddr?.path], ["libc", "dgram", path]);
  await client.send(bytes("one"));
  await client.send(new Uint8Array(0));
  assertEquals(await python.eval("[s.recv(10), s.recv(10)]"), ["one", ""]);
  await python.exec("s.close()");
  await rejectsWith(client.send(bytes("x")), "ECONNREFUSED");
}, PYTHON);

claim("unix.pair() of each type carries both ways", async () => {
  for (const type of ["dgram", "seqpacket"] as const) {
    const [a, b] = unix.pair({ type });
    using _a = a;
    using _b = b;
    await a.send(bytes("there"));
    await b.send(bytes("back"));
    assertEquals([text(await b.recv()), text(await a.recv())], ["there", "back"]);
    assertEquals([a.type, a.localAddr.path, a.remoteAddr?.path], [type, "", ""]);
  }
  const [a, b] = unix.pair();
  using _a = a;
  using _b = b;
  await a.sendAll(bytes("there"));
  assertEquals(text(await b.recvExact(5)), "there");
});

claim("option rows are set before bind and connect, and by both accept and client", async () => {
  const rows: [SocketOption<number>, number][] = [[SO_RCVBUF, 20000], [SO_SNDBUF, 20000]];
  using listener = await tcp.listen({ hostname, port: 0, options: rows });
  assertEquals([listener.engine, listener.getOption(SO_RCVBUF)], ["libc", 40000]);
  using client = await tcp.connect({
    ...listener.localAddr,
    options: [[TCP_MAXSEG, 700], [IP_TTL, 33], [TCP_NODELAY, true]],
  });
  using server = await listener.accept();
  assertEquals([client.engine, client.getOption(IP_TTL), client.getOption(TCP_NODELAY)], [
    "libc",
    33,
    true,
  ]);
  // MAXSEG after connect would not reach the SYN: the peer was told.
  assert(server.getOption(TCP_MAXSEG) <= 700);
  assertEquals(server.getOption(SO_RCVBUF), 40000);
});

claim(
  "strace sees the options between socket and bind, and between socket and connect",
  async () => {
    const log = await Deno.makeTempFile();
    try {
      await runJson(
        `
      import * as tcp from "$/tcp/mod.ts";
      import { SO_MARK, SO_RCVBUF } from "$/ffi/options/mod.ts";
      using listener = await tcp.listen(
        { hostname: "127.0.0.1", port: 0, options: [[SO_RCVBUF, 34567]] });
      using client = await tcp.connect({ ...listener.localAddr, options: [[SO_MARK, 5]] });
      console.log("[]");
      Deno.exit();
    `,
        {
          prefix: ["strace", "-f", "-o", log, "-e", "trace=socket,setsockopt,bind,connect,listen"],
        },
      );
      const lines = await Deno.readTextFile(log);
      const call =
        /^\d+ +(?:(socket|bind|connect)\(.*AF_INET|(listen)\(|setsockopt\(.*?, (SO_\w+))/gm;
      const calls = [...lines.matchAll(call)]
        .map(([, named, listen, option]) => named ?? listen ?? option)
        .filter((call) => call !== "SO_REUSEADDR");
      // A connection that stands is asked for once more.
      const order = ["socket", "SO_RCVBUF", "bind", "listen", "socket", "SO_MARK", "connect"];
      assertEquals(calls.slice(0, order.length), order);
    } finally {
      await Deno.remove(log);
    }
  },
  { tools: ["strace"], root: true },
);

claim("what Deno cannot set chooses libc by itself, and engine: deno then refuses", async () => {
  using plain = await tcp.listen({ hostname, port: 0 });
  assertEquals(plain.engine, "deno");
  using nodelay = await tcp.connect({ ...plain.localAddr, options: [[TCP_NODELAY, true]] });
  using keep = await tcp.connect({ ...plain.localAddr, options: [[SO_KEEPALIVE, true]] });
  assertEquals([nodelay.engine, keep.engine], ["deno", "deno"]);
  using marked = await tcp.connect({ ...plain.localAddr, options: [[SO_RCVBUF, 9999]] });
  using from = await tcp.connect({ ...plain.localAddr, localAddress: { hostname: "127.0.0.3" } });
  assertEquals([marked.engine, from.engine], ["libc", "libc"]);
  assertEquals(from.localAddr.hostname, "127.0.0.3");
  await assertRejects(
    () => tcp.connect({ ...plain.localAddr, engine: "deno", options: [[SO_RCVBUF, 9999]] }),
    Deno.errors.NotSupported,
    'engine: "libc"',
  );
  for (let i = 0; i < 4; i++) (await plain.accept()).close();
});

claim("without --allow-ffi the libc engine says which flag is missing", async () => {
  const got = await runJson<string[]>(
    `
    import * as tcp from "$/tcp/mod.ts";
    import * as udp from "$/udp/mod.ts";
    import * as unix from "$/unix/mod.ts";
    import { inheritedSockets, sdNotify, Socket, socket, socketPair } from "$/ffi/mod.ts";
    import { SO_RCVBUF } from "$/ffi/options/mod.ts";
    Deno.env.set("NOTIFY_SOCKET", "@nobody");
    Deno.env.set("LISTEN_FDS", "1");
    Deno.env.set("LISTEN_PID", String(Deno.pid));
    const at = { hostname: "127.0.0.1", port: 0 };
    const got = [];
    for (const open of [
      () => tcp.listen({ ...at, engine: "libc" }),
      () => tcp.listen({ ...at, options: [[SO_RCVBUF, 9999]] }),
      () => tcp.connect({ hostname: "127.0.0.1", port: 1, protocol: "mptcp" }),
      () => tcp.connect({ hostname: "127.0.0.1", port: 1, localAddress: { hostname: "127.0.0.1" } }),
      () => udp.bind({ ...at, engine: "libc" }),
      () => unix.listen({ path: "\\0none", type: "seqpacket" }),
      () => unix.connect({ path: "\\0none", type: "dgram" }),
      async () => unix.pair(),
      async () => socket(),
      async () => socketPair(),
      async () => Socket.fromFd(0),
      async () => inheritedSockets(),
      () => sdNotify("READY=1"),
    ]) {
      got.push(await open().then(() => "opened", ({ name, message }) =>
        name === "NotCapable" && message.includes("--allow-ffi") ? "names it" : name + message));
    }
    console.log(JSON.stringify(got));
  `,
    { flags: ["--allow-net", "--allow-read", "--allow-write", "--allow-env"] },
  );
  assertEquals(got, Array(13).fill("names it"));
});

claim("half-closing an endpoint leaves the other direction open, to CPython", async () => {
  await using python = new Python();
  using listener = await tcp.listen({ hostname, port: 0, engine: "libc" });
  await python.exec(`s = socket.create_connection(("${hostname}", ${listener.localAddr.port}))`);
  using server = await listener.accept();
  await server.sendAll(bytes("question"));
  await server.closeWrite();
  assertEquals(await python.eval("[s.recv(100), s.recv(100)]"), ["question", ""]);
  const receiving = server.recv();
  assert(await pending(receiving));
  await python.exec(`s.sendall(b"answer"); s.close()`);
  assertEquals([text(await receiving), (await server.recv()).length], ["answer", 0]);
}, PYTHON);

claim("a taken endpoint's socket works on both faces", async () => {
  using listener = await tcp.listen({ hostname, port: 0, engine: "libc" });
  using client = await tcp.connect({ ...listener.localAddr, engine: "libc" });
  using server = await listener.accept();
  const { fd } = (client as unknown as { core: { fd: number } }).core;
  // Another descriptor of the same socket (F_DUPFD_CLOEXEC): the endpoint owns its own.
  const twin = Socket.fromFd(libc().fcntl(fd, 1030, 0));
  await twin.sendAll(bytes("twin"));
  await client.sendAll(bytes("own"));
  assertEquals(text(await server.recvExact(7)), "twinown");
  twin.close();
});
