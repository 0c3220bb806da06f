import { assert, assertEquals, assertRejects } from "@std/assert";
import * as raw from "../../raw/mod.ts";
import { isSocketError } from "../../core/errors.ts";
import { assertFds, openFds, testWith } from "../_tools.ts";
import { ETH_P_TEST, frame, indexOf, macOf, open } from "./_packets.ts";
import { pair } from "./_topology.ts";

const NETNS = { netns: true, tools: ["ip"] };

testWith(NETNS, "a frame arrives as it was sent, with sender, time and direction", async () => {
  await using ends = await pair();
  using sender = await open(ends.here, { etherType: ETH_P_TEST });
  using receiver = await open(ends.there, { etherType: ETH_P_TEST });
  assertEquals([sender.family, sender.type, sender.engine], ["packet", "raw", "libc"]);
  const before = BigInt(Date.now() - 1) * 1_000_000n;
  assertEquals(await sender.send(frame("hello")), 19);
  const got = await receiver.recvFrom();
  assertEquals(got.data, frame("hello"));
  assertEquals(got.truncated, false);
  assertEquals(got.from, {
    family: "packet",
    interface: got.from.interface,
    interfaceIndex: await indexOf(ends.there),
    etherType: ETH_P_TEST,
    packetType: "broadcast",
    hardwareType: 1,
    hardwareAddress: "02:00:00:00:00:01",
  });
  const at = got.timestampNanos!;
  assert(at >= before && at <= BigInt(Date.now() + 1) * 1_000_000n, `${at}`);
  assertEquals(got.control?.get("timestamp")?.nanos, at);
  // The sender hears its own frame only where it asks for all protocols.
  using all = await open(ends.here);
  await sender.send(frame("again"));
  let own = await all.recvFrom();
  // The kernel's own IPv6 chatter comes too.
  while (own.from.etherType !== ETH_P_TEST) own = await all.recvFrom();
  assertEquals([own.data, own.from.packetType], [frame("again"), "outgoing"]);
});

testWith(NETNS, "many frames go and come in order, by one call and one by one", async () => {
  await using ends = await pair();
  using sender = await open(ends.here, { etherType: ETH_P_TEST });
  using receiver = await open(ends.there, { etherType: ETH_P_TEST });
  const texts = Array.from({ length: 500 }, (_, i) => `frame ${i} ${"x".repeat(i * 2)}`);
  assertEquals(await sender.sendMany(texts.map((text) => ({ data: frame(text) }))), 500);
  const got: Uint8Array[] = [];
  got.push((await receiver.recvFrom()).data);
  for (const { data } of await receiver.recvMany(100)) got.push(data);
  for await (const { data } of receiver) {
    got.push(data);
    if (got.length === 300) break;
  }
  got.push((await receiver.recvFrom({ size: 2000 })).data);
  while (got.length < 500) for (const { data } of await receiver.recvMany(1024)) got.push(data);
  assertEquals(got, texts.map(frame));
  assertEquals(receiver.statistics(), { packets: 500, drops: 0 });
});

testWith(
  NETNS,
  "batches show the same frames without copying, until the socket is closed",
  async () => {
    await using ends = await pair();
    using sender = await open(ends.here, { etherType: ETH_P_TEST });
    using receiver = await open(ends.there);
    const tagged = new Uint8Array([
      ...frame("").subarray(0, 12),
      0x81,
      0,
      0,
      9,
      0x88,
      0xb5,
      1,
      2,
      3,
    ]);
    const sent = [frame("one"), tagged, frame("three"), frame("x".repeat(1400))];
    await sender.sendMany(sent.map((data) => ({ data })));
    const got: Uint8Array[] = [];
    for await (const batch of receiver.recvBatches({ max: 3, size: 200 })) {
      const kept = batch.toMessages();
      assertEquals(kept.length, batch.count);
      for (let i = 0; i < batch.count; i++) {
        const data = batch.data(i);
        assertEquals(kept[i].data, data);
        assertEquals(kept[i].from, batch.from(i));
        assertEquals(kept[i].timestampNanos, batch.timestampNanos(i));
        assertEquals(batch.control(i)?.get("timestamp")?.nanos, batch.timestampNanos(i));
        assertEquals([kept[i].truncated, batch.lengthBytes(i)], [batch.truncated(i), data.length]);
        if (data[6] === 2 && data[11] === 1) got.push(data.slice());
      }
      if (got.length === sent.length) receiver.close();
    }
    assertEquals(got, [...sent.slice(0, 3), sent[3].subarray(0, 200)]);
  },
);

