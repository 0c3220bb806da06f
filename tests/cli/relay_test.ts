import { assertEquals, assertMatch } from "@std/assert";
import { tcp, udp, unix } from "../../mod.ts";
import { testWith } from "../_tools.ts";
import { closedPort, runTool, Sock } from "./_sock.ts";

function text(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes);
}

const bytes = (value: string) => new TextEncoder().encode(value);

Deno.test("relay passes half-close on, either way", async () => {
  using target = await tcp.listen({ hostname: "127.0.0.1", port: 0 });
  await using sock = new Sock([
    "relay",
    "tcp:127.0.0.1:0",
    `tcp:127.0.0.1:${target.localAddr.port}`,
  ]);
  const port = await sock.port();
  for (const first of ["client", "server"]) {
    using client = await tcp.connect({ hostname: "127.0.0.1", port });
    using server = await target.accept();
    const [one, two] = first === "client" ? [client, server] : [server, client];
    await one.sendAll(bytes("question"));
    await one.shutdown("write");
    assertEquals(text(await two.recvExact(8)), "question");
    assertEquals((await two.recv()).length, 0);
    // The other direction still works, long after.
    await two.sendAll(bytes("answer"));
    assertEquals(text(await one.recvExact(6)), "answer");
    await two.shutdown("write");
    assertEquals((await one.recv()).length, 0);
  }
});

Deno.test("relay serves many clients at once, each with its own connection", async () => {
  await using echo = new Sock(["echo", "tcp:127.0.0.1:0"]);
  await using sock = new Sock(["relay", "tcp:127.0.0.1:0", await echo.address()]);
  const port = await sock.port();
  await Promise.all(Array.from({ length: 50 }, async (_, i) => {
    using client = await tcp.connect({ hostname: "127.0.0.1", port });
    const data = new Uint8Array(200_000).fill(i);
    const sending = client.sendAll(data).then(() => client.shutdown("write"));
    const back = await client.recvExact(data.length);
    assertEquals([back.every((byte) => byte === i), (await client.recv()).length], [true, 0]);
    await sending;
  }));
  sock.child.kill("SIGINT");
  assertMatch((await sock.result()).err, /received 10\.0 MB.*sent 10\.0 MB.*50 clients/);
});

Deno.test("relay joins TCP to a Unix socket", async () => {
  const path = `\0sock-test-${crypto.randomUUID()}`;
  using target = await unix.listen({ path });
  await using sock = new Sock(["relay", "tcp:127.0.0.1:0", `unix:@${path.slice(1)}`]);
  using client = await tcp.connect({ hostname: "127.0.0.1", port: await sock.port() });
  using server = await target.accept();
  await client.sendAll(bytes("over"));
  assertEquals(text(await server.recvExact(4)), "over");
});

Deno.test("relay closes a client whose target refuses, tells it, and serves the next", async () => {
  await using sock = new Sock(["relay", "tcp:127.0.0.1:0", `tcp:127.0.0.1:${closedPort()}`]);
  const port = await sock.port();
  for (let i = 1; i <= 2; i++) {
    using client = await tcp.connect({ hostname: "127.0.0.1", port });
    assertEquals((await client.recv()).length, 0);
    await sock.told(new RegExp(`sock: #${i} tcp:127.*ECONNREFUSED`));
  }
});

Deno.test("relay keeps datagrams and their senders apart", async () => {
  using target = await udp.bind({ hostname: "127.0.0.1", port: 0 });
  await using sock = new Sock([
    "relay",
    "udp:127.0.0.1:0",
    `udp:127.0.0.1:${target.localAddr.port}`,
  ]);
  const to = { hostname: "127.0.0.1", port: await sock.port() };
  using one = await udp.connect(to);
  using two = await udp.connect(to);
  await one.send(bytes("from one"));
  const first = await target.recvFrom();
  await two.send(bytes("from two"));
  const second = await target.recvFrom();
  assertEquals([text(first.data), text(second.data)], ["from one", "from two"]);
  await target.sendTo(bytes("to two"), second.from);
  await target.sendTo(bytes("to one"), first.from);
  await target.sendTo(new Uint8Array(0), first.from);
  assertEquals(text(await two.recv()), "to two");
  assertEquals(text(await one.recv()), "to one");
  assertEquals((await one.recv()).length, 0);
  await one.send(bytes("again"));
  assertEquals((await target.recvFrom()).from, first.from);
});

Deno.test("relay drops a client that is idle for longer than --timeout", async () => {
  await using echo = new Sock(["echo", "tcp:127.0.0.1:0"]);
  await using sock = new Sock([
    "relay",
    "tcp:127.0.0.1:0",
    await echo.address(),
    "--timeout",
    "200ms",
  ]);
  using client = await tcp.connect({ hostname: "127.0.0.1", port: await sock.port() });
  assertEquals((await client.recv()).length, 0);
  await sock.told(/#1 tcp:127\.0\.0\.1:\d+: Nothing moved for 0\.20 s/);
});

testWith({ tools: ["socat", "ncat"] }, "relay carries socat's bytes to ncat and back", async () => {
  await using echo = new Sock(["echo", "unix:@" + `sock-test-${crypto.randomUUID()}`]);
  await using sock = new Sock(["relay", "tcp:127.0.0.1:0", await echo.address()]);
  const port = await sock.port();
  const input = "0123456789".repeat(100_000);
  const [socat, ncat] = await Promise.all([
    runTool("socat", ["-t10", "-", `TCP:127.0.0.1:${port}`], input),
    runTool("ncat", ["127.0.0.1", String(port)], input),
  ]);
  assertEquals([socat.out === input, ncat.out === input], [true, true]);
});

Deno.test("echo returns datagrams one by one, empty ones too", async () => {
  await using sock = new Sock(["echo", "udp:127.0.0.1:0"]);
  using client = await udp.connect({ hostname: "127.0.0.1", port: await sock.port() });
  for (const size of [1, 0, 1400, 0, 60_000]) {
    const data = new Uint8Array(size).fill(size & 255);
    await client.send(data);
    assertEquals(await client.recv(), data);
  }
});

Deno.test("echo serves IPv4 and IPv6 on an address without a host", async () => {
  await using sock = new Sock(["echo", "tcp:0"]);
  const port = await sock.port();
  for (const hostname of ["127.0.0.1", "::1"]) {
    using client = await tcp.connect({ hostname, port });
    await client.sendAll(bytes("hello"));
    assertEquals(text(await client.recvExact(5)), "hello");
  }
});
