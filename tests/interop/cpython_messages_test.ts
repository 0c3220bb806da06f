/** sendmsg, recvmsg and passed descriptors with CPython's `socket` on the other side. */
import { assertEquals } from "@std/assert";
import type { InetAddress } from "../../core/address.ts";
import {
  AF_UNIX,
  MSG_TRUNC,
  SO_PASSCRED,
  SOCK_DGRAM,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  SOL_IP,
  SOL_IPV6,
  SOL_SOCKET,
} from "../../ffi/abi/socket_constants.ts";
import {
  IP_PKTINFO,
  IP_RECVTTL,
  IPV6_RECVHOPLIMIT,
  IPV6_RECVPKTINFO,
} from "../../ffi/abi/ip_constants.ts";
import { type Socket, socket } from "../../ffi/mod.ts";
import { missing, PYTHON, testWith } from "../_tools.ts";
import { bytes, leavesNoFd, setInt, text, udp4, udp6 } from "../ffi/_messages.ts";

const NEEDS = { tools: [PYTHON] };

/** Runs `script`; what it printed, once it has ended well. */
async function python(script: string, ...args: string[]): Promise<string> {
  const prelude = "import array, os, socket, struct, sys\n";
  const { success, stdout, stderr } = await new Deno.Command(PYTHON, {
    args: ["-c", prelude + script, ...args],
  }).output();
  if (!success) throw new Error(text(stderr));
  return text(stdout).trim();
}

function test(name: string, fn: () => Promise<void>): void {
  testWith(NEEDS, name, async () => {
    // Starting a child opens descriptors for good: once before the count.
    if (missing(NEEDS) === undefined) await python("pass");
    await leavesNoFd(fn);
  });
}

