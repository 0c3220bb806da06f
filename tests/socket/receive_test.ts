/** Receiving on a bare socket, flag by flag, as CPython's test_socket.py has it. */
import { socketError } from "../../core/errors.ts";
import { assert, assertEquals } from "@std/assert";
import type { UnixAddress } from "../../core/address.ts";
import {
  AF_INET,
  AF_UNIX,
  MSG_DONTWAIT,
  MSG_EOR,
  MSG_OOB,
  MSG_PEEK,
  MSG_TRUNC,
  MSG_WAITALL,
  SOCK_DGRAM,
  SOCK_SEQPACKET,
  socket,
  socketPair,
} from "../../ffi/mod.ts";
import { SO_OOBINLINE, SO_SNDBUF } from "../../ffi/options/mod.ts";
import { Python } from "./_python.ts";
import {
  bytes,
  claim,
  freshAbstract,
  listening,
  LOOPBACK,
  loops,
  pending,
  portOf,
  rejectsWith,
  tcpTrio,
  text,
  timesOut,
} from "./_tools.ts";

const PYTHON = { tools: ["python3"] };

claim("recvInto() writes only inside the view it was given", async () => {
  const [a, b] = socketPair();
  using _a = a;
  using _b = b;
  const room = new Uint8Array(10).fill(0xaa);
  await a.send(bytes("abcdef"));
  assertEquals(await b.recvInto(room.subarray(3, 6)), 3);
  assertEquals([...room], [0xaa, 0xaa, 0xaa, 97, 98, 99, 0xaa, 0xaa, 0xaa, 0xaa]);
  assertEquals(await b.recvInto(new Uint8Array(room.buffer, 8, 2)), 2);
  assertEquals([...room.subarray(6)], [0xaa, 0xaa, 100, 101]);
  assertEquals(text(await b.recv()), "f");
});

claim("recv(0) on a stream gives nothing and takes nothing", async () => {
  const [a, b] = socketPair();
  using _a = a;
  using _b = b;
  await a.send(bytes("x"));
  assertEquals((await b.recv(0)).length, 0);
  assertEquals(await b.recvInto(new Uint8Array(0)), 0);
  assertEquals(text(await b.recv()), "x");
});

claim("recv(0) on a datagram socket takes one datagram and loses its bytes", async () => {
  const [a, b] = socketPair(AF_UNIX, SOCK_DGRAM);
  using _a = a;
  using _b = b;
  await a.send(bytes("lost"));
  await a.send(bytes("kept"));
  assertEquals((await b.recv(0)).length, 0);
  assertEquals(text(await b.recv()), "kept");
});

claim("what was received stays what it was when more is received", async () => {
  const [a, b] = socketPair(AF_UNIX, SOCK_DGRAM);
  using _a = a;
  using _b = b;
  await a.send(bytes("first"));
  await a.send(bytes("other"));
  const first = await b.recv();
  await b.recv();
  assertEquals(text(first), "first");
});

claim("MSG_PEEK shows bytes again and again, also with recvFrom and recvInto", async () => {
  const [a, b] = socketPair(AF_UNIX, SOCK_DGRAM);
  using _a = a;
  using _b = b;
  await a.send(bytes("look"));
  assertEquals(text(await b.recv(2, { flags: MSG_PEEK })), "lo");
  const room = new Uint8Array(9);
  assertEquals(await b.recvInto(room, { flags: MSG_PEEK }), 4);
  assertEquals(text((await b.recvFrom(9, { flags: MSG_PEEK }))[0]), "look");
  assertEquals(text(b.tryRecv(9, { flags: MSG_PEEK })!), "look");
  assertEquals(text(await b.recv()), "look");
  assertEquals(b.tryRecv(), null);
});

claim("a peek waits until there is something to see", async () => {
  const [a, b] = socketPair();
  using _a = a;
  using _b = b;
  const peeking = b.recv(4, { flags: MSG_PEEK });
  assert(await pending(peeking));
  await a.send(bytes("seen"));
  assertEquals(text(await peeking), "seen");
  assertEquals(text(await b.recv()), "seen");
});

