/** The BSD face: what CPython's and Go's tests say of sockets. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { InetAddress, UnixAddress } from "../../core/address.ts";
import { isSocketError, type SocketError } from "../../core/errors.ts";
import { libc } from "../../ffi/abi/library.ts";
import { SO_REUSEADDR, SO_SNDBUF, SO_TYPE } from "../../ffi/options/mod.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  MSG_DONTWAIT,
  MSG_OOB,
  MSG_PEEK,
  MSG_TRUNC,
  MSG_WAITALL,
  SOCK_DGRAM,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  Socket,
  socket,
  socketPair,
} from "../../ffi/mod.ts";
import { PythonPeer } from "./_python.ts";
import { bytes, leakTest, loopback, tcpTrio, text } from "./_sockets.ts";

leakTest("a client and a server exchange bytes both ways and half-close", async () => {
  const { listener, client, server } = await tcpTrio();
  await client.sendAll(bytes("question"));
  client.shutdown("write");
  assertEquals(text(await server.recv(100)), "question");
  assertEquals((await server.recv(100)).length, 0);
  await server.sendAll(bytes("answer"));
  assertEquals(text(await client.recv()), "answer");
  assertEquals([client.family, client.type, client.protocol], ["inet", "stream", 6]);
  assertEquals(client.remoteAddr, listener.localAddr);
  for (const s of [listener, client, server]) s.close();
});

leakTest("recvInto fills a view at its offset, and no more", async () => {
  const { listener, client, server } = await tcpTrio();
  await client.sendAll(bytes("abcdef"));
  const room = new Uint8Array(8);
  assertEquals(await server.recvInto(room.subarray(2, 6)), 4);
  assertEquals(text(room), "\0\0abcd\0\0");
  assertEquals(text(await server.recv()), "ef");
  assertEquals(await server.recvInto(new Uint8Array(0)), 0);
  for (const s of [listener, client, server]) s.close();
});

leakTest(
  "MSG_PEEK leaves the bytes, MSG_WAITALL gathers them, MSG_DONTWAIT does not wait",
  async () => {
    const [a, b] = socketPair();
    await a.sendAll(bytes("12345"));
    assertEquals(text(await b.recv(3, { flags: MSG_PEEK })), "123");
    assertEquals(text(await b.recv(5, { flags: MSG_WAITALL })), "12345");
    const error = await assertRejects(() => b.recv(1, { flags: MSG_DONTWAIT }));
    assert(error instanceof Deno.errors.WouldBlock && isSocketError(error, "EAGAIN"));
    a.close();
    b.close();
  },
);

leakTest("urgent data arrives out of band", async () => {
  const { listener, client, server } = await tcpTrio();
  await client.send(bytes("a"));
  await client.send(bytes("!"), { flags: MSG_OOB });
  await client.send(bytes("b"));
  assertEquals(text(await server.recv(1)), "a");
  assertEquals(text(await server.recv(1, { flags: MSG_OOB })), "!");
  assertEquals(text(await server.recv(5)), "b");
  for (const s of [listener, client, server]) s.close();
});

leakTest("tryRecv and trySend answer null where they would block", async () => {
  const [a, b] = socketPair();
  assertEquals(b.tryRecv(), null);
  a.trySend(bytes("x"));
  assertEquals(text(b.tryRecv()!), "x");
  let sent = 0;
  for (let count; (count = a.trySend(new Uint8Array(65536))) !== null;) sent += count;
  assert(sent > 0);
  for (let got = 0; got < sent;) got += (await b.recv()).length;
  assert(a.trySend(bytes("y")) === 1);
  b.close();
  assertEquals((assertThrows(() => a.trySend(bytes("z"))) as SocketError).code, "EPIPE");
  a.close();
});

leakTest(
  "a datagram longer than the room is cut, MSG_TRUNC tells its length, and an empty one is no end",
  async () => {
    const receiver = socket(AF_INET, SOCK_DGRAM, 0);
    receiver.bind(loopback);
    const sender = socket(AF_INET, SOCK_DGRAM, 0);
    const to = receiver.localAddr;
    for (const size of [10, 10, 0, 3]) await sender.sendTo(new Uint8Array(size).fill(size), to);
    assertEquals((await receiver.recv(4)).length, 4);
    const message = await receiver.recvMsg(4, { flags: MSG_TRUNC });
    assertEquals([message.lengthBytes, message.truncated, message.data.length], [10, true, 4]);
    const [empty, from] = await receiver.recvFrom(4);
    assertEquals([empty.length, from], [0, { ...sender.localAddr, hostname: "127.0.0.1" }]);
    assertEquals((await receiver.recv()).length, 3);
    receiver.close();
    sender.close();
  },
);

leakTest("a time-out is no would-block: the bytes that come later are received", async () => {
  const [a, b] = socketPair();
  const error = await assertRejects(() => b.recv(9, { timeoutMs: 10 }), DOMException);
  assertEquals(error.name, "TimeoutError");
  await a.sendAll(bytes("later"));
  assertEquals(text(await b.recv(9, { timeoutMs: 1000 })), "later");
  const controller = new AbortController();
  const receiving = b.recv(9, { signal: controller.signal });
  controller.abort(new Error("enough"));
  await assertRejects(() => receiving, Error, "enough");
  await a.sendAll(bytes("still"));
  assertEquals(text(await b.recv()), "still");
  a.close();
  b.close();
});

leakTest("close ends pending receives, accepts, connects and sends at once", async () => {
  const { listener, client, server } = await tcpTrio();
  const [a, b] = socketPair();
  const waits = [
    listener.accept(),
    client.recv(),
    client.recvFrom(),
    server.recvMsg(),
    a.sendAll(new Uint8Array(4_000_000)),
  ];
  await new Promise((resolve) => setTimeout(resolve, 5));
  for (const s of [listener, client, server, a]) s.close();
  for (const wait of waits) {
    assertEquals((await assertRejects(() => wait) as SocketError).code, "EBADF");
  }
  for (const s of [listener, client, server, a]) {
    s.close();
    assertEquals(s.fd, -1);
    assertEquals((await assertRejects(() => s.recv()) as SocketError).code, "EBADF");
    assertEquals((assertThrows(() => s.localAddr) as SocketError).code, "EBADF");
  }
  b.close();
});

leakTest("several receives wait on one socket, and none is forgotten", async () => {
  const [a, b] = socketPair(AF_UNIX, SOCK_DGRAM);
  const receives = [1, 2, 3].map(() => b.recv());
  const late = b.recv(1, { timeoutMs: 1 }).catch((error) => error.name);
  assertEquals(await late, "TimeoutError");
  for (const size of [1, 2, 3]) await a.send(new Uint8Array(size));
  const sizes = (await Promise.all(receives)).map(({ length }) => length);
  assertEquals(sizes.sort(), [1, 2, 3]);
  a.close();
  b.close();
});

leakTest("a duplicate is another descriptor of the same socket", async () => {
  const [a, b] = socketPair();
  const twin = a.dup();
  assert(twin.fd !== a.fd);
  const receiving = twin.recv();
  a.close();
  await b.sendAll(bytes("twice"));
  assertEquals(text(await receiving), "twice");
  assertEquals([twin.family, twin.type], ["unix", "stream"]);
  twin.close();
  assertEquals((await b.recv()).length, 0);
  b.close();
});

leakTest("a detached descriptor is the caller's, and can be taken over again", async () => {
  const [a, b] = socketPair();
  const waiting = a.recv().catch(({ code }) => code);
  const fd = a.detach();
  assertEquals([await waiting, a.fd], ["EBADF", -1]);
  a.close();
  const again = Socket.fromFd(fd);
  assertEquals([again.fd, again.family, again.type], [fd, "unix", "stream"]);
  await again.sendAll(bytes("on"));
  assertEquals(text(await b.recv()), "on");
  again.close();
  b.close();
  assertThrows(() => again.detach(), Deno.errors.BadResource);
});

leakTest("fromFd tells families and types, and refuses what is no socket", async () => {
  for (
    const [family, type, name, kind] of [
      [AF_INET, SOCK_DGRAM, "inet", "dgram"],
      [AF_INET6, SOCK_STREAM, "inet6", "stream"],
      [AF_UNIX, SOCK_SEQPACKET, "unix", "seqpacket"],
    ] as const
  ) {
    const taken = Socket.fromFd(socket(family, type, 0).detach());
    assertEquals([taken.family, taken.type], [name, kind]);
    assertEquals(taken.getOption(SO_TYPE), type);
    taken.close();
  }
  const [reader, writer] = pipe();
  assertEquals((assertThrows(() => Socket.fromFd(reader)) as SocketError).code, "ENOTSOCK");
  libc().close(reader);
  libc().close(writer);
  assertEquals((assertThrows(() => Socket.fromFd(reader)) as SocketError).code, "EBADF");
  await Promise.resolve();
});

function pipe(): [number, number] {
  // An eventfd and an epoll set are descriptors, and no sockets.
  return [libc().eventfd(0, 0), libc().epoll_create1(0)];
}

leakTest("descriptors are close-on-exec and non-blocking", async () => {
  const { listener, client, server } = await tcpTrio();
  const [a, b] = socketPair();
  const twin = a.dup();
  for (const s of [listener, client, server, a, b, twin]) {
    assertEquals(libc().fcntl(s.fd, 1, 0) & 1, 1);
    assertEquals(libc().fcntl(s.fd, 3, 0) & 0x800, 0x800);
    s.close();
  }
});

leakTest("options are set and read", async () => {
  using s = socket();
  s.setOption(SO_REUSEADDR, true);
  assertEquals(s.getOption(SO_REUSEADDR), true);
  s.setOption(SO_SNDBUF, 65536);
  assertEquals(s.getOption(SO_SNDBUF), 131072);
  assertThrows(() => s.setOption(SO_TYPE, 1), TypeError, "SO_TYPE can only be read");
  await Promise.resolve();
});

leakTest("a datagram socket connects, refuses others and hears of a closed port", async () => {
  const [a, b, c] = [0, 1, 2].map(() => {
    const s = socket(AF_INET, SOCK_DGRAM, 0);
    s.bind(loopback);
    return s;
  });
  await a.connect(b.localAddr);
  await c.sendTo(bytes("stranger"), a.localAddr);
  await b.sendTo(bytes("peer"), a.localAddr);
  assertEquals(text(await a.recv()), "peer");
  b.close();
  await a.send(bytes("anybody?"));
  const error = await assertRejects(() => a.recv(9, { timeoutMs: 2000 }));
  assert(error instanceof Deno.errors.ConnectionRefused);
  a.close();
  c.close();
});

leakTest(
  "unix addresses: paths, abstract names with NULs, autobind, unnamed, and no UTF-8",
  async () => {
    const dir = await Deno.makeTempDir();
    const raw = new Uint8Array([...bytes(`${dir}/`), 0xff, 0xfe, 0x80]);
    const names = [
      { path: `${dir}/plain` },
      { path: `\0a\0b-${Deno.pid}` },
      { pathBytes: raw },
      { path: "" },
    ];
    for (const name of names) {
      const server = socket(AF_UNIX, SOCK_DGRAM, 0);
      server.bind({ family: "unix", ...name } as unknown as UnixAddress);
      const local = server.localAddr as UnixAddress;
      if (name.path === "") assert(/^\0[0-9a-f]{5}$/.test(local.path), local.path);
      else assertEquals(local.pathBytes, name.pathBytes ?? bytes(name.path!));
      const client = socket(AF_UNIX, SOCK_DGRAM, 0);
      await client.sendTo(bytes("hello"), local);
      const [data, from] = await server.recvFrom();
      assertEquals([text(data), (from as UnixAddress).path], ["hello", ""]);
      client.close();
      server.close();
    }
    await Deno.remove(`${dir}/plain`);
    assertEquals(libc().close(-1), -1);
    // Deno has no words for the third name; the shell has.
    await new Deno.Command("sh", { args: ["-c", `rm -r "${dir}"`] }).output();
  },
);

leakTest("a family without a codec passes through as bytes", async () => {
  using s = socket(AF_INET, SOCK_DGRAM, 0);
  s.bind({
    family: "other",
    familyNumber: AF_INET,
    data: new Uint8Array([0, 0, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]),
  });
  assertEquals((s.localAddr as InetAddress).hostname, "127.0.0.1");
  await Promise.resolve();
});

leakTest(
  "a connection that its client has given up is accepted all the same, or passed over",
  async () => {
    using listener = socket();
    listener.bind(loopback);
    listener.listen();
    const { port } = listener.localAddr as InetAddress;
    await using peer = new PythonPeer(
      `
for _ in range(20):
    c = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    c.close()
say("gone")
`,
      [String(port)],
    );
    await peer.line();
    for (let i = 0; i < 20; i++) {
      const [connection] = await listener.accept({ timeoutMs: 2000 });
      const error = await assertRejects(() => connection.recv()) as SocketError;
      assertEquals(error.code, "ECONNRESET");
      connection.close();
    }
  },
  ["python3"],
);

leakTest("a deadline can be moved by a new wait while an old one pends", async () => {
  const [a, b] = socketPair();
  const long = b.recv(9, { timeoutMs: 60000 });
  const short = b.recv(9, { timeoutMs: 5 });
  assertEquals((await assertRejects(() => short, DOMException)).name, "TimeoutError");
  await a.sendAll(bytes("x"));
  assertEquals(text(await long), "x");
  a.close();
  b.close();
});
