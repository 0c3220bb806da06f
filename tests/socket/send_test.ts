/** Sending on a bare socket, ends of directions, and what waits cost. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { InetAddress } from "../../core/address.ts";
import { socketOption } from "../../core/option.ts";
import {
  AF_INET,
  AF_UNIX,
  MSG_DONTWAIT,
  MSG_PEEK,
  MSG_WAITALL,
  SOCK_DGRAM,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  socket,
  socketPair,
} from "../../ffi/mod.ts";
import { SO_RCVBUF, SO_SNDBUF } from "../../ffi/options/mod.ts";
import { Python } from "./_python.ts";
import {
  bytes,
  claim,
  cpuTicks,
  freshAbstract,
  listening,
  loops,
  pending,
  portOf,
  rejectsWith,
  tcpTrio,
  text,
  throwsWith,
  timesOut,
} from "./_tools.ts";

const PYTHON = { tools: ["python3"] };

claim("a time limit and a would-block are different things", async () => {
  const [a, b] = socketPair();
  using _a = a;
  using _b = b;
  assertEquals(b.tryRecv(), null);
  await timesOut(b.recv(1, { timeoutMs: 0 }));
  await timesOut(b.recv(1, { timeoutMs: 3 }));
  await a.send(bytes("now"));
  assertEquals(text(await b.recv(3, { timeoutMs: 0 })), "now");
  while (a.trySend(new Uint8Array(65536)) !== null);
  await timesOut(a.send(bytes("x"), { timeoutMs: 0 }));
  await timesOut(a.sendAll(bytes("x"), { timeoutMs: 3 }));
});

claim("a hundred megabytes pass a small send buffer whole", async () => {
  await using python = new Python();
  using listener = listening();
  await python.exec(`
import hashlib
s = socket.create_connection(("127.0.0.1", ${portOf(listener)}))
def drain():
    global digest, total
    h, total = hashlib.sha256(), 0
    while chunk := s.recv(1 << 20):
        h.update(chunk); total += len(chunk)
    digest = h.hexdigest()
t = threading.Thread(target=drain); t.start()`);
  const [server] = await listener.accept();
  using _server = server;
  server.setOption(SO_SNDBUF, 65536);
  const data = new Uint8Array(100_000_000);
  for (let i = 0; i < data.length; i += 4099) data[i] = i >> 4;
  await server.sendAll(data);
  server.shutdown("write");
  const expected = new Uint8Array(await crypto.subtle.digest("SHA-256", data)).toHex();
  assertEquals(await python.eval("t.join() or [total, digest]"), [data.length, expected]);
}, PYTHON);

claim("a datagram that no buffer can hold is refused with EMSGSIZE", async () => {
  using sender = socket(AF_INET, SOCK_DGRAM);
  await rejectsWith(
    sender.sendTo(new Uint8Array(65508), { hostname: "127.0.0.1", port: 9 }),
    "EMSGSIZE",
  );
  const [a, b] = socketPair(AF_UNIX, SOCK_SEQPACKET);
  using _a = a;
  using _b = b;
  a.setOption(SO_SNDBUF, 4608);
  await rejectsWith(a.send(new Uint8Array(100_000)), "EMSGSIZE");
});

claim("a signal that Deno handles does not end a wait", async () => {
  await using python = new Python();
  let seen = 0;
  const listener = () => seen++;
  Deno.addSignalListener("SIGUSR1", listener);
  try {
    using accepting = listening();
    const [a, b] = socketPair();
    using _a = a;
    using _b = b;
    const accept = accepting.accept();
    const receives = [b.recv(5, { flags: MSG_PEEK }), b.recv(1, { flags: MSG_PEEK })];
    for (let i = 1; i <= 20; i++) {
      Deno.kill(Deno.pid, "SIGUSR1");
      while (seen < i) await loops(1);
    }
    assert(await pending(Promise.race([accept, ...receives])));
    await a.send(bytes("still"));
    assertEquals((await Promise.all(receives)).map(text), ["still", "s"]);
    await python.exec(`s = socket.create_connection(("127.0.0.1", ${portOf(accepting)}))`);
    const [connection] = await accept;
    connection[Symbol.dispose]();
  } finally {
    Deno.removeSignalListener("SIGUSR1", listener);
  }
}, PYTHON);

claim("shutdown of reading ends receives here; the peer may go on sending", async () => {
  using trio = await tcpTrio();
  const receiving = trio.server.recv();
  assert(await pending(receiving));
  trio.server.shutdown("read");
  assertEquals((await receiving).length, 0);
  assertEquals((await trio.server.recv()).length, 0);
  assertEquals(await trio.client.send(bytes("x")), 1);
  await trio.server.send(bytes("answer"));
  assertEquals(text(await trio.client.recv()), "answer");
});

claim("shutdown of writing ends receives at the peer; sends fail with EPIPE here", async () => {
  using trio = await tcpTrio();
  const receiving = trio.client.recv();
  trio.server.shutdown("write");
  assertEquals((await receiving).length, 0);
  await rejectsWith(trio.server.send(bytes("x")), "EPIPE");
  await rejectsWith(trio.server.sendAll(bytes("x")), "EPIPE");
  await trio.client.send(bytes("on"));
  assertEquals(text(await trio.server.recv()), "on");
});

claim("shutdown of both ends both, and is refused without a connection", async () => {
  await using python = new Python();
  using listener = listening();
  await python.exec(`s = socket.create_connection(("127.0.0.1", ${portOf(listener)}))`);
  const [server] = await listener.accept();
  using _server = server;
  server.shutdown("both");
  assertEquals(await python.eval("s.recv(10)"), "");
  assertEquals((await server.recv()).length, 0);
  await rejectsWith(server.send(bytes("x")), "EPIPE");
  using fresh = socket(AF_INET, SOCK_STREAM);
  throwsWith(() => fresh.shutdown("both"), "ENOTCONN");
}, PYTHON);

claim("memory that goes away while waiting ends the wait with a TypeError", async () => {
  const leave = (data: Uint8Array<ArrayBuffer>) =>
    void structuredClone(data.buffer, { transfer: [data.buffer] });
  for (const type of [SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET]) {
    const [a, b] = socketPair(AF_UNIX, type);
    using _a = a;
    using _b = b;
    const room = new Uint8Array(8);
    const receives = [
      b.recvInto(room),
      ...(type === SOCK_STREAM ? [b.recvInto(room, { flags: MSG_WAITALL })] : []),
      b.recvMsgInto([room]),
    ];
    await loops(3);
    leave(room);
    await a.send(bytes("kept"));
    for (const receiving of receives) {
      await assertRejects(() => receiving, TypeError, "detached");
    }
    assertEquals(text(await b.recv()), "kept");
  }
  const [a, b] = socketPair();
  using _a = a;
  using _b = b;
  while (a.trySend(new Uint8Array(65536)) !== null);
  const data = [0, 1, 2].map(() => new Uint8Array(100_000));
  const sends = [a.send(data[0]), a.sendAll(data[1]), a.sendMsg([data[2]])];
  await loops(3);
  data.forEach(leave);
  const drained = (async () => {
    for (let got; (got = b.tryRecv(1_000_000)) !== null || got === null;) {
      if (got === null) break;
      await loops(1);
    }
  })();
  for (const sending of sends) await assertRejects(() => sending, TypeError);
  await drained;
  const [c, d] = socketPair();
  using _c = c;
  using _d = d;
  const long = new Uint8Array(4_000_000);
  const sending = c.sendAll(long);
  await loops(3);
  leave(long);
  const rest = (async () => {
    while (d.tryRecv(1_000_000) !== null) await loops(1);
  })();
  await assertRejects(() => sending, TypeError, "detached");
  await rest;
});

claim("a send to a full Unix datagram queue waits, and costs no processor", async () => {
  using receiver = socket(AF_UNIX, SOCK_DGRAM);
  const path = freshAbstract();
  receiver.bind({ path });
  using sender = socket(AF_UNIX, SOCK_DGRAM);
  let queued = 0;
  for (;; queued++) {
    const fits = await sender.sendTo(bytes("x"), { path }, { flags: MSG_DONTWAIT }).catch((e) => e);
    if (typeof fits !== "number") break;
  }
  assert(queued > 0);
  const waiting = sender.sendTo(bytes("last"), { path });
  const before = cpuTicks();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const spent = cpuTicks() - before;
  for (let i = 0; i < queued; i++) await receiver.recv();
  assertEquals(await waiting, 4);
  assertEquals(text(await receiver.recv()), "last");
  assert(spent < 20, `${spent} ticks in half a second of waiting`);
});

claim("an option of a socket is that of the kernel", async () => {
  await using python = new Python();
  const [a, b] = socketPair();
  using _b = b;
  a.setOption(SO_RCVBUF, 30_000);
  const row = socketOption<number>(1, 8, {
    size: 4,
    encode: (n) => new Uint8Array(new Int32Array([n]).buffer),
    decode: (data) => new DataView(data.buffer, data.byteOffset).getInt32(0, true),
  });
  const own = a.getOption(row);
  assertEquals(own, a.getOption(SO_RCVBUF));
  // The kernel doubles what is asked for (man 7 socket), for CPython too.
  await python.exec("p = socket.socketpair()[0]; p.setsockopt(1, 8, 30000)");
  assertEquals(own, await python.eval("p.getsockopt(1, 8)"));
  a.close();
  throwsWith(() => a.getOption(row), "EBADF");
}, PYTHON);

claim("calls that never have to wait let timers run all the same", async () => {
  const [a, b] = socketPair();
  using _a = a;
  using _b = b;
  await a.send(bytes("x"));
  const flags = MSG_PEEK;
  const empty = new Uint8Array(0);
  const calls: Record<string, () => Promise<unknown>> = {
    recv: () => b.recv(1, { flags }),
    recvDontWait: () => b.recv(1, { flags: flags | MSG_DONTWAIT }),
    recvInto: () => b.recvInto(new Uint8Array(1), { flags }),
    recvFrom: () => b.recvFrom(1, { flags }),
    recvMsg: () => b.recvMsg(1, { flags }),
    recvMany: () => b.recvMany(1, { flags }),
    send: () => a.send(empty),
    sendMsg: () => a.sendMsg([empty]),
  };
  for (const [name, call] of Object.entries(calls)) {
    let rang = false;
    setTimeout(() => rang = true, 1);
    // Without a turn for the timer this would go on for ever.
    let count = 0;
    while (!rang && count < 1_000_000) {
      await call();
      count++;
    }
    assert(rang, name);
  }
});

claim("many readers and writers share one connection and lose nothing", async () => {
  using trio = await tcpTrio();
  const total = 64 * 4096;
  let got = 0;
  const readers = Array.from({ length: 16 }, async () => {
    for (;;) {
      const { length } = await trio.server.recv(1000);
      if (length === 0) return;
      got += length;
    }
  });
  await Promise.all(Array.from({ length: 64 }, () => trio.client.sendAll(new Uint8Array(4096))));
  trio.client.shutdown("write");
  await Promise.all(readers);
  assertEquals(got, total);
});

claim("a broken pipe is an error and no signal", async () => {
  const [a, b] = socketPair();
  b.close();
  await rejectsWith(a.send(bytes("x")), "EPIPE");
  await rejectsWith(a.sendAll(bytes("x")), "EPIPE");
  await rejectsWith(a.sendMsg([bytes("x")]), "EPIPE");
  a.close();
  using listener = listening();
  using client = socket(AF_INET, SOCK_STREAM);
  await client.connect(listener.localAddr);
  const [server] = await listener.accept();
  server.close();
  const address = client.remoteAddr as InetAddress;
  assertEquals(address.port, portOf(listener));
  let code = "";
  for (let i = 0; i < 100 && code === ""; i++) {
    await client.send(bytes("x")).catch((error) => code = error.code);
  }
  assert(["EPIPE", "ECONNRESET"].includes(code), code);
});
