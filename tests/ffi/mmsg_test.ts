import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { IP_RECVERR, IP_RECVTTL } from "../../ffi/abi/ip_constants.ts";
import { AF_INET, MSG_PEEK, SOCK_DGRAM, SOL_IP } from "../../ffi/abi/socket_constants.ts";
import type { OutgoingMessage } from "../../core/message.ts";
import type { Address } from "../../core/address.ts";
import { type Libc, libc, replaceLibc } from "../../ffi/abi/library.ts";
import { recvMany, sendMany } from "../../ffi/messages/mmsg.ts";
import { socket } from "../../ffi/mod.ts";
import { openDescriptor } from "../../ffi/descriptor/open.ts";
import {
  addressOf,
  bytes,
  nobody,
  receiveAll,
  setInt,
  test,
  text,
  udp4,
  udp6,
  withPair,
} from "./_messages.ts";

const numbered = (count: number, to?: Address): OutgoingMessage<Address>[] =>
  Array.from(
    { length: count },
    (_, i) => ({ data: bytes(`${i}`), to }) as OutgoingMessage<Address>,
  );

for (const count of [0, 1, 127, 128, 129, 200]) {
  test(`sendMany() sends ${count} messages in order, recvMany() receives them`, async () => {
    using receiver = udp4();
    using sender = udp4();
    assertEquals(await sender.sendMany(numbered(count, addressOf(receiver))), count);
    const messages = await receiveAll(receiver, count);
    assertEquals(
      messages.map(({ data }) => text(data)),
      numbered(count).map(({ data }) => text(data)),
    );
    for (const { from, truncated, control } of messages) {
      assertEquals([from, truncated, control], [sender.localAddr, false, undefined]);
    }
  });
}

test("messages of an array that share a view, and others between them, carry what they say", async () => {
  using receiver = udp4();
  using sender = udp4();
  const to = addressOf(receiver);
  const [same, other, large] = [bytes("same"), bytes("o"), new Uint8Array(3000).fill(0x6c)];
  const all = [
    same,
    same,
    other,
    same,
    large,
    large,
    same,
    same.subarray(1),
    same,
    new Uint8Array(),
  ];
  assertEquals(await sender.sendMany(all.map((data) => ({ data, to }))), all.length);
  const got = await receiveAll(receiver, all.length);
  assertEquals(got.map(({ data }) => text(data)), all.map(text));
  same.set(bytes("SAME")); // a call copies anew
  await sender.sendMany([{ data: same, to }]);
  assertEquals(text((await receiveAll(receiver, 1))[0].data), "SAME");
});

test("a generator may fill one buffer again for each message", async () => {
  using receiver = udp4();
  using sender = udp4();
  const to = addressOf(receiver);
  const data = new Uint8Array(1);
  function* messages(): Generator<OutgoingMessage<Address>> {
    for (data[0] = 0; data[0] < 100; data[0]++) yield { data, to };
  }
  assertEquals(await sender.sendMany(messages()), 100);
  const got = await receiveAll(receiver, 100);
  assertEquals(got.map(({ data }) => data[0]), Array.from({ length: 100 }, (_, i) => i));
});

test("recvMany() takes at most max and leaves the rest", async () => {
  using receiver = udp4();
  using sender = udp4();
  await sender.sendMany(numbered(10, addressOf(receiver)));
  const counts = [];
  for (const max of [1, 3, 64]) counts.push((await receiver.recvMany(max)).length);
  assertEquals(counts, [1, 3, 6]);
});

test("recvMany() waits for the first message", async () => {
  using receiver = udp4();
  using sender = udp4();
  const waiting = receiver.recvMany();
  await sender.sendMany(numbered(1, addressOf(receiver)));
  assertEquals((await waiting).length, 1);
});

