// deno-lint-ignore-file no-control-regex -- what a terminal is sent
import { assert, assertEquals, assertMatch } from "@std/assert";
import { tcp } from "../../mod.ts";
import { testWith } from "../_tools.ts";
import { closedPort, runSock, Sock, sockCommand } from "./_sock.ts";

Deno.test("--json tells a connection's life as objects, and nothing else on standard error", async () => {
  await using server = new Sock(["echo", "tcp:127.0.0.1:0", "--json"]);
  const address = await server.address();
  const client = await runSock(["connect", address, "--json"], "hello");
  assertEquals(client.out, "hello");
  const events = client.err.trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(events.map(({ event }) => event), ["open", "close", "summary"]);
  assertEquals(events[0].remote, address);
  assertEquals(events[0].engine, "deno");
  assertEquals([events[1].receivedBytes, events[1].sentBytes], [5, 5]);
  await server.told(/"close"/);
  server.child.kill("SIGINT");
  await server.result();
  assertEquals(server.events.map(({ event }) => event), ["listening", "open", "close", "summary"]);
  assertEquals(server.events[1].remote, events[0].local);
  assertEquals(server.events[3].clients, 1);
  for (const { time } of server.events) assertEquals(new Date(time).toISOString(), time);
});

Deno.test("--json tells errors with their code, also of the command line", async () => {
  const refused = await runSock(["connect", `tcp:127.0.0.1:${closedPort()}`, "--json"]);
  const last = JSON.parse(refused.err.trim().split("\n").at(-1)!);
  assertEquals([last.event, last.code, last.exitCode], ["error", "ECONNREFUSED", 1]);
  const usage = await runSock(["connect", "--json"]);
  assertEquals(JSON.parse(usage.err).exitCode, 2);
});

Deno.test("--hex dumps what moves with direction and offset", async () => {
  using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0 });
  const running = runSock(["connect", `tcp:127.0.0.1:${listener.localAddr.port}`, "--hex"], "ping");
  const peer = await listener.accept();
  await peer.recvExact(4);
  await peer.sendAll(new TextEncoder().encode("0123456789abcdefXY"));
  peer.close();
  const { out, err } = await running;
  assertEquals(out, "0123456789abcdefXY");
  const lines = err.trim().split("\n");
  assertEquals(lines, [
    "#1 > 00000000  70 69 6e 67                                       |ping|",
    "#1 < 00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|",
    "#1 < 00000010  58 59                                             |XY|",
  ]);
});

Deno.test("--hex --json puts the bytes into events", async () => {
  using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0 });
  const running = runSock(
    ["connect", `tcp:127.0.0.1:${listener.localAddr.port}`, "--hex", "--json"],
    "\0A",
  );
  const peer = await listener.accept();
  await peer.recvExact(2);
  peer.close();
  const { err } = await running;
  const data = err.trim().split("\n").map((line) => JSON.parse(line)).filter(({ event }) =>
    event === "data"
  );
  assertEquals(data.map(({ direction, offset, hex }) => [direction, offset, hex]), [
    ["sent", 0, "0041"],
  ]);
});

Deno.test("--verbose tells of each connection, --quiet of nothing", async () => {
  await using server = new Sock(["echo", "tcp:127.0.0.1:0", "--verbose"]);
  const address = await server.address();
  const quiet = await runSock(["connect", address, "--quiet"], "x");
  assertEquals(quiet, { code: 0, out: "x", err: "" });
  await server.told(/sock: #1 open: tcp:127\.0\.0\.1:\d+ - tcp:127\.0\.0\.1:\d+\n/);
  await server.told(/sock: #1 done: received 1 B, sent 1 B\n/);
});

testWith(
  { tools: ["script"] },
  "a long transfer shows its progress on a terminal, and a summary at its end",
  async () => {
    using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0 });
    const command = [
      Deno.execPath(),
      ...sockCommand(["connect", `tcp:127.0.0.1:${listener.localAddr.port}`], ["-A"]),
    ].map((word) => `'${word}'`).join(" ");
    // Standard error is the terminal that `script` makes; standard output is not.
    const running = new Deno.Command("script", {
      args: ["-qec", `${command} </dev/null >/dev/null`, "/dev/null"],
      stdin: "null",
      stdout: "piped",
    }).output();
    const peer = await listener.accept();
    const chunk = new Uint8Array(100_000);
    const start = performance.now();
    while (performance.now() - start < 2000) {
      await peer.sendAll(chunk);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    peer.close();
    const text = new TextDecoder().decode((await running).stdout);
    assertMatch(text, /\r\x1b\[Kreceived [\d.]+ MB {2}[\d.]+ MB\/s {2}.* s/);
    assertMatch(text, /\r\x1b\[Ksock: received [\d.]+ MB \([\d.]+ MB\/s\), sent 0 B, [\d.]+ s/);
  },
);

Deno.test("a long transfer tells its progress as events with --json", async () => {
  using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0 });
  await using sock = new Sock(
    ["connect", `tcp:127.0.0.1:${listener.localAddr.port}`, "--json"],
    { stdout: "null" },
  );
  const peer = await listener.accept();
  const stop = new AbortController();
  const sending = (async () => {
    while (!stop.signal.aborted) {
      await peer.sendAll(new Uint8Array(1000));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  })();
  await sock.told(/"event":"progress"/);
  stop.abort();
  await sending;
  peer.close();
  await sock.end();
  await sock.child.status;
  const progress = sock.events.find(({ event }) => event === "progress");
  assert(progress.receivedBytes > 0 && progress.durationMs >= 900);
});
