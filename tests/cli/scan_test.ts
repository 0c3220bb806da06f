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

/** What a firewall does with each port; 80, 8080 and 9000 to 9299 listen, all others are closed. */
const FIREWALL = [
  "add rule inet t i tcp dport 81 drop",
  "add rule inet t i tcp dport 82 reject with icmpx type admin-prohibited",
  "add rule inet t i tcp dport 84 reject with icmpx type port-unreachable",
  "add rule inet t i tcp dport 85 reject with icmpx type host-unreachable",
  "add rule inet t i tcp dport 86 reject with icmpx type no-route",
  "add rule inet t i tcp dport 87 reject with tcp reset",
  "add rule inet t i tcp dport 8080 drop",
  "add rule inet t o tcp dport 88 drop",
  "add rule inet t o tcp dport 89 reject with icmpx type admin-prohibited",
  "add rule inet t o tcp dport 90 reject with tcp reset",
];
const PORTS = "80-90,8080,9000-9310";
const FIREWALLED = [
  "ip link set lo up",
  "nft add table inet t",
  "nft 'add chain inet t i { type filter hook input priority 0; }'",
  "nft 'add chain inet t o { type filter hook output priority 0; }'",
  ...FIREWALL.map((rule) => `nft ${rule}`),
  `python3 -c '${
    [
      "import socket",
      "a = [socket.create_server((h, p), family=f) for p in [80, 8080, *range(9000, 9300)]" +
      ' for f, h in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))]',
      'print("up", flush=True)',
      "import signal; signal.pause()",
    ].join("\n")
  }' > "$D/up" & S=$!`,
  'until grep -q up "$D/up"; do :; done',
].join("\n");

/** Runs a shell in a network of its own, in which some ports listen and some are firewalled. */
async function firewalled(script: string): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    const text = `D=${folder}\n${FIREWALLED}\n${script}\nkill $S`;
    return (await runTool("unshare", ["-n", "sh", "-c", text])).out;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function sockLine(args: string[], permissions = ["-A"]): string {
  return [Deno.execPath(), ...sockCommand(args, permissions)].map((word) => `'${word}'`).join(" ");
}

function statesOf(text: string): string[] {
  return Array.from(
    text.matchAll(/^ *(\d+)(?:\/tcp)? +(open|closed|filtered)/gm),
    ([, port, state]) => `${port} ${state}`,
  );
}

for (
  const [engine, permissions] of [["libc", ["-A"]], ["deno", ["--allow-net"]]] as const
) {
  for (const [host, flags] of [["127.0.0.1", ""], ["::1", "-6 "]]) {
    testWith(
      { tools: ["nmap", "nft", "ip", "python3"], netns: true },
      `scan sees what nmap sees behind a firewall, by ${engine} of ${host}`,
      async () => {
        // On loopback an ICMP error comes while the call is still at it, and counts only when the
        // kernel has sent again, after a second.
        const sock = sockLine(
          ["scan", host, PORTS, "--all", "-q", "-t", "1.5", "-R", "0"],
          [...permissions],
        );
        // With -dd nmap lists each port, too.
        const out = await firewalled(
          `${sock}; echo THEIRS; nmap -n -Pn -sT -dd ${flags}-p${PORTS} ${host}`,
        );
        const [ours, theirs] = out.split("THEIRS\n");
        assertEquals(statesOf(ours).length, 323, out);
        assertEquals(statesOf(ours), statesOf(theirs));
        const states = statesOf(ours);
        for (
          const one of ["80 open", "81 filtered", "82 filtered", "83 closed", "87 closed"]
        ) assert(states.includes(one), one);
        assertEquals(states.filter((line) => line.endsWith("open")).length, 301);
      },
    );
  }
}

testWith(
  { tools: ["nft", "ip", "ss", "python3"], netns: true },
  "scan resets what it opens: nothing lingers, and few descriptors do",
  async () => {
    const sock = sockLine(["scan", "127.0.0.1", "80,9000-9299", "-q"]);
    const out = await firewalled(
      `ulimit -n 64; ${sock} | wc -l; ulimit -n 1024; ss -Htan state time-wait state fin-wait-1 state fin-wait-2 state established | wc -l`,
    );
    assertEquals(out.trim().split(/\s+/), ["301", "0"]);
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
