import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { tcp } from "../../mod.ts";
import { closedPort, runSock, Sock } from "./_sock.ts";

Deno.test("a refused connection is one line and exit code 1", async () => {
  const { code, out, err } = await runSock(["connect", `tcp:127.0.0.1:${closedPort()}`]);
  assertEquals([code, out], [1, ""]);
  assertMatch(err, /^sock: .*127\.0\.0\.1.*ECONNREFUSED.*\n$/);
});

Deno.test("an address in use is one line and exit code 1", async () => {
  using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0 });
  const address = `tcp:127.0.0.1:${listener.localAddr.port}`;
  for (const args of [["listen", address], ["echo", address], ["relay", address, address]]) {
    const { code, err } = await runSock(args);
    assertEquals(code, 1);
    assertMatch(err, /^sock: .*EADDRINUSE.*\n$/);
  }
});

Deno.test("a command line that makes no sense is exit code 2, says what, and where help is", async () => {
  for (
    const [args, what] of [
      [[], "a command is missing"],
      [["frobnicate"], 'unknown command "frobnicate"'],
      [["--frobnicate"], 'unknown option "--frobnicate"'],
      [["connect"], "an argument is missing"],
      [["connect", "tcp:a:1", "tcp:b:2"], 'unexpected argument "tcp:b:2"'],
      [["connect", "tcp:a"], "port"],
      [["connect", "tcp:8080"], "lacks a host"],
      [["relay", "tcp:0", "tcp:8080"], "lacks a host"],
      [["connect", "tcp:a:1", "--frob=1"], "unknown option --frob"],
      [["connect", "tcp:a:1", "-Z"], "unknown option -Z"],
      [["connect", "tcp:a:1", "--timeout"], "--timeout lacks its value"],
      [["connect", "tcp:a:1", "--timeout", "soon"], '"soon"'],
      [["connect", "tcp:a:1", "--timeout", "0"], '"0"'],
      [["connect", "tcp:a:1", "-t", "1", "--timeout=2"], "more than once"],
      [["connect", "tcp:a:1", "--json=yes"], "--json takes no value"],
      [["connect", "tcp:a:1", "--engine", "warp"], '"warp"'],
      [["connect", "tcp:a:1", "--exec", "sh"], "--exec"],
      [["listen", "tcp:0", "--exec"], "--exec lacks the command"],
      [["listen", "tcp:0", "--linger", "1", "--exec", "cat"], "--linger"],
      [["listen", "unix:" + "x".repeat(200)], "107 bytes"],
    ] as const
  ) {
    const { code, out, err } = await runSock(args);
    assertEquals([code, out], [2, ""], args.join(" "));
    assertStringIncludes(err, what);
    assertMatch(err, /\nTry "sock .*--help"\n$/);
  }
});

Deno.test("a time-out is exit code 3, whatever was waited for", async () => {
  using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0 });
  const address = `tcp:127.0.0.1:${listener.localAddr.port}`;
  for (
    const [args, what] of [
      [["listen", "tcp:127.0.0.1:0"], "waiting for a client"],
      [["listen", "udp:127.0.0.1:0"], "waiting for a client"],
      [["connect", address], "Nothing moved"],
      [["connect", `udp:${address.slice(4)}`], "No answer"],
    ] as const
  ) {
    const { code, err } = await runSock([...args, "--timeout", "100ms"]);
    assertEquals(code, 3, args.join(" "));
    assertStringIncludes(err, what);
  }
});

Deno.test("a transfer under way is not timed out, however long it takes", async () => {
  using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0 });
  const running = runSock([
    "connect",
    `tcp:127.0.0.1:${listener.localAddr.port}`,
    "--timeout",
    "2",
  ]);
  const peer = await listener.accept();
  for (let i = 0; i < 8; i++) {
    await peer.sendAll(Uint8Array.of(97 + i));
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  peer.close();
  assertEquals(await running, { code: 0, out: "abcdefgh", err: "" });
});

Deno.test("a host name that does not exist is exit code 4", async () => {
  const { code, err } = await runSock(["connect", "tcp:no such host:80"]);
  assertEquals(code, 4);
  assertMatch(err, /^sock: .*no such host.*EAI_[A-Z]+.*\n$/);
});

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(`${signal} ends with a summary and exit code ${code}`, async () => {
    await using sock = new Sock(["echo", "tcp:127.0.0.1:0"]);
    using client = await tcp.connect({ hostname: "127.0.0.1", port: await sock.port() });
    await client.sendAll(new Uint8Array(10));
    await client.recvExact(10);
    sock.child.kill(signal);
    const result = await sock.result();
    assertEquals(result.code, code);
    assertMatch(result.err, /sock: received 10 B, sent 10 B, \d+\.\d\d s\n$/);
  });
}

Deno.test("SIGTERM removes the socket file of a listener", async () => {
  const folder = await Deno.makeTempDir();
  await using sock = new Sock(["echo", `unix:${folder}/s`]);
  await sock.address();
  assert((await Deno.lstat(`${folder}/s`)).isSocket);
  sock.child.kill("SIGTERM");
  await sock.child.status;
  assertEquals(Array.from(Deno.readDirSync(folder)), []);
  await Deno.remove(folder);
});
