import { assert, assertEquals, assertMatch } from "@std/assert";
import { drawHistogram, formatMillis } from "../../cli/histogram.ts";
import { testWith } from "../_tools.ts";
import { runSock, runTool, Sock, sockCommand } from "./_sock.ts";

/** Whether this process may send ICMP at all. */
const needsIcmp = {
  other: () => Deno.uid() === 0 ? undefined : "needs root or a ping group",
};
const netns = { netns: true, tools: ["unshare", "ip", "sh"] };

/** Runs `sock` in a network namespace of its own, with loopback up, after `setup`. */
async function inNamespace(
  setup: string,
  args: readonly string[],
): Promise<{ code: number; out: string }> {
  const command = [Deno.execPath(), ...sockCommand(args, ["-A"])].map((word) => `'${word}'`);
  const script = `ip link set lo up; ${setup}; exec ${command.join(" ")}`;
  return await runTool("unshare", ["-n", "sh", "-c", script]);
}
const DEAF = "echo 1 > /proc/sys/net/ipv4/icmp_echo_ignore_all";

testWith(needsIcmp, "ping prints replies and a summary as ping does", async () => {
  const { code, out, err } = await runSock(["ping", "-c", "3", "-i", "20ms", "127.0.0.1"]);
  assertEquals([code, err], [0, ""]);
  const lines = out.split("\n");
  assertEquals(lines[0], "PING 127.0.0.1 (127.0.0.1) 56 data bytes");
  for (let i = 1; i <= 3; i++) {
    assertMatch(
      lines[i],
      new RegExp(`^64 bytes from 127\\.0\\.0\\.1: icmp_seq=${i} ttl=\\d+ time=\\d+\\.\\d+ ms$`),
    );
  }
  assertEquals(lines[5], "--- 127.0.0.1 ping statistics ---");
  assertMatch(lines[6], /^3 packets transmitted, 3 received, 0% packet loss, time \d+ms$/);
  assertMatch(lines[7], /^rtt min\/avg\/p50\/p99\/max\/mdev = (\d+\.\d+\/){5}\d+\.\d+ ms$/);
});

testWith(needsIcmp, "ping --json prints each reply and the summary as objects", async () => {
  const { code, out } = await runSock(["ping", "-c", "2", "-i", "0.02", "::1", "-j", "-s", "100"]);
  assertEquals(code, 0);
  const events = out.trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(events.map(({ event }) => event), ["reply", "reply", "summary"]);
  assertEquals(events[0].lengthBytes, 108);
  assertEquals([events[2].transmitted, events[2].received, events[2].lossPercent], [2, 2, 0]);
  assert(events[2].minMicros <= events[2].p50Micros);
});

testWith(
  needsIcmp,
  "ping ends with its summary on Ctrl-C, and 0 for there were replies",
  async () => {
    await using sock = new Sock(["ping", "127.0.0.1", "-i", "10ms"]);
    const reader = sock.child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (!text.includes("icmp_seq=2 ")) text += (await reader.read()).value;
    sock.child.kill("SIGINT");
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      text += value;
    }
    assertMatch(text, /\d+ packets transmitted, \d+ received, 0% packet loss/);
    assertEquals((await sock.child.status).code, 0);
  },
);

testWith(needsIcmp, "ping --deadline ends it, --histogram draws the round trips", async () => {
  const { code, out } = await runSock(["ping", "127.0.0.1", "-w", "0.3", "-i", "10ms", "-q", "-H"]);
  assertEquals(code, 0);
  assert(!out.includes("icmp_seq"));
  assertMatch(out, /\n +[\d.]+ {2}- +[\d.]+ {2}(µs|ms) {2}█/);
});

testWith(netns, "ping of a host that is silent ends with 1 and says so", async () => {
  const { code, out } = await inNamespace(DEAF, [
    "ping",
    "-c",
    "2",
    "-i",
    "20ms",
    "-W",
    "100ms",
    "127.0.0.1",
  ]);
  assertEquals(code, 1);
  assertMatch(out, /no reply to icmp_seq=1\nno reply to icmp_seq=2\n/);
  assertMatch(out, /2 packets transmitted, 0 received, 100% packet loss/);
});

testWith(netns, "ping tells an ICMP error in ping's words", async () => {
  // A route that refuses, in the namespace's own table.
  const { code, out } = await inNamespace(
    "ip route add unreachable 198.51.100.0/24; ip link add d type veth peer name e; " +
      "ip addr add 203.0.113.1/24 dev d; ip link set d up",
    ["ping", "-c", "1", "-W", "200ms", "198.51.100.1"],
  );
  assert(code === 1 || code === 2, `code ${code}`);
  assertMatch(out, /EHOSTUNREACH|ENETUNREACH|Unreachable/);
});

Deno.test("ping, sweep and resolve end with 2, 2 and 4 for a name that is not there", async () => {
  assertEquals((await runSock(["ping", "-c", "1", "no such host"])).code, 2);
  const sweep = await runSock(["sweep", "no such host"]);
  assertEquals(sweep.code, 2);
  assertMatch(sweep.err, /^sock: Cannot resolve "no such host".*EAI_[A-Z]+/);
  assertEquals((await runSock(["resolve", "no such host"])).code, 4);
});