test("messages are the caller's: later receives do not change them, nor does detaching one batch", async () => {
  using receiver = udp4();
  using sender = udp4();
  const to = addressOf(receiver);
  const sizes = [0, 1, 100, 2048, 2049, 5000];
  const send = (fill: number) =>
    sender.sendMany(sizes.map((size) => ({ data: new Uint8Array(size).fill(fill), to })));
  await send(1);
  const first = await receiveAll(receiver, sizes.length);
  await send(2);
  const second = await receiveAll(receiver, sizes.length);
  assertEquals(first.map(({ data }) => data), sizes.map((size) => new Uint8Array(size).fill(1)));
  for (const { data } of second) {
    const buffer = data.buffer as ArrayBuffer;
    if (!buffer.detached) structuredClone(buffer, { transfer: [buffer] });
  }
  await send(3);
  const third = await receiveAll(receiver, sizes.length);
  assertEquals(third.map(({ data }) => data), sizes.map((size) => new Uint8Array(size).fill(3)));
});

test("a message longer than size is cut and says so, those beside it are whole", async () => {
  using receiver = udp4();
  using sender = udp4();
  const to = addressOf(receiver);
  await sender.sendMany(["abc", "abcdef", "abcd"].map((s) => ({ data: bytes(s), to })));
  const messages = await receiver.recvMany(8, { size: 4 });
  assertEquals(messages.map(({ data, truncated }) => [text(data), truncated]), [
    ["abc", false],
    ["abcd", true],
    ["abcd", false],
  ]);
});

test("MSG_PEEK shows the messages and leaves them", async () => {
  using receiver = udp4();
  using sender = udp4();
  await sender.sendMany(numbered(1, addressOf(receiver)));
  assertEquals(text((await receiver.recvMany(4, { flags: MSG_PEEK }))[0].data), "0");
  assertEquals(text((await receiver.recvMany(4))[0].data), "0");
});

test("each message has its own recipient and control data", async () => {
  using a = udp4();
  using b = udp6();
  using sender = socket(AF_INET, SOCK_DGRAM);
  using sender6 = udp6();
  for (const [receiver, ttl] of [[a, 5], [a, 6]] as const) {
    setInt(receiver, SOL_IP, IP_RECVTTL, 1);
    await sender.sendMany([
      { data: bytes("x"), to: addressOf(receiver), control: [{ type: "ttl", ttl }] },
      { data: bytes("y"), to: addressOf(receiver) },
    ]);
    const messages = await receiveAll(receiver, 2);
    assertEquals(messages.map(({ control }) => control!.get("ttl")!.ttl), [ttl, 64]);
  }
  await sender6.sendMany([{ data: bytes("z"), to: addressOf(b) }]);
  assertEquals((await b.recvMany())[0].from, sender6.localAddr);
});

test("large payloads go as they are, small ones after them too", async () => {
  using receiver = udp4();
  using sender = udp4();
  const to = addressOf(receiver);
  const sizes = [10, 60_000, 20, 2048, 2049, 0, 30];
  for (let round = 0; round < 2; round++) {
    const sent = sizes.map((size, i) => new Uint8Array(size).fill(i + round));
    for (const data of sent) {
      await sender.sendMany([{ data, to }]);
      assertEquals((await receiver.recvMany())[0].data, data);
    }
  }
});

test("control data longer than a slot goes with its message only", () =>
  withPair(SOCK_DGRAM, async (a, b) => {
    for (const count of [200, 0, 3]) {
      await a.sendMany([{
        data: bytes("x"),
        control: count === 0 ? undefined : [{ type: "rights", fds: new Array(count).fill(1) }],
      }]);
      const [{ control }] = await b.recvMany();
      assertEquals(control?.get("rights")?.fds.length ?? 0, count);
      control?.[Symbol.dispose]();
    }
  }));

test("sendMany() waits for room and resumes where it was", () =>
  withPair(SOCK_DGRAM, async (a, b) => {
    const sending = a.sendMany(numbered(2000));
    const got: string[] = [];
    while (got.length < 2000) got.push(...(await b.recvMany()).map(({ data }) => text(data)));
    assertEquals(await sending, 2000);
    assertEquals(got, numbered(2000).map(({ data }) => text(data)));
  }));

