/** Each control message against the kernel, both ways where there are two. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { OutgoingControl } from "../../core/control.ts";
import {
  IP_PKTINFO,
  IP_RECVORIGDSTADDR,
  IP_RECVTOS,
  IP_RECVTTL,
  IPV6_RECVHOPLIMIT,
  IPV6_RECVORIGDSTADDR,
  IPV6_RECVPKTINFO,
  IPV6_RECVTCLASS,
} from "../../ffi/abi/ip_constants.ts";
import {
  AF_INET,
  SO_PASSCRED,
  SO_PASSPIDFD,
  SO_PASSSEC,
  SO_RCVBUF,
  SO_RXQ_OVFL,
  SO_TIMESTAMPNS,
  SO_TXTIME,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_IP,
  SOL_IPV6,
  SOL_SOCKET,
  SOL_TCP,
} from "../../ffi/abi/socket_constants.ts";
import { TCP_INQ } from "../../ffi/abi/transport_constants.ts";
import { socketOption } from "../../core/option.ts";
import { INTERFACES } from "../../ffi/resolver/interface_names.ts";
import { type Socket, socket } from "../../ffi/mod.ts";
import { addressOf, bytes, isCloexec, setInt, test, udp4, udp6, withPair } from "./_messages.ts";

const LOOPBACK = INTERFACES.toIndex("lo");

/** Sends one datagram from `sender` to `receiver`; what the receiver's control data says. */
async function pass(sender: Socket, receiver: Socket, control?: OutgoingControl) {
  await sender.sendMsg([bytes("x")], { to: addressOf(receiver), control });
  const message = await receiver.recvMsg(10, { timeoutMs: 10_000 });
  return message.control;
}

test("without an option there is no control data", async () => {
  using receiver = udp4();
  assertEquals(await pass(receiver, receiver), undefined);
});

test("IP_TTL is sent for one message and received", async () => {
  using receiver = udp4();
  using sender = udp4();
  setInt(receiver, SOL_IP, IP_RECVTTL, 1);
  assertEquals((await pass(sender, receiver, [{ type: "ttl", ttl: 7 }]))!.get("ttl")!.ttl, 7);
  assertEquals((await pass(sender, receiver))!.get("ttl")!.ttl, 64);
});

test("IP_TOS is sent for one message and received", async () => {
  using receiver = udp4();
  using sender = udp4();
  setInt(receiver, SOL_IP, IP_RECVTOS, 1);
  assertEquals((await pass(sender, receiver, [{ type: "tos", tos: 0xb8 }]))!.get("tos")!.tos, 0xb8);
  assertEquals((await pass(sender, receiver))!.get("tos")!.tos, 0);
});

test("IPV6_HOPLIMIT and IPV6_TCLASS are sent for one message and received", async () => {
  using receiver = udp6();
  using sender = udp6();
  setInt(receiver, SOL_IPV6, IPV6_RECVHOPLIMIT, 1);
  setInt(receiver, SOL_IPV6, IPV6_RECVTCLASS, 1);
  const control = await pass(sender, receiver, [
    { type: "hoplimit", hopLimit: 9 },
    { type: "tclass", tclass: 0x28 },
  ]);
  assertEquals(control!.get("hoplimit")!.hopLimit, 9);
  assertEquals(control!.get("tclass")!.tclass, 0x28);
});

test("IP_PKTINFO tells where a datagram came in, and chooses where one goes out from", async () => {
  using receiver = udp4();
  setInt(receiver, SOL_IP, IP_PKTINFO, 1);
  using sender = socket(AF_INET, SOCK_DGRAM);
  const control: OutgoingControl = [
    { type: "pktinfo", interface: LOOPBACK, localAddress: "127.0.0.9" },
  ];
  await sender.sendMsg([bytes("x")], { to: addressOf(receiver), control });
  const message = await receiver.recvMsg();
  assertEquals(message.from.family === "inet" && message.from.hostname, "127.0.0.9");
  assertEquals(message.control!.get("pktinfo"), {
    type: "pktinfo",
    interface: LOOPBACK,
    destination: "127.0.0.1",
    localAddress: "127.0.0.1",
  });
});