claim("MSG_WAITALL waits until its room is full", async () => {
  using trio = await tcpTrio();
  const receiving = trio.server.recv(6, { flags: MSG_WAITALL });
  await trio.client.send(bytes("abc"));
  assert(await pending(receiving));
  await trio.client.send(bytes("defg"));
  assertEquals(text(await receiving), "abcdef");
  const room = new Uint8Array(4);
  const into = trio.server.recvInto(room.subarray(1, 3), { flags: MSG_WAITALL });
  assert(await pending(into));
  await trio.client.send(bytes("hi"));
  assertEquals([await into, text(room.subarray(1, 3))], [2, "gh"]);
});

claim("MSG_WAITALL gives what there was at the end of the stream", async () => {
  using trio = await tcpTrio();
  const receiving = trio.server.recv(6, { flags: MSG_WAITALL });
  await trio.client.send(bytes("abc"));
  await loops();
  trio.client.close();
  assertEquals(text(await receiving), "abc");
  assertEquals((await trio.server.recv(6, { flags: MSG_WAITALL })).length, 0);
});

claim("MSG_WAITALL that runs out of time loses no byte", async () => {
  using trio = await tcpTrio();
  await timesOut(trio.server.recv(6, { flags: MSG_WAITALL, timeoutMs: 5 }));
  await trio.client.send(bytes("abc"));
  assertEquals(text(await trio.server.recv(6, { flags: MSG_WAITALL, timeoutMs: 50 })), "abc");
  const controller = new AbortController();
  const receiving = trio.server.recv(6, { flags: MSG_WAITALL, signal: controller.signal });
  await trio.client.send(bytes("de"));
  while (trio.server.tryRecv(1, { flags: MSG_PEEK }) !== null) await loops(1);
  // A reason may be any error.
  controller.abort(socketError("ECONNRESET", { syscall: "recv" }));
  assertEquals(text(await receiving), "de");
});

claim("MSG_WAITALL takes more than the receive buffer holds", async () => {
  const [a, b] = socketPair();
  using _a = a;
  using _b = b;
  a.setOption(SO_SNDBUF, 4096);
  const data = new Uint8Array(1_000_000).map((_, i) => i);
  const [got] = await Promise.all([b.recv(data.length, { flags: MSG_WAITALL }), a.sendAll(data)]);
  assertEquals(got, data);
});

claim("MSG_TRUNC tells the whole length of a datagram that was cut", async () => {
  using receiver = socket(AF_INET, SOCK_DGRAM);
  receiver.bind(LOOPBACK);
  using sender = socket(AF_INET, SOCK_DGRAM);
  for (let i = 0; i < 3; i++) await sender.sendTo(bytes("0123456789"), receiver.localAddr);
  const room = new Uint8Array(4);
  assertEquals(await receiver.recvInto(room, { flags: MSG_TRUNC }), 10);
  assertEquals(text(room), "0123");
  assertEquals(text(await receiver.recv(4, { flags: MSG_TRUNC })), "0123");
  const message = await receiver.recvMsg(4);
  assertEquals([text(message.data), message.truncated], ["0123", true]);
});

claim("MSG_DONTWAIT fails with EAGAIN where there is nothing, in every call", async () => {
  const [a, b] = socketPair(AF_UNIX, SOCK_DGRAM);
  using _a = a;
  using _b = b;
  const flags = MSG_DONTWAIT;
  for (
    const call of [
      () => b.recv(1, { flags }),
      () => b.recvInto(new Uint8Array(1), { flags }),
      () => b.recvFrom(1, { flags }),
      () => b.recvMsg(1, { flags }),
      () => b.recvMsgInto([new Uint8Array(1)], { flags }),
    ]
  ) {
    const error = await rejectsWith(call(), "EAGAIN");
    assert(error instanceof Deno.errors.WouldBlock);
  }
  while (a.trySend(new Uint8Array(1)) !== null);
  await rejectsWith(a.send(bytes("x"), { flags }), "EAGAIN");
  await rejectsWith(a.sendMsg([bytes("x")], { flags }), "EAGAIN");
});

claim("MSG_DONTWAIT in sendAll fails once there is no room", async () => {
  const [a, b] = socketPair();
  using _a = a;
  using _b = b;
  await rejectsWith(a.sendAll(new Uint8Array(4_000_000), { flags: MSG_DONTWAIT }), "EAGAIN");
});

