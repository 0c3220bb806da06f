/** Families over TCP: SMC falls back to it, RDS goes over it, KCM finds messages in it. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  BPF_ADD,
  BPF_ALU64,
  BPF_EXIT,
  BPF_H,
  BPF_JMP,
  BPF_K,
  BPF_LD,
  BPF_MOV,
  BPF_PROG_TYPE_SOCKET_FILTER,
  BPF_X,
} from "../../ffi/abi/bpf_constants.ts";
import { closeFd, libc } from "../../ffi/abi/library.ts";
import { AF_INET } from "../../ffi/abi/socket_constants.ts";
import { loadProgram } from "../../ffi/bpf/calls.ts";
import { encodeEbpf } from "../../ffi/bpf/instructions.ts";
import type * as core from "../../core/mod.ts";
import * as f from "../../mod.ts";
import { limitMs, PYTHON, testWith } from "../_tools.ts";
import { PythonPeer } from "../ffi/_python.ts";
import { bytes, text } from "../ffi/_sockets.ts";
import { inGuest, lacksFamily, modprobe, run } from "./_lacks.ts";

libc();

/** Loads from a packet, in network order (linux/bpf_common.h). */
const BPF_ABS = 0x20;
/** SIOCPROTOPRIVATE + 0 (linux/kcm.h). */
const SIOCKCMATTACH = 0x89e0;

const { SOCK_DGRAM, SOCK_SEQPACKET, SOCK_STREAM, socket } = f;
const limit = { timeoutMs: limitMs(5000) };

testWith(
  { kernel: lacksFamily(f.AF_SMC, SOCK_STREAM) },
  "SMC: to a peer of TCP it falls back, and the kernel says so; both ways",
  async () => {
    using listener = socket(f.AF_SMC, SOCK_STREAM);
    assertEquals(listener.family, "smc");
    listener.bind({ hostname: "127.0.0.1", port: 0 });
    listener.listen();
    const { port } = listener.localAddr as core.InetAddress;
    // CPython knows TCP, and what the kernel says of the sockets of SMC (linux/smc_diag.h).
    await using peer = new PythonPeer(
      `
c = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
c.sendall(b"from TCP")
say(c.recv(100))
l = socket.create_server(("127.0.0.1", 0))
say(l.getsockname()[1])
a, _ = l.accept()
a.sendall(a.recv(100) + b" again")
n = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 4)
body = struct.pack("=BxxB48s", 43, 0, bytes(48))
n.send(struct.pack("=IHHII", 16 + len(body), 20, 0x301, 1, 0) + body)
said, done = [], False
while not done:
    data = n.recv(65536)
    while data and not done:
        length, kind = struct.unpack("=IH", data[:6])
        done = kind == 3
        if kind == 20:
            family, state, mode = data[16:19]
            sport, dport = struct.unpack(">HH", data[20:24])
            if dport: said.append((sport, dport, mode))
        data = data[(length + 3) & ~3:]
say(said)
sys.stdin.readline()
`,
      [String(port)],
    );
    const [accepted, from] = await listener.accept(limit);
    using server = accepted;
    assertEquals((from as core.InetAddress).hostname, "127.0.0.1");
    assertEquals(text(await server.recv(100, limit)), "from TCP");
    await server.sendAll(bytes("from SMC"), limit);
    assertEquals(await peer.line(), "b'from SMC'");
    using client = socket(f.AF_SMC, SOCK_STREAM);
    const theirs = Number(await peer.line());
    await client.connect({ hostname: "127.0.0.1", port: theirs }, limit);
    await client.sendAll(bytes("to TCP"), limit);
    assertEquals(text(await client.recv(100, limit)), "to TCP again");
    const own = (client.localAddr as core.InetAddress).port;
    const said = await peer.line();
    // SMC_DIAG_MODE_FALLBACK_TCP is 1.
    for (const [sport, dport] of [[own, theirs], [port, (from as core.InetAddress).port]]) {
      assert(said.includes(`(${sport}, ${dport}, 1)`), `${sport} ${dport}: ${said}`);
    }
  },
);

