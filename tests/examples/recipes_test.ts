/** The recipes, each with a program of others on the other end. */
import { assert, assertEquals } from "@std/assert";
import { makeCertificate, makeSelfSigned } from "../bridge/_certificates.ts";
import * as tcp from "../../tcp/mod.ts";
import { PYTHON, testWith } from "../_tools.ts";
import { Program } from "./_programs.ts";

const TEXT = new TextDecoder();

/** Runs a program of the machine; its standard output. */
async function run(command: string, args: string[], input = ""): Promise<string> {
  const child = new Deno.Command(command, {
    args,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  assert(success, `${command}: ${TEXT.decode(stderr)}`);
  return TEXT.decode(stdout);
}

/** A Python program that prints its port first. */
async function python(
  source: string,
): Promise<AsyncDisposable & { port: number; rest(): Promise<string> }> {
  const child = new Deno.Command(PYTHON, { args: ["-c", source], stdin: "null", stdout: "piped" })
    .spawn();
  const reader = child.stdout.getReader();
  const port = Number(TEXT.decode((await reader.read()).value!));
  return {
    port,
    rest: async () => TEXT.decode((await reader.read()).value),
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended.
      }
      await reader.cancel();
      await child.status;
    },
  };
}

const portOf = async (program: Program) => Number((await program.line()).split(" ")[1]);

testWith(
  { tools: ["python3"] },
  "tcp_proxy.ts passes on, ends idle connections and refuses too many",
  async () => {
    await using target = await python(`
import socketserver
class Echo(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile: self.wfile.write(line.upper())
server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo)
server.daemon_threads = True
print(server.server_address[1], flush=True)
server.serve_forever()`);
    await using proxy = new Program("recipes/tcp_proxy.ts", [
      "0",
      "127.0.0.1",
      `${target.port}`,
      "1",
      "300",
    ]);
    const port = await portOf(proxy);
    {
      using client = await tcp.connect({ hostname: "127.0.0.1", port });
      await client.sendAll(new TextEncoder().encode("one\n"));
      assertEquals(TEXT.decode(await client.recvUntil("\n")), "ONE\n");
      using second = await tcp.connect({ hostname: "127.0.0.1", port });
      assertEquals((await second.recv()).length, 0);
      await client.closeWrite();
      assertEquals((await client.recv()).length, 0);
    }
    assertEquals(await proxy.line(), "done");
    using idle = await tcp.connect({ hostname: "127.0.0.1", port });
    assertEquals((await idle.recv()).length, 0);
    assertEquals(await proxy.line(), "closed: TimeoutError");
  },
);

testWith(
  { tools: ["dnsmasq"] },
  "dns_client.ts asks dnsmasq, over TCP for what is long",
  async () => {
    const { hostname, port } = await freeAddress();
    const records = Array.from(
      { length: 120 },
      (_, i) => `--host-record=many.test,192.0.2.${i + 1}`,
    );
    const server = new Deno.Command("dnsmasq", {
      args: [
        "--keep-in-foreground",
        "--no-resolv",
        "--no-hosts",
        "--conf-file=/dev/null",
        "--pid-file=",
      ]
        .concat([`--port=${port}`, `--listen-address=${hostname}`, "--bind-interfaces"])
        .concat(["--host-record=one.test,192.0.2.7", "--txt-record=one.test,words", ...records]),
      stderr: "null",
    }).spawn();
    try {
      await untilListening(port);
      const ask = async (name: string, type: string) => {
        await using client = new Program("recipes/dns_client.ts", [
          hostname,
          `${port}`,
          name,
          type,
        ]);
        return await client.rest();
      };
      assertEquals(await ask("one.test", "A"), ["one.test A 192.0.2.7"]);
      const [txt] = await ask("one.test", "TXT");
      assert(txt.startsWith("one.test TXT ") && txt.includes("words"), txt);
      assertEquals((await ask("many.test", "A")).length, 120);
    } finally {
      server.kill("SIGKILL");
      await server.status;
    }
  },
);

testWith({ tools: ["logger"] }, "syslog_receiver.ts hears logger", async () => {
  await using receiver = new Program("recipes/syslog_receiver.ts", ["0"]);
  const port = await portOf(receiver);
  const to = ["--server", "127.0.0.1", "--port", `${port}`, "--udp", "--rfc3164"];
  await run("logger", [...to, "--priority", "daemon.warning", "--tag", "tester", "mind the gap"]);
  const line = await receiver.line();
  assert(line.startsWith("127.0.0.1 warning ") && line.endsWith("mind the gap"), line);
});

testWith({ tools: ["python3"] }, "port_scanner.ts finds what Python listens on", async () => {
  await using server = await python(`
import socket, time
s = socket.create_server(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
time.sleep(100)`);
  const { port } = server;
  const range = [`${Math.max(1, port - 20)}`, `${port}`];
  await using scanner = new Program("recipes/port_scanner.ts", ["127.0.0.1", ...range]);
  const lines = await scanner.rest();
  assert(lines.includes(`${port} open`), lines.join());
  assertEquals(lines.at(-1), "21 ports");
});

