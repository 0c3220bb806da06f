/** What makes a socket easy to use: names, printing, inheritance, calls that never wait. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  CMSG_LEN,
  CMSG_SPACE,
  SOCK_DGRAM,
  SOCK_RAW,
  SOCK_STREAM,
  socket,
  socketPair,
} from "../../ffi/mod.ts";
import * as tcp from "../../tcp/mod.ts";
import * as udp from "../../udp/mod.ts";
import * as unix from "../../unix/mod.ts";
import { Python } from "./_python.ts";
import { bytes, claim, LOOPBACK, text } from "./_tools.ts";

const PYTHON = { tools: ["python3"] };

claim("connect, sendTo and bind take the names that Python takes", async () => {
  using server = socket(AF_INET, SOCK_STREAM);
  server.bind({ hostname: "localhost", port: 0 });
  server.listen();
  const { port } = server.localAddr as { port: number };
  assertEquals(server.localAddr, { family: "inet", hostname: "127.0.0.1", port });
  using client = socket(AF_INET, SOCK_STREAM);
  await client.connect({ hostname: "localhost", port }, { timeoutMs: 60_000 });
  assertEquals(client.remoteAddr, server.localAddr);

  using any = socket(AF_INET, SOCK_DGRAM);
  any.bind({ hostname: "", port: 0 });
  const bound = any.localAddr as { hostname: string; port: number };
  assertEquals(bound.hostname, "0.0.0.0");
  using any6 = socket(AF_INET6, SOCK_DGRAM);
  any6.bind({ hostname: "", port: 0 });
  assertEquals((any6.localAddr as { hostname: string }).hostname, "::");

  using sender = socket(AF_INET, SOCK_DGRAM);
  assertEquals(await sender.sendTo(bytes("named"), { hostname: "localhost", port: bound.port }), 5);
  const [data] = await any.recvFrom();
  assertEquals(text(data), "named");
});

claim("a service is named by its name, as CPython finds it", async () => {
  await using python = new Python();
  const port = await python.eval<number>(`socket.getservbyname("ntp", "udp")`);
  using receiver = socket(AF_INET, SOCK_DGRAM);
  await receiver.connect({ hostname: "127.0.0.1", port: "ntp" });
  assertEquals((receiver.remoteAddr as { port: number }).port, port);
  await assertRejects(
    () => receiver.connect({ hostname: "127.0.0.1", port: "no-such-service" }),
    TypeError,
    "address.port",
  );
}, PYTHON);

claim("names are refused where they mean nothing, before anything is done", async () => {
  using s = socket(AF_INET, SOCK_DGRAM);
  assertThrows(() => s.bind({ hostname: "www.example.org", port: 1 }), TypeError, "getAddrInfo");
  assertThrows(
    () => s.bind({ hostname: "127.0.0.1", port: "http" }),
    TypeError,
    "getServiceByName",
  );
  assertThrows(() => s.bind({ hostname: "localhost", port: 65536 }), RangeError, "address.port");
  assertThrows(() => s.bind({ hostname: "localhost", port: 1, scopeid: 1 } as never), TypeError);
  for (const hostname of ["300.1.1.1", "1.2.3", "127.0.0.1.", ":::"]) {
    await assertRejects(() => s.connect({ hostname, port: 1 }), TypeError, "Cannot connect: ");
  }
  await assertRejects(() => s.sendTo(bytes("x"), { hostname: "localhost", port: -1 }), RangeError);
  await assertRejects(
    () => s.sendTo("x" as unknown as Uint8Array, { hostname: "localhost", port: 1 }),
    TypeError,
    "data",
  );
});

claim("sockets and endpoints print what they are", async () => {
  using s = socket(AF_INET, SOCK_DGRAM);
  s.bind(LOOPBACK);
  const { port } = s.localAddr as { port: number };
  assertEquals(
    Deno.inspect(s),
    `Socket { family: "inet", type: "dgram", fd: ${s.fd}, localAddr: "127.0.0.1:${port}" }`,
  );
  const closed = socket(AF_INET, SOCK_STREAM);
  closed.close();
  assertEquals(Deno.inspect(closed), `Socket { family: "inet", type: "stream", fd: -1 }`);

  for (const engine of ["deno", "libc"] as const) {
    using listener = await tcp.listen({ ...LOOPBACK, engine });
    using client = await tcp.connect({
      hostname: "127.0.0.1",
      port: listener.localAddr.port,
      engine,
    });
    const shown = Deno.inspect(client);
    assert(shown.startsWith("StreamEndpoint {"), shown);
    assert(shown.includes(`engine: "${engine}"`), shown);
    assert(shown.includes(`remoteAddr: "127.0.0.1:${listener.localAddr.port}"`), shown);
    assertEquals(shown.includes("fd:"), engine === "libc");
    assert(!shown.includes("#") && !shown.includes("core"), shown);
    assert(Deno.inspect(listener).startsWith("ListenerEndpoint {"));
    client.close();
    assert(Deno.inspect(client).includes("closed: true"));
    using message = await udp.bind({ ...LOOPBACK, engine });
    assert(Deno.inspect(message).startsWith("MessageEndpoint {"));
  }
  const [a, b] = unix.pair();
  assert(Deno.inspect([a]).includes("an unnamed socket"));
  a.close();
  b.close();
});

claim("what arrives beside bytes prints what it is, too", async () => {
  const [a, b] = socketPair();
  await a.sendMsg([bytes("x")], { control: [{ type: "rights", fds: [0] }] });
  const { control } = await b.recvMsg(1);
  const { fd } = control!.get("rights")!.fds[0];
  assertEquals(
    Deno.inspect(control, { depth: 9, breakLength: 200 }),
    `Control {\n  truncated: false,\n  messages: [ { type: "rights", fds: [ PassedFd { fd: ${fd} } ] } ]\n}`,
  );
  control![Symbol.dispose]();
  a.close();
  b.close();
});

claim("a raw socket has no port, whatever the kernel keeps in its place", () => {
  using own = socket(AF_INET, SOCK_RAW, 253);
  assertEquals(own.localAddr, { family: "inet", hostname: "0.0.0.0", port: 0 });
}, { root: true });

claim("an inheritable descriptor reaches a child, another does not", async () => {
  const [ours, theirs] = socketPair();
  assertEquals(theirs.inheritable, false);
  const script = `
import os, sys
try:
    os.write(${theirs.fd}, b"from the child")
except OSError as error:
    sys.exit(error.errno)
`;
  const child = () => new Deno.Command("python3", { args: ["-c", script] }).output();
  assertEquals((await child()).code, 9); // EBADF
  theirs.inheritable = true;
  assertEquals(theirs.inheritable, true);
  assertEquals((await child()).code, 0);
  assertEquals(text(await ours.recv()), "from the child");
  theirs.inheritable = false;
  assertEquals(theirs.inheritable, false);
  assertThrows(() => theirs.inheritable = 1 as unknown as boolean, TypeError, "boolean");
  ours.close();
  theirs.close();
}, PYTHON);

claim("the calls that never wait say null", () => {
  const [a, b] = socketPair(AF_UNIX, SOCK_DGRAM);
  assertEquals([a.tryRecv(), a.tryRecvFrom(), a.tryRecvMsg()], [null, null, null]);
  using listener = socket();
  listener.bind(LOOPBACK);
  listener.listen();
  assertEquals(listener.tryAccept(), null);
  using receiver = socket(AF_INET, SOCK_DGRAM);
  receiver.bind(LOOPBACK);
  using sender = socket(AF_INET, SOCK_DGRAM);
  assertEquals(sender.trySendTo(bytes("now"), receiver.localAddr), 3);
  const [data, from] = receiver.tryRecvFrom()!;
  assertEquals([text(data), "port" in from], ["now", true]);
  b.trySend(bytes("message"));
  assertEquals(text(a.tryRecvMsg(4)!.data), "mess");
  while (a.trySend(bytes("x")) !== null);
  for (
    const call of [
      () => a.tryRecv(1, { timeoutMs: 1 } as never),
      () => a.trySend(bytes("x"), 5 as never),
    ]
  ) {
    assertThrows(call, TypeError, "Cannot ");
  }
  a.close();
  b.close();
});

claim("CMSG_SPACE and CMSG_LEN are those of CPython", async () => {
  await using python = new Python();
  for (const size of [0, 1, 4, 8, 12, 253 * 4]) {
    assertEquals(
      [CMSG_SPACE(size), CMSG_LEN(size)],
      await python.eval(`[socket.CMSG_SPACE(${size}), socket.CMSG_LEN(${size})]`),
    );
  }
  assertThrows(() => CMSG_SPACE(-1), RangeError);
  assertThrows(() => CMSG_LEN("4" as unknown as number), TypeError);
}, PYTHON);
