import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { SO_RCVBUF, TCP_NODELAY } from "../../mod.ts";
import { UsageError } from "../../cli/exit.ts";
import { parseSocketOption } from "../../cli/_socket_option.ts";
import { testWith } from "../_tools.ts";
import { runSock, runTool, Sock } from "./_sock.ts";

Deno.test("parseSocketOption() finds the row and reads the value", () => {
  assertEquals(parseSocketOption("SO_RCVBUF=65536"), [SO_RCVBUF, 65536]);
  assertEquals(parseSocketOption("tcp_nodelay=on"), [TCP_NODELAY, true]);
});

Deno.test("parseSocketOption() refuses what is no option or no value of it, and helps", () => {
  for (
    const [text, why] of [
      ["SO_RCVBUF", /NAME=VALUE/],
      ["=1", /NAME=VALUE/],
      ["SO_NONSENSE=1", /no socket option SO_NONSENSE$/],
      ["TCP_KEEPALIVE=1", /SO_KEEPALIVE\?/],
      ["SO_RCVBUF=many", /SO_RCVBUF.*many/],
      ["SO_ERROR=1", /can only be read/],
    ] as const
  ) {
    assertMatch(assertThrows(() => parseSocketOption(text), UsageError).message, why);
  }
});

testWith({ tools: ["ss"] }, "--option sets the option on the socket, as ss sees it", async () => {
  await using sock = new Sock(["echo", "tcp:127.0.0.1:0", "--option", "SO_RCVBUF=65536", "-j"]);
  const port = await sock.port();
  const { out } = await runTool("ss", ["-ltnmH", `sport = :${port}`]);
  // The kernel doubles what it is given (man 7 socket).
  assertMatch(out, /\brb131072\b/);
  assertEquals(sock.events[0].engine, "libc");
});

Deno.test("--option repeats; an option of another protocol is a failure that names it", async () => {
  await using sock = new Sock([
    "echo",
    "tcp:127.0.0.1:0",
    "--option=SO_SNDBUF=65536",
    "-o",
    "SO_KEEPALIVE=on",
  ]);
  const client = await runSock(["connect", await sock.address(), "-o", "TCP_NODELAY=1"], "hello");
  assertEquals([client.code, client.out], [0, "hello"]);
  const wrong = await runSock(["connect", "udp:127.0.0.1:9", "--option", "TCP_NODELAY=1"]);
  assertEquals(wrong.code, 1);
  assertMatch(wrong.err, /TCP_NODELAY|EOPNOTSUPP|ENOPROTOOPT/);
});