Deno.test("seqpacket_chat.ts knows who speaks and answers over a socket that was passed", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const path = `${dir}/chat.sock`;
    const user = `user ${Deno.uid()}`;
    await using server = new Program("recipes/seqpacket_chat.ts", [path]);
    assertEquals(await server.line(), `path ${path}`);
    await using ann = new Program("recipes/seqpacket_chat.ts", [path, "ann"]);
    assertEquals(await server.line(), `${user} says ann is here`);
    assertEquals(await ann.line(), `only you hear this, ${user}`);
    await using bob = new Program("recipes/seqpacket_chat.ts", [path, "bob"]);
    assertEquals(await bob.line(), `only you hear this, ${user}`);
    assertEquals(await ann.rest(), ["bob is here"]);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

testWith(
  { tools: ["python3"] },
  "wake_on_lan.ts sends the magic packet as Python hears it",
  async () => {
    await using receiver = await python(`
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("0.0.0.0", 0))
print(s.getsockname()[1], flush=True)
print(s.recv(1000).hex(), flush=True)`);
    const args = ["02:00:00:00:00:0a", "127.255.255.255", `${receiver.port}`];
    await using sender = new Program("recipes/wake_on_lan.ts", args);
    assertEquals(await sender.rest(), ["sent 102 bytes"]);
    assertEquals((await receiver.rest()).trim(), "ff".repeat(6) + "02000000000a".repeat(16));
  },
);

testWith({ tools: ["openssl"] }, "tls_echo.ts echoes to openssl s_client", async () => {
  const ca = makeSelfSigned("recipes-ca");
  const { certFile, keyFile } = makeCertificate("localhost", ca);
  await using server = new Program("recipes/tls_echo.ts", [certFile, keyFile]);
  const to = ["-connect", `127.0.0.1:${await portOf(server)}`, "-servername", "localhost"];
  const child = new Deno.Command("openssl", {
    args: ["s_client", ...to, "-CAfile", ca.certFile, "-verify_return_error", "-quiet"],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode("over TLS\n"));
  const reader = child.stdout.getReader();
  assertEquals(TEXT.decode((await reader.read()).value), "over TLS\n");
  assertEquals(await server.line(), "TLSv1.3 localhost");
  child.kill("SIGKILL");
  await writer.close().catch(() => {});
  await reader.cancel();
  await child.status;
});

testWith({ tools: ["curl"] }, "http_unix.ts answers itself and curl", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const path = `${dir}/http.sock`;
    await using server = new Program("recipes/http_unix.ts", [path]);
    assertEquals(await server.line(), 'own {"method":"POST","pathname":"/self","body":"me"}');
    const answer = await run("curl", [
      "-sS",
      "--unix-socket",
      path,
      "-d",
      "x",
      "http://localhost/c",
    ]);
    assertEquals(JSON.parse(answer), { method: "POST", pathname: "/c", body: "x" });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

const RESPONDER = `
import os, socket, struct, subprocess, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 5353))
group = socket.inet_aton("224.0.0.251") + socket.inet_aton("127.0.0.1")
s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
child = subprocess.Popen(sys.argv[1:])
query, peer = s.recvfrom(1000)
assert query[-2:] == b"\\x80\\x01", query
name = query[12:-4]
answer = name + struct.pack("!HHIH", 1, 0x8001, 120, 4) + bytes([192, 0, 2, 9])
s.sendto(struct.pack("!6H", 0, 0x8400, 0, 1, 0, 0) + answer, peer)
sys.exit(child.wait())
`;

testWith(
  { tools: ["python3", "unshare", "ip"], netns: true },
  "mdns_query.ts is answered, in a network of its own",
  async () => {
    const program = new URL("../../examples/recipes/mdns_query.ts", import.meta.url).pathname;
    const deno = [Deno.execPath(), "run", "--no-check", "--no-prompt", "--allow-net", program];
    const script = `ip link set lo up && ip route add 224.0.0.0/4 dev lo && exec "$@"`;
    const command = ["-n", "sh", "-c", script, "sh", PYTHON, "-c", RESPONDER, ...deno];
    assertEquals(
      await run("unshare", [...command, "printer.local"]),
      "printer.local 192.0.2.9 says 127.0.0.1\n",
    );
  },
);

async function freeAddress(): Promise<{ hostname: string; port: number }> {
  using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0 });
  return { hostname: "127.0.0.1", port: listener.localAddr.port };
}

/** No server tells when it listens: asks until it does. */
async function untilListening(port: number): Promise<void> {
  for (let left = 500; left > 0; left--) {
    try {
      return (await tcp.connect({ hostname: "127.0.0.1", port })).close();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  throw new Error(`nobody listens on ${port}`);
}
