/** What once got through: each of these hung, crashed, froze or lost something. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { libc } from "../../ffi/abi/library.ts";
import {
  AF_INET,
  AF_UNIX,
  MSG_PEEK,
  SOCK_DGRAM,
  SOCK_STREAM,
  Socket,
  socket,
  socketPair,
} from "../../ffi/mod.ts";
import { SO_LINGER, SO_RCVBUF, SO_SNDBUF } from "../../ffi/options/mod.ts";
import * as udp from "../../udp/mod.ts";
import { bytes, claim, LOOPBACK, text } from "./_tools.ts";

/** fcntl(2): F_GETFL, F_SETFL, O_NONBLOCK. */
function setBlocking(fd: number): void {
  libc().fcntl(fd, 4, libc().fcntl(fd, 3, 0) & ~0x800);
}

/** Calls `use` between two ticks of a timer, and says whether the isolate stood still: the timer then is late. */
async function within(ms: number, use: () => unknown): Promise<void> {
  const started = performance.now();
  await use();
  const took = performance.now() - started;
  assert(took < ms, `the isolate stood still for ${took} ms`);
}

claim("no call blocks the isolate though another holder clears O_NONBLOCK", async () => {
  const [a, b] = socketPair();
  setBlocking(a.fd);
  assertEquals(a.tryRecv(10), null);
  assertEquals(a.tryRecvMsg(10), null);
  await assertRejects(() => a.recv(10, { timeoutMs: 1 }), DOMException);
  await assertRejects(() => a.recvFrom(10, { timeoutMs: 1 }), DOMException);
  await assertRejects(() => a.recvInto(new Uint8Array(9), { timeoutMs: 1 }), DOMException);
  while (a.trySend(new Uint8Array(65536)) !== null);
  await assertRejects(() => a.send(bytes("x"), { timeoutMs: 1 }), DOMException);
  await assertRejects(() => a.sendMsg([bytes("x")], { timeoutMs: 1 }), DOMException);
  a.close();
  b.close();

  const listener = socket();
  listener.bind(LOOPBACK);
  listener.listen(0);
  setBlocking(listener.fd);
  assertEquals(listener.tryAccept(), null);
  await assertRejects(() => listener.accept({ timeoutMs: 1 }), DOMException);
  // Nobody accepts, and so in the end nobody answers: a blocking connect would wait for minutes.
  const clients: Socket[] = [];
  for (let i = 0; i < 4; i++) {
    const client = socket();
    setBlocking(client.fd);
    clients.push(client);
    await client.connect(listener.localAddr, { timeoutMs: 20 }).catch(() => {});
  }
  for (const each of [...clients, listener]) each.close();
});

claim("close() under SO_LINGER lets the event loop run", async () => {
  const listener = socket();
  listener.setOption(SO_RCVBUF, 4096);
  listener.bind(LOOPBACK);
  listener.listen();
  listener.setOption(SO_LINGER, 30);
  for (const accepted of [false, true]) {
    const client = socket();
    client.setOption(SO_RCVBUF, 4096);
    client.setOption(SO_SNDBUF, 4096);
    await client.connect(listener.localAddr);
    const [server] = await listener.accept();
    if (!accepted) client.setOption(SO_LINGER, 30);
    // What is in the buffers cannot go, as nobody reads it.
    const [closing, other] = accepted ? [server, client] : [client, server];
    while (closing.trySend(new Uint8Array(65536)) !== null);
    await within(10_000, () => closing.close());
    assertEquals(closing.fd, -1);
    other.close();
  }
  listener.close();
});

claim("a descriptor has one owner", () => {
  const [a, b] = socketPair();
  assertThrows(() => Socket.fromFd(a.fd), TypeError, "belongs to another socket");
  const fd = a.detach();
  const again = Socket.fromFd(fd);
  assertThrows(() => Socket.fromFd(fd), TypeError, "belongs to another socket");
  again.close();
  b.close();
});

