import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  AF_INET,
  MSG_DONTWAIT,
  MSG_EOR,
  MSG_ERRQUEUE,
  MSG_MORE,
  MSG_OOB,
  MSG_PEEK,
  MSG_TRUNC,
  MSG_ZEROCOPY,
  SO_ZEROCOPY,
  SOCK_DGRAM,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../../ffi/abi/socket_constants.ts";
import type { Inet6Address } from "../../core/address.ts";
import { type Socket, socket } from "../../ffi/mod.ts";
import { recvMsg, sendMsg } from "../../ffi/messages/message_calls.ts";
import { openDescriptor } from "../../ffi/descriptor/open.ts";
import { heldSends } from "../../ffi/messages/zerocopy.ts";
import {
  addressOf,
  bytes,
  leavesNoFd,
  setInt,
  test,
  text,
  udp4,
  udp6,
  withPair,
} from "./_messages.ts";

/** A TCP connection over the loopback. */
async function withTcp(run: (a: Socket, b: Socket) => Promise<void>): Promise<void> {
  await leavesNoFd(async () => {
    using listener = socket(AF_INET, SOCK_STREAM);
    listener.bind({ hostname: "127.0.0.1", port: 0 });
    listener.listen();
    using client = socket(AF_INET, SOCK_STREAM);
    await client.connect(addressOf(listener));
    const [server] = await listener.accept();
    using _server = server;
    await run(client, server);
  });
}

for (const [name, type] of [["stream", SOCK_STREAM], ["dgram", SOCK_DGRAM]] as const) {
  test(`sendMsg() gathers and recvMsgInto() scatters over a ${name} socket`, () =>
    withPair(type, async (a, b) => {
      const parts = [bytes("he"), new Uint8Array(0), bytes("llo "), bytes("world")];
      assertEquals(await a.sendMsg(parts), 11);
      const into = [new Uint8Array(3), new Uint8Array(0), new Uint8Array(5), new Uint8Array(9)];
      const { lengthBytes, truncated, control } = await b.recvMsgInto(into);
      assertEquals([lengthBytes, truncated, control], [11, false, undefined]);
      assertEquals(into.map(text), ["hel", "", "lo wo", "rld\0\0\0\0\0\0"]);
    }));
}

test("views with an offset are sent and filled where they are", () =>
  withPair(SOCK_DGRAM, async (a, b) => {
    const whole = bytes("abcdefgh");
    await a.sendMsg([whole.subarray(2, 4), whole.subarray(6)]);
    const into = new Uint8Array(8);
    await b.recvMsgInto([into.subarray(1, 2), into.subarray(4, 7)]);
    assertEquals([...into], [0, 99, 0, 0, 100, 103, 104, 0]);
  }));

test("1024 buffers are one message, 1025 are refused before the call", () =>
  withPair(SOCK_DGRAM, async (a, b) => {
    const parts = Array.from({ length: 1025 }, (_, i) => Uint8Array.of(i));
    await assertRejects(() => a.sendMsg(parts), RangeError, "1025 buffers");
    assertEquals(await a.sendMsg(parts.slice(1)), 1024);
    const { data } = await b.recvMsg();
    assertEquals([data.length, data[0], data[1023]], [1024, 1, 0]);
  }));

test("no buffers are an empty datagram, which is received as one", () =>
  withPair(SOCK_DGRAM, async (a, b) => {
    assertEquals(await a.sendMsg([]), 0);
    assertEquals(await a.sendMsg([bytes("x")]), 1);
    assertEquals((await b.recvMsg()).data.length, 0);
    assertEquals(text((await b.recvMsg()).data), "x");
  }));

test("recvMsg() at the end of a stream resolves to no bytes", () =>
  withPair(SOCK_STREAM, async (a, b) => {
    a.shutdown("write");
    const { data, control } = await b.recvMsg();
    assertEquals([data.length, control], [0, undefined]);
  }));

test("a datagram longer than the room is cut and says so; MSG_TRUNC tells its whole length", async () => {
  using receiver = udp4();
  using sender = udp4();
  const to = addressOf(receiver);
  for (const [flags, length] of [[0, 4], [MSG_TRUNC, 10]]) {
    await sender.sendMsg([bytes("0123456789")], { to });
    const message = await receiver.recvMsg(4, { flags });
    assertEquals([text(message.data), message.truncated], ["0123", true]);
    assertEquals(message.lengthBytes, length);
    assertEquals(message.flags & MSG_TRUNC, MSG_TRUNC);
    assertEquals(message.from, sender.localAddr);
  }
  await sender.sendMsg([bytes("0123")], { to });
  const { truncated, flags } = await receiver.recvMsg(4);
  assertEquals([truncated, flags], [false, 0]);
});

