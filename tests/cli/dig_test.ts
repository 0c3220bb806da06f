import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { PYTHON, testWith } from "../_tools.ts";
import { closedPort, runSock, runTool, Sock } from "./_sock.ts";

/** dnsmasq with records of its own, on loopback. */
class NameServer implements AsyncDisposable {
  readonly port = closedPort();
  readonly #child: Deno.ChildProcess;

  constructor() {
    this.#child = new Deno.Command("dnsmasq", {
      args: [
        "--no-daemon",
        "--conf-file=/dev/null",
        "--no-resolv",
        "--no-hosts",
        "--user=root",
        `--port=${this.port}`,
        "--listen-address=127.0.0.1",
        "--bind-interfaces",
        "--local=/test/",
        "--local-ttl=77",
        "--host-record=a.test,192.0.2.7,2001:db8::7",
        "--cname=www.test,a.test",
        "--mx-host=test,mail.test,10",
        '--txt-record=txt.test,hello "w" \\\\x,second',
        ...Array.from({ length: 12 }, (_, i) => `--txt-record=big.test,${"x".repeat(200)}${i}`),
        "--srv-host=_sip._tcp.test,sip.test,5060,5,6",
        "--caa-record=test,0,issue,ca.test",
        "--dns-rr=ssh.test,44,0101000102030405060708090a0b0c0d0e0f10111213",
        "--dns-rr=odd.test,65280,00ff",
      ],
      stdout: "null",
      stderr: "null",
    }).spawn();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#child.status;
  }

  /** Waits until it answers. */
  async ready(): Promise<string> {
    const server = `@127.0.0.1:${this.port}`;
    while ((await runSock(["dig", "a.test", server, "-q", "-t", "0.2"])).code !== 0);
    return server;
  }
}

const records = (text: string) =>
  text.trim().split("\n").map((line) => line.split(/\s+/).join(" ")).sort();

testWith(
  { tools: ["dnsmasq", "dig"], root: true },
  "dig prints the records that dig prints",
  async () => {
    await using server = new NameServer();
    const at = await server.ready();
    for (
      const [name, type] of [
        ["a.test", "A"],
        ["www.test", "AAAA"],
        ["test", "MX"],
        ["test", "CAA"],
        ["txt.test", "TXT"],
        ["big.test", "TXT"],
        ["_sip._tcp.test", "SRV"],
        ["ssh.test", "SSHFP"],
        ["odd.test", "TYPE65280"],
      ]
    ) {
      const judge = await runTool("dig", [
        `-p${server.port}`,
        "@127.0.0.1",
        name,
        type,
        "+noall",
        "+answer",
      ]);
      const { code, out } = await runSock(["dig", name, type, at]);
      assertEquals(code, 0);
      assertEquals(records(out), records(judge.out), `${name} ${type}`);
    }
    const { out } = await runSock(["dig", "192.0.2.7", at, "--short"]);
    assertEquals(out, "a.test.\n");
    const six = await runSock(["dig", "2001:db8::7", at, "--short"]);
    assertEquals(six.out, "a.test.\n");
  },
);

testWith(
  { tools: ["dnsmasq"], root: true },
  "dig takes TCP where an answer does not fit, or --tcp asks for it",
  async () => {
    await using server = new NameServer();
    const at = await server.ready();
    const transport = async (...args: string[]) => {
      const { out } = await runSock(["dig", ...args, at, "--json"]);
      const lines = out.trim().split("\n").map((line) => JSON.parse(line));
      assertEquals(lines.length - 1, lines.at(-1).records);
      return lines.at(-1).transport;
    };
    assertEquals(await transport("a.test"), "udp");
    assertEquals(await transport("big.test", "TXT"), "tcp");
    assertEquals(await transport("a.test", "--tcp"), "tcp");
  },
);

testWith(
  { tools: ["dnsmasq"], root: true },
  "dig ends with 4 where there is no name or no record, and tells the status",
  async () => {
    await using server = new NameServer();
    const at = await server.ready();
    const missing = await runSock(["dig", "no.test", at]);
    assertEquals([missing.code, missing.out], [4, ""]);
    assertMatch(missing.err, /^;; no\.test A: NXDOMAIN, 0 records, /);
    const empty = await runSock(["dig", "txt.test", "A", at]);
    assertEquals([empty.code, empty.out], [4, ""]);
    assertMatch(empty.err, /NOERROR, 0 records/);
    // Whatever is not its own is refused: it has nobody to ask.
    const refused = await runSock(["dig", "example.com", at]);
    assertEquals(refused.code, 1);
    assertMatch(refused.err, /REFUSED/);
    assertMatch((await runSock(["dig", "a.test", at, "--no-recurse"])).err, /flags qr aa ra,/);
  },
);

