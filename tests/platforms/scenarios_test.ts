/**
 * The libc engine's ways through the ABI, one test each, small enough for an emulated processor:
 * `tools/aarch64.ts` runs this file there too. qemu-user has no SO_PASSCRED, no TCP_INFO and no timestamps on
 * the error queue; whatever sets those is tested elsewhere.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  addrinfo,
  AF_INET,
  AF_UNIX,
  isSocketError,
  SO_LINGER,
  SO_RCVBUF,
  SO_RCVTIMEO,
  SO_REUSEADDR,
  SO_TYPE,
  SOCK_DGRAM,
  SOCK_STREAM,
  Socket,
  socket,
  socketPair,
  tcp,
  TCP_NODELAY,
  udp,
  unix,
} from "../../mod.ts";
import { libc } from "../../ffi/abi/library.ts";
import { assertFds, limitMs, openFds, testWith } from "../_tools.ts";

// Opened here, or the first test to need the library would be told that it leaks it.
libc();

const LOOPBACK = { hostname: "127.0.0.1", port: 0, engine: "libc" } as const;

/** Bytes that tell when some are lost, doubled or out of order. */
function pattern(size: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: size }, (_, i) => i * 31 + (i >> 8));
}

testWith({}, "a megabyte goes through a TCP stream and its half-close", async () => {
  using listener = await tcp.listen(LOOPBACK);
  using client = await tcp.connect({ ...listener.localAddr, engine: "libc" });
  using server = await listener.accept();
  const sent = pattern(1 << 20);
  const sending = client.sendAll(sent).then(() => client.closeWrite());
  const got = await server.recvExact(sent.length);
  await sending;
  assertEquals(got, sent);
  assertEquals((await server.recv()).length, 0);
  await server.sendAll(pattern(10));
  assertEquals(await client.recvExact(10), pattern(10));
});

testWith({}, "IPv6 and Unix streams carry bytes and tell their addresses", async () => {
  using six = await tcp.listen({ ...LOOPBACK, hostname: "::1" });
  using client = await tcp.connect({ ...six.localAddr, engine: "libc" });
  using server = await six.accept();
  assertEquals(server.remoteAddr, client.localAddr);
  const path = `\0scenario-${crypto.randomUUID()}`;
  using listener = await unix.listen({ path, engine: "libc" });
  using near = await unix.connect({ path, engine: "libc" });
  using far = await listener.accept();
  assertEquals(near.remoteAddr?.path, path);
  await far.sendAll(pattern(100_000));
  assertEquals(await near.recvExact(100_000), pattern(100_000));
});

testWith({}, "datagrams go one by one and by batches, with their senders", async () => {
  using server = await udp.bind(LOOPBACK);
  using client = await udp.bind(LOOPBACK);
  const to = server.localAddr;
  await client.sendTo(pattern(9), to);
  const one = await server.recvFrom();
  assertEquals([one.data, one.from], [pattern(9), client.localAddr]);
  const messages = Array.from({ length: 100 }, (_, i) => ({ data: pattern(i), to }));
  assertEquals(await client.sendMany(messages), 100);
  const sizes: number[] = [];
  while (sizes.length < 100) {
    for (const { data, from } of await server.recvMany(64)) {
      assertEquals([data, from], [pattern(data.length), client.localAddr]);
      sizes.push(data.length);
    }
  }
  assertEquals(sizes, messages.map((_, i) => i));
});

testWith({}, "control messages are laid out as the kernel has them", async () => {
  using server = socket(AF_INET, SOCK_DGRAM);
  server.bind({ hostname: "127.0.0.1", port: 0 });
  server.setOption(SO_RCVBUF, 1 << 16);
  using client = socket(AF_INET, SOCK_DGRAM);
  await client.connect(server.localAddr);
  await client.sendMsg([pattern(3), pattern(4)], { control: [{ type: "ttl", ttl: 7 }] });
  const { data, from } = await server.recvMsg();
  assertEquals(data, new Uint8Array([...pattern(3), ...pattern(4)]));
  assertEquals(from, client.localAddr);
});