test("MSG_TRUNC on a TCP stream discards, and shows nothing in place of what is gone", () =>
  withTcp(async (a, b) => {
    await a.sendAll(bytes("0123456789"));
    const { data, lengthBytes } = await b.recvMsg(4, { flags: MSG_TRUNC });
    assertEquals([data.length, lengthBytes], [0, 4]);
    assertEquals(text((await b.recvMsg(100)).data), "456789");
  }));

test("MSG_PEEK leaves the message where it is", () =>
  withPair(SOCK_DGRAM, async (a, b) => {
    await a.sendMsg([bytes("look")]);
    assertEquals(text((await b.recvMsg(100, { flags: MSG_PEEK })).data), "look");
    assertEquals(text((await b.recvMsg(100)).data), "look");
  }));

test("MSG_MORE holds a datagram back until the rest comes", async () => {
  using receiver = udp4();
  using sender = udp4();
  const to = addressOf(receiver);
  await sender.sendMsg([bytes("one ")], { to, flags: MSG_MORE });
  assertEquals(receiver.tryRecv(), null);
  await sender.sendMsg([bytes("datagram")], { to });
  assertEquals(text((await receiver.recvMsg()).data), "one datagram");
});

test("MSG_OOB carries a byte past the others", () =>
  withTcp(async (a, b) => {
    await a.sendMsg([bytes("ab!")], { flags: MSG_OOB });
    assertEquals(text((await b.recvMsg(10)).data), "ab");
    const urgent = await b.recvMsg(10, { flags: MSG_OOB });
    assertEquals([text(urgent.data), urgent.flags & MSG_OOB], ["!", MSG_OOB]);
  }));

test("MSG_EOR is passed on to the kernel with a record", () =>
  withPair(SOCK_SEQPACKET, async (a, b) => {
    await a.sendMsg([bytes("record")], { flags: MSG_EOR });
    const { data, truncated } = await b.recvMsg(3);
    assertEquals([text(data), truncated], ["rec", true]);
    assertEquals(b.tryRecv(), null);
  }));

test("MSG_DONTWAIT rejects with EAGAIN where a call without it waits", () =>
  withPair(SOCK_DGRAM, async (a, b) => {
    const error = await assertRejects(
      () => b.recvMsg(10, { flags: MSG_DONTWAIT }),
      Deno.errors.WouldBlock,
    );
    assertEquals((error as Error & { code: string }).code, "EAGAIN");
    const waiting = b.recvMsg(10);
    await a.sendMsg([bytes("x")]);
    assertEquals(text((await waiting).data), "x");
  }));

test("an aborted or timed out recvMsg() loses nothing", () =>
  withPair(SOCK_DGRAM, async (a, b) => {
    await assertRejects(() => b.recvMsg(10, { timeoutMs: 1 }), DOMException, "timed out");
    const abort = new AbortController();
    const waiting = b.recvMsg(10, { signal: abort.signal });
    abort.abort(new Error("enough"));
    await assertRejects(() => waiting, Error, "enough");
    await a.sendMsg([bytes("x")]);
    assertEquals(text((await b.recvMsg(10)).data), "x");
  }));

test("sendMsg() waits for room and goes on", () =>
  withPair(SOCK_DGRAM, async (a, b) => {
    let sent = 0;
    while (a.trySend(new Uint8Array(1000)) !== null) sent++;
    const waiting = a.sendMsg([bytes("last")]);
    for (let i = 0; i < sent; i++) await b.recvMsg();
    assertEquals(await waiting, 4);
    assertEquals(text((await b.recvMsg()).data), "last");
  }));

test("sendMsg() refuses a buffer that was transferred away while it waited", () =>
  withPair(SOCK_DGRAM, async (a, b) => {
    while (a.trySend(new Uint8Array(1000)) !== null);
    const data = new Uint8Array(100);
    const waiting = a.sendMsg([data]);
    structuredClone(data.buffer, { transfer: [data.buffer] });
    const refused = assertRejects(() => waiting, TypeError, "transferred");
    while (b.tryRecv() !== null);
    await refused;
  }));

test("close() ends a pending recvMsg() with EBADF", () =>
  withPair(SOCK_DGRAM, async (_a, b) => {
    const waiting = b.recvMsg(10);
    b.close();
    const error = await assertRejects(() => waiting) as Error & { code: string };
    assertEquals(error.code, "EBADF");
    await assertRejects(() => b.recvMsg(10), Deno.errors.BadResource);
    await assertRejects(() => b.sendMsg([bytes("x")]), Deno.errors.BadResource);
  }));

test("the sender of a message over TCP is the peer", () =>
  withTcp(async (a, b) => {
    await a.sendMsg([bytes("x")]);
    assertEquals((await b.recvMsg()).from, a.localAddr);
  }));

test("the sender of a datagram is its address, and a reply reaches it", async () => {
  using a = udp6();
  using b = udp6();
  await a.sendMsg([bytes("ping")], { to: addressOf(b) as Inet6Address });
  const { from } = await b.recvMsg();
  assertEquals(from, a.localAddr);
  await b.sendMsg([bytes("pong")], { to: from });
  assertEquals(text((await a.recvMsg()).data), "pong");
});