Deno.test("dig tells a server that is not there from one that is silent", async () => {
  const refused = await runSock(["dig", "a.test", `@127.0.0.1:${closedPort()}`]);
  assertEquals(refused.code, 1);
  assertMatch(refused.err, /ECONNREFUSED/);
  await using silent = new Sock(["listen", "udp:127.0.0.1:0"]);
  const port = await silent.port();
  const args = ["dig", "a.test", `@127.0.0.1:${port}`, "-t", "100ms", "--tries", "2"];
  const { code, err } = await runSock(args);
  assertEquals(code, 3);
  assertMatch(err, /^sock: No answer from 127\.0\.0\.1 port \d+ after 2 tries/);
});

Deno.test("dig refuses what is no question, and helps", async () => {
  for (
    const [args, why] of [
      [["a.test", "AAA"], "did you mean AAAA?"],
      [["a.test", "AXFR"], "transfer"],
      [["a.test", "@1.1.1.1", "@2.2.2.2"], "one server"],
      [["@1.1.1.1"], "a name"],
      [["a.test", "@"], "lacks the server"],
      [["a.test", "@127.0.0.1:70000"], "port"],
      [["a.test", "@127.0.0.1", "--interface", "lo"], "names in .local"],
    ] as const
  ) {
    const { code, err } = await runSock(["dig", ...args]);
    assertEquals(code, 2, args.join(" "));
    assertStringIncludes(err, why);
  }
});

/** Takes any OPT record for a malformed question, as servers of old do. */
const OLD_SERVER = `
import socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
for turn in range(2):
    data, peer = s.recvfrom(9000)
    additional = struct.unpack(">H", data[10:12])[0]
    end = data.index(0, 12) + 5
    if additional:
        s.sendto(data[:2] + bytes([0x81, 0x81]) + data[4:6] + bytes(6) + data[12:end], peer)
    else:
        s.sendto(data[:2] + bytes([0x81, 0x80]) + data[4:6] + bytes([0, 1]) + bytes(4) + data[12:end] +
            bytes([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, 192, 0, 2, 5]), peer)
`;

testWith(
  { tools: [PYTHON] },
  "dig asks a server that does not know EDNS again, without it",
  async () => {
    const server = new Deno.Command(PYTHON, {
      args: ["-c", OLD_SERVER],
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const reader = server.stdout.getReader();
    const port = new TextDecoder().decode((await reader.read()).value).trim();
    const { code, out } = await runSock(["dig", "old.test", `@127.0.0.1:${port}`]);
    assertEquals([code, out], [0, "old.test.  5  IN  A  192.0.2.5\n"]);
    await reader.cancel();
    assertEquals((await server.status).code, 0);
  },
);

/** Answers one multicast question as RFC 6762 has it: the id and the question may be left out. */
const RESPONDER = `
import socket, struct, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("224.0.0.251", 5353))
s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
    socket.inet_aton("224.0.0.251") + socket.inet_aton("127.0.0.1"))
print("ready", flush=True)
data, peer = s.recvfrom(9000)
name = b"\\x07printer\\x05local\\x00"
assert data[2:12] == bytes([0, 0, 0, 1, 0, 0, 0, 0, 0, 0]), data
assert data[12:] == name + bytes([0, 1, 0, 1]), data
s.sendto(struct.pack(">6H", 0, 0x8400, 0, 1, 0, 0) + name +
    struct.pack(">HHIH", 1, 0x8001, 120, 4) + bytes([192, 0, 2, 99]), peer)
`;

testWith(
  { root: true, tools: [PYTHON] },
  "dig asks the hosts around for a name in .local",
  async () => {
    const responder = new Deno.Command(PYTHON, {
      args: ["-c", RESPONDER],
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const reader = responder.stdout.getReader();
    await reader.read();
    const { code, out, err } = await runSock(["dig", "printer.local", "-I", "lo", "-t", "1"]);
    assertEquals([code, out], [0, "printer.local.  120  IN  A  192.0.2.99\n"], err);
    assertMatch(err, /over mdns/);
    await reader.cancel();
    assertEquals((await responder.status).code, 0);
  },
);

testWith(
  { root: true },
  "dig reads the servers of resolv.conf, and goes on to the next",
  async () => {
    // Nobody listens at port 53 of either: both are asked, and the last failure is told.
    const conf = await Deno.makeTempFile();
    await Deno.writeTextFile(conf, "search test\nnameserver 127.0.0.98\n  nameserver 127.0.0.99\n");
    const line = `mount --bind ${conf} /etc/resolv.conf && ip link set lo up && exec "$@"`;
    const sock = new URL("../../cli/mod.ts", import.meta.url).pathname;
    const { code, stderr } = await new Deno.Command("unshare", {
      args: [
        "-mn",
        "sh",
        "-c",
        line,
        "sh",
        Deno.execPath(),
        "run",
        "-A",
        sock,
        "dig",
        "a.test",
        "-j",
      ],
    }).output();
    await Deno.remove(conf);
    const { message, exitCode } = JSON.parse(new TextDecoder().decode(stderr));
    assertEquals([code, exitCode], [1, 1]);
    assertMatch(message, /refused/i);
  },
);
