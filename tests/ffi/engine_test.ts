/** What only the libc engine gives the families. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { libc } from "../../ffi/abi/library.ts";
import {
  IPV6_V6ONLY,
  SO_RCVBUF,
  SO_REUSEPORT,
  TCP_FASTOPEN,
  TCP_FASTOPEN_CONNECT,
  TCP_NODELAY,
} from "../../ffi/options/mod.ts";
import * as tcp from "../../tcp/mod.ts";
import * as udp from "../../udp/mod.ts";
import * as unix from "../../unix/mod.ts";
import { assertFds, openFds, testWith } from "../_tools.ts";
import { PythonPeer } from "./_python.ts";

libc();
const bytes = (value: string) => new TextEncoder().encode(value);
const text = (data: Uint8Array) => new TextDecoder().decode(data);
const loopback = { hostname: "127.0.0.1", port: 0, engine: "libc" } as const;

function engineTest(name: string, fn: () => Promise<void>, tools: string[] = []): void {
  testWith({ tools }, name, async () => {
    const [a, b] = unix.pair();
    await a.recv(1, { timeoutMs: 0 }).catch(() => {});
    a.close();
    b.close();
    const before = openFds();
    await fn();
    await assertFds(before);
  }, { sanitizeOps: false });
}

engineTest("createServer takes both families with one socket, or IPv6 alone", async () => {
  using both = await tcp.createServer({ port: 0, dualStack: true, engine: "libc" });
  assertEquals(both.getOption(IPV6_V6ONLY), false);
  const { port } = both.localAddr;
  for (const hostname of ["127.0.0.1", "::1"]) {
    using client = await tcp.connect({ hostname, port, engine: "libc" });
    using server = await both.accept();
    assert(server.remoteAddr?.hostname.endsWith(hostname), server.remoteAddr?.hostname);
    assertEquals(client.remoteAddr?.hostname, hostname);
  }
  using six = await tcp.createServer({ hostname: "::", port: 0, dualStack: false });
  assertEquals([six.engine, six.getOption(IPV6_V6ONLY)], ["libc", true]);
  await assertRejects(
    () => tcp.connect({ ...loopback, port: six.localAddr.port }),
    Deno.errors.ConnectionRefused,
  );
});

engineTest("options are set before bind and connect, and on what is accepted", async () => {
  using first = await tcp.listen({
    ...loopback,
    options: [[SO_REUSEPORT, true], [SO_RCVBUF, 8192]],
  });
  using second = await tcp.listen({ ...loopback, port: first.localAddr.port, reusePort: true });
  assertEquals(second.localAddr.port, first.localAddr.port);
  second.close();
  using client = await tcp.connect({
    ...first.localAddr,
    options: [[TCP_NODELAY, true], [SO_RCVBUF, 9000]],
  });
  assertEquals([client.engine, client.getOption(TCP_NODELAY)], ["libc", true]);
  assertEquals(client.getOption(SO_RCVBUF), 18000);
  using server = await first.accept();
  assertEquals(server.getOption(SO_RCVBUF), 16384);
});

engineTest("a connection comes from the local address that was asked for", async () => {
  using listener = await tcp.listen(loopback);
  using client = await tcp.connect({
    ...listener.localAddr,
    localAddress: { hostname: "127.0.0.7" },
  });
  using server = await listener.accept();
  assertEquals([client.engine, server.remoteAddr?.hostname], ["libc", "127.0.0.7"]);
  await assertRejects(
    () => tcp.connect({ ...listener.localAddr, localAddress: { hostname: "::1" } }),
    TypeError,
    "localAddress is of another family",
  );
});

engineTest("MPTCP connects where the kernel has it, and protocol tells", async () => {
  using listener = await tcp.listen({ ...loopback, protocol: "mptcp" });
  using client = await tcp.connect({ ...listener.localAddr, protocol: "mptcp" });
  using server = await listener.accept();
  assert([6, 262].includes(client.protocol), `protocol ${client.protocol}`);
  const data = crypto.getRandomValues(new Uint8Array(60000));
  const sending = client.sendAll(data);
  assertEquals(await server.recvExact(data.length), data);
  await sending;
});

engineTest("TCP Fast Open: the first bytes go with the handshake", async () => {
  using listener = await tcp.listen({ ...loopback, options: [[TCP_FASTOPEN, 16]] });
  for (let i = 0; i < 2; i++) {
    using client = await tcp.connect({
      ...listener.localAddr,
      options: [[TCP_FASTOPEN_CONNECT, true]],
    });
    await client.sendAll(bytes("early"));
    using server = await listener.accept();
    assertEquals(text(await server.recvExact(5)), "early");
  }
});

engineTest("UDP-Lite carries datagrams", async () => {
  using server = await udp.bind({ ...loopback, protocol: "udplite" });
  using client = await udp.connect({ ...server.localAddr, protocol: "udplite" });
  await client.send(bytes("lite"));
  const { data, from } = await server.recvFrom();
  assertEquals([text(data), from, client.protocol], ["lite", client.localAddr, 136]);
});

engineTest(
  "a connected UDP socket hears that nobody listens; an unconnected one is not disturbed",
  async () => {
    const gone = await udp.bind(loopback);
    const { localAddr } = gone;
    gone.close();
    using connected = await udp.connect({ ...localAddr, engine: "libc" });
    await connected.send(bytes("?"));
    await assertRejects(() => connected.recv({ timeoutMs: 2000 }), Deno.errors.ConnectionRefused);
    using server = await udp.bind(loopback);
    await server.sendTo(bytes("?"), localAddr);
    using client = await udp.connect({ ...server.localAddr, engine: "libc" });
    await client.send(bytes("alive"));
    assertEquals(text(await server.recv()), "alive");
  },
);

engineTest("an IPv6 UDP socket reaches IPv4 and names", async () => {
  // Of both families, since localhost may be either.
  using server = await udp.bind({ hostname: "::", engine: "libc" });
  using client = await udp.bind({ hostname: "::", engine: "libc" });
  await client.sendTo(bytes("four"), { hostname: "127.0.0.1", port: server.localAddr.port });
  await client.sendTo(bytes("name"), { hostname: "localhost", port: server.localAddr.port });
  assertEquals([text(await server.recv()), text(await server.recv())], ["four", "name"]);
});

for (const path of [() => `\0seq-${crypto.randomUUID()}`, () => `${Deno.makeTempDirSync()}/seq`]) {
  engineTest(
    `seqpacket at ${
      path().charCodeAt(0) === 0 ? "an abstract name" : "a path"
    } keeps messages, and their end apart from an empty one`,
    async () => {
      const where = { path: path(), type: "seqpacket" } as const;
      using listener = await unix.listen(where);
      using client = await unix.connect(where);
      using server = await listener.accept();
      assertEquals([client.role, client.type, client.engine], ["message", "seqpacket", "libc"]);
      for (const size of [3, 0, 60000, 0]) await client.send(new Uint8Array(size));
      client.close();
      const sizes: number[] = [];
      for await (const { data, control } of server) {
        sizes.push(data.length);
        assertEquals(control, undefined);
      }
      assertEquals(sizes, [3, 0, 60000, 0]);
      await assertRejects(() => server.recv(), Deno.errors.UnexpectedEof);
    },
  );
}

engineTest("pairs of each type talk, and know each other's process", async () => {
  const [a, b] = unix.pair();
  await a.sendAll(bytes("stream"));
  assertEquals(text(await b.recvExact(6)), "stream");
  assertEquals(a.peerCredentials(), { pid: Deno.pid, uid: Deno.uid()!, gid: Deno.gid()! });
  for (const type of ["dgram", "seqpacket"] as const) {
    const [c, d] = unix.pair({ type });
    await c.send(bytes(type));
    await c.send(new Uint8Array());
    assertEquals([text(await d.recv()), (await d.recv()).length], [type, 0]);
    assertEquals(d.peerCredentials().pid, Deno.pid);
    c.close();
    d.close();
  }
  a.close();
  b.close();
  assertThrows(() => unix.pair({ type: "raw" as "dgram" }), TypeError, "type raw");
});

engineTest("descriptors travel over a stream, both ways, and with CPython", async () => {
  const path = `${await Deno.makeTempDir()}/fds`;
  using listener = await unix.listen({ path, engine: "libc" });
  await using peer = new PythonPeer(
    `
import array
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
data, fds, flags, _ = socket.recv_fds(s, 100, 9)
os.write(fds[0], b"from python")
os.close(fds[0])
r, w = os.pipe()
socket.send_fds(s, [b"pipe"], [r])
os.write(w, b"through the pipe")
os.close(w)
say(data.decode(), len(fds))
`,
    [path],
  );
  using server = await listener.accept();
  assertEquals(server.peerCredentials().pid, peer.pid);
  const [near, far] = unix.pair();
  const fd = (far as unknown as { core: { fd: number } }).core;
  assertEquals(await server.sendFds(bytes("take it"), [fd]), 7);
  far.close();
  assertEquals(await peer.line(), "take it 1");
  assertEquals(text(await near.recvExact(11)), "from python");
  const { data, fds, truncated } = await server.recvFds();
  assertEquals([text(data), fds.length, truncated], ["pipe", 1, false]);
  const taken = fds[0].take();
  const room = new Uint8Array(100);
  const count = libc().read(taken, room, 100);
  assertEquals(text(room.subarray(0, count)), "through the pipe");
  libc().close(taken);
  near.close();
  await assertRejects(() => server.sendFds(new Uint8Array(), []), RangeError, "data is empty");
}, ["python3"]);

engineTest(
  "descriptors and credentials are there on libc, and absent on the deno engine",
  async () => {
    const path = `\0no-fds-${crypto.randomUUID()}`;
    using _listener = await unix.listen({ path });
    using client = await unix.connect({ path });
    using libc = await unix.connect({ path, engine: "libc" });
    assertEquals(libc.peerCredentials().pid, Deno.pid);
    for (const name of ["peerCredentials", "sendFds", "recvFds"] as const) {
      assertEquals([client[name], typeof libc[name]], [undefined, "function"]);
    }
  },
);

engineTest("createConnection tells the errors of all addresses", async () => {
  using taken = await tcp.listen(loopback);
  const { port } = taken.localAddr;
  taken.close();
  const error = await assertRejects(() =>
    tcp.createConnection({ hostname: "localhost", port, engine: "libc" })
  );
  assert(error instanceof Deno.errors.ConnectionRefused);
  const errors = error.cause instanceof AggregateError ? error.cause.errors : [error];
  for (const each of errors) assert(each instanceof Deno.errors.ConnectionRefused);
});