Deno.test("ping and sweep end with 2 for wrong arguments and missing permissions, and say which", async () => {
  for (
    const args of [
      ["ping"],
      ["ping", "-4", "-6", "localhost"],
      ["ping", "-c", "0", "localhost"],
      ["ping", "-s", "65508", "localhost"],
      ["ping", "-p", "xyz", "localhost"],
      ["ping", "-t", "256", "localhost"],
      ["sweep"],
      ["sweep", "127.0.0.0/33"],
      ["sweep", "-", "127.0.0.1"],
      ["sweep", "127.0.0.1", "--rate", "fast"],
    ]
  ) {
    const { code, out } = await runSock(args);
    assertEquals([code, out], [2, ""], args.join(" "));
  }
  for (const command of ["ping", "sweep"]) {
    const { code, err } = await runSock([command, "127.0.0.1"], "", {
      permissions: ["--allow-net=127.0.0.1"],
    });
    assertEquals(code, 2);
    assertMatch(err, /--allow-ffi/);
  }
});

testWith(
  needsIcmp,
  "ping needs the net permission of its host and --allow-ffi, and nothing else",
  async () => {
    const { code, err } = await runSock(["ping", "-c", "1", "127.0.0.1"], "", {
      permissions: ["--allow-ffi", "--allow-net=127.0.0.1"],
    });
    assertEquals([code, err], [0, ""]);
  },
);

testWith(
  needsIcmp,
  "sweep lists the hosts that answer, and sums up on standard error",
  async () => {
    const { code, out, err } = await runSock(["sweep", "127.0.0.0/29", "127.1.0.1-3"]);
    assertEquals(code, 0);
    const hosts = out.trim().split("\n").map((line) => line.split(/ +/)[0]).sort();
    assertEquals(hosts, [
      ...["1", "2", "3", "4", "5", "6"].map((n) => `127.0.0.${n}`),
      ...["1", "2", "3"].map((n) => `127.1.0.${n}`),
    ]);
    assertMatch(out, /^127\.0\.0\.\d {6} +\d+\.\d+ ms$/m);
    assertMatch(err, /^9 hosts, 9 alive, 0 silent, \d+ requests, /);
    assertMatch(err, /\nrtt min\/avg\/p50\/p99\/max\/mdev = /);
  },
);

testWith(
  needsIcmp,
  "sweep - takes targets from standard input, comments and blank lines left out",
  async () => {
    const input = "127.0.0.1\n\n# a comment\n127.0.0.2  # another\n127.0.0.4-5";
    const { out } = await runSock(["sweep", "-", "--quiet"], input);
    assertEquals(
      out.trim().split("\n").map((line) => line.split(/ +/)[0]).sort(),
      ["127.0.0.1", "127.0.0.2", "127.0.0.4", "127.0.0.5"],
    );
  },
);

testWith(netns, "sweep --all --json tells who is silent, and ends with 1 if all are", async () => {
  const { code, out } = await inNamespace(DEAF, [
    "sweep",
    "127.0.0.1-2",
    "--all",
    "--json",
    "-t",
    "50ms",
  ]);
  assertEquals(code, 1);
  const events = out.trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(events.map(({ alive }) => alive), [false, false, 0]);
  assertEquals([events[0].attempts, events[2].hosts, events[2].silent], [2, 2, 2]);
});

testWith(
  { tools: ["script"], other: needsIcmp.other },
  "sweep shows its progress on a terminal",
  async () => {
    const command = [
      Deno.execPath(),
      ...sockCommand(["sweep", "127.0.0.0/20", "--rate", "4000"], ["-A"]),
    ].map((word) => `'${word}'`).join(" ");
    const { out } = await runTool("script", ["-qec", `${command} > /dev/null`, "/dev/null"]);
    assertMatch(out, /[\d,]+ of 4,094 {2}\d+ % {2}[\d,]+\/s {2}\d+ alive {2}.* left/);
    assertMatch(out, /4,094 hosts, 4,094 alive, 0 silent/);
  },
);

testWith(
  { tools: ["fping"], other: needsIcmp.other },
  "sweep finds the hosts that fping finds",
  async () => {
    const fping = await runTool("fping", ["-a", "-q", "-g", "127.0.0.0/27"]);
    const { out } = await runSock(["sweep", "127.0.0.0/27", "-q"]);
    assertEquals(
      out.trim().split("\n").map((line) => line.split(/ +/)[0]).sort(),
      fping.out.trim().split("\n").sort(),
    );
  },
);

Deno.test("drawHistogram() scales its bars to the width, in eighths, with counts", () => {
  const bars = [
    { fromMicros: 100, toMicros: 200, count: 8 },
    { fromMicros: 200, toMicros: 300, count: 0 },
    { fromMicros: 300, toMicros: 400, count: 1 },
  ];
  const lines = drawHistogram(bars, 40);
  assertEquals(lines.length, 3);
  assertMatch(lines[0], /^ {2}100 {2}- {2}200 {2}µs {2}█+ 8$/);
  assertMatch(lines[1], /µs {2}0$/);
  assert(lines.every((line) => Array.from(line).length <= 40));
  assertEquals(drawHistogram([{ fromMicros: 1, toMicros: 2, count: 0 }], 80), []);
});

Deno.test("formatMillis() keeps three digits after the point for short times", () => {
  assertEquals([4.2, 42, 1234, 12_345, 123_456, 1_234_567, NaN].map(formatMillis), [
    "0.004",
    "0.042",
    "1.234",
    "12.35",
    "123.5",
    "1235",
    "-",
  ]);
});