test("IPV6_PKTINFO tells where a datagram came in, and goes out again as it came", async () => {
  using receiver = udp6();
  using sender = udp6();
  setInt(receiver, SOL_IPV6, IPV6_RECVPKTINFO, 1);
  const control: OutgoingControl = [
    { type: "pktinfo", interface: LOOPBACK, localAddress: "::1" },
  ];
  assertEquals((await pass(sender, receiver, control))!.get("pktinfo"), {
    type: "pktinfo",
    interface: LOOPBACK,
    destination: "::1",
  });
  assert(await pass(sender, receiver, [{ type: "pktinfo", interface: LOOPBACK }]));
});

test("IP_ORIGDSTADDR and IPV6_ORIGDSTADDR tell the address that was sent to", async () => {
  using receiver = udp4();
  setInt(receiver, SOL_IP, IP_RECVORIGDSTADDR, 1);
  assertEquals((await pass(receiver, receiver))!.get("origdstaddr")!.address, addressOf(receiver));
  using six = udp6();
  setInt(six, SOL_IPV6, IPV6_RECVORIGDSTADDR, 1);
  assertEquals((await pass(six, six))!.get("origdstaddr")!.address, addressOf(six));
});

test("SO_RXQ_OVFL counts what did not fit into the queue", async () => {
  using receiver = udp4();
  using sender = udp4();
  setInt(receiver, SOL_SOCKET, SO_RXQ_OVFL, 1);
  setInt(receiver, SOL_SOCKET, SO_RCVBUF, 1);
  const to = addressOf(receiver);
  const data = new Uint8Array(1000);
  const sent = await sender.sendMany(Array.from({ length: 100 }, () => ({ data, to })));
  let received = 0;
  while (receiver.tryRecv() !== null) received++;
  assert(received < sent);
  const dropped = (await pass(sender, receiver))!.get("dropped");
  assertEquals(dropped, { type: "dropped", count: sent - received });
});

test("many control messages come with one datagram, through recvMany() too", async () => {
  using receiver = udp4();
  for (const option of [IP_RECVTTL, IP_RECVTOS, IP_PKTINFO, IP_RECVORIGDSTADDR]) {
    setInt(receiver, SOL_IP, option, 1);
  }
  setInt(receiver, SOL_SOCKET, SO_TIMESTAMPNS, 1);
  const to = addressOf(receiver);
  await receiver.sendMany([{ data: bytes("x"), to }, { data: bytes("y"), to }]);
  for (const { control } of await receiver.recvMany()) {
    assertEquals(control!.truncated, false);
    assertEquals([...control!].map(({ type }) => type).sort(), [
      "origdstaddr",
      "pktinfo",
      "timestamp",
      "tos",
      "ttl",
    ]);
  }
});

test("too little room for control data is told, and what is there is sound", async () => {
  using receiver = udp4();
  setInt(receiver, SOL_IP, IP_RECVTTL, 1);
  setInt(receiver, SOL_IP, IP_PKTINFO, 1);
  const to = addressOf(receiver);
  for (let room = 0; room <= 64; room++) {
    await receiver.sendMsg([bytes("x")], { to });
    const { control, data } = await receiver.recvMsg(10, { controlBytes: room });
    assertEquals(data.length, 1);
    // IP_PKTINFO takes 32 bytes of room, IP_TTL 24, the last four of which are padding.
    assertEquals(control?.truncated ?? false, room < 52, `room ${room}`);
    assertEquals(control?.get("pktinfo") !== undefined, room >= 28, `room ${room}`);
    assertEquals(control?.get("ttl") !== undefined, room >= 52, `room ${room}`);
  }
});

test("SCM_CREDENTIALS name the sender, whether it says so itself or not", () =>
  withPair(SOCK_DGRAM, async (a, b) => {
    setInt(b, SOL_SOCKET, SO_PASSCRED, 1);
    const own = { pid: Deno.pid, uid: Deno.uid()!, gid: Deno.gid()! };
    await a.sendMsg([bytes("x")]);
    await a.sendMsg([bytes("x")], { control: [{ type: "credentials", ...own }] });
    for (let i = 0; i < 2; i++) {
      assertEquals((await b.recvMsg()).control!.get("credentials"), {
        type: "credentials",
        ...own,
      });
    }
    // Somebody else's take CAP_SYS_ADMIN, and a process that is there.
    const error = await assertRejects(() =>
      a.sendMsg([bytes("x")], { control: [{ type: "credentials", ...own, pid: 0x3fffffff }] })
    ) as Error & { code: string };
    assert(["ESRCH", "EPERM"].includes(error.code), error.code);
  }));