/** A listener at a path of its own. */
async function withUnix(
  type: number,
  run: (listener: Socket, path: string, dir: string) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir();
  const path = `${dir}/s`;
  try {
    using own = socket(AF_UNIX, type);
    own.bind({ path });
    if (type !== SOCK_DGRAM) own.listen();
    await run(own, path, dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

const PASS = `
kind, path, dir = int(sys.argv[1]), sys.argv[2], sys.argv[3]
s = socket.socket(socket.AF_UNIX, kind)
if kind == socket.SOCK_DGRAM:
    s.bind(dir + "/peer")
s.connect(path)
with open(dir + "/python", "w+") as f:
    f.write("from python"); f.flush()
    socket.send_fds(s, [b"take"], [f.fileno(), f.fileno()])
data, fds, flags, addr = socket.recv_fds(s, 100, 10)
os.lseek(fds[0], 0, 0)
print(data.decode(), len(fds), os.read(fds[0], 100).decode(), flags & socket.MSG_CTRUNC)
`;

for (
  const [name, type] of [
    ["stream", SOCK_STREAM],
    ["dgram", SOCK_DGRAM],
    ["seqpacket", SOCK_SEQPACKET],
  ] as const
) {
  test(`descriptors pass from CPython to us and from us to CPython over a ${name} socket`, () =>
    withUnix(type, async (own, path, dir) => {
      const child = python(PASS, `${type}`, path, dir);
      const peer = type === SOCK_DGRAM ? own : (await own.accept())[0];
      const { data, control, from } = await peer.recvMsg();
      assertEquals(text(data), "take");
      const { fds } = control!.get("rights")!;
      assertEquals(fds.length, 2);
      for (const { fd } of fds) {
        assertEquals(Deno.readTextFileSync(`/proc/self/fd/${fd}`), "from python");
      }
      control![Symbol.dispose]();
      const path2 = `${dir}/ours`;
      Deno.writeTextFileSync(path2, "from us");
      using fifo = await openFd(path2);
      await peer.sendMsg([bytes("th"), bytes("ere")], {
        to: type === SOCK_DGRAM ? from : undefined,
        control: [{ type: "rights", fds: [fifo.fd, fifo.fd, fifo.fd] }],
      });
      assertEquals(await child, "there 3 from us 0");
      if (peer !== own) peer.close();
    }));
}

/** An open file whose number is known: it came through a socket. */
async function openFd(path: string): Promise<{ fd: number } & Disposable> {
  const file = await Deno.open(path);
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    try {
      if (Deno.readLinkSync(`/proc/self/fd/${name}`) === path) {
        return { fd: Number(name), [Symbol.dispose]: () => file.close() };
      }
    } catch {
      // the listing's own
    }
  }
  throw new Error(`${path} is not open`);
}

test("CPython gets as many of our descriptors as it has room for, at every byte", () =>
  withUnix(SOCK_SEQPACKET, async (own, path) => {
    const rooms = 16 + 4 * 4 + 8;
    const child = python(
      `
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.connect(sys.argv[1])
for room in range(int(sys.argv[2]) + 1):
    data, anc, flags, addr = s.recvmsg(10, room)
    fds = array.array("i")
    for level, kind, cmsg in anc:
        assert (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS)
        fds.frombytes(cmsg[:len(cmsg) - len(cmsg) % 4])
    for fd in fds:
        os.fstat(fd); os.close(fd)
    assert len(fds) == (0 if room < 20 else min(4, (room - 16) // 4)), (room, fds)
    assert bool(flags & socket.MSG_CTRUNC) == (room < 32), (room, flags)
print("ok")
`,
      path,
      `${rooms}`,
    );
    using peer = (await own.accept())[0];
    for (let room = 0; room <= rooms; room++) {
      await peer.sendMsg([bytes("x")], { control: [{ type: "rights", fds: [1, 1, 1, 1] }] });
    }
    assertEquals(await child, "ok");
  }));

test("we get as many of CPython's descriptors as we have room for, at every byte", () =>
  withUnix(SOCK_SEQPACKET, async (own, path) => {
    const rooms = 16 + 4 * 4 + 8;
    const child = python(
      `
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.connect(sys.argv[1])
for room in range(int(sys.argv[2]) + 1):
    socket.send_fds(s, [b"x"], [1, 1, 1, 1])
s.recv(1)
print("ok")
`,
      path,
      `${rooms}`,
    );
    using peer = (await own.accept())[0];
    for (let room = 0; room <= rooms; room++) {
      using control = (await peer.recvMsg(10, { controlBytes: room })).control!;
      const count = control.get("rights")?.fds.length ?? 0;
      assertEquals(count, room < 20 ? 0 : Math.min(4, (room - 16) >> 2), `room ${room}`);
      assertEquals(control.truncated, room < 32, `room ${room}`);
    }
    await peer.send(bytes("x"));
    assertEquals(await child, "ok");
  }));

test("253 descriptors pass each way", () =>
  withUnix(SOCK_STREAM, async (own, path) => {
    const child = python(
      `
s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
s.connect(sys.argv[1])
socket.send_fds(s, [b"x"], [1] * 253)
print(len(socket.recv_fds(s, 1, 253)[1]))
`,
      path,
    );
    using peer = (await own.accept())[0];
    const control = (await peer.recvMsg()).control!;
    assertEquals(control.get("rights")!.fds.length, 253);
    // They are the other end of the pipe that the child's output is read from until its end.
    control[Symbol.dispose]();
    await peer.sendMsg([bytes("x")], {
      control: [{ type: "rights", fds: new Array(253).fill(1) }],
    });
    assertEquals(await child, "253");
  }));

test("credentials that CPython sends and asks for are those of the processes", () =>
  withUnix(SOCK_STREAM, async (own, path) => {
    setInt(own, SOL_SOCKET, SO_PASSCRED, 1);
    const child = python(
      `
s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
s.connect(sys.argv[1])
own = struct.pack("3i", os.getpid(), os.getuid(), os.getgid())
s.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_CREDENTIALS, own)])
data, anc, flags, addr = s.recvmsg(10, socket.CMSG_SPACE(12))
print(os.getpid(), *struct.unpack("3i", anc[0][2]))
`,
      path,
    );
    using peer = (await own.accept())[0];
    const theirs = (await peer.recvMsg()).control!.get("credentials")!;
    const own2 = { pid: Deno.pid, uid: Deno.uid()!, gid: Deno.gid()! };
    await peer.sendMsg([bytes("x")], { control: [{ type: "credentials", ...own2 }] });
    assertEquals(await child, `${theirs.pid} ${own2.pid} ${own2.uid} ${own2.gid}`);
    assertEquals([theirs.uid, theirs.gid], [own2.uid, own2.gid]);
  }));

test("control messages of datagrams mean the same to CPython, IPv4", async () => {
  using udp = udp4();
  setInt(udp, SOL_IP, IP_RECVTTL, 1);
  setInt(udp, SOL_IP, IP_PKTINFO, 1);
  const child = python(
    `
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 0))
s.setsockopt(socket.IPPROTO_IP, 12, 1)  # IP_RECVTTL, which it has no name for
to = ("127.0.0.1", int(sys.argv[1]))
s.sendmsg([b"a", b"b"], [(socket.IPPROTO_IP, socket.IP_TTL, struct.pack("i", 11))], 0, to)
data, anc, flags, addr = s.recvmsg(4, 100)
print(data.decode(), [struct.unpack("i", c)[0] for l, k, c in anc], flags & socket.MSG_TRUNC != 0, addr == to)
`,
    `${(udp.localAddr as InetAddress).port}`,
  );
  const { data, control, from } = await udp.recvMsg();
  assertEquals(text(data), "ab");
  assertEquals(control!.get("ttl")!.ttl, 11);
  assertEquals(control!.get("pktinfo")!.destination, "127.0.0.1");
  await udp.sendMsg([bytes("12345")], { to: from, control: [{ type: "ttl", ttl: 12 }] });
  assertEquals(await child, "1234 [12] True True");
});

test("control messages of datagrams mean the same to CPython, IPv6", async () => {
  using udp = udp6();
  setInt(udp, SOL_IPV6, IPV6_RECVHOPLIMIT, 1);
  setInt(udp, SOL_IPV6, IPV6_RECVPKTINFO, 1);
  const child = python(
    `
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.bind(("::1", 0))
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVHOPLIMIT, 1)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVTCLASS, 1)
s.sendmsg([b"0123456789"], [(socket.IPPROTO_IPV6, socket.IPV6_HOPLIMIT, struct.pack("i", 13))], 0,
          ("::1", int(sys.argv[1])))
data, anc, flags, addr = s.recvmsg(100, 100)
print(sorted(struct.unpack("i", c)[0] for l, k, c in anc))
`,
    `${(udp.localAddr as { port: number }).port}`,
  );
  const { data, control, from, truncated, flags } = await udp.recvMsg(4);
  assertEquals([text(data), truncated, flags & MSG_TRUNC], ["0123", true, MSG_TRUNC]);
  assertEquals(control!.get("hoplimit")!.hopLimit, 13);
  assertEquals(control!.get("pktinfo")!.destination, "::1");
  await udp.sendMsg([bytes("x")], {
    to: from,
    control: [{ type: "hoplimit", hopLimit: 14 }, { type: "tclass", tclass: 16 }],
  });
  assertEquals(await child, "[14, 16]");
});

test("many datagrams go to CPython and come from it", async () => {
  using udp = udp4();
  const child = python(
    `
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 0))
to = ("127.0.0.1", int(sys.argv[1]))
for i in range(100):
    s.sendto(b"%d" % i, to)
print(all(s.recv(100) == b"%d" % i for i in range(100)))
`,
    `${(udp.localAddr as InetAddress).port}`,
  );
  const messages = [];
  while (messages.length < 100) messages.push(...await udp.recvMany());
  assertEquals(messages.map(({ data }) => text(data)), messages.map((_, i) => `${i}`));
  await udp.sendMany(messages.map(({ data, from }) => ({ data, to: from })));
  assertEquals(await child, "True");
});
