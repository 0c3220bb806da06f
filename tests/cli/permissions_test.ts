import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { tcp } from "../../mod.ts";
import { closedPort, runSock, Sock } from "./_sock.ts";

Deno.test("--help and mistakes need no permission", async () => {
  for (const args of [["--help"], ["connect", "--help"], ["help", "relay"]]) {
    const { code, out, err } = await runSock(args, "", { permissions: [] });
    assertEquals([code, err], [0, ""]);
    assertStringIncludes(out, "Usage: sock");
  }
  assertEquals((await runSock(["connect"], "", { permissions: [] })).code, 2);
});

Deno.test("connect needs the net permission of that address, and nothing else", async () => {
  await using server = new Sock(["echo", "tcp:127.0.0.1:0"]);
  const address = await server.address();
  const granted = await runSock(["connect", address], "hello", {
    permissions: [`--allow-net=${address.slice(4)}`],
  });
  assertEquals(granted, { code: 0, out: "hello", err: "" });
  const denied = await runSock(["connect", address], "hello", { permissions: [] });
  assertEquals(denied.code, 5);
  assertMatch(denied.err, /^sock: .*--allow-net.*\n$/);
  const other = await runSock(["connect", address], "hello", {
    permissions: ["--allow-net=127.0.0.1:1"],
  });
  assertEquals(other.code, 5);
});

Deno.test("echo, listen and relay need the net permission of their addresses, and nothing else", async () => {
  using target = await tcp.listen({ hostname: "127.0.0.1", port: 0 });
  const own = `127.0.0.1:${closedPort()}`;
  const other = `127.0.0.1:${target.localAddr.port}`;
  for (
    const [args, hosts] of [
      [["echo", `tcp:${own}`], own],
      [["listen", `tcp:${own}`], own],
      [["relay", `tcp:${own}`, `tcp:${other}`], `${own},${other}`],
    ] as const
  ) {
    await using sock = new Sock(args, { permissions: [`--allow-net=${hosts}`] });
    using client = await tcp.connect({ hostname: "127.0.0.1", port: await sock.port() });
    await client.sendAll(Uint8Array.of(1));
    sock.child.kill("SIGINT");
    assertEquals((await sock.result()).code, 130);
  }
});

Deno.test("a relay that may not reach its target ends and names the flag", async () => {
  const own = `127.0.0.1:${closedPort()}`;
  await using sock = new Sock(["relay", `tcp:${own}`, "tcp:127.0.0.1:9"], {
    permissions: [`--allow-net=${own}`],
  });
  using client = await tcp.connect({ hostname: "127.0.0.1", port: await sock.port() });
  await client.recv().catch(() => {});
  const { code, err } = await sock.result();
  assertEquals(code, 5);
  assertMatch(err, /--allow-net/);
});

Deno.test("--exec needs the run permission of its command, and says so", async () => {
  const own = `127.0.0.1:${closedPort()}`;
  const args = ["listen", `tcp:${own}`, "--exec", "cat"];
  {
    await using sock = new Sock(args, { permissions: [`--allow-net=${own}`, "--allow-run=cat"] });
    const { out } = await runSock(["connect", await sock.address()], "hello");
    assertEquals(out, "hello");
  }
  await using sock = new Sock(args, { permissions: [`--allow-net=${own}`] });
  await runSock(["connect", await sock.address()], "hello");
  const { code, err } = await sock.result();
  assertEquals(code, 5);
  assertMatch(err, /--allow-run/);
});