test("two sends at once, one from within the other's generator, do not mix", async () => {
  using receiver = udp4();
  using sender = udp4();
  const to = addressOf(receiver);
  let inner: Promise<number> | undefined;
  function* messages(): Generator<OutgoingMessage<Address>> {
    yield { data: bytes("one"), to };
    inner = sender.sendMany([{ data: bytes("inner"), to }]);
    yield { data: bytes("two"), to };
  }
  assertEquals(await sender.sendMany(messages()), 2);
  assertEquals(await inner, 1);
  assertEquals((await receiveAll(receiver, 3)).map(({ data }) => text(data)).sort(), [
    "inner",
    "one",
    "two",
  ]);
});

test("a malformed message rejects with a TypeError and closes the iterator", async () => {
  using sender = udp4();
  const to = addressOf(sender);
  let closed = false;
  function* messages(): Generator<OutgoingMessage<Address>> {
    try {
      yield { data: bytes("fine"), to };
      yield { data: "text" } as never;
    } finally {
      closed = true;
    }
  }
  await assertRejects(() => sender.sendMany(messages()), TypeError, "data is not a Uint8Array");
  assert(closed);
  await assertRejects(() => sender.sendMany([null as never]), TypeError, "messages[0]");
  for (const to of [null, "127.0.0.1:9"] as never[]) {
    const sending = () => sender.sendMany([{ data: bytes("x"), to }]);
    await assertRejects(sending, TypeError, "address is not an object");
  }
  await assertRejects(
    () => sender.sendMany([{ data: bytes("x"), to: { hostname: "x", port: 1 } as never }]),
    TypeError,
    "hostname",
  );
});

test("the first failure ends it: its error if nothing went, else how many did", async () => {
  using receiver = udp4();
  using sender = udp4();
  const to = addressOf(receiver);
  const big = { data: new Uint8Array(65508), to };
  const error = await assertRejects(() => sender.sendMany([big])) as Error & {
    code: string;
    address: string;
  };
  assertEquals([error.code, error.address], ["EMSGSIZE", `127.0.0.1:${to.port}`]);
  assertEquals(await sender.sendMany([...numbered(70, to), big, ...numbered(1, to)]), 70);
  assertEquals((await receiveAll(receiver, 70)).length, 70);
});

test("ICMP errors of datagrams sent before cost a connected sender no message", async () => {
  using sender = udp4();
  await sender.connect(nobody());
  // Each one is refused, which the next one is told in place of being sent: all must go all the same.
  assertEquals(await sender.sendMany(numbered(100)), 100);
  const error = await assertRejects(
    () => sender.sendMany(numbered(2)),
    Deno.errors.ConnectionRefused,
  );
  assertEquals((error as Error & { code: string }).code, "ECONNREFUSED");
});

test("ICMP errors never end an unconnected socket, which is told of them only by IP_RECVERR", async () => {
  const core = openDescriptor(AF_INET, SOCK_DGRAM, 0);
  using peer = udp4();
  core.call(
    "setsockopt",
    (lib, fd) => lib.setsockopt(fd, SOL_IP, IP_RECVERR, new Int32Array([1]), 4),
  );
  const dead = nobody();
  const messages = [0, 1, 2, 3].flatMap((): OutgoingMessage<Address>[] => [
    { data: bytes("dead"), to: dead },
    { data: bytes("alive"), to: addressOf(peer) },
  ]);
  assertEquals(await sendMany(core, messages, undefined, false), 8);
  const alive = await receiveAll(peer, 4);
  assertEquals(alive.length, 4);
  await sendMany(core, [{ data: bytes("dead"), to: dead }], undefined, false);
  await peer.sendMany([{ data: bytes("reply"), to: alive[0].from as never }]);
  const [reply] = await recvMany(core, 8, { connected: false });
  assertEquals(text(reply.data), "reply");
  core.close();
});

