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

Deno.test("an address opens the family of its scheme, and no other", async () => {
  // The permission that is asked for tells what would be opened, before anything is.
  for (
    const [address, host] of [
      ["vsock:7:5000", "vsock:7:5000"],
      ["vsockseq:7:5000", "vsock:7:5000"],
      ["udp:0.0.0.1:5000", "0.0.0.1:5000"],
      ["mptcp:0.0.0.1:5000", "0.0.0.1:5000"],
      ["sctp:0.0.0.1:5000", "0.0.0.1:5000"],
      ["dccp:0.0.0.1:5000:echo", "0.0.0.1:5000"],
      ["tipc:18888:17", "--allow-net"],
      ["tipcseq:18888:17", "--allow-net"],
      ["rfcomm:00:11:22:33:44:55:1", "--allow-net"],
      ["l2cap:00:11:22:33:44:55:1", "--allow-net"],
      ["l2caple:00:11:22:33:44:55:1", "--allow-net"],
      ["isotp:nosuchbus:7E0:7E8", "--allow-net"],
    ]
  ) {
    const { code, err } = await runSock(["connect", address], "", {
      permissions: ["--allow-ffi", "--allow-net=127.0.0.1:1"],
    });
    assertEquals(code, 5);
    assertStringIncludes(err, host);
  }
  const { code, err } = await runSock(["connect", "vsock:5000"]);
  assertEquals(code, 2);
  assertMatch(err, /lacks a context/);
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

Deno.test("a Unix socket needs read, write and net permission of its path, and nothing else", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/s`;
  const permissions = [`--allow-read=${path}`, `--allow-write=${path}`, `--allow-net=unix:${path}`];
  await using sock = new Sock(["echo", `unix:${path}`], { permissions });
  const address = await sock.address();
  const granted = await runSock(["connect", address], "hello", { permissions });
  assertEquals(granted, { code: 0, out: "hello", err: "" });
  for (const missing of permissions) {
    const some = permissions.filter((flag) => flag !== missing);
    const { code, err } = await runSock(["connect", address], "hello", { permissions: some });
    assertEquals(code, 5);
    assertStringIncludes(err, missing.slice(0, missing.indexOf("=")));
  }
  sock.child.kill("SIGTERM");
  await sock.result();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("--mode sets who may connect to a Unix socket, and fits nothing else", async () => {
  const folder = await Deno.makeTempDir();
  for (
    const [scheme, mode] of [["unix", 0o600], ["seqpacket", 0o660], ["unixgram", 0o622]] as const
  ) {
    await using sock = new Sock(["echo", `${scheme}:${folder}/s`, "--mode", mode.toString(8)]);
    await sock.address();
    assertEquals(((await Deno.lstat(`${folder}/s`)).mode ?? 0) & 0o777, mode);
    sock.child.kill("SIGTERM");
    await sock.result();
  }
  for (const args of [["tcp:0", "-m", "600"], ["unix:@a", "-m", "600"], ["unix:/a", "-m", "rw"]]) {
    assertEquals((await runSock(["echo", ...args])).code, 2, args.join(" "));
  }
  await Deno.remove(folder);
});
