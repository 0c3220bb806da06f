import { assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { checkSettings, parseAddress } from "../../cli/address.ts";
import { UsageError } from "../../cli/exit.ts";
import { lineEnds } from "../../cli/stdio.ts";
import { testWith } from "../_tools.ts";
import { closedPort, runSock, runTool, Sock } from "./_sock.ts";

Deno.test("--source sets the address and the port that the server sees", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const to = `tcp:127.0.0.1:${listener.addr.port}`;
  const own = closedPort();
  for (
    const [source, hostname, port] of [
      ["127.0.0.2", "127.0.0.2", undefined],
      [`127.0.0.3:${own}`, "127.0.0.3", own],
      [`:${own}`, "127.0.0.1", own],
    ] as const
  ) {
    const running = runSock(["connect", "--source", source, to]);
    using peer = await listener.accept();
    assertEquals(peer.remoteAddr.hostname, hostname);
    if (port !== undefined) assertEquals(peer.remoteAddr.port, port);
    peer.close();
    assertEquals((await running).code, 0);
  }
});

Deno.test("--source with a port alone goes with a name and with IPv6, and over UDP", async () => {
  const own = closedPort();
  for (const scheme of ["tcp:localhost", "tcp6:[::1]", "udp:127.0.0.1", "udp6:[::1]"]) {
    const echoed = scheme.replace("localhost", "127.0.0.1");
    await using server = new Sock(["echo", `${echoed}:0`, "--json"]);
    const port = await server.port();
    const { code, out } = await runSock([
      "connect",
      `${scheme}:${port}`,
      "-s",
      `:${own}`,
      "-o",
      "SO_REUSEADDR=on",
      "-t",
      "2",
    ], "x");
    assertEquals([code, out], [0, "x"], scheme);
    await server.told(/"event":"open"/);
    assertMatch(server.events.find(({ event }) => event === "open").remote, new RegExp(`:${own}$`));
  }
});

Deno.test("options that an address does not heed are refused by name", async () => {
  for (
    const args of [
      ["connect", "unix:@a", "--source", ":5"],
      ["echo", "tcp:0", "--join", "224.0.0.1"],
      ["echo", "unix:@a", "--allow", "10.0.0.0/8"],
      ["echo", "tcp:0", "--mode", "600"],
      ["relay", "tcp:0", "unix:@a", "--source", ":5"],
    ]
  ) {
    const { code, err } = await runSock(args);
    assertEquals(code, 2, args.join(" "));
    assertMatch(err, /--[a-z]+ does not go with /);
  }
  for (
    const args of [
      ["connect", "tcp:127.0.0.1:1", "--source", "a:b"],
      ["connect", "tcp:127.0.0.1:1", "--source", ":"],
      ["connect", "tcp:127.0.0.1:1", "--source", ":65536"],
      ["echo", "udp:0", "--join", "127.0.0.1"],
      ["echo", "udp:0", "--join", "224.0.0.1%"],
      ["echo", "tcp:0", "--allow", "10.0.0.0/33"],
      ["echo", "tcp:0", "--max-clients", "0"],
      ["listen", "tcp:0", "--crlf", "--exec", "cat"],
    ]
  ) assertEquals((await runSock(args)).code, 2, args.join(" "));
  const settings = { options: [], mode: 0o600 };
  checkSettings(settings, [[parseAddress("unix:/a"), "server"], [parseAddress("tcp:1"), "client"]]);
  assertThrows(() => checkSettings(settings, [[parseAddress("unix:/a"), "client"]]), UsageError);
});

Deno.test("a port may be given by the name of its service", async () => {
  const { code, err } = await runSock(["connect", "tcp:127.0.0.1:nosuchservice"]);
  assertEquals(code, 2);
  assertStringIncludes(err, 'no service "nosuchservice" over TCP');
  const { err: told } = await runSock(["connect", "tcp:127.0.0.1:discard", "-j"]);
  // discard is port 9 (RFC 863); nobody serves it here.
  assertMatch(JSON.parse(told.trim().split("\n").at(-1)!).message, /127\.0\.0\.1:9\b/);
});

Deno.test("lineEnds() gives each line CR and LF, also where pieces meet, and doubles none", () => {
  const convert = lineEnds();
  const pass = (text: string) => new TextDecoder().decode(convert(new TextEncoder().encode(text)));
  assertEquals(["a\nb\r\n", "\n", "c\r", "\nd", "\n\n"].map(pass), [
    "a\r\nb\r\n",
    "\r\n",
    "c\r",
    "\nd",
    "\r\n\r\n",
  ]);
});