function* refilled(room: Uint8Array): Generator<{ data: Uint8Array }> {
  for (let i = 1; i <= 4; i++) yield { data: room.fill(i) };
}

function* transferred(size: number): Generator<{ data: Uint8Array }> {
  for (let i = 1; i <= 4; i++) {
    const data = new Uint8Array(size).fill(i);
    yield { data };
    structuredClone(data.buffer, { transfer: [data.buffer] });
  }
}

claim("a generator's payloads are taken when they are yielded, of any size", async () => {
  for (const size of [100, 2048, 2049, 20_000]) {
    const [a, b] = socketPair(AF_UNIX, SOCK_DGRAM);
    const room = new Uint8Array(size);
    assertEquals(await a.sendMany(refilled(room)), 4);
    for (let i = 1; i <= 4; i++) {
      assertEquals((await b.recv(size)).every((byte) => byte === i), true);
    }
    // Gone from the caller before the batch goes.
    assertEquals(await a.sendMany(transferred(size)), 4);
    for (let i = 1; i <= 4; i++) {
      const got = await b.recv(size);
      assertEquals([got.length, got.every((byte) => byte === i)], [size, true]);
    }
    a.close();
    b.close();
  }
});

claim("an array's payload that is gone when it is to go is refused", async () => {
  const [a, b] = socketPair(AF_UNIX, SOCK_DGRAM);
  const data = new Uint8Array(4096).fill(1);
  const messages = [{ data }, {
    get data(): Uint8Array {
      structuredClone(data.buffer, { transfer: [data.buffer] });
      return bytes("second");
    },
  }];
  await assertRejects(() => a.sendMany(messages), TypeError, "transferred");
  assertEquals(b.tryRecv(), null);
  a.close();
  b.close();
});

claim("MSG_PEEK sees what an iteration that ended early has left", async () => {
  using a = await udp.bind({ ...LOOPBACK, engine: "libc" });
  using b = await udp.bind({ ...LOOPBACK, engine: "libc" });
  for (const word of ["one", "two", "three"]) await a.sendTo(bytes(word), b.localAddr);
  for await (const message of b) {
    assertEquals(text(message.data), "one");
    break;
  }
  assertEquals(text((await b.recvFrom({ flags: MSG_PEEK })).data), "two");
  const cut = await b.recvFrom({ flags: MSG_PEEK, size: 2 });
  assertEquals([text(cut.data), cut.truncated], ["tw", true]);
  const peeked = await b.recvMany(9, { flags: MSG_PEEK });
  assertEquals(peeked.map(({ data }) => text(data)), ["two", "three"]);
  const taken = await b.recvMany(9);
  assertEquals(taken.map(({ data }) => text(data)), ["two", "three"]);
});

claim("an enumerable property of Object.prototype breaks no call", async () => {
  Object.defineProperty(Object.prototype, "everywhere", {
    value: 1,
    enumerable: true,
    configurable: true,
  });
  try {
    const listener = socket(AF_INET, SOCK_STREAM);
    listener.bind({ hostname: "127.0.0.1", port: 0 });
    listener.listen();
    const client = socket();
    const options = { timeoutMs: 60_000 };
    await client.connect(listener.localAddr, options);
    const [server] = await listener.accept(options);
    await client.sendMsg([bytes("a")], { flags: 0 });
    await client.send(bytes("b"), { flags: 0, timeoutMs: 60_000 });
    server.setOption(SO_LINGER, null);
    assertEquals(text((await server.recvMsg(1, { controlBytes: 0 })).data), "a");
    assertEquals(text(await server.recv(1, { flags: 0 })), "b");
    for (const each of [client, server, listener]) each.close();
    using a = await udp.bind({ ...LOOPBACK, engine: "libc" });
    await a.sendTo(bytes("c"), { hostname: "127.0.0.1", port: a.localAddr.port }, {});
    assertEquals(text((await a.recvFrom({ size: 10 })).data), "c");
  } finally {
    delete (Object.prototype as unknown as Record<string, unknown>).everywhere;
  }
});
