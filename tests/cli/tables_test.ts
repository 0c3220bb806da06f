/** The commands of the kernel's tables: what they print is what `ip` and `ss` know. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { testWith } from "../_tools.ts";
import { runSock, Sock } from "./_sock.ts";

async function output(command: string, ...args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command(command, { args }).output();
  return new TextDecoder().decode(stdout);
}

testWith({ tools: ["ip"] }, "sock routes lists what ip route lists", async () => {
  const { code, out } = await runSock(["routes", "--table", "local", "-f", "inet", "--json"]);
  assertEquals(code, 0);
  const ours = out.trimEnd().split("\n").map((line) => JSON.parse(line).route);
  const theirs = JSON.parse(
    await output("ip", "-j", "-d", "-4", "route", "show", "table", "local"),
  );
  assertEquals(ours.map(({ dst, dev }) => [dst, dev]), theirs.map((r: Route) => [r.dst, r.dev]));
  const text = (await runSock(["routes", "--table", "local", "-f", "inet"])).out;
  assertMatch(text, /^DESTINATION +GATEWAY +DEVICE/);
  assertMatch(text, /^127\.0\.0\.0\/8 +lo +127\.0\.0\.1 /m);
  assertEquals((await runSock(["routes", "--table", "4242"])).code, 1);
});

interface Route {
  dst: string;
  dev: string;
}

testWith(
  { tools: ["ss"] },
  "sock sockets shows a connection as ss does, with its process",
  async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    using _client = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
    using _server = await listener.accept();
    const { code, out } = await runSock(["sockets", "tcp", "--port", `${port}`]);
    assertEquals(code, 0);
    const theirs = await output("ss", "-Htna", `sport = :${port} or dport = :${port}`);
    assertEquals(out.trimEnd().split("\n").length - 1, theirs.trimEnd().split("\n").length);
    assertMatch(out, new RegExp(`^tcp +listen .*127\\.0\\.0\\.1:${port} .*deno/${Deno.pid}`, "m"));
    const established = new RegExp(`^tcp +established +0 +0 +127\\.0\\.0\\.1:${port} `, "m");
    assertMatch(out, established);
    const listening = await runSock(["sockets", "--local-port", `${port}`, "-s", "listen"]);
    assertEquals(listening.out.trimEnd().split("\n").length, 2);
    const none = await runSock(["sockets", "--port", `${port}`, "--remote", "192.0.2.0/24"]);
    assertEquals(none.code, 1);
  },
);

testWith(
  { root: true, tools: ["ip", "unshare"] },
  "sock interfaces --watch tells of what comes and goes",
  async () => {
    // In a namespace of its own, whose links the shell changes once the table was shown.
    const script = `
    exec 3>&1
    "$@" | while read -r line; do
      echo "$line" >&3
      case "$line" in
        lo*) ip link add w0 type veth peer name w1 ;;
        "+ w0"*) ip link delete w0 ;;
        "- w0"*) exit 0 ;;
      esac
    done
    exit 0`;
    const sock = new URL("../../cli/mod.ts", import.meta.url).pathname;
    const args = ["-rn", "sh", "-c", script, "sh"];
    const text = await output(
      "unshare",
      ...args,
      ...[
        "timeout",
        "20",
        Deno.execPath(),
        "run",
        "-A",
        "--no-check",
        sock,
        "interfaces",
        "--watch",
      ],
    );
    assertMatch(text, /^lo +down +loopback/m);
    assertMatch(text, /^\+ w0 +down +veth/m);
    assertMatch(text, /^- w0 /m);
  },
);

Deno.test("a filter that makes no sense is the user's slip", async () => {
  for (
    const [args, message] of [
      [["sockets", "tpc"], '"tpc" is not one of'],
      [["sockets", "--port", "70000"], "--port 70000 is not a port"],
      [["sockets", "--remote", "10.0.0.0/40"], "remote"],
      [["sockets", "--state", "lisen"], "--state"],
      [["routes", "--family", "7"], "--family 7"],
      [["routes", "extra"], "extra"],
    ] as const
  ) {
    const { code, err } = await runSock(args);
    assertEquals(code, 2, err);
    assert(err.includes(message), err);
  }
});

testWith({}, "sock top ends by itself after its looks", async () => {
  await using top = new Sock(["top", "-c", "2", "-i", "50ms", "-n", "1"]);
  await top.end();
  const { code, out } = await top.result();
  assertEquals(code, 0);
  assertEquals(out.match(/^ *SENT +RECEIVED/gm)?.length, 2);
});
