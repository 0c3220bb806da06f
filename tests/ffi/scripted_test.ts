/** What becomes of each error of each call: told by its code, nothing left open, nothing closed twice. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { errnoRows } from "../../core/errno.ts";
import { isSocketError, type SocketError } from "../../core/errors.ts";
import { isMisread, libc } from "../../ffi/abi/library.ts";
import { Socket, socket, socketPair } from "../../ffi/mod.ts";
import * as tcp from "../../tcp/mod.ts";
import * as udp from "../../udp/mod.ts";
import * as unix from "../../unix/mod.ts";
import { assertFds, openFds } from "../_tools.ts";
import { ScriptedLibc, type ScriptedName } from "./_scripted.ts";

const EINTR = 4;
const EAGAIN = 11;
const ECONNABORTED = 103;
const EMFILE = 24;
const EINPROGRESS = 115;
const AF_UNIX = 1;

// The library is opened here, so that no test is charged for it; the poller comes with the first wait.
libc();
{
  const [a, b] = socketPair();
  await a.recv(1, { timeoutMs: 1 }).catch(() => {});
  a.close();
  b.close();
}

/** All codes but those that mean "again" or "under way". */
const HARD = errnoRows().filter(([number]) => ![EINTR, EAGAIN, EINPROGRESS, 114].includes(number));
const loopback = { hostname: "127.0.0.1", port: 0 } as const;

/** A way to open something, and the calls on its way that must not fail. */
interface Opening {
  name: string;
  open: () => Promise<{ close(): void }>;
  calls: readonly ScriptedName[];
}

const OPENINGS: readonly Opening[] = [
  {
    name: "tcp.listen",
    open: () => tcp.listen({ ...loopback, engine: "libc" }),
    calls: ["socket", "setsockopt", "bind", "listen", "getsockname"],
  },
  {
    name: "udp.bind",
    open: () => udp.bind({ ...loopback, engine: "libc" }),
    calls: ["bind"],
  },
  {
    name: "udp.connect",
    open: () => udp.connect({ hostname: "127.0.0.1", port: 9, engine: "libc" }),
    calls: ["connect", "getsockname"],
  },
  {
    name: "unix.listen",
    open: () => unix.listen({ path: `\0scripted-${Deno.pid}`, engine: "libc" }),
    calls: ["socket", "bind", "listen", "getsockname"],
  },
];

for (const { name, open, calls } of OPENINGS) {
  for (const call of calls) {
    Deno.test(`${name} tells every error of ${call}(2) by its code and leaves nothing open`, async () => {
      const before = openFds();
      for (const [number, code] of HARD) {
        using script = new ScriptedLibc();
        script.fail(call, number);
        const error = await assertRejects(open) as SocketError;
        // A kernel without MPTCP, an unreachable family and the like may be explained, not renamed.
        assertEquals([error.code, error.errno], [code, number], `${call} failing with ${code}`);
        script.assertClosedOnce();
        assertEquals(script.open.size, 0);
      }
      await assertFds(before);
    });

    Deno.test(`${name} resumes ${call}(2) after EINTR`, async () => {
      using script = new ScriptedLibc();
      script.failOnce(call, EINTR);
      const opened = await open();
      opened.close();
      script.assertClosedOnce();
    });
  }
}

/** One operation of a connected pair of sockets, and the call that it makes. */
const OPERATIONS: readonly [string, ScriptedName, (a: Socket) => Promise<unknown>][] = [
  ["recv", "recv", (a) => a.recv()],
  ["recvInto", "recv", (a) => a.recvInto(new Uint8Array(1))],
  ["recvFrom", "recvfrom", (a) => a.recvFrom()],
  ["recvMsg", "recvmsg", (a) => a.recvMsg()],
  ["send", "send", (a) => a.send(new Uint8Array(1))],
  ["sendAll", "send", (a) => a.sendAll(new Uint8Array(1))],
  ["sendMsg", "sendmsg", (a) => a.sendMsg([new Uint8Array(1)])],
  ["accept", "accept4", (a) => a.accept()],
  ["getOption", "getsockopt", async (a) => await a.getOption(ROW)],
  ["setOption", "setsockopt", async (a) => await a.setOption(ROW, 1)],
  ["shutdown", "shutdown", async (a) => await a.shutdown("write")],
  ["dup", "fcntl", async (a) => await a.dup()],
];

const ROW = {
  name: "SO_PRIORITY",
  level: 1,
  option: 12,
  access: "rw",
  codec: {
    size: 4,
    encode: (value: number) => new Uint8Array([value, 0, 0, 0]),
    decode: (bytes: Uint8Array) => bytes[0],
  },
} as const;

