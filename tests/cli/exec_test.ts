import { assert, assertEquals, assertMatch } from "@std/assert";
import { tcp } from "../../mod.ts";
import { testWith } from "../_tools.ts";
import { runSock, runTool, Sock } from "./_sock.ts";

/** Waits for a process to be gone. */
async function gone(pid: number): Promise<void> {
  while (await Deno.stat(`/proc/${pid}`).then(() => true, () => false)) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

Deno.test("--exec joins a command's standard streams to the client, end of input included", async () => {
  await using sock = new Sock(["listen", "tcp:127.0.0.1:0", "--exec", "sort", "-r"]);
  const { code, out } = await runSock(["connect", await sock.address()], "a\nc\nb\n");
  assertEquals([code, out], [0, "c\nb\na\n"]);
  assertEquals((await sock.result()).code, 0);
});

Deno.test("--exec --keep-open runs one process a client, side by side, and tells it who is there", async () => {
  await using sock = new Sock([
    "listen",
    "tcp:127.0.0.1:0",
    "--keep-open",
    "--exec",
    "sh",
    "-c",
    "echo $$ $SOCK_LOCAL $SOCK_REMOTE; exec cat",
  ]);
  const address = await sock.address();
  const port = await sock.port();
  using one = await tcp.connect({ hostname: "127.0.0.1", port });
  using two = await tcp.connect({ hostname: "127.0.0.1", port });
  const pids = new Set<string>();
  for (const client of [one, two]) {
    const line = new TextDecoder().decode(await client.recvUntil("\n"));
    const [pid, local, remote] = line.trim().split(" ");
    pids.add(pid);
    assertEquals([local, remote], [address, `tcp:127.0.0.1:${client.localAddr.port}`]);
  }
  assertEquals(pids.size, 2);
  for (const client of [two, one]) {
    await client.sendAll(new TextEncoder().encode("hello\n"));
    assertEquals(new TextDecoder().decode(await client.recvUntil("\n")), "hello\n");
  }
});

Deno.test("a client that goes takes its process with it", async () => {
  await using sock = new Sock([
    "listen",
    "tcp:127.0.0.1:0",
    "-k",
    "--exec",
    "sh",
    "-c",
    "echo $$; exec yes",
  ]);
  const client = await tcp.connect({ hostname: "127.0.0.1", port: await sock.port() });
  const pid = Number(new TextDecoder().decode(await client.recvUntil("\n")));
  assert((await Deno.stat(`/proc/${pid}`)).isDirectory);
  client.close();
  await gone(pid);
});

Deno.test("a process that ignores SIGTERM is killed when sock is stopped", async () => {
  await using sock = new Sock([
    "listen",
    "tcp:127.0.0.1:0",
    "-k",
    "--exec",
    "sh",
    "-c",
    "trap '' TERM; echo $$; while :; do sleep 0.1; done",
  ]);
  using client = await tcp.connect({ hostname: "127.0.0.1", port: await sock.port() });
  const pid = Number(new TextDecoder().decode(await client.recvUntil("\n")));
  sock.child.kill("SIGINT");
  assertEquals((await sock.result()).code, 130);
  await gone(pid);
});

Deno.test("a process that has read enough answers all the same", async () => {
  await using sock = new Sock(["listen", "tcp:127.0.0.1:0", "--exec", "head", "-n", "1"]);
  using client = await tcp.connect({ hostname: "127.0.0.1", port: await sock.port() });
  await client.sendAll(new TextEncoder().encode("first\nsecond\n"));
  assertEquals(new TextDecoder().decode(await client.recvUntil("\n")), "first\n");
  assertEquals((await client.recv()).length, 0);
  assertEquals((await sock.result()).code, 0);
});

Deno.test("a command that is not there is an error of that client, and of listen without --keep-open", async () => {
  await using sock = new Sock(["listen", "tcp:127.0.0.1:0", "--exec", "/no/such/program"]);
  using client = await tcp.connect({ hostname: "127.0.0.1", port: await sock.port() });
  assertEquals((await client.recv()).length, 0);
  const { code, err } = await sock.result();
  assertEquals(code, 1);
  assertMatch(err, /\/no\/such\/program/);
});

testWith({ tools: ["socat"] }, "--exec serves socat on a Unix socket", async () => {
  const name = `sock-test-${crypto.randomUUID()}`;
  await using sock = new Sock(["listen", `unix:@${name}`, "--exec", "rev"]);
  await sock.address();
  const { out } = await runTool("socat", ["-t10", "-", `ABSTRACT-CONNECT:${name}`], "stressed\n");
  assertEquals(out, "desserts\n");
});

Deno.test("--exec with datagrams gives each sender a process of its own", async () => {
  await using sock = new Sock([
    "listen",
    "udp:127.0.0.1:0",
    "--keep-open",
    "--exec",
    "sh",
    "-c",
    "while read -r line; do echo $SOCK_REMOTE $line; done",
  ]);
  const address = await sock.address();
  const results = await Promise.all(
    ["a", "b"].map((text) => runSock(["connect", address], `${text}\n`)),
  );
  const remotes = results.map(({ out }) => out.split(" ")[0]);
  assertEquals(results.map(({ out }) => out.split(" ")[1]), ["a\n", "b\n"]);
  assertEquals(new Set(remotes).size, 2);
});

Deno.test("a command given as one word is told apart from a program that there is not", async () => {
  for (const [command, hint] of [["tr a-z A-Z", "--exec tr a-z A-Z"], ["no-such", ""]]) {
    await using sock = new Sock(["listen", "tcp:127.0.0.1:0", "-k", "--exec", command]);
    using client = await tcp.connect({ hostname: "127.0.0.1", port: await sock.port() });
    assertEquals((await client.recv()).length, 0);
    const [line] = await sock.told(/there is no program ".*/);
    assertMatch(line, new RegExp(`^there is no program "${command}"${hint && `.*${hint}`}$`));
  }
});