test("an unnamed unix sender has an empty path", () =>
  withPair(SOCK_DGRAM, async (a, b) => {
    await a.sendMsg([bytes("x")]);
    assertEquals((await b.recvMsg()).from, {
      family: "unix",
      path: "",
      pathBytes: new Uint8Array(0),
    });
  }));

test("wrong arguments are refused before the call", () =>
  withPair(SOCK_DGRAM, async (a, b) => {
    await assertRejects(() => a.sendMsg("x" as never), TypeError, "buffers is not an array");
    await assertRejects(() => a.sendMsg(["x"] as never), TypeError, "buffers[0]");
    await assertRejects(() => a.sendMsg([], { flags: -1 }), RangeError, "flags");
    await assertRejects(() => a.sendMsg([], { to: {} as never }), TypeError, "address");
    await assertRejects(() => b.recvMsg(-1), RangeError, "size");
    await assertRejects(() => b.recvMsg(1, { controlBytes: 65537 }), RangeError, "controlBytes");
    await assertRejects(() => b.recvMsgInto([new Uint8Array(1), null as never]), TypeError, "[1]");
    const resizable = new Uint8Array(new ArrayBuffer(4, { maxByteLength: 8 }));
    await assertRejects(() => a.sendMsg([resizable]), TypeError, "resizable");
    const gone = new Uint8Array(4);
    structuredClone(gone.buffer, { transfer: [gone.buffer] });
    await assertRejects(() => b.recvMsgInto([gone]), TypeError, "detached");
    assertEquals(b.tryRecv(), null);
  }));

test("a view that lies about its length is taken at its true one", () =>
  withPair(SOCK_DGRAM, async (a, b) => {
    const liar = bytes("true");
    Object.defineProperty(liar, "length", { value: 100_000 });
    assertEquals(await a.sendMsg([liar]), 4);
    assertEquals(text((await b.recvMsg()).data), "true");
  }));

test("shared memory can be sent from and received into", () =>
  withPair(SOCK_DGRAM, async (a, b) => {
    const shared = new Uint8Array(new SharedArrayBuffer(4));
    shared.set(bytes("abcd"));
    await a.sendMsg([shared]);
    const into = new Uint8Array(new SharedArrayBuffer(4));
    await b.recvMsgInto([into]);
    assertEquals([...into], [...shared]);
  }));

test("receives of any size bring what was sent", () =>
  withPair(SOCK_STREAM, async (a, b) => {
    for (const size of [1, 64, 65, 65536, 65537, 200_000]) {
      const data = Uint8Array.from({ length: Math.min(size, 100_000) }, (_, i) => i * 7);
      const sending = a.sendAll(data);
      const got: number[] = [];
      while (got.length < data.length) got.push(...(await b.recvMsg(size)).data);
      await sending;
      assertEquals(Uint8Array.from(got), data);
    }
  }));

test("a zero-copy send is told complete on the error queue", () =>
  withTcp(async (a, b) => {
    setInt(a, SOL_SOCKET, SO_ZEROCOPY, 1);
    for (let i = 0; i < 3; i++) {
      assertEquals(
        await a.sendMsg([new Uint8Array(10_000).fill(i)], { flags: MSG_ZEROCOPY }),
        10_000,
      );
    }
    let received = 0;
    while (received < 30_000) received += (await b.recvMsg()).data.length;
    const done = new Set<number>();
    while (done.size < 3) {
      const { control, flags, data } = await a.recvMsg(0, {
        flags: MSG_ERRQUEUE,
        timeoutMs: 10_000,
      });
      const error = control!.get("error")!;
      assertEquals([error.origin, error.errno, error.code, data.length], ["zerocopy", 0, "", 0]);
      assert((flags & MSG_ERRQUEUE) !== 0);
      for (let id = error.info; id <= error.data; id++) done.add(id);
    }
    assertEquals([...done].sort(), [0, 1, 2]);
  }));

test("the buffers of zero-copy sends are kept until the kernel has done with them", async () => {
  using receiver = udp4();
  const core = openDescriptor(AF_INET, SOCK_DGRAM, 0);
  const to = addressOf(receiver);
  const options = { to, flags: MSG_ZEROCOPY };
  await sendMsg(core, [new Uint8Array(100)], options);
  assertEquals(heldSends(core), 0); // the option is off
  core.call(
    "setsockopt",
    (lib, fd) => lib.setsockopt(fd, SOL_SOCKET, SO_ZEROCOPY, new Int32Array([1]), 4),
  );
  await sendMsg(core, [new Uint8Array(0)], options);
  assertEquals(heldSends(core), 0);
  for (let i = 0; i < 4; i++) await sendMsg(core, [new Uint8Array(100)], options);
  assertEquals(heldSends(core), 4);
  while (heldSends(core) > 0) await recvMsg(core, 0, { flags: MSG_ERRQUEUE });
  core.close();
});