testWith(
  NETNS,
  "what does not fit is cut and says so; waits end early and lose nothing",
  async () => {
    await using ends = await pair();
    using sender = await open(ends.here, { etherType: ETH_P_TEST });
    using receiver = await open(ends.there, { etherType: ETH_P_TEST });
    await assertRejects(() => receiver.recvFrom({ timeoutMs: 5 }), DOMException, "timed out");
    await assertRejects(() => receiver.recvMany(9, { signal: AbortSignal.timeout(5) }));
    await sender.send(frame("one"));
    await sender.send(frame("two"));
    const cut = await receiver.recvFrom({ size: 16 });
    assertEquals([cut.data, cut.truncated], [frame("one").subarray(0, 16), true]);
    assertEquals(await receiver.recv(), frame("two"));
  },
);

testWith(NETNS, "type dgram carries payloads; the address is the header", async () => {
  await using ends = await pair();
  using sender = await open(ends.here, { type: "dgram", etherType: ETH_P_TEST });
  using receiver = await open(ends.there, { type: "dgram", etherType: ETH_P_TEST });
  assertEquals(sender.type, "dgram");
  await sender.sendTo(new Uint8Array([1, 2, 3]), {
    family: "packet",
    interface: "v0",
    interfaceIndex: await indexOf(ends.here),
    etherType: ETH_P_TEST,
    hardwareAddress: await macOf(ends.there),
  });
  const { data, from } = await receiver.recvFrom();
  assertEquals(data, new Uint8Array([1, 2, 3]));
  assertEquals(
    [from.packetType, from.etherType, from.hardwareAddress],
    ["host", ETH_P_TEST, await macOf(ends.here)],
  );
});

testWith(NETNS, "the filter decides what comes, and ss shows it", async () => {
  await using ends = await pair();
  const filter = raw.assembleBpf(
    "ldh [12]\njne #0x88b5, drop\nldb [14]\njne #0x79, drop\nret #-1\ndrop: ret #0",
  );
  using receiver = await open(ends.there, { filter });
  using sender = await open(ends.here, { etherType: ETH_P_TEST });
  await sender.sendMany(["no", "yes", "no", "yes!"].map((text) => ({ data: frame(text) })));
  const got = [await receiver.recv(), await receiver.recv()];
  assertEquals(got, [frame("yes"), frame("yes!")]);
  const shown = await ends.there.run("ss", "-0", "-b");
  const numbers = filter.map(({ code, jt, jf, k }) =>
    `0x${code.toString(16).padStart(2, "0")} ${jt} ${jf} ${k}`
  );
  assert(shown.includes(`bpf filter (${filter.length}):  ${numbers.join(", ")},`), shown);
});

testWith(NETNS, "promiscuous lasts as long as the socket", async () => {
  await using ends = await pair();
  const promiscuity = async () =>
    JSON.parse(await ends.there.ip("-d -j link show v0"))[0].promiscuity;
  assertEquals(await promiscuity(), 0);
  const receiver = await open(ends.there, { promiscuous: true, etherType: ETH_P_TEST });
  assertEquals(await promiscuity(), 1);
  using sender = await open(ends.here, { etherType: ETH_P_TEST });
  const other = frame("for somebody else");
  other.set([2, 9, 9, 9, 9, 9]);
  await sender.send(other);
  const { data, from } = await receiver.recvFrom();
  assertEquals([data, from.packetType], [other, "otherhost"]);
  receiver.close();
  assertEquals(await promiscuity(), 0);
});

