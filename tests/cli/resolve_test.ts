import { assert, assertEquals, assertMatch } from "@std/assert";
import { testWith } from "../_tools.ts";
import { runSock, runTool, sockCommand } from "./_sock.ts";

const words = (line: string) => line.trim().split(/ {2,}/);

Deno.test("resolve shows an address with its port and types in one line", async () => {
  const { code, out } = await runSock(["resolve", "127.0.0.1", "80"]);
  assertEquals(code, 0);
  assertEquals(out.split("\n").filter((line) => line !== "").map(words), [
    ["inet", "127.0.0.1", "80", "stream/tcp dgram/udp raw"],
  ]);
});

testWith(
  { tools: ["getent"] },
  "resolve finds what getent ahosts finds, in its order",
  async () => {
    const { out } = await runTool("getent", ["ahosts", "localhost"]);
    const expected = out.trim().split("\n").filter((line) => line.includes("STREAM"))
      .map((line) => line.split(" ")[0]);
    const found = await runSock(["resolve", "localhost", "--type", "stream"]);
    assertEquals(found.out.trim().split("\n").map((line) => words(line)[1]), expected);
  },
);

Deno.test("resolve --json prints each entry as libc gives it", async () => {
  const { code, out } = await runSock(["resolve", "::1", "http", "--type=stream", "--json", "-f6"]);
  assertEquals(code, 0);
  const { time, ...entry } = JSON.parse(out);
  assertEquals(new Date(time).toISOString(), time);
  assertEquals(entry, {
    event: "address",
    family: "inet6",
    type: "stream",
    protocol: 6,
    protocolName: "tcp",
    address: { family: "inet6", hostname: "::1", port: 80 },
  });
});

Deno.test("resolve --reverse gives the name of an address, and none where there is none", async () => {
  const { out } = await runSock(["resolve", "127.0.0.1", "--reverse", "--json"]);
  assertEquals(JSON.parse(out.split("\n")[0]).name, "localhost");
});

Deno.test("resolve --canonical gives the official name", async () => {
  const { out } = await runSock(["resolve", "localhost", "--canonical", "--json"]);
  assertEquals(typeof JSON.parse(out.split("\n")[0]).canonicalName, "string");
});

Deno.test("resolve ends with 4 for a name, 2 for an argument that no lookup can take", async () => {
  const name = await runSock(["resolve", "no such host"]);
  assertEquals(name.code, 4);
  assertMatch(name.err, /^sock: .*no such host.*EAI_[A-Z]+.*\n$/);
  for (
    const args of [
      ["localhost", "65536"],
      ["localhost", "--family", "ipx"],
      ["localhost", "--type", "tcp"],
      ["a", "b", "c"],
    ]
  ) {
    assertEquals((await runSock(["resolve", ...args])).code, 2, args.join(" "));
  }
});

Deno.test("resolve needs the net permission of the name and --allow-ffi, and nothing else", async () => {
  const granted = await runSock(["resolve", "localhost"], "", {
    permissions: ["--allow-ffi", "--allow-net=localhost"],
  });
  assertEquals([granted.code, granted.err], [0, ""]);
  const denied = await runSock(["resolve", "localhost"], "", { permissions: ["--allow-ffi"] });
  assertEquals(denied.code, 5);
  assertMatch(denied.err, /--allow-net=localhost/);
});

testWith({ tools: ["script"] }, "resolve heads its columns on a terminal", async () => {
  const command = [Deno.execPath(), ...sockCommand(["resolve", "127.0.0.1", "22", "-c"], ["-A"])]
    .map((word) => `'${word}'`).join(" ");
  const { out } = await runTool("script", ["-qec", `NO_COLOR=1 ${command}`, "/dev/null"]);
  const [head, first] = out.split("\r\n");
  assertEquals(words(head), ["FAMILY", "ADDRESS", "PORT", "TYPES", "CANONICAL NAME"]);
  assert(head.indexOf("PORT") === first.indexOf("22"), out);
});