testWith(
  { kernel: inGuest(f.AF_RDS, SOCK_SEQPACKET), tools: ["ip", "ss"] },
  "RDS: datagrams between two hosts go over TCP, and come with their senders",
  async () => {
    await modprobe("rds_tcp");
    await run("ip", "netns", "add", "rdspeer");
    await run("ip", "link", "add", "rds0", "type", "veth", "peer", "rds0", "netns", "rdspeer");
    const ends: [string[], number][] = [[[], 1], [["-n", "rdspeer"], 2]];
    for (const [before, number] of ends) {
      await run("ip", ...before, "address", "add", `198.18.9.${number}/24`, "dev", "rds0");
      await run("ip", ...before, "link", "set", "rds0", "up");
    }
    await run("ip", "-n", "rdspeer", "link", "set", "lo", "up");
    const address = (hostname: string, port: number) => ({ hostname, port });
    // CPython opens its socket in the peer's namespace.
    await using peer = new PythonPeer(`
import os
fd = os.open("/run/netns/rdspeer", os.O_RDONLY)
import ctypes
ctypes.CDLL(None).setns(fd, 0x40000000)
s = socket.socket(socket.AF_RDS, socket.SOCK_SEQPACKET)
s.bind(("198.18.9.2", 5001))
say("bound")
data, who = s.recvfrom(100)
say(data, who)
s.sendto(data + b" again", who)
sys.stdin.readline()
`);
    assertEquals(await peer.line(), "bound");
    using ours = socket(f.AF_RDS, SOCK_SEQPACKET);
    assertEquals(ours.family, "rds");
    ours.bind(address("198.18.9.1", 5000));
    assertEquals(ours.localAddr, { family: "inet", ...address("198.18.9.1", 5000) });
    await ours.sendTo(bytes("reliably"), address("198.18.9.2", 5001), limit);
    assertEquals(await peer.line(), "b'reliably' ('198.18.9.1', 5000)");
    const [data, from] = await ours.recvFrom(100, limit);
    assertEquals([text(data), from], [
      "reliably again",
      { family: "inet", ...address("198.18.9.2", 5001) },
    ]);
    // RDS_TCP_PORT (net/rds/tcp.h), at either end.
    assertMatch(await run("ss", "-tn"), /198\.18\.9\.1:\d+ +198\.18\.9\.2:\d+/);
    assertMatch(await run("ss", "-tn"), /:16385\b/);
  },
);

/** Says how long a message of KCM is: two bytes in network order, and what they count. */
const LENGTH_BEFORE = encodeEbpf([
  { code: BPF_ALU64 | BPF_MOV | BPF_X, dst: 6, src: 1 },
  { code: BPF_LD | BPF_ABS | BPF_H },
  { code: BPF_ALU64 | BPF_ADD | BPF_K, dst: 0, imm: 2 },
  { code: BPF_JMP | BPF_EXIT },
]);

/** A message with its length before it. */
function framed(content: string): Uint8Array {
  const payload = bytes(content);
  return Uint8Array.of(payload.length >> 8, payload.length & 255, ...payload);
}

testWith(
  { kernel: lacksFamily(f.AF_KCM, SOCK_DGRAM), tools: [PYTHON] },
  "KCM: a program of ours finds the messages in the connections of TCP that are attached",
  async () => {
    const program = loadProgram(BPF_PROG_TYPE_SOCKET_FILTER, LENGTH_BEFORE);
    using kcm = socket(f.AF_KCM, SOCK_DGRAM);
    using listener = socket(AF_INET, SOCK_STREAM);
    listener.bind({ hostname: "127.0.0.1", port: 0 });
    listener.listen();
    await using peer = new PythonPeer(
      `
def connect():
    c = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return c
a, b = connect(), connect()
for line in sys.stdin:
    which, text = line.split(" ", 1)
    c = a if which == "a" else b
    if which == "?":
        a.settimeout(1)
        got = b""
        for c in (a, b):
            c.setblocking(False)
            try: got += c.recv(100)
            except BlockingIOError: pass
        say(got.hex())
    else:
        c.sendall(bytes.fromhex(text))
        say("sent")
`,
      [String((listener.localAddr as core.InetAddress).port)],
    );
    const connections = [await listener.accept(limit), await listener.accept(limit)];
    for (const [connection] of connections) {
      // struct kcm_attach { int fd; int bpf_fd; }, SIOCKCMATTACH (linux/kcm.h).
      const attach = new Uint8Array(Int32Array.of(connection.fd, program).buffer);
      assertEquals(libc().ioctl(kcm.fd, SIOCKCMATTACH, attach), 0);
    }
    const say = async (which: string, data: Uint8Array) => {
      await peer.tell(`${which} ${data.toHex()}`);
      assertEquals(await peer.line(), "sent");
    };
    const received = async () => text((await kcm.recv(100, limit)).subarray(2));
    await say("a", framed("one"));
    assertEquals(await received(), "one");
    await say("b", framed("two, by the other connection"));
    assertEquals(await received(), "two, by the other connection");
    // A message that comes in pieces is one when the last is there.
    const three = framed("three in three pieces");
    for (const [from, to] of [[0, 1], [1, 5], [5, undefined]] as const) {
      assertEquals(kcm.tryRecv(100), null);
      await say("a", three.subarray(from, to));
    }
    assertEquals(await received(), "three in three pieces");
    // And one of ours goes whole by one of them.
    await kcm.send(framed("ours"), limit);
    let answer = "";
    while (answer === "") {
      await peer.tell("? ");
      answer = await peer.line();
    }
    assertEquals(answer, framed("ours").toHex());
    for (const [connection] of connections) connection.close();
    closeFd(program);
  },
);
