import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { UsageError } from "../../cli/exit.ts";
import { parsePorts } from "../../cli/ports.ts";
import { testWith } from "../_tools.ts";
import { closedPort, runSock, runTool, sockCommand } from "./_sock.ts";

Deno.test("parsePorts() reads ports, services and ranges, each port once", async () => {
  assertEquals(await parsePorts(["22,80", "http,8000-8002", "22"]), [22, 80, 8000, 8001, 8002]);
  assertEquals((await parsePorts(["-"])).length, 65535);
  assertEquals(await parsePorts(["65534-", "-2"]), [65534, 65535, 1, 2]);
  for (const text of ["", "0", "65536", "5-4", "1-2-3", "nosuchservice", "1,,2", "a b"]) {
    await assertRejects(() => parsePorts([text]), UsageError, undefined, text);
  }
});

Deno.test("scan lists open ports with their services, and ends with 1 where there is none", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const shut = closedPort();
  const { code, out, err } = await runSock(["scan", "127.0.0.1", `${port},${shut}`]);
  assertEquals([code, out], [0, `${port}  open  -\n`]);
  assertMatch(err, /^127\.0\.0\.1: 2 ports, 1 open, 1 closed, 0 filtered, /);
  const all = await runSock(["scan", "127.0.0.1", `${port},${shut}`, "--all", "-q"]);
  assertEquals(all.out.split("\n").length, 3);
  assertMatch(all.out, new RegExp(`^ *${shut} +closed +-$`, "m"));
  assertEquals((await runSock(["scan", "127.0.0.1", String(shut)])).code, 1);
});

Deno.test("scan needs the net permission of an address, and nothing else", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const permissions = ["--allow-net=127.0.0.1"];
  const { code, out } = await runSock(["scan", "127.0.0.1", String(port)], "", { permissions });
  assertEquals([code, out], [0, `${port}  open  -\n`]);
  assertEquals((await runSock(["scan", "127.0.0.2", "1"], "", { permissions })).code, 5);
});

testWith(
  { tools: ["nmap", "nft", "ip"], netns: true },
  "scan sees open, closed and filtered as nmap does",
  async () => {
    // Port 81 is dropped, 82 refused by a firewall's ICMP error.
    const setup = [
      "ip link set lo up",
      "nft add table t",
      "nft 'add chain t i { type filter hook input priority 0; }'",
      "nft add rule t i tcp dport 81 drop",
      "nft add rule t i tcp dport 82 reject with icmp type admin-prohibited",
      "socat TCP-LISTEN:80,bind=127.0.0.1,fork,reuseaddr OPEN:/dev/null & S=$!",
      "until ss -ltn | grep -q :80; do :; done",
    ].join("\n");
    const sock = sockCommand(["scan", "127.0.0.1", "80-83", "--all", "-q", "-t", "0.3"], ["-A"]);
    const line = [Deno.execPath(), ...sock].map((word) => `'${word}'`).join(" ");
    const script = `${setup}\n${line}; echo --; nmap -n -Pn -sT -p80-83 127.0.0.1; kill $S`;
    const { out } = await runTool("unshare", ["-n", "sh", "-c", script]);
    const [ours, theirs] = out.split("--\n");
    const states = (text: string) =>
      Array.from(
        text.matchAll(/^ *(\d+)(?:\/tcp)? +(open|closed|filtered)/gm),
        ([, port, state]) => `${port} ${state}`,
      );
    assertEquals(states(ours), ["80 open", "81 filtered", "82 filtered", "83 closed"], out);
    assertEquals(states(ours), states(theirs));
    assert(/^82 +filtered +.* +E[A-Z]+$/m.test(ours), ours);
  },
);

Deno.test("scan of all ports of loopback finds the one that listens here", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { code, out } = await runSock(["scan", "127.0.0.1", "-", "--json"]);
  assertEquals(code, 0);
  const events = out.trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(events.at(-1).ports, 65535);
  assert(events.some(({ port }) => port === listener.addr.port));
});