test("sendmmsg that takes a part is called again for the rest", async () => {
  using receiver = udp4();
  using sender = udp4();
  const real = libc();
  const calls: number[] = [];
  const scripted: Libc = {
    ...real,
    sendmmsg(fd, headers, count, flags) {
      calls.push(count);
      return real.sendmmsg(fd, headers, Math.min(count, 3), flags);
    },
  };
  replaceLibc(scripted);
  try {
    assertEquals(await sender.sendMany(numbered(8, addressOf(receiver))), 8);
  } finally {
    replaceLibc(real);
  }
  assertEquals(calls, [8, 5, 2]);
  assertEquals((await receiveAll(receiver, 8)).map(({ data }) => text(data)).join(""), "01234567");
});

test("a batch shows what came, without copies, and its memory is used again", async () => {
  using receiver = udp4();
  using sender = udp4();
  const to = addressOf(receiver);
  let turn = 0;
  await sender.sendMany(["a", "bb"].map((s) => ({ data: bytes(s), to })));
  let first: Uint8Array | undefined;
  for await (const batch of receiver.recvBatches({ max: 4, size: 3 })) {
    if (turn++ === 0) {
      assertEquals(batch.count, 2);
      assertEquals([0, 1].map((i) => text(batch.data(i))), ["a", "bb"]);
      assertEquals([0, 1].map((i) => batch.lengthBytes(i)), [1, 2]);
      assertEquals(batch.from(1), sender.localAddr);
      assertEquals([batch.truncated(0), batch.control(0), batch.flags(0)], [false, undefined, 0]);
      assertThrows(() => batch.data(2), RangeError, "message 2 of 2");
      first = batch.data(0);
      await sender.sendMany([{ data: bytes("long"), to }]);
    } else {
      assertEquals(batch.count, 1);
      assertEquals([text(batch.data(0)), batch.truncated(0)], ["lon", true]);
      assertEquals(text(first!), "l");
      assertEquals(batch.toMessages()[0].data.buffer === first!.buffer, false);
      break;
    }
  }
});

test("a batch whose memory was transferred away is not written to", async () => {
  using receiver = udp4();
  using sender = udp4();
  const to = addressOf(receiver);
  await sender.sendMany(numbered(1, to));
  await assertRejects(
    async () => {
      for await (const batch of receiver.recvBatches({ max: 1 })) {
        const { buffer } = batch.data(0);
        structuredClone(buffer, { transfer: [buffer] });
        await sender.sendMany(numbered(1, to));
      }
    },
    TypeError,
    "transferred",
  );
  assertEquals(text((await receiver.recvMany())[0].data), "0");
});

test("leaving a batch loop by time-out leaves the socket usable", async () => {
  using receiver = udp4();
  await assertRejects(
    async () => {
      for await (const _ of receiver.recvBatches({ timeoutMs: 1 })) throw new Error("unexpected");
    },
    DOMException,
    "timed out",
  );
  await receiver.sendMany(numbered(1, addressOf(receiver)));
  assertEquals((await receiver.recvMany()).length, 1);
});

test("many receives in a row let timers run", async () => {
  using receiver = udp4();
  let ticks = 0;
  const timer = setInterval(() => ticks++, 0);
  const to = addressOf(receiver);
  for (let i = 0; i < 20_000 && ticks === 0; i++) {
    await receiver.sendMany(numbered(8, to));
    await receiver.recvMany();
  }
  clearInterval(timer);
  assert(ticks > 0);
});

test("wrong arguments are refused before the call", async () => {
  using receiver = udp4();
  await assertRejects(() => receiver.recvMany(0), RangeError, "max 0");
  await assertRejects(() => receiver.recvMany(1025), RangeError, "max 1025");
  await assertRejects(() => receiver.recvMany(1, { size: 0 }), RangeError, "size 0");
  await assertRejects(() => receiver.recvMany(1, { controlBytes: -1 }), RangeError, "controlBytes");
  await assertRejects(() => receiver.recvBatches({ max: 0 }).next(), RangeError, "max 0");
});