claim("an urgent byte waits apart, and in line with SO_OOBINLINE", async () => {
  await using python = new Python();
  using listener = listening();
  await python.exec(`s = socket.create_connection(("127.0.0.1", ${portOf(listener)}))`);
  const [server] = await listener.accept();
  using _server = server;
  await rejectsWith(server.recv(1, { flags: MSG_OOB }), "EINVAL");
  await python.exec(`s.send(b"ab"); s.send(b"!", socket.MSG_OOB); s.send(b"cd")`);
  // The kernel stops at the mark.
  assertEquals(text(await server.recv(2)), "ab");
  assertEquals(text(await server.recv(9, { flags: MSG_OOB })), "!");
  assertEquals(text(await server.recv(9)), "cd");
  server.setOption(SO_OOBINLINE, true);
  await python.exec(`s.send(b"ef"); s.send(b"?", socket.MSG_OOB)`);
  assertEquals(text(await server.recv(2)), "ef");
  assertEquals(text(await server.recv(9)), "?");
  await server.send(bytes("#"), { flags: MSG_OOB });
  assertEquals(
    await python.eval(`select.select([], [], [s], 30)[2] == [s] and s.recv(1, socket.MSG_OOB)`),
    "#",
  );
}, PYTHON);

claim("bytes around an urgent mark all arrive, however the receiver waits", async () => {
  for (let round = 0; round < 20; round++) {
    using trio = await tcpTrio();
    const all = (async () => {
      let got = "";
      for (let chunk; (chunk = await trio.server.recv(100)).length > 0;) got += text(chunk);
      return got;
    })();
    if (round % 2 === 0) await loops(round);
    await trio.client.send(bytes("ab"));
    if (round % 3 === 0) await loops(2);
    await trio.client.send(bytes("!"), { flags: MSG_OOB });
    if (round % 5 === 0) await loops(2);
    await trio.client.send(bytes("cd"));
    trio.client.close();
    assertEquals(await all, "abcd");
  }
});

claim("sequenced packets keep their boundaries; MSG_EOR may be asked for", async () => {
  await using python = new Python();
  const name = freshAbstract();
  await python.exec(`
l = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
l.bind(${JSON.stringify(name)}); l.listen()`);
  using client = socket(AF_UNIX, SOCK_SEQPACKET);
  await client.connect({ path: name });
  await python.exec("s = l.accept()[0]");
  await client.send(bytes("one"), { flags: MSG_EOR });
  await client.sendMsg([bytes("t"), bytes("wo")], { flags: MSG_EOR });
  assertEquals(await python.eval("s.recvmsg(100)[:1] + (s.recvmsg(2)[2] & socket.MSG_TRUNC,)"), [
    "one",
    MSG_TRUNC,
  ]);
  await python.exec(`s.send(b"three", socket.MSG_EOR); s.send(b"four")`);
  assertEquals(text(await client.recv(100)), "three");
  const cut = await client.recvMsg(2);
  assertEquals([text(cut.data), cut.truncated], ["fo", true]);
  await python.exec("s.close()");
  assertEquals((await client.recv(100)).length, 0);
}, PYTHON);

claim("recvFrom tells the sender in the shape of its family", async () => {
  await using python = new Python();
  using inet = socket(AF_INET, SOCK_DGRAM);
  inet.bind(LOOPBACK);
  const port = await python.eval(`[
    s := socket.socket(socket.AF_INET, socket.SOCK_DGRAM), s.bind(("127.0.0.1", 0)),
    s.sendto(b"", ("127.0.0.1", ${portOf(inet)})), s.getsockname()[1]][-1]`);
  assertEquals(await inet.recvFrom(), [
    new Uint8Array(0),
    { family: "inet", hostname: "127.0.0.1", port },
  ]);
  const name = freshAbstract();
  using unix = socket(AF_UNIX, SOCK_DGRAM);
  unix.bind({ path: name });
  await python.exec(`
u = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
u.sendto(b"unnamed", ${JSON.stringify(name)})
`);
  const unnamed = await unix.recvFrom();
  await python.exec(`
u.bind(${JSON.stringify(name + "-peer")})
u.sendto(b"named", ${JSON.stringify(name)})`);
  const named = await unix.recvFrom();
  assertEquals([text(unnamed[0]), (unnamed[1] as UnixAddress).path], ["unnamed", ""]);
  assertEquals([text(named[0]), (named[1] as UnixAddress).path], ["named", name + "-peer"]);
  // A stream tells nobody.
  const [a, b] = socketPair();
  using _a = a;
  using _b = b;
  await a.send(bytes("x"));
  const [, from] = await b.recvFrom();
  assert(from.family === "unix" ? from.path === "" : from.family === "other");
}, PYTHON);