for (const [name, call, run] of OPERATIONS) {
  Deno.test(`Socket.${name} tells every error of ${call}(2), and the socket stays usable`, async () => {
    for (const [number, code] of HARD) {
      using script = new ScriptedLibc();
      const [a, b] = socketPair();
      script.fail(call, number);
      const error = await assertRejects(() => run(a)) as SocketError;
      assertEquals([error.code, error.errno], [code, number]);
      script.on(call, () => undefined);
      await b.sendAll(new Uint8Array([7]));
      assertEquals(await a.recv(), new Uint8Array([7]));
      a.close();
      b.close();
      script.assertClosedOnce();
    }
  });

  Deno.test(`Socket.${name} resumes after EINTR`, async () => {
    using script = new ScriptedLibc();
    const [a, b] = socketPair();
    await b.sendAll(new Uint8Array([7]));
    script.failOnce(call, EINTR);
    if (call === "accept4") {
      assertEquals((await assertRejects(() => run(a)) as SocketError).code, "EINVAL");
    } else {
      const result = await run(a);
      if (result instanceof Socket) result.close();
    }
    assert(script.count(call) >= 2);
    a.close();
    b.close();
    script.assertClosedOnce();
  });
}

Deno.test("an errno that a receive cannot have is a misread: the call is made once more", async () => {
  using script = new ScriptedLibc();
  const [a, b] = socketPair();
  await b.sendAll(new Uint8Array([7]));
  for (const errno of [0, 2, 17, 25, 4095]) {
    assert(isMisread(errno));
    script.failOnce("recv", errno);
    assertEquals(await a.recv(1, { flags: 2 }), new Uint8Array([7]), `errno ${errno}`);
  }
  script.fail("recv", 17);
  const before = script.count("recv");
  assertEquals((await assertRejects(() => a.recv()) as SocketError).code, "EEXIST");
  assertEquals(script.count("recv") - before, 2);
  a.close();
  b.close();
});

Deno.test("a stream endpoint survives a misread errno and reports a lasting one", async () => {
  using script = new ScriptedLibc();
  const [a, b] = unix.pair();
  await b.sendAll(new Uint8Array([7]));
  script.failOnce("recv", 0);
  assertEquals(await a.recvInto(new Uint8Array(4)), 1);
  script.failOnce("send", 0);
  await a.sendAll(new Uint8Array([8]));
  assertEquals(await b.recvExact(1), new Uint8Array([8]));
  script.fail("recv", 104);
  const error = await assertRejects(() => a.recvInto(new Uint8Array(4)));
  assert(error instanceof Deno.errors.ConnectionReset && isSocketError(error, "ECONNRESET"));
  a.close();
  b.close();
});

Deno.test("close is never repeated, even if it says EINTR or EIO", () => {
  using script = new ScriptedLibc();
  for (const errno of [EINTR, 5]) {
    const [a, b] = socketPair();
    script.fail("close", errno);
    const before = script.count("close");
    a.close();
    a.close();
    b.close();
    assertEquals(script.count("close") - before, 2);
    script.on("close", () => undefined);
  }
  script.assertClosedOnce();
});

Deno.test("a connect under way ends with what SO_ERROR says, for every code", async () => {
  using listener = socket();
  listener.bind(loopback);
  listener.listen();
  const address = listener.localAddr;
  for (const [number, code] of HARD) {
    using script = new ScriptedLibc();
    const client = socket();
    script.on("connect", (count) => {
      if (count > 1) return undefined;
      return (...args) => {
        libcConnect(...args as [number, Uint8Array<ArrayBuffer>, number]);
        return -1;
      };
    });
    script.on("getsockopt", () => (_fd, _level, option, value) => {
      if (option === 4) (value as Int32Array)[0] = number;
      return 0;
    });
    const error = await assertRejects(() => client.connect(address)) as SocketError;
    assertEquals([error.code, error.syscall], [code, "connect"]);
    assert(error.address?.startsWith("127.0.0.1:"));
    client.close();
    script.assertClosedOnce();
  }
});

const { connect: libcConnect } = libc();

Deno.test("a connect interrupted by a signal is waited for, not repeated", async () => {
  using listener = socket();
  listener.bind(loopback);
  listener.listen();
  using script = new ScriptedLibc();
  using client = socket();
  script.on("connect", (count) => {
    if (count > 1) return undefined;
    return (...args) => {
      libcConnect(...args as [number, Uint8Array<ArrayBuffer>, number]);
      script.failErrno(EINTR);
      return -1;
    };
  });
  const connecting = client.connect(listener.localAddr);
  assertEquals(script.count("connect"), 1);
  await connecting;
  // Only when the wait is over it is called once more, to hear whether the connection stands.
  assertEquals(script.count("connect"), 2);
  assertEquals(client.remoteAddr, listener.localAddr);
});