testWith(NETNS, "frames without room are counted as drops", async () => {
  await using ends = await pair();
  using receiver = await open(ends.there, { etherType: ETH_P_TEST, receiveBufferBytes: 4096 });
  using sender = await open(ends.here, { etherType: ETH_P_TEST });
  await sender.sendMany(Array.from({ length: 100 }, () => ({ data: frame("x".repeat(1000)) })));
  const { packets, drops } = receiver.statistics();
  assertEquals(packets, 100);
  const kept = (await receiver.recvMany(1024)).length;
  assert(drops > 0 && kept > 0);
  assertEquals(kept + drops, 100);
  assertEquals(receiver.statistics(), { packets, drops });
});

testWith(NETNS, "an interface that goes down is an error, and comes up again", async () => {
  await using ends = await pair();
  using sender = await open(ends.here, { etherType: ETH_P_TEST });
  using receiver = await open(ends.there, { etherType: ETH_P_TEST });
  const waiting = receiver.recvFrom().catch((error) => error);
  await ends.there.ip("link set v0 down");
  const error = await waiting;
  assert(isSocketError(error, "ENETDOWN"), `${error}`);
  await assertRejects(() => sender.recvFrom({ timeoutMs: 5 }), DOMException, "timed out");
  const again = receiver.recvFrom();
  const unsent = await open(ends.there, { etherType: ETH_P_TEST });
  // Opened while it is down: said at once.
  const early = await unsent.recvFrom().catch((error) => error);
  assert(isSocketError(early, "ENETDOWN"), `${early}`);
  const refused = await unsent.send(frame("down")).catch((error) => error);
  assert(isSocketError(refused, "ENETDOWN"), `${refused}`);
  unsent.close();
  await ends.there.ip("link set v0 up");
  while (!/state UP/.test(await ends.there.ip("link show v0")));
  await sender.send(frame("up again"));
  assertEquals((await again).data, frame("up again"));
});

testWith(
  NETNS,
  "an interface that is removed is an error, also to those who wait again",
  async () => {
    await using ends = await pair();
    const before = openFds();
    const receiver = await open(ends.there, { etherType: ETH_P_TEST });
    const down = await open(ends.there, { etherType: ETH_P_TEST });
    const waiting = receiver.recvFrom().catch((error) => error);
    await ends.there.ip("link set v0 down");
    assert(isSocketError(await waiting, "ENETDOWN"));
    assert(isSocketError(await down.recvFrom().catch((error) => error), "ENETDOWN"));
    const again = down.recvFrom().catch((error) => error);
    await ends.there.ip("link delete v0");
    assert(isSocketError(await again, "ENODEV"), `${await again}`);
    const error = await receiver.recvMany().catch((error) => error);
    assert(isSocketError(error, "ENODEV"), `${error}`);
    receiver.close();
    down.close();
    await assertFds(before);
  },
);

testWith({ root: true }, "what cannot be opened is refused by name", async () => {
  const refused = async (options: raw.OpenPacketOptions) =>
    await raw.openPacket(options).then(() => undefined, (error) => error);
  assert(isSocketError(await refused({ interface: "nosuch0" }), "ENODEV"));
  assert(isSocketError(await refused({ interface: "far too long a name" }), "ENODEV"));
  const bad: [raw.OpenPacketOptions, string][] = [
    [{ promiscuous: true }, "promiscuous"],
    [{ type: "cooked" as "raw" }, "type"],
    [{ etherType: 0 }, "etherType"],
    [{ etherType: 65536 }, "etherType"],
    [{ receiveBufferBytes: 0 }, "receiveBufferBytes"],
    [{ interface: 5 as unknown as string }, "interface"],
    [{ filter: [{ code: 0, jt: 0, jf: 0, k: 0 }] }, "return"],
    [{ snaplen: 5 } as raw.OpenPacketOptions, "snaplen"],
  ];
  for (const [options, word] of bad) {
    const error = await refused(options);
    assert(error instanceof TypeError || error instanceof RangeError, `${word}: ${error}`);
    assert(error.message.includes(word), error.message);
  }
});

/** The examples against programs that people trust. */
