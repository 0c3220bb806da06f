import { assertEquals, assertMatch } from "@std/assert";
import { tcp } from "../../mod.ts";
import { testWith } from "../_tools.ts";
import { closedPort, runSock, runTool, Sock } from "./_sock.ts";

const unique = () => `sock-test-${crypto.randomUUID()}`;

for (const address of ["tcp:127.0.0.1:0", "tcp6:[::1]:0", "udp:127.0.0.1:0", "unix:@NAME"]) {
  Deno.test(`--engine libc serves and connects on ${address}`, async () => {
    await using sock = new Sock([
      "echo",
      address.replace("NAME", unique()),
      "--engine",
      "libc",
      "--json",
    ]);
    const where = await sock.address();
    const client = await runSock(["connect", where, "--engine=libc", "--json"], "hello");
    assertEquals([client.code, client.out], [0, "hello"]);
    assertEquals(JSON.parse(client.err.split("\n")[0]).engine, "libc");
    assertEquals(sock.events[0].engine, "libc");
  });
}

for (
  const address of [
    "seqpacket:@NAME",
    "unixgram:@NAME",
    "unixgram:FILE",
    "mptcp:127.0.0.1:0",
    "udplite:127.0.0.1:0",
  ]
) {
  Deno.test(`${address.split(":")[0]}: brings the engine that can do it (${address})`, async () => {
    const folder = await Deno.makeTempDir();
    await using sock = new Sock([
      "echo",
      address.replace("NAME", unique()).replace("FILE", `${folder}/s`),
    ]);
    const client = await runSock(["connect", await sock.address(), "--timeout", "1"], "hello");
    assertEquals([client.code, client.out], [0, "hello"]);
    sock.child.kill("SIGTERM");
    await sock.result();
    await Deno.remove(folder); // Fails if a socket file is left in it.
  });
}

Deno.test("seqpacket: keeps the boundaries of messages, and ends with its peer", async () => {
  await using sock = new Sock(["listen", `seqpacket:@${unique()}`, "--hex"]);
  const client = await runSock(["connect", await sock.address()], "one");
  assertEquals(client.code, 0);
  await sock.end();
  const { code, out, err } = await sock.result();
  assertEquals([code, out], [0, "one"]);
  assertMatch(err, /#1 < 00000000 {2}6f 6e 65 .*\|one\|/);
});

testWith({ tools: ["socat"] }, "seqpacket: talks to socat", async () => {
  const name = unique();
  await using sock = new Sock(["echo", `seqpacket:@${name}`]);
  await sock.address();
  const { out } = await runTool(
    "socat",
    ["-t1", "-", `ABSTRACT-CONNECT:${name},type=5`],
    "hello",
  );
  assertEquals(out, "hello");
});

Deno.test("relay joins sequenced packets to datagrams, message by message", async () => {
  await using echo = new Sock(["echo", "udp:127.0.0.1:0"]);
  await using sock = new Sock(["relay", `seqpacket:@${unique()}`, await echo.address()]);
  const client = await runSock(["connect", await sock.address()], "message");
  assertEquals([client.code, client.out], [0, "message"]);
});

Deno.test("an IPv4 client of a socket for both families is shown as IPv4", async () => {
  await using sock = new Sock(["echo", "tcp:0", "--verbose"]);
  using client = await tcp.connect({ hostname: "127.0.0.1", port: await sock.port() });
  await sock.told(new RegExp(`- tcp:127\\.0\\.0\\.1:${client.localAddr.port}\n`));
});

Deno.test("the libc engine asks for --allow-ffi besides the address, and nothing else", async () => {
  await using sock = new Sock(["echo", "tcp:127.0.0.1:0"]);
  const address = await sock.address();
  const net = `--allow-net=${address.slice(4)}`;
  const args = ["connect", address, "--engine", "libc"];
  const granted = await runSock(args, "hello", { permissions: [net, "--allow-ffi"] });
  assertEquals(granted, { code: 0, out: "hello", err: "" });
  const denied = await runSock(args, "hello", { permissions: [net] });
  assertEquals(denied.code, 5);
  assertMatch(denied.err, /--allow-ffi/);
  const noNet = await runSock(args, "hello", { permissions: ["--allow-ffi"] });
  assertEquals(noNet.code, 5);
  assertMatch(noNet.err, /--allow-net/);
});

Deno.test("connect udp: tells of a peer that is not there, and ends with 1", async () => {
  const { code, err } = await runSock(["connect", `udp:127.0.0.1:${closedPort()}`], "anybody?");
  assertEquals(code, 1);
  assertMatch(
    err,
    /^sock: Nobody is at udp:127\.0\.0\.1:\d+: connection refused \(ECONNREFUSED\)$/m,
  );
});

testWith(
  { tools: ["socat"] },
  "seqpacket: ends one direction alone, as socat sees it",
  async () => {
    const name = unique();
    // socat answers once it has seen the end of what it is sent.
    const serving = new Deno.Command("socat", {
      args: ["-t5", `ABSTRACT-LISTEN:${name},type=5`, "SYSTEM:wc -c"],
      stdout: "null",
      stderr: "null",
    }).spawn();
    let result;
    do {
      result = await runSock(["connect", `seqpacket:@${name}`, "-t", "5"], "hello");
    } while (/ECONNREFUSED/.test(result.err));
    assertEquals([result.code, result.out.trim(), result.err], [0, "5", ""]);
    await serving.status;
  },
);

Deno.test("seqpacket: relay passes each end on by itself", async () => {
  await using echo = new Sock(["echo", `seqpacket:@${unique()}`]);
  await using relay = new Sock(["relay", "tcp:127.0.0.1:0", await echo.address()]);
  const { code, out } = await runSock(["connect", await relay.address()], "there and back");
  assertEquals([code, out], [0, "there and back"]);
});

Deno.test("relay to datagrams ends a stream's client once it has ended and no more answers come", async () => {
  await using echo = new Sock(["echo", "udp:127.0.0.1:0"]);
  await using relay = new Sock(["relay", "tcp:127.0.0.1:0", await echo.address()]);
  const { code, out } = await runSock(["connect", await relay.address(), "-t", "20"], "question");
  assertEquals([code, out], [0, "question"]);
});