Deno.test("accepting goes on after an aborted connection, and says so", async () => {
  const heard: string[] = [];
  const listener = await tcp.listen({
    ...loopback,
    engine: "libc",
    onError: (error) => heard.push((error as SocketError).code),
  });
  using script = new ScriptedLibc();
  script.failOnce("accept4", ECONNABORTED);
  const client = await tcp.connect({ ...listener.localAddr, engine: "libc" });
  const server = await listener.accept();
  assertEquals(heard, ["ECONNABORTED"]);
  for (const endpoint of [client, server, listener]) endpoint.close();
  script.assertClosedOnce();
});

Deno.test("accepting waits while the descriptor table is full, and takes the connection then", async () => {
  const heard: string[] = [];
  const listener = await tcp.listen({
    ...loopback,
    engine: "libc",
    onError: (error) => heard.push((error as SocketError).code),
  });
  using script = new ScriptedLibc();
  script.on("accept4", (count) => count <= 3 ? EMFILE : undefined);
  const client = await tcp.connect({ ...listener.localAddr, engine: "libc" });
  const server = await listener.accept();
  assertEquals(heard, ["EMFILE", "EMFILE", "EMFILE"]);
  for (const endpoint of [client, server, listener]) endpoint.close();
  script.assertClosedOnce();
});

Deno.test("sendAll completes though every send takes a single byte", async () => {
  using script = new ScriptedLibc();
  const [a, b] = unix.pair();
  const { send } = script.real;
  script.on("send", (count) => {
    if (count % 3 === 0) return EAGAIN;
    return (fd, data, _size, flags) =>
      send(fd as number, data as Uint8Array<ArrayBuffer>, 1, flags as number);
  });
  const data = crypto.getRandomValues(new Uint8Array(300));
  const received = b.recvExact(300);
  await a.sendAll(data);
  assertEquals(await received, data);
  a.close();
  b.close();
});

Deno.test("a kernel without Multipath TCP gives TCP, and protocol says so", async () => {
  using script = new ScriptedLibc();
  script.on("socket", (count) => count === 1 ? 93 : undefined);
  const listener = await tcp.listen({ ...loopback, protocol: "mptcp" });
  assertEquals([listener.protocol, listener.engine], [6, "libc"]);
  listener.close();
  script.assertClosedOnce();
});

Deno.test("a kernel without the family says so; a missing privilege names the capability", () => {
  using script = new ScriptedLibc();
  script.fail("socket", 97);
  const lacking = assertThrows(() => socket(29, 3, 1), Deno.errors.NotSupported);
  assert(lacking.message.includes("lacks the address family can"), lacking.message);
  script.fail("socket", 1);
  const refused = assertThrows(() => socket(2, 3, 1), Deno.errors.PermissionDenied);
  assert(refused.message.includes("CAP_NET_RAW"), refused.message);
  script.fail("socket", 13);
  const ping = assertThrows(() => socket(2, 2, 1)) as SocketError;
  assertEquals(ping.code, "EPERM");
  assert(ping.message.includes("ping_group_range"), ping.message);
});

Deno.test("bad arguments are refused before any call is made", () => {
  using script = new ScriptedLibc();
  assertThrows(() => socket(-1), RangeError, "family");
  assertThrows(() => socket(2, 77), RangeError, "type");
  assertThrows(() => socket(2, 1, 1.5), RangeError, "protocol");
  assertThrows(() => socket("inet" as unknown as number), TypeError, "family");
  assertThrows(() => socketPair(AF_UNIX, 0), RangeError, "type");
  assertThrows(() => Socket.fromFd(-1), RangeError, "fd");
  assertEquals(script.count("socket") + script.count("socketpair"), 0);
});

Deno.test("Socket.recv tries once a message: what it has emptied it does not try again", async () => {
  using listener = socket(2, 1, 0);
  listener.bind({ family: "inet", hostname: "127.0.0.1", port: 0 });
  listener.listen(1);
  using client = socket(2, 1, 0);
  const [, [server]] = await Promise.all([client.connect(listener.localAddr), listener.accept()]);
  using _closed = server;
  const messages = 50;
  // The first wait of each registers it, and finds that nothing is there yet.
  for (const [from, to] of [[client, server], [server, client]]) {
    const received = to.recv(9);
    await from.sendAll(new Uint8Array(1));
    await received;
  }
  using scripted = new ScriptedLibc();
  for (let i = 0; i < messages; i++) {
    const received = server.recv(9);
    await client.sendAll(Uint8Array.of(i));
    assertEquals(await received, Uint8Array.of(i));
  }
  assertEquals(scripted.count("recv"), messages);
});