test("credentials cut off at every byte are raw, not wrong", () =>
  withPair(SOCK_DGRAM, async (a, b) => {
    setInt(b, SOL_SOCKET, SO_PASSCRED, 1);
    for (let room = 0; room <= 32; room++) {
      await a.sendMsg([bytes("x")]);
      const { control } = await b.recvMsg(10, { controlBytes: room });
      assertEquals(control!.truncated, room < 28, `room ${room}`);
      const [message] = control!;
      const type = room < 16 ? undefined : room < 28 ? "raw" : "credentials";
      assertEquals(message?.type, type, `room ${room}`);
      if (message?.type === "raw") assertEquals(message.data.length, room - 16);
    }
  }));

test("SCM_PIDFD brings a descriptor of the sending process", () =>
  withPair(SOCK_DGRAM, async (a, b) => {
    try {
      setInt(b, SOL_SOCKET, SO_PASSPIDFD, 1);
    } catch (error) {
      // Before Linux 6.5.
      assertEquals((error as { code: string }).code, "ENOPROTOOPT");
      return;
    }
    await a.sendMsg([bytes("x")]);
    using control = (await b.recvMsg()).control!;
    const { fd } = control.get("pidfd")!;
    const info = Deno.readTextFileSync(`/proc/self/fdinfo/${fd.fd}`);
    assertEquals(info.match(/^Pid:\s*(\d+)$/m)?.[1], `${Deno.pid}`);
    assert(isCloexec(fd.fd));
    // With too little room there is none, and none is left open.
    await a.sendMsg([bytes("x")]);
    const cut = (await b.recvMsg(10, { controlBytes: 19 })).control!;
    assertEquals([cut.truncated, [...cut].length], [true, 0]);
  }));

test("SCM_SECURITY brings the label of the sender, where a security module gives it one", () =>
  withPair(SOCK_DGRAM, async (a, b) => {
    setInt(b, SOL_SOCKET, SO_PASSSEC, 1);
    await a.sendMsg([bytes("x")]);
    assertEquals((await b.recvMsg()).control?.get("security")?.label, securityLabel());
  }));

/** This process's label, where SELinux or Smack gives unix sockets one. */
function securityLabel(): string | undefined {
  try {
    const modules = Deno.readTextFileSync("/sys/kernel/security/lsm").trim().split(",");
    if (!modules.some((name) => name === "selinux" || name === "smack")) return undefined;
    return Deno.readTextFileSync("/proc/self/attr/current").replace(/\0$/, "");
  } catch {
    return undefined;
  }
}

test("TCP_CM_INQ tells how much is left", async () => {
  using listener = socket(AF_INET, SOCK_STREAM);
  listener.bind({ hostname: "127.0.0.1", port: 0 });
  listener.listen();
  using client = socket(AF_INET, SOCK_STREAM);
  await client.connect(addressOf(listener));
  const [server] = await listener.accept();
  using _server = server;
  setInt(server, SOL_TCP, TCP_INQ, 1);
  await client.sendAll(bytes("0123456789"));
  assertEquals((await server.recvMsg(4)).control!.get("inq"), { type: "inq", lengthBytes: 6 });
});

test("SCM_TXTIME is taken by the kernel where SO_TXTIME is on", async () => {
  using receiver = udp4();
  using sender = udp4();
  const TAI = 11;
  sender.setOption(
    socketOption<null>(SOL_SOCKET, SO_TXTIME, {
      size: 8,
      encode: () => new Uint8Array(new Int32Array([TAI, 0]).buffer),
      decode: () => null,
    }),
    null,
  );
  await pass(sender, receiver, [{ type: "txtime", nanos: 1n }]);
  const error = await assertRejects(() =>
    pass(receiver, receiver, [{ type: "txtime", nanos: 1n }])
  );
  assertEquals((error as Error & { code: string }).code, "EINVAL");
});

test("a raw control message is as good as its typed one", async () => {
  using receiver = udp4();
  using sender = udp4();
  setInt(receiver, SOL_IP, IP_RECVTTL, 1);
  const data = new Uint8Array(new Int32Array([33]).buffer);
  const control = await pass(sender, receiver, [{ type: "raw", level: SOL_IP, number: 2, data }]);
  assertEquals(control!.get("ttl")!.ttl, 33);
});