testWith({ tools: ["socat"] }, "--crlf sends what socat with crnl sends", async () => {
  const text = "EHLO a\nMAIL\r\n\nQUIT\n";
  const received: string[] = [];
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  for (
    const run of [
      () => runSock(["connect", `tcp:127.0.0.1:${port}`, "--crlf"], text),
      () => runTool("socat", ["-", `TCP:127.0.0.1:${port},crnl`], text.replaceAll("\r", "")),
    ]
  ) {
    const running = run();
    const peer = await listener.accept();
    received.push(await new Response(peer.readable).text());
    await running;
  }
  assertEquals(received[0], received[1]);
});

Deno.test("connect -z finds out whether somebody listens, and moves nothing", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = runSock(["connect", "-z", "-v", `tcp:127.0.0.1:${listener.addr.port}`], "data");
  using peer = await listener.accept();
  assertEquals(await peer.read(new Uint8Array(9)), null);
  const { code, err } = await open;
  assertEquals(code, 0);
  assertMatch(err, /#1 open: /);
  assertEquals((await runSock(["connect", "-z", `tcp:127.0.0.1:${closedPort()}`])).code, 1);
});

Deno.test("--allow serves the named networks alone, over TCP and UDP", async () => {
  for (const scheme of ["tcp", "udp"]) {
    await using server = new Sock([
      "echo",
      `${scheme}:0`,
      "--allow",
      "127.0.0.2",
      "-a",
      "::1/128",
      "--json",
    ]);
    const port = await server.port();
    const connect = (host: string, ...rest: string[]) =>
      runSock(["connect", `${scheme}:${host}:${port}`, "-t", "0.5", ...rest], "hello");
    assertEquals((await connect("127.0.0.1", "-s", "127.0.0.2")).out, "hello");
    assertEquals((await connect("[::1]")).out, "hello");
    assertEquals((await connect("127.0.0.1")).out, "");
    await server.told(/"event":"refused"/);
    const refused = server.events.find(({ event }) => event === "refused");
    assertMatch(refused.remote, new RegExp(`^${scheme}:127\\.0\\.0\\.1:\\d+$`));
  }
});

Deno.test("listen waits for a client that is allowed", async () => {
  await using server = new Sock(["listen", "tcp:127.0.0.1:0", "--allow", "127.0.0.2"]);
  const address = await server.address();
  await runSock(["connect", address], "not you");
  await runSock(["connect", address, "-s", "127.0.0.2", "-q"], "but you");
  await server.end();
  const { code, out } = await server.result();
  assertEquals([code, out], [0, "but you"]);
});

Deno.test("--max-clients lets the next one wait until one has gone", async () => {
  await using server = new Sock(["echo", "tcp:127.0.0.1:0", "--max-clients", "2", "--json"]);
  const port = await server.port();
  const echo = async (conn: Deno.TcpConn) => {
    await conn.write(Uint8Array.of(7));
    return await conn.read(new Uint8Array(1));
  };
  const first = await Deno.connect({ hostname: "127.0.0.1", port });
  using second = await Deno.connect({ hostname: "127.0.0.1", port });
  assertEquals([await echo(first), await echo(second)], [1, 1]);
  using third = await Deno.connect({ hostname: "127.0.0.1", port });
  let served = false;
  const waiting = echo(third).then((count) => {
    served = true;
    return count;
  });
  assertEquals(await echo(second), 1);
  assertEquals([served, server.events.filter(({ event }) => event === "open").length], [false, 2]);
  first.close();
  assertEquals(await waiting, 1);
  server.child.kill("SIGTERM");
  assertEquals((await server.result()).code, 143);
});

testWith({ tools: ["socat"] }, "--join hears what socat sends to a multicast group", async () => {
  const group = "239.255.77.1";
  await using sock = new Sock(["listen", "udp:0", "--join", `${group}%lo`, "-t", "5"]);
  const port = await sock.port();
  assertStringIncludes(await sock.address(), "0.0.0.0");
  await runTool("socat", [
    "-u",
    "-",
    `UDP4-DATAGRAM:${group}:${port},ip-multicast-if=127.0.0.1,ip-multicast-loop=1`,
  ], "to the group");
  await using second = new Sock(["listen", `udp:${port}`, "--join", `${group}%lo`, "-t", "5"]);
  await second.address();
  const reader = sock.child.stdout.getReader();
  assertEquals(new TextDecoder().decode((await reader.read()).value), "to the group");
  await reader.cancel();
});