testWith({}, "descriptors are passed, owned and closed", async () => {
  const before = openFds();
  const [left, right] = socketPair(AF_UNIX, SOCK_STREAM);
  const [a, b] = socketPair(AF_UNIX, SOCK_STREAM);
  await left.sendMsg([pattern(1)], { control: [{ type: "rights", fds: [a.fd] }] });
  const { control } = await right.recvMsg();
  const [passed] = control!.get("rights")!.fds;
  using copy = Socket.fromFd(passed.take());
  await copy.sendAll(pattern(5));
  assertEquals(await b.recv(10), pattern(5));
  copy.close();
  for (const socket of [left, right, a, b]) socket.close();
  await assertFds(before);
});

testWith({}, "options of every codec are set and read", async () => {
  using listener = await tcp.listen(LOOPBACK);
  using client = socket(AF_INET, SOCK_STREAM);
  client.setOption(SO_REUSEADDR, true);
  client.setOption(SO_LINGER, 3);
  assertEquals(client.getOption(SO_LINGER), 3);
  client.setOption(SO_LINGER, null); // or a thread would close it, after the test has ended
  await client.connect(listener.localAddr);
  client.setOption(TCP_NODELAY, true);
  assertEquals(client.getOption(SO_TYPE), SOCK_STREAM);
  assertEquals(client.getOption(TCP_NODELAY), true);
  assert(client.getOption(SO_RCVTIMEO) !== undefined);
});

testWith({}, "errors carry code and errno of this platform", async () => {
  const { port } = await freePort();
  const error = await assertRejects(() => tcp.connect({ ...LOOPBACK, port }));
  assert(isSocketError(error));
  assertEquals([error.code, error.errno, error.syscall], ["ECONNREFUSED", 111, "connect"]);
});

async function freePort(): Promise<{ port: number }> {
  using listener = await tcp.listen(LOOPBACK);
  return listener.localAddr;
}

testWith({}, "waits end by signal and by time, and lose nothing", async () => {
  using server = await udp.bind(LOOPBACK);
  using client = await udp.bind(LOOPBACK);
  await assertRejects(() => server.recv({ timeoutMs: 5 }), DOMException);
  const controller = new AbortController();
  const waiting = server.recv({ signal: controller.signal });
  const reason = new Error("enough");
  controller.abort(reason);
  assertEquals(await assertRejects(() => waiting), reason);
  await client.sendTo(pattern(8), server.localAddr);
  assertEquals(await server.recv({ timeoutMs: limitMs(5000) }), pattern(8));
});

testWith({}, "two hundred connections wait at once", async () => {
  using listener = await tcp.listen(LOOPBACK);
  const clients = await Promise.all(
    Array.from({ length: 200 }, () => tcp.connect({ ...listener.localAddr, engine: "libc" })),
  );
  const servers = await Promise.all(clients.map(() => listener.accept()));
  const echoes = servers.map(async (server) => server.sendAll(await server.recvExact(64)));
  await Promise.all(clients.map(async (client) => {
    await client.sendAll(pattern(64));
    assertEquals(await client.recvExact(64), pattern(64));
  }));
  await Promise.all(echoes);
  for (const endpoint of [...clients, ...servers]) endpoint.close();
});

testWith({}, "the resolver's structures are read as the C library lays them out", async () => {
  const [local] = await addrinfo.getAddrInfo("localhost", "http", { type: "stream" });
  assertEquals([local.type, local.protocol, local.address.port], ["stream", 6, 80]);
  const named = await addrinfo.getNameInfo(
    { hostname: "192.0.2.1", port: 443 },
    { numericHost: true },
  );
  assertEquals(named, { host: "192.0.2.1", service: "https" });
  assertEquals(addrinfo.interfaceIndex("lo"), 1);
});

testWith({}, "a Worker that is terminated closes what it has", async () => {
  const root = new URL("../../", import.meta.url);
  const source = `
    import { tcp } from "${root}mod.ts";
    const listener = await tcp.listen({ hostname: "127.0.0.1", port: 0, engine: "libc" });
    listener.accept().catch(() => {});
    postMessage(listener.localAddr.port);`;
  const url = `data:application/typescript,${encodeURIComponent(source)}`;
  const worker = new Worker(url, { type: "module" });
  const port: number = await new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
  });
  (await tcp.connect({ hostname: "127.0.0.1", port, engine: "libc" })).close();
  worker.terminate();
  for (;;) {
    try {
      (await tcp.connect({ hostname: "127.0.0.1", port, engine: "libc" })).close();
    } catch (error) {
      assert(isSocketError(error, "ECONNREFUSED"), String(error));
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});
